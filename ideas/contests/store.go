package contests

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// load reads what a call has as a contest; with lock its row is made where there
// is none, and held until the transaction ends.
func load(ctx context.Context, q db.Queryer, call *ideas.Call, lock bool) (*Contest, error) {
	c := &Contest{Call: call}
	sql := sqlContest
	if lock {
		if _, err := q.Exec(ctx, sqlEnsure, call.ID); err != nil {
			return nil, fmt.Errorf("make contest: %w", err)
		}
		sql = sqlContestLocked
	}
	err := q.QueryRow(ctx, sql, call.ID).Scan(&c.Series, &c.OpenedAt, &c.NamedAt, &c.WonAt)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("load contest: %w", err)
	}
	rows, err := q.Query(ctx, sqlChallenges, call.ID)
	if err != nil {
		return nil, fmt.Errorf("challenges: %w", err)
	}
	c.Challenges, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Challenge])
	if err != nil {
		return nil, fmt.Errorf("challenges: %w", err)
	}
	return c, nil
}

const (
	sqlEnsure        = `INSERT INTO contests (call_id) VALUES ($1) ON CONFLICT (call_id) DO NOTHING`
	sqlContest       = `SELECT series, opened_at, named_at, won_at FROM contests WHERE call_id = $1`
	sqlContestLocked = sqlContest + ` FOR UPDATE`
	sqlChallenges    = `SELECT id, title, text, data, contact FROM contest_challenges WHERE call_id = $1 ORDER BY ord, id`
)

// standOf is how somebody stands to a contest, and their team.
func standOf(ctx context.Context, q db.Queryer, actor accounts.Actor, c *Contest) (team uuid.UUID, s Stand, err error) {
	s.Office = ideas.MayCall(actor, c.Call) == nil
	s.Known = actor.Level >= accounts.L1 || actor.System
	if actor.Person == uuid.Nil {
		return uuid.Nil, s, nil
	}
	var mine, juror *uuid.UUID
	if err := q.QueryRow(ctx, sqlStand, c.Call.ID, actor.Person).Scan(&mine, &s.Lead, &juror); err != nil {
		return uuid.Nil, s, fmt.Errorf("stand: %w", err)
	}
	if mine != nil {
		team, s.InTeam = *mine, true
	}
	if juror != nil {
		s.Juror = *juror
	}
	return team, s, nil
}

const sqlStand = `
SELECT (SELECT m.team_id FROM contest_members m WHERE m.call_id = $1 AND m.person_id = $2),
       coalesce((SELECT m.lead FROM contest_members m WHERE m.call_id = $1 AND m.person_id = $2), false),
       (SELECT j.id FROM contest_jury j WHERE j.call_id = $1 AND j.person_id = $2)`

const sqlPartEntry = `
SELECT e.id, e.team_id, t.name, e.challenge_id, e.state, e.stage, e.ord, e.title, e.summary, e.plan, e.needs, e.reason, e.win_reason,
       e.version, e.sent_at
FROM contest_entries e
JOIN contest_teams t ON t.id = e.team_id
`

func scanEntry(row pgx.CollectableRow) (Entry, error) {
	var e Entry
	var challenge *uuid.UUID
	err := row.Scan(&e.ID, &e.Team, &e.TeamName, &challenge, &e.State, &e.Stage, &e.Ord, &e.Title, &e.Summary, &e.Plan, &e.Needs, &e.Reason, &e.WinReason,
		&e.Version, &e.SentAt)
	if challenge != nil {
		e.Challenge = *challenge
	}
	return e, err
}

func entriesOf(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Entry, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("entries: %w", err)
	}
	return list, nil
}

func entryOf(ctx context.Context, q db.Queryer, sql string, args ...any) (*Entry, error) {
	list, err := entriesOf(ctx, q, sql, args...)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("entry")
	}
	return &list[0], nil
}

const (
	sqlEntries     = sqlPartEntry + `WHERE e.call_id = $1 ORDER BY e.sent_at, e.id`
	sqlEntriesSent = sqlPartEntry + `WHERE e.call_id = $1 AND e.state = 'sent' ORDER BY e.ord, e.sent_at, e.id`
	sqlEntry       = sqlPartEntry + `WHERE e.call_id = $1 AND e.id = $2`
	sqlEntryOfTeam = sqlPartEntry + `WHERE e.call_id = $1 AND e.team_id = $2`
)

// Review is what a member of the jury said about an entry.
type Review struct {
	Conflict bool
	Why      string
	Reason   string
	Scored   bool
	Values   []int // by criterion
}

// reviewsOf is what one member of the jury said of entries; nothing for those of
// which nothing was said yet.
func reviewsOf(ctx context.Context, q db.Queryer, entries []uuid.UUID, juror uuid.UUID) (map[uuid.UUID]*Review, error) {
	rows, err := q.Query(ctx, sqlReviews, entries, juror)
	if err != nil {
		return nil, fmt.Errorf("reviews: %w", err)
	}
	list := make(map[uuid.UUID]*Review, len(entries))
	var id uuid.UUID
	var v Review
	_, err = pgx.ForEachRow(rows, []any{&id, &v.Conflict, &v.Why, &v.Reason, &v.Scored, &v.Values}, func() error {
		one := v
		list[id], v.Values = &one, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reviews: %w", err)
	}
	return list, nil
}

const sqlReviews = `
SELECT v.entry_id, v.conflict, v.why, v.reason, v.scored_at IS NOT NULL,
       ARRAY(SELECT s.value::int FROM contest_scores s WHERE s.entry_id = v.entry_id AND s.juror_id = v.juror_id ORDER BY s.criterion)
FROM contest_reviews v
WHERE v.entry_id = ANY ($1::uuid[]) AND v.juror_id = $2`

func textOr(t i18n.Text) i18n.Text {
	if t == nil {
		return i18n.Text{}
	}
	return t
}

// exec is one statement whose failure says what it was for.
func exec(ctx context.Context, tx pgx.Tx, what, sql string, args ...any) error {
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// people collects the persons of a statement.
func people(ctx context.Context, q db.Queryer, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("people of a contest: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("people of a contest: %w", err)
	}
	return list, nil
}
