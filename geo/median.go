package geo

import (
	"slices"

	"github.com/mitwirk/mitwirk/subject"
)

// Median is the middle of many places: the medians of their longitudes and of
// their latitudes, which a few wrong ones do not move. Zero for none.
func Median(list []subject.Point) subject.Point {
	if len(list) == 0 {
		return subject.Point{}
	}
	lon, lat := make([]float64, len(list)), make([]float64, len(list))
	for i, p := range list {
		lon[i], lat[i] = p.Lon, p.Lat
	}
	slices.Sort(lon)
	slices.Sort(lat)
	return subject.Point{Lon: lon[len(lon)/2], Lat: lat[len(lat)/2]}
}
