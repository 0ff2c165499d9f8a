package deskpages

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// filterForm is the choices of every filter of the list, with those that are on.
type filterForm struct {
	State, Status, Teams, Who, Priority  []kit.Option
	Groups, Categories, Districts        []kit.Option
	Due, Held, Photo, Channels, Resubmit []kit.Option
	Metres, Reopened, MeToo, Moved       []kit.Option
	Sort                                 []kit.Option
	Events                               []kit.Option
	Place, From, To, Since, Till         string
	Area, Thing                          string       // corners; code of the exact object
	thing                                string       // its name
	Flags                                []kit.Option // each its own parameter
	Keep                                 []kit.Option // what the form has no field for
	centre                               kit.MapView
}

// options makes a choice of one; the first is "any".
func options(p kit.Page, prefix, anyKey, on string, values []string) []kit.Option {
	out := []kit.Option{}
	if anyKey != "" {
		out = append(out, kit.Option{Label: p.T(anyKey), On: on == ""})
	}
	for _, v := range values {
		key := v
		if key == "" {
			key = "open"
		}
		out = append(out, kit.Option{Value: v, Label: p.T(prefix + key), On: v == on})
	}
	return out
}

func (p *pages) filterForm(ctx context.Context, pg kit.Page, actor accounts.Actor, cat *categories.Catalogue, l place) (filterForm, error) {
	f := filterForm{centre: p.Centre.View(ctx), Place: l.Place}
	f.State = options(pg, "queue.state.", "", l.State, casework.QueueStates())
	f.Priority = options(pg, "queue.priority.", "queue.any", l.Priority, casework.QueuePriorities())
	f.Due = options(pg, "queue.due.", "queue.any", l.Due, casework.QueueDues())
	f.Held = options(pg, "queue.held.", "queue.any", l.Held, casework.QueueHelds())
	f.Photo = options(pg, "queue.photo.", "queue.any", l.Photo, []string{"yes", "no"})
	f.Resubmit = options(pg, "queue.resubmit.", "queue.any", l.Resubmit, []string{"due", "mine"})
	for _, s := range casework.QueueSorts() {
		f.Sort = append(f.Sort, kit.Option{Value: s, Label: pg.T("queue.sort." + orWord(s, "due")), On: s == l.Sort})
	}
	for _, s := range reports.Statuses() {
		f.Status = append(f.Status, kit.Option{Value: string(s), Label: reports.StatusLabel(pg.Loc, s, false), On: slices.Contains(l.Statuses, string(s))})
	}
	for _, ch := range casework.QueueChannels() {
		f.Channels = append(f.Channels, kit.Option{Value: ch, Label: pg.T("queue.channel." + ch), On: slices.Contains(l.Channels, ch)})
	}
	for _, g := range cat.Groups {
		f.Groups = append(f.Groups, kit.Option{Value: g.Key, Label: g.Name.In(pg.Lang), On: slices.Contains(l.Groups, g.Key)})
	}
	for i := range cat.Categories {
		k := &cat.Categories[i]
		f.Categories = append(f.Categories, kit.Option{Value: k.Key, Label: k.Name.In(pg.Lang), On: slices.Contains(l.Categories, k.Key)})
	}
	slices.SortFunc(f.Categories, byLabel)
	labels, err := p.Places.Districts(ctx)
	if err != nil {
		return f, err
	}
	for _, d := range labels {
		f.Districts = append(f.Districts, kit.Option{Value: d.Ref, Label: d.Ref + " " + d.Name, On: slices.Contains(l.Districts, d.Ref)})
	}
	for _, m := range []int{100, 200, 500, 1000, 3000} {
		f.Metres = append(f.Metres, kit.Option{Value: strconv.Itoa(m), Label: pg.T("queue.metres", "n", m), On: m == l.Metres || l.Metres == 0 && m == 200})
	}
	f.Reopened = least(pg, l.Reopened, 1, 2, 3)
	f.MeToo = least(pg, l.MeToo, 1, 5, 10, 25)
	f.Moved = least(pg, l.Moved, 1, 2, 3)
	for _, d := range []struct {
		into *string
		at   *time.Time
		plus int
	}{{&f.From, l.From, 0}, {&f.To, l.To, -1}, {&f.Since, l.Since, 0}, {&f.Till, l.Till, -1}} {
		if d.at != nil {
			*d.into = d.at.AddDate(0, 0, d.plus).Format(time.DateOnly)
		}
	}
	for _, flag := range []struct {
		key string
		on  bool
	}{
		{"answered", l.Answered},
		{"waiting", l.Waiting},
		{"paused", l.Paused},
		{"objection", l.Objection},
		{"fixed", l.Fixed},
		{"notes", l.Notes},
		{"object", l.Object == "any"},
	} {
		f.Flags = append(f.Flags, kit.Option{Value: flag.key, Label: pg.T("queue.flag." + flag.key), On: flag.on})
	}
	for _, key := range []string{"bbox", "map"} {
		if v := l.values().Get(key); v != "" {
			f.Keep = append(f.Keep, kit.Option{Value: v, Label: key})
		}
	}
	if err := p.placeFields(ctx, pg, l, &f); err != nil {
		return f, err
	}
	err = p.teamsAndPeople(ctx, pg, actor, cat, l, &f)
	return f, err
}

