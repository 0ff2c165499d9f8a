package radarpages

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

type resultRow struct{ Shape, Title, When string }

type fact struct {
	Name string
	Text string
	URL  string
}

// questionView is one question with the visitor's answer and what others said.
type questionView struct {
	Key, Text, Low, High string
	Mine                 int // 0: none, radar.Unknown: not known
	Mean, Count          string
	Bars                 []ratingBar
}

type ratingBar struct{ Label, N, Width string }

type measureView struct {
	kit.Page

	M         *radar.Measure
	T         radar.Texts
	TextLang  string // of the texts, when it is not the page's
	Crumbs    []kit.Crumb
	Meta      []string
	Shape     string
	Word      string
	Plain     []string
	Late      string
	Reason    string
	Results   []resultRow
	Goals     []string
	Good      []string
	Yearly    []yearRow
	Links     []fact
	Facts     []fact
	History   []kit.Step
	Questions []questionView
	RateURL   string
	Follow    followView
	Wrong     kit.Errors
	Address   string
	IdeaURL   string
	Ideas     []ideaRow
	Talk      templ.Component
	Help      []helpView
	Past      bool
}

type yearRow struct {
	Year string
	Text []string
}

// find is the measure of the address.
func (p *pages) find(c kit.Context) (*radar.Measure, *radar.Programme, error) {
	prefix, n, err := subject.ParseNumber(c.Param("measure"))
	if err != nil || prefix != subject.PrefixMeasure {
		return nil, nil, fault.Missing("measure")
	}
	return p.Radar.Measure(c.Request().Context(), kit.Actor(c), n)
}

func (p *pages) measure(c kit.Context) error { return p.showMeasure(c, http.StatusOK, nil) }

func (p *pages) showMeasure(c kit.Context, status int, wrong error) error {
	ctx := c.Request().Context()
	m, prog, err := p.find(c)
	if err != nil {
		return err
	}
	if wrong == nil && c.Param("measure") != m.PublicNumber() {
		return kit.Redirect(c, m.Path())
	}
	v := measureView{Page: kit.NewPage(c, ""), M: m, Past: m.Past()}
	v.Nav, v.Wrong = "radar", kit.ErrorsOf(v.Page, wrong)
	v.T = m.Content.In(v.Lang)
	v.Title, v.Description = v.T.Title, v.T.Change
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	p.describe(&v, prog, now)
	if err := p.fillFacts(c, &v); err != nil {
		return err
	}
	if err := p.fillHistory(c, &v); err != nil {
		return err
	}
	if c.QueryParam("fragment") == "timeline" {
		return kit.Render(c, status, measureFragment(v))
	}
	if err := p.fillRatings(c, &v, prog); err != nil {
		return err
	}
	if v.Help, err = p.helpOf(c, v.Page, m, now); err != nil {
		return err
	}
	on, err := p.Radar.Follows(ctx, kit.Actor(c), m.Ref())
	if err != nil {
		return err
	}
	v.Follow = followButton(v.Page, "measure", m.ID, on, m.Path())
	v.Follow.Action, v.RateURL, v.Address = m.Path()+"/follow", m.Path()+"/rate", strings.TrimSuffix(p.BaseURL, "/")+m.Path()
	if p.IdeaFor != nil && m.Public() && !v.Past {
		v.IdeaURL = p.IdeaFor(m.PublicNumber())
	}
	if v.Ideas, err = p.ideasOf(c, v.Page, m); err != nil {
		return err
	}
	if p.Talk != nil && m.Public() {
		if v.Talk, err = p.Talk(c, v.Page, m.Ref()); err != nil {
			return err
		}
	}
	return kit.Render(c, status, measurePage(v))
}

