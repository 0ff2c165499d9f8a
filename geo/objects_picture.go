package geo

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Picture is a plain drawing of what lies around a place, made of the picture
// under the map: for pages without script, and for paper. Its unit is the
// metre, its middle the place. It has no shapes in a city without a basemap.
type Picture struct {
	Width, Height int
	Shapes        []PictureShape // in drawing order
	Labels        []PictureLabel
}

// PictureShape is an area or a way.
type PictureShape struct {
	Kind string // park, water, rail, road
	Path string // of an SVG
}

// PictureLabel is the name of a road, written along it.
type PictureLabel struct {
	Text    string
	X, Y    int
	Degrees int // clockwise, -90 to 90
}

// ViewBox is that of the SVG.
func (p Picture) ViewBox() string {
	return fmt.Sprintf("%d %d %d %d", -p.Width/2, -p.Height/2, p.Width, p.Height)
}

// Turn is the attribute that lays a label along its road.
func (l PictureLabel) Turn() string { return fmt.Sprintf("rotate(%d %d %d)", l.Degrees, l.X, l.Y) }

const metresADegree = 111_195.0

// DrawPlace draws what lies around a place.
func (s *Service) DrawPlace(ctx context.Context, at subject.Point, width, height int) (Picture, error) {
	p := Picture{Width: width, Height: height}
	kx := metresADegree * math.Cos(at.Lat*math.Pi/180)
	dx, dy := float64(width)/2/kx, float64(height)/2/metresADegree
	rows, err := s.db.Query(ctx, sqlDrawPlace, at.Lon-dx, at.Lat-dy, at.Lon+dx, at.Lat+dy, at.Lon, at.Lat, kx, metresADegree)
	if err != nil {
		return p, fmt.Errorf("draw place: %w", err)
	}
	named := map[string]bool{}
	var kind, name, path string
	var x1, y1, x2, y2 *float64
	_, err = pgx.ForEachRow(rows, []any{&kind, &name, &path, &x1, &y1, &x2, &y2}, func() error {
		p.Shapes = append(p.Shapes, PictureShape{Kind: kind, Path: path})
		if x1 != nil && x2 != nil && !named[name] && math.Hypot(*x1, *y1) > 40 { // not under the pin
			named[name] = true
			p.Labels = append(p.Labels, along(name, *x1, *y1, *x2, *y2))
		}
		return nil
	})
	if err != nil {
		return p, fmt.Errorf("draw place: %w", err)
	}
	return p, nil
}

// along writes a name on a road that leads from one point to the other; it is
// never upside down.
func along(name string, x1, y1, x2, y2 float64) PictureLabel {
	turn := math.Atan2(-(y2-y1), x2-x1) * 180 / math.Pi // y grows downwards
	switch {
	case turn > 90:
		turn -= 180
	case turn <= -90:
		turn += 180
	}
	return PictureLabel{Text: name, X: int(math.Round(x1)), Y: int(math.Round(-y1)), Degrees: int(math.Round(turn))}
}

// A road that is seen for over 120 metres is named, a third of the way along what is seen.
const sqlDrawPlace = `
WITH seen AS (
  SELECT kind,
         name,
         ST_TransScale(ST_ClipByBox2D(shape, ST_MakeEnvelope($1, $2, $3, $4, 4326)::box2d), -$5::float8, -$6::float8, $7, $8) AS shape
    FROM basemap_features
   WHERE shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)
   LIMIT 2000
), named AS (
  SELECT kind,
         name,
         shape,
         CASE WHEN kind = 'road' AND name <> '' AND ST_Dimension(shape) = 1 AND ST_Length(shape) > 120
              THEN ST_GeometryN(ST_LineMerge(ST_Multi(shape)), 1) END AS line
    FROM seen
   WHERE NOT ST_IsEmpty(shape)
)
SELECT kind,
       name,
       ST_AsSVG(shape, 0, 0),
       ST_X(ST_LineInterpolatePoint(line, 0.3)),
       ST_Y(ST_LineInterpolatePoint(line, 0.3)),
       ST_X(ST_LineInterpolatePoint(line, 0.4)),
       ST_Y(ST_LineInterpolatePoint(line, 0.4))
  FROM named
 ORDER BY array_position(ARRAY['park', 'water', 'rail', 'road'], kind),
          name,
          ST_AsSVG(shape, 0, 0)`
