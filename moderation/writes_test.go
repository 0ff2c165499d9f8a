package moderation_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
)

// modWorld is one content under moderation with everything that a write may need.
type modWorld struct {
	*bundle

	owner accounts.Actor
	sheet *moderation.Sheet
	puid  string
	id    uuid.UUID // of what prep made
}

// modWrite is one thing that moderators or authors do. Done 64 times at once it
// leaves as many rows as done once.
type modWrite struct {
	name  string
	by    string // "": the first moderator; "second", "owner"
	prep  func(t *testing.T, w *modWorld)
	do    func(ctx context.Context, w *modWorld, who accounts.Actor) error
	count string
	mails string // the kind of mail that leaves once; "": none is counted
}

func appealed(t *testing.T, w *modWorld) {
	t.Helper()
	decided(t, w)
	must(t, w.mod.AppealAsAuthor(t.Context(), w.owner, w.puid, "Das war ein Zitat.", "de"))
	list, err := w.mod.Appeals(t.Context(), w.second)
	must(t, err)
	w.id = list[0].ID
}

func decided(t *testing.T, w *modWorld) {
	t.Helper()
	puids, err := w.mod.Decide(t.Context(), w.first, hide(w.sheet))
	must(t, err)
	w.puid = puids[0]
}

func warned(t *testing.T, w *modWorld) {
	t.Helper()
	must(t, w.mod.Warn(t.Context(), w.first, w.sheet.Item, "Bitte unterlassen Sie das."))
	_, err := w.Pool.Exec(t.Context(), `UPDATE restrictions SET warned_at = warned_at - interval '2 days'`)
	must(t, err)
	must(t, w.Pool.QueryRow(t.Context(), `SELECT id FROM restrictions`).Scan(&w.id))
}

func modWrites() []modWrite {
	copyOrder := func(w *modWorld) moderation.CopyOrder {
		return moderation.CopyOrder{Item: w.sheet.Item, Authority: "Polizei", FileNumber: "1 Js 7", Reason: "Drohung"}
	}
	return []modWrite{
		{
			name: "look by oneself", count: `SELECT count(*)::int FROM mod_items`,
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				_, err := w.mod.ItemFor(ctx, who, w.sheet.Content.Number, subject.Whole, uuid.Nil)
				return err
			},
		},
		{
			name: "warn", count: `SELECT count(*)::int FROM restrictions`, mails: "moderation.warning",
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.Warn(ctx, who, w.sheet.Item, "Bitte unterlassen Sie das.")
			},
		},
		{
			name: "propose a restriction", prep: warned, count: `SELECT count(*)::int FROM restrictions WHERE state = 'proposed'`,
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.Propose(ctx, who, w.id, 14, "Wiederholt.")
			},
		},
		{
			name: "second a restriction", by: "second", count: `SELECT count(*)::int FROM decisions WHERE action = 'restrict'`, mails: "moderation.statement",
			prep: func(t *testing.T, w *modWorld) {
				t.Helper()
				warned(t, w)
				must(t, w.mod.Propose(t.Context(), w.first, w.id, 14, "Wiederholt."))
			},
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.Second(ctx, who, w.id, true)
			},
		},
		{
			name: "ask for a copy", count: `SELECT count(*)::int FROM sealed_copies`,
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				_, err := w.mod.AskCopy(ctx, who, copyOrder(w))
				return err
			},
		},
		{
			name: "approve a copy", by: "second", count: `SELECT count(*)::int FROM audit_log WHERE action = 'moderation.copy_approve'`,
			prep: func(t *testing.T, w *modWorld) {
				t.Helper()
				_, err := w.mod.AskCopy(t.Context(), w.first, copyOrder(w))
				must(t, err)
				must(t, w.Pool.QueryRow(t.Context(), `SELECT id FROM sealed_copies`).Scan(&w.id))
			},
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				_, err := w.mod.ApproveCopy(ctx, who, w.id)
				return err
			},
		},
		{
			name: "rule", count: `SELECT count(*)::int FROM hold_rules WHERE kind = 'category' AND category = 'laterne'`,
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.SetHoldRule(ctx, who, moderation.HoldRule{Kind: moderation.HoldCategory, Category: "laterne", Scope: subject.Whole, Active: true})
			},
		},
		{
			name: "appeal", by: "owner", prep: decided, count: `SELECT count(*)::int FROM appeals`,
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.AppealAsAuthor(ctx, who, w.puid, "Das war ein Zitat.", "de")
			},
		},
		{
			name: "decide an appeal", by: "second", prep: appealed, count: `SELECT count(*)::int FROM appeals WHERE outcome = 'reversed'`, mails: "moderation.appeal",
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				return w.mod.DecideAppeal(ctx, who, w.id, moderation.Reversed, "Es war ein Zitat.")
			},
		},
		{
			name: "decide", count: `SELECT count(*)::int FROM decisions`, mails: "moderation.statement",
			do: func(ctx context.Context, w *modWorld, who accounts.Actor) error {
				_, err := w.mod.Decide(ctx, who, hide(w.sheet))
				return err
			},
		},
	}
}

