package deskpages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// place is the part of a list that somebody works through. It travels with
// every link, so that "next" and "back" mean the same list.
type place struct {
	casework.QueueFilter

	Map  bool // the map stands beside the list
	zone *time.Location
}

func (l place) values() url.Values {
	zone := l.zone
	if zone == nil {
		zone = time.UTC
	}
	v := l.Values(zone)
	if l.Map {
		v.Set("map", "1")
	}
	return v
}

// query is "" or begins with a question mark.
func (l place) query() string {
	if q := l.values().Encode(); q != "" {
		return "?" + q
	}
	return ""
}

// path is the list at that place.
func (l place) path() string { return "/desk" + l.query() }

// with is the same place with another filter.
func (l place) with(f casework.QueueFilter) place {
	l.QueueFilter = f
	return l
}

// placeOf reads the place from the address. What makes no sense is the list of
// open cases: a case is not lost for a broken link.
func (p *pages) placeOf(c kit.Context) place {
	l, err := p.readPlace(c)
	if err != nil {
		return place{zone: p.Queue.Zone()}
	}
	return l
}

func (p *pages) readPlace(c kit.Context) (place, error) {
	f, err := casework.ParseQueue(c.QueryParams(), p.Queue.Zone())
	return place{QueueFilter: f, Map: c.QueryParam("map") == "1", zone: p.Queue.Zone()}, err
}

// row is one case of the list.
type row struct {
	casework.Row

	URL          string
	No           string
	Title        string
	StatusLabel  string
	DueKind, Due string
	Concerned    string
	Hints        string
	Team         string
	Since        string
	Who, Short   string // "" for nobody
	Me           bool
}

// viewLink is one view in the rail.
type viewLink struct {
	URL, Label, N string
	On, Late      bool
	ID            string // of a kept view that may be deleted
}

type viewGroup struct {
	Name  string
	Links []viewLink
}

type queueView struct {
	kit.Page
	place

	Heading string
	Groups  []viewGroup
	Chips   []kit.ChipProps
	Filter  filterForm
	Rows    []row
	Total   string // in words; "" where nothing is counted
	N       int
	Next    string // the next page; "" at the end
	First   string // back to the beginning; "" there
	OnMap   kit.MapProps
	Keep    []kit.Option // for whom a view can be kept
	Wrong   string       // of the name of a view
}

func (p *pages) queue(c kit.Context) error {
	actor := kit.Actor(c)
	if !worksHere(actor) {
		if home := kit.DeskHome(actor); home != "" && home != "/desk" { // staff whose desk is another one
			return kit.Redirect(c, home)
		}
		return refuse("desk.why.staff")
	}
	l, err := p.readPlace(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if to := p.numbered(ctx, actor, l); to != "" {
		return kit.Redirect(c, to)
	}
	if to, err := p.nearby(ctx, l); err != nil || to != "" {
		if err != nil {
			return err
		}
		return kit.Redirect(c, to)
	}
	if to, err := p.exactly(ctx, c.QueryParam("thing"), l); err != nil || to != "" {
		if err != nil {
			return err
		}
		return kit.Redirect(c, to)
	}
	v, err := p.queueView(c, l)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, queuePage(v))
}

func (p *pages) queueView(c kit.Context, l place) (*queueView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := &queueView{Page: kit.NewPage(c, "desk.title"), place: l}
	v.Nav, v.Robots, v.Scripts = "desk", "noindex", []string{"desk-keys", "desk-queue"}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	after := c.QueryParam("after")
	list, err := p.Queue.List(ctx, actor, l.QueueFilter, casework.Page{After: after})
	if err != nil {
		return nil, err
	}
	if v.Groups, err = p.rail(ctx, v.Page, actor, l); err != nil {
		return nil, err
	}
	v.Heading = headingOf(v.Page, v.Groups)
	v.Total, v.N = countText(v.Page, list.Count), list.Count.N
	if v.Filter, err = p.filterForm(ctx, v.Page, actor, cat, l); err != nil {
		return nil, err
	}
	v.Chips = p.chips(v.Page, l, &v.Filter)
	if v.Rows, err = p.rows(ctx, v.Page, l, list.Rows, len(v.Filter.Teams) > 1 && len(l.Teams) != 1); err != nil {
		return nil, err
	}
	v.Keep = p.keepFor(v.Page, cat, actor)
	v.Next, v.First = pager(l, after, list.Next)
	if l.Map {
		v.OnMap = kit.MapProps{
			Kind: "list", Class: "qmap", Lon: v.Filter.centre.Point.Lon, Lat: v.Filter.centre.Point.Lat, Label: v.T("queue.map.label"),
			Zoom: v.Filter.centre.Zoom, Tiles: "/desk/tiles/{z}/{x}/{y}.mvt" + place{QueueFilter: l.QueueFilter, zone: l.zone}.query(), Path: "/desk/reports/",
		}
	}
	return v, nil
}

// countText says how many cases a list has, "über 1.000" where counting ended.
func countText(p kit.Page, n casework.Count) string {
	switch {
	case n.None:
		return ""
	case n.More:
		return p.T("queue.more_than", "n", p.Loc.Int(n.N))
	}
	return p.Loc.Int(n.N)
}

