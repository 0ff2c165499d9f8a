package reports_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// deskWorld is one case with everything that a write of the desk may need.
type deskWorld struct {
	*talkCity

	clerk, second, owner accounts.Actor
	lead, admin          accounts.Actor
	umbrella             *casework.Umbrella
	event                casework.Event
	photo                uuid.UUID
	n, other             subject.Number
	ref                  subject.Ref
	version              int       // of the report
	id                   uuid.UUID // of what prep made: a hand-over, a template, a step
	key                  uuid.UUID // of a form
	now                  time.Time
}

// deskWrite is one thing that people do to a case. Done 64 times at once it
// leaves as many rows as done once.
type deskWrite struct {
	name  string
	by    string // "": the clerk; "second", "owner", "lead", "admin"
	prep  func(t *testing.T, w *deskWorld)
	do    func(ctx context.Context, w *deskWorld, who accounts.Actor) error
	count string // rows with the effect; $1 is the report where it is named
	adds  int
}

const (
	countEntries = `SELECT count(*)::int FROM timeline_entries WHERE subject_id = $1 AND key = `
	countLog     = `SELECT count(*)::int FROM case_log WHERE subject_id = $1 AND change->>'what' = `
)

func inTx(w *deskWorld, ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return db.Transact(ctx, w.Pool, fn)
}

func (w *deskWorld) status(t *testing.T, c reports.Change) {
	t.Helper()
	w.set(t, w.clerk, w.n, c)
	w.version = w.Get(t, w.clerk, w.n).Version
}

func deskWrites() []deskWrite { return slices.Concat(caseWrites(), besideWrites()) }

