package discusspages

import (
	"encoding/json"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// own is a comment of whoever asks; for everybody else a refusal.
func (p *Pages) own(c kit.Context, title string, may func(*discussion.Comment) bool, why string) (*View, *discussion.Comment, error) {
	n, err := numberOf(c)
	if err != nil {
		return nil, nil, err
	}
	about, one, err := p.Discussion.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return nil, nil, err
	}
	if one.Stub() {
		return nil, nil, fault.Missing("comment")
	}
	if !may(&one) {
		if !one.Mine {
			why = "discussion.why.not_yours"
		}
		return nil, nil, fault.New(fault.Forbidden, "err.403").With("why", why)
	}
	v, err := p.bare(c, about, title)
	return v, &one, err
}

func (p *Pages) editForm(c kit.Context) error { return p.renderEdit(c, http.StatusOK, nil, nil) }

func (p *Pages) renderEdit(c kit.Context, code int, in *Form, wrong error) error {
	v, one, err := p.own(c, "discussion.edit.title", func(o *discussion.Comment) bool { return o.MayEdit }, "discussion.why.late")
	if err != nil {
		return err
	}
	v.Form.Stance, v.Form.Text, v.Form.Lang, v.Form.Version = string(one.Stance), one.Text, one.Lang, one.Version
	if in != nil {
		v.Form = *in
		if err := v.refuse(c, wrong); err != nil {
			return err
		}
	}
	return kit.Render(c, code, editPage(v, one))
}

func (p *Pages) edit(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	var in Form
	if err := kit.Bind(c, &in); err != nil {
		if fault.Is(err, fault.Invalid) {
			return p.renderEdit(c, http.StatusUnprocessableEntity, &in, err)
		}
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	ctx := c.Request().Context()
	about, _, err := p.Discussion.Get(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	done, err := p.Discussion.Edit(ctx, kit.Actor(c), n, in.Version, discussion.Writing{Stance: discussion.Stance(in.Stance), Text: in.Text, Lang: in.Lang})
	if err != nil {
		return p.renderEdit(c, status(err), &in, err)
	}
	said(c, done, "discussion.edited.done")
	return kit.Redirect(c, onPage(about, n))
}

func (p *Pages) askRemove(c kit.Context) error {
	v, one, err := p.own(c, "discussion.remove.title", func(o *discussion.Comment) bool { return o.MayRemove }, "discussion.why.official")
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, removePage(v, one))
}

func (p *Pages) remove(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	ctx := c.Request().Context()
	about, _, err := p.Discussion.Get(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	if err := p.Discussion.Remove(ctx, kit.Actor(c), n); err != nil {
		return err
	}
	kit.Flash(c, "success", "discussion.removed.done")
	return kit.Redirect(c, about.Path+"#diskussion")
}

// helpful counts a visitor among those who find a comment helpful, or not.
func (p *Pages) helpful(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	var in struct {
		Value int `form:"value"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if in.Value < -1 || in.Value > 1 {
		return fault.New(fault.BadRequest, "err.400")
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	ctx := c.Request().Context()
	about, _, err := p.Discussion.Get(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	count, err := p.Discussion.Vote(ctx, actor, n, int16(in.Value))
	if err != nil {
		return err
	}
	if kit.WantsJSON(c) {
		body, err := json.Marshal(map[string]int{"value": in.Value, "count": count})
		if err != nil {
			return err
		}
		return kit.Send(c, http.StatusOK, "application/json", body)
	}
	kit.Flash(c, "success", "discussion.voted")
	return kit.Redirect(c, onPage(about, n))
}

func (p *Pages) pin(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	ctx := c.Request().Context()
	about, _, err := p.Discussion.Get(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	if err := p.Discussion.Pin(ctx, kit.Actor(c), n, in.On); err != nil {
		return err
	}
	kit.Flash(c, "success", "discussion.pinned.done")
	return kit.Redirect(c, onPage(about, n))
}

func (p *Pages) versions(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	about, one, list, err := p.Discussion.Versions(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	v, err := p.bare(c, about, "discussion.versions")
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, versionsPage(v, &one, list))
}
