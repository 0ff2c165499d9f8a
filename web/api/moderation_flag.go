package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// flagOps are the ways to flag what everybody sees: one for each kind of thing.
func (a *api) flagOps() {
	flag := func(id, path, what string) op {
		return op{
			id: id, method: http.MethodPost, path: path, tag: tagModeration, status: http.StatusCreated, people: true,
			scope: accounts.ScopeWrite, rule: accounts.RuleReport, summary: "Flag " + what,
			detail: "A notice about what everybody can see (Art. 16 DSA). Nothing is hidden by it; a person decides. Needs a visitor's or a personal token.",
		}
	}
	type onReport struct {
		NumberParam
		OnceParam
		Body newFlag
	}
	writes(a, flag("flagContent", "/reports/{number}/flags", "a content"), func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *onReport) (flagged, error) {
		n, err := number(in.Number)
		if err != nil {
			return flagged{}, err
		}
		return a.flag(ctx, tx, k, actor, subject.PrefixReport, n, &in.Body)
	})
	type onIdea struct {
		IdeaParam
		OnceParam
		Body newFlag
	}
	writes(a, flag("flagIdea", "/ideas/{number}/flags", "an idea"), func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *onIdea) (flagged, error) {
		n, err := in.idea()
		if err != nil {
			return flagged{}, err
		}
		return a.flag(ctx, tx, k, actor, subject.PrefixIdea, n, &in.Body)
	})
	type onComment struct {
		CommentParam
		OnceParam
		Body newFlag
	}
	writes(a, flag("flagComment", "/comments/{number}/flags", "a comment"), func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *onComment) (flagged, error) {
		n, err := in.comment()
		if err != nil {
			return flagged{}, err
		}
		return a.flag(ctx, tx, k, actor, subject.PrefixComment, n, &in.Body)
	})
}

// flag takes a notice about a part of a thing.
func (a *api) flag(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, prefix subject.Prefix, n subject.Number, b *newFlag) (flagged, error) {
	m := a.Moderation.Within(tx)
	kind, photo, err := partIn(b.Part, b.Photo)
	if err != nil {
		return flagged{}, err
	}
	c, err := m.PartOf(ctx, prefix, n, kind, photo)
	if err != nil {
		return flagged{}, err
	}
	notice := moderation.Notice{
		Part: c.Part, URL: c.Path, Category: b.Category, Explanation: kit.Clean(b.Explanation, true), LegalRef: kit.Clean(b.LegalRef, false),
		Name: kit.Clean(b.Name, false), Mail: kit.Clean(b.Mail, false), GoodFaith: b.GoodFaith, Lang: k.loc().Lang(), Channel: "api",
	}
	for _, cat := range moderation.Categories() {
		if cat.Key == b.Category {
			notice.Ground = cat.Ground
		}
	}
	r, err := m.Flag(ctx, actor, notice, "")
	return flagged{Number: r.Number.Format(moderation.PrefixFlag), AccessCode: r.Code}, err
}

// DecisionParam is a decision in a path.
type DecisionParam struct {
	Decision string `path:"decision" maxLength:"60" doc:"As the mail about it names it." example:"mw-0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"`
}

// ownDecisions are those about what whoever calls has written: a report, an idea,
// a comment. For everybody else there are none.
func (a *api) ownDecisions() {
	reads(a, op{
		id: "getDecision", method: http.MethodGet, path: "/moderation/decisions/{decision}", tag: tagModeration, people: true, scope: accounts.ScopeRead,
		summary: "Read why something of yours was decided about", detail: "The statement of reasons (Art. 17 DSA), by the token of its author: of an idea, a comment or a report.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *DecisionParam) (reasons, error) {
		w, err := a.Moderation.Why(ctx, actor, in.Decision)
		if err != nil {
			return reasons{}, err
		}
		return reasonsOf(k, w), nil
	})
	type input struct {
		DecisionParam
		OnceParam
		Body objection
	}
	writes(a, op{
		id: "appealOwnDecision", method: http.MethodPost, path: "/moderation/decisions/{decision}/appeal", tag: tagModeration, status: http.StatusCreated, people: true,
		scope: accounts.ScopeWrite, summary: "See a decision about something of yours otherwise",
		detail: "By its author, once, within six months. Somebody decides who had no hand in the decision.",
	}, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *input) (nothing, error) {
		return nothing{true}, a.Moderation.Within(tx).AppealAsAuthor(ctx, actor, in.Decision, kit.Clean(in.Body.Text, true), k.loc().Lang())
	})
}