func caseWrites() []deskWrite {
	resolved := reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Getauscht.", SeenBy: "crew"}}
	refused := reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Hell genug."}}
	return []deskWrite{
		{
			name: "priority", count: countLog + `'priority'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.SetPriority(ctx, who, w.n, casework.High, 0)
			},
		},
		{
			name: "assign", count: countLog + `'assignee'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Assign(ctx, who, w.n, who.Person, 0)
				return err
			},
		},
		{
			name: "target", count: countEntries + `'step.target'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.SetTarget(ctx, who, w.n, w.now.AddDate(0, 1, 0), "Das Teil fehlt.", w.version)
			},
		},
		{
			name: "resubmission", count: `SELECT count(*)::int FROM resubmissions WHERE subject_id = $1 AND done_at IS NULL`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Resubmit(ctx, who, w.n, casework.DayOf(w.now, time.UTC).AddDate(0, 0, 7), "Nachsehen")
			},
		},
		{
			name: "end of a resubmission", count: `SELECT count(*)::int FROM resubmissions WHERE subject_id = $1 AND done_at IS NOT NULL`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				if err := w.Reports.Resubmit(t.Context(), w.clerk, w.n, casework.DayOf(w.now, time.UTC).AddDate(0, 0, 7), ""); err != nil {
					t.Fatal(err)
				}
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.EndResubmission(ctx, who, w.n)
			},
		},
		{
			name: "note", count: `SELECT count(*)::int FROM notes WHERE subject_id = $1`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Note(ctx, who, w.n, "Firma fragen.")
			},
		},
		{
			name: "status", count: countEntries + `'status.in_progress'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.SetStatus(ctx, who, w.n, reports.Change{To: reports.InProgress})
			},
		},
		{
			name: "question", count: `SELECT count(*)::int FROM messages WHERE subject_id = $1`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				until := w.now.AddDate(0, 0, 7)
				return w.Reports.SetStatus(ctx, who, w.n, reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welcher Mast?", Until: &until}, Version: w.version})
			},
		},
		{
			name: "step", count: countEntries + `'step.visited'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.AddStep(ctx, who, w.n, reports.Step{Kind: reports.StepVisited, Version: w.version})
			},
		},
		{
			name: "hand over to another team", count: countEntries + `'step.moved'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Move(ctx, who, w.n, "bau-gar", "Der Mast steht im Park.")
			},
		},
		{
			name: "release", count: countEntries + `'step.released'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Release(ctx, who, w.n, reports.Release{TextState: reports.TextReleased, Version: w.version})
			},
		},
		{
			name: "withhold", count: `SELECT count(*)::int FROM audit_log WHERE subject_id = $1 AND action = 'report.withhold'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Release(ctx, who, w.n, reports.Release{Withhold: true, Reason: "Nennt einen Menschen.", Version: w.version})
			},
		},
		{
			name: "split", count: `SELECT count(*)::int FROM reports`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Split(ctx, who, w.n, []reports.Part{{Category: "laterne", Text: "Der Mast daneben steht schief."}}, w.key)
				return err
			},
		},
		{
			name: "link", count: `SELECT count(*)::int FROM links`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.LinkTo(ctx, who, w.n, w.other, false)
			},
		},
		{
			name: "cut a link", count: `SELECT count(*)::int FROM links`, adds: -1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				if err := w.Reports.LinkTo(t.Context(), w.clerk, w.n, w.other, false); err != nil {
					t.Fatal(err)
				}
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.LinkTo(ctx, who, w.n, w.other, true)
			},
		},
		{
			name: "take back", count: `SELECT count(*)::int FROM report_undos WHERE state = 'undone'`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) { t.Helper(); w.status(t, reports.Change{To: reports.InProgress}) },
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.TakeBack(ctx, who, w.n, uuid.Nil)
			},
		},
		{
			name: "decide an objection", by: "second", count: countEntries + `'step.objection_kept'`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				w.status(t, refused)
				if err := w.Reports.Object(t.Context(), w.owner, w.n, "Man sieht nichts."); err != nil {
					t.Fatal(err)
				}
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.DecideObjection(ctx, who, w.n, false, "Es bleibt dabei.")
			},
		},
		{
			name: "hand over to a partner", count: `SELECT count(*)::int FROM handovers WHERE subject_id = $1`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) { t.Helper(); w.id = w.partner(t) },
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.HandOver(ctx, who, w.n, w.id, "Bitte prüfen.")
			},
		},
		{
			name: "answer a partner", count: `SELECT count(*)::int FROM handover_answers WHERE direction = 'out'`, adds: 1,
			prep: handed,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.ReplyPartner(ctx, who, w.n, w.id, "Der linke Mast.")
			},
		},
		{
			name: "take back from a partner", count: `SELECT count(*)::int FROM handovers WHERE state = 'revoked'`, adds: 1,
			prep: handed,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.RevokeHandover(ctx, who, w.n, w.id)
			},
		},
		{
			name: "route sheet", count: `SELECT count(*)::int FROM outside_orders WHERE state = 'open'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Route(ctx, who, "Trupp Nord", w.now.Add(24*time.Hour), []subject.Number{w.n})
				return err
			},
		},
		{
			name: "status by a route sheet", count: countEntries + `'status.commissioned'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Route(ctx, who, "Trupp Nord", w.now.Add(24*time.Hour), []subject.Number{w.n})
				return err
			},
		},
		{
			name: "letter", count: `SELECT count(*)::int FROM messages WHERE subject_id = $1`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Write(ctx, who, w.n, reports.Said{Text: "Wir kommen am Montag."})
			},
		},
		{
			name: "capture", count: `SELECT count(*)::int FROM reports`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				sub := reportstest.Submission()
				sub.Channel = "phone"
				_, err := w.Reports.Capture(ctx, who, w.key, sub, true)
				return err
			},
		},
		{
			name: "absence", count: `SELECT count(*)::int FROM absences`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error {
					day := casework.DayOf(w.now, time.UTC)
					return casework.SetAbsence(ctx, tx, who, casework.Absence{From: day, To: day.AddDate(0, 0, 7), Deputy: w.second.Person})
				})
			},
		},
		{
			name: "new template", count: `SELECT count(*)::int FROM templates`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error {
					_, err := casework.SaveTemplate(ctx, tx, who, casework.Template{Department: who.Departments[0], Lang: "de", Name: "Mast", Text: "Wir haben den Mast gerichtet."})
					return err
				})
			},
		},
		{
			name: "template out of use", count: `SELECT count(*)::int FROM templates WHERE gone_at IS NOT NULL`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				accountstest.Do(t, w.Pool, func(tx pgx.Tx) (err error) {
					w.id, err = casework.SaveTemplate(t.Context(), tx, w.clerk, casework.Template{Department: w.clerk.Departments[0], Lang: "de", Name: "Mast", Text: "Gerichtet."})
					return err
				})
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error { return casework.DropTemplate(ctx, tx, who, w.id) })
			},
		},
		{
			name: "say more", by: "owner", count: `SELECT count(*)::int FROM messages WHERE subject_id = $1`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Add(ctx, who, w.n, "Es ist der linke Mast.")
			},
		},
		{
			name: "answer", by: "owner", count: countEntries + `'step.answered'`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				until := w.now.AddDate(0, 0, 7)
				w.status(t, reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welcher Mast?", Until: &until}})
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Answer(ctx, who, w.n, "Der linke.")
			},
		},
		{
			name: "withdraw", by: "owner", count: countEntries + `'status.withdrawn'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Withdraw(ctx, who, w.n)
				return err
			},
		},
		{
			name: "reopen", by: "owner", count: countEntries + `'status.reopened'`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) { t.Helper(); w.status(t, resolved) },
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Reopen(ctx, who, w.n, "Sie ist wieder dunkel.")
			},
		},
		{
			name: "object", by: "owner", count: countEntries + `'step.objected'`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) { t.Helper(); w.status(t, refused) },
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Object(ctx, who, w.n, "Man sieht nichts.")
			},
		},
	}
}

// handed gives the case to a partner, who asks something.
func handed(t *testing.T, w *deskWorld) {
	t.Helper()
	if err := w.Reports.HandOver(t.Context(), w.clerk, w.n, w.partner(t), "Bitte prüfen."); err != nil {
		t.Fatal(err)
	}
	if err := w.Reports.AnswerAsPartner(t.Context(), w.link(t, "ask"), reports.PartnerAnswer{Kind: reports.PartnerAsks, Text: "Welcher Mast?"}); err != nil {
		t.Fatal(err)
	}
	w.id = w.talk(t, w.clerk, w.n).Handovers[0].ID
}

func newDeskWorld(t *testing.T, d *deskWrite) (*deskWorld, accounts.Actor) {
	t.Helper()
	w := &deskWorld{talkCity: talking(t), key: subject.NewID()}
	r, owner := w.Create(t)
	other, _ := w.Create(t)
	w.owner, w.clerk, w.second, w.n, w.other = owner, w.Clerk(t, "bau-lic"), w.Clerk(t, "bau-lic"), r.Number, other.Number
	w.ref = subject.Ref{Kind: subject.Report, ID: r.Report}
	w.lead, w.admin = w.Clerk(t, "bau-lic", subject.TeamLead), accountstest.Admin(t, w.Pool)
	var err error
	if w.now, err = db.Now(t.Context(), w.Pool); err != nil {
		t.Fatal(err)
	}
	w.version = w.Get(t, w.clerk, w.n).Version
	if d.prep != nil {
		d.prep(t, w)
	}
	switch d.by {
	case "owner":
		return w, owner
	case "second":
		return w, w.second
	case "lead":
		return w, w.lead
	case "admin":
		return w, w.admin
	}
	return w, w.clerk
}

func (w *deskWorld) rows(t *testing.T, sql string) (n int) {
	t.Helper()
	// the cast keeps the parameter known where a count has no use for it
	if err := w.Pool.QueryRow(t.Context(), "SELECT n FROM ("+sql+") x (n) WHERE $1::uuid IS NOT NULL", w.ref.ID).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// refusedWell tells whether an error is an answer that a person can read.
func refusedWell(err error) bool {
	return fault.As(err).Kind != fault.Internal
}

// TestWritesInParallel: whatever is done to a case by 64 requests at the same
// moment has happened once.
func TestWritesInParallel(t *testing.T) {
	t.Parallel()
	for _, d := range deskWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, who := newDeskWorld(t, &d)
			before := w.rows(t, d.count)
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
				} else if !refusedWell(err) {
					t.Errorf("one of 64: %v", err)
				}
			}
			if n := w.rows(t, d.count) - before; ok == 0 || n != d.adds {
				t.Errorf("%d of 64 were told that it is done, %d rows, want %d", ok, n, d.adds)
			}
		})
	}
}

const sqlSomebodyWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// TestRoleEndsBeforeTheWrite: a write that was let in while a role is being
// taken away waits for that, and is refused. Nothing of it stays.
func TestRoleEndsBeforeTheWrite(t *testing.T) {
	t.Parallel()
	for _, d := range deskWrites() {
		if d.by == "owner" {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, who := newDeskWorld(t, &d)
			before := w.rows(t, d.count)
			tx, err := w.Pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			if err := accounts.RevokeRole(t.Context(), tx, accounts.System, who.Person, d.role()); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- d.do(context.WithoutCancel(t.Context()), w, who) }() // the role is as it was when it looks
			for waits := false; !waits; {
				select {
				case err := <-done:
					t.Fatalf("it did not wait for the end of the role: %v", err)
				default:
				}
				if err := w.Pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil || !refusedWell(err) {
				t.Errorf("after the role ended: %v", err)
			}
			if n := w.rows(t, d.count) - before; n != 0 {
				t.Errorf("%d rows were written by somebody without the role", n)
			}
		})
	}
}
