package radarpages

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Rows of the form beyond those that are there.
const (
	moreFields   = 2
	maxQuestions = 4
)

// fieldRow is one field of action in the form.
type fieldRow struct {
	I, Ord, Key                            string
	NameDE, NameEN, CoreDE, CoreEN, Weight string
	IntroDE, IntroEN                       string
}

// rateRow is one question in the form.
type rateRow struct {
	I, Key                                       string
	TextDE, TextEN, LowDE, LowEN, HighDE, HighEN string
}

type programmeView struct {
	kit.Page

	New                              bool
	Version                          int
	Slug                             string
	NameDE, NameEN, IntroDE, IntroEN string
	Public                           bool
	Starts, Ends                     string
	Editors                          []kit.Option
	Rings, Sectors                   []kit.Option
	Fields                           []fieldRow
	Questions                        []rateRow
	Wrong                            kit.Errors
	SVG                              string
	Kept                             bool // somebody was quicker: what was typed is still there
}

// programmePage shows the form of a programme: that of p, or of a new one.
func (p *pages) programmePage(c kit.Context) error {
	actor := kit.Actor(c)
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return err
	}
	prog := &radar.Programme{Rings: radar.ByStatus, Sectors: "field", Questions: radar.NewProgramme("", nil, nil).Questions}
	if slug := c.QueryParam("p"); slug != "" {
		var err error
		if prog, err = p.Radar.Programme(c.Request().Context(), actor, slug); err != nil {
			return err
		}
		if err := radar.MayIn(prog, actor, radar.ActRelease, uuid.Nil); err != nil {
			return err
		}
	}
	v, err := p.programmeView(c, prog, prog.Version)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, programmeFormPage(v))
}

func (p *pages) programmeView(c kit.Context, prog *radar.Programme, version int) (programmeView, error) {
	v := programmeView{
		Page: kit.NewPage(c, "radardesk.tab/programme"), New: version == 0, Version: version, Slug: prog.Slug, Public: prog.Public,
		NameDE: prog.Name[i18n.German], NameEN: prog.Name[i18n.English], IntroDE: prog.Intro[i18n.German], IntroEN: prog.Intro[i18n.English],
		Starts: string(prog.Starts), Ends: string(prog.Ends),
	}
	editors, err := p.Radar.Editors(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return v, err
	}
	for _, e := range editors {
		v.Editors = append(v.Editors, kit.Option{Value: e.ID.String(), Label: e.Name, On: slices.Contains(prog.Editors, e.ID)})
	}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	for _, r := range []radar.Scale{radar.ByStatus, radar.ByHorizon, radar.ByStage} {
		v.Rings = append(v.Rings, kit.Option{Value: string(r), Label: v.T("radarprog.rings." + string(r)), On: r == prog.Rings})
	}
	for _, s := range []string{"field", "core"} {
		v.Sectors = append(v.Sectors, kit.Option{Value: s, Label: v.T("radarprog.sectors." + s), On: s == prog.Sectors})
	}
	for i := range min(len(prog.Fields)+moreFields, chart.MaxSectors) {
		r := fieldRow{I: strconv.Itoa(i), Ord: strconv.Itoa(i + 1), Weight: "1"}
		if i < len(prog.Fields) {
			f := &prog.Fields[i]
			r.Key, r.NameDE, r.NameEN, r.CoreDE, r.CoreEN = f.Key, f.Name[i18n.German], f.Name[i18n.English], f.Core[i18n.German], f.Core[i18n.English]
			r.IntroDE, r.IntroEN = f.Intro[i18n.German], f.Intro[i18n.English]
			r.Weight = strings.Replace(strconv.FormatFloat(cmp.Or(f.Weight, 1), 'f', -1, 32), ".", ",", 1)
		}
		v.Fields = append(v.Fields, r)
	}
	for i := range maxQuestions {
		r := rateRow{I: strconv.Itoa(i)}
		if i < len(prog.Questions) {
			q := &prog.Questions[i]
			r.Key, r.TextDE, r.TextEN = q.Key, q.Text[i18n.German], q.Text[i18n.English]
			r.LowDE, r.LowEN, r.HighDE, r.HighEN = q.Low[i18n.German], q.Low[i18n.English], q.High[i18n.German], q.High[i18n.English]
		}
		v.Questions = append(v.Questions, r)
	}
	return v, nil
}

