package radarpages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// inquiries adds the routes of those who ask departments, and of those who answer.
func (p *pages) inquiries(r *kit.Router) {
	r.GET("/desk/radar/inquiries", p.inquiryList, kit.RequireSignIn)
	r.GET("/desk/radar/inquiries/new", p.inquiryNew, kit.RequireSignIn)
	r.POST("/desk/radar/inquiries/new", p.inquiryCreate, kit.RequireSignIn)
	r.GET("/desk/radar/inquiries/:inquiry", p.inquiryBoard, kit.RequireSignIn)
	r.POST("/desk/radar/inquiries/:inquiry", p.inquiryDo, kit.RequireSignIn)
	r.GET("/desk/radar/inquiries/answers/:answer", p.answer, kit.RequireSignIn)
	r.POST("/desk/radar/inquiries/answers/:answer", p.answerDo, kit.RequireSignIn)
	r.GET("/p/plan/:token", p.byLink)
	r.POST("/p/plan/:token", p.byLinkDo)
}

type inquiryRow struct {
	Title, URL, Due, Say string
	Late, Closed         bool
}

type askedRow struct{ No, Title, URL, Inquiry, Due, State string }

type inquiriesView struct {
	kit.Page

	P      *radar.Programme // nil: the viewer only answers
	List   []inquiryRow
	Asked  []askedRow
	Manage bool
}

func (p *pages) inquiryList(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if !actor.Has(subject.Editor, subject.Admin, subject.TeamLead, subject.Caseworker) {
		return radar.May(actor, radar.ActDesk, uuid.Nil)
	}
	v := inquiriesView{Page: kit.NewPage(c, "inquiry.title"), Manage: radar.May(actor, radar.ActRelease, uuid.Nil) == nil}
	v.Nav, v.Robots = "desk", "noindex"
	kit.NoStore(c)
	today, err := p.Radar.Today(ctx)
	if err != nil {
		return err
	}
	if v.Manage {
		v.P, err = p.Radar.Programme(ctx, actor, c.QueryParam("p"))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		v.Manage = err == nil // a city without a programme asks nothing
	}
	if v.Manage {
		list, err := p.Radar.Inquiries(ctx, actor, v.P)
		if err != nil {
			return err
		}
		for i := range list {
			q := &list[i]
			say := v.T("inquiry.progress", "done", q.All()-q.Missing(), "all", q.All())
			if !q.Open {
				say = v.T("inquiry.closed")
			}
			v.List = append(v.List, inquiryRow{q.Title, inquiryPath(q.ID), p.dayOf(v.Page, q.Due), say, q.Open && q.Missing() > 0 && q.Due < today, !q.Open})
		}
	}
	asked, err := p.Radar.AskedOf(ctx, actor)
	if err != nil {
		return err
	}
	for _, a := range asked {
		v.Asked = append(v.Asked, askedRow{
			strconv.Itoa(a.Measure.No), a.Measure.Content.In(v.Lang).Title, a.Answer.Path(), a.Inquiry.Title, p.dayOf(v.Page, a.Inquiry.Due),
			v.T("inquiry.state." + string(a.Answer.State)),
		})
	}
	return kit.Render(c, http.StatusOK, inquiriesPage(v))
}

func inquiryPath(id uuid.UUID) string { return "/desk/radar/inquiries/" + id.String() }

func (p *pages) dayOf(page kit.Page, d radar.Day) string {
	at, ok := d.Time(p.Zone)
	if !ok {
		return ""
	}
	return page.Loc.Day(at)
}

// askRow is one measure of the form of a new inquiry.
type askRow struct {
	ID, No, Title, Whom, Mail, Head string
	On                              bool
}

type newInquiryView struct {
	kit.Page

	P                                 *radar.Programme
	Key, Name, Due, Year, Note, Words string
	Fields                            []kit.Option
	Rows                              []askRow
	Departments                       []string
	Wrong                             kit.Errors
}

// departments are those in use, by their names.
func (p *pages) departments(c kit.Context) ([]accounts.Department, error) {
	all, err := accounts.Departments(c.Request().Context(), p.DB)
	return slices.DeleteFunc(all, func(d accounts.Department) bool { return !d.Active }), err
}