// numbered is the case whose number was typed into the search, or "" when it is
// none that the actor may open.
func (p *pages) numbered(ctx context.Context, actor accounts.Actor, l place) string {
	prefix, n, err := subject.ParseNumber(l.Text)
	if err != nil || prefix != subject.PrefixReport {
		return ""
	}
	if _, err := p.Reports.OnDesk(ctx, actor, n); err != nil {
		return ""
	}
	l.Text = ""
	return casePath(n) + l.query()
}

// nearby is the same list around an address that was typed, once it is found.
func (p *pages) nearby(ctx context.Context, l place) (string, error) {
	if l.Place == "" || l.Near != nil {
		return "", nil
	}
	hits, err := p.Places.SearchAddress(ctx, l.Place, nil, 1)
	if err != nil {
		return "", err
	}
	if len(hits) == 0 {
		return "", fault.OnField("at", "queue.err.address")
	}
	l.Near = &hits[0].Point
	return l.path(), nil
}

func casePath(n subject.Number) string { return "/desk/reports/" + n.Format(subject.PrefixReport) }

func pager(l place, after, next string) (nextURL, first string) {
	if next != "" {
		v := l.values()
		v.Set("after", next)
		nextURL = "/desk?" + v.Encode()
	}
	if after != "" {
		first = l.path()
	}
	return nextURL, first
}

// next is the case behind this one in the list, or "" at its end.
func (p *pages) next(v *visit) (string, error) {
	if !worksHere(v.actor) {
		return "", nil
	}
	ref, err := p.Queue.After(v.ctx, v.actor, v.list.QueueFilter, subject.Ref{Kind: subject.Report, ID: v.r.ID})
	if err != nil || ref == 0 {
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			return "", nil
		}
		return "", err
	}
	return casePath(ref) + v.list.query(), nil
}

func (p *pages) rows(ctx context.Context, pg kit.Page, l place, list []casework.Row, teamShown bool) ([]row, error) {
	days, err := p.Categories.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	l.Text = textKept(l.Text)
	rows := make([]row, len(list))
	for i, item := range list {
		status := reports.Status(item.Status)
		r := row{
			Row: item, URL: casePath(item.Number) + l.query(), No: numberOf(item.Number), Title: item.Titles.In(pg.Lang),
			StatusLabel: reports.StatusLabel(pg.Loc, status, item.Quiet), Since: pg.Loc.NearDate(item.CreatedAt, now),
			Hints: hints(pg.Loc, item.Counts.FixedYes, item.Counts.FixedNo), Me: pg.Actor.Is(item.Person),
		}
		r.DueKind, r.Due = dueOf(pg.Loc, &item, days, now)
		if item.Counts.MeToo > 0 {
			r.Concerned = pg.T("desk.concerned", "n", item.Counts.MeToo)
		}
		if teamShown {
			r.Team = item.DepartmentName.In(pg.Lang)
		}
		if item.Person != uuid.Nil {
			r.Who, r.Short = whoOf(pg, item.PersonName)
		}
		rows[i] = r
	}
	return rows, nil
}

// textKept: a number is no list to come back to.
func textKept(q string) string {
	if _, _, err := subject.ParseNumber(q); err == nil {
		return ""
	}
	return q
}

// whoOf is the name of a clerk, and its first letters.
func whoOf(p kit.Page, name string) (who, short string) {
	if name == "" {
		return p.T("queue.who.nameless"), "?"
	}
	for part := range strings.FieldsSeq(name) {
		if r := []rune(part); len([]rune(short)) < 2 {
			short += strings.ToUpper(string(r[:1]))
		}
	}
	return name, short
}

// hints says what people answered to "Ist es gelöst?".
func hints(loc *i18n.Localizer, yes, no int) string {
	switch {
	case yes > 0 && no > 0:
		return loc.T("desk.hint.both", "yes", loc.Int(yes), "no", loc.Int(no))
	case yes > 0:
		return loc.T("desk.hint.yes", "yes", loc.Int(yes))
	case no > 0:
		return loc.T("desk.hint.no", "no", loc.Int(no))
	}
	return ""
}

// soonDays is how many working days ahead an aim is "soon".
const soonDays = 2

// dueOf says in words how near the aim of a case is, and of what kind that is:
// "late", "soon", "ok", or "" where no clock runs.
func dueOf(loc *i18n.Localizer, i *casework.Row, days *categories.Calendar, now time.Time) (kind, text string) {
	switch {
	case !i.Open:
		return "", loc.T("desk.due.closed", "date", loc.NearDate(i.StatusAt, now))
	case i.Paused:
		return "", loc.T("desk.due.rests")
	case i.Due == nil:
		return "", loc.T("desk.due.none")
	case i.Due.Before(now):
		return "late", loc.T("desk.due.late", "n", max(1, days.WorkingDaysBetween(*i.Due, now)))
	case days.WorkingDaysBetween(now, *i.Due) <= soonDays:
		return "soon", loc.NearDate(*i.Due, now)
	}
	return "ok", loc.Date(*i.Due, now)
}
