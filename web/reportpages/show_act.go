package reportpages

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// actor is who writes, within the limits of an address; a visitor without a
// session gets one. Whoever may not know of the report gets none.
func (p *showPages) actor(c kit.Context) (subject.Number, accounts.Actor, error) {
	n, err := numberOf(c)
	if err != nil {
		return 0, accounts.Actor{}, err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return 0, accounts.Actor{}, err
	}
	if _, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), n); err != nil {
		return 0, accounts.Actor{}, err
	}
	actor, err := kit.Visitor(c)
	return n, actor, err
}

func reportPath(n subject.Number) string { return "/reports/" + n.Format(subject.PrefixReport) }

// metoo counts a visitor among those concerned, or no longer.
func (p *showPages) metoo(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	count, err := p.Reports.MeToo(c.Request().Context(), actor, n, in.On)
	if err != nil {
		return err
	}
	if kit.WantsJSON(c) {
		body, err := json.Marshal(map[string]any{"on": in.On, "count": count})
		if err != nil {
			return err
		}
		return kit.Send(c, http.StatusOK, "application/json", body)
	}
	key := "report.metoo.off"
	if in.On {
		key = "report.metoo.on"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, reportPath(n))
}

// hint takes the answer to "Ist es gelöst?".
func (p *showPages) hint(c kit.Context) error {
	var in struct {
		Fixed string `form:"fixed"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if in.Fixed != "yes" && in.Fixed != "no" {
		return fault.New(fault.BadRequest, "err.400")
	}
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	if err := p.Reports.Hint(c.Request().Context(), actor, n, in.Fixed == "yes"); err != nil {
		return err
	}
	kit.Flash(c, "success", "report.hint.thanks")
	return kit.Redirect(c, reportPath(n))
}

// follow orders mails. The answer is the same whether the address is known.
func (p *showPages) follow(c kit.Context) error {
	return p.write(c, "follow", "report.follow.sent", func(ctx context.Context, actor accounts.Actor, n subject.Number, mail string) error {
		return p.Reports.Follow(ctx, actor, n, mail, mailLang(kit.Loc(c)))
	})
}

func (p *showPages) reopen(c kit.Context) error {
	return p.write(c, "reopen", "report.reopen.done", p.Reports.Reopen)
}

func (p *showPages) object(c kit.Context) error {
	return p.write(c, "object", "report.object.done", p.Reports.Object)
}

// write takes one of the page's forms with one entry, which has the form's
// name. What can't be taken stays in the form.
func (p *showPages) write(c kit.Context, form, done string,
	do func(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error,
) error {
	text, err := entry(c, form)
	if err != nil {
		return err
	}
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	err = do(c.Request().Context(), actor, n, text)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		in := typed{Form: form, Text: text}
		for _, e := range kit.ErrorsOf(kit.Page{Loc: kit.Loc(c)}, err) {
			in.Errors = append(in.Errors, kit.FieldError{Name: form, Text: e.Text})
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

// entry is the text of a form with one entry; how long it may be is for the
// service to say, so that what was typed is kept.
func entry(c kit.Context, name string) (string, error) {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return "", err
	}
	return kit.Clean(c.Request().PostForm.Get(name), name != "follow"), nil
}

// askWithdraw asks once more before a report is taken back.
func (p *showPages) askWithdraw(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	r, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if !r.Actor.Withdraw && !r.Actor.WithdrawHint {
		return fault.New(fault.Forbidden, "err.403").With("why", whyNotNow(r))
	}
	page := kit.NewPage(c, "report.withdraw.title")
	page.Robots = "noindex"
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, withdrawPage(page, r))
}

func whyNotNow(r *reports.View) string {
	if r.Actor.Owner {
		return "report.why.state"
	}
	return "report.why.not_yours"
}

func (p *showPages) withdraw(c kit.Context) error {
	n, actor, err := p.actor(c)
	if err != nil {
		return err
	}
	withdrawn, err := p.Reports.Withdraw(c.Request().Context(), actor, n)
	if err != nil {
		return err
	}
	key := "report.withdraw.hinted"
	if withdrawn {
		key = "report.withdraw.done"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, reportPath(n))
}
