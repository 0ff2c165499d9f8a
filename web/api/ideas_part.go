package api

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// supported is what a support did.
type supported struct {
	On       bool   `json:"supports" doc:"You support it now."`
	Supports int    `json:"count" doc:"Those that count."`
	Counted  bool   `json:"counts" doc:"Yours counts by the rule of the call; false: it does once your address or residence is confirmed."`
	Held     bool   `json:"held" doc:"A moderator looks first."`
	Receipt  string `json:"receipt,omitempty" doc:"Of a first support, shown this once: proves that a vote was counted, never what for (checkReceipt)."`
}

// OnIdea is an idea and a key, for what needs no more.
type OnIdea struct {
	IdeaParam
	OnceParam
}

func (a *api) ideaTakePart() {
	for _, one := range []struct {
		method, id, summary, detail string
		on                          bool
	}{
		{http.MethodPut, "supportIdea", "Support an idea", "One person, one support: a second time changes nothing. You hear of what becomes of it. No body.", true},
		{
			http.MethodDelete, "takeBackSupport", "Take your support back",
			"While the idea collects supports, and for 14 days after another one was merged into it.", false,
		},
	} {
		ideaWrites(a, ideaOp(one.id, one.method, "/ideas/{number}/support", one.summary, one.detail).byPeople(),
			func(ctx context.Context, w *ideaWork, _ *OnIdea) (supported, error) {
				s, err := w.ideas.SetSupport(ctx, w.actor, w.n, one.on, accounts.AddressKey(kit.ClientIP(w.k.c)))
				if fault.Is(err, fault.Gone) {
					err = fault.New(fault.Conflict, "votes.err.closed").Because(err)
				}
				return supported{On: s.On, Supports: s.Count, Counted: s.Counted, Held: s.Held, Receipt: s.Receipt}, err
			})
	}
	for _, one := range []struct {
		method, id, summary string
		on                  bool
	}{{http.MethodPut, "followIdea", "Follow an idea", true}, {http.MethodDelete, "unfollowIdea", "No longer follow an idea", false}} {
		ideaDrop(a, ideaOp(one.id, one.method, "/ideas/{number}/follow", one.summary, "News about it come into your inbox (listNotices).").byPeople(),
			func(ctx context.Context, w *ideaWork, _ *OnIdea) error {
				return w.ideas.Follow(ctx, w.actor, w.n, one.on, w.k.loc().Lang())
			})
	}
	type mergeConsent struct {
		Agree bool   `json:"agree"`
		From  string `json:"from,omitempty" doc:"Number of the idea that is to go on in the other one; without it the merge that was asked for first."`
	}
	type consentIn struct {
		IdeaParam
		OnceParam
		Body mergeConsent
	}
	ideaDrop(a, ideaOp("answerMerge", http.MethodPut, "/ideas/{number}/merge", "Answer whether two ideas may become one",
		"By an author of either. With the yes of both sides supports, followers and comments move; one no is enough, and nothing happens.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *consentIn) error {
			var asked subject.Number
			if in.Body.From != "" {
				prefix, n, err := subject.ParseNumber(in.Body.From)
				if err != nil || prefix != subject.PrefixIdea {
					return fault.Missing("merge")
				}
				asked = n
			}
			return w.ideas.AnswerMerge(ctx, w.actor, w.n, asked, in.Body.Agree)
		})
}

// ideaAuthors are invitations: more authors of one idea.
func (a *api) ideaAuthors() {
	type authorInvitation struct {
		Token string `json:"token" doc:"Works once and for 14 days; shown this once."`
		URL   string `json:"url" format:"uri" doc:"The page for whoever is invited."`
	}
	o := ideaOp("inviteAuthor", http.MethodPost, "/ideas/{number}/invitations", "Invite somebody to be an author", "By an author. At most ten, with the invitations that are open. No body.").byPeople()
	o.status = http.StatusCreated
	ideaWrites(a, o, func(ctx context.Context, w *ideaWork, _ *OnIdea) (authorInvitation, error) {
		token, err := w.ideas.Invite(ctx, w.actor, w.n)
		return authorInvitation{Token: token, URL: a.router.URL("/ideas/join/" + token)}, err
	})
	type authorJoining struct {
		Token string `json:"token" minLength:"1" maxLength:"100" doc:"Of the invitation."`
		Name  string `json:"name,omitempty" maxLength:"60" doc:"Yours, shown with the idea; absent: none."`
	}
	type authorJoined struct {
		Number string    `json:"number" example:"I-2026-7K3QX9"`
		Links  ideaLinks `json:"links"`
	}
	type joinIn struct {
		OnceParam
		Body authorJoining
	}
	j := ideaOp("joinIdea", http.MethodPost, "/ideas/join", "Become an author by an invitation", "An invitation that is unknown, used or over is not found.").byPeople()
	j.rule, j.hidden = accounts.RuleCode, true
	writes(a, j, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *joinIn) (authorJoined, error) {
		s := a.Ideas.Within(tx)
		n, err := s.Join(ctx, actor, in.Body.Token, kit.Clean(in.Body.Name, false))
		if err != nil {
			return authorJoined{}, err
		}
		v, err := s.Get(ctx, actor, n)
		if err != nil {
			return authorJoined{}, err
		}
		return authorJoined{Number: n.Format(subject.PrefixIdea), Links: a.ideaLinksOf(n, v.ID)}, nil
	})
}

