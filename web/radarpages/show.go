package radarpages

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ask is what the address asks for.
type ask struct {
	Programme string // slug; "" is the first
	At        string // day of a release; "" is now
	Field     string
	Status    string
	Lead      string
	Only      string // "moved", "late"
	Sort      string
	Down      bool
	Ratings   bool
}

func readAsk(c kit.Context) ask {
	a := ask{
		Programme: c.QueryParam("p"), At: c.QueryParam("at"), Field: c.QueryParam("field"), Status: c.QueryParam("status"), Lead: c.QueryParam("lead"),
		Only: c.QueryParam("only"), Sort: c.QueryParam("sort"), Down: c.QueryParam("dir") == "down", Ratings: c.QueryParam("show") == "ratings",
	}
	if !slices.Contains(sorts(), a.Sort) {
		a.Sort = "no"
	}
	return a
}

func sorts() []string {
	return []string{"no", "title", "field", "status", "progress", "end", "rating", "move"}
}

// values is the ask as a query; changes are name, value pairs, "" takes away.
func (a ask) values(changes ...string) url.Values {
	v := url.Values{}
	set := func(name, value string) {
		v.Del(name)
		if value != "" {
			v.Set(name, value)
		}
	}
	set("p", a.Programme)
	set("at", a.At)
	set("field", a.Field)
	set("status", a.Status)
	set("lead", a.Lead)
	set("only", a.Only)
	if a.Sort != "no" {
		set("sort", a.Sort)
	}
	if a.Down {
		set("dir", "down")
	}
	if a.Ratings {
		set("show", "ratings")
	}
	for i := 0; i+1 < len(changes); i += 2 {
		set(changes[i], changes[i+1])
	}
	return v
}

func (a ask) url(path string, changes ...string) string {
	if q := a.values(changes...).Encode(); q != "" {
		return path + "?" + q
	}
	return path
}

// filtered tells whether some measures are left out.
func (a ask) filtered() bool { return a.Field+a.Status+a.Lead+a.Only != "" }

// row is one measure in words: what chart and table show.
type row struct {
	No       int
	ID       uuid.UUID
	URL      string
	Title    string
	Field    string
	FieldKey string
	Shape    string
	Kind     radar.Status
	Status   string
	Percent  int // -1: not known
	Progress string
	Width    string // of the bar, 0 to 100
	End      string
	EndDay   radar.Day
	Late     bool
	Rating   string // "3,9"; "" for too few
	Mean     float64
	N        int
	Move     chart.Move
	MoveWord string
	Lead     string
	Change   string
	Fits     bool
	Spot     chart.Spot
}

// say is the row in one sentence.
func (r *row) say() string {
	s := fmt.Sprintf("%d %s, %s", r.No, r.Title, r.Status)
	if r.Kind == radar.Running && r.Percent >= 0 {
		s += ", " + r.Progress
	}
	if r.MoveWord != "" {
		s += ", " + r.MoveWord
	}
	return s
}

type step struct {
	Label string
	URL   string
	On    bool
}

type head struct {
	Label, URL, Say string
	Sort            string // aria-sort
	Class           string
}

type sign struct {
	Shape chart.Kind
	Move  chart.Move
	Text  string
	N     string
}

type radarView struct {
	kit.Page

	P          *radar.Programme
	Q          ask
	Name       string
	Intro      string
	Runs       string // from when to when the programme does
	Lead       string
	Programmes []kit.ChipProps
	SVG        string
	Sum        string
	Rows       []row
	All        int
	Heads      []head
	Fields     []kit.Option
	Statuses   []kit.Option
	Leads      []kit.Option
	Onlys      []kit.Option
	Found      string
	Stand      string
	Steps      []step
	Since      string
	Notes      []releaseNote // of the state that is shown
	ChangesURL string
	SinceDay   string
	Signs      []sign
	Caption    string
	TableTitle string
	Files      []kit.Crumb
	Field      *fieldNav
	Follow     followView
	RatingsURL string
	Topic      string // of live news; "": a state of the past
}

