package contests

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Choice is what the office decides about one entry.
type Choice struct {
	Entry  uuid.UUID
	Yes    bool
	Reason string
}

// ReasonField and YesField are the names of an entry's fields in forms.
func ReasonField(id uuid.UUID) string { return "reason_" + id.String() }

// YesField is ReasonField of the choice itself.
func YesField(id uuid.UUID) string { return "yes_" + id.String() }

// chosen finds the choice of each entry; every one needs its reason, and one of
// them a yes.
func chosen(list []Entry, choices []Choice) (map[uuid.UUID]Choice, error) {
	by := map[uuid.UUID]Choice{}
	for _, c := range choices {
		c.Reason = strings.TrimSpace(c.Reason)
		by[c.Entry] = c
	}
	var wrong fault.Fields
	some := false
	for i := range list {
		c := by[list[i].ID]
		some = some || c.Yes
		check(&wrong, ReasonField(list[i].ID), c.Reason, MaxReason, true)
	}
	if !some {
		name := "finalists"
		if len(list) > 0 {
			name = YesField(list[0].ID)
		}
		wrong.Add(name, "contest.err.nobody")
	}
	return by, wrong.Err()
}

// NameFinalists says who is in the final and who is not, each with a reason, at
// once and for good: title, summary and team of the finalists are public from
// then on, and every team is told. It needs the scores opened. The office may.
func (s *Service) NameFinalists(ctx context.Context, actor accounts.Actor, n subject.Number, choices []Choice) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		if r.c.NamedAt != nil {
			return fault.New(fault.Conflict, "contest.err.named")
		}
		if r.c.Call.State != ideas.CallPublished || r.c.sealed(r.now, s.zone) {
			return fault.New(fault.Conflict, "contest.why.sealed")
		}
		list, err := entriesOf(ctx, r.tx, sqlEntriesSent, r.c.Call.ID)
		if err != nil {
			return err
		}
		by, err := chosen(list, choices)
		if err != nil {
			return err
		}
		ord := 0
		for i := range list {
			c, stage, place := by[list[i].ID], Out, 0
			if c.Yes {
				ord++
				stage, place = Finalist, ord
			}
			if err := exec(ctx, r.tx, "name finalists", sqlNameOne, list[i].ID, string(stage), place, c.Reason); err != nil {
				return err
			}
		}
		if err := exec(ctx, r.tx, "name finalists", sqlNamed, r.c.Call.ID); err != nil {
			return err
		}
		return s.tellTeams(ctx, r, "named")
	})
}

// NameWinners says who of the finalists wins, each with a reason, once and for
// good; not before a public vote is over. The office may.
func (s *Service) NameWinners(ctx context.Context, actor accounts.Actor, n subject.Number, choices []Choice) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		switch {
		case r.c.NamedAt == nil || !r.c.voted(r.now, s.zone):
			return fault.New(fault.Conflict, "contest.err.not_yet")
		case r.c.WonAt != nil:
			return fault.New(fault.Conflict, "contest.err.named")
		}
		list, err := entriesOf(ctx, r.tx, sqlFinalists, r.c.Call.ID)
		if err != nil {
			return err
		}
		by, err := chosen(list, choices)
		if err != nil {
			return err
		}
		for i := range list {
			c, stage := by[list[i].ID], Finalist
			if c.Yes {
				stage = Winner
			}
			if err := exec(ctx, r.tx, "name winners", sqlWinOne, list[i].ID, string(stage), c.Reason); err != nil {
				return err
			}
		}
		if err := exec(ctx, r.tx, "name winners", sqlWon, r.c.Call.ID); err != nil {
			return err
		}
		return s.tellTeams(ctx, r, "won")
	})
}

func (s *Service) tellTeams(ctx context.Context, r *room, key string) error {
	all, err := people(ctx, r.tx, sqlSenders, r.c.Call.ID)
	if err != nil {
		return err
	}
	return s.tell(ctx, r, all, key, r.c.Call.Path()+"/team")
}

const (
	sqlFinalists = sqlPartEntry + `WHERE e.call_id = $1 AND e.state = 'sent' AND e.stage IN ('finalist', 'winner') ORDER BY e.ord, e.id`
	sqlNameOne   = `UPDATE contest_entries SET stage = $2, ord = $3, reason = $4 WHERE id = $1`
	sqlNamed     = `UPDATE contests SET named_at = mitwirk_now() WHERE call_id = $1`
	sqlWinOne    = `UPDATE contest_entries SET stage = $2, win_reason = $3 WHERE id = $1`
	sqlWon       = `UPDATE contests SET won_at = mitwirk_now() WHERE call_id = $1`
	sqlSenders   = `
SELECT m.person_id
FROM contest_members m
JOIN contest_entries e ON e.team_id = m.team_id
WHERE e.call_id = $1 AND e.state = 'sent'
ORDER BY 1`
)