func orWord(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

func byLabel(a, b kit.Option) int {
	switch {
	case a.Label < b.Label:
		return -1
	case a.Label > b.Label:
		return 1
	}
	return 0
}

// least is a choice of "at least so many".
func least(p kit.Page, on int, of ...int) []kit.Option {
	out := []kit.Option{{Label: p.T("queue.any"), On: on == 0}}
	if on > 0 && !slices.Contains(of, on) {
		of = append(of, on)
		slices.Sort(of)
	}
	for _, n := range of {
		out = append(out, kit.Option{Value: strconv.Itoa(n), Label: p.T("queue.least", "n", n), On: n == on})
	}
	return out
}

// teamsAndPeople are the actor's departments and those who work in them.
func (p *pages) teamsAndPeople(ctx context.Context, pg kit.Page, actor accounts.Actor, cat *categories.Catalogue, l place, f *filterForm) error {
	f.Who = options(pg, "queue.who.", "queue.any", l.Who, []string{"me", "nobody"})
	seen := map[uuid.UUID]bool{actor.Person: true}
	var people []kit.Option
	for _, d := range cat.Departments {
		if !actor.Worked(d.ID) {
			continue
		}
		f.Teams = append(f.Teams, kit.Option{Value: d.Key, Label: d.Name.In(pg.Lang), On: slices.Contains(l.Teams, d.Key)})
		staff, err := accounts.StaffOf(ctx, p.DB, actor, d.ID)
		if err != nil {
			return err
		}
		for _, s := range staff {
			if seen[s.ID] {
				continue
			}
			seen[s.ID] = true
			name, _ := whoOf(pg, s.Pseudonym)
			people = append(people, kit.Option{Value: s.ID.String(), Label: name, On: l.Who == s.ID.String()})
		}
	}
	slices.SortFunc(people, byLabel)
	f.Who = append(f.Who, people...)
	return nil
}

// chips are the filters that are on, each with the list without it.
func (p *pages) chips(pg kit.Page, l place, f *filterForm) []kit.ChipProps {
	var out []kit.ChipProps
	add := func(label string, drop func(*casework.QueueFilter)) {
		less := l.QueueFilter
		drop(&less)
		out = append(out, kit.ChipProps{URL: l.with(less).path(), Label: label, On: true, Remove: pg.T("queue.remove")})
	}
	one := func(options []kit.Option, name string, drop func(*casework.QueueFilter)) {
		for _, o := range options {
			if o.On && o.Value != "" {
				label := o.Label
				if name != "" {
					label = pg.T("queue.chip", "name", pg.T(name), "value", o.Label)
				}
				add(label, drop)
			}
		}
	}
	many := func(options []kit.Option, of func(*casework.QueueFilter) *[]string) {
		for _, o := range options {
			if o.On {
				add(o.Label, func(less *casework.QueueFilter) {
					list := of(less)
					*list = slices.DeleteFunc(slices.Clone(*list), func(v string) bool { return v == o.Value })
				})
			}
		}
	}
	if l.Text != "" {
		add(pg.T("queue.chip.text", "text", l.Text), func(less *casework.QueueFilter) { less.Text = "" })
	}
	one(f.State, "", func(less *casework.QueueFilter) { less.State = "" })
	many(f.Status, func(less *casework.QueueFilter) *[]string { return &less.Statuses })
	many(f.Teams, func(less *casework.QueueFilter) *[]string { return &less.Teams })
	one(f.Who, "queue.f.who", func(less *casework.QueueFilter) { less.Who = "" })
	one(f.Due, "", func(less *casework.QueueFilter) { less.Due = "" })
	one(f.Priority, "queue.f.priority", func(less *casework.QueueFilter) { less.Priority = "" })
	many(f.Groups, func(less *casework.QueueFilter) *[]string { return &less.Groups })
	many(f.Categories, func(less *casework.QueueFilter) *[]string { return &less.Categories })
	many(f.Districts, func(less *casework.QueueFilter) *[]string { return &less.Districts })
	if l.Near != nil {
		at := l.Place
		if at == "" {
			at = pg.T("queue.chip.point")
		}
		add(pg.T("queue.chip.near", "n", l.Metres, "at", at), func(less *casework.QueueFilter) { less.Near, less.Place, less.Metres = nil, "", 0 })
	}
	if l.BBox != nil {
		add(pg.T("queue.chip.bbox"), func(less *casework.QueueFilter) { less.BBox = nil })
	}
	if len(l.Area) > 0 {
		add(pg.T("queue.chip.area"), func(less *casework.QueueFilter) { less.Area = nil })
	}
	if f.thing != "" {
		add(f.thing, func(less *casework.QueueFilter) { less.Object = "" })
	}
	one(f.Held, "queue.f.held", func(less *casework.QueueFilter) { less.Held = "" })
	one(f.Photo, "", func(less *casework.QueueFilter) { less.Photo = "" })
	many(f.Channels, func(less *casework.QueueFilter) *[]string { return &less.Channels })
	one(f.Resubmit, "queue.f.resubmit", func(less *casework.QueueFilter) { less.Resubmit = "" })
	one(f.Reopened, "queue.f.reopened", func(less *casework.QueueFilter) { less.Reopened = 0 })
	one(f.MeToo, "queue.f.metoo", func(less *casework.QueueFilter) { less.MeToo = 0 })
	one(f.Moved, "queue.f.moved", func(less *casework.QueueFilter) { less.Moved = 0 })
	for _, o := range f.Flags {
		if o.On {
			add(o.Label, func(less *casework.QueueFilter) { dropFlag(less, o.Value) })
		}
	}
	p.dayChips(pg, l, add)
	one(f.Events, "queue.chip.event", func(less *casework.QueueFilter) { less.Event = "" })
	return out
}

func (p *pages) dayChips(pg kit.Page, l place, add func(string, func(*casework.QueueFilter))) {
	for _, d := range []struct {
		key  string
		at   *time.Time
		plus int
		drop func(*casework.QueueFilter)
	}{
		{"from", l.From, 0, func(less *casework.QueueFilter) { less.From = nil }},
		{"to", l.To, -1, func(less *casework.QueueFilter) { less.To = nil }},
		{"since", l.Since, 0, func(less *casework.QueueFilter) { less.Since = nil }},
		{"till", l.Till, -1, func(less *casework.QueueFilter) { less.Till = nil }},
	} {
		if d.at != nil {
			add(pg.T("queue.chip.day."+d.key, "day", pg.Loc.Date(d.at.AddDate(0, 0, d.plus), *d.at)), d.drop)
		}
	}
}

func dropFlag(f *casework.QueueFilter, key string) {
	switch key {
	case "answered":
		f.Answered = false
	case "waiting":
		f.Waiting = false
	case "paused":
		f.Paused = false
	case "objection":
		f.Objection = false
	case "fixed":
		f.Fixed = false
	case "notes":
		f.Notes = false
	case "object":
		f.Object = ""
	}
}

// flagValue is what a flag's parameter says: an object is chosen as "any".
func flagValue(key string) string {
	if key == "object" {
		return "any"
	}
	return "1"
}
