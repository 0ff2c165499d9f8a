package complaintpages

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const draftKind = "complaint"

// The steps of the form.
const (
	stepWhat    = "what"
	stepDetails = "details"
	stepContact = "contact"
	stepCheck   = "check"
)

func steps() []string { return []string{stepWhat, stepDetails, stepContact, stepCheck} }

func pathOf(draft uuid.UUID, last string) string {
	return "/complaints/new/" + draft.String() + "/" + last
}

// visit is one request on the way with its draft.
type visit struct {
	c     kit.Context
	actor accounts.Actor
	draft drafts.Draft
	form  complaints.Submission
	files []complaints.File
}

func readForm(b drafts.Body) complaints.Submission {
	var s complaints.Submission
	raw, err := json.Marshal(b)
	if err != nil {
		return s
	}
	_ = json.Unmarshal(raw, &s) // a field of another time is left as it begins
	s.Draft, s.Version = uuid.Nil, 0
	return s
}

// begin shows the first page. It sets no cookie and makes nothing.
func (p *pages) begin(c kit.Context) error {
	v := whatView{frame: p.frame(c, stepWhat, uuid.Nil, 0), Fresh: subject.NewID().String(), Text: kit.Clean(c.QueryParam("text"), true)}
	v.Action, v.Delete = "/complaints/new", ""
	list, err := drafts.Mine(c.Request().Context(), p.DB, kit.Actor(c), draftKind)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		f := readForm(list[0].Body)
		v.Earlier, v.EarlierText = pathOf(list[0].ID, stepWhat), excerpt(f.Text)
	}
	if n, ok := reportNumber(c.QueryParam("about")); ok {
		v.About = n.Format(subject.PrefixReport)
	}
	return kit.Render(c, http.StatusOK, whatPage(v))
}

func excerpt(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= 90 {
		return string(runes)
	}
	return string(runes[:90]) + " …"
}

func reportNumber(text string) (subject.Number, bool) {
	prefix, n, err := subject.ParseNumber(text)
	return n, err == nil && prefix == subject.PrefixReport
}