// Voting is what a vote did.
type Voting struct {
	Held    bool
	Counted bool   // false: it counts once the address or the residence is confirmed
	Receipt string // of the first vote, shown this once
}

// Vote gives the actor's one vote in a contest to a finalist, or takes it back
// for uuid.Nil. It can be changed until the vote is over. network: votes.Ballot.
func (s *Service) Vote(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, network string) (out Voting, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.open(ctx, tx, actor, n, false)
		if err != nil {
			return err
		}
		if err := Allowed(ActVote, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		value := 0
		if id != uuid.Nil {
			if err := ideas.Entitled(ctx, tx, r.actor, ideas.ActSupport, r.c.Call, r.now); err != nil {
				return err
			}
			e, err := entryOf(ctx, tx, sqlEntry, r.c.Call.ID, id)
			if err != nil {
				return err
			}
			if !public(r.c, e) {
				return fault.Missing("entry")
			}
			value = e.Ord
		}
		cast, err := votes.Cast(ctx, tx, actor, votes.Ballot{
			Scope: ideas.Scope(r.c.Call), Ref: r.c.Call.Ref(), Aspect: votes.Support, Value: int16(value), Network: network,
		})
		if err != nil {
			return err
		}
		out = Voting{Held: value != 0 && cast.State == votes.Held, Counted: actor.Level >= r.c.Call.MinLevel, Receipt: cast.Receipt}
		return nil
	})
	return out, err
}

// SavePilot says what is tried out with a winner, and, with an outcome, what came
// of it. The office may.
func (s *Service) SavePilot(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, p Pilot) error {
	p.Partner, p.Tests, p.Report = strings.TrimSpace(p.Partner), strings.TrimSpace(p.Tests), strings.TrimSpace(p.Report)
	var wrong fault.Fields
	check(&wrong, "partner", p.Partner, 200, true)
	check(&wrong, "tests", p.Tests, MaxPlan, true)
	if p.From.IsZero() || p.To.Before(p.From) {
		wrong.Add("from", "contest.err.days")
	}
	switch p.Outcome {
	case "":
		if p.Report != "" {
			wrong.Add("outcome", "contest.err.choose")
		}
	case "stays", "changes", "ends":
		check(&wrong, "report", p.Report, MaxPlan, true)
	default:
		wrong.Add("outcome", "contest.err.choose")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if err := Allowed(ActSetUp, r.c, nil, r.s, r.now, s.zone); err != nil {
			return err
		}
		e, err := entryOf(ctx, r.tx, sqlEntry, r.c.Call.ID, id)
		if err != nil {
			return err
		}
		if e.Stage != Winner {
			return fault.Missing("entry")
		}
		return exec(ctx, r.tx, "save pilot", sqlPilot, e.ID, p.Partner, p.Tests, p.From, p.To, p.Outcome, p.Report)
	})
}

const (
	sqlPilot = `
INSERT INTO contest_pilots (entry_id, partner, tests, starts_on, ends_on, outcome, report, reported_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, CASE WHEN $6 <> '' THEN mitwirk_now() END)
ON CONFLICT (entry_id) DO UPDATE
SET partner = excluded.partner, tests = excluded.tests, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    outcome = excluded.outcome, report = excluded.report, reported_at = coalesce(contest_pilots.reported_at, excluded.reported_at)`
	sqlPilots = `
SELECT p.entry_id, p.partner, p.tests, p.starts_on, p.ends_on, p.outcome, p.report, p.reported_at
FROM contest_pilots p
JOIN contest_entries e ON e.id = p.entry_id
WHERE e.call_id = $1 AND e.state = 'sent'
ORDER BY e.ord, p.entry_id`
)

func pilotsOf(ctx context.Context, q db.Queryer, call uuid.UUID) (map[uuid.UUID]Pilot, error) {
	rows, err := q.Query(ctx, sqlPilots, call)
	if err != nil {
		return nil, fmt.Errorf("pilots: %w", err)
	}
	all := map[uuid.UUID]Pilot{}
	var id uuid.UUID
	var p Pilot
	_, err = pgx.ForEachRow(rows, []any{&id, &p.Partner, &p.Tests, &p.From, &p.To, &p.Outcome, &p.Report, &p.ReportedAt}, func() error {
		all[id] = p
		p = Pilot{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pilots: %w", err)
	}
	return all, nil
}
