package contests

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Past is what a contest has that exists already: of the demonstration.
type Past struct {
	Series     string
	Challenges []Challenge // get their ids here
	Jury       []string    // names; nobody signs in as them
	Entries    []PastEntry
	NamedAt    time.Time
}

// PastEntry is an entry of a team without members.
type PastEntry struct {
	Words

	Team      string
	Of        int // its challenge, by its place
	Finalist  bool
	Why       string
	Scores    [][]int // of the members of the jury, in their order; nil: a conflict
	Opinions  []string
	Supported int // votes of a finalist
}

// Empty tells whether there is no contest yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	there, err := db.Exists(ctx, s.db, sqlAny)
	return !there, err
}

const sqlAny = `SELECT EXISTS (SELECT FROM contests)`

// Import writes what a published contest has whose finalists are named already;
// nobody is told.
func (s *Service) Import(ctx context.Context, call *ideas.Call, p Past) error {
	if call.Kind != ideas.KindContest {
		return fault.Missing("call")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := exec(ctx, tx, "import contest", sqlPastContest, call.ID, p.Series, p.NamedAt); err != nil {
			return err
		}
		for n := range p.Challenges {
			ch := &p.Challenges[n]
			ch.ID = subject.NewID()
			if err := exec(ctx, tx, "import challenge", sqlAddChallenge, ch.ID, call.ID, n, ch.Title, textOr(ch.Text), textOr(ch.Data), ch.Contact); err != nil {
				return err
			}
		}
		jury := make([]uuid.UUID, len(p.Jury))
		for n, name := range p.Jury {
			jury[n] = subject.NewID()
			if err := exec(ctx, tx, "import jury", sqlAddJuror, jury[n], call.ID, nil, name); err != nil {
				return err
			}
		}
		var seeds []votes.Seeding
		place := 0
		for n := range p.Entries {
			e := &p.Entries[n]
			stage, ord := Out, 0
			if e.Finalist {
				place++
				stage, ord = Finalist, place
				seeds = append(seeds, votes.Seeding{Ref: call.Ref(), Aspect: votes.Support, Value: int16(ord), N: e.Supported})
			}
			if err := pastEntry(ctx, tx, call.ID, p, e, jury, stage, ord); err != nil {
				return err
			}
		}
		return votes.SeedAll(ctx, tx, ideas.Scope(call), seeds)
	})
}

func pastEntry(ctx context.Context, tx pgx.Tx, call uuid.UUID, p Past, e *PastEntry, jury []uuid.UUID, stage Stage, ord int) error {
	team, id := subject.NewID(), subject.NewID()
	if err := exec(ctx, tx, "import team", sqlFound, team, call, e.Team); err != nil {
		return err
	}
	if err := exec(ctx, tx, "import entry", sqlPastEntry, id, call, team, p.Challenges[e.Of].ID, string(stage), ord, e.Title, e.Summary, e.Plan, e.Needs, e.Why, p.NamedAt); err != nil {
		return err
	}
	for k, values := range e.Scores {
		if err := exec(ctx, tx, "import review", sqlDeclare, id, jury[k], values == nil, ""); err != nil {
			return err
		}
		if values == nil {
			continue
		}
		if err := exec(ctx, tx, "import review", sqlScored, id, jury[k], e.Opinions[k]); err != nil {
			return err
		}
		for c, v := range values {
			if err := exec(ctx, tx, "import score", sqlAddScore, id, jury[k], c, v); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	sqlPastContest = `
INSERT INTO contests (call_id, series, opened_at, named_at, announced_at)
VALUES ($1, $2, $3::timestamptz - interval '1 day', $3, $3)`
	sqlPastEntry = `
INSERT INTO contest_entries (id, call_id, team_id, challenge_id, state, stage, ord, title, summary, plan, needs, reason, created_at, sent_at)
VALUES ($1, $2, $3, $4, 'sent', $5, $6, $7, $8, $9, $10, $11, $12::timestamptz - interval '20 days', $12::timestamptz - interval '15 days')`
)
