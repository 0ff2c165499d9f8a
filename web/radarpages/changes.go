package radarpages

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

type changeRow struct {
	No, Title, URL, Shape string
	Says                  []string
}

type changesView struct {
	kit.Page

	P        *radar.Programme
	Froms    []kit.Option
	Tos      []kit.Option
	Says     string
	Rows     []changeRow
	One      bool
	RadarURL string
	Notes    []releaseNote
}

// releaseNote is what the city says about a state that it decided.
type releaseNote struct {
	Stand string
	Lines []string
}

// noteOf is what a release says to its readers; false where it says nothing.
func noteOf(page kit.Page, r *radar.Release) (releaseNote, bool) {
	n := releaseNote{monthOf(page, r.On), lines(i18n.Text(r.Notes).In(page.Lang))}
	return n, len(n.Lines) > 0
}

// changes lists what is different between two states.
func (p *pages) changes(c kit.Context) error {
	ctx := c.Request().Context()
	v := changesView{Page: kit.NewPage(c, "radar.changes.title")}
	v.Nav = "radar"
	kit.Public(c, 30*time.Second)
	prog, err := p.Radar.Programme(ctx, kit.Actor(c), c.QueryParam("p"))
	if err != nil {
		return err
	}
	v.P, v.RadarURL = prog, "/radar?p="+prog.Slug
	list, err := p.Radar.Releases(ctx, prog)
	if err != nil {
		return err
	}
	if v.One = len(list) == 0; v.One {
		return kit.Render(c, http.StatusOK, changesPage(v))
	}
	from, to := c.QueryParam("from"), c.QueryParam("to")
	if from == "" {
		from = string(list[min(1, len(list)-1)].On)
	}
	before, err := p.Radar.At(ctx, prog, radar.Day(from))
	if err != nil {
		return err
	}
	after, err := p.Radar.Now(ctx, prog)
	if to != "" {
		after, err = p.Radar.At(ctx, prog, radar.Day(to))
	}
	if err != nil {
		return err
	}
	if after.On < before.On {
		before, after = after, before
	}
	v.Tos = []kit.Option{{Label: v.T("radar.today"), On: to == ""}}
	for _, r := range list {
		label := monthOf(v.Page, r.On)
		v.Froms = append(v.Froms, kit.Option{Value: string(r.On), Label: label, On: string(r.On) == from})
		v.Tos = append(v.Tos, kit.Option{Value: string(r.On), Label: label, On: string(r.On) == to})
	}
	for i := range list {
		if n, ok := noteOf(v.Page, &list[i]); ok && list[i].On > before.On && list[i].On <= after.On {
			v.Notes = append(v.Notes, n)
		}
	}
	name := func(s *radar.State) string {
		if s.Release == nil {
			return v.T("radar.today")
		}
		return monthOf(v.Page, s.On)
	}
	v.Says = v.T("radar.changes.lead", "from", name(before), "to", name(after))
	for _, ch := range radar.Changes(before, after) {
		it := ch.Item()
		no := strconv.Itoa(it.No)
		i := slices.IndexFunc(v.Rows, func(r changeRow) bool { return r.No == no })
		if i < 0 {
			v.Rows = append(v.Rows, changeRow{No: no, Title: it.Content.In(v.Lang).Title, URL: it.Path(), Shape: radar.Shape(it.Content.Status)})
			i = len(v.Rows) - 1
		}
		v.Rows[i].Says = append(v.Rows[i].Says, sayChange(v.Page, prog, ch))
	}
	return kit.Render(c, http.StatusOK, changesPage(v))
}

// sayChange is a change in one sentence.
func sayChange(page kit.Page, p *radar.Programme, ch radar.Change) string {
	key := "radar.change." + string(ch.Kind)
	if ch.Before == nil || ch.After == nil {
		return page.T(key)
	}
	was, is := &ch.Before.Content, &ch.After.Content
	ring := func(it *radar.Placed) string { return page.T("radar.ring." + p.RingKeys()[it.Spot.Ring]) }
	switch ch.Kind {
	case radar.ChangeIn, radar.ChangeOut:
		return page.T(key, "before", ring(ch.Before), "after", ring(ch.After))
	case radar.ChangeResults:
		a, _ := was.Reached()
		b, all := is.Reached()
		return page.T(key, "before", page.Loc.Int(a), "after", page.Loc.Int(b)+" / "+page.Loc.Int(all))
	case radar.ChangeEnd:
		before := quarter(page, was.End)
		if before == "" {
			before = page.T("radar.noend")
		}
		return page.T(key, "before", before, "after", quarter(page, is.End))
	case radar.ChangeField:
		name := func(key string) string {
			if f := p.Field(key); f != nil {
				return f.Name.In(page.Lang)
			}
			return key
		}
		return page.T(key, "before", name(was.Field), "after", name(is.Field))
	case radar.ChangeTitle:
		return page.T(key, "before", was.In(page.Lang).Title)
	case radar.ChangeNew, radar.ChangeGone:
	}
	return page.T(key)
}
