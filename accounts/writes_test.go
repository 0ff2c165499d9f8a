package accounts_test

import (
	stdcontext "context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// postbox counts mails, of many at once.
type postbox struct {
	mu sync.Mutex
	n  int
}

func (p *postbox) Queue(stdcontext.Context, pgx.Tx, mail.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	return nil
}

// adminWorld is an office with all that a write of its administration may need.
type adminWorld struct {
	*accounts.Service

	pool               *pgxpool.Pool
	exports            *accounts.Exports
	box                postbox
	dep                accounts.Department
	admin, lead, other accounts.Actor
	key                uuid.UUID // of a form
	address            string
}

func newAdminWorld(t *testing.T) *adminWorld {
	t.Helper()
	w := &adminWorld{pool: dbtest.DB(t), key: subject.NewID(), address: accountstest.Address()}
	words, err := i18n.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.Service, err = accounts.New(accounts.Config{DB: w.pool, Letters: &accounts.Letters{
		Jobs: j, Mail: &w.box, Catalogue: words, URL: func(p string) string { return "https://x.example" + p },
	}})
	if err != nil {
		t.Fatal(err)
	}
	if w.exports, err = accounts.NewExports(w.pool, heap{51}); err != nil {
		t.Fatal(err)
	}
	w.dep = accountstest.Department(t, w.pool)
	w.admin = accountstest.Admin(t, w.pool)
	w.lead, w.other = accountstest.Staff(t, w.pool, subject.TeamLead, w.dep.ID), accountstest.Staff(t, w.pool, subject.TeamLead, w.dep.ID)
	return w
}

func (w *adminWorld) invite(ctx context, who accounts.Actor, id uuid.UUID) error {
	_, err := w.Invite(ctx, who, accounts.Invite{
		ID: id, Mail: w.address, Role: subject.Caseworker, Reason: "Neu im Team", Limits: []accounts.GrantLimit{{Kind: accounts.InDepartment, Ref: w.dep.ID.String()}},
	})
	return err
}

func (w *adminWorld) ask(ctx context, who accounts.Actor) error {
	_, err := w.exports.Ask(ctx, who, accounts.ExportAsk{ID: w.key, Source: "heap", Scope: accounts.ExportScope{Department: w.dep.ID}, Reason: "Umfrage"})
	return err
}

// adminWrite is one thing that is done in the administration. Done 64 times at
// once it stands in the log once.
type adminWrite struct {
	name string
	role subject.Role // of the one who does it: an admin or who leads the department
	prep func(ctx context, w *adminWorld) error
	do   func(ctx context, w *adminWorld, who accounts.Actor) error
	log  string
}

func adminWrites() []adminWrite {
	asked := func(ctx context, w *adminWorld) error { return w.ask(ctx, w.other) }
	return []adminWrite{
		{
			name: "invite", role: subject.Admin, log: "invitation.send",
			do: func(ctx context, w *adminWorld, who accounts.Actor) error { return w.invite(ctx, who, w.key) },
		},
		{
			name: "take an invitation back", role: subject.Admin, log: "invitation.revoke",
			prep: func(ctx context, w *adminWorld) error { return w.invite(ctx, w.admin, w.key) },
			do:   func(ctx context, w *adminWorld, who accounts.Actor) error { return w.RevokeInvitation(ctx, who, w.key) },
		},
		{
			name: "ask for an export", role: subject.TeamLead, log: "export.ask",
			do: func(ctx context, w *adminWorld, who accounts.Actor) error { return w.ask(ctx, who) },
		},
		{
			name: "approve an export", role: subject.TeamLead, prep: asked, log: "export.approve",
			do: func(ctx context, w *adminWorld, who accounts.Actor) error {
				return w.exports.Decide(ctx, who, w.key, true)
			},
		},
		{
			name: "refuse an export", role: subject.Admin, prep: asked, log: "export.refuse",
			do: func(ctx context, w *adminWorld, who accounts.Actor) error {
				return w.exports.Decide(ctx, who, w.key, false)
			},
		},
	}
}

func (w *adminWorld) begin(t *testing.T, d *adminWrite) accounts.Actor {
	t.Helper()
	if d.prep != nil {
		if err := d.prep(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	if d.role == subject.Admin {
		return w.admin
	}
	return w.lead
}

func (w *adminWorld) logged(t *testing.T, action string) (n int) {
	t.Helper()
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*)::int FROM audit_log WHERE action = $1`, action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWritesInParallel: what 64 requests do at the same moment has happened once.
func TestWritesInParallel(t *testing.T) {
	t.Parallel()
	for _, d := range adminWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w := newAdminWorld(t)
			who := w.begin(t, &d)
			before := w.logged(t, d.log)
			ok := 0
			for _, err := range parallel(64, func(int) error { return d.do(stdcontext.WithoutCancel(t.Context()), w, who) }) {
				if err == nil {
					ok++
				} else if fault.As(err).Kind == fault.Internal {
					t.Errorf("one of 64: %v", err)
				}
			}
			if n := w.logged(t, d.log) - before; ok == 0 || n != 1 {
				t.Errorf("%d of 64 were told that it is done, %d lines in the log", ok, n)
			}
		})
	}
}

// TestInviteAtOnce: of many invitations to one address, sent by several people at
// the same moment, one link holds.
func TestInviteAtOnce(t *testing.T) {
	t.Parallel()
	w := newAdminWorld(t)
	second := accountstest.Admin(t, w.pool)
	ok := 0
	for _, err := range parallel(64, func(i int) error {
		return w.invite(stdcontext.WithoutCancel(t.Context()), []accounts.Actor{w.admin, second}[i%2], subject.NewID())
	}) {
		if err == nil {
			ok++
		} else if fault.As(err).Kind == fault.Internal {
			t.Errorf("one of 64: %v", err)
		}
	}
	var open int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*)::int FROM invitations WHERE revoked_at IS NULL AND used_at IS NULL`).Scan(&open); err != nil {
		t.Fatal(err)
	}
	if ok == 0 || open != 1 {
		t.Errorf("%d were sent, %d hold", ok, open)
	}
}

// TestExportByTwo: of a person who approves and one who refuses at the same moment
// one is told that it is decided, and the one who asked never decides.
func TestExportByTwo(t *testing.T) {
	t.Parallel()
	w := newAdminWorld(t)
	if err := w.ask(t.Context(), w.other); err != nil {
		t.Fatal(err)
	}
	who := []accounts.Actor{w.admin, w.lead, w.other}
	errs := parallel(64, func(i int) error {
		return w.exports.Decide(stdcontext.WithoutCancel(t.Context()), who[i%3], w.key, i%2 == 0)
	})
	ok := 0
	for i, err := range errs {
		switch {
		case err == nil && i%3 == 2:
			t.Error("the one who asked has decided")
		case err == nil:
			ok++
		case fault.As(err).Kind == fault.Internal:
			t.Errorf("one of 64: %v", err)
		}
	}
	if n := w.logged(t, "export.approve") + w.logged(t, "export.refuse"); ok != 1 || n != 1 {
		t.Errorf("decided %d times, %d lines in the log", ok, n)
	}
}

const sqlSomebodyWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// TestRoleEndsBeforeTheWrite: a write that was let in while the role is being
// taken away waits for that, and is refused. Nothing of it stays.
func TestRoleEndsBeforeTheWrite(t *testing.T) {
	t.Parallel()
	for _, d := range adminWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w := newAdminWorld(t)
			who := w.begin(t, &d)
			before := w.logged(t, d.log)
			tx, err := w.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(stdcontext.WithoutCancel(t.Context())) }()
			if err := accounts.RevokeRole(t.Context(), tx, accounts.System, who.Person, d.role); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- d.do(stdcontext.WithoutCancel(t.Context()), w, who) }()
			for waits := false; !waits; {
				select {
				case err := <-done:
					t.Fatalf("it did not wait for the end of the role: %v", err)
				default:
				}
				if err := w.pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil || fault.As(err).Kind == fault.Internal {
				t.Errorf("after the role ended: %v", err)
			}
			if n := w.logged(t, d.log) - before; n != 0 {
				t.Errorf("%d lines by somebody without the role", n)
			}
		})
	}
}
