package ideas_test

import (
	"context"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
)

// TestCallOfAnotherOffice: a call that has gone to another office while somebody
// waited for it is there, and is theirs.
func TestCallOfAnotherOffice(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, 10)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	tx, err := c.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	tag, err := tx.Exec(t.Context(), `UPDATE calls SET department_id = (SELECT id FROM departments WHERE id <> department_id ORDER BY id LIMIT 1) WHERE id = $1`, call.ID)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatal(tag, err)
	}
	done := make(chan error, 1)
	go func() { done <- c.Ideas.EndCall(context.WithoutCancel(t.Context()), accounts.System, call.Number) }()
	for waits := false; !waits; {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		if err := c.Pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the call is not found: %v", err)
	}
}
