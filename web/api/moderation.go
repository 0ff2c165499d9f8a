package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// FlagParam is the number of a notice.
type FlagParam struct {
	Flag string `path:"flag" maxLength:"40" doc:"The number of the notice." example:"H-2026-7K3QX9"`
}

// FlagCodeParam opens a notice for whoever sent it.
type FlagCodeParam struct {
	Code string `header:"Mitwirk-Access-Code" maxLength:"40" doc:"The access code of the notice. Not needed by the token that sent it." example:"7K3Q-X9MA-2BCD"`
}

// newFlag is what somebody says about a content.
type newFlag struct {
	Part        string `json:"part" enum:"whole,text,photo" doc:"What it is about."`
	Photo       string `json:"photo,omitempty" format:"uuid" doc:"Which photo, where it is about one."`
	Category    string `json:"category" enum:"life,child,threat,hate,insult,privacy,copyright,other_law,rule1,rule2,rule3,rule4,rule5" doc:"The first eight are against a law, the others against a rule of the site (page /rules)."`
	Explanation string `json:"explanation" minLength:"1" maxLength:"4000" doc:"Why; 20 characters or more." example:"Der Satz beleidigt eine bestimmte Person."`
	LegalRef    string `json:"legal_ref,omitempty" maxLength:"500" doc:"The law, if you know it."`
	Name        string `json:"name,omitempty" maxLength:"200" doc:"Yours; not needed."`
	Mail        string `json:"mail,omitempty" maxLength:"254" doc:"For the outcome; not needed. The address gets a mail first that asks whether it wants it."`
	GoodFaith   bool   `json:"good_faith" doc:"That you believe what you say to be right. Must be true."`
}

// flagged is the receipt.
type flagged struct {
	Number     string `json:"number" example:"H-2026-7K3QX9"`
	AccessCode string `json:"access_code,omitempty" doc:"Shown this once; absent where the same person had flagged this version before."`
}

// flagState is what became of a notice.
type flagState struct {
	Number      string      `json:"number"`
	ReceivedAt  string      `json:"received_at" format:"date-time"`
	Category    string      `json:"category"`
	Explanation string      `json:"explanation"`
	About       string      `json:"about,omitempty" doc:"Title of what it is about, while that is there."`
	Action      string      `json:"action,omitempty" doc:"What was decided; absent while it waits." example:"hide"`
	Reasons     string      `json:"reasons,omitempty"`
	DecidedAt   string      `json:"decided_at,omitempty" format:"date-time"`
	Appeal      *appealSeen `json:"appeal,omitempty"`
	MayAppeal   bool        `json:"may_appeal"`
}

// appealSeen is an appeal as whoever filed it sees it.
type appealSeen struct {
	Text      string `json:"text"`
	FiledAt   string `json:"filed_at" format:"date-time"`
	DecideBy  string `json:"decide_by" format:"date-time"`
	Outcome   string `json:"outcome,omitempty" doc:"upheld, partly, reversed or inadmissible; absent while it waits."`
	Reasons   string `json:"reasons,omitempty"`
	DecidedAt string `json:"decided_at,omitempty" format:"date-time"`
}

// ruling is a decision as everybody sees it.
type ruling struct {
	ID     string `json:"id,omitempty" doc:"Only for whoever reported it: leads to the reasons."`
	Part   string `json:"part" example:"text"`
	Photo  string `json:"photo,omitempty" doc:"Which photo, where it is about one."`
	Action string `json:"action" example:"hide"`
	At     string `json:"decided_at" format:"date-time"`
	Ground string `json:"ground" doc:"In words: the rule, or that it was a law."`
	RuleNo int    `json:"rule_no,omitempty"`
	Label  string `json:"label,omitempty"`
}

type rulingList struct {
	Decisions []ruling `json:"decisions" nullable:"false" doc:"Those in force, one for each part."`
}

// reasons is "Warum?": a decision for the author of its content.
type reasons struct {
	ID          string      `json:"id"`
	Action      string      `json:"action"`
	Ground      string      `json:"ground,omitempty"`
	Statement   string      `json:"statement" doc:"The statement of reasons. An empty line parts paragraphs."`
	Language    string      `json:"language"`
	DecidedAt   string      `json:"decided_at" format:"date-time"`
	AppealUntil string      `json:"appeal_until" format:"date-time"`
	Reversed    bool        `json:"reversed"`
	Appeal      *appealSeen `json:"appeal,omitempty"`
	MayAppeal   bool        `json:"may_appeal"`
}

// objection is "Ich sehe das anders".
type objection struct {
	Text string `json:"text" minLength:"1" maxLength:"4000" doc:"Why you see it otherwise."`
}

const tagModeration = "Moderation"

