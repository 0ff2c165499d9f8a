package geom

import (
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	gogeom "github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

// What the database sends is decoded without a panic, and what was understood
// is sent back as the same geometry.
func FuzzDecode(f *testing.F) {
	for _, g := range []gogeom.T{
		gogeom.NewPointFlat(gogeom.XY, []float64{11.5755, 48.1374}).SetSRID(4326),
		gogeom.NewLineStringFlat(gogeom.XY, []float64{11, 48, 12, 49}).SetSRID(4326),
		gogeom.NewMultiPolygonFlat(gogeom.XY, []float64{11, 48, 12, 48, 12, 49, 11, 48}, [][]int{{8}}).SetSRID(4326),
	} {
		raw, err := ewkb.Marshal(g, binary.LittleEndian)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, false)
		f.Add([]byte(hex.EncodeToString(raw)), true)
	}
	f.Add([]byte{1, 3, 0, 0, 0, 255, 255, 255, 255}, false) // four billion rings
	f.Fuzz(func(t *testing.T, src []byte, text bool) {
		format := int16(pgtype.BinaryFormatCode)
		if text {
			format = pgtype.TextFormatCode
		}
		g, err := decode(format, src)
		if err != nil || g == nil {
			return
		}
		raw, err := ewkb.Marshal(g, binary.LittleEndian)
		if err != nil {
			return // what PostGIS knows and go-geom can't write
		}
		again, err := decode(pgtype.BinaryFormatCode, raw)
		if err != nil {
			t.Fatalf("%T comes back as nothing: %v", g, err)
		}
		if _, several := g.(*gogeom.GeometryCollection); several {
			return // has no numbers of its own
		}
		if again.SRID() != g.SRID() || len(again.FlatCoords()) != len(g.FlatCoords()) {
			t.Errorf("%T comes back as %T with %d instead of %d numbers", g, again, len(again.FlatCoords()), len(g.FlatCoords()))
		}
		for _, dst := range []any{new(gogeom.T), new(*gogeom.Point), new(*gogeom.Polygon), new(*gogeom.MultiPolygon), new(gogeom.Point)} {
			_ = scanPlan{pgtype.BinaryFormatCode}.Scan(raw, dst) // must not panic
		}
	})
}
