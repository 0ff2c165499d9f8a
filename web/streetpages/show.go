package streetpages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// The parts of a street's page, as ?show= names them.
const (
	showOpen = "open" // the page itself
	showDone = "done"
	showAll  = "all"
)

// streetView is the page of a street.
type streetView struct {
	kit.Page
	Street         *geo.Street
	Name           string
	Open, Done     int
	Tabs           []tab
	Rows           []kit.Row
	Empty          string
	Newer, Older   string
	Report         string
	Feed, CSV, Map string
	Poster         string
	Share          string
	QR             string // path of the code
	Printed        string
}

type tab struct {
	Label, N, URL string
	On            bool
}

// filter is the list's own: the street and nothing else.
func filter(st *geo.Street) reports.Filter { return reports.Filter{Street: st.Title()} }

func (p *pages) show(c kit.Context) error {
	st, done, err := p.street(c, "")
	if done || err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := streetView{Page: kit.NewPage(c, ""), Street: st, Name: st.Title(), Share: p.url(st.Path())}
	v.Title, v.Nav, v.Canonical, v.Description = v.Name, "map", p.url(st.Path()), v.T("street.description", "name", v.Name)
	own := filter(st).Values(time.UTC)
	v.Page.Feed = "/reports.atom?" + own.Encode()
	v.Feed, v.CSV, v.Map, v.Poster = v.Page.Feed, "/reports.csv?"+own.Encode()+"&bom=1", "/map?"+own.Encode(), st.Path()+"/poster"
	v.Report = "/reports/new"
	if st.Point.Lon != 0 || st.Point.Lat != 0 {
		v.Report += "?" + url.Values{"lon": {kit.Degrees(st.Point.Lon)}, "lat": {kit.Degrees(st.Point.Lat)}}.Encode()
	}
	counts, err := p.count(ctx, c, st)
	if err != nil {
		return err
	}
	v.Open, v.Done = counts[showOpen], counts[showDone]
	if err := p.rows(c, &v, st, counts, now); err != nil {
		return err
	}
	v.QR, v.Printed = st.Path()+"/qr.svg", v.Loc.Day(now)
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, streetPage(v))
}

// count is how many reports each part has. What went elsewhere or was no task
// of the city is in "all" only.
func (p *pages) count(ctx context.Context, c kit.Context, st *geo.Street) (map[string]int, error) {
	by, err := p.Reports.Counts(ctx, kit.Actor(c), filter(st))
	if err != nil {
		return nil, err
	}
	n := map[string]int{showOpen: by[reports.ClassOpen] + by[reports.ClassWork], showDone: by[reports.ClassDone]}
	for _, k := range by {
		n[showAll] += k
	}
	return n, nil
}

// rows reads one page of the part that was asked for.
func (p *pages) rows(c kit.Context, v *streetView, st *geo.Street, counts map[string]int, now time.Time) error {
	show := c.QueryParam("show")
	f := filter(st)
	switch show {
	case showDone:
		f.Classes = []reports.Class{reports.ClassDone}
	case showAll:
	default:
		show = showOpen
		f.Classes = []reports.Class{reports.ClassOpen, reports.ClassWork}
	}
	names := map[string]string{showOpen: v.T("street.open"), showDone: v.T("street.done"), showAll: v.T("street.every")}
	for _, key := range []string{showOpen, showDone, showAll} {
		at := st.Path()
		if key != showOpen {
			at += "?show=" + key
		}
		v.Tabs = append(v.Tabs, tab{Label: names[key], N: v.Loc.Int(counts[key]), URL: at, On: key == show})
	}
	v.Empty = map[string]string{showOpen: v.T("street.open.none"), showDone: v.T("street.done.none"), showAll: v.T("street.every.none")}[show]
	var asked reports.Page
	var err error
	if asked.Before, err = reports.ParseCursor(c.QueryParam("before")); err != nil {
		return err
	}
	if asked.After, err = reports.ParseCursor(c.QueryParam("after")); err != nil {
		return err
	}
	if asked.Before != nil || asked.After != nil || show != showOpen {
		v.Robots = "noindex, follow"
	}
	list, err := p.Reports.List(c.Request().Context(), kit.Actor(c), f, asked)
	if err != nil {
		return err
	}
	for i := range list.Items {
		v.Rows = append(v.Rows, p.Row(v.Loc, &list.Items[i], now))
	}
	paged := func(name string, at *reports.Cursor) string {
		if at == nil {
			return ""
		}
		return st.Path() + "?" + url.Values{"show": {show}, name: {at.String()}}.Encode()
	}
	v.Newer, v.Older = paged("after", list.Newer), paged("before", list.Older)
	return nil
}

// onPoster is how many reports of each part a poster has room for.
const onPoster = 5

// posterView is one page A4.
type posterView struct {
	kit.Page
	Name       string
	Open, Done string
	Newest     []kit.Row
	Solved     []kit.Row
	Date, Back string
	QR         kit.QRCode
	Short      string // address without https://
	CityName   string
}

func (p *pages) poster(c kit.Context) error {
	st, done, err := p.street(c, "/poster")
	if done || err != nil {
		return err
	}
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	counts, err := p.count(ctx, c, st)
	if err != nil {
		return err
	}
	v := posterView{Page: kit.NewPage(c, "street.poster.title", "name", st.Title()), Name: st.Title(), Back: st.Path()}
	v.Nav, v.Robots = "map", "noindex"
	v.Open, v.Done, v.CityName = v.Loc.Int(counts[showOpen]), v.Loc.Int(counts[showDone]), v.City.Name
	v.Date = v.T("street.poster.date", "date", v.Loc.Day(now))
	for _, part := range []struct {
		classes []reports.Class
		rows    *[]kit.Row
	}{{[]reports.Class{reports.ClassOpen, reports.ClassWork}, &v.Newest}, {[]reports.Class{reports.ClassDone}, &v.Solved}} {
		f := filter(st)
		f.Classes = part.classes
		list, err := p.Reports.List(ctx, kit.Actor(c), f, reports.Page{Limit: onPoster})
		if err != nil {
			return err
		}
		for i := range list.Items {
			row := p.Row(v.Loc, &list.Items[i], now)
			row.Level, row.Image = 3, ""
			row.Title = strings.TrimSuffix(row.Title, ", "+st.Name) // the poster's own name
			*part.rows = append(*part.rows, row)
		}
	}
	address := p.url(st.Path())
	if v.QR, err = kit.NewQR(address); err != nil {
		return err
	}
	v.Short = short(p.url("/hier/" + st.Slug()))
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, posterPage(v))
}

// short is an address as people read it: without its scheme.
func short(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		return rest
	}
	return address
}

// code is the QR code of the page, for paper.
func (p *pages) code(c kit.Context) error {
	st, done, err := p.street(c, "/qr.svg")
	if done || err != nil {
		return err
	}
	return kit.SendQR(c, p.url(st.Path()))
}
