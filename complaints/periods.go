package complaints

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

// settled is how long after the end of a month its figures are made: by then no
// transaction of that month is open any more.
const settled = time.Hour

// periodCache keeps the periods of a day, for one process.
type periodCache struct {
	mu   sync.Mutex
	day  string
	list []Period
}

// periods are all that is published. A new day looks for months that have ended;
// everything else comes from memory. now is the city's time.
func (s *Service) periods(ctx context.Context, now time.Time) ([]Period, error) {
	day := now.Add(-settled).Format(time.DateOnly)
	s.figures.mu.Lock()
	known, list := s.figures.day == day, s.figures.list
	s.figures.mu.Unlock()
	if known {
		return slices.Clone(list), nil
	}
	list, err := s.publish(ctx, now.Add(-settled))
	if err != nil {
		return nil, err
	}
	s.figures.mu.Lock()
	s.figures.day, s.figures.list = day, list
	s.figures.mu.Unlock()
	return slices.Clone(list), nil
}

// publish makes the periods that are due, after those that stand, and gives all
// of them. The lock makes parallel ones wait: each period is made once.
func (s *Service) publish(ctx context.Context, now time.Time) (all []Period, err error) {
	return all, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlLockPeriods); err != nil {
			return fmt.Errorf("lock figures: %w", err)
		}
		rows, err := tx.Query(ctx, sqlPeriods)
		if err != nil {
			return fmt.Errorf("published figures: %w", err)
		}
		if all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Period]); err != nil {
			return fmt.Errorf("published figures: %w", err)
		}
		var from time.Time // of the first month that no period has
		if len(all) > 0 {
			last, err := time.ParseInLocation("2006-01", all[len(all)-1].To, now.Location())
			if err != nil {
				return fmt.Errorf("published figures: %w", err)
			}
			from = last.AddDate(0, 1, 0)
		}
		rows, err = tx.Query(ctx, sqlFigures, from)
		if err != nil {
			return fmt.Errorf("figures: %w", err)
		}
		facts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Fact])
		if err != nil {
			return fmt.Errorf("figures: %w", err)
		}
		for _, p := range Figures(facts, now) {
			if _, err := tx.Exec(ctx, sqlKeepPeriod, p.From, p.To, p.N, p.Tables); err != nil {
				return fmt.Errorf("keep figures: %w", err)
			}
			all = append(all, p)
		}
		return nil
	})
}

const (
	sqlLockPeriods = `SELECT pg_advisory_xact_lock(hashtextextended('complaint periods', 0))`
	sqlPeriods     = `SELECT from_month, to_month, n, tables FROM complaint_periods ORDER BY from_month LIMIT 2000`
	sqlKeepPeriod  = `INSERT INTO complaint_periods (from_month, to_month, n, tables) VALUES ($1, $2, $3, $4)`
	sqlFigures     = `
SELECT c.first_answer_at, c.first_kind, c.first_topic, d.key, c.first_outcome, coalesce(c.answer_days, 0)
FROM complaints c
JOIN departments d ON d.id = c.first_department
WHERE c.first_answer_at >= $1
ORDER BY c.first_answer_at, c.id`
)
