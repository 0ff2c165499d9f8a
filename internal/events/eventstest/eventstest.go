// Package eventstest gives tests of other packages a bus on their database.
package eventstest

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// Bundle is a bus and its jobs on a test's transaction.
type Bundle struct {
	Bus  *events.Bus
	Jobs *jobs.Client
	db   db.DB
}

// New makes a bus that appends to d and, with Work, runs its subscribers there.
func New(t testing.TB, d db.DB) *Bundle {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b, err := events.New(events.Config{Jobs: j, DB: d, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	return &Bundle{Bus: b, Jobs: j, db: d}
}

// Work runs all jobs that are due, those of OnJob subscribers included, and
// returns how many ran.
func (b *Bundle) Work(t testing.TB) int {
	t.Helper()
	n, err := b.Jobs.Drain(t.Context(), b.db)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const sqlOf = `
SELECT type
FROM events
WHERE subject_kind = $1
  AND subject_id = $2
ORDER BY id`

// Types lists the types of the events about a subject, in order.
func Types(ctx context.Context, t testing.TB, q db.Queryer, ref subject.Ref) []string {
	t.Helper()
	rows, err := q.Query(ctx, sqlOf, ref.Kind, ref.ID)
	if err != nil {
		t.Fatal(err)
	}
	types, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return types
}
