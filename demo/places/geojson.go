package places

import (
	"encoding/json"

	"github.com/mitwirk/mitwirk/subject"
)

// Approximate stands in every file that this package makes.
const Approximate = "Approximate shapes drawn for a demonstration, not official data."

type collection struct {
	Type     string    `json:"type"`
	Note     string    `json:"note"`
	Features []feature `json:"features"`
}

type feature struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   geometry       `json:"geometry"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

type pairs [][2]float64

func pairsOf(list []subject.Point) pairs {
	out := make(pairs, len(list))
	for i, p := range list {
		out[i] = [2]float64{p.Lon, p.Lat}
	}
	return out
}

// closed repeats the first point at the end.
func closed(list []subject.Point) pairs {
	out := pairsOf(list)
	if len(out) > 0 && out[0] != out[len(out)-1] {
		out = append(out, out[0])
	}
	return out
}

func area(props map[string]any, rings ...pairs) feature {
	return feature{Type: "Feature", Properties: props, Geometry: geometry{Type: "Polygon", Coordinates: rings}}
}

func path(props map[string]any, list []subject.Point) feature {
	return feature{Type: "Feature", Properties: props, Geometry: geometry{Type: "LineString", Coordinates: pairsOf(list)}}
}

func file(features []feature) []byte {
	raw, err := json.Marshal(collection{Type: "FeatureCollection", Note: Approximate, Features: features})
	if err != nil {
		panic("places: " + err.Error()) // numbers and texts of this package only
	}
	return raw
}

// Districts is a GeoJSON file of the 25 districts (properties ref, name) with
// approximate shapes.
func Districts() []byte {
	var out []feature
	for _, c := range cells() {
		out = append(out, area(map[string]any{"ref": c.ref, "name": c.name}, closed(c.ring)))
	}
	return file(out)
}
