package radarpages

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// fileBytes is the largest file that the desk takes.
const fileBytes = 21 << 20

// desk adds the routes of those who write the programme.
func (p *pages) desk(r *kit.Router) {
	r.GET("/desk/radar", p.deskList, kit.RequireSignIn)
	r.GET("/desk/radar/new", p.deskNew, kit.RequireSignIn)
	r.POST("/desk/radar/new", p.deskCreate, kit.RequireSignIn)
	r.GET("/desk/radar/import", p.deskImport, kit.RequireSignIn)
	r.POST("/desk/radar/import", p.deskTake, kit.RequireSignIn, kit.BodyLimit(fileBytes))
	r.GET("/desk/radar/releases", p.deskReleases, kit.RequireSignIn)
	r.POST("/desk/radar/releases", p.deskDecide, kit.RequireSignIn)
	r.POST("/desk/radar/releases/:release", p.deskRelease, kit.RequireSignIn)
	r.GET("/desk/radar/programme", p.programmePage, kit.RequireSignIn)
	r.POST("/desk/radar/programme", p.programmeDo, kit.RequireSignIn)
	r.GET("/desk/radar/questions", p.questions, kit.RequireSignIn)
	r.GET("/desk/radar/:measure", p.deskMeasure, kit.RequireSignIn)
	r.POST("/desk/radar/:measure", p.deskSave, kit.RequireSignIn)
	r.GET("/desk/radar/:measure/preview", p.deskPreview, kit.RequireSignIn)
	r.POST("/desk/radar/:measure/ideas", p.deskIdeas, kit.RequireSignIn)
	r.POST("/desk/radar/:measure/help", p.deskHelp, kit.RequireSignIn)
	r.POST("/desk/radar/:measure/help/:request", p.deskOutcome, kit.RequireSignIn)
}

// deskRow is one measure on the desk.
type deskRow struct {
	No, Title, URL, Shape, Status, State, StateKind, Changed, Lead string
}

type deskView struct {
	kit.Page

	P      *radar.Programme
	Rows   []deskRow
	Waits  []deskRow
	Edits  bool
	Manage bool
}

func (p *pages) deskPage(c kit.Context, title string) (kit.Page, *radar.Programme, error) {
	page := kit.NewPage(c, title)
	page.Nav, page.Robots = "desk", "noindex"
	kit.NoStore(c)
	if err := radar.May(kit.Actor(c), radar.ActDesk, uuid.Nil); err != nil {
		return page, nil, err
	}
	slug := c.QueryParam("p")
	if slug == "" {
		slug = c.FormValue("p")
	}
	prog, err := p.Radar.Programme(c.Request().Context(), kit.Actor(c), slug)
	return page, prog, err
}