// fieldNav leads from field to field.
type fieldNav struct {
	Name, Intro, Of  string
	Prev, Next       kit.Crumb
	Follow           followView
	CloseURL, Number string
}

// followView is a follow button.
type followView struct {
	Action, Kind, ID string
	Back             string
	On               bool
	Label            string
}

// state is what the address asks for: the programme, its state, what it is
// compared with, and the rows.
type state struct {
	p      *radar.Programme
	now    *radar.State
	before *radar.State // nil: nothing before
	rows   []row
}

func (p *pages) state(c kit.Context, page kit.Page, q ask) (*state, error) {
	ctx := c.Request().Context()
	prog, err := p.Radar.Programme(ctx, kit.Actor(c), q.Programme)
	if err != nil {
		return nil, err
	}
	s := &state{p: prog}
	if q.At == "" {
		s.now, err = p.Radar.Now(ctx, prog)
	} else {
		s.now, err = p.Radar.At(ctx, prog, radar.Day(q.At))
	}
	if err != nil {
		return nil, err
	}
	if s.before, err = p.Radar.Since(ctx, prog, s.now); err != nil {
		return nil, err
	}
	moves := map[uuid.UUID]chart.Move{}
	if s.before != nil {
		moves = radar.Moves(radar.Changes(s.before, s.now))
	}
	ratings, err := p.Radar.MainRatings(ctx, prog, s.now.Items)
	if err != nil {
		return nil, err
	}
	s.rows = make([]row, len(s.now.Items))
	for i := range s.now.Items {
		it := &s.now.Items[i]
		s.rows[i] = makeRow(page, prog, it, s.now.On, moves[it.ID], ratings[it.ID])
		s.rows[i].Fits = q.fits(&s.rows[i])
	}
	return s, nil
}

func (a ask) fits(r *row) bool {
	return (a.Field == "" || r.FieldKey == a.Field) && (a.Status == "" || string(r.Kind) == a.Status) && (a.Lead == "" || r.Lead == a.Lead) &&
		(a.Only == "" || a.Only == "moved" && r.Move != chart.Stayed || a.Only == "late" && r.Late)
}

func makeRow(page kit.Page, p *radar.Programme, it *radar.Placed, on radar.Day, move chart.Move, tally votes.Tally) row {
	c := &it.Content
	t := c.In(page.Lang)
	r := row{
		No: it.No, ID: it.ID, URL: it.Path(), Title: t.Title, FieldKey: c.Field, Shape: radar.Shape(c.Status), Kind: c.Status,
		Status: page.T("radar.status." + string(c.Status)), Percent: -1, Move: move, Lead: c.Lead, Change: t.Change, Spot: it.Spot, EndDay: c.End,
	}
	if f := p.Field(c.Field); f != nil {
		r.Field = f.Name.In(page.Lang)
	}
	r.Progress = page.T("radar.noprogress")
	if percent, estimated, ok := c.Progress(); ok {
		r.Percent, r.Width = percent, strconv.Itoa(percent)
		r.Progress = page.T("radar.percent", "percent", percent)
		if estimated {
			r.Progress = page.T("radar.estimate", "percent", percent)
		}
	}
	if c.RealEnd != "" {
		r.EndDay = c.RealEnd
	}
	if r.End = quarter(page, r.EndDay); r.End == "" {
		r.End = page.T("radar.noend")
	}
	if c.Late(on) {
		r.Late = true
		r.End = page.T("radar.late.short", "date", r.End)
	}
	if tally.N > 0 {
		r.Mean, r.N = tally.Mean(), tally.N
		r.Rating = page.Loc.Decimal(r.Mean, 1)
	}
	if move != chart.Stayed {
		r.MoveWord = page.T("radar.move." + string(move))
	}
	return r
}

// quarter is a day as the programme speaks of it: "2. Quartal 2027".
func quarter(page kit.Page, d radar.Day) string {
	at, ok := d.Time(time.UTC)
	if !ok {
		return ""
	}
	return page.T("radar.quarter", "q", (int(at.Month())+2)/3, "year", strconv.Itoa(at.Year()))
}

