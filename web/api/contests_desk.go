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

// contestRoom is what the office sees besides the entries.
type contestRoom struct {
	Contest   contestShown      `json:"contest"`
	Series    string            `json:"series" doc:"Contests of one name follow each other."`
	Sealed    bool              `json:"sealed" doc:"Scores are hidden from everybody but who gave them."`
	Teams     int               `json:"teams"`
	Sent      int               `json:"entries"`
	Invited   int               `json:"open_jury_invitations"`
	Missing   int               `json:"missing" doc:"Scores and declarations that the jury still owes; never whose."`
	Jury      []contestMember   `json:"jury" nullable:"false"`
	Conflicts []contestConflict `json:"conflicts" nullable:"false"`
	MayName   bool              `json:"may_name_finalists"`
	MayWin    bool              `json:"may_name_winners"`
}

type contestMember struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"May be empty."`
}

type contestConflict struct {
	Name  string `json:"name"`
	Title string `json:"title" doc:"Of the entry."`
	Why   string `json:"why"`
}

func roomOf(d *contests.Desk) contestRoom {
	out := contestRoom{
		Contest: contestOf(&d.View), Series: d.Series, Sealed: d.Sealed, Teams: d.Teams, Sent: d.Sent, Invited: d.Invited, Missing: d.Missing,
		Jury: make([]contestMember, len(d.Members)), Conflicts: make([]contestConflict, len(d.Conflict)), MayName: d.Can.Name, MayWin: d.Can.Win,
	}
	for i, m := range d.Members {
		out.Jury[i] = contestMember{m.ID.String(), m.Name}
	}
	for i, c := range d.Conflict {
		out.Conflicts[i] = contestConflict(c)
	}
	return out
}

// roomNow is the office's room after something was done.
func roomNow(ctx context.Context, w *contestWork, err error) (contestRoom, error) {
	if err != nil {
		return contestRoom{}, err
	}
	d, err := w.rooms.Desk(ctx, w.actor, w.n)
	if err != nil {
		return contestRoom{}, err
	}
	return roomOf(d), nil
}

// newContestChallenge is a challenge as it is written; title and text in German at least.
type newContestChallenge struct {
	Title   translated `json:"title"`
	Text    longText   `json:"text"`
	Data    longText   `json:"data,omitzero" doc:"What the city gives to work with."`
	Contact string     `json:"contact,omitempty" maxLength:"200" doc:"Of an office."`
}

func (in *newContestChallenge) challenge(id uuid.UUID) contests.Challenge {
	return contests.Challenge{ID: id, Title: in.Title.text(), Text: in.Text.text(true), Data: in.Data.text(true), Contact: kit.Clean(in.Contact, false)}
}

func (a *api) contestDesk() {
	type input struct{ CallParam }
	reads(a, contestDeskOp("getDeskContest", http.MethodGet, "/contest", "Read the office's room of a contest", "For the office that calls. The entries: listContestEntries."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (contestRoom, error) {
			n, err := in.call()
			if err != nil {
				return contestRoom{}, err
			}
			d, err := a.Contests.Desk(ctx, actor, n)
			if err != nil {
				return contestRoom{}, err
			}
			return roomOf(d), nil
		})
	wrong := map[string]string{"title": "/title/de", "title_en": "/title/en", "text": "/text/de", "text_en": "/text/en", "data": "/data/de", "data_en": "/data/en"}
	type addIn struct {
		CallParam
		OnceParam
		Body newContestChallenge
	}
	add := contestDeskOp("addChallenge", http.MethodPost, "/challenges", "Add a challenge", "To a contest that is still a draft; at most twelve.")
	add.status = http.StatusCreated
	contestWrites(a, add, func(ctx context.Context, w *contestWork, in *addIn) (contestRoom, error) {
		return roomNow(ctx, w, renamed(w.rooms.SaveChallenge(ctx, w.actor, w.n, in.Body.challenge(uuid.Nil)), wrong))
	})
	type changeIn struct {
		CallParam
		ThingParam
		OnceParam
		Body newContestChallenge
	}
	contestWrites(a, contestDeskOp("changeChallenge", http.MethodPut, "/challenges/{id}", "Change a challenge", "With all that is said of it."),
		func(ctx context.Context, w *contestWork, in *changeIn) (contestRoom, error) {
			id, err := thing(in.ID, "challenge")
			if err == nil {
				err = renamed(w.rooms.SaveChallenge(ctx, w.actor, w.n, in.Body.challenge(id)), wrong)
			}
			return roomNow(ctx, w, err)
		})
	type oneIn struct {
		CallParam
		ThingParam
		OnceParam
	}
	contestWrites(a, contestDeskOp("dropChallenge", http.MethodDelete, "/challenges/{id}", "Take a challenge away", "Of a draft; afterwards 409."),
		func(ctx context.Context, w *contestWork, in *oneIn) (contestRoom, error) {
			id, err := thing(in.ID, "challenge")
			if err == nil {
				err = w.rooms.DropChallenge(ctx, w.actor, w.n, id)
			}
			return roomNow(ctx, w, err)
		})
	type contestSeries struct {
		Series string `json:"series" maxLength:"40" doc:"Small letters, digits and hyphens; empty: none." example:"innovation"`
	}
	type seriesIn struct {
		CallParam
		OnceParam
		Body contestSeries
	}
	contestWrites(a, contestDeskOp("setSeries", http.MethodPut, "/series", "Say which contests follow each other", "Whoever asked in one of a series is told when the next one begins."),
		func(ctx context.Context, w *contestWork, in *seriesIn) (contestRoom, error) {
			return roomNow(ctx, w, w.rooms.SetSeries(ctx, w.actor, w.n, in.Body.Series))
		})
	type inviteIn struct {
		CallParam
		OnceParam
		Body newContestInvitation
	}
	invite := contestDeskOp("inviteToJury", http.MethodPost, "/jury", "Invite somebody into the jury", "As long as the scores are sealed.")
	invite.status = http.StatusCreated
	contestWrites(a, invite, func(ctx context.Context, w *contestWork, in *inviteIn) (contestInvitation, error) {
		token, err := w.rooms.Invite(ctx, w.actor, w.n, true, in.Body.Mail)
		return contestInvitation{Token: token, URL: a.contestPath(w.n, token)}, err
	})
	contestWrites(a, contestDeskOp("dropJuror", http.MethodDelete, "/jury/{id}", "Take somebody out of the jury", "With what they said, as long as the scores are sealed."),
		func(ctx context.Context, w *contestWork, in *oneIn) (contestRoom, error) {
			id, err := thing(in.ID, "juror")
			if err == nil {
				err = w.rooms.DropJuror(ctx, w.actor, w.n, id)
			}
			return roomNow(ctx, w, err)
		})
}

// contestChoice is what the office says about one entry.
type contestChoice struct {
	Entry  string `json:"entry" minLength:"1" maxLength:"40"`
	Yes    bool   `json:"yes"`
	Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"For its team; of finalists public."`
}

