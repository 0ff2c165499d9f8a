package complaintpages

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func deskPath(n subject.Number) string {
	return "/desk/complaints/" + n.Format(subject.PrefixComplaint)
}

func (p *pages) registerDesk(r *kit.Router) {
	r.GET("/desk/complaints", p.list)
	r.GET("/desk/complaints/archive", p.archiveList)
	r.GET("/desk/complaints/notes", p.learnings)
	r.POST("/desk/complaints/notes", p.writeLearning)
	r.POST("/desk/complaints/notes/:id", p.publishLearning)
	r.GET("/desk/complaints/setup", p.setup)
	r.POST("/desk/complaints/setup/rules/:kind", p.setRule)
	r.POST("/desk/complaints/setup/topics/:key", p.setTopic)
	r.GET("/desk/complaints/:number", p.deskCase, kit.Secret)
	r.POST("/desk/complaints/:number/letter", p.letter, kit.Secret) // no GET: it makes a new access code
	r.POST("/desk/complaints/:number/:act", p.act)
}

type deskListView struct {
	kit.Page
	Rows   []complaints.Row
	Topics complaints.TopicList
	State  string
	Chips  []kit.ChipProps
	Next   string
	Now    time.Time
	Setup  bool
}

func (p *pages) list(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	f := complaints.ListFilter{State: c.QueryParam("state"), Kind: complaints.Kind(c.QueryParam("kind")), Topic: c.QueryParam("topic")}
	if after := c.QueryParam("after"); after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return fault.New(fault.BadRequest, "err.400")
		}
		f.After = id
	}
	rows, next, err := p.Complaints.List(ctx, actor, f)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := deskListView{Page: p.deskPage(c, "complaint.desk.title"), Rows: rows, State: f.State, Now: now, Setup: complaints.MaySetUp(actor) == nil}
	if v.Topics, err = p.Complaints.Topics(ctx); err != nil {
		return err
	}
	for _, s := range []string{"", "mine", "release", "answered", "closed"} {
		url := "/desk/complaints"
		key := "open"
		if s != "" {
			url, key = url+"?state="+s, s
		}
		v.Chips = append(v.Chips, kit.ChipProps{URL: url, Label: v.T("complaint.desk.state." + key), On: f.State == s})
	}
	if next != uuid.Nil {
		more := maps.Clone(c.QueryParams())
		more.Set("after", next.String())
		v.Next = "/desk/complaints?" + more.Encode()
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, deskListPage(v))
}

func (p *pages) deskPage(c kit.Context, title string, params ...any) kit.Page {
	page := kit.NewPage(c, title, params...)
	page.Nav, page.Robots = "desk", "noindex"
	return page
}

type deskCaseView struct {
	caseView
	Notes       []casework.Note
	Kinds       []kit.Option
	Topics      []kit.Option
	Departments []kit.Option
	Colleagues  []kit.Option
	Outcomes    []kit.Option
	Contact     *complaints.ContactDetails
	Own         bool // the waiting answer is the actor's
	Linked      []line
}

func (p *pages) deskCase(c kit.Context) error {
	return p.renderDesk(c, http.StatusOK, typed{}, nil)
}

func (p *pages) renderDesk(c kit.Context, status int, in typed, contact *complaints.ContactDetails) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	one, err := p.Complaints.Get(ctx, actor, n)
	if err == nil && !one.Staff {
		err = fault.Missing("complaint")
	}
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := deskCaseView{caseView: caseView{Page: p.deskPage(c, "complaint.case.title", "number", n.Format(subject.PrefixComplaint)), C: one, Now: now, In: in}, Contact: contact}
	v.Steps = stepLines(v.Page, one, now)
	if v.Notes, err = p.Complaints.Notes(ctx, actor, n); err != nil {
		return err
	}
	for _, a := range one.Answers {
		v.Own = v.Own || a.State == "waiting" && actor.Is(a.By)
	}
	for _, k := range complaints.Kinds() {
		v.Kinds = append(v.Kinds, kit.Option{Value: string(k), Label: v.T("complaint.kind." + string(k)), On: k == one.Kind})
	}
	for _, o := range complaints.Outcomes() {
		v.Outcomes = append(v.Outcomes, kit.Option{Value: string(o), Label: v.T("complaint.outcome." + string(o))})
	}
	if err := p.choices(ctx, &v); err != nil {
		return err
	}
	return kit.Render(c, status, deskCasePage(v))
}