// readProgramme is the form as a programme; fields in the order of their numbers.
func readProgramme(c kit.Context) (prog *radar.Programme, version int) {
	line := func(name string) string { return kit.Clean(c.FormValue(name), false) }
	both := func(name string) i18n.Text { return texts(line(name+"_de"), line(name+"_en")) }
	prog = &radar.Programme{
		Slug: line("slug"), Name: both("name"), Rings: radar.Scale(line("rings")), Sectors: line("sectors"), Public: c.FormValue("public") == "1",
		Intro:  texts(kit.Clean(c.FormValue("intro_de"), true), kit.Clean(c.FormValue("intro_en"), true)),
		Starts: radar.Day(line("starts")), Ends: radar.Day(line("ends")),
	}
	for _, text := range c.Request().PostForm["editors"] {
		if id, err := uuid.Parse(text); err == nil {
			prog.Editors = append(prog.Editors, id)
		}
	}
	version, _ = strconv.Atoi(c.FormValue("version"))
	type placed struct {
		ord int
		f   radar.Field
	}
	var list []placed
	for i := range chart.MaxSectors {
		at := "field" + strconv.Itoa(i)
		f := radar.Field{Key: line(at + ".key"), Name: both(at + ".name"), Core: both(at + ".core")}
		f.Intro = texts(kit.Clean(c.FormValue(at+".intro_de"), true), kit.Clean(c.FormValue(at+".intro_en"), true))
		if len(f.Name) == 0 {
			continue // an empty row, or a field that is to go
		}
		f.Weight, _ = strconv.ParseFloat(strings.Replace(line(at+".weight"), ",", ".", 1), 64)
		ord, _ := strconv.Atoi(line(at + ".ord"))
		list = append(list, placed{ord, f})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return a.ord - b.ord })
	for _, l := range list {
		prog.Fields = append(prog.Fields, l.f)
	}
	for i := range maxQuestions {
		at := "q" + strconv.Itoa(i)
		if q := (radar.Question{Key: line(at + ".key"), Text: both(at + ".text"), Low: both(at + ".low"), High: both(at + ".high")}); len(q.Text) > 0 {
			prog.Questions = append(prog.Questions, q)
		}
	}
	return prog, version
}

// keepLanguages adds what the form does not ask for: texts in further languages.
func keepLanguages(prog, was *radar.Programme) {
	keep := func(to, from i18n.Text) {
		if to[i18n.German] == "" {
			return // the text was taken out
		}
		for lang, words := range from {
			if lang != i18n.German && lang != i18n.English {
				to[lang] = words
			}
		}
	}
	keep(prog.Name, was.Name)
	keep(prog.Intro, was.Intro)
	for i := range prog.Fields {
		f := &prog.Fields[i]
		if old := was.Field(f.Key); old != nil && f.Key != "" {
			keep(f.Name, old.Name)
			keep(f.Intro, old.Intro)
			keep(f.Core, old.Core)
		}
	}
	for i := range prog.Questions {
		q := &prog.Questions[i]
		at := slices.IndexFunc(was.Questions, func(o radar.Question) bool { return o.Key == q.Key })
		if at < 0 {
			continue
		}
		keep(q.Text, was.Questions[at].Text)
		keep(q.Low, was.Questions[at].Low)
		keep(q.High, was.Questions[at].High)
	}
}

// programmeDo stores the form, or shows the chart that it would make.
func (p *pages) programmeDo(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return err
	}
	prog, version := readProgramme(c)
	if version > 0 {
		was, err := p.Radar.Programme(ctx, actor, prog.Slug)
		if err != nil {
			return err
		}
		prog.ID = was.ID
		keepLanguages(prog, was)
	}
	if c.FormValue("do") != "preview" {
		err := p.Radar.EditProgramme(ctx, actor, prog, version)
		if err == nil {
			kit.Flash(c, "success", "radardesk.saved")
			return kit.Redirect(c, "/desk/radar/programme?p="+prog.Slug)
		}
		return p.programmeAgain(c, prog, version, err)
	}
	st, err := p.Radar.PreviewProgramme(ctx, actor, prog)
	if err != nil {
		return p.programmeAgain(c, prog, version, err)
	}
	v, err := p.programmeView(c, prog, version)
	if err != nil {
		return err
	}
	s := &state{p: prog, now: st}
	for i := range st.Items {
		r := makeRow(v.Page, prog, &st.Items[i], st.On, chart.Stayed, noTally)
		r.Fits = true
		s.rows = append(s.rows, r)
	}
	v.SVG = string(p.chart(v.Page, s, ask{}).SVG(chart.ByClass))
	return kit.Render(c, http.StatusOK, programmeFormPage(v))
}

// programmeAgain shows what was typed with what is wrong about it; also where
// somebody was quicker: to save it once more is to replace what they saved.
func (p *pages) programmeAgain(c kit.Context, prog *radar.Programme, version int, err error) error {
	quicker := fault.Is(err, fault.Conflict)
	if !quicker && !fault.Is(err, fault.Invalid) {
		return err
	}
	if quicker {
		now, failed := p.Radar.Programme(c.Request().Context(), kit.Actor(c), prog.Slug)
		if failed != nil {
			return failed
		}
		version = now.Version
	}
	v, failed := p.programmeView(c, prog, version)
	if failed != nil {
		return failed
	}
	v.Wrong, v.Kept = kit.ErrorsOf(v.Page, err), quicker
	return kit.Render(c, kit.StatusOf(fault.As(err).Kind), programmeFormPage(v))
}

// runs says from when to when a programme does; "" where nobody has said.
func (p *pages) runs(page kit.Page, prog *radar.Programme, today radar.Day) string {
	from, to := p.dayOf(page, prog.Starts), p.dayOf(page, prog.Ends)
	switch {
	case to != "" && prog.Ends < today:
		return page.T("radar.runs.past", "to", to)
	case from != "" && prog.Starts > today:
		return page.T("radar.runs.future", "from", from)
	case from != "" && to != "":
		return page.T("radar.runs.both", "from", from, "to", to)
	case from != "":
		return page.T("radar.runs.from", "from", from)
	case to != "":
		return page.T("radar.runs.to", "to", to)
	}
	return ""
}
