package ideapages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// listView is the list: alone or of one call.
type listView struct {
	kit.Page
	At       string // own path
	Filter   ideas.Filter
	Rows     []row
	Count    string
	Next     string
	First    bool
	Chips    []kit.ChipProps
	Reset    string
	Topics   []kit.Option
	Statuses []kit.Option
	Areas    []kit.Option
	Sorts    []kit.Option
	Calls    []callBox
	Call     *callView // on the page of a call
	Near     nearView
	View     string // "", "cards", "map"
	Views    []viewLink
	Map      kit.MapProps
	Take     []takeLink
	New      string
	Seed     string
}

type viewLink struct {
	URL, Label, Icon string
	On               bool
}

type takeLink struct{ URL, Label string }

// row is one idea in the list.
type row struct {
	URL, Title, Excerpt, Lang string
	Number                    string
	Shape, Status             string
	Meta                      []string
	Gauge                     gauge
	Photo                     *attachments.Attachment // on a card; nil: none
}

// gauge is the support as one number, with its goal.
type gauge struct {
	N, Of   string
	Got     string // of 100
	Goal    string // of 100; "": none to show
	Reached bool
}

// gaugeOf scales the bar so that goal and count both fit.
func gaugeOf(loc *i18n.Localizer, n, goal int) gauge {
	g := gauge{N: loc.Int(n), Of: loc.T("idea.supports", "n", n)}
	if goal == 0 {
		return g
	}
	g.Of = loc.T("idea.gauge.of", "goal", loc.Int(goal))
	if n >= goal {
		g.Of, g.Reached = loc.T("idea.gauge.reached", "goal", loc.Int(goal)), true
	}
	full := float64(max(goal, n))
	g.Got = strconv.FormatFloat(float64(n)/full*100, 'f', 1, 64)
	if n > goal {
		g.Goal = strconv.FormatFloat(float64(goal)/full*100-0.4, 'f', 1, 64)
	}
	return g
}

// list is /ideas.
func (p *pages) list(c kit.Context) error {
	f, err := ideas.ParseFilter(c.QueryParams())
	if err != nil {
		return err
	}
	v, err := p.listView(c, f, nil)
	if err != nil {
		return err
	}
	if v.First && f.Call == "" {
		calls, err := p.Ideas.Calls(c.Request().Context(), kit.Actor(c))
		if err != nil {
			return err
		}
		now, err := db.Now(c.Request().Context(), p.DB)
		if err != nil {
			return err
		}
		for _, running := range []bool{true, false} { // where something can be done now comes first
			for i := range calls {
				box := p.callBox(v.Loc, &calls[i], now)
				if box.Live && (calls[i].Now(now, p.Zone) != "") == running && len(v.Calls) < 3 {
					v.Calls = append(v.Calls, box)
				}
			}
		}
	}
	if v.Robots == "" {
		kit.Public(c, keepPublic)
	}
	return kit.Render(c, http.StatusOK, listPage(v))
}