// amendment is another wording that somebody proposes.
type amendment struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	Why       string `json:"why"`
	State     string `json:"state" enum:"open,accepted,rejected,withdrawn"`
	Answer    string `json:"answer,omitempty" doc:"Of the author who decided."`
	At        string `json:"at" format:"date-time"`
	DecidedAt string `json:"decided_at,omitempty" format:"date-time"`
	Edition   int    `json:"edition" doc:"Of the idea that it was made from."`
	Mine      bool   `json:"mine"`
}

type amendmentList struct {
	Items []amendment `json:"items" nullable:"false" doc:"The open ones first, at most 50."`
}

func amendmentsOf(v *ideas.View) amendmentList {
	out := amendmentList{Items: make([]amendment, len(v.Amendments))}
	for i, m := range v.Amendments {
		out.Items[i] = amendment{
			ID: m.ID.String(), Title: m.Title, Text: m.Text, Why: m.Why, State: m.State, Answer: m.Answer, At: stamp(m.At), DecidedAt: stampOf(m.DecidedAt),
			Edition: m.Edition, Mine: m.Mine,
		}
	}
	return out
}

func (a *api) amendments() {
	type input struct{ IdeaParam }
	reads(a, ideaOp("listAmendments", http.MethodGet, "/ideas/{number}/amendments", "List the amendments of an idea", "Other wordings that people have proposed, and what the authors said."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (amendmentList, error) {
			v, err := a.idea(ctx, actor, in.IdeaParam)
			if err != nil {
				return amendmentList{}, err
			}
			return amendmentsOf(v), nil
		})
	// now is the list after something was done.
	now := func(ctx context.Context, w *ideaWork, err error) (amendmentList, error) {
		if err != nil {
			return amendmentList{}, err
		}
		v, err := w.ideas.Get(ctx, w.actor, w.n)
		if err != nil {
			return amendmentList{}, err
		}
		return amendmentsOf(v), nil
	}
	type newIn struct {
		IdeaParam
		OnceParam
		Body newWords
	}
	o := ideaOp("proposeAmendment", http.MethodPost, "/ideas/{number}/amendments", "Propose another wording", "Of somebody else's idea, with reasons; at most three that are open.").byPeople()
	o.status, o.rule = http.StatusCreated, accounts.RuleReport
	ideaWrites(a, o, func(ctx context.Context, w *ideaWork, in *newIn) (amendmentList, error) {
		return now(ctx, w, w.ideas.Propose(ctx, w.actor, w.n, in.Body.edit()))
	})
	type amendmentVerdict struct {
		Accept bool   `json:"accept" doc:"Its words become those of the idea."`
		Answer string `json:"answer,omitempty" maxLength:"1000" doc:"Public."`
	}
	type decideIn struct {
		IdeaParam
		OnceParam
		ThingParam
		Body amendmentVerdict
	}
	ideaWrites(a, ideaOp("decideAmendment", http.MethodPut, "/ideas/{number}/amendments/{id}", "Accept or reject an amendment",
		"By an author. 409 where the idea's words have changed since it was made.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *decideIn) (amendmentList, error) {
			id, err := thing(in.ID, "amendment")
			if err == nil {
				err = w.ideas.DecideAmendment(ctx, w.actor, w.n, id, in.Body.Accept, kit.Clean(in.Body.Answer, true))
			}
			return now(ctx, w, err)
		})
	type dropIn struct {
		IdeaParam
		OnceParam
		ThingParam
	}
	ideaWrites(a, ideaOp("withdrawAmendment", http.MethodDelete, "/ideas/{number}/amendments/{id}", "Take your amendment back", "While nobody has decided.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *dropIn) (amendmentList, error) {
			id, err := thing(in.ID, "amendment")
			if err == nil {
				err = w.ideas.WithdrawAmendment(ctx, w.actor, w.n, id)
			}
			return now(ctx, w, err)
		})
}
