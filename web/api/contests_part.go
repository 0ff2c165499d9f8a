package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// contestTeam is one's own team.
type contestTeam struct {
	Name     string       `json:"name"`
	Members  int          `json:"members"`
	Lead     bool         `json:"lead" doc:"You lead it: you invite and send in."`
	MayWrite bool         `json:"may_write"`
	Entry    contestEntry `json:"entry"`
}

type contestInvitation struct {
	Token string `json:"token" doc:"Works once, for 14 days; shown this once."`
	URL   string `json:"url" format:"uri" doc:"The page for whoever is invited."`
}

type newContestInvitation struct {
	Mail string `json:"mail,omitempty" maxLength:"254" doc:"The link is mailed there as well; the address is not kept."`
}

func (a *api) contestTeams() {
	team := func(ctx context.Context, s *contests.Service, actor accounts.Actor, in CallParam) (contestTeam, error) {
		n, err := in.call()
		if err != nil {
			return contestTeam{}, err
		}
		t, _, err := s.Team(ctx, actor, n)
		if err != nil {
			return contestTeam{}, err
		}
		return contestTeam{Name: t.Name, Members: t.Members, Lead: t.Lead, MayWrite: t.Write, Entry: entryOf(&t.Entry)}, nil
	}
	// now is the team after something was done.
	now := func(ctx context.Context, w *contestWork, in CallParam, err error) (contestTeam, error) {
		if err != nil {
			return contestTeam{}, err
		}
		return team(ctx, w.rooms, w.actor, in)
	}
	type input struct{ CallParam }
	reads(a, contestOp("getTeam", http.MethodGet, "/team", "Read your team and its entry", "404 without one.").byPeople(),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (contestTeam, error) {
			return team(ctx, a.Contests, actor, in.CallParam)
		})
	type newContestTeam struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
	type foundIn struct {
		CallParam
		OnceParam
		Body newContestTeam
	}
	found := contestOp("foundTeam", http.MethodPost, "/teams", "Found a team", "You lead it. One team per person and contest, with a confirmed address, while entries are collected.").byPeople()
	found.status = http.StatusCreated
	contestWrites(a, found, func(ctx context.Context, w *contestWork, in *foundIn) (contestTeam, error) {
		return now(ctx, w, in.CallParam, w.rooms.Found(ctx, w.actor, w.n, kit.Clean(in.Body.Name, false)))
	})
	contestDrop(a, contestOp("leaveTeam", http.MethodDelete, "/team", "Leave your team",
		"Who has been in it longest leads it then. The last one ends the team with its entry while entries are collected; afterwards 409.").byPeople(),
		func(ctx context.Context, w *contestWork, _ *OfContest) error {
			_, err := w.rooms.Leave(ctx, w.actor, w.n)
			return err
		})
	type contestEntryWords struct {
		Challenge string `json:"challenge,omitempty" maxLength:"40" doc:"Id of the challenge it solves."`
		Title     string `json:"title" maxLength:"100"`
		Summary   string `json:"summary" maxLength:"600" doc:"Public if it becomes a finalist."`
		Plan      string `json:"plan" maxLength:"8000" doc:"Stays confidential."`
		Needs     string `json:"needs,omitempty" maxLength:"8000" doc:"Stays confidential."`
		Version   int    `json:"version" minimum:"1" doc:"Of the entry as you read it: 409 when somebody has changed it since."`
		Send      bool   `json:"send,omitempty" doc:"Send it in, as the team's lead; false: keep it as a draft, or change what was sent."`
	}
	type writeIn struct {
		CallParam
		OnceParam
		Body contestEntryWords
	}
	contestWrites(a, contestOp("writeEntry", http.MethodPut, "/team/entry", "Write your team's entry", "While entries are collected. Everybody of the team writes, its lead sends it in.").byPeople(),
		func(ctx context.Context, w *contestWork, in *writeIn) (contestTeam, error) {
			id, err := idIn(in.Body.Challenge, "/challenge")
			if err != nil {
				return contestTeam{}, err
			}
			b := &in.Body
			return now(ctx, w, in.CallParam, w.rooms.Write(ctx, w.actor, w.n, contests.Words{
				Challenge: id, Title: kit.Clean(b.Title, false), Summary: kit.Clean(b.Summary, true), Plan: kit.Clean(b.Plan, true), Needs: kit.Clean(b.Needs, true), Version: b.Version,
			}, b.Send))
		})
	contestWrites(a, contestOp("withdrawEntry", http.MethodDelete, "/team/entry", "Take your team's entry back", "By its lead, while entries are collected. It can be sent again.").byPeople(),
		func(ctx context.Context, w *contestWork, in *OfContest) (contestTeam, error) {
			return now(ctx, w, in.CallParam, w.rooms.Withdraw(ctx, w.actor, w.n))
		})
	type inviteIn struct {
		CallParam
		OnceParam
		Body newContestInvitation
	}
	invite := contestOp("inviteToTeam", http.MethodPost, "/team/invitations", "Invite somebody into your team", "By its lead, while entries are collected; at most twelve people.").byPeople()
	invite.status, invite.rule = http.StatusCreated, accounts.RuleCode
	contestWrites(a, invite, func(ctx context.Context, w *contestWork, in *inviteIn) (contestInvitation, error) {
		token, err := w.rooms.Invite(ctx, w.actor, w.n, false, in.Body.Mail)
		return contestInvitation{Token: token, URL: a.contestPath(w.n, token)}, err
	})
	type contestJoining struct {
		Token string `json:"token" minLength:"1" maxLength:"100" doc:"Of the invitation."`
		Name  string `json:"name,omitempty" maxLength:"60" doc:"How a member of the jury is shown; absent: not at all."`
	}
	type contestJoined struct {
		Jury bool `json:"jury" doc:"You are of the jury now; false: of the team."`
	}
	type joinIn struct {
		CallParam
		OnceParam
		Body contestJoining
	}
	join := contestOp("joinContest", http.MethodPost, "/members", "Come into a team or the jury", "By an invitation. One that is unknown, used or over is not found.").byPeople()
	join.rule = accounts.RuleCode
	contestWrites(a, join, func(ctx context.Context, w *contestWork, in *joinIn) (contestJoined, error) {
		jury, err := w.rooms.Join(ctx, w.actor, w.n, in.Body.Token, kit.Clean(in.Body.Name, false))
		return contestJoined{jury}, err
	})
}

