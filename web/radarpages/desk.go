package radarpages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
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
	Asks   []askedWait // help requests that a second person has not read yet
	Drafts int         // releases of which the same is true
	Edits  bool
	Manage bool
}

// askedWait is what waits of a help request.
type askedWait struct{ Title, URL, Say string }

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
	if err := p.secondPerson(c, &v, all); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, deskListPage(v))
}

// secondPerson adds what else waits for a second person: it stands on pages that
// nobody opens by chance.
func (p *pages) secondPerson(c kit.Context, v *deskView, all []radar.Measure) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	drafts, err := p.Radar.ReleaseDrafts(ctx, actor, v.P)
	if err != nil {
		return err
	}
	v.Drafts = len(drafts)
	waits, err := p.Radar.HelpWaits(ctx, actor, v.P)
	if err != nil {
		return err
	}
	for _, w := range waits {
		i := slices.IndexFunc(all, func(m radar.Measure) bool { return m.ID == w.Measure })
		if i < 0 {
			continue
		}
		say := v.T("radardesk.waits.help")
		if w.Outcome {
			say = v.T("radardesk.waits.outcome")
		}
		v.Asks = append(v.Asks, askedWait{all[i].Content.In(v.Lang).Title, deskPath(&all[i]) + "#mithilfe", say})
	}
	return nil
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
	Changes   []reviewRow
	Help      []helpView
	Ideas     []ideaRow
	Links     bool // ideas can belong to it
	TakesOut  bool // the change is that it leaves the programme
	Kinds     []kit.Option
	FirstEnd  string
	Others    []reviewRow // somebody saved this meanwhile: not what stands in the form
	Kept      bool        // somebody was quicker: what was typed is still there
	Sent      url.Values  // a form about help that could not be taken
	SentTo    string      // the request that it was about; "": a new one
}

// reviewRow is one thing that is different.
type reviewRow struct{ Label, Before, After string }

// typed is what was typed into a form about help that could not be taken.
func (v deskEdit) typed(request, name string) string {
	if v.Sent != nil && v.SentTo == request {
		return v.Sent.Get(name)
	}
	return ""
}

// wrong is what is said about an entry of a form about help.
func (v deskEdit) wrong(request, name string) string {
	if v.Sent != nil && v.SentTo == request {
		return v.Wrong.For(name)
	}
	return ""
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
	content, err := p.document(c.Request().Context(), &f)
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
			v.Changes = reviewRows(page, prog, &m.Content, &e.Content)
		}
	}
	if fault.Is(wrong, fault.Conflict) {
		v.Kept = true
		if typed, err := form.content(); err == nil {
			v.Others = reviewRows(page, prog, content, typed)
		}
	}
	return p.showRest(c, &v, status)
}

// showRest adds what belongs to a measure beside its texts, and shows the page.
func (p *pages) showRest(c kit.Context, v *deskEdit, status int) error {
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	page, m := v.Page, v.M
	if wrongHelp := c.Param("request"); status != http.StatusOK && strings.HasPrefix(c.Path(), "/desk/radar/:measure/help") {
		v.Sent, v.SentTo = c.Request().PostForm, wrongHelp
	}
	v.Links = p.Ideas != nil && m.Public() && !m.Past()
	if v.Ideas, err = p.ideasOf(c, page, m); err != nil {
		return err
	}
	if v.Help, err = p.deskHelpOf(c, page, m, now); err != nil {
		return err
	}
	for _, k := range radar.HelpKinds() {
		v.Kinds = append(v.Kinds, kit.Option{Value: k, Label: page.T("radar.help." + k), On: k == v.typed("", "kind")})
	}
	return kit.Render(c, status, deskEditPage(*v))
}

// fieldLabel is the name of a field of the form; that of a text in another
// language says which.
func fieldLabel(page kit.Page, name string) string {
	if page.Loc.Has("radardesk.field." + name) {
		return page.T("radardesk.field." + name)
	}
	for suffix, lang := range map[string]string{"_en": i18n.English, "_leicht": i18n.Easy} {
		if base, ok := strings.CutSuffix(name, suffix); ok && page.Loc.Has("radardesk.field."+base+"_de") {
			return page.T("radardesk.field."+base+"_de") + " (" + page.T("radardesk.lang."+lang) + ")"
		}
	}
	return name
}

// reviewRows are the fields that differ, with what they said and say.
func reviewRows(page kit.Page, prog *radar.Programme, before, after *radar.Content) []reviewRow {
	was, is := radar.Cells(before), radar.Cells(after)
	say := func(name, value string) string {
		switch {
		case value == "":
			return page.T("inquiry.empty")
		case name == "status":
			return page.T("radar.status." + value)
		case name == "stage":
			return page.T("radar.stage." + value)
		case name == "field":
			if f := prog.Field(value); f != nil {
				return f.Name.In(page.Lang)
			}
		}
		return value
	}
	var rows []reviewRow
	for _, name := range radar.Differences(before, after) {
		rows = append(rows, reviewRow{fieldLabel(page, name), say(name, was[name]), say(name, is[name])})
	}
	return rows
}
