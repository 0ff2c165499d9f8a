package complaintpages

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// number reads the one of the address; anything else does not exist.
func number(c kit.Context) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(c.Param("number"))
	if err != nil || prefix != subject.PrefixComplaint {
		return 0, fault.Missing("complaint")
	}
	return n, nil
}

type openView struct {
	kit.Page
	Number string
	Said   *kit.ErrorText
}

// askCode shows where to type number and access code.
func (p *pages) askCode(c kit.Context) error {
	page := p.page(c, "complaint.open.title")
	return kit.Render(c, http.StatusOK, openPage(openView{Page: page, Number: c.QueryParam("number")}))
}

// openByCode opens a case for whoever knows number and access code. A wrong pair
// is answered the same whether the number exists or not.
func (p *pages) openByCode(c kit.Context) error {
	var in struct {
		Number string `form:"number" max:"40"`
		Code   string `form:"code" max:"40"`
	}
	err := kit.Bind(c, &in)
	if err == nil {
		if err := kit.Limit(c, accounts.RuleCode); err != nil {
			return err
		}
		var actor accounts.Actor
		if actor, err = kit.Visitor(c); err != nil {
			return err
		}
		var n subject.Number
		if n, err = p.Complaints.OpenByCode(c.Request().Context(), actor, in.Number, in.Code); err == nil {
			kit.Flash(c, "success", "report.open.done")
			return kit.Redirect(c, complaints.Path(n))
		}
	}
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	said := kit.Explain(c, err)
	return kit.Render(c, http.StatusUnprocessableEntity, openPage(openView{Page: p.page(c, "complaint.open.title"), Number: in.Number, Said: &said}))
}

// typed is what stays in a form that could not be taken.
type typed struct {
	Form    string
	Sent    url.Values // all of the form, as it was typed
	Errors  kit.Errors
	Refused *kit.ErrorText // the step is not possible any more: the words are shown beside it
}

// words are the texts of a form whose step was refused, to be read and copied.
func (t typed) words() []string {
	var list []string
	for _, name := range []string{
		"add", "answer", "second", "reopen", "opinion",
		"text", "question", "reason", "interim_reason", "note", "return_note", "hold_reason", "contact_reason",
	} {
		if s := strings.TrimSpace(t.Sent.Get(name)); s != "" && (name != "answer" || t.Form == "answer") {
			list = append(list, s)
		}
	}
	return list
}

// refused keeps what was typed beside the reason why a step is not possible any
// more, or not yet: another one was faster, it took too long, or there was too
// much of it.
func refused(c kit.Context, form string, err error) (typed, bool) {
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.TooMany) {
		return typed{}, false
	}
	said := kit.Explain(c, err)
	return typed{Form: form, Sent: c.Request().PostForm, Refused: &said}, true
}

type caseView struct {
	kit.Page
	C     *complaints.View
	Now   time.Time
	In    typed
	Steps []stepLine
}

type stepLine struct {
	kit.Step
	Text string
}

// field is what was typed into a field of a form that could not be taken, else
// what stands there at first.
func (v caseView) field(form, name, first string) string {
	if v.In.Form == form && v.In.Sent.Has(name) {
		return v.In.Sent.Get(name)
	}
	return first
}

// picked are options of which the one that was chosen in a form that could not
// be taken is on.
func (v caseView) picked(form, name string, list []kit.Option) []kit.Option {
	if v.In.Form != form || !v.In.Sent.Has(name) {
		return list
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].On = list[i].Value == v.In.Sent.Get(name)
	}
	return list
}

func (v caseView) wrong(form, name string) string {
	if v.In.Form == form {
		return v.In.Errors.For(name)
	}
	return ""
}

// one is the page of a case for whoever wrote it; staff have theirs at the desk.
func (p *pages) one(c kit.Context) error { return p.render2(c, http.StatusOK, typed{}) }

func (p *pages) render2(c kit.Context, status int, in typed) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	one, err := p.Complaints.Get(ctx, actor, n)
	if err != nil {
		return err
	}
	if !one.IsOwner { // the team's page
		return kit.Redirect(c, deskPath(n))
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := caseView{Page: p.page(c, "complaint.case.title", "number", n.Format(subject.PrefixComplaint)), C: one, Now: now, In: in}
	v.Steps = stepLines(v.Page, one, now)
	return kit.Render(c, status, casePage(v))
}

