package geom

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	gogeom "github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/ewkb"
)

type codec struct{ name string }

func (codec) FormatSupported(f int16) bool {
	return f == pgtype.BinaryFormatCode || f == pgtype.TextFormatCode
}
func (codec) PreferredFormat() int16 { return pgtype.BinaryFormatCode }

func (codec) PlanEncode(_ *pgtype.Map, _ uint32, format int16, v any) pgtype.EncodePlan {
	if _, ok := v.(gogeom.T); !ok {
		return nil
	}
	if format == pgtype.TextFormatCode {
		return textEnc{}
	}
	return binEnc{}
}

type binEnc struct{}

func (binEnc) Encode(v any, buf []byte) ([]byte, error) {
	g, ok := v.(gogeom.T)
	if !ok || g == nil {
		return nil, nil
	}
	b, err := ewkb.Marshal(g, binary.LittleEndian)
	if err != nil {
		return nil, err
	}
	return append(buf, b...), nil
}

type textEnc struct{}

func (textEnc) Encode(v any, buf []byte) ([]byte, error) {
	g, ok := v.(gogeom.T)
	if !ok {
		return nil, fmt.Errorf("geom: %T is no geometry", v)
	}
	b, err := ewkb.Marshal(g, binary.LittleEndian)
	if err != nil {
		return nil, err
	}
	return hex.AppendEncode(buf, b), nil
}

func decode(format int16, src []byte) (gogeom.T, error) {
	if src == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	if format == pgtype.TextFormatCode {
		b := make([]byte, hex.DecodedLen(len(src)))
		if _, err := hex.Decode(b, src); err != nil {
			return nil, err
		}
		src = b
	}
	if err := checkSize(src); err != nil {
		return nil, err
	}
	return ewkb.Unmarshal(src)
}

type scanPlan struct{ format int16 }

func (p scanPlan) Scan(src []byte, dst any) error {
	g, err := decode(p.format, src)
	if err != nil {
		return err
	}
	switch d := dst.(type) {
	case *gogeom.T:
		*d = g
	case **gogeom.Point:
		return set(d, g)
	case **gogeom.LineString:
		return set(d, g)
	case **gogeom.Polygon:
		return set(d, g)
	case **gogeom.MultiPolygon:
		return set(d, g)
	case *gogeom.Point:
		p, ok := g.(*gogeom.Point)
		if !ok {
			return fmt.Errorf("geom: cannot scan %T into Point", g)
		}
		d.Swap(p)
	default:
		return fmt.Errorf("geom: unsupported destination %T", dst)
	}
	return nil
}

func set[T any](d **T, g gogeom.T) error {
	if g == nil {
		*d = nil
		return nil
	}
	v, ok := any(g).(*T)
	if !ok {
		return fmt.Errorf("geom: cannot scan %T into %T", g, *d)
	}
	*d = v
	return nil
}

func (codec) PlanScan(_ *pgtype.Map, _ uint32, format int16, target any) pgtype.ScanPlan {
	switch target.(type) {
	case *gogeom.T, **gogeom.Point, **gogeom.LineString, **gogeom.Polygon, **gogeom.MultiPolygon, *gogeom.Point:
		return scanPlan{format}
	}
	return nil
}

func (codec) DecodeDatabaseSQLValue(_ *pgtype.Map, _ uint32, _ int16, _ []byte) (driver.Value, error) {
	return nil, errors.New("geom: database/sql not supported")
}

func (codec) DecodeValue(_ *pgtype.Map, _ uint32, format int16, src []byte) (any, error) {
	return decode(format, src)
}

const sqlTypes = `
SELECT t.typname, t.oid, t.typarray
FROM pg_type t
JOIN pg_extension e ON e.extname = 'postgis' AND e.extnamespace = t.typnamespace
WHERE t.typname IN ('geometry', 'geography')`

// Register is meant for pgxpool.Config.AfterConnect. The OIDs differ per database, so they are looked up
// on each connection; search_path-independent through pg_extension.
func Register(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, sqlTypes)
	if err != nil {
		return err
	}
	type r struct {
		name     string
		oid, arr uint32
	}
	rs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x r, err error) { err = row.Scan(&x.name, &x.oid, &x.arr); return })
	if err != nil {
		return err
	}
	for _, x := range rs {
		t := &pgtype.Type{Name: x.name, OID: x.oid, Codec: codec{x.name}}
		c.TypeMap().RegisterType(t)
		c.TypeMap().RegisterType(&pgtype.Type{Name: "_" + x.name, OID: x.arr, Codec: &pgtype.ArrayCodec{ElementType: t}})
	}
	return nil
}