// describe says how far the measure is, in plain sentences.
func (p *pages) describe(v *measureView, prog *radar.Programme, now time.Time) {
	c := &v.M.Content
	field := prog.Field(c.Field)
	v.Crumbs = []kit.Crumb{{Name: prog.Name.In(v.Lang), URL: "/radar?p=" + prog.Slug}}
	if field != nil {
		v.Crumbs = append(v.Crumbs, kit.Crumb{Name: field.Name.In(v.Lang), URL: ask{Programme: prog.Slug, Field: field.Key, Sort: "no"}.url("/radar")})
		v.Meta = append(v.Meta, field.Name.In(v.Lang))
	}
	v.Crumbs = append(v.Crumbs, kit.Crumb{Name: v.T1("radar.measure.crumb", "no", v.M.No)})
	if c.Lead != "" {
		lead := c.Lead
		if len(c.Partners) > 0 {
			lead = v.T1("radar.measure.with", "lead", lead, "partners", strings.Join(c.Partners, ", "))
		}
		v.Meta = append(v.Meta, lead)
	}
	v.Shape, v.Word = radar.Shape(c.Status), v.T1("radar.status."+string(c.Status))
	percent, estimated, known := c.Progress()
	if c.Status == radar.Running && known {
		v.Word = v.T1("radar.status.percent", "status", v.Word, "percent", percent)
	}
	v.Plain, v.Late, v.Reason = sentences(v.Page, c, percent, estimated && known, radar.Day(now.In(p.Zone).Format(time.DateOnly)))
	today := radar.Day(now.In(p.Zone).Format(time.DateOnly))
	for _, r := range c.Results {
		v.Results = append(v.Results, result(v.Page, r, today, c.Status.Over()))
	}
	v.Goals, v.Good = lines(v.T.Goals), lines(v.T.Highlights)
	for _, y := range slices.Backward(c.Yearly) {
		v.Yearly = append(v.Yearly, yearRow{strconv.Itoa(y.Year), lines(y.Text.In(v.Lang))})
	}
	for _, l := range c.Links {
		v.Links = append(v.Links, fact{Name: v.T1("radar.link." + l.Kind), Text: l.Title, URL: l.URL})
	}
	if c.Texts[v.Lang].Title == "" && v.Lang != i18n.German {
		v.TextLang = i18n.German
	}
}

// T1 is a message: the view's T is the texts of the measure.
func (v *measureView) T1(key string, params ...any) string { return v.Page.T(key, params...) }

// lines are the lines of a text, without empty ones.
func lines(s string) []string {
	var list []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(l), "- ")); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// sentences say the status, whether it is late, and why.
func sentences(page kit.Page, c *radar.Content, percent int, estimated bool, today radar.Day) (plain []string, late, reason string) {
	reached, planned := c.Reached()
	end := quarter(page, c.End)
	switch c.Status {
	case radar.Planned:
		if start := quarter(page, c.Start); start != "" {
			plain = append(plain, page.T("radar.say.planned", "start", start))
		} else {
			plain = append(plain, page.T("radar.say.planned.open"))
		}
	case radar.Running:
		switch {
		case planned > 0:
			plain = append(plain, page.T("radar.say.running", "reached", reached, "planned", planned))
		case estimated:
			plain = append(plain, page.T("radar.say.estimate", "percent", percent))
		default:
			plain = append(plain, page.T("radar.say.running.open"))
		}
	case radar.Completed:
		if month := monthOf(page, c.RealEnd); month != "" {
			plain = append(plain, page.T("radar.say.completed", "month", month))
		} else {
			plain = append(plain, page.T("radar.say.completed.open"))
		}
	case radar.Stopped:
		if r := c.In(page.Lang).Reason; r != "" {
			plain = append(plain, page.T("radar.say.stopped", "reason", r))
		}
	}
	isLate := c.Late(today)
	if end != "" && !c.Status.Over() && !isLate {
		plain = append(plain, page.T("radar.say.end", "end", end))
	}
	if !isLate {
		return plain, "", ""
	}
	first := quarter(page, c.FirstEnd)
	switch {
	case c.Status == radar.Completed:
		late = page.T("radar.say.late.done", "first", first, "now", quarter(page, c.RealEnd))
	case c.End < today:
		late = page.T("radar.say.overdue", "now", end)
	default:
		late = page.T("radar.say.late", "first", first, "now", end)
	}
	if r := c.In(page.Lang).Reason; r != "" {
		reason = page.T("radar.say.reason", "reason", r)
	}
	return plain, late, reason
}

func result(page kit.Page, r radar.Result, today radar.Day, over bool) resultRow {
	row := resultRow{Shape: "measure_planned", Title: r.Title.In(page.Lang), When: page.T("radar.result.open")}
	switch {
	case r.Reached != "":
		row.Shape, row.When = "completed", page.T("radar.result.reached", "date", monthOf(page, r.Reached))
	case r.Due != "" && (r.Due < today || over):
		row.When = page.T("radar.result.overdue", "date", monthOf(page, r.Due))
	case r.Due != "":
		row.When = page.T("radar.result.due", "date", monthOf(page, r.Due))
	}
	return row
}