func (p *pages) show(c kit.Context) error {
	v := radarView{Page: kit.NewPage(c, "nav.radar.title"), Q: readAsk(c)}
	v.Nav, v.Scripts, v.Feed = "radar", []string{"radar-chart"}, "/radar.atom"
	kit.Public(c, 30*time.Second)
	s, err := p.state(c, v.Page, v.Q)
	if fault.Is(err, fault.NotFound) && v.Q.Programme == "" && v.Q.At == "" {
		return kit.Render(c, http.StatusOK, radarPage(v)) // a city without a programme
	}
	if err != nil {
		return err
	}
	if err := p.fill(c, &v, s); err != nil {
		return err
	}
	if c.QueryParam("fragment") != "" {
		kit.NoStore(c)
		return kit.Render(c, http.StatusOK, radarFragment(v))
	}
	if s.now.Release == nil {
		v.Topic = live.ProgrammeTopic(s.p.Slug)
	}
	return kit.Render(c, http.StatusOK, radarPage(v))
}

// chart is the drawing of a state; marks that do not fit the filter are pale.
func (p *pages) chart(page kit.Page, s *state, q ask) *chart.Chart {
	ch := &chart.Chart{
		Layout: s.p.Layout(page.Lang, func(key string) string { return page.T("radar.ring." + key) }), Middle: page.T("radar.middle"), Lit: -1, Ratings: q.Ratings,
		More: func(n int) (string, string) {
			return page.T("radar.more", "count", page.Loc.Int(n)), page.T("radar.more.say", "count", page.Loc.Int(n))
		},
	}
	if q.Field != "" && s.p.Sectors != "core" {
		ch.Lit = slices.IndexFunc(s.p.Fields, func(f radar.Field) bool { return f.Key == q.Field })
	}
	ch.MoreURL = func(ring, sector int) string {
		change := []string{"field", "", "status", ""}
		if s.p.Sectors != "core" && sector < len(s.p.Fields) {
			change[1] = s.p.Fields[sector].Key
		}
		if s.p.Rings == radar.ByStatus {
			change[3] = s.p.RingKeys()[ring]
		}
		return q.url("/radar", change...) + "#tabelle"
	}
	for i := range s.rows {
		r := &s.rows[i]
		ch.Marks = append(ch.Marks, chart.Mark{
			ID: r.ID, No: r.No, Kind: chart.Kind(r.Kind), Move: r.Move, Progress: r.Percent, Rating: r.Rating, Title: r.Title, Say: r.say(), URL: r.URL, Dim: !r.Fits, Spot: r.Spot,
		})
	}
	return ch
}

func (p *pages) fieldNav(c kit.Context, v *radarView, s *state) error {
	f := s.p.Field(v.Q.Field)
	if f == nil {
		return nil
	}
	i := slices.IndexFunc(s.p.Fields, func(o radar.Field) bool { return o.Key == f.Key })
	all := len(s.p.Fields)
	prev, next := s.p.Fields[(i+all-1)%all], s.p.Fields[(i+1)%all]
	on, err := p.Radar.Follows(c.Request().Context(), kit.Actor(c), f.Ref())
	if err != nil {
		return err
	}
	v.Field = &fieldNav{
		Name: f.Name.In(v.Lang), Intro: f.Intro.In(v.Lang), Of: v.T("radar.field.of", "i", i+1, "all", all),
		Prev:     kit.Crumb{Name: v.T("radar.field.prev", "name", prev.Name.In(v.Lang)), URL: v.Q.url("/radar", "field", prev.Key)},
		Next:     kit.Crumb{Name: v.T("radar.field.next", "name", next.Name.In(v.Lang)), URL: v.Q.url("/radar", "field", next.Key)},
		Follow:   followButton(v.Page, "field", f.ID, on, v.Q.url("/radar")),
		CloseURL: v.Q.url("/radar", "field", ""),
	}
	return nil
}
