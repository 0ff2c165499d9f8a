package geom_test

import (
	"math"
	"testing"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/geom"
)

func TestPointRefuses(t *testing.T) {
	t.Parallel()
	for _, p := range [][2]float64{{181, 0}, {-181, 0}, {0, 91}, {0, -91}, {math.NaN(), 0}, {0, math.NaN()}, {math.Inf(1), 0}} {
		if _, err := geom.Point(p[0], p[1]); err == nil {
			t.Errorf("%v was taken", p)
		}
	}
}

// TestRoundTrip sends a point through PostGIS, which says what it is.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	in, err := geom.Point(11.5755, 48.1374)
	if err != nil {
		t.Fatal(err)
	}
	var out *gogeom.Point
	var none *gogeom.Point
	var srid int
	var metres float64
	if err := tx.QueryRow(t.Context(), `
SELECT $1::geometry, NULL::geometry, ST_SRID($1::geometry), ST_Distance($1::geometry::geography, ST_SetSRID(ST_MakePoint(11.5855, 48.1374), 4326)::geography)`,
		in).Scan(&out, &none, &srid, &metres); err != nil {
		t.Fatal(err)
	}
	if out.X() != 11.5755 || out.Y() != 48.1374 || none != nil || srid != geom.SRID {
		t.Errorf("got %v %v, SRID %d, none %v", out.X(), out.Y(), srid, none)
	}
	if math.Abs(metres-744) > 2 {
		t.Errorf("%.0f m", metres)
	}
}
