package radarpages

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

func (p *pages) fill(c kit.Context, v *radarView, s *state) error {
	ctx := c.Request().Context()
	v.P, v.Name, v.Intro, v.All = s.p, s.p.Name.In(v.Lang), s.p.Intro.In(v.Lang), len(s.rows)
	v.Title, v.Runs = v.Name, p.runs(v.Page, s.p, s.now.On)
	lead := "radar.lead"
	if s.p.Rings == radar.ByHorizon {
		lead = "radar.lead.horizon"
	}
	v.Lead = v.T(lead, "count", v.Loc.Int(v.All), "fields", v.Loc.Int(len(s.p.Fields)))
	ch := p.chart(v.Page, s, v.Q)
	v.SVG = string(ch.SVG(chart.ByClass))
	v.Sum = sum(v.Page, s)
	for i := range s.rows {
		if s.rows[i].Fits {
			v.Rows = append(v.Rows, s.rows[i])
		}
	}
	order(v.Rows, v.Q, s.p)
	choices(v, s)
	heads(v)
	if err := p.times(ctx, v, s); err != nil {
		return err
	}
	signs(v, s)
	if err := p.programmes(c, v); err != nil {
		return err
	}
	v.TableTitle = v.T("radar.table", "count", v.Loc.Int(v.All))
	if v.Q.filtered() {
		v.TableTitle = v.T("radar.table.some", "count", v.Loc.Int(len(v.Rows)))
		v.Found = v.T("radar.filter.found", "count", v.Loc.Int(len(v.Rows)), "all", v.Loc.Int(v.All))
	}
	v.Caption = v.T("radar.table.caption", "count", v.Loc.Int(len(v.Rows)), "stand", v.Stand, "sort", v.T("radar.col."+v.Q.Sort))
	for _, f := range []string{"csv", "xlsx", "json", "svg", "png"} {
		v.Files = append(v.Files, kit.Crumb{Name: strings.ToUpper(f), URL: ask{Programme: v.Q.Programme, At: v.Q.At}.url("/radar." + f)})
	}
	v.RatingsURL = v.Q.url("/radar", "show", "ratings")
	if v.Q.Ratings {
		v.RatingsURL = v.Q.url("/radar", "show", "")
	}
	on, err := p.Radar.Follows(ctx, kit.Actor(c), s.p.Ref())
	v.Follow = followButton(v.Page, "programme", s.p.ID, on, v.Q.url("/radar"))
	if err != nil {
		return err
	}
	return p.fieldNav(c, v, s)
}

func followButton(page kit.Page, kind string, id uuid.UUID, on bool, back string) followView {
	f := followView{Action: "/radar/follow", Kind: kind, ID: id.String(), Back: back, On: on, Label: page.T("radar.follow." + kind)}
	if on {
		f.Label = page.T("radar.follow." + kind + ".on")
	}
	return f
}

// sum is the chart in one sentence.
func sum(page kit.Page, s *state) string {
	n := map[int]int{}
	for i := range s.rows {
		n[s.rows[i].Spot.Ring]++
	}
	var rings []string
	for i, key := range s.p.RingKeys() {
		rings = append(rings, page.Loc.Int(n[i])+" "+page.T("radar.ring."+key))
	}
	return page.T("radar.sum", "count", page.Loc.Int(len(s.rows)), "fields", page.Loc.Int(len(s.p.Fields)), "rings", strings.Join(rings, ", "))
}

// order sorts the rows; equal ones stay by number.
func order(rows []row, q ask, p *radar.Programme) {
	place := map[string]int{}
	for i, f := range p.Fields {
		place[f.Key] = i
	}
	moved := map[chart.Move]int{chart.New: 0, chart.In: 1, chart.Out: 2, chart.Stayed: 3}
	slices.SortStableFunc(rows, func(a, b row) int {
		n := 0
		switch q.Sort {
		case "title":
			n = strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
		case "field":
			n = cmp.Compare(place[a.FieldKey], place[b.FieldKey])
		case "status":
			n = cmp.Compare(slices.Index(radar.Statuses(), a.Kind), slices.Index(radar.Statuses(), b.Kind))
		case "progress":
			n = cmp.Compare(a.Percent, b.Percent)
		case "end":
			n = cmp.Compare(a.EndDay, b.EndDay)
		case "rating":
			n = cmp.Compare(a.Mean, b.Mean)
		case "move":
			n = cmp.Compare(moved[a.Move], moved[b.Move])
		}
		if n == 0 {
			n = cmp.Compare(a.No, b.No)
		}
		if q.Down {
			return -n
		}
		return n
	})
}