// stepLines are the history in words, newest first.
func stepLines(page kit.Page, c *complaints.View, now time.Time) []stepLine {
	list := make([]stepLine, 0, len(c.Steps))
	for _, s := range slices.Backward(c.Steps) {
		params := map[string]any{"office": s.Team.In(page.Loc.Lang()), "until": "", "due": "", "reason": s.Params["reason"]}
		for _, name := range []string{"until", "due"} {
			if text, ok := s.Params[name].(string); ok {
				if at, err := time.Parse(time.RFC3339, text); err == nil {
					params[name] = page.Loc.Date(at, now)
				}
			}
		}
		for _, name := range []string{"from", "to"} {
			if text, ok := s.Params[name].(string); ok {
				params[name] = page.T("complaint.kind." + text)
			}
		}
		if text, ok := s.Params["outcome"].(string); ok {
			params["outcome"] = page.T("complaint.outcome." + text)
		}
		list = append(list, stepLine{
			Step: kit.Step{Shape: shapeOfStep(s.Key), Title: page.T(s.Key + ".title"), At: s.At.UTC().Format(time.RFC3339), When: page.Loc.DateTime(s.At, now)},
			Text: page.Loc.TMap(forReader(page, s.Key+".text"), params),
		})
	}
	return list
}

func shapeOfStep(key string) string {
	switch key {
	case "complaint.step.arrived":
		return "received"
	case "complaint.step.question":
		return "waiting"
	case "complaint.step.answered", "complaint.step.second_done", "complaint.step.closed":
		return "resolved"
	case "complaint.step.second", "complaint.step.reopened":
		return "reopened"
	case "complaint.step.with":
		return "in_review"
	}
	return "step"
}

// label is the word of where it stands.
func label(page kit.Page, c *complaints.Complaint) string {
	if c.Outcome == complaints.Withdrawn {
		return page.T("complaint.label.withdrawn")
	}
	return page.T(forReader(page, "complaint.label."+string(c.Status)))
}

// forReader is the key of the words for the desk, where they differ from those
// for the person who wrote ("Bitte antworten Sie" is not said to a clerk).
func forReader(page kit.Page, key string) string {
	if page.Nav == "desk" && page.Loc.Has(key+".team") {
		return key + ".team"
	}
	return key
}

func shapeOf(s complaints.Status) string {
	switch s {
	case complaints.Arrived:
		return "received"
	case complaints.With:
		return "in_review"
	case complaints.Asking:
		return "waiting"
	case complaints.Interim:
		return "in_progress"
	case complaints.Second:
		return "reopened"
	case complaints.Answered, complaints.Closed:
	}
	return "resolved"
}

// plain is the sentence of the status.
func plain(page kit.Page, c *complaints.View, now time.Time) string {
	loc := page.Loc
	params := []any{"office", c.Team.In(loc.Lang()), "reason", c.Reason, "body", c.ForwardTo, "date", "", "time", ""}
	date := func(t time.Time) { params[7] = loc.Date(t, now) }
	switch {
	case c.Status == complaints.Arrived:
		date(c.CreatedAt)
		params[9] = loc.Clock(c.CreatedAt)
	case c.Status == complaints.Asking && c.AnswerAsk != nil:
		date(*c.AnswerAsk)
	case c.Due != nil:
		date(*c.Due)
	}
	if c.Outcome == complaints.Withdrawn {
		date(c.EraseAt())
		return page.T(forReader(page, "complaint.closed.withdrawn"), params...)
	}
	if c.Status == complaints.Closed && c.Outcome != "" {
		return page.T("complaint.closed."+string(c.Outcome), params...)
	}
	return page.T(forReader(page, "complaint.status."+string(c.Status)), params...)
}

// promise says until when an answer comes, or that it is late.
func promise(page kit.Page, c *complaints.View, now time.Time) (shape, text string) {
	if c.Due == nil || !c.Status.IsOpen() {
		return "", ""
	}
	day := page.Loc.Date(*c.Due, now)
	switch {
	case c.Status == complaints.Asking:
		return "clock", page.T(forReader(page, "complaint.due.stopped"))
	case c.Due.Before(now):
		return "late", page.T(forReader(page, "complaint.due.missed"), "date", day)
	}
	return "clock", page.T("complaint.due", "date", day)
}

// said runs what the author sends; what can't be taken stays in the form.
func (p *pages) said(c kit.Context, form, done string, do func(ctx context.Context, actor accounts.Actor, n subject.Number, text string, files []complaints.NewFile) error) error {
	var in struct {
		Add    string `form:"add" lines:"true" max:"9000"`
		Answer string `form:"answer" lines:"true" max:"9000"`
		Second string `form:"second" lines:"true" max:"9000"`
		Reopen string `form:"reopen" lines:"true" max:"9000"`
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	err = kit.Bind(c, &in)
	text := map[string]string{"add": in.Add, "answer": in.Answer, "second": in.Second, "reopen": in.Reopen}[form]
	sent := c.Request().PostForm
	ctx, actor := c.Request().Context(), kit.Actor(c)
	one, seen := p.Complaints.Get(ctx, actor, n)
	if seen != nil {
		return seen
	}
	if err == nil {
		err = kit.Limit(c, accounts.RulePost)
	}
	var list []complaints.NewFile
	var wrong kit.Errors
	if err == nil && one.IsOwner { // nobody else's bytes are even looked at
		list, wrong, err = takeFiles(c, p.Complaints)
	}
	if err == nil && len(wrong) == 0 {
		err = do(ctx, actor, n, text, list)
	}
	if in, ok := refused(c, form, err); ok && one.IsOwner {
		return p.render2(c, kit.StatusOf(fault.As(err).Kind), in)
	}
	if fault.Is(err, fault.Invalid) {
		wrong = kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err)
	} else if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.render2(c, http.StatusUnprocessableEntity, typed{Form: form, Sent: sent, Errors: wrong})
	}
	kit.Flash(c, "success", done)
	return kit.Redirect(c, complaints.Path(n))
}

