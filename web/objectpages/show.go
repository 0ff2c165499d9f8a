package objectpages

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	maxOpen    = 5  // reports that are shown with their button
	maxHistory = 30 // reports of which the page tells
	pictureW   = 420
	pictureH   = 260
)

// objectView is the page of an object.
type objectView struct {
	kit.Page
	Object  *geo.Object
	Name    string // "Laterne 4711"
	Kind    string
	Place   string
	Code    string // "7K3Q-X9AB"
	Open    []openReport
	History []kit.Row
	Report  []kit.ButtonProps // ways to report it, the likeliest first
	Picture geo.Picture
	Map     string
	Share   string // absolute address
}

// openReport is a report that is not done, with its button.
type openReport struct {
	Row   kit.Row
	MeToo *kit.MeTooProps // nil: nobody can be counted any more
}

func (p *pages) show(c kit.Context) error {
	ctx := c.Request().Context()
	o, err := p.Geo.ObjectByCode(ctx, c.Param("code"))
	if err != nil {
		return err
	}
	if o.Code != c.Param("code") {
		return kit.Redirect(c, o.Path())
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	loc := kit.Loc(c)
	v := objectView{Page: kit.NewPage(c, ""), Object: o, Kind: geo.KindName(loc, o.Kind), Name: o.Name(loc), Code: spaced(o.Code), Share: p.url(o.Path())}
	v.Title, v.Nav, v.Canonical, v.Robots = v.Name, "map", p.url(o.Path()), "noindex, follow"
	if v.Place, err = p.Geo.PlaceOf(ctx, o); err != nil {
		return err
	}
	v.Map = "/map?" + url.Values{"bbox": {around(o.Point)}}.Encode()
	if v.Picture, err = p.Geo.DrawPlace(ctx, o.Point, pictureW, pictureH); err != nil {
		return err
	}
	if err := p.fill(ctx, kit.Actor(c), &v, now); err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	v.Report = ways(loc, cat, o, len(v.Open) > 0, now.In(loc.Zone()))
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, objectPage(v))
}

// fill tells what is known of the object: what is open with its button, and
// what was before.
func (p *pages) fill(ctx context.Context, actor accounts.Actor, v *objectView, now time.Time) error {
	list, err := p.Reports.OfObject(ctx, actor, v.Object.ID, maxHistory)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		row := p.Row(v.Loc, &r.Item, now)
		row.Level, row.Image, row.Meta = 3, "", said(v.Loc, r, now)
		if !r.Open || len(v.Open) == maxOpen {
			v.History = append(v.History, row)
			continue
		}
		open := openReport{Row: row}
		one, err := p.Reports.Get(ctx, actor, r.Number)
		if fault.Is(err, fault.NotFound) {
			continue // hidden since
		}
		if err != nil {
			return err
		}
		if one.Actor.MeToo {
			open.MeToo = &kit.MeTooProps{Action: one.Path() + "/metoo", Count: one.MeToo, Pressed: one.MyMeToo}
		}
		v.Open = append(v.Open, open)
	}
	return nil
}

// said is the history in one line: "Gemeldet 3. März · Ziel 7. März · gelöst 6. März".
func said(loc *i18n.Localizer, r *reports.ObjectReport, now time.Time) string {
	parts := []string{loc.T("object.said.reported", "date", loc.Date(r.CreatedAt, now))}
	if r.First != nil {
		parts = append(parts, loc.T("object.said.target", "date", loc.Date(*r.First, now)))
	}
	switch {
	case r.Open:
	case r.Status == reports.Resolved && !r.Quiet:
		parts = append(parts, loc.T("object.said.resolved", "date", loc.Date(r.StatusAt, now)))
	default:
		parts = append(parts, loc.T("object.said.closed", "date", loc.Date(r.StatusAt, now)))
	}
	return strings.Join(parts, " · ")
}

// ways are the buttons to report the object: for each category that is about
// its kind, and for anything else there.
func ways(loc *i18n.Localizer, cat *categories.Catalogue, o *geo.Object, known bool, local time.Time) []kit.ButtonProps {
	var list []kit.ButtonProps
	at := func(category string) string {
		q := url.Values{"object": {o.Code}}
		if category != "" {
			q.Set("category", category)
		}
		return "/reports/new?" + q.Encode()
	}
	for i := range cat.Categories {
		k := &cat.Categories[i]
		if k.Active && k.Object == o.Kind && k.Season.Holds(local) {
			list = append(list, kit.ButtonProps{Label: loc.T("object.report.as", "kind", k.Name.In(loc.Lang())), URL: at(k.Key)})
		}
	}
	if len(list) == 1 {
		list[0].Label = loc.T("object.report")
	}
	other := kit.ButtonProps{Label: loc.T("object.report"), URL: at("")}
	if len(list) > 0 || known {
		other.Label = loc.T("object.report.other")
	}
	if len(list) > 0 && known { // what is reported already is not offered first
		list[0].Label = loc.T("object.report.other")
		list[0].URL = at("")
		list = list[:1]
	} else {
		list = append(list, other)
	}
	for i := range list {
		if i > 0 || known {
			list[i].Variant = "secondary"
		}
	}
	return list
}

// spaced is a code as people read it aloud.
func spaced(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// around is the area of the map in which the object's neighbours lie.
func around(at subject.Point) string {
	num := func(v float64) string { return strconv.FormatFloat(v, 'f', 6, 64) }
	const lon, lat = 0.003, 0.002
	return strings.Join([]string{num(at.Lon - lon), num(at.Lat - lat), num(at.Lon + lon), num(at.Lat + lat)}, ",")
}

// findView is the page for those who can read the code but not the picture.
type findView struct {
	kit.Page
	Code  string
	Wrong kit.Errors
}

func (p *pages) find(c kit.Context) error {
	v := findView{Page: kit.NewPage(c, "object.find.title"), Code: c.QueryParam("code")}
	v.Nav, v.Canonical = "map", p.url("/o")
	status := http.StatusOK
	if v.Code != "" {
		o, err := p.Geo.ObjectByCode(c.Request().Context(), v.Code)
		if err == nil {
			return kit.Redirect(c, o.Path())
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		status, v.Robots = http.StatusUnprocessableEntity, "noindex"
		v.Code = shown(v.Code)
		v.Wrong = kit.Errors{{Name: "code", Text: v.T("object.find.wrong")}}
		v.Title = v.T("ui.error") + " " + v.Title
	}
	return kit.Render(c, status, findPage(v))
}

// shown is what was typed, as far as a code could go.
func shown(typed string) string {
	r := []rune(strings.ToValidUTF8(typed, ""))
	return string(r[:min(len(r), 20)])
}

// picture says in words what the drawing shows.
func (v *objectView) picture() string {
	place := v.Place
	if place == "" {
		place = v.T("object.place.unknown")
	}
	return v.T("object.picture", "name", v.Name, "place", place)
}
