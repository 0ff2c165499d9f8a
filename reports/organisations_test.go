package reports_test

import (
	stdcontext "context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// firm is an organisation with an owner and a member.
type firm struct {
	*reportstest.City

	id            uuid.UUID
	owner, member accounts.Actor
	people        *accounts.Service
}

func newFirm(t *testing.T) *firm {
	t.Helper()
	f := &firm{City: reportstest.New(t)}
	var err error
	if f.people, err = accounts.New(accounts.Config{DB: f.Pool, Left: reports.LeftOrganisation}); err != nil {
		t.Fatal(err)
	}
	f.owner = accountstest.Resident(t, f.Pool)
	if f.id, err = f.people.CreateOrganisation(t.Context(), f.owner, uuid.Nil, "Hausverwaltung Lindenhof", "Anna"); err != nil {
		t.Fatal(err)
	}
	f.member = f.join(t)
	return f
}

func (f *firm) join(t *testing.T) accounts.Actor {
	t.Helper()
	a := accountstest.Resident(t, f.Pool)
	if _, err := f.Pool.Exec(t.Context(), `INSERT INTO organisation_members (organisation_id, person_id, role, name) VALUES ($1, $2, 'member', 'Ben')`, f.id, a.Person); err != nil {
		t.Fatal(err)
	}
	return a
}

func (f *firm) report(t *testing.T, by accounts.Actor) (reports.Receipt, error) {
	t.Helper()
	sub := reportstest.Submission()
	sub.Organisation = f.id
	return f.Reports.Submit(t.Context(), by, sub)
}

// knows tells how much somebody may with a report: "" not even that there is
// one, "owner", or "reads".
func (f *firm) knows(t *testing.T, a accounts.Actor, r reports.Receipt) string {
	t.Helper()
	v, err := f.Reports.Get(t.Context(), a, r.Number)
	switch {
	case fault.Is(err, fault.NotFound):
		return ""
	case err != nil:
		t.Fatal(err)
	case v.Actor.Owner:
		return "owner"
	}
	return "reads"
}

func (f *firm) mine(t *testing.T, a accounts.Actor) []reports.Item {
	t.Helper()
	l, err := f.Reports.MineOf(t.Context(), a, reports.MineOpen, reports.Page{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return l.Items
}

// TestReportForOrganisation: all who act for it go on with it, nobody else; who
// leaves has nothing left of it, not even by the code.
func TestReportForOrganisation(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	stranger := accountstest.Resident(t, f.Pool)
	if _, err := f.report(t, stranger); !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != "organisation" {
		t.Errorf("a stranger reports for it: %v", err)
	}
	r, err := f.report(t, f.member)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []accounts.Actor{f.owner, f.member} {
		if got := f.knows(t, a, r); got != "owner" {
			t.Errorf("somebody of it is %q", got)
		}
		if items := f.mine(t, a); len(items) != 1 || items[0].Organisation != "Hausverwaltung Lindenhof" {
			t.Errorf("my reports: %+v", items)
		}
	}
	if got := f.knows(t, stranger, r); got != "reads" {
		t.Errorf("a stranger is %q", got)
	}
	if err := f.Reports.Add(t.Context(), f.owner, r.Number, "Es sind zwei Laternen."); err != nil {
		t.Errorf("another one adds to it: %v", err)
	}
	if err := f.people.LeaveOrganisation(t.Context(), f.member, f.id); err != nil {
		t.Fatal(err)
	}
	if got := f.knows(t, f.member, r); got != "reads" || len(f.mine(t, f.member)) != 0 {
		t.Errorf("who has left is %q", got)
	}
	if _, err := f.Reports.OpenByCode(t.Context(), f.member, r.Number.Format(subject.PrefixReport), r.Code); err == nil {
		t.Error("who has left comes back by the code")
	}
	owned, err := reports.OwnedBy(t.Context(), f.Pool, f.member.Person)
	if err != nil || len(owned) != 0 {
		t.Errorf("still theirs: %v, %v", owned, err)
	}
	// the last one takes them along
	if err := f.people.LeaveOrganisation(t.Context(), f.owner, f.id); err != nil {
		t.Fatal(err)
	}
	if got := f.knows(t, f.owner, r); got != "owner" {
		t.Errorf("who was the last one is %q", got)
	}
}

// TestOrganisationName: everybody reads it only where its owners want that and
// the team has released the text; those who may see what is held always do.
func TestOrganisationName(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	r, err := f.report(t, f.member)
	if err != nil {
		t.Fatal(err)
	}
	clerk := f.Clerk(t, "bau-lic")
	stranger := accountstest.Resident(t, f.Pool)
	name := func(a accounts.Actor) string {
		v, err := f.Reports.Get(t.Context(), a, r.Number)
		if err != nil {
			t.Fatal(err)
		}
		if v.Organisation == nil {
			return ""
		}
		return v.Organisation.Name
	}
	want := func(when, public string) {
		t.Helper()
		if got := name(stranger); got != public {
			t.Errorf("%s everybody reads %q", when, got)
		}
		for _, a := range []accounts.Actor{f.owner, f.member, clerk} {
			if got := name(a); got != "Hausverwaltung Lindenhof" {
				t.Errorf("%s: %q", when, got)
			}
		}
	}
	want("at first", "")
	if err := f.people.ChangeOrganisation(t.Context(), f.owner, f.id, "Lindenhof und Partner", true); err != nil {
		t.Fatal(err)
	}
	want("shown, before the release,", "")
	if err := f.Reports.Release(t.Context(), clerk, r.Number, reports.Release{TextState: reports.TextReleased}); err != nil {
		t.Fatal(err)
	}
	want("released", "Hausverwaltung Lindenhof") // the name that the clerk has read, not the newer one
	if err := f.people.ChangeOrganisation(t.Context(), f.owner, f.id, "Lindenhof und Partner", false); err != nil {
		t.Fatal(err)
	}
	want("not shown any more", "")
}

// TestLeaveWhileReporting: 64 reports while the person is removed. Afterwards
// they see none of those that were made, and nobody's report is nobody's.
func TestLeaveWhileReporting(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var made []reports.Receipt
	start := make(chan struct{})
	for range 64 {
		wg.Go(func() {
			<-start
			r, err := f.report(t, f.member)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Errorf("report: %v", err)
				}
				return
			}
			mu.Lock()
			made = append(made, r)
			mu.Unlock()
		})
	}
	wg.Go(func() {
		<-start
		if err := f.people.RemoveMember(t.Context(), f.owner, f.id, f.member.Person); err != nil {
			t.Errorf("remove: %v", err)
		}
	})
	close(start)
	wg.Wait()
	for _, r := range made {
		if got := f.knows(t, f.member, r); got != "reads" {
			t.Errorf("who was removed is %q", got)
		}
		if got := f.knows(t, f.owner, r); got != "owner" {
			t.Errorf("the owner is %q", got)
		}
	}
	if owned, err := reports.OwnedBy(t.Context(), f.Pool, f.member.Person); err != nil || len(owned) != 0 {
		t.Errorf("still theirs: %v, %v", owned, err)
	}
}

// TestForgetOrganisationReport: retention takes the name of the organisation
// away with the text.
func TestForgetOrganisationReport(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	r, err := f.report(t, f.member)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), f.Pool, func(ctx stdcontext.Context, tx pgx.Tx) error {
		_, err := f.Reports.ForgetAuthor(ctx, tx, f.member.Person, r.Report, false)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := f.Pool.QueryRow(t.Context(), `SELECT count(*) FROM report_organisations WHERE report_id = $1`, r.Report).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
}
