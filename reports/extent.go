package reports

import (
	"context"
	"fmt"

	"github.com/mitwirk/mitwirk/subject"
)

// edge is how far an area of no size is drawn out, in degrees.
const edge = 0.005

// Extent is where the public reports lie: their middle (medians), and the area
// that holds all but one in a hundred on each side. n is how many there are.
func (s *Service) Extent(ctx context.Context) (middle subject.Point, area subject.BBox, n int, err error) {
	var x, y []float64
	if err := s.db.QueryRow(ctx, sqlExtent).Scan(&n, &x, &y); err != nil {
		return middle, area, 0, fmt.Errorf("where the reports lie: %w", err)
	}
	if n == 0 || len(x) != 3 || len(y) != 3 {
		return middle, area, 0, nil
	}
	middle = subject.Point{Lon: x[1], Lat: y[1]}
	area = subject.BBox{West: x[0], South: y[0], East: x[2], North: y[2]}
	if area.West == area.East {
		area.West, area.East = max(-180, area.West-edge), min(180, area.East+edge)
	}
	if area.South == area.North {
		area.South, area.North = max(-90, area.South-edge), min(90, area.North+edge)
	}
	return middle, area, n, nil
}

const sqlExtent = `
SELECT count(*),
       percentile_cont(ARRAY[0.01, 0.5, 0.99]) WITHIN GROUP (ORDER BY ST_X(point)),
       percentile_cont(ARRAY[0.01, 0.5, 0.99]) WITHIN GROUP (ORDER BY ST_Y(point))
FROM reports
WHERE visibility = 'public'`
