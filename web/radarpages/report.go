package radarpages

import (
	"net/http"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

type reportField struct {
	Name  string
	Rows  []reportRow
	Ended int
}

type reportRow struct {
	No, Title, Status, Shape, End, Change, URL string
	Late                                       bool
	Year                                       []string // what was achieved in the year
}

type reportView struct {
	kit.Page

	P       *radar.Programme
	Lead    string
	Years   []kit.ChipProps
	SVG     string
	Sum     string
	Since   string
	Fields  []reportField
	Figures []sign
	None    bool
}

// report is the programme's year on one page to print.
func (p *pages) report(c kit.Context) error {
	q := readAsk(c)
	page := kit.NewPage(c, "radar.report.short")
	kit.Public(c, time.Minute)
	rv := radarView{Page: page, Q: q}
	s, err := p.state(c, page, q)
	if err != nil {
		return err
	}
	if err := p.fill(c, &rv, s); err != nil {
		return err
	}
	years := map[int]bool{}
	newest := 0
	for i := range s.now.Items {
		for _, y := range s.now.Items[i].Content.Yearly {
			years[y.Year] = true
			newest = max(newest, y.Year)
		}
	}
	year, err := strconv.Atoi(c.QueryParam("year"))
	if err != nil {
		year = newest
	}
	v := reportView{Page: page, P: s.p, Lead: page.T("radar.report.lead"), SVG: string(p.chart(page, s, ask{}).SVG(chart.ByClass)), Sum: rv.Sum, Since: rv.Since, None: !years[year], Figures: rv.Signs}
	v.Nav, v.Title = "radar", page.T("radar.report.title", "year", strconv.Itoa(year), "name", s.p.Name.In(page.Lang))
	for y := newest; y > newest-8; y-- {
		if years[y] {
			v.Years = append(v.Years, kit.ChipProps{URL: q.url("/radar/report", "year", strconv.Itoa(y)), Label: strconv.Itoa(y), On: y == year})
		}
	}
	for _, f := range s.p.Fields {
		part := reportField{Name: f.Name.In(page.Lang)}
		for i := range s.rows {
			r := &s.rows[i]
			if r.FieldKey != f.Key {
				continue
			}
			rr := reportRow{No: strconv.Itoa(r.No), Title: r.Title, Status: r.Status, Shape: r.Shape, End: r.End, Change: r.Change, URL: r.URL, Late: r.Late}
			if r.Kind == radar.Running && r.Percent >= 0 {
				rr.Status += ", " + r.Progress
			}
			for _, y := range s.now.Items[i].Content.Yearly {
				if y.Year == year {
					rr.Year = lines(y.Text.In(page.Lang))
				}
			}
			part.Rows = append(part.Rows, rr)
		}
		if len(part.Rows) > 0 {
			v.Fields = append(v.Fields, part)
		}
	}
	return kit.Render(c, http.StatusOK, reportPage(v))
}
