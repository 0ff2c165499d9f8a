package reportpages

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mitwirk/mitwirk/subject"
)

func (p *newPages) takeDistrict(v *visit, f *form, ref string) (result, error) {
	label, ok, err := p.Geo.DistrictByRef(v.ctx(), ref)
	if err != nil {
		return result{}, err
	}
	var at subject.Point
	if ok {
		if at, ok, err = p.middle(v.ctx(), label.Ref); err != nil {
			return result{}, err
		}
	}
	if !ok {
		var res result
		res.wrong.Add("district", "wizard.place.need")
		return res, nil
	}
	f.setPlace(at, "", byDistrict)
	f.District, f.Query, f.Belongs = label.Ref, "", ""
	return result{stay: true, anchor: "#ort"}, nil
}

// shapes is what we read of the districts' GeoJSON.
type shapes struct {
	Features []struct {
		Properties struct {
			Ref string `json:"ref"`
		} `json:"properties"`
		Geometry struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	} `json:"features"`
}

// middle is a place well inside a district: the mean of its outline where that
// lies in it, else the nearest such point of a grid.
func (p *newPages) middle(ctx context.Context, ref string) (subject.Point, bool, error) {
	raw, err := p.Geo.DistrictsJSON(ctx)
	if err != nil {
		return subject.Point{}, false, err
	}
	var s shapes
	if err := json.Unmarshal(raw, &s); err != nil {
		return subject.Point{}, false, fmt.Errorf("read districts: %w", err)
	}
	var box subject.BBox
	for _, f := range s.Features {
		if f.Properties.Ref == ref {
			box, err = boxOf(f.Geometry.Type, f.Geometry.Coordinates)
		}
	}
	if err != nil || box == (subject.BBox{}) {
		return subject.Point{}, false, err
	}
	const steps = 12 // a grid of 25 by 25, the middle first
	for ring := range steps + 1 {
		for i := -ring; i <= ring; i++ {
			for j := -ring; j <= ring; j++ {
				if max(abs(i), abs(j)) != ring {
					continue
				}
				at := subject.Point{
					Lon: round((box.West+box.East)/2 + float64(i)*(box.East-box.West)/(2*steps+2)),
					Lat: round((box.South+box.North)/2 + float64(j)*(box.North-box.South)/(2*steps+2)),
				}
				if l, ok, err := p.Geo.District(ctx, at); err != nil || ok && l.Ref == ref {
					return at, err == nil, err
				}
			}
		}
	}
	return subject.Point{}, false, nil
}

func abs(n int) int { return max(n, -n) }

// boxOf is the box around a Polygon or MultiPolygon.
func boxOf(kind string, raw json.RawMessage) (subject.BBox, error) {
	var polygons [][][][2]float64
	var err error
	if kind == "Polygon" {
		var one [][][2]float64
		err = json.Unmarshal(raw, &one)
		polygons = append(polygons, one)
	} else {
		err = json.Unmarshal(raw, &polygons)
	}
	if err != nil {
		return subject.BBox{}, fmt.Errorf("read districts: %w", err)
	}
	box := subject.BBox{West: 180, South: 90, East: -180, North: -90}
	for _, rings := range polygons {
		for _, ring := range rings {
			for _, c := range ring {
				box.West, box.East = min(box.West, c[0]), max(box.East, c[0])
				box.South, box.North = min(box.South, c[1]), max(box.North, c[1])
			}
		}
	}
	return box, nil
}