func (a *api) contestJury() {
	// now is the entry after something was done.
	now := func(ctx context.Context, w *contestWork, id uuid.UUID) (contestEntry, error) {
		x, _, err := w.rooms.Entry(ctx, w.actor, w.n, id)
		if err != nil {
			return contestEntry{}, err
		}
		return shownEntry(x), nil
	}
	type contestDeclaration struct {
		Conflict bool   `json:"conflict" doc:"true: you neither read nor score it, and it is not taken back."`
		Why      string `json:"why,omitempty" maxLength:"1000" doc:"Needed with a conflict; the office reads it."`
	}
	type declareIn struct {
		CallParam
		ThingParam
		OnceParam
		Body contestDeclaration
	}
	contestWrites(a, contestOp("declareConflict", http.MethodPut, "/entries/{id}/conflict", "Say whether you have a conflict", "By a member of the jury, before an entry opens.").byPeople(),
		func(ctx context.Context, w *contestWork, in *declareIn) (contestEntry, error) {
			id, err := thing(in.ID, "entry")
			if err == nil {
				err = w.rooms.Declare(ctx, w.actor, w.n, id, in.Body.Conflict, kit.Clean(in.Body.Why, true))
			}
			if err != nil {
				return contestEntry{}, err
			}
			return now(ctx, w, id)
		})
	type scoreIn struct {
		CallParam
		ThingParam
		OnceParam
		Body newContestScore
	}
	contestWrites(a, contestOp("scoreEntry", http.MethodPut, "/entries/{id}/score", "Score an entry",
		"By a member of the jury without a conflict, in the jury's phase. It can be changed until the scores are opened: when the last one is in.").byPeople(),
		func(ctx context.Context, w *contestWork, in *scoreIn) (contestEntry, error) {
			id, err := thing(in.ID, "entry")
			if err != nil {
				return contestEntry{}, err
			}
			wrong := map[string]string{}
			for k := range 50 {
				wrong[contests.ScoreField(k)] = "/values"
			}
			if err := w.rooms.Score(ctx, w.actor, w.n, id, in.Body.Values, kit.Clean(in.Body.Reason, true)); err != nil {
				return contestEntry{}, renamed(err, wrong)
			}
			return now(ctx, w, id)
		})
}

type newContestScore struct {
	Values []int  `json:"values" nullable:"false" minItems:"1" maxItems:"50" doc:"0 to 10, for each criterion of the call in its order."`
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

// contestVoted is what a vote did.
type contestVoted struct {
	Held    bool   `json:"held" doc:"A moderator looks first."`
	Counted bool   `json:"counts" doc:"false: it does once your address or residence is confirmed."`
	Receipt string `json:"receipt,omitempty" doc:"Of a first vote, shown this once: proves that it was counted, never what for (checkReceipt)."`
}

func (a *api) contestVotes() {
	vote := func(ctx context.Context, w *contestWork, id uuid.UUID) (contestVoted, error) {
		v, err := w.rooms.Vote(ctx, w.actor, w.n, id, accounts.AddressKey(kit.ClientIP(w.k.c)))
		if fault.Is(err, fault.Gone) {
			err = fault.New(fault.Conflict, "votes.err.closed").Because(err)
		}
		return contestVoted{Held: v.Held, Counted: v.Counted, Receipt: v.Receipt}, err
	}
	type contestBallot struct {
		Entry string `json:"entry" minLength:"1" maxLength:"40" doc:"Id of a finalist."`
	}
	type voteIn struct {
		CallParam
		OnceParam
		Body contestBallot
	}
	contestWrites(a, contestOp("voteInContest", http.MethodPut, "/vote", "Vote for a finalist", "One person, one vote; it can be changed until the vote is over.").byPeople(),
		func(ctx context.Context, w *contestWork, in *voteIn) (contestVoted, error) {
			id, err := thing(in.Body.Entry, "entry")
			if err != nil {
				return contestVoted{}, err
			}
			return vote(ctx, w, id)
		})
	contestWrites(a, contestOp("takeBackContestVote", http.MethodDelete, "/vote", "Take your vote back", "Until the vote is over.").byPeople(),
		func(ctx context.Context, w *contestWork, _ *OfContest) (contestVoted, error) {
			return vote(ctx, w, uuid.Nil)
		})
	type contestReminder struct {
		Mail string `json:"mail,omitempty" maxLength:"254" doc:"Absent: your own confirmed address."`
	}
	type contestReminded struct {
		Confirm bool `json:"confirm" doc:"A mail asks for a yes first."`
	}
	type remindIn struct {
		CallParam
		OnceParam
		Body contestReminder
	}
	o := contestOp("remindOfContest", http.MethodPost, "/reminder", "Be told of the next contest", "Once, when the next contest of the series begins.").byPeople()
	o.rule = accounts.RuleCode
	contestWrites(a, o, func(ctx context.Context, w *contestWork, in *remindIn) (contestReminded, error) {
		ask, err := w.rooms.Remind(ctx, w.actor, w.n, in.Body.Mail, w.k.loc().Lang())
		return contestReminded{ask}, err
	})
}