// flags holds what people do: flag, ask why, see it otherwise.
func (a *api) flags() {
	a.flagOps()
	a.ownDecisions()

	type stateIn struct {
		FlagParam
		FlagCodeParam
	}
	reads(a, op{
		id: "getFlag", method: http.MethodGet, path: "/flags/{flag}", tag: tagModeration, people: true, scope: accounts.ScopeRead,
		summary: "Read what became of a notice", detail: "By the token that sent it, or by any visitor's or personal token with its access code.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *stateIn) (flagState, error) {
		return a.flagState(ctx, k, actor, in.Flag, in.Code)
	})

	type appealIn struct {
		OpenFlagParam
		OnceParam
		Body objection
	}
	writes(a, op{
		id: "appealFlag", method: http.MethodPost, path: "/flags/{flag}/appeal", tag: tagModeration, status: http.StatusCreated, people: true,
		scope: accounts.ScopeWrite, summary: "See the decision about a notice otherwise", detail: "Once, within six months. Somebody decides who had no hand in the decision.",
	}, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *appealIn) (nothing, error) {
		return nothing{true}, a.Moderation.Within(tx).AppealAsNotifier(ctx, actor, in.number, kit.Clean(in.Body.Text, true), k.loc().Lang())
	})
}

// OpenFlagParam is a notice and its code. It is opened before the transaction: a
// code takes a connection of its own, and a wrong one waits.
type OpenFlagParam struct {
	FlagParam
	FlagCodeParam

	number subject.Number
}

func (p *OpenFlagParam) before(ctx context.Context, a *api, k *call, actor accounts.Actor) (err error) {
	p.number, err = a.openFlag(ctx, k, actor, p.Flag, p.Code)
	return err
}

// openFlag reads the number of a notice, and opens it with its code if one came.
func (a *api) openFlag(ctx context.Context, k *call, actor accounts.Actor, text, code string) (subject.Number, error) {
	n, ok := moderation.ParseNumber(text)
	if !ok {
		return 0, fault.Missing("flag")
	}
	if code == "" {
		return n, nil
	}
	err := a.Moderation.OpenFlag(ctx, actor, n, code)
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Invalid) {
		if err := a.limit(ctx, k, accounts.RuleCode); err != nil {
			return 0, err
		}
		err = fault.New(fault.Forbidden, "err.code").Because(err)
	}
	return n, err
}

func (a *api) flagState(ctx context.Context, k *call, actor accounts.Actor, number, code string) (flagState, error) {
	n, err := a.openFlag(ctx, k, actor, number, code)
	if err != nil {
		return flagState{}, err
	}
	f, err := a.Moderation.FlagByNumber(ctx, actor, n)
	if err != nil {
		return flagState{}, err
	}
	out := flagState{
		Number: n.Format(moderation.PrefixFlag), ReceivedAt: stamp(f.ReceivedAt), Category: f.Category, Explanation: f.Explanation, About: f.Title,
		Appeal: appealOf(f.Appeal), MayAppeal: f.MayAppeal,
	}
	if d := f.Decision; d != nil {
		out.Action, out.Reasons, out.DecidedAt = string(d.Action), d.Explanation, stamp(d.At)
	}
	return out, nil
}

func appealOf(a *moderation.Appeal) *appealSeen {
	if a == nil {
		return nil
	}
	return &appealSeen{
		Text: a.Text, FiledAt: stamp(a.FiledAt), DecideBy: stamp(a.Deadline), Outcome: string(a.Outcome), Reasons: a.Reasons, DecidedAt: stampOf(a.DecidedAt),
	}
}

// partIn reads what of a thing is meant.
func partIn(part, photo string) (subject.PartKind, uuid.UUID, error) {
	id, err := idIn(photo, "/photo")
	if err != nil {
		return "", uuid.Nil, err
	}
	kind := subject.PartKind(part)
	if kind == subject.Photo && id == uuid.Nil {
		return "", uuid.Nil, fault.OnField("/photo", "field.required")
	}
	if kind != subject.Photo {
		id = uuid.Nil
	}
	return kind, id, nil
}

// flaggable reads the number of what can be flagged: a report, an idea, a comment.
func flaggable(text string) (subject.Prefix, subject.Number, error) {
	prefix, n, err := subject.ParseNumber(text)
	if err != nil || !slices.Contains([]subject.Prefix{subject.PrefixReport, subject.PrefixIdea, subject.PrefixComment}, prefix) {
		return "", 0, fault.Missing("content").Because(err)
	}
	return prefix, n, nil
}