// create makes the draft: from here on everything is kept on the server.
func (p *pages) create(c kit.Context) error {
	var in struct {
		Draft uuid.UUID `form:"draft"`
		Text  string    `form:"text" lines:"true" max:"9000"`
		About string    `form:"about" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	if in.Draft == uuid.Nil {
		in.Draft = subject.NewID()
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	f := complaints.Submission{Text: in.Text, Lang: kit.Loc(c).Lang()}
	if _, ok := reportNumber(in.About); ok {
		f.Earlier = in.About
	}
	p.guess(c, &f)
	fields, err := drafts.Fields(&f)
	if err != nil {
		return err
	}
	var d drafts.Draft
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		d, err = drafts.Create(ctx, tx, actor, in.Draft, draftKind, fields)
		return err
	})
	if err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		c.Response().Header().Set("Location", pathOf(d.ID, stepWhat))
		return c.JSON(http.StatusOK, map[string]any{"draft": d.ID.String(), "version": d.Version})
	}
	if f.Text == "" {
		return kit.Redirect(c, pathOf(d.ID, stepWhat)+"?empty=1")
	}
	return kit.Redirect(c, pathOf(d.ID, stepDetails))
}

// guess proposes kind and topic by the words, as long as nobody has chosen.
func (p *pages) guess(c kit.Context, f *complaints.Submission) {
	if f.Kind == "" && f.Text != "" {
		f.Kind = complaints.GuessKind(f.Text)
	}
	if f.Topic == "" && f.Text != "" {
		if topics, err := p.Complaints.Topics(c.Request().Context()); err == nil {
			f.Topic = topics.Guess(f.Text)
		}
	}
}

// open loads the draft of this person, or fault.NotFound for any other.
func (p *pages) open(c kit.Context) (*visit, error) {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return nil, fault.Missing("draft")
	}
	v := &visit{c: c, actor: kit.Actor(c)}
	ctx := c.Request().Context()
	if v.draft, err = drafts.Load(ctx, p.DB, v.actor, id); err != nil {
		return nil, p.elsewhere(c, id, err)
	}
	if v.draft.Kind != draftKind {
		return nil, fault.Missing("draft of a complaint")
	}
	v.form = readForm(v.draft.Body)
	v.files, err = p.Complaints.DraftFiles(ctx, v.actor, id)
	return v, err
}

// movedError says that the answer was written already: a redirect to where the
// draft went.
type movedError struct{ to string }

func (movedError) Error() string { return "the draft is somewhere else" }

// elsewhere leads to the receipt of what was sent, or to where a draft went that
// this person gave to another device.
func (p *pages) elsewhere(c kit.Context, id uuid.UUID, notFound error) error {
	if !fault.Is(notFound, fault.NotFound) {
		return notFound
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if _, ok, err := p.Complaints.Resubmitted(ctx, actor, id); err != nil {
		return err
	} else if ok {
		return movedError{pathOf(id, "receipt")}
	}
	taken, err := drafts.TakenAway(ctx, p.DB, actor, id)
	if err != nil || !taken {
		if err == nil {
			err = notFound
		}
		return err
	}
	return movedError{pathOf(id, "device")}
}

// moved answers movedError; any other error goes on.
func moved(c kit.Context, err error) error {
	m, ok := err.(movedError) //nolint:errorlint // never wrapped: made by elsewhere
	if !ok {
		return err
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		return fault.New(fault.Conflict, "device.sent.autosave")
	}
	return kit.Redirect(c, m.to)
}

func (p *pages) resume(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return moved(c, err)
	}
	return kit.Redirect(c, pathOf(v.draft.ID, stepWhat))
}

func (p *pages) show(c kit.Context) error {
	at := c.Param("step")
	if !slices.Contains(steps(), at) {
		return fault.Missing("step")
	}
	v, err := p.open(c)
	if err != nil {
		return moved(c, err)
	}
	if v.form.Text == "" && at != stepWhat {
		return kit.Redirect(c, pathOf(v.draft.ID, stepWhat))
	}
	var wrong kit.Errors
	if c.QueryParam("empty") != "" {
		wrong = kit.Errors{{Name: "text", Text: kit.Loc(c).T("complaint.err.text")}}
	}
	return p.render(v, at, http.StatusOK, wrong)
}

// save keeps what a page sends, valid or not, and leads on.
func (p *pages) save(c kit.Context) error {
	at := c.Param("step")
	if !slices.Contains(steps(), at) {
		return fault.Missing("step")
	}
	v, err := p.open(c)
	if err != nil {
		return moved(c, err)
	}
	in, wrong, err := bindStep(c)
	if err != nil {
		return err
	}
	next := v.form
	in.apply(at, &next)
	if at == stepWhat && next.Text != v.form.Text {
		p.guess(c, &next)
	}
	if err := p.keep(v, in.Version, next); err != nil {
		return err
	}
	if c.Request().Header.Get("X-Autosave") != "" {
		return c.JSON(http.StatusOK, map[string]any{"draft": v.draft.ID.String(), "version": v.draft.Version})
	}
	if at == stepDetails {
		more, err := p.takeFiles(v)
		if err != nil {
			return err
		}
		wrong = append(wrong, more...)
	}
	switch {
	case in.Do == "later":
		kit.Flash(c, "success", "complaint.later.done")
		return kit.Redirect(c, "/")
	case in.Do == "upload" && len(wrong) == 0:
		return kit.Redirect(c, pathOf(v.draft.ID, stepDetails)+"#dateien")
	}
	wrong = append(wrong, p.check(v, at)...)
	if len(wrong) > 0 {
		return p.render(v, at, http.StatusUnprocessableEntity, wrong)
	}
	if at == stepCheck {
		return p.send(v)
	}
	i := slices.Index(steps(), at)
	return kit.Redirect(c, pathOf(v.draft.ID, steps()[i+1]))
}

func (p *pages) keep(v *visit, version int, next complaints.Submission) error {
	fields, err := drafts.Fields(&next)
	if err != nil {
		return err
	}
	if version == 0 {
		version = v.draft.Version
	}
	err = db.Transact(v.c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		v.draft, err = drafts.Save(ctx, tx, v.actor, v.draft.ID, version, fields)
		return err
	})
	if err != nil {
		return err
	}
	v.form = readForm(v.draft.Body)
	return nil
}

// fieldsOf are those that a page asks for: what is wrong elsewhere is said there.
func fieldsOf(at string) []string {
	switch at {
	case stepWhat:
		return []string{"text"}
	case stepDetails:
		return []string{"kind", "wish", "wanted", "place", "happened", "earlier", "help", "phone", "on_behalf", "person_at", "files"}
	case stepContact:
		return []string{"name_kind", "name", "contact", "mail", "postal"}
	}
	return nil
}

// check tells what is wrong on a page; on the last one everywhere.
func (p *pages) check(v *visit, at string) kit.Errors {
	f := v.form
	f.Clean()
	list := kit.ErrorsOf(kit.Page{Loc: kit.Loc(v.c)}, f.Validate())
	if f.Mail != "" && list.For("mail") == "" {
		if _, err := accounts.ParseAddress(f.Mail); err != nil {
			list = append(list, kit.ErrorsOf(kit.Page{Loc: kit.Loc(v.c)}, fault.OnField("mail", "report.err.mail"))...)
		}
	}
	own := fieldsOf(at)
	var out kit.Errors
	for _, e := range list {
		if at == stepCheck || slices.Contains(own, e.Name) {
			out = append(out, e)
		}
	}
	return out
}

// takeFiles keeps the files that came with the page; one that can't be taken costs
// the others nothing.
func (p *pages) takeFiles(v *visit) (kit.Errors, error) {
	list, wrong, err := takeFiles(v.c, p.Complaints)
	if err != nil || len(list) == 0 {
		return wrong, err
	}
	ctx := v.c.Request().Context()
	err = p.Complaints.AddToDraft(ctx, v.actor, v.draft.ID, list)
	if fault.Is(err, fault.Invalid) {
		return append(wrong, kit.ErrorsOf(kit.Page{Loc: kit.Loc(v.c)}, err)...), nil
	}
	if err == nil {
		v.files, err = p.Complaints.DraftFiles(ctx, v.actor, v.draft.ID)
	}
	return wrong, err
}

func (p *pages) removeFile(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return moved(c, err)
	}
	id, err := uuid.Parse(c.Param("file"))
	if err != nil {
		return fault.Missing("file")
	}
	if err := p.Complaints.RemoveFromDraft(c.Request().Context(), v.actor, v.draft.ID, id); err != nil {
		return err
	}
	return kit.Redirect(c, pathOf(v.draft.ID, stepDetails)+"#dateien")
}

func (p *pages) discard(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return moved(c, err)
	}
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return p.Drafts.Delete(ctx, tx, v.actor, v.draft.ID)
	})
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.draft.deleted")
	return kit.Redirect(c, "/complaints/new")
}

// send hands it in; what can't be taken stays in the draft.
func (p *pages) send(v *visit) error {
	if err := kit.Limit(v.c, accounts.RuleReport); err != nil {
		return err
	}
	sub := v.form
	sub.Draft = v.draft.ID
	_, err := p.Complaints.Submit(v.c.Request().Context(), v.actor, sub)
	if fault.Is(err, fault.Invalid) {
		return p.render(v, stepCheck, http.StatusUnprocessableEntity, kit.ErrorsOf(kit.Page{Loc: kit.Loc(v.c)}, err))
	}
	if err != nil {
		return err
	}
	return kit.Redirect(v.c, pathOf(v.draft.ID, "receipt"))
}

// receipt shows number and code: once it has arrived, and again on reload, for a
// day and to this session only.
func (p *pages) receipt(c kit.Context) error {
	id, err := uuid.Parse(c.Param("draft"))
	if err != nil {
		return fault.Missing("receipt")
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	sent, ok, err := p.Complaints.Resubmitted(ctx, actor, id)
	if err == nil && !ok {
		err = fault.Missing("receipt")
	}
	if err != nil {
		return err
	}
	one, err := p.Complaints.Get(ctx, actor, sent.Number)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	page := p.page(c, "complaint.receipt.title")
	loc := page.Loc
	v := receiptView{
		Page: page, Number: sent.Number.Format(subject.PrefixComplaint), Code: sent.Code, Path: complaints.Path(sent.Number), Address: p.url("/cases/open"),
		Arrived: loc.T("complaint.status.arrived", "date", loc.Date(sent.At, now), "time", loc.Clock(sent.At)), Due: loc.Date(sent.Due, now),
		Team: one.Team.In(loc.Lang()), Mail: one.ContactBy == complaints.ByMail, Letter: one.ContactBy == complaints.ByLetter, Printed: loc.Day(now),
	}
	if file, _, err := p.Complaints.Proof(ctx, actor, sent.Number); err == nil {
		v.Proof = string(file)
	}
	return kit.Render(c, http.StatusOK, receiptPage(v))
}
