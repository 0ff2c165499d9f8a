package ideas

import (
	"encoding/json"
	"errors"
	"math"

	"github.com/mitwirk/mitwirk/subject"
)

// The shapes that an idea's place can have.
const (
	maxCorners = 200
	maxShape   = 20_000 // bytes
)

var errShape = errors.New("no point, line or area")

// readShape checks a GeoJSON geometry of a place and returns it in a canonical
// form with a point on it (its first corner). "" is no place.
func readShape(text string) (canonical string, on *subject.Point, err error) {
	if text == "" {
		return "", nil, nil
	}
	if len(text) > maxShape {
		return "", nil, errShape
	}
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		return "", nil, errShape
	}
	var clean any
	switch g.Type {
	case "Point":
		p, err := corner(g.Coordinates)
		if err != nil {
			return "", nil, err
		}
		clean, on = p, &subject.Point{Lon: p[0], Lat: p[1]}
	case "LineString":
		line, err := corners(g.Coordinates, 2)
		if err != nil {
			return "", nil, err
		}
		clean, on = line, &subject.Point{Lon: line[0][0], Lat: line[0][1]}
	case "Polygon":
		var rings []json.RawMessage
		if err := json.Unmarshal(g.Coordinates, &rings); err != nil || len(rings) != 1 {
			return "", nil, errShape
		}
		ring, err := corners(rings[0], 4)
		if err != nil || ring[0] != ring[len(ring)-1] {
			return "", nil, errShape
		}
		clean, on = [][][2]float64{ring}, &subject.Point{Lon: ring[0][0], Lat: ring[0][1]}
	default:
		return "", nil, errShape
	}
	raw, err := json.Marshal(map[string]any{"type": g.Type, "coordinates": clean})
	return string(raw), on, err
}

func corners(raw json.RawMessage, least int) ([][2]float64, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) < least || len(list) > maxCorners {
		return nil, errShape
	}
	out := make([][2]float64, len(list))
	for i, r := range list {
		p, err := corner(r)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

func corner(raw json.RawMessage) ([2]float64, error) {
	var c []float64
	if err := json.Unmarshal(raw, &c); err != nil || len(c) < 2 || len(c) > 3 {
		return [2]float64{}, errShape
	}
	p := subject.Point{Lon: c[0], Lat: c[1]}
	if !p.Valid() || math.IsInf(c[0], 0) {
		return [2]float64{}, errShape
	}
	const fine = 1e6
	return [2]float64{math.Round(c[0]*fine) / fine, math.Round(c[1]*fine) / fine}, nil
}

// PointShape is the geometry of a point.
func PointShape(p subject.Point) string {
	return shapeText("Point", [2]float64{p.Lon, p.Lat})
}

// LineShape is the geometry of a line.
func LineShape(corners []subject.Point) string { return shapeText("LineString", coordinates(corners)) }

// AreaShape is the geometry of an area whose last corner joins the first.
func AreaShape(corners []subject.Point) string {
	ring := coordinates(corners)
	if len(ring) > 0 {
		ring = append(ring, ring[0])
	}
	return shapeText("Polygon", [][][2]float64{ring})
}

func coordinates(corners []subject.Point) [][2]float64 {
	out := make([][2]float64, len(corners))
	for i, p := range corners {
		out[i] = [2]float64{p.Lon, p.Lat}
	}
	return out
}

func shapeText(kind string, coordinates any) string {
	raw, err := json.Marshal(map[string]any{"type": kind, "coordinates": coordinates})
	if err != nil {
		return ""
	}
	return string(raw)
}

// CornersOf are the corners of a line or an area, and which of them it is; none
// for everything else.
func CornersOf(shape string) (corners []subject.Point, line bool) {
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal([]byte(shape), &g) != nil {
		return nil, false
	}
	var list [][2]float64
	switch g.Type {
	case "LineString":
		line = json.Unmarshal(g.Coordinates, &list) == nil
	case "Polygon":
		var rings [][][2]float64
		if json.Unmarshal(g.Coordinates, &rings) == nil && len(rings) == 1 && len(rings[0]) > 0 {
			list = rings[0][:len(rings[0])-1]
		}
	}
	for _, c := range list {
		corners = append(corners, subject.Point{Lon: c[0], Lat: c[1]})
	}
	return corners, line
}