// rulings holds what everybody may know of a decision, and what its author may.
func (a *api) rulings() {
	type listIn struct {
		NumberParam
		CodeParam
	}
	reads(a, op{
		id: "listDecisions", method: http.MethodGet, path: "/reports/{number}/decisions", tag: tagModeration, open: true, scope: accounts.ScopeRead,
		summary: "List the decisions about a report",
		detail:  "What stands in the place of what was hidden: date and ground. Whoever reported it gets the way to the reasons along.",
	}, func(ctx context.Context, k *call, _ accounts.Actor, in *listIn) (rulingList, error) {
		return a.rulingsOf(ctx, k, in.Number, in.Code)
	})

	type oneIn struct {
		NumberParam
		CodeParam
		Decision string `path:"decision" maxLength:"60" doc:"As the list of decisions names it." example:"mw-0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
	}
	reads(a, op{
		id: "getReasons", method: http.MethodGet, path: "/reports/{number}/decisions/{decision}", tag: tagModeration, open: true, scope: accounts.ScopeRead,
		summary: "Read why", detail: "The statement of reasons (Art. 17 DSA), for whoever reported it. For everybody else there is none.",
	}, func(ctx context.Context, k *call, _ accounts.Actor, in *oneIn) (reasons, error) {
		n, actor, err := a.party(ctx, k, accounts.ScopeRead, in.NumberParam, in.CodeParam)
		if err != nil {
			return reasons{}, err
		}
		w, err := a.whyOf(ctx, actor, n, in.Decision, a.Moderation)
		if err != nil {
			return reasons{}, err
		}
		return reasonsOf(k, w), nil
	})

	type appealIn struct {
		PartyParam
		OnceParam
		Decision string `path:"decision" maxLength:"60" doc:"As the list of decisions names it." example:"mw-0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
		Body     objection
	}
	writes(a, op{
		id: "appealDecision", method: http.MethodPost, path: "/reports/{number}/decisions/{decision}/appeal", tag: tagModeration, status: http.StatusCreated,
		open: true, scope: accounts.ScopeWrite, summary: "See a decision otherwise",
		detail: "By whoever reported it, once, within six months. Somebody decides who had no hand in the decision.",
	}, func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *appealIn) (nothing, error) {
		m := a.Moderation.Within(tx)
		if _, err := a.whyOf(ctx, in.actor, in.number, in.Decision, m); err != nil {
			return nothing{}, err
		}
		return nothing{true}, m.AppealAsAuthor(ctx, in.actor, in.Decision, kit.Clean(in.Body.Text, true), k.loc().Lang())
	})
}

func reasonsOf(k *call, w *moderation.Why) reasons {
	d := &w.Decision
	return reasons{
		ID: d.PUID, Action: string(d.Action), Ground: moderation.GroundText(k.loc(), d), Statement: w.Statement, Language: w.Lang, DecidedAt: stamp(d.At),
		AppealUntil: stamp(d.AppealUntil), Reversed: d.Reversed, Appeal: appealOf(w.Appeal), MayAppeal: w.MayAppeal,
	}
}

// whyOf is a decision about this very report, for its author.
func (a *api) whyOf(ctx context.Context, actor accounts.Actor, n subject.Number, puid string, m *moderation.Service) (*moderation.Why, error) {
	w, err := m.Why(ctx, actor, puid)
	if err == nil && w.Content.Number != n {
		err = fault.Missing("decision")
	}
	return w, err
}

// rulingsOf lists what the page of a report says about moderation.
func (a *api) rulingsOf(ctx context.Context, k *call, text, code string) (rulingList, error) {
	n, err := number(text)
	if err != nil {
		return rulingList{}, err
	}
	actor, err := a.as(ctx, k, accounts.ScopeRead, n, code)
	if err != nil {
		return rulingList{}, err
	}
	var stubs []moderation.Stub
	v, err := a.Reports.Get(ctx, actor, n)
	switch {
	case err == nil:
		if stubs, err = a.Moderation.Stubs(ctx, actor, subject.Ref{Kind: subject.Report, ID: v.ID}); err != nil {
			return rulingList{}, err
		}
	case fault.Is(err, fault.NotFound):
		gone, err := a.Moderation.Gone(ctx, n)
		if err != nil {
			return rulingList{}, err
		}
		stubs = []moderation.Stub{*gone}
	default:
		return rulingList{}, err
	}
	out := rulingList{Decisions: make([]ruling, len(stubs))}
	for i, s := range stubs {
		out.Decisions[i] = ruling{
			ID: s.PUID, Part: string(s.Part), Action: string(s.Action), At: stamp(s.At), Ground: groundOf(k.loc(), s.RuleNo, s.Law), RuleNo: s.RuleNo, Label: s.Label,
		}
		if s.Part == subject.Photo {
			out.Decisions[i].Photo = idText(s.Of)
		}
	}
	return out, nil
}

func groundOf(loc *i18n.Localizer, rule int, law bool) string {
	switch {
	case law:
		return loc.T("moderation.law.short")
	case rule > 0:
		return moderation.RuleText(loc, rule)
	}
	return ""
}
