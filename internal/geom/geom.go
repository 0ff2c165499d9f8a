package geom

import (
	"fmt"

	gogeom "github.com/twpayne/go-geom"
)

// SRID is WGS 84, the only reference system that we bind.
const SRID = 4326

// Point makes a point from WGS 84 degrees. It fails outside their range, also
// for NaN.
func Point(lon, lat float64) (*gogeom.Point, error) {
	if !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) {
		return nil, fmt.Errorf("geom: %v, %v is no WGS 84 position", lon, lat)
	}
	return gogeom.NewPointFlat(gogeom.XY, []float64{lon, lat}).SetSRID(SRID), nil
}