func (p *pages) add(c kit.Context) error {
	return p.said(c, "add", "complaint.add.done", p.Complaints.Add)
}

func (p *pages) answer(c kit.Context) error {
	return p.said(c, "answer", "complaint.answer.done", p.Complaints.Answer)
}

func (p *pages) second(c kit.Context) error {
	return p.said(c, "second", "complaint.second.done", func(ctx context.Context, actor accounts.Actor, n subject.Number, text string, _ []complaints.NewFile) error {
		return p.Complaints.AskSecond(ctx, actor, n, text)
	})
}

// withdraw takes it back; the page said before what becomes of the data.
func (p *pages) withdraw(c kit.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	if err := p.Complaints.Withdraw(c.Request().Context(), kit.Actor(c), n); err != nil {
		return err
	}
	kit.Flash(c, "success", "complaint.withdraw.done")
	return kit.Redirect(c, complaints.Path(n))
}

func (p *pages) reopen(c kit.Context) error {
	return p.said(c, "reopen", "complaint.reopen.done", func(ctx context.Context, actor accounts.Actor, n subject.Number, text string, _ []complaints.NewFile) error {
		return p.Complaints.Reopen(ctx, actor, n, text)
	})
}

// rate takes the answer to "War die Antwort hilfreich?".
func (p *pages) rate(c kit.Context) error {
	var in struct {
		Value   int    `form:"value"`
		Opinion string `form:"opinion" lines:"true" max:"5000"`
	}
	err := kit.Bind(c, &in)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	n, wrong := number(c)
	if wrong != nil {
		return wrong
	}
	if err == nil {
		err = kit.Limit(c, accounts.RulePost)
	}
	if err == nil {
		err = p.Complaints.Rate(c.Request().Context(), kit.Actor(c), n, complaints.Opinion{Value: in.Value, Text: in.Opinion})
	}
	if fault.Is(err, fault.Invalid) {
		return p.render2(c, http.StatusUnprocessableEntity, typed{Form: "rate", Sent: c.Request().PostForm, Errors: kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err)})
	}
	if in, ok := refused(c, "rate", err); ok {
		return p.render2(c, kit.StatusOf(fault.As(err).Kind), in)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "talk.rate.done")
	return kit.Redirect(c, complaints.Path(n))
}

// faces are the answers, happy first.
func (v caseView) faces() []kit.Option {
	var list []kit.Option
	for i, key := range []string{"happy", "soso", "unhappy"} {
		list = append(list, kit.Option{Value: string(rune('3' - i)), Label: v.T("talk.rate." + key), On: v.C.Opinion.Value == casework.Happy-i})
	}
	return v.picked("rate", "value", list)
}

func (p *pages) proof(c kit.Context) error {
	return p.handOut(c, func(receipt, _ []byte) []byte { return receipt })
}

func (p *pages) content(c kit.Context) error {
	return p.handOut(c, func(_, content []byte) []byte { return content })
}

func (p *pages) handOut(c kit.Context, which func(receipt, content []byte) []byte) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	receipt, content, err := p.Complaints.Proof(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/json", which(receipt, content))
}

func (p *pages) file(c kit.Context) error {
	n, id, err := fileOf(c)
	if err != nil {
		return err
	}
	f, data, err := p.Complaints.File(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	return kit.SendFile(c, shown([]complaints.File{f})[0], data)
}

// viewFile shows what is in a file.
func (p *pages) viewFile(c kit.Context) error {
	n, id, err := fileOf(c)
	if err != nil {
		return err
	}
	f, err := p.Complaints.FileHead(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	back := kit.Crumb{Name: n.Format(subject.PrefixComplaint)}
	back.URL = "/cases/" + back.Name
	return kit.ShowPreview(c, shown([]complaints.File{f})[0], back, func(ctx context.Context) (preview.Document, error) { return p.Complaints.Preview(ctx, f) })
}

// fileOf is the file that an address names.
func fileOf(c kit.Context) (n subject.Number, id uuid.UUID, err error) {
	if n, err = number(c); err != nil {
		return n, id, err
	}
	if id, err = uuid.Parse(c.Param("file")); err != nil {
		return n, id, fault.Missing("file")
	}
	return n, id, nil
}