// departmentOf is the department of a name or key; nil when there is none.
func departmentOf(list []accounts.Department, name string) *accounts.Department {
	name = strings.TrimSpace(name)
	for i := range list {
		d := &list[i]
		if name != "" && (strings.EqualFold(d.Name[i18n.German], name) || strings.EqualFold(d.Name[i18n.English], name) || d.Key == name) {
			return d
		}
	}
	return nil
}

// inquiryForm is a new inquiry with what is proposed: the measures that go on,
// and whoever is in charge of them.
func (p *pages) inquiryForm(c kit.Context) (newInquiryView, []accounts.Department, []radar.Measure, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	page, prog, err := p.deskPage(c, "inquiry.new")
	v := newInquiryView{Page: page, P: prog}
	if err != nil {
		return v, nil, nil, err
	}
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return v, nil, nil, err
	}
	departments, err := p.departments(c)
	if err != nil {
		return v, nil, nil, err
	}
	for i := range departments {
		v.Departments = append(v.Departments, departments[i].Name.In(v.Lang))
	}
	all, err := p.Radar.All(ctx, actor, prog)
	if err != nil {
		return v, nil, nil, err
	}
	all = slices.DeleteFunc(all, func(m radar.Measure) bool { return m.Past() || m.Visibility == "hidden" })
	return v, departments, all, nil
}

