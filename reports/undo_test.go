package reports_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

type outbox struct {
	mu   sync.Mutex
	sent []mail.Message
}

func (o *outbox) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

func (o *outbox) news() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, m := range o.sent {
		if m.Kind == "report.status" {
			n++
		}
	}
	return n
}

// later is when no step can be taken back any more: what waited for that runs.
func later(t *testing.T, c *reportstest.City) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE report_undos SET until = clock_timestamp() - interval '1 second'`,
		`UPDATE river.river_job SET scheduled_at = clock_timestamp() - interval '1 second' WHERE state = 'scheduled'`,
	} {
		if _, err := c.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	c.Events.Work(t)
}

// TestUndoLeavesNothing: a step that is taken back is gone from page, clock and
// dialogue, and its mails are never written; without an undo they are, once.
func TestUndoLeavesNothing(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	out := &outbox{}
	words, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: out, Messages: words, BaseURL: "https://mitwirk.example"})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SubscribeMails(post)
	r, owner := c.Create(t)
	contact := subject.NewID()
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO contacts (id, kind, address, address_hash, confirmed_at) VALUES ($1, 'mail', 'lampe@example.org', $2, mitwirk_now())`, contact, contact[:]); err != nil {
			return err
		}
		return follows.Subject(t.Context(), tx, follows.Contact, contact, subject.Ref{Kind: subject.Report, ID: r.Report}, "de")
	})
	clerk := c.Clerk(t, "bau-lic")
	before := c.Get(t, clerk, r.Number)
	soon := time.Now().AddDate(0, 0, 7)
	ask := reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche Nummer steht am Mast?", Until: &soon}}
	if err := c.Reports.SetStatus(t.Context(), clerk, r.Number, ask); err != nil {
		t.Fatal(err)
	}
	if v := c.Get(t, accounts.Actor{}, r.Number); v.Status != reports.Waiting {
		t.Errorf("the step does not show at once: %s", v.Status)
	}
	c.Events.Work(t)
	if out.news() != 0 {
		t.Fatal("mails left while the step can be taken back")
	}
	u, ok, err := c.Reports.LastUndo(t.Context(), clerk)
	if err != nil || !ok || u.Number != r.Number || u.Key != "status.waiting" {
		t.Fatalf("last undo: %+v %v %v", u, ok, err)
	}
	if _, ok, err := c.Reports.LastUndo(t.Context(), c.Clerk(t, "bau-lic")); ok || err != nil {
		t.Errorf("somebody else's step is offered: %v %v", ok, err)
	}
	if err := c.Reports.TakeBack(t.Context(), owner, r.Number, u.Entry); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the reporter took it back: %v", err)
	}
	if err := c.Reports.TakeBack(t.Context(), clerk, r.Number, u.Entry); err != nil {
		t.Fatal(err)
	}
	after := c.Get(t, clerk, r.Number)
	if after.Status != before.Status || len(after.Steps) != len(before.Steps) || len(after.Dialogue) != 0 || after.Params.Question != "" ||
		after.Target.State != before.Target.State || !after.Target.Due.Equal(*before.Target.Due) || !after.StatusAt.Equal(before.StatusAt) {
		t.Errorf("after the undo: %+v, want %+v", after, before)
	}
	if err := c.Reports.TakeBack(t.Context(), clerk, r.Number, u.Entry); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back twice: %v", err)
	}
	later(t, c)
	if out.news() != 0 {
		t.Error("mails of a step that was taken back")
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, r.Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	for range 2 { // the second run finds nothing to do
		later(t, c)
	}
	if out.news() != 1 {
		t.Errorf("%d mails, want 1", out.news())
	}
	if err := c.Reports.TakeBack(t.Context(), clerk, r.Number, uuid.Nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back after the mails: %v", err)
	}
}

// TestUndoOrSend: of an undo and the mails of a step exactly one happens.
func TestUndoOrSend(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	for i := range 20 {
		if err := c.Reports.AddStep(t.Context(), clerk, r.Number, reports.Step{Kind: reports.StepVisited}); err != nil {
			t.Fatal(err)
		}
		u, ok, err := c.Reports.LastUndo(t.Context(), clerk)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		var wg sync.WaitGroup
		var sent bool
		var sendErr, undoErr error
		wg.Go(func() { sent, sendErr = c.Reports.SendNow(t.Context(), u.Entry) })
		wg.Go(func() { undoErr = c.Reports.TakeBack(t.Context(), clerk, r.Number, u.Entry) })
		wg.Wait()
		if sendErr != nil || undoErr != nil && !fault.Is(undoErr, fault.Conflict) {
			t.Fatal(sendErr, undoErr)
		}
		if sent == (undoErr == nil) {
			t.Fatalf("round %d: sent %v, undone %v", i, sent, undoErr == nil)
		}
	}
}

// TestUndoMerge: votes, link and the other report's line go back.
func TestUndoMerge(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	a, _ := c.Create(t)
	b, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	before := c.Get(t, clerk, a.Number)
	if err := c.Reports.SetStatus(t.Context(), clerk, b.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: a.Number}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.TakeBack(t.Context(), clerk, b.Number, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	va, vb := c.Get(t, clerk, a.Number), c.Get(t, clerk, b.Number)
	if va.MeToo != 0 || len(va.Merged) != 0 || len(va.Steps) != len(before.Steps) || vb.Status != reports.Received || vb.DuplicateOf != nil {
		t.Errorf("after the undo: %d concerned, merged %v, %d steps; %s", va.MeToo, va.Merged, len(va.Steps), vb.Status)
	}
}