func (p *pages) deskList(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	page, prog, err := p.deskPage(c, "radardesk.title")
	if err != nil && !fault.Is(err, fault.NotFound) || err != nil && radar.May(actor, radar.ActDesk, uuid.Nil) != nil {
		return err
	}
	v := deskView{Page: page, P: prog, Edits: radar.May(actor, radar.ActEdit, uuid.Nil) == nil, Manage: radar.May(actor, radar.ActRelease, uuid.Nil) == nil}
	if prog != nil && !prog.EditedBy(actor) {
		v.Edits, v.Manage = false, false
	}
	if prog == nil {
		return kit.Render(c, http.StatusOK, deskListPage(v))
	}
	all, err := p.Radar.All(ctx, actor, prog)
	if err != nil {
		return err
	}
	edits, err := p.Radar.Edits(ctx, actor, prog)
	if err != nil {
		return err
	}
	for i := range all {
		m := &all[i]
		r := deskRow{
			No: strconv.Itoa(m.No), Title: m.Content.In(v.Lang).Title, URL: deskPath(m), Shape: radar.Shape(m.Content.Status),
			Status: v.T("radar.status." + string(m.Content.Status)), Changed: v.Loc.Day(m.Changed), Lead: m.Content.Lead, State: v.T("radardesk.state." + m.Visibility),
		}
		if j := slices.IndexFunc(edits, func(e radar.Edit) bool { return e.Measure == m.ID }); j >= 0 {
			r.State, r.StateKind, r.Changed = v.T("radardesk.edit."+string(edits[j].State)), string(edits[j].State), v.Loc.Day(edits[j].Changed)
			r.Title = edits[j].Content.In(v.Lang).Title
			v.Waits = append(v.Waits, r)
			continue
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, deskListPage(v))
}

func deskPath(m *radar.Measure) string { return "/desk/radar/" + m.PublicNumber() }

// deskEdit is the form of a measure.
type deskEdit struct {
	kit.Page

	P         *radar.Programme
	M         *radar.Measure // nil: a new one
	F         editForm
	Version   int
	State     radar.EditState
	StateText string
	Remark    string
	Action    string
	Wrong     kit.Errors
	Edits     bool
	MayReview bool
	Own       bool // the viewer wrote it
	Fields    []kit.Option
	Statuses  []kit.Option
	Stages    []kit.Option
	Langs     []editLang
	Changes   []string
	Help      []helpView
	Ideas     []ideaRow
	Links     bool // ideas can belong to it
	TakesOut  bool // the change is that it leaves the programme
	Kinds     []kit.Option
	FirstEnd  string
}

type editLang struct {
	Key, Name string
	Texts     []editText
	Results   string
	Yearly    string
}

type editText struct {
	Name, Label, Hint, Value string
	Rows, Max                int
}

func (p *pages) findDesk(c kit.Context) (*radar.Measure, *radar.Programme, error) {
	if err := radar.May(kit.Actor(c), radar.ActDesk, uuid.Nil); err != nil {
		return nil, nil, err
	}
	return p.find(c)
}

func (p *pages) deskNew(c kit.Context) error {
	page, prog, err := p.deskPage(c, "radardesk.new")
	if err != nil {
		return err
	}
	if err := radar.MayIn(prog, kit.Actor(c), radar.ActEdit, uuid.Nil); err != nil {
		return err
	}
	content := radar.Content{Status: radar.Planned, Field: prog.Fields[0].Key, Texts: map[string]radar.Texts{}}
	return kit.Render(c, http.StatusOK, deskEditPage(p.editView(page, prog, nil, formOf(&content))))
}

func (p *pages) editView(page kit.Page, prog *radar.Programme, m *radar.Measure, f editForm) deskEdit {
	v := deskEdit{Page: page, P: prog, M: m, F: f, Action: "/desk/radar/new", Edits: true}
	if m != nil {
		v.Action = deskPath(m)
		if m.Version > 0 {
			v.FirstEnd = monthOf(page, m.Content.FirstEnd)
		}
	}
	for _, fd := range prog.Fields {
		v.Fields = append(v.Fields, kit.Option{Value: fd.Key, Label: fd.Name.In(page.Lang), On: fd.Key == f.Field})
	}
	for _, st := range radar.Statuses() {
		v.Statuses = append(v.Statuses, kit.Option{Value: string(st), Label: page.T("radar.status." + string(st)), On: string(st) == f.Status})
	}
	v.Stages = []kit.Option{{Label: "–", On: f.Stage == ""}}
	for _, st := range radar.Stages() {
		v.Stages = append(v.Stages, kit.Option{Value: st, Label: page.T("radar.stage." + st), On: st == f.Stage})
	}
	for _, lang := range radar.Languages() {
		l := editLang{Key: lang, Name: page.T("radardesk.lang." + lang), Results: f.Results[lang], Yearly: f.Yearly[lang]}
		for _, name := range radar.TextNames() {
			t := editText{Name: name + "_" + lang, Label: page.T("radardesk.text." + name), Value: f.Texts[lang][name], Rows: 4, Max: 6000}
			switch name {
			case "title":
				t.Rows, t.Max = 0, radar.MaxTitle
			case "change", "from_when", "where", "short":
				t.Rows, t.Max = 2, 300
			}
			if page.Loc.Has("radardesk.hint." + name) {
				t.Hint = page.T("radardesk.hint." + name)
			}
			l.Texts = append(l.Texts, t)
		}
		v.Langs = append(v.Langs, l)
	}
	return v
}

func (p *pages) deskCreate(c kit.Context) error {
	page, prog, err := p.deskPage(c, "radardesk.new")
	if err != nil {
		return err
	}
	f := readForm(c)
	content, err := f.content()
	var m *radar.Measure
	if err == nil {
		m, err = p.Radar.Draft(c.Request().Context(), kit.Actor(c), prog, keyOf(c), content, f.Remark)
	}
	if fault.Is(err, fault.Invalid) {
		v := p.editView(page, prog, nil, f)
		v.Wrong = kit.ErrorsOf(page, err)
		return kit.Render(c, http.StatusUnprocessableEntity, deskEditPage(v))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "radardesk.saved")
	return kit.Redirect(c, deskPath(m))
}

func (p *pages) deskMeasure(c kit.Context) error { return p.showEdit(c, http.StatusOK, nil, nil) }

func (p *pages) showEdit(c kit.Context, status int, f *editForm, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	m, prog, err := p.findDesk(c)
	if err != nil {
		return err
	}
	page, _, err := p.deskPage(c, "radardesk.title")
	if err != nil {
		return err
	}
	e, open, err := p.Radar.OpenEdit(ctx, actor, m.ID)
	if err != nil {
		return err
	}
	content := &m.Content
	if open {
		content = &e.Content
	}
	form := formOf(content)
	if f != nil {
		form = *f
	}
	page.Title = content.In(page.Lang).Title
	v := p.editView(page, prog, m, form)
	v.Version, v.State, v.Remark, v.Wrong = e.Version, e.State, e.Remark, kit.ErrorsOf(page, wrong)
	v.Edits = radar.MayIn(prog, actor, radar.ActEdit, uuid.Nil) == nil
	if open {
		v.StateText = page.T("radardesk.edit." + string(e.State))
		if e.State == radar.EditApproved && e.PublishAt != nil {
			v.StateText = page.T("radardesk.edit.at", "date", page.Loc.DateTime(*e.PublishAt, time.Time{}))
		}
		v.Own, v.TakesOut = actor.Is(e.ProposedBy), e.TakesOut
		if e.TakesOut {
			v.StateText += ": " + page.T("radardesk.takes_out")
		}
		v.MayReview = radar.MayIn(prog, actor, radar.ActReview, e.ProposedBy) == nil
		if m.Version > 0 {
			v.Changes = radar.Differences(&m.Content, &e.Content)
			for i, name := range v.Changes {
				v.Changes[i] = fieldLabel(page, name)
			}
		}
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v.Links = p.Ideas != nil && m.Public() && !m.Past()
	if v.Ideas, err = p.ideasOf(c, page, m); err != nil {
		return err
	}
	if v.Help, err = p.deskHelpOf(c, page, m, now); err != nil {
		return err
	}
	for _, k := range radar.HelpKinds() {
		v.Kinds = append(v.Kinds, kit.Option{Value: k, Label: page.T("radar.help." + k)})
	}
	return kit.Render(c, status, deskEditPage(v))
}

// fieldLabel is the name of a field of the form.
func fieldLabel(page kit.Page, name string) string {
	if page.Loc.Has("radardesk.field." + name) {
		return page.T("radardesk.field." + name)
	}
	return name
}