func (p *pages) fillFacts(c kit.Context, v *measureView) error {
	m := &v.M.Content
	add := func(key, text string) {
		if text != "" {
			v.Facts = append(v.Facts, fact{Name: v.T1("radar.fact." + key), Text: text})
		}
	}
	add("number", v.M.PublicNumber())
	add("lead", m.Lead)
	add("partners", strings.Join(m.Partners, ", "))
	add("start", monthOf(v.Page, m.Start))
	if m.FirstEnd != m.End || m.RealEnd != "" && m.RealEnd > m.FirstEnd {
		add("first", monthOf(v.Page, m.FirstEnd))
	}
	if !m.Status.Over() {
		add("end", monthOf(v.Page, m.End))
	}
	add("real", monthOf(v.Page, m.RealEnd))
	if m.Budget > 0 {
		add("budget", v.T1("radar.fact.euro", "amount", v.Loc.Int(int(m.Budget))))
	}
	if len(m.Districts) > 0 {
		labels, err := p.Geo.Districts(c.Request().Context())
		if err != nil {
			return err
		}
		names := slices.Clone(m.Districts)
		for i, ref := range names {
			for _, l := range labels {
				if l.Ref == ref {
					names[i] = l.Name
				}
			}
		}
		add("districts", strings.Join(names, ", "))
	}
	if len(m.SDGs) > 0 {
		add("sdgs", strings.Trim(strings.ReplaceAll(fmt.Sprint(m.SDGs), " ", ", "), "[]"))
	}
	add("tags", strings.Join(m.Tags, ", "))
	add("contact", m.Contact)
	return nil
}

func (p *pages) fillHistory(c kit.Context, v *measureView) error {
	list, err := p.Radar.History(c.Request().Context(), v.M)
	if err != nil {
		return err
	}
	last := ""
	for i := range list {
		h := &list[i]
		reached, planned := h.Content.Reached()
		words := v.T1("radar.history.status", "status", v.T1("radar.status."+string(h.Content.Status)))
		if planned > 0 && h.Content.Status == radar.Running {
			words += ", " + v.T1("radar.history.results", "reached", reached, "planned", planned)
		}
		if end := quarter(v.Page, h.Content.End); end != "" && !h.Content.Status.Over() {
			words += ". " + v.T1("radar.say.end", "end", end)
		}
		if words == last {
			continue
		}
		s := kit.Step{ID: "stand-" + h.At.UTC().Format("20060102150405") + "-" + strconv.Itoa(h.N), Shape: radar.Shape(h.Content.Status), Title: words, At: h.At.Format(time.RFC3339), When: v.Loc.Day(h.At)}
		switch {
		case h.N == 0:
			s.Who = v.T1("radar.history.release", "date", v.Loc.Month(h.At))
		case last == "":
			s.Who = v.T1("radar.history.first")
		default:
			s.Who = v.T1("radar.history.published")
		}
		last = words
		v.History = append(v.History, s)
	}
	slices.Reverse(v.History)
	return nil
}

func (p *pages) fillRatings(c kit.Context, v *measureView, prog *radar.Programme) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	mine, err := p.Radar.Mine(ctx, actor, prog, v.M)
	if err != nil {
		return err
	}
	all, err := p.Radar.Ratings(ctx, prog, []uuid.UUID{v.M.ID})
	if err != nil {
		return err
	}
	for _, q := range prog.Questions {
		w := questionView{Key: q.Key, Text: q.Text.In(v.Lang), Low: q.Low.In(v.Lang), High: q.High.In(v.Lang), Mine: mine[q.Key]}
		if t := all[q.Key][v.M.ID]; t.N > 0 {
			w.Mean, w.Count, w.Bars = v.Loc.Decimal(t.Mean(), 1), v.Loc.Int(t.N), bars(v.Page, t, w)
		}
		v.Questions = append(v.Questions, w)
	}
	return nil
}

func bars(page kit.Page, t votes.Tally, q questionView) []ratingBar {
	top := 1
	for _, n := range t.By {
		top = max(top, n)
	}
	var list []ratingBar
	for value := 5; value >= 1; value-- {
		label := strconv.Itoa(value)
		switch value {
		case 5:
			label = page.T("radar.rate.end.high", "word", q.High)
		case 1:
			label = page.T("radar.rate.end.low", "word", q.Low)
		}
		n := t.By[int16(value)]
		list = append(list, ratingBar{Label: label, N: page.Loc.Int(n), Width: strconv.Itoa(100 * n / top)})
	}
	return list
}