func (p *pages) choices(ctx context.Context, v *deskCaseView) error {
	lang := v.Loc.Lang()
	topics, err := p.Complaints.Topics(ctx)
	if err != nil {
		return err
	}
	for _, t := range topics {
		if t.Active || t.Key == v.C.Topic {
			v.Topics = append(v.Topics, kit.Option{Value: t.Key, Label: t.Name.In(lang), On: t.Key == v.C.Topic})
		}
	}
	all, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Active && d.Door == "desk" && d.ID != v.C.AboutDep {
			v.Departments = append(v.Departments, kit.Option{Value: d.Key, Label: d.Name.In(lang), On: d.ID == v.C.Department})
		}
	}
	team, err := casework.Colleagues(ctx, p.DB, v.C.Department)
	if err != nil {
		return err
	}
	v.Colleagues = []kit.Option{{Label: v.T("complaint.desk.nobody")}}
	for _, person := range team {
		v.Colleagues = append(v.Colleagues, kit.Option{Value: person.ID.String(), Label: person.Name, On: person.ID == v.C.Assignee})
	}
	v.Linked, err = p.linked(ctx, v.C.Linked)
	return err
}

// linked are the public reports and ideas that belong to a complaint: what is
// not public may be another team's.
func (p *pages) linked(ctx context.Context, refs []subject.Ref) ([]line, error) {
	ids := map[subject.Kind][]uuid.UUID{}
	for _, ref := range refs {
		ids[ref.Kind] = append(ids[ref.Kind], ref.ID)
	}
	var cards []subject.Card
	if p.Reports != nil {
		list, err := p.Reports.Describe(ctx, ids[subject.Report])
		if err != nil {
			return nil, err
		}
		cards = append(cards, list...)
	}
	if p.Ideas != nil {
		list, err := p.Ideas.Describe(ctx, ids[subject.Idea])
		if err != nil {
			return nil, err
		}
		cards = append(cards, list...)
	}
	var out []line
	for _, card := range cards {
		if card.Audience != subject.Public {
			continue
		}
		prefix := subject.PrefixReport
		if card.Kind == subject.Idea {
			prefix = subject.PrefixIdea
		}
		out = append(out, line{Name: card.Number.Format(prefix), Value: card.Title, Change: card.Path})
	}
	return out, nil
}