func (p *pages) listView(c kit.Context, f ideas.Filter, call *ideas.Call) (*listView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	after := c.QueryParam("after")
	if f.Sort == ideas.Random && f.Seed == 0 {
		f.Seed = seedOf(c, now)
	}
	near, err := p.near(ctx, c.QueryParam("near_of"), &f)
	if err != nil {
		return nil, err
	}
	v := &listView{Near: near, Page: kit.NewPage(c, "idea.list.title"), At: "/ideas", Filter: f, First: after == "", New: "/ideas/new", View: c.QueryParam("view")}
	v.Nav, v.Description, v.Feed = "ideas", v.T("idea.list.lead"), "/ideas.atom"
	v.Scripts = append(v.Scripts, "idea-list")
	if near.unknown {
		v.Near.Error = v.T("idea.near.unknown")
	}
	if call != nil {
		v.At, v.New = call.Path(), "/ideas/new?call="+call.Number.Format(subject.PrefixCall)
		f.Call = call.Number.Format(subject.PrefixCall)
	}
	limit := 20
	if v.View == "map" {
		limit = 500
	}
	l, err := p.Ideas.List(ctx, actor, f, ideas.Page{After: after, Limit: limit})
	if err != nil {
		return nil, err
	}
	counts, err := p.Ideas.Counts(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	areas, err := p.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range areas {
		names[a.Ref] = a.Name
		v.Areas = append(v.Areas, kit.Option{Value: a.Ref, Label: a.Name, On: slices.Contains(f.Districts, a.Ref)})
	}
	for i := range l.Items {
		v.Rows = append(v.Rows, p.row(v.Loc, &l.Items[i], names, now))
	}
	if v.View == viewCards {
		if err := p.pictures(ctx, v.Rows, l.Items); err != nil {
			return nil, err
		}
	}
	if err := p.choices(ctx, v, counts); err != nil {
		return nil, err
	}
	if l.Next != "" {
		q := v.values()
		q.Set("after", l.Next)
		v.Next = v.At + "?" + q.Encode()
	}
	v.Canonical = p.url(v.At)
	if len(c.QueryParams()) > 0 {
		v.Robots = "noindex"
	}
	v.views(ctx, p)
	return v, nil
}

func (p *pages) row(loc *i18n.Localizer, i *ideas.Item, names map[string]string, now time.Time) row {
	r := row{
		URL: i.Path(), Title: i.Title, Excerpt: i.Excerpt, Number: ideaNumber(i.Number), Shape: i.Status.Shape(), Status: label(loc, i.Status),
		Gauge: gaugeOf(loc, i.Supports, i.Goal),
	}
	if i.Lang != loc.Lang() {
		r.Lang = i.Lang
	}
	add := func(s string) {
		if s != "" {
			r.Meta = append(r.Meta, s)
		}
	}
	add(i.Author)
	add(names[i.District])
	if i.Metres > 0 {
		add(loc.T("idea.metres", "m", loc.Int(i.Metres)))
	}
	switch {
	case i.Status == ideas.Open && i.EndsAt != nil && i.EndsAt.After(now):
		add(loc.T("idea.row.until", "date", loc.NearDate(*i.EndsAt, now)))
	case i.Status == ideas.Checking && i.AnswerBy != nil:
		add(loc.T("idea.row.answer", "date", loc.NearDate(*i.AnswerBy, now)))
	case i.Status.Answered():
		add(loc.T("idea.row.answered", "date", loc.Day(i.StatusAt)))
	}
	if i.Comments > 0 {
		add(loc.T("idea.row.comments", "n", i.Comments))
	}
	return r
}

// choices fills filters, chips and counts.
func (p *pages) choices(ctx context.Context, v *listView, counts map[ideas.Status]int) error {
	topics, err := p.Ideas.Topics(ctx)
	if err != nil {
		return err
	}
	for _, t := range topics {
		v.Topics = append(v.Topics, kit.Option{Value: t.Key, Label: t.Name.In(v.Loc.Lang()), On: slices.Contains(v.Filter.Topics, t.Key)})
	}
	for _, s := range ideas.Sorts() {
		if s == ideas.Near && v.Filter.Near == nil {
			continue
		}
		v.Sorts = append(v.Sorts, kit.Option{Value: string(s), Label: v.T("idea.sort." + sortKey(s)), On: v.Filter.Sort == s})
	}
	all := map[string]int{}
	for st, n := range counts {
		if st == ideas.Merged {
			continue
		}
		all[""] += n
		if st.Answered() {
			all["answered"] += n
		}
		if st == ideas.Done {
			all["done"] += n
		}
		if st == ideas.Open || st == ideas.Checking || st == ideas.Council {
			all["open"] += n
		}
	}
	for _, st := range ideas.States() {
		q := v.values()
		q.Del("status")
		q.Del("state")
		if st != "" {
			q.Set("state", st)
		}
		key := st
		if key == "" {
			key = "all"
		}
		v.Chips = append(v.Chips, kit.ChipProps{
			URL: address(v.At, q), Label: v.T("idea.state."+key) + " " + v.Loc.Int(all[st]), On: v.Filter.State == st && len(v.Filter.Statuses) == 0,
		})
	}
	n := all[v.Filter.State]
	if len(v.Filter.Statuses) > 0 {
		n = 0
		for _, st := range v.Filter.Statuses {
			n += counts[ideas.Status(st)]
		}
	}
	v.Count = v.T("idea.list.count", "n", n)
	if v.Filter.Text != "" || len(v.Filter.Topics)+len(v.Filter.Districts)+len(v.Filter.Statuses) > 0 || v.Filter.State != "" {
		v.Reset = v.At
	}
	return nil
}

func sortKey(s ideas.Sort) string {
	if s == ideas.Random {
		return "random"
	}
	return string(s)
}

// values is the filter as the page's own parameters; a call's page names the
// call in its path.
func (v *listView) values() url.Values {
	q := v.Filter.Values()
	if v.At != "/ideas" {
		q.Del("call")
	}
	if v.View != "" {
		q.Set("view", v.View)
	}
	return q
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// tileFilter is what the map shows: what the list's filter lets through, also
// where the page's path names the call. Orders are none of a map's business, and
// tiles of one filter are one entry in every cache.
func (v *listView) tileFilter() url.Values {
	q := v.Filter.Values()
	for _, order := range []string{"sort", "seed", "near"} {
		q.Del(order)
	}
	return q
}

// viewCards is the list as cards with pictures.
const viewCards = "cards"

// pictures gives each card the first picture that the city has released.
func (p *pages) pictures(ctx context.Context, rows []row, items []ideas.Item) error {
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	found, err := attachments.ForSubjects(ctx, p.DB, subject.Idea, ids)
	if err != nil {
		return err
	}
	for i := range items {
		for _, a := range found[items[i].ID] {
			if a.State == attachments.Released {
				rows[i].Photo = &a
				break
			}
		}
	}
	return nil
}

// views are list, cards and map, and the list as files.
func (v *listView) views(ctx context.Context, p *pages) {
	if v.View != "map" && v.View != viewCards {
		v.View = ""
	}
	for _, w := range []struct{ key, icon string }{{"", "list"}, {viewCards, "camera"}, {"map", "map"}} {
		q := v.values()
		q.Del("view")
		if w.key != "" {
			q.Set("view", w.key)
		}
		name := w.key
		if name == "" {
			name = "list"
		}
		v.Views = append(v.Views, viewLink{URL: address(v.At, q), Label: v.T("list.view." + name), Icon: w.icon, On: v.View == w.key})
	}
	if v.View == "map" {
		v.Map = p.Centre.View(ctx).Map("list")
		v.Map.Class, v.Map.Path, v.Map.Label = "ideamap", "/ideas/", v.T("idea.map.label")
		v.Map.Tiles = address("/tiles/ideas/{z}/{x}/{y}.mvt", v.tileFilter())
	}
	q := maps.Clone(v.Filter.Values())
	q.Del("seed")
	for _, k := range []string{"atom", "csv", "xlsx", "json", "geojson"} {
		v.Take = append(v.Take, takeLink{URL: address("/ideas."+k, q), Label: v.T("idea.take." + k)})
	}
	if v.Filter.Seed != 0 {
		v.Seed = strconv.FormatInt(v.Filter.Seed, 10)
	}
}