func newModWorld(t *testing.T, d *modWrite) (*modWorld, accounts.Actor) {
	t.Helper()
	w := &modWorld{bundle: setup(t)}
	_, w.owner, _, w.sheet = w.flagged(t)
	if d.prep != nil {
		d.prep(t, w)
	}
	switch d.by {
	case "owner":
		return w, w.owner
	case "second":
		return w, w.second
	}
	return w, w.first
}

func (w *modWorld) sent(kind string) (n int) {
	for _, k := range w.post.kinds() {
		if k == kind {
			n++
		}
	}
	return n
}

// TestWritesInParallel: whatever 64 requests do at the same moment has happened
// once, and is told once.
func TestWritesInParallel(t *testing.T) {
	t.Parallel()
	for _, d := range modWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, who := newModWorld(t, &d)
			before, mails := w.count(t, d.count), w.sent(d.mails)
			start, errs := make(chan struct{}), make([]error, 64)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					<-start
					errs[i] = d.do(context.WithoutCancel(t.Context()), w, who)
				})
			}
			close(start)
			wg.Wait()
			ok := 0
			for _, err := range errs {
				if err == nil {
					ok++
				} else if fault.As(err).Kind == fault.Internal {
					t.Errorf("one of 64: %v", err)
				}
			}
			if n := w.count(t, d.count) - before; ok == 0 || n != 1 {
				t.Errorf("%d of 64 were told that it is done, %d rows", ok, n)
			}
			if n := w.sent(d.mails) - mails; d.mails != "" && n != 1 {
				t.Errorf("%d mails of kind %s", n, d.mails)
			}
		})
	}
}

const sqlSomebodyWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// TestRoleEndsBeforeTheWrite: a write that was let in while the role is being
// taken away waits for that, and is refused. Nothing of it stays.
func TestRoleEndsBeforeTheWrite(t *testing.T) {
	t.Parallel()
	for _, d := range modWrites() {
		if d.by == "owner" {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, who := newModWorld(t, &d)
			before := w.count(t, d.count)
			tx, err := w.Pool.Begin(t.Context())
			must(t, err)
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			must(t, accounts.RevokeRole(t.Context(), tx, accounts.System, who.Person, subject.Moderator))
			done := make(chan error, 1)
			go func() { done <- d.do(context.WithoutCancel(t.Context()), w, who) }()
			for waits := false; !waits; {
				select {
				case err := <-done:
					t.Fatalf("it did not wait for the end of the role: %v", err)
				default:
				}
				must(t, w.Pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits))
			}
			must(t, tx.Commit(t.Context()))
			if err := <-done; err == nil || fault.As(err).Kind == fault.Internal {
				t.Errorf("after the role ended: %v", err)
			}
			if n := w.count(t, d.count) - before; n != 0 {
				t.Errorf("%d rows were written by somebody without the role", n)
			}
		})
	}
}
