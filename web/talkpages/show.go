package talkpages

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// talkView is the page of one case's dialogue.
type talkView struct {
	kit.Page
	R        *reports.View
	Number   string
	Case     string // the desk's page
	Talk     reports.Conversation
	Partners []kit.Option
	Now      time.Time
	In       typed
	Errors   kit.Errors
}

// typed is what stood in the forms when something of it could not be taken.
type typed struct {
	Form, Text, Need string
	Partner          string
}

func (v *talkView) action(last string) string { return v.Case + "/" + last }

// wrong is what is wrong with an entry of the form that was sent.
func (v *talkView) wrong(form, name string) string {
	if v.In.Form != form {
		return ""
	}
	return v.Errors.For(name)
}

func (v *talkView) text(form string) string {
	if v.In.Form != form {
		return ""
	}
	return v.In.Text
}

func number(c kit.Context) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(c.Param("number"))
	if err != nil || prefix != subject.PrefixReport {
		return 0, fault.Missing("report")
	}
	return n, nil
}

func casePath(n subject.Number) string { return "/desk/reports/" + n.Format(subject.PrefixReport) }

func (p *pages) show(c kit.Context) error { return p.render(c, http.StatusOK, typed{}, nil) }

// open loads the report for whoever works on it.
func (p *pages) open(c kit.Context) (*reports.View, error) {
	n, err := number(c)
	if err != nil {
		return nil, err
	}
	r, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), n)
	if err == nil && !r.Actor.Staff {
		err = fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
	}
	return r, err
}

func (p *pages) render(c kit.Context, status int, in typed, wrong error) error {
	ctx := c.Request().Context()
	r, err := p.open(c)
	if err != nil {
		return err
	}
	v := &talkView{Page: kit.NewPage(c, "talk.title"), R: r, Number: r.Number.Format(subject.PrefixReport), Case: casePath(r.Number), In: in}
	v.Title = v.Number + ", " + v.T("talk.title")
	v.Nav, v.Robots = "desk", "noindex"
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	if v.Talk, err = p.Reports.Conversation(ctx, r); err != nil {
		return err
	}
	if v.Now, err = db.Now(ctx, p.DB); err != nil {
		return err
	}
	if r.Actor.AddStep {
		list, err := p.Reports.ProposedPartners(ctx, r)
		if err != nil {
			return err
		}
		for _, one := range list {
			id := one.ID
			if id == uuid.Nil {
				id = one.Department
			}
			v.Partners = append(v.Partners, kit.Option{Value: id.String(), Label: one.Name.In(v.Loc.Lang()), On: id.String() == in.Partner})
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, talkPage(v))
}

// failed shows the page again with what was typed, where the form can mend it.
func (p *pages) failed(c kit.Context, in typed, err error) error {
	switch e := fault.As(err); e.Kind {
	case fault.Invalid:
		return p.render(c, http.StatusUnprocessableEntity, in, err)
	case fault.Conflict:
		var wrong fault.Fields
		wrong.Add(in.Form, e.Key)
		return p.render(c, http.StatusConflict, in, wrong.Err())
	default:
		return err
	}
}

func (p *pages) write(c kit.Context) error {
	var in struct {
		Text string `form:"text" lines:"true"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.failed(c, typed{Form: "text"}, err)
	}
	r, err := p.open(c)
	if err != nil {
		return err
	}
	said := reports.Said{Text: in.Text}
	if said.Files, err = kit.TakeFiles(c, p.Files, "files"); err == nil {
		err = p.Reports.Write(c.Request().Context(), kit.Actor(c), r.Number, said)
	}
	if err != nil {
		return p.failed(c, typed{Form: "text", Text: in.Text}, err)
	}
	kit.Flash(c, "success", "talk.write.done")
	return kit.Redirect(c, casePath(r.Number)+"/talk")
}

func (p *pages) read(c kit.Context) error {
	r, err := p.open(c)
	if err != nil {
		return err
	}
	if err := p.Reports.MarkRead(c.Request().Context(), kit.Actor(c), r.Number); err != nil {
		return err
	}
	return kit.Redirect(c, casePath(r.Number)+"/talk")
}

func (p *pages) handOver(c kit.Context) error {
	var in struct {
		Partner uuid.UUID `form:"partner"`
		Need    string    `form:"need" lines:"true" max:"2000"`
	}
	bound := kit.Bind(c, &in)
	r, err := p.open(c)
	if err != nil {
		return err
	}
	if err = bound; err == nil {
		err = p.Reports.HandOver(c.Request().Context(), kit.Actor(c), r.Number, in.Partner, in.Need)
	}
	if err != nil {
		return p.failed(c, typed{Form: "partner", Need: in.Need, Partner: in.Partner.String()}, err)
	}
	kit.Flash(c, "success", "talk.hand.done")
	return kit.Redirect(c, casePath(r.Number)+"/talk")
}

func handoverID(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("handover"))
	if err != nil {
		return uuid.Nil, fault.Missing("hand-over")
	}
	return id, nil
}

func (p *pages) reply(c kit.Context) error {
	var in struct {
		Reply string `form:"reply" lines:"true" max:"2000"`
	}
	bound := kit.Bind(c, &in)
	r, err := p.open(c)
	if err != nil {
		return err
	}
	id, err := handoverID(c)
	if err != nil {
		return err
	}
	if err = bound; err == nil {
		err = p.Reports.ReplyPartner(c.Request().Context(), kit.Actor(c), r.Number, id, in.Reply)
	}
	if err != nil {
		return p.failed(c, typed{Form: "reply", Text: in.Reply}, err)
	}
	kit.Flash(c, "success", "talk.hand.replied")
	return kit.Redirect(c, casePath(r.Number)+"/talk")
}

func (p *pages) revoke(c kit.Context) error {
	r, err := p.open(c)
	if err != nil {
		return err
	}
	id, err := handoverID(c)
	if err != nil {
		return err
	}
	if err := p.Reports.RevokeHandover(c.Request().Context(), kit.Actor(c), r.Number, id); err != nil {
		return err
	}
	kit.Flash(c, "success", "talk.hand.revoked")
	return kit.Redirect(c, casePath(r.Number)+"/talk")
}

// when says when something was.
func (v *talkView) when(at time.Time) string { return v.Loc.DateTime(at, v.Now) }

// state is how far a hand-over has come, in words.
func (v *talkView) state(h *casework.Handover) string {
	at := h.SentAt
	if h.AnsweredAt != nil {
		at = *h.AnsweredAt
	}
	if h.State == casework.HandoverSent && h.Reminded > 0 {
		return v.T("talk.handed.reminded", "n", h.Reminded, "date", v.Loc.Date(h.SentAt, v.Now))
	}
	return v.T("talk.handed."+string(h.State), "date", v.Loc.Date(at, v.Now))
}

func (v *talkView) order(o *casework.Order) string {
	key := "talk.order." + string(o.State)
	if o.State == casework.OrderOpen && o.ExpiresAt.Before(v.Now) {
		key = "talk.order.over"
	}
	return fmt.Sprintf("%s: %s", o.Crew, v.T(key, "date", v.when(o.CreatedAt)))
}
