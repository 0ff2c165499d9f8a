package places

import (
	"slices"

	"github.com/mitwirk/mitwirk/subject"
)

// Basemap is a GeoJSON file of what a plain picture of the city shows: parks,
// waters, railways and main roads (properties kind, name). Approximate.
func Basemap() []byte {
	var out []feature
	add := func(kind, name string) map[string]any { return map[string]any{"kind": kind, "name": name} }
	for _, s := range shapes(parks) {
		out = append(out, area(add("park", s.name), closed(s.points)))
	}
	for _, s := range shapes(lakes) {
		out = append(out, area(add("water", s.name), closed(s.points)))
	}
	out = append(out,
		area(add("water", "Isar"), closed(band(points(isar), 110))),
		path(add("water", "Nymphenburger Kanal"), points(`11.4830,48.1595 11.4950,48.1588 11.5030,48.1583 11.5150,48.1578 11.5230,48.1580`)),
		path(add("water", "Würm"), points(`11.4480,48.1290 11.4530,48.1400 11.4570,48.1520 11.4570,48.1660 11.4560,48.1800 11.4620,48.1950 11.4650,48.2120`)),
	)
	for _, s := range shapes(railways) {
		out = append(out, path(add("rail", s.name), s.points))
	}
	for _, s := range shapes(motorways) {
		out = append(out, path(add("road", s.name), s.points))
	}
	out = append(out,
		path(add("road", "Mittlerer Ring"), points(ring)),
		path(add("road", "Altstadtring"), points(oldTownRing)),
	)
	for _, s := range Streets() {
		if slices.Contains(mainRoads, s.Name) {
			out = append(out, path(add("road", s.Name), []subject.Point{s.From, s.To}))
		}
	}
	return file(out)
}
