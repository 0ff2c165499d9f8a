package feedpages

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// point is a report as a feature (RFC 7946).
type point struct {
	Type       string     `json:"type"`
	ID         string     `json:"id"`
	Geometry   geometry   `json:"geometry"`
	Properties properties `json:"properties"`
}

type geometry struct {
	Type        string             `json:"type"`
	Coordinates [2]json.RawMessage `json:"coordinates"`
}

type properties struct {
	Number       string `json:"number"`
	Title        string `json:"title"`
	CategoryKey  string `json:"category_key"`
	Category     string `json:"category"`
	StatusKey    string `json:"status_key"`
	Status       string `json:"status"`
	StatusSince  string `json:"status_since"`
	Reported     string `json:"reported"`
	Target       string `json:"target,omitempty"`
	TargetMissed bool   `json:"target_missed"`
	Address      string `json:"address,omitempty"`
	DistrictRef  string `json:"district_ref,omitempty"`
	District     string `json:"district,omitempty"`
	Affected     int    `json:"affected"`
	URL          string `json:"url"`
}

// geoJSON is /reports.geojson: a FeatureCollection, one feature a line.
func (p *pages) geoJSON(c kit.Context) error {
	a, err := p.read(c)
	if err != nil {
		return err
	}
	return p.stream(&a, "geojson", "application/geo+json", func(out io.Writer, x reports.Extract) error {
		licence, err := json.Marshal(a.loc.T("feed.licence"))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "{\"type\":\"FeatureCollection\",\"license\":%s,\"features\":[", licence); err != nil {
			return err
		}
		first := true
		err = p.Reports.Walk(a.ctx, kit.Actor(c), a.filter, a.before, x.N, func(i *reports.Item) error {
			raw, err := json.Marshal(p.feature(&a, i))
			if err != nil {
				return err
			}
			sep := ",\n"
			if first {
				sep, first = "\n", false
			}
			_, err = fmt.Fprintf(out, "%s%s", sep, raw)
			return err
		})
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, "\n]}\n")
		return err
	})
}

func (p *pages) feature(a *asked, i *reports.Item) point {
	f := point{
		Type: "Feature", ID: i.Number.Format(subject.PrefixReport),
		// six digits are a tenth of a metre (RFC 7946 11.2)
		Geometry: geometry{Type: "Point", Coordinates: [2]json.RawMessage{degrees(i.Point.Lon), degrees(i.Point.Lat)}},
		Properties: properties{
			Number: i.Number.Format(subject.PrefixReport), Title: i.Title.In(a.loc.Lang()), CategoryKey: i.CategoryKey, Category: a.category(i.CategoryKey),
			StatusKey: string(i.Status), Status: reports.StatusLabel(a.loc, i.Status, i.Quiet), StatusSince: instant(i.StatusAt), Reported: instant(i.CreatedAt),
			TargetMissed: missed(a, i), Address: i.Address, DistrictRef: i.DistrictRef, District: a.districts[i.DistrictRef], Affected: i.MeToo, URL: p.url(i.Path()),
		},
	}
	if i.Due != nil {
		f.Properties.Target = instant(*i.Due)
	}
	return f
}

func degrees(v float64) json.RawMessage { return fmt.Appendf(nil, "%.6f", v) }
