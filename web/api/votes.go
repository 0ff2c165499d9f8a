package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// proof is what a receipt proves: that a vote counts, never what it is.
type proof struct {
	State  string `json:"state" enum:"counted,held,void,withdrawn"`
	Sealed string `json:"sealed,omitempty" format:"date" doc:"The day under seal whose list has the receipt; absent: not yet."`
}

// held votes of one thing.
type voteHold struct {
	ID        string `json:"id"`
	Kind      string `json:"kind" doc:"Of the thing: idea and others." example:"idea"`
	Of        string `json:"of" doc:"Id of the thing."`
	Aspect    string `json:"aspect" example:"support"`
	Pattern   string `json:"pattern" doc:"clockwork, one_source, one_domain or one_sided."`
	From      string `json:"from" format:"date-time"`
	To        string `json:"to" format:"date-time"`
	State     string `json:"state" enum:"open,released,void"`
	Votes     int    `json:"votes" doc:"How many are held; send it along as seen."`
	Counted   int    `json:"counted" doc:"How many votes on the thing count now."`
	OpenedAt  string `json:"opened_at" format:"date-time"`
	DecidedAt string `json:"decided_at,omitempty" format:"date-time"`
	Reason    string `json:"reason,omitempty"`
}

type voteHoldList struct {
	Holds []voteHold `json:"holds" nullable:"false" doc:"Newest first, at most 100."`
}

func voteHoldOf(h *votes.Hold) voteHold {
	return voteHold{
		ID: h.ID.String(), Kind: string(h.Ref.Kind), Of: h.Ref.ID.String(), Aspect: string(h.Aspect), Pattern: string(h.Pattern), From: stamp(h.From),
		To: stamp(h.To), State: h.State, Votes: h.N, Counted: h.Counted, OpenedAt: stamp(h.OpenedAt), DecidedAt: stampOf(h.DecidedAt), Reason: h.Reason,
	}
}

// holdOp is an operation of moderators. For everybody else there is nothing.
func holdOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagVotes, summary: summary, detail: detail, scope: accounts.ScopeModerationWrite, hidden: true}
	if method == http.MethodGet {
		o.scope = accounts.ScopeModerationRead
	}
	return o
}

func (a *api) votes() {
	type receiptCode struct {
		Code string `json:"code" minLength:"1" maxLength:"60" doc:"The receipt." example:"7K3Q-X9MA-2BCD-4EFG-5HJK"`
	}
	type codeIn struct{ Body receiptCode }
	o := op{
		id: "checkReceipt", method: http.MethodPost, path: "/votes/receipt", tag: tagVotes, open: true, scope: accounts.ScopeRead, hidden: true, rule: accounts.RuleCode,
		summary: "Check the receipt of a support", detail: "Whether the vote counts; never what it was for, and never whose it is. The code comes in the body, not in an address.",
	}
	reads(a, o, func(ctx context.Context, _ *call, _ accounts.Actor, in *codeIn) (proof, error) {
		p, err := votes.Verify(ctx, a.DB, in.Body.Code)
		if err != nil {
			return proof{}, err
		}
		out := proof{State: string(p.State)}
		if p.Withdrawn {
			out.State = "withdrawn"
		}
		if p.Sealed != nil {
			out.Sealed = p.Sealed.Format(time.DateOnly)
		}
		return out, nil
	})
	type query struct {
		State string `query:"state" enum:"open,decided" default:"open" doc:"decided: the last 100."`
		Of    string `query:"of" maxLength:"40" doc:"Id of a thing: only what is held there."`
	}
	reads(a, holdOp("listHeldVotes", http.MethodGet, "/desk/votes", "List held votes", "Bursts that wait for a moderator, or what was decided."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *query) (voteHoldList, error) {
			list, err := votes.Holds(ctx, a.DB, actor, in.State == "open")
			out := voteHoldList{Holds: []voteHold{}}
			for i := range list {
				if in.Of == "" || list[i].Ref.ID.String() == in.Of {
					out.Holds = append(out.Holds, voteHoldOf(&list[i]))
				}
			}
			return out, err
		})
	type one struct{ ThingParam }
	reads(a, holdOp("getHeldVotes", http.MethodGet, "/desk/votes/{id}", "Read what is held", "How many and in which pattern; never whose."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *one) (voteHold, error) {
			id, err := thing(in.ID, "held votes")
			if err != nil {
				return voteHold{}, err
			}
			h, err := votes.HoldByID(ctx, a.DB, actor, id)
			return voteHoldOf(&h), err
		})
	type holdVerdict struct {
		Release bool   `json:"release" doc:"true: they count; false: they are void."`
		Seen    int    `json:"seen" minimum:"0" doc:"How many were held when you looked: 409 when it has grown."`
		Reason  string `json:"reason" minLength:"1" maxLength:"2000" doc:"10 characters or more; the audit log keeps it."`
	}
	type decideIn struct {
		ThingParam
		OnceParam
		Body holdVerdict
	}
	writes(a, holdOp("decideHeldVotes", http.MethodPut, "/desk/votes/{id}/decision", "Decide about held votes", "Once, with reasons. The final report says how many were released and how many are void."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *decideIn) (voteHold, error) {
			id, err := thing(in.ID, "held votes")
			if err != nil {
				return voteHold{}, err
			}
			if err := votes.MayDecideHolds(actor); err != nil { // before anything is said about the entries
				return voteHold{}, err
			}
			h, err := votes.Decide(ctx, tx, actor, id, in.Body.Seen, in.Body.Release, kit.Clean(in.Body.Reason, true))
			if err == nil && a.VotesTold != nil {
				err = a.VotesTold(ctx, tx, votes.HoldsChanged{Hold: h.ID, Kind: h.Ref.Kind, ID: h.Ref.ID})
			}
			if err != nil {
				return voteHold{}, err
			}
			h, err = votes.HoldByID(ctx, tx, actor, id)
			return voteHoldOf(&h), err
		})
}
