package kit

import (
	"context"

	"github.com/mitwirk/mitwirk/subject"
)

// MapView is where a map opens, and how near.
type MapView struct {
	Point subject.Point
	Zoom  float64 // 0: as the island opens
}

// Centre says where maps open that have no place yet. It is asked at each
// request: settings and imports move it while the site runs.
type Centre func(ctx context.Context) MapView

// CentreAt is a Centre that stays where it is.
func CentreAt(p subject.Point) Centre {
	return func(context.Context) MapView { return MapView{Point: p} }
}

// View asks a Centre, which may be nil: then it knows nothing.
func (f Centre) View(ctx context.Context) MapView {
	if f == nil {
		return MapView{}
	}
	return f(ctx)
}

// Map is a map of a kind that opens there.
func (v MapView) Map(kind string) MapProps {
	return MapProps{Kind: kind, Lon: v.Point.Lon, Lat: v.Point.Lat, Zoom: v.Zoom}
}