func (p *pages) inquiryNew(c kit.Context) error {
	v, departments, all, err := p.inquiryForm(c)
	if err != nil {
		return err
	}
	today, err := p.Radar.Today(c.Request().Context())
	if err != nil {
		return err
	}
	at, _ := today.Time(p.Zone)
	v.Key, v.Due, v.Year = freshKey(), at.AddDate(0, 0, 21).Format(time.DateOnly), strconv.Itoa(at.Year())
	v.Fields = p.askFields(v.Page, []string{"status", radar.FieldYearly, "results_de", "end", "reason_de", "outlook_de"})
	for i := range all {
		r := askRow{ID: all[i].ID.String(), No: strconv.Itoa(all[i].No), Title: all[i].Content.In(v.Lang).Title, On: !all[i].Content.Status.Over()}
		if d := departmentOf(departments, all[i].Content.Lead); d != nil {
			r.Whom, r.Mail = d.Name.In(v.Lang), d.Mail
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, newInquiryPage(v))
}

func (*pages) askFields(page kit.Page, on []string) []kit.Option {
	list := make([]kit.Option, 0, len(radar.AskFields()))
	for _, f := range radar.AskFields() {
		list = append(list, kit.Option{Value: f, Label: askLabel(page, f, 0), On: slices.Contains(on, f)})
	}
	return list
}

// askLabel is a field's name; year is that of the inquiry, 0 for any.
func askLabel(page kit.Page, field string, year int) string {
	switch {
	case field == radar.FieldYearly && year > 0:
		return page.T("inquiry.yearly.of", "year", year)
	case field == radar.FieldYearly:
		return page.T("inquiry.yearly")
	}
	return fieldLabel(page, field)
}

func (p *pages) inquiryCreate(c kit.Context) error {
	v, departments, all, err := p.inquiryForm(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	line := func(name string) string { return kit.Clean(c.FormValue(name), false) }
	v.Key, v.Name, v.Due, v.Year = c.FormValue("key"), line("title"), line("due"), line("year")
	v.Note, v.Words = kit.Clean(c.FormValue("note"), true), kit.Clean(c.FormValue("questions"), true)
	q := radar.Inquiry{ID: keyOf(c), Title: v.Name, Note: v.Note, Due: radar.Day(v.Due), Fields: form["fields"], Questions: lines(v.Words)}
	q.Year, _ = strconv.Atoi(v.Year)
	v.Fields = p.askFields(v.Page, q.Fields)
	var asks []radar.Ask
	var wrong error
	for i := range all {
		id := all[i].ID.String()
		r := askRow{
			ID: id, No: strconv.Itoa(all[i].No), Title: all[i].Content.In(v.Lang).Title, On: slices.Contains(form["measures"], id),
			Whom: line("whom." + id), Mail: line("mail." + id), Head: line("head." + id),
		}
		v.Rows = append(v.Rows, r)
		if !r.On {
			continue
		}
		ask := radar.Ask{Measure: all[i].ID, Mail: r.Mail, HeadMail: r.Head}
		if d := departmentOf(departments, r.Whom); d != nil {
			ask.Department = d.ID
		} else if r.Whom != "" {
			wrong = fault.OnField("measures", "inquiry.err.whom")
		}
		asks = append(asks, ask)
	}
	if wrong == nil {
		wrong = p.Radar.Inquire(c.Request().Context(), kit.Actor(c), v.P, &q, asks)
	}
	if fault.Is(wrong, fault.Invalid) {
		v.Wrong = kit.ErrorsOf(v.Page, wrong)
		return kit.Render(c, http.StatusUnprocessableEntity, newInquiryPage(v))
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "inquiry.sent")
	return kit.Redirect(c, inquiryPath(q.ID))
}

// boardRow is one answer on the board.
type boardRow struct {
	ID, No, Title, URL, Whom, State, Shape, Since, Reminded string
	Missing                                                 bool
}

type boardView struct {
	kit.Page

	P        *radar.Programme
	Q        *radar.Inquiry
	Due, Say string
	Late     bool
	Action   string
	Chips    []kit.ChipProps
	Rows     []boardRow
}

func (p *pages) inquiryBoard(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	id, err := uuid.Parse(c.Param("inquiry"))
	if err != nil {
		return fault.Missing("inquiry")
	}
	page, prog, err := p.deskPage(c, "inquiry.title")
	if err != nil {
		return err
	}
	q, list, err := p.Radar.Board(ctx, actor, id)
	if err != nil {
		return err
	}
	today, err := p.Radar.Today(ctx)
	if err != nil {
		return err
	}
	all, err := p.Radar.All(ctx, actor, &radar.Programme{ID: q.Programme})
	if err != nil {
		return err
	}
	departments, err := p.departments(c)
	if err != nil {
		return err
	}
	v := boardView{Page: page, P: prog, Q: q, Due: p.dayOf(page, q.Due), Action: inquiryPath(id)}
	v.Title = q.Title
	missing, only := 0, c.QueryParam("only")
	for i := range list {
		a := &list[i]
		if a.State.Missing() {
			missing++
		}
		if only == "missing" && !a.State.Missing() || only == "released" && a.State != radar.AnswerReleased {
			continue
		}
		r := boardRow{
			ID: a.ID.String(), URL: a.Path(), Whom: a.Mail, State: page.T("inquiry.state." + string(a.State)), Shape: stateShape(a.State),
			Since: page.Loc.Day(a.Changed), Missing: a.State.Missing() && q.Open,
		}
		if a.Reminded > 0 {
			r.Reminded = page.T("inquiry.times", "n", a.Reminded)
		}
		if j := slices.IndexFunc(all, func(m radar.Measure) bool { return m.ID == a.Measure }); j >= 0 {
			r.No, r.Title = strconv.Itoa(all[j].No), all[j].Content.In(page.Lang).Title
		}
		if j := slices.IndexFunc(departments, func(d accounts.Department) bool { return d.ID == a.Department }); j >= 0 {
			r.Whom = departments[j].Name.In(page.Lang)
		}
		v.Rows = append(v.Rows, r)
	}
	v.Say, v.Late = page.T("inquiry.progress", "done", len(list)-missing, "all", len(list)), missing > 0 && q.Open && q.Due < today
	for _, o := range []string{"", "missing", "released"} {
		v.Chips = append(v.Chips, kit.ChipProps{URL: v.Action + "?only=" + o, Label: page.T("inquiry.only." + o), On: only == o})
	}
	return kit.Render(c, http.StatusOK, boardPage(v))
}

// stateShape is the sign of an answer's state.
func stateShape(s radar.AnswerState) string {
	switch s {
	case radar.AnswerAsked, radar.AnswerDraft, radar.AnswerReturned:
		return "measure_planned"
	case radar.AnswerHandedIn:
		return "in_review"
	case radar.AnswerReleased:
		return "in_progress"
	case radar.AnswerTaken:
	}
	return "completed"
}

func (p *pages) inquiryDo(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	id, err := uuid.Parse(c.Param("inquiry"))
	if err != nil {
		return fault.Missing("inquiry")
	}
	key := "inquiry.ended"
	if answer := c.FormValue("remind"); answer != "" {
		of, err := uuid.Parse(answer)
		if err != nil {
			return fault.Missing("inquiry")
		}
		key = "inquiry.reminded"
		if err := p.Radar.RemindNow(ctx, actor, of); err != nil {
			return err
		}
	} else if err := p.Radar.CloseInquiry(ctx, actor, id); err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, inquiryPath(id))
}
