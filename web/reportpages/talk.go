package reportpages

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// registerTalk adds what the person who reported says to the team.
func (p *showPages) registerTalk(r *kit.Router) {
	r.POST("/reports/:number/add", p.add, kit.BodyLimit(kit.TalkBody))
	r.POST("/reports/:number/answer", p.answer, kit.BodyLimit(kit.TalkBody))
	r.POST("/reports/:number/rate", p.rate)
	r.POST("/reports/:number/read", p.markRead)
}

func (p *showPages) add(c kit.Context) error {
	return p.said(c, "add", "report.add.done", p.Reports.AddWith)
}

func (p *showPages) answer(c kit.Context) error {
	return p.said(c, "answer", "report.answer.done", p.Reports.AnswerWith)
}

// said takes a message with its files; what can't be taken stays in the form.
func (p *showPages) said(c kit.Context, form, done string,
	do func(ctx context.Context, actor accounts.Actor, n subject.Number, said reports.Said) error,
) error {
	text, err := entry(c, form)
	if err != nil {
		return err
	}
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	r, err := p.Reports.Get(c.Request().Context(), actor, n)
	if err != nil {
		return err
	}
	said := reports.Said{Text: text}
	if r.Actor.Owner { // nobody else's bytes are even looked at
		said.Files, err = kit.TakeFiles(c, p.Files, "files")
	}
	if err == nil {
		err = do(c.Request().Context(), actor, n, said)
	}
	if fault.Is(err, fault.Invalid) {
		in := typed{Form: form, Text: text}
		for _, e := range kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err) {
			if e.Name != "files" {
				e.Name = form
			}
			in.Errors = append(in.Errors, e)
		}
		if len(in.Errors) == 0 {
			in.Errors = kit.Errors{{Name: form, Text: kit.Explain(c, err).Title}}
		}
		return p.render(c, n, http.StatusUnprocessableEntity, in)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", done)
	return kit.Redirect(c, reportPath(n))
}

// rate takes the answer to "Waren Sie zufrieden?".
func (p *showPages) rate(c kit.Context) error {
	var in struct {
		Value   int    `form:"value"`
		Opinion string `form:"opinion" lines:"true" max:"5000"`
		Still   bool   `form:"still"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	err = p.Reports.Rate(c.Request().Context(), actor, n, casework.Opinion{Value: in.Value, Text: in.Opinion}, in.Still)
	if fault.Is(err, fault.Invalid) {
		wrong := kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err)
		return p.render(c, n, http.StatusUnprocessableEntity, typed{Form: "rate", Text: in.Opinion, Value: in.Value, Errors: wrong})
	}
	if err != nil {
		return err
	}
	key := "talk.rate.done"
	if in.Still {
		key = "report.reopen.done"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, reportPath(n))
}

func (p *showPages) markRead(c kit.Context) error {
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	if err := p.Reports.MarkRead(c.Request().Context(), actor, n); err != nil {
		return err
	}
	return kit.Redirect(c, reportPath(n)+"#eigene")
}

// faces are the answers to the satisfaction question, happy first.
func (v *showView) faces() []kit.Option {
	value := v.Talk.Opinion.Value
	if v.In.Form == "rate" {
		value = v.In.Value
	}
	var list []kit.Option
	for i, key := range []string{"happy", "soso", "unhappy"} {
		list = append(list, kit.Option{Value: string(rune('3' - i)), Label: v.T("talk.rate." + key), On: value == casework.Happy-i})
	}
	return list
}

func (v *showView) opinion() string {
	if v.In.Form == "rate" {
		return v.In.Text
	}
	return v.Talk.Opinion.Text
}

// rates tells whether the part with the question is shown: the answer may be
// changed.
func (v *showView) rates() bool { return v.Talk.MayRate }

// theirNews tells whether a message is new to whoever looks.
func (v *showView) theirNews(m *casework.Message) bool {
	return m.Unread && (m.Direction == casework.Out) == v.R.Actor.Owner
}

// fileWrong is what is wrong with the files of a form.
func (v *showView) fileWrong(form string) string {
	if v.In.Form != form {
		return ""
	}
	i := slices.IndexFunc(v.In.Errors, func(e kit.FieldError) bool { return e.Name == "files" })
	if i < 0 {
		return ""
	}
	return v.In.Errors[i].Text
}

func (v *showView) rateWrong() string    { return v.rateError("value") }
func (v *showView) opinionWrong() string { return v.rateError("opinion") }

func (v *showView) rateError(name string) string {
	if v.In.Form != "rate" {
		return ""
	}
	return v.In.Errors.For(name)
}

func rateAttrs(v *showView) templ.Attributes {
	if v.rateWrong() == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": "f-value-err"}
}

// faceID gives the first choice the id that errors link to.
func faceID(i int) string {
	if i == 0 {
		return kit.FieldID("value")
	}
	return kit.FieldID("value") + "-" + strconv.Itoa(i)
}

func rateVariant(r *reports.View) string {
	if r.Actor.MeToo {
		return "secondary"
	}
	return "primary"
}
