package accounts_test

import (
	"bytes"
	stdcontext "context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// letterbox keeps the mails.
type letterbox struct{ mails []mail.Message }

func (l *letterbox) Queue(_ stdcontext.Context, _ pgx.Tx, m mail.Message) error {
	l.mails = append(l.mails, m)
	return nil
}

// token is the one of the last mail's link.
func (l *letterbox) token(t *testing.T) string {
	t.Helper()
	if len(l.mails) == 0 {
		t.Fatal("no mail")
	}
	u := l.mails[len(l.mails)-1].Button.URL
	return u[strings.LastIndex(u, "/")+1:]
}

func withLetters(t *testing.T, d db.DB) (*accounts.Service, *letterbox) {
	t.Helper()
	words, err := i18n.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	box := &letterbox{}
	s, err := accounts.New(accounts.Config{DB: d, Letters: &accounts.Letters{
		Jobs: j, Mail: box, Catalogue: words, URL: func(p string) string { return "https://x.example" + p },
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s, box
}

func take(t *testing.T, d db.DB, token string) (in accounts.SignedIn, err error) {
	t.Helper()
	err = db.Transact(t.Context(), d, func(ctx stdcontext.Context, tx pgx.Tx) error {
		in, err = accounts.TakeInvitation(ctx, tx, accounts.Actor{Locale: "de"}, token)
		return err
	})
	return in, err
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, box := withLetters(t, pool)
	admin, other := accountstest.Admin(t, pool), accountstest.Admin(t, pool)
	dep := accountstest.Department(t, pool)
	ask := accounts.Invite{
		Mail: accountstest.Address(), Pseudonym: "Straßen: Sachbearbeitung", Role: subject.Caseworker, Reason: "Neu im Team",
		Limits: []accounts.GrantLimit{{Kind: accounts.InDepartment, Ref: dep.ID.String()}},
	}
	for _, who := range []accounts.Actor{{}, accountstest.Resident(t, pool), accountstest.Staff(t, pool, subject.TeamLead, dep.ID)} {
		if _, err := s.Invite(t.Context(), who, ask); err == nil {
			t.Error("somebody else than an admin invites")
		}
	}
	if _, err := s.Invite(t.Context(), admin, accounts.Invite{Mail: "niemand", Role: subject.Caseworker}); len(fault.As(err).Fields) != 3 {
		t.Errorf("wrong entries: %v", err)
	}
	if _, err := s.Invite(t.Context(), admin, ask); err != nil {
		t.Fatal(err)
	}
	first := box.token(t)
	if _, err := s.Invite(t.Context(), admin, ask); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.PeekInvitation(t.Context(), pool, first); !fault.Is(err, fault.Gone) {
		t.Errorf("the older link still holds: %v", err)
	}
	token := box.token(t)
	if in, err := accounts.PeekInvitation(t.Context(), pool, token); err != nil || in.Role != subject.Caseworker {
		t.Errorf("peek: %+v, %v", in, err)
	}
	ins := make([]accounts.SignedIn, 64)
	ok, gone := count(parallel(64, func(i int) (err error) {
		ins[i], err = take(t, pool, token)
		return err
	}), fault.Gone)
	if ok != 1 || gone != 63 {
		t.Errorf("taken by %d, refused to %d", ok, gone)
	}
	for _, in := range ins {
		if in.Token != "" && (!in.Actor.Has(subject.Caseworker) || !in.Actor.Worked(dep.ID)) {
			t.Errorf("signed in as %+v", in.Actor)
		}
	}
	list, err := s.Invitations(t.Context(), admin)
	if err != nil || len(list) != 2 || list[0].UsedAt == nil || list[1].RevokedAt == nil || !strings.Contains(list[0].Mail, "•••@") {
		t.Errorf("list %+v, %v", list, err)
	}
	// whoever may not grant any more gives nothing by an older letter
	ask.Mail = accountstest.Address()
	if _, err := s.Invite(t.Context(), other, ask); err != nil {
		t.Fatal(err)
	}
	if err := s.DropGrant(t.Context(), admin, other.Person, subject.Admin, "geht"); err != nil {
		t.Fatal(err)
	}
	if _, err := take(t, pool, box.token(t)); !fault.Is(err, fault.Gone) {
		t.Errorf("an invitation by somebody who is no admin any more: %v", err)
	}
	ask.Mail = accountstest.Address()
	id, err := s.Invite(t.Context(), admin, ask)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeInvitation(t.Context(), admin, id); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeInvitation(t.Context(), admin, id); !fault.Is(err, fault.Conflict) {
		t.Errorf("revoked twice: %v", err)
	}
	if _, err := take(t, pool, box.token(t)); !fault.Is(err, fault.Gone) {
		t.Errorf("a revoked one: %v", err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE invitations SET expires_at = now() - interval '60 days', revoked_at = now() - interval '60 days' WHERE used_at IS NULL`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.SweepInvitations(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if list, err = s.Invitations(t.Context(), admin); err != nil || len(list) != 1 {
		t.Errorf("after the sweep: %d, %v", len(list), err)
	}
}

func TestGrantsByAdmins(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, nil)
	admins := []accounts.Actor{accountstest.Admin(t, pool), accountstest.Admin(t, pool)}
	dep := accountstest.Department(t, pool)
	in := []accounts.GrantLimit{{Kind: accounts.InDepartment, Ref: dep.ID.String()}}
	who := accountstest.Resident(t, pool)
	if err := s.SetGrant(t.Context(), admins[0], admins[0].Person, subject.Moderator, nil, "selbst"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a role for oneself: %v", err)
	}
	if err := s.SetGrant(t.Context(), admins[0], who.Person, subject.TeamLead, in, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	if err := s.SetGrant(t.Context(), admins[0], who.Person, subject.TeamLead, in, "leitet jetzt"); err != nil {
		t.Fatal(err)
	}
	more := append(in, accounts.GrantLimit{Kind: accounts.InDistrict, Ref: "5"})
	if err := s.SetGrant(t.Context(), admins[0], who.Person, subject.TeamLead, more, "nur Bezirk 5"); err != nil {
		t.Fatal(err)
	}
	gs, err := accounts.Grants(t.Context(), pool, who.Person)
	if err != nil || len(gs) != 1 || len(gs[0].Limits) != 2 {
		t.Errorf("grants %+v, %v", gs, err)
	}
	people, _, err := s.People(t.Context(), admins[0], accounts.PeopleFilter{Department: dep.ID})
	if err != nil || len(people) != 1 || people[0].ID != who.Person || !strings.Contains(people[0].Mail, "•••@beispiel.example") {
		t.Errorf("people %+v, %v", people, err)
	}
	lines, _, err := accounts.AuditLines(t.Context(), pool, admins[0], accounts.AuditFilter{Action: "role.", Kind: "person", ID: who.Person})
	if err != nil || len(lines) != 3 || lines[0].Reason != "nur Bezirk 5" || lines[2].Reason != "leitet jetzt" {
		t.Errorf("log %+v, %v", lines, err)
	}
	// two admins who take it from each other: one is left
	ok, _ := count(parallel(2, func(i int) error {
		return s.DropGrant(t.Context(), admins[i], admins[1-i].Person, subject.Admin, "weg")
	}), fault.Forbidden)
	if ok != 1 {
		t.Errorf("%d of 2 took it from each other", ok)
	}
}

func TestAuditLines(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, nil)
	admin := accountstest.Admin(t, pool)
	for range 30 {
		accountstest.Do(t, pool, func(tx pgx.Tx) error {
			return accounts.Audit(t.Context(), tx, admin, accounts.Entry{Action: "contact.read", Ref: subject.Ref{Kind: subject.Report, ID: uuid.New()}, Fields: []string{"mail"}, Reason: "=1+1"})
		})
	}
	if _, _, err := accounts.AuditLines(t.Context(), pool, accountstest.Staff(t, pool, subject.Moderator), accounts.AuditFilter{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a moderator reads the log: %v", err)
	}
	f := accounts.AuditFilter{Actor: admin.Person, Action: "contact.", Field: "mail", Kind: subject.Report, N: 20}
	page, more, err := accounts.AuditLines(t.Context(), pool, admin, f)
	if err != nil || len(page) != 20 || !more {
		t.Fatalf("first page: %d, %t, %v", len(page), more, err)
	}
	f.Before = page[19].Seq
	if page, more, err = accounts.AuditLines(t.Context(), pool, admin, f); err != nil || len(page) != 10 || more {
		t.Errorf("second page: %d, %t, %v", len(page), more, err)
	}
	n := 0
	if _, err := s.ExportAudit(t.Context(), admin, accounts.AuditFilter{Action: "contact."}, func(accounts.AuditLine) error { n++; return nil }); err != nil || n != 30 {
		t.Errorf("exported %d, %v", n, err)
	}
	if page, _, err = accounts.AuditLines(t.Context(), pool, admin, accounts.AuditFilter{Action: "audit.export"}); err != nil || len(page) != 1 || page[0].Fields[0] != "filter:action" {
		t.Errorf("the export in the log: %+v, %v", page, err)
	}
	c, err := s.CheckAudit(t.Context(), admin)
	if err != nil || c.Broken != 0 || c.Upto < 31 {
		t.Errorf("check %+v, %v", c, err)
	}
	if _, err := pool.Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER audit_log_keep`); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE audit_log SET reason = 'anders' WHERE seq = 7`); err != nil {
		t.Fatal(err)
	}
	if c, err = s.CheckAudit(t.Context(), admin); err != nil || c.Broken != 7 {
		t.Errorf("check after a change %+v, %v", c, err)
	}
	if last, ok, err := accounts.LastAuditCheck(t.Context(), pool, admin); err != nil || !ok || last.Broken != 7 {
		t.Errorf("last check %+v, %t, %v", last, ok, err)
	}
}

func TestChangeDepartment(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dep, above := accountstest.Department(t, tx), accountstest.Department(t, tx)
	admin := accountstest.Admin(t, tx)
	var stays accounts.Stays
	change := func(was *accounts.Department, d accounts.Department) error {
		_, err := accounts.ChangeDepartment(t.Context(), tx, admin, was, d, func(stdcontext.Context, pgx.Tx, uuid.UUID) (accounts.Stays, error) { return stays, nil })
		return err
	}
	next := dep
	next.Parent = &above.ID
	if err := change(&dep, next); err != nil {
		t.Fatal(err)
	}
	if err := change(&dep, next); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody was faster: %v", err)
	}
	circle := above
	circle.Parent = &dep.ID
	if err := change(&above, circle); !fault.Is(err, fault.Invalid) {
		t.Errorf("a circle: %v", err)
	}
	off := next
	off.Active = false
	stays.Cases = 3
	if err := change(&next, off); fault.As(err).Fields[0].Key != "admin.stays.cases" {
		t.Errorf("open cases: %v", err)
	}
	stays.Cases = 0
	accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	if err := change(&next, off); fault.As(err).Fields[0].Key != "admin.stays.staff" {
		t.Errorf("somebody works there: %v", err)
	}
	off.Door = accounts.DoorMail
	if err := change(&next, off); fault.As(err).Fields[0].Name != "mail" {
		t.Errorf("mail without an address: %v", err)
	}
	if err := change(nil, dep); fault.As(err).Fields[0].Key != "admin.err.key_taken" {
		t.Errorf("a key twice: %v", err)
	}
}

// heap is a source of n records for those who lead a department.
type heap struct{ n int }

func (heap) Key() string { return "heap" }

func (heap) MayExport(a accounts.Actor, s accounts.ExportScope) error {
	if a.Covers(accounts.Place{Department: s.Department}, subject.TeamLead) {
		return nil
	}
	return fault.New(fault.Forbidden, "err.403")
}

func (h heap) CountExport(stdcontext.Context, db.Queryer, accounts.ExportScope) (int, error) {
	return h.n, nil
}

func (h heap) Export(_ stdcontext.Context, _ db.Queryer, _ accounts.ExportScope, limit int, row func([]string) error) error {
	for range min(limit, h.n) {
		if err := row([]string{"x"}); err != nil {
			return err
		}
	}
	return nil
}

func TestExports(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	dep, foreign := accountstest.Department(t, pool), accountstest.Department(t, pool)
	lead, second := accountstest.Staff(t, pool, subject.TeamLead, dep.ID), accountstest.Staff(t, pool, subject.TeamLead, dep.ID)
	admin, elsewhere := accountstest.Admin(t, pool), accountstest.Staff(t, pool, subject.TeamLead, foreign.ID)
	ask := accounts.ExportAsk{Source: "heap", Scope: accounts.ExportScope{Department: dep.ID}, Contacts: true, Reason: "Umfrage"}
	say := func(key string, params ...any) string { return strings.TrimSpace(key) + "|" + params[3].(string) }
	few, err := accounts.NewExports(pool, heap{50})
	if err != nil {
		t.Fatal(err)
	}
	id, err := few.Ask(t.Context(), lead, ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := few.Fetch(t.Context(), admin, id, say); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an admin fetches what somebody else asked for: %v", err)
	}
	if _, err := few.Fetch(t.Context(), elsewhere, id, say); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody of another department: %v", err)
	}
	ok, gone := count(parallel(64, func(int) error { _, err := few.Fetch(t.Context(), lead, id, say); return err }), fault.Gone)
	if ok != 1 || gone != 63 {
		t.Errorf("fetched %d times, refused %d", ok, gone)
	}
	many, err := accounts.NewExports(pool, heap{51})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := many.Ask(t.Context(), admin, ask); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an admin reads no cases: %v", err)
	}
	if id, err = many.Ask(t.Context(), lead, ask); err != nil {
		t.Fatal(err)
	}
	if _, err := many.Fetch(t.Context(), lead, id, say); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a second person: %v", err)
	}
	if err := many.Decide(t.Context(), lead, id, true); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by the person who asked: %v", err)
	}
	if err := many.Decide(t.Context(), elsewhere, id, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("approved from elsewhere: %v", err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE export_requests SET decided_by = asked_by, decided_at = now(), approved = true WHERE id = $1`, id); err == nil {
		t.Error("the database lets one person approve their own wish")
	}
	if _, err := pool.Exec(t.Context(), `UPDATE export_requests SET fetched_at = now() WHERE id = $1`, id); err == nil {
		t.Error("the database lets 51 records go without a second person")
	}
	if err := many.Decide(t.Context(), second, id, true); err != nil {
		t.Fatal(err)
	}
	list, err := many.List(t.Context(), lead)
	if err != nil || len(list) != 2 || list[0].State() != "ready" || list[1].State() != "fetched" {
		t.Errorf("list %+v, %v", list, err)
	}
	file, err := many.Fetch(t.Context(), lead, id, say)
	if err != nil || bytes.Count(file, []byte("\r\n")) != 52 || !bytes.Contains(file, []byte("admin.export.mark|")) {
		t.Errorf("file %.200q, %v", file, err)
	}
	if list, err = many.List(t.Context(), elsewhere); err != nil || len(list) != 0 {
		t.Errorf("elsewhere sees %+v, %v", list, err)
	}
}
