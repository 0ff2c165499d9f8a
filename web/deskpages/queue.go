package deskpages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// perPage is how many rows a page of the list has.
const perPage = 50

// place is the part of a list that somebody works through. It travels with
// every link, so that "next" and "back" mean the same list.
type place struct {
	State reports.QueueState
	Team  string // key of a department; "": all of mine
	Q     string
}

func (l place) values() url.Values {
	v := url.Values{}
	if l.State != reports.QueueOpen && l.State != "" {
		v.Set("state", string(l.State))
	}
	if l.Team != "" {
		v.Set("team", l.Team)
	}
	if l.Q != "" {
		v.Set("q", l.Q)
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

func (l place) with(state reports.QueueState) place {
	l.State = state
	return l
}

// path is the list at that place.
func (l place) path() string { return "/desk" + l.query() }

func states() []reports.QueueState {
	return []reports.QueueState{reports.QueueHeld, reports.QueueOpen, reports.QueueObjections, reports.QueueReopened, reports.QueueClosed}
}

// placeOf reads the place from the address. What it does not know is the list
// of open cases.
func placeOf(c kit.Context) place {
	l := place{State: reports.QueueState(c.QueryParam("state")), Team: c.QueryParam("team"), Q: kit.Clean(c.QueryParam("q"), false)}
	if !slices.Contains(states(), l.State) {
		l.State = reports.QueueOpen
	}
	if len(l.Team) > 40 {
		l.Team = ""
	}
	if r := []rune(l.Q); len(r) > 200 {
		l.Q = string(r[:200])
	}
	return l
}

// filter is the place as the service knows it. A team that is not the actor's
// does not exist.
func (l place) filter(cat *categories.Catalogue) (reports.QueueFilter, error) {
	f := reports.QueueFilter{State: l.State, Text: l.Q}
	if l.Team == "" {
		return f, nil
	}
	d, ok := cat.Department(l.Team)
	if !ok {
		return f, fault.Missing("department")
	}
	f.Department = d.ID
	return f, nil
}

// row is one case of the list.
type row struct {
	reports.Item
	URL          string
	Title        string
	Status       string
	DueKind, Due string
	Concerned    string
	Hints        string
	Team         string
}

type tab struct {
	URL, Label, N string
	On            bool
}

type queueView struct {
	kit.Page
	place
	Heading string
	Tabs    []tab
	Teams   []kit.Option
	Rows    []row
	Total   int
	Next    string // the next page; "" at the end
	First   string // back to the beginning; "" there
	Keys    bool
}

func (p *pages) queue(c kit.Context) error {
	actor := kit.Actor(c)
	if !worksHere(actor) {
		if home := kit.DeskHome(actor); home != "" && home != "/desk" { // staff whose desk is another one
			return kit.Redirect(c, home)
		}
		return refuse("desk.why.staff")
	}
	l := placeOf(c)
	ctx := c.Request().Context()
	if to := p.numbered(ctx, actor, l); to != "" {
		return kit.Redirect(c, to)
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	f, err := l.filter(cat)
	if err != nil {
		return err
	}
	f.Limit = perPage
	if f.After, err = parseCursor(c.QueryParam("after")); err != nil {
		return err
	}
	list, err := p.Reports.Queue(ctx, actor, f)
	if err != nil {
		return err
	}
	counts, err := p.Reports.QueueCounts(ctx, actor, f.Department)
	if err != nil {
		return err
	}
	v := queueView{Page: kit.NewPage(c, "desk.title"), place: l, Total: list.Total}
	v.Nav, v.Robots = "desk", "noindex"
	v.Scripts = []string{"desk-keys"}
	v.Heading = v.T("desk.state." + string(l.State))
	v.Tabs = tabs(v.Page, l, counts)
	v.Teams = teams(v.Page, cat, actor, l.Team)
	if v.Rows, err = p.rows(ctx, v.Page, l, list.Items, len(v.Teams) > 0 && l.Team == ""); err != nil {
		return err
	}
	v.Next, v.First = pager(l, f.After, list.Next)
	return kit.Render(c, http.StatusOK, queuePage(v))
}

// numbered is the case whose number was typed into the search, or "" when it is
// none that the actor may open.
func (p *pages) numbered(ctx context.Context, actor accounts.Actor, l place) string {
	prefix, n, err := subject.ParseNumber(l.Q)
	if err != nil || prefix != subject.PrefixReport {
		return ""
	}
	v, err := p.Reports.Get(ctx, actor, n)
	if err != nil || !mayWork(v) {
		return ""
	}
	l.Q = ""
	return casePath(n) + l.query()
}

func casePath(n subject.Number) string { return "/desk/reports/" + n.Format(subject.PrefixReport) }

func pager(l place, after, next *reports.QueueCursor) (nextURL, first string) {
	if next != nil {
		v := l.values()
		v.Set("after", formatCursor(*next))
		nextURL = "/desk?" + v.Encode()
	}
	if after != nil {
		first = l.path()
	}
	return nextURL, first
}

func formatCursor(c reports.QueueCursor) string {
	return c.Due.UTC().Format(time.RFC3339Nano) + "~" + c.At.UTC().Format(time.RFC3339Nano) + "~" + c.ID.String()
}

func parseCursor(text string) (*reports.QueueCursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the beginning of the list
	}
	parts := strings.Split(text, "~")
	bad := fault.New(fault.BadRequest, "err.400")
	if len(parts) != 3 {
		return nil, bad
	}
	due, err1 := time.Parse(time.RFC3339Nano, parts[0])
	at, err2 := time.Parse(time.RFC3339Nano, parts[1])
	id, err3 := uuid.Parse(parts[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return nil, bad
	}
	return &reports.QueueCursor{Due: due, At: at, ID: id}, nil
}

func tabs(p kit.Page, l place, counts map[reports.QueueState]int) []tab {
	var out []tab
	for _, s := range states() {
		t := tab{URL: l.with(s).path(), Label: p.T("desk.state." + string(s)), On: s == l.State}
		if n, ok := counts[s]; ok {
			t.N = p.Loc.Int(n)
		}
		out = append(out, t)
	}
	return out
}

// teams is the choice of a department; nil where there is only one.
func teams(p kit.Page, cat *categories.Catalogue, actor accounts.Actor, on string) []kit.Option {
	var out []kit.Option
	for _, d := range cat.Departments {
		if d.ID != uuid.Nil && actor.Worked(d.ID) {
			out = append(out, kit.Option{Value: d.Key, Label: d.Name.In(p.Lang), On: d.Key == on})
		}
	}
	if len(out) < 2 {
		return nil
	}
	return append([]kit.Option{{Value: "", Label: p.T("desk.team.all"), On: on == ""}}, out...)
}

func (p *pages) rows(ctx context.Context, pg kit.Page, l place, items []reports.Item, teamShown bool) ([]row, error) {
	days, err := p.Categories.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	fixed, err := votes.Counts(ctx, p.DB, subject.Report, ids, votes.Fixed)
	if err != nil {
		return nil, err
	}
	l.Q = ""
	rows := make([]row, len(items))
	for i, item := range items {
		r := row{
			Item: item, URL: casePath(item.Number) + l.query(), Title: item.Title.In(pg.Lang),
			Status: reports.StatusLabel(pg.Loc, item.Status, item.Quiet),
			Hints:  hints(pg.Loc, fixed[item.ID][1], fixed[item.ID][-1]),
		}
		r.DueKind, r.Due = dueOf(pg.Loc, &item, days, now)
		if item.MeToo > 0 {
			r.Concerned = pg.T("desk.concerned", "n", item.MeToo)
		}
		if teamShown {
			r.Team = item.Department.Name.In(pg.Lang)
		}
		rows[i] = r
	}
	return rows, nil
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
func dueOf(loc *i18n.Localizer, i *reports.Item, days *categories.Calendar, now time.Time) (kind, text string) {
	switch {
	case !i.Status.IsOpen():
		return "", loc.T("desk.due.closed", "date", loc.NearDate(i.StatusAt, now))
	case i.Status == reports.Waiting:
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