func choices(v *radarView, s *state) {
	all := func(on bool) kit.Option { return kit.Option{Label: v.T("radar.filter.all"), On: on} }
	v.Fields, v.Statuses, v.Leads, v.Onlys = []kit.Option{all(v.Q.Field == "")}, []kit.Option{all(v.Q.Status == "")}, []kit.Option{all(v.Q.Lead == "")}, []kit.Option{all(v.Q.Only == "")}
	for _, f := range s.p.Fields {
		v.Fields = append(v.Fields, kit.Option{Value: f.Key, Label: f.Name.In(v.Lang), On: f.Key == v.Q.Field})
	}
	for _, st := range radar.Statuses() {
		v.Statuses = append(v.Statuses, kit.Option{Value: string(st), Label: v.T("radar.status." + string(st)), On: string(st) == v.Q.Status})
	}
	var leads []string
	for i := range s.rows {
		if l := s.rows[i].Lead; l != "" && !slices.Contains(leads, l) {
			leads = append(leads, l)
		}
	}
	slices.Sort(leads)
	for _, l := range leads {
		v.Leads = append(v.Leads, kit.Option{Value: l, Label: l, On: l == v.Q.Lead})
	}
	for _, o := range []string{"moved", "late"} {
		v.Onlys = append(v.Onlys, kit.Option{Value: o, Label: v.T("radar.filter." + o), On: o == v.Q.Only})
	}
}

func heads(v *radarView) {
	for _, key := range sorts() {
		label := v.T("radar.col." + key)
		h := head{Label: label, Say: v.T("radar.sort.by", "column", label), URL: v.Q.url("/radar", "sort", key, "dir", "") + "#tabelle", Class: "mt-" + key}
		if key == "no" || key == "progress" || key == "end" || key == "rating" {
			h.Class += " num"
		}
		if key == v.Q.Sort {
			h.Sort = "ascending"
			if v.Q.Down {
				h.Sort = "descending"
			} else {
				h.Say, h.URL = v.T("radar.sort.down", "column", label), v.Q.url("/radar", "sort", key, "dir", "down")+"#tabelle"
			}
		}
		v.Heads = append(v.Heads, h)
	}
}

// times are the releases to choose from, and what has changed.
func (p *pages) times(ctx context.Context, v *radarView, s *state) error {
	list, err := p.Radar.Releases(ctx, s.p)
	if err != nil {
		return err
	}
	slices.Reverse(list)
	for _, r := range list {
		v.Steps = append(v.Steps, step{Label: monthOf(v.Page, r.On), URL: v.Q.url("/radar", "at", string(r.On)), On: string(r.On) == v.Q.At})
	}
	v.Steps = append(v.Steps, step{Label: v.T("radar.today"), URL: v.Q.url("/radar", "at", ""), On: v.Q.At == ""})
	v.Stand = v.T("radar.stand.now")
	if s.now.Release != nil {
		v.Stand = v.T("radar.stand", "date", monthOf(v.Page, s.now.On))
		if n, ok := noteOf(v.Page, s.now.Release); ok {
			v.Notes = append(v.Notes, n)
		}
	}
	if s.before == nil {
		return nil
	}
	n := map[chart.Move]int{}
	for i := range s.rows {
		n[s.rows[i].Move]++
	}
	v.SinceDay = monthOf(v.Page, s.before.On)
	v.Since = v.T("radar.since", "date", v.SinceDay, "new", v.Loc.Int(n[chart.New]), "in", v.Loc.Int(n[chart.In]), "out", v.Loc.Int(n[chart.Out]))
	v.ChangesURL = ask{Programme: v.Q.Programme}.url("/radar/changes", "from", string(s.before.On), "to", v.Q.At)
	return nil
}

func monthOf(page kit.Page, d radar.Day) string {
	at, ok := d.Time(page.Loc.Zone())
	if !ok {
		return ""
	}
	return page.Loc.Month(at)
}

func signs(v *radarView, s *state) {
	n := map[radar.Status]int{}
	moved := map[bool]int{}
	for i := range s.rows {
		n[s.rows[i].Kind]++
		if m := s.rows[i].Move; m != chart.Stayed {
			moved[m == chart.New]++
		}
	}
	for _, st := range []radar.Status{radar.Completed, radar.Running, radar.Planned, radar.Stopped} {
		text := v.T("radar.status." + string(st))
		if st == radar.Running {
			text = v.T("radar.sign.arc", "status", text)
		}
		v.Signs = append(v.Signs, sign{Shape: chart.Kind(st), Text: text, N: v.Loc.Int(n[st])})
	}
	if s.before != nil {
		v.Signs = append(v.Signs,
			sign{Shape: chart.Planned, Move: chart.New, Text: v.T("radar.sign.new", "date", v.SinceDay), N: v.Loc.Int(moved[true])},
			sign{Shape: chart.Running, Move: chart.In, Text: v.T("radar.sign.moved"), N: v.Loc.Int(moved[false])})
	}
}

func (p *pages) programmes(c kit.Context, v *radarView) error {
	list, err := p.Radar.Programmes(c.Request().Context(), kit.Actor(c))
	if err != nil || len(list) < 2 {
		return err
	}
	for i := range list {
		v.Programmes = append(v.Programmes, kit.ChipProps{URL: "/radar?p=" + list[i].Slug, Label: list[i].Name.In(v.Lang), On: list[i].ID == v.P.ID})
	}
	return nil
}
