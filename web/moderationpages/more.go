package moderationpages

import (
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type hearingRow struct {
	URL, Title, Meta, Due, Why string
	Late                       bool
}

type appealsView struct {
	kit.Page
	Rows []hearingRow
}

func (p *pages) appeals(c kit.Context) error {
	ctx := c.Request().Context()
	list, err := p.Moderation.Appeals(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := appealsView{Page: deskPage(c, "modq.appeals")}
	for _, h := range list {
		r := hearingRow{URL: "/desk/moderation/appeals/" + h.ID.String(), Title: h.Content.Title, Late: h.Deadline.Before(now)}
		if h.Gone {
			r.Title = v.T("modq.appeal.gone")
		}
		r.Meta = v.T("moderation.did."+string(h.Of.Action)) + ", " + v.T("modq.appeal.by."+h.By)
		key := "modq.due"
		if r.Late {
			key = "modq.late"
		}
		r.Due = v.T(key, "date", v.Loc.Date(h.Deadline, now))
		if h.Why != "" {
			r.Why = v.T(h.Why)
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, appealsPage(v))
}

type outcomeIn struct {
	Outcome string `form:"outcome" max:"20"`
	Reasons string `form:"reasons" lines:"true" max:"2000"`
}

type hearingView struct {
	kit.Page
	H        *moderation.Hearing
	In       outcomeIn
	Ground   string
	Did      string
	By       string
	Outcomes []kit.Option
	Why      string
	Errors   kit.Errors
	Refused  string
}

func (p *pages) hearing(c kit.Context) error {
	return p.renderHearing(c, http.StatusOK, outcomeIn{}, nil)
}

func (p *pages) renderHearing(c kit.Context, code int, in outcomeIn, wrong error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	h, err := p.Moderation.AppealByID(c.Request().Context(), kit.Actor(c), id)
	if err != nil {
		return err
	}
	v := hearingView{Page: deskPage(c, "modq.appeal.title"), H: h, In: in}
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	v.Ground, v.Did, v.By = moderation.GroundText(v.Loc, &h.Of), v.T("moderation.did."+string(h.Of.Action)), v.T("modq.appeal.by."+h.By)
	if h.Why != "" {
		v.Why = v.T(h.Why)
	}
	for _, o := range moderation.Outcomes() {
		v.Outcomes = append(v.Outcomes, kit.Option{Value: string(o), Label: v.T("moderation.outcome." + string(o)), On: in.Outcome == string(o)})
	}
	return kit.Render(c, code, hearingPage(v))
}

func (p *pages) decideAppeal(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in outcomeIn
	if err = kit.Bind(c, &in); err == nil {
		err = p.Moderation.DecideAppeal(c.Request().Context(), kit.Actor(c), id, moderation.Outcome(in.Outcome), in.Reasons)
	}
	if err != nil {
		return p.renderHearing(c, status(err), in, err)
	}
	kit.Flash(c, "success", "modq.appeal.done")
	return kit.Redirect(c, "/desk/moderation/appeals")
}

type ruleIn struct {
	Kind     string `form:"kind" max:"20"`
	Category string `form:"category" max:"60"`
	Words    string `form:"words" lines:"true" max:"20000"`
	Scope    string `form:"scope" max:"10"`
	Active   bool   `form:"active"`
}

type ruleRow struct {
	moderation.HoldRule

	Name  string
	Words string
	ID    string // of its fields
}

type rulesView struct {
	kit.Page
	Rows    []ruleRow
	Kinds   []kit.Option
	Errors  kit.Errors
	Refused string
}

func (p *pages) rules(c kit.Context) error { return p.renderRules(c, http.StatusOK, nil) }

func (p *pages) renderRules(c kit.Context, code int, wrong error) error {
	ctx := c.Request().Context()
	list, err := p.Moderation.HoldRules(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	v := rulesView{Page: deskPage(c, "modq.rules")}
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	for _, r := range list {
		row := ruleRow{HoldRule: r, Name: v.T("moderation.rule." + string(r.Kind)), Words: strings.Join(r.Words, "\n"), ID: string(r.Kind) + r.Category}
		if k := cat.ByKey(r.Category); k != nil {
			row.Name += ": " + k.Name.In(v.Loc.Lang())
		}
		v.Rows = append(v.Rows, row)
	}
	for i := range cat.Categories {
		k := &cat.Categories[i]
		v.Kinds = append(v.Kinds, kit.Option{Value: k.Key, Label: k.Name.In(v.Loc.Lang())})
	}
	return kit.Render(c, code, rulesPage(v))
}

func (p *pages) setRule(c kit.Context) error {
	var in ruleIn
	err := kit.Bind(c, &in)
	if err == nil {
		var words []string
		for w := range strings.SplitSeq(in.Words, "\n") {
			if w = strings.TrimSpace(w); w != "" {
				words = append(words, w)
			}
		}
		err = p.Moderation.SetHoldRule(c.Request().Context(), kit.Actor(c), moderation.HoldRule{
			Kind: moderation.RuleKind(in.Kind), Category: in.Category, Words: words, Scope: subject.PartKind(in.Scope), Active: in.Active,
		})
	}
	if err != nil {
		return p.renderRules(c, status(err), err)
	}
	kit.Flash(c, "success", "modq.rules.done")
	return kit.Redirect(c, "/desk/moderation/rules")
}

type reasonIn struct {
	Explanation string `form:"explanation" lines:"true" max:"2000"`
	Authority   string `form:"authority" max:"200"`
	File        string `form:"file_number" max:"100"`
	Reason      string `form:"reason" lines:"true" max:"2000"`
	Days        int    `form:"days"`
	Yes         bool   `form:"yes"`
	First       string `form:"first" max:"100"`
	Second      string `form:"second" max:"100"`
}

func (p *pages) warn(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in reasonIn
	if err = kit.Bind(c, &in); err == nil {
		err = p.Moderation.Warn(c.Request().Context(), kit.Actor(c), id, in.Explanation)
	}
	if err != nil {
		return p.renderItem(c, status(err), typed{in: fresh().in, reason: in.Explanation}, err)
	}
	kit.Flash(c, "success", "modq.account.done")
	return kit.Redirect(c, "/desk/moderation/items/"+id.String())
}

type halfView struct {
	kit.Page
	Half string
}

func (p *pages) askCopy(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in reasonIn
	var half string
	if err = kit.Bind(c, &in); err == nil {
		half, err = p.Moderation.AskCopy(c.Request().Context(), kit.Actor(c), moderation.CopyOrder{Item: id, Authority: in.Authority, FileNumber: in.File, Reason: in.Reason})
	}
	if err != nil {
		return p.renderItem(c, status(err), typed{in: fresh().in, reason: in.Reason}, err)
	}
	return kit.Render(c, http.StatusCreated, halfPage(halfView{deskPage(c, "modq.copy.half"), half}))
}

type copyRow struct {
	moderation.Copy

	When, Hash string
	Mine       bool
}

type copiesView struct {
	kit.Page
	Rows    []copyRow
	Refused string
}

func (p *pages) copies(c kit.Context) error { return p.renderCopies(c, http.StatusOK, nil) }

func (p *pages) renderCopies(c kit.Context, code int, wrong error) error {
	actor := kit.Actor(c)
	list, err := p.Moderation.Copies(c.Request().Context(), actor)
	if err != nil {
		return err
	}
	v := copiesView{Page: deskPage(c, "modq.copies")}
	if v.Refused, err = refusal(c, v.Page, wrong); err != nil {
		return err
	}
	for _, r := range list {
		v.Rows = append(v.Rows, copyRow{Copy: r, When: v.Loc.Day(r.AskedAt), Hash: hex.EncodeToString(r.SHA256), Mine: actor.Is(r.AskedBy)})
	}
	return kit.Render(c, code, copiesPage(v))
}

func (p *pages) approveCopy(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	half, err := p.Moderation.ApproveCopy(c.Request().Context(), kit.Actor(c), id)
	if err != nil {
		return p.renderCopies(c, status(err), err)
	}
	return kit.Render(c, http.StatusCreated, halfPage(halfView{deskPage(c, "modq.copy.half"), half}))
}

func (p *pages) openCopy(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in reasonIn
	var raw []byte
	if err = kit.Bind(c, &in); err == nil {
		raw, err = p.Moderation.OpenCopy(c.Request().Context(), kit.Actor(c), id, in.First, in.Second)
	}
	if err != nil {
		return p.renderCopies(c, status(err), err)
	}
	kit.NoStore(c)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+id.String()+`.json"`)
	return kit.Send(c, http.StatusOK, "application/json; charset=utf-8", raw)
}

type accountRow struct {
	moderation.Restriction

	State  string
	Warned string
	Mine   bool
}

func accountRowOf(p kit.Page, r moderation.Restriction) accountRow {
	a := accountRow{Restriction: r, Warned: p.T("modq.account.warned", "date", p.Loc.Day(r.WarnedAt)), Mine: p.Actor.Is(r.AskedBy)}
	date := ""
	if r.Until != nil {
		date = p.Loc.Day(*r.Until)
	}
	a.State = p.T("modq.account.state."+r.State, "date", date)
	return a
}

type accountsView struct {
	kit.Page
	Rows    []accountRow
	Refused string
}

func (p *pages) accounts(c kit.Context) error { return p.renderAccounts(c, http.StatusOK, nil) }

func (p *pages) renderAccounts(c kit.Context, code int, wrong error) error {
	list, err := p.Moderation.Proposed(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	v := accountsView{Page: deskPage(c, "modq.accounts")}
	if v.Refused, err = refusal(c, v.Page, wrong); err != nil {
		return err
	}
	for _, r := range list {
		v.Rows = append(v.Rows, accountRowOf(v.Page, r))
	}
	return kit.Render(c, code, accountsPage(v))
}

func (p *pages) propose(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in reasonIn
	if err = kit.Bind(c, &in); err == nil {
		err = p.Moderation.Propose(c.Request().Context(), kit.Actor(c), id, in.Days, in.Explanation)
	}
	if err != nil {
		return p.renderAccounts(c, status(err), err)
	}
	kit.Flash(c, "success", "modq.account.done")
	return kit.Redirect(c, "/desk/moderation/accounts")
}

func (p *pages) second(c kit.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	var in reasonIn
	if err = kit.Bind(c, &in); err == nil {
		err = p.Moderation.Second(c.Request().Context(), kit.Actor(c), id, in.Yes)
	}
	if err != nil {
		return p.renderAccounts(c, status(err), err)
	}
	kit.Flash(c, "success", "modq.account.done")
	return kit.Redirect(c, "/desk/moderation/accounts")
}

// refusal is what a page without fields says about an error of its buttons; the
// error itself where the one writer has to say it.
func refusal(c kit.Context, p kit.Page, wrong error) (string, error) {
	if wrong == nil {
		return "", nil
	}
	errs, refused, ok := shown(c, p, wrong)
	if !ok {
		return "", wrong
	}
	for _, e := range errs {
		refused = e.Text
	}
	return refused, nil
}