type contestChoices struct {
	Choices []contestChoice `json:"choices" nullable:"false" minItems:"1" maxItems:"1000" doc:"One for each entry."`
}

func (a *api) contestFinal() {
	type chooseIn struct {
		CallParam
		OnceParam
		Body contestChoices
	}
	choices := func(in *chooseIn) []contests.Choice {
		var out []contests.Choice
		for _, c := range in.Body.Choices {
			if id, err := uuid.Parse(c.Entry); err == nil {
				out = append(out, contests.Choice{Entry: id, Yes: c.Yes, Reason: kit.Clean(c.Reason, true)})
			}
		}
		return out
	}
	// named points at the list where an entry has no reason, or nobody a yes.
	named := func(err error) error {
		if f := fault.As(err); err != nil && f.Kind == fault.Invalid && len(f.Fields) > 0 {
			return fault.OnField("/choices", f.Fields[0].Key).Because(err)
		}
		return err
	}
	contestWrites(a, contestDeskOp("nameFinalists", http.MethodPut, "/finalists", "Name the finalists",
		"All entries at once, each with a reason, and for good: title, summary and team of finalists are public from then on, and every team is told."),
		func(ctx context.Context, w *contestWork, in *chooseIn) (contestRoom, error) {
			return roomNow(ctx, w, named(w.rooms.NameFinalists(ctx, w.actor, w.n, choices(in))))
		})
	contestWrites(a, contestDeskOp("nameWinners", http.MethodPut, "/winners", "Name the winners", "All finalists at once, each with a reason, and for good; not before a vote is over."),
		func(ctx context.Context, w *contestWork, in *chooseIn) (contestRoom, error) {
			return roomNow(ctx, w, named(w.rooms.NameWinners(ctx, w.actor, w.n, choices(in))))
		})
	type pilotIn struct {
		CallParam
		ThingParam
		OnceParam
		Body contestPilot
	}
	contestWrites(a, contestDeskOp("savePilot", http.MethodPut, "/pilots/{id}", "Say what is tried out with a winner", "And, with an outcome, what came of it. Public."),
		func(ctx context.Context, w *contestWork, in *pilotIn) (contestRoom, error) {
			id, err := thing(in.ID, "entry")
			if err != nil {
				return contestRoom{}, err
			}
			b := &in.Body
			from, to, err := cityDays(b.From, b.To)
			if err != nil {
				return contestRoom{}, err
			}
			return roomNow(ctx, w, w.rooms.SavePilot(ctx, w.actor, w.n, id, contests.Pilot{
				Partner: kit.Clean(b.Partner, false), Tests: kit.Clean(b.Tests, true), From: from, To: to, Outcome: b.Outcome, Report: kit.Clean(b.Report, true),
			}))
		})
}