// act does what a button of the page says; what can't be taken stays in its form.
func (p *pages) act(c kit.Context) error {
	var in deskForm
	bound := kit.Bind(c, &in)
	if bound != nil && !fault.Is(bound, fault.Invalid) {
		return bound
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx, actor, act := c.Request().Context(), kit.Actor(c), c.Param("act")
	if act == "contact" && bound == nil {
		d, err := p.Complaints.Contact(ctx, actor, n, in.Contact)
		if fault.Is(err, fault.Invalid) {
			return p.renderDesk(c, http.StatusUnprocessableEntity, typed{Form: act, Sent: c.Request().PostForm, Errors: formErrors(c, act, err)}, nil)
		}
		if in, ok := refused(c, act, err); ok {
			return p.keepOrTell(c, in, err)
		}
		if err != nil {
			return err
		}
		kit.NoStore(c)
		return p.renderDesk(c, http.StatusOK, typed{}, &d)
	}
	err = bound
	if err == nil {
		err = p.do(ctx, actor, n, act, &in)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderDesk(c, http.StatusUnprocessableEntity, typed{Form: act, Sent: c.Request().PostForm, Errors: formErrors(c, act, err)}, nil)
	}
	if in, ok := refused(c, act, err); ok {
		return p.keepOrTell(c, in, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.desk.done")
	if act == "move" {
		if _, err := p.Complaints.Get(ctx, actor, n); err != nil { // it is another team's now
			return kit.Redirect(c, "/desk/complaints")
		}
	}
	return kit.Redirect(c, deskPath(n))
}

// keepOrTell shows the case with what was typed for a step that is not possible
// any more; who may not see the case gets the refusal alone.
func (p *pages) keepOrTell(c kit.Context, in typed, err error) error {
	if len(in.words()) == 0 {
		return err
	}
	if shown := p.renderDesk(c, kit.StatusOf(fault.As(err).Kind), in, nil); !fault.Is(shown, fault.NotFound) {
		return shown
	}
	return err
}

// deskForm is what any form of the desk's page may send.
type deskForm struct {
	Person     uuid.UUID          `form:"person"`
	Text       string             `form:"text" lines:"true" max:"12000"`
	Question   string             `form:"question" lines:"true" max:"9000"`
	Reason     string             `form:"reason" lines:"true" max:"2000"`
	Interim    string             `form:"interim_reason" lines:"true" max:"2000"`
	Contact    string             `form:"contact_reason" max:"600"`
	Hold       string             `form:"hold_reason" max:"1000"`
	Note       string             `form:"note" lines:"true" max:"5000"`
	ReturnNote string             `form:"return_note" lines:"true" max:"2000"`
	AskDays    int                `form:"ask_days"`
	Days       int                `form:"interim_days"`
	Kind       complaints.Kind    `form:"kind"`
	Topic      string             `form:"topic"`
	Department string             `form:"department"`
	Outcome    complaints.Outcome `form:"outcome"`
	ForwardTo  string             `form:"forward_to" max:"400"`
	Answer     uuid.UUID          `form:"answer"`
	Number     string             `form:"number" max:"40"`
	Taken      bool               `form:"taken"`
}

func (p *pages) do(ctx context.Context, actor accounts.Actor, n subject.Number, act string, in *deskForm) error {
	s := p.Complaints
	switch act {
	case "take":
		return s.Take(ctx, actor, n)
	case "assign":
		return s.Assign(ctx, actor, n, in.Person)
	case "ask":
		return s.Ask(ctx, actor, n, in.Question, in.AskDays)
	case "interim":
		return s.GiveInterim(ctx, actor, n, in.Interim, in.Days)
	case "reply":
		_, err := s.Reply(ctx, actor, n, complaints.Reply{Text: in.Text, Outcome: in.Outcome, ForwardTo: in.ForwardTo})
		return err
	case "release":
		return s.Release(ctx, actor, n, in.Answer)
	case "return":
		return s.Return(ctx, actor, n, in.Answer, in.ReturnNote)
	case "sort":
		return s.Sort(ctx, actor, n, in.Kind, in.Topic)
	case "move":
		return s.MoveTo(ctx, actor, n, in.Department, in.Reason)
	case "note":
		return s.Note(ctx, actor, n, in.Note)
	case "close":
		return s.Close(ctx, actor, n)
	case "hold":
		return s.Hold(ctx, actor, n, in.Hold)
	case "archive":
		return s.Archive(ctx, actor, n, in.Taken)
	case "link":
		return p.link(ctx, actor, n, in.Number, s.Link)
	case "unlink":
		return p.link(ctx, actor, n, in.Number, s.Unlink)
	}
	return fault.Missing("step")
}

// link ties a report or an idea, that the clerk may know of, to a complaint, or
// unties it.
func (p *pages) link(ctx context.Context, actor accounts.Actor, n subject.Number, to string,
	do func(ctx context.Context, actor accounts.Actor, n subject.Number, to subject.Ref) error,
) error {
	ref, err := p.named(ctx, actor, to)
	if fault.Is(err, fault.NotFound) {
		return fault.OnField("number", "complaint.err.link")
	}
	if err != nil {
		return err
	}
	return do(ctx, actor, n, ref)
}

// named is the report or idea of a number; fault.NotFound for none.
func (p *pages) named(ctx context.Context, actor accounts.Actor, text string) (subject.Ref, error) {
	prefix, m, err := subject.ParseNumber(text)
	switch {
	case err != nil:
	case prefix == subject.PrefixReport && p.Reports != nil:
		r, err := p.Reports.Get(ctx, actor, m)
		if err != nil {
			return subject.Ref{}, err
		}
		return subject.Ref{Kind: subject.Report, ID: r.ID}, nil
	case prefix == subject.PrefixIdea && p.Ideas != nil:
		i, err := p.Ideas.Get(ctx, actor, m)
		if err != nil {
			return subject.Ref{}, err
		}
		return subject.Ref{Kind: subject.Idea, ID: i.ID}, nil
	}
	return subject.Ref{}, fault.Missing("number")
}

// letter is the answer on paper, with address and code.
func (p *pages) letter(c kit.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := p.Complaints.Letter(c.Request().Context(), kit.Actor(c), n, &b); err != nil {
		return err
	}
	kit.NoStore(c)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="brief-`+n.Format(subject.PrefixComplaint)+`.pdf"`)
	return c.Blob(http.StatusOK, "application/pdf", b.Bytes())
}

type archiveView struct {
	kit.Page
	Rows   []complaints.ArchiveRow
	Topics complaints.TopicList
	Now    time.Time
}

func (p *pages) archiveList(c kit.Context) error {
	ctx := c.Request().Context()
	rows, err := p.Complaints.ArchiveList(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	v := archiveView{Page: p.deskPage(c, "complaint.archive.title"), Rows: rows}
	if v.Topics, err = p.Complaints.Topics(ctx); err != nil {
		return err
	}
	if v.Now, err = db.Now(ctx, p.DB); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, archivePage(v))
}

// formErrors names the entries of a form as the page does: many forms stand on it.
func formErrors(c kit.Context, act string, err error) kit.Errors {
	list := kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err)
	names := map[string]string{
		"ask.text": "question", "interim.reason": "interim_reason", "interim.days": "interim_days", "contact.reason": "contact_reason",
		"hold.reason": "hold_reason", "return.note": "return_note",
	}
	for i := range list {
		if name, ok := names[act+"."+list[i].Name]; ok {
			list[i].Name = name
		}
	}
	return list
}
