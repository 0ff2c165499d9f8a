package reports_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func (f *firm) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := f.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// mailed reports for the firm with an address, which is confirmed.
func (f *firm) mailed(t *testing.T, by accounts.Actor, address string) (reports.Receipt, uuid.UUID) {
	t.Helper()
	sub := reportstest.Submission()
	sub.Organisation, sub.Mail = f.id, address
	r, err := f.Reports.Submit(t.Context(), by, sub)
	if err != nil {
		t.Fatal(err)
	}
	var contact uuid.UUID
	if err := f.Pool.QueryRow(t.Context(), `SELECT contact_id FROM reports WHERE id = $1`, r.Report).Scan(&contact); err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, f.Pool, func(tx pgx.Tx) error {
		_, err := accounts.ConfirmContact(t.Context(), tx, contact)
		return err
	})
	return r, contact
}

func (f *firm) leave(t *testing.T, who accounts.Actor) {
	t.Helper()
	if err := f.people.LeaveOrganisation(t.Context(), who, f.id); err != nil {
		t.Fatal(err)
	}
}

// TestLeaveTakesMailsAlong: whoever wrote a report, its mails do not go on to
// somebody who has left; those to the others do.
func TestLeaveTakesMailsAlong(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	own := func(who accounts.Actor) string {
		list, err := accounts.ContactsOf(t.Context(), f.Pool, who.Person)
		if err != nil || len(list) == 0 {
			t.Fatalf("%v, %v", list, err)
		}
		return list[0].Address
	}
	theirs, _ := f.mailed(t, f.owner, own(f.member)) // written by the owner, mailed to whoever leaves
	kept, _ := f.mailed(t, f.member, own(f.owner))   // the other way round
	f.leave(t, f.member)
	reached := `
SELECT count(*) FROM reports r WHERE r.id = $1
  AND (r.contact_id IS NOT NULL OR EXISTS (SELECT FROM follows w WHERE w.owner_kind = 'contact' AND w.target ->> 'id' = r.id::text))`
	if f.count(t, reached, theirs.Report) != 0 {
		t.Error("who has left still gets mails about a report of the organisation")
	}
	if f.count(t, reached, kept.Report) != 1 {
		t.Error("who is still there gets no mails any more")
	}
	if f.count(t, `SELECT count(*) FROM reports WHERE id = $1 AND person_id = $2`, theirs.Report, f.owner.Person) != 1 {
		t.Error("the owner's report is not theirs any more")
	}
	if _, err := f.Reports.OpenByCode(t.Context(), f.owner, theirs.Number.Format(subject.PrefixReport), theirs.Code); err != nil {
		t.Errorf("the code of a report that they had nothing to do with: %v", err)
	}
}

// TestLeaveForgetsAddress: an address that only a link has confirmed belongs to
// no account; nothing else would ever forget it.
func TestLeaveForgetsAddress(t *testing.T) {
	t.Parallel()
	for _, erased := range []bool{false, true} {
		f := newFirm(t)
		_, contact := f.mailed(t, f.member, accountstest.Address())
		if !erased {
			f.leave(t, f.member)
			if f.count(t, `SELECT count(*) FROM contacts WHERE id = $1`, contact) != 0 {
				t.Error("the address is still there")
			}
			continue
		}
		accountstest.Do(t, f.Pool, func(tx pgx.Tx) error {
			return accounts.LeaveAllOrganisations(t.Context(), tx, f.member.Person, reports.LeftOrganisation)
		})
		var found []uuid.UUID
		accountstest.Do(t, f.Pool, func(tx pgx.Tx) (err error) {
			found, err = accounts.ContactsToErase(t.Context(), tx, f.member.Person)
			return err
		})
		if !slices.Contains(found, contact) {
			t.Errorf("the erasure does not find the address: %v", found)
		}
	}
}

// TestLeaveEndsTheCode: whoever came in by the code that somebody had who left
// is out, and a program with the code never becomes an owner of its own.
func TestLeaveEndsTheCode(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	r, err := f.report(t, f.member)
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Reports.ActorByCode(t.Context(), r.Number, r.Code)
	if err != nil || a.Person != f.member.Person {
		t.Errorf("by the code acts %v, want whoever wrote it: %v", a.Person, err)
	}
	if f.count(t, `SELECT count(*) FROM report_owners WHERE report_id = $1`, r.Report) != 0 {
		t.Error("the code has made an owner beside the organisation")
	}
	friend, again := accountstest.Visitor(t, f.Pool), accountstest.Visitor(t, f.Pool) // whom they gave it to; themselves on another device
	for _, who := range []accounts.Actor{friend, again} {
		if _, err := f.Reports.OpenByCode(t.Context(), who, r.Number.Format(subject.PrefixReport), r.Code); err != nil {
			t.Fatal(err)
		}
	}
	f.leave(t, f.member)
	for _, who := range []accounts.Actor{friend, again, f.member} {
		if got := f.knows(t, who, r); got != "reads" {
			t.Errorf("somebody by the code of who has left is %q", got)
		}
	}
	if got := f.knows(t, f.owner, r); got != "owner" {
		t.Errorf("the owner is %q", got)
	}
}

// TestLeaveKeepsPhotos: what they delete later leaves the photos of the
// organisation's reports alone.
func TestLeaveKeepsPhotos(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	draft := f.Draft(t, f.member)
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 640, 480)), nil); err != nil {
		t.Fatal(err)
	}
	photo, err := f.Photos.Upload(t.Context(), f.member, draft, &picture, "")
	if err != nil {
		t.Fatal(err)
	}
	sub := reportstest.Submission()
	sub.Organisation, sub.Draft = f.id, draft
	if _, err := f.Reports.Submit(t.Context(), f.member, sub); err != nil {
		t.Fatal(err)
	}
	if f.count(t, `SELECT count(*) FROM attachments WHERE id = $1 AND owner_id = $2`, photo.ID, f.member.Person) != 1 {
		t.Fatal("the photo was never theirs")
	}
	f.leave(t, f.member)
	if f.count(t, `SELECT count(*) FROM attachments WHERE id = $1 AND owner_id IS NULL AND state <> 'removed'`, photo.ID) != 1 {
		t.Error("the photo is still theirs: their erasure would delete it")
	}
}

// TestNameNeedsTheTeam: a text that moderation lets through shows no name that
// the team has not read.
func TestNameNeedsTheTeam(t *testing.T) {
	t.Parallel()
	f := newFirm(t)
	if err := f.people.ChangeOrganisation(t.Context(), f.owner, f.id, "Hausverwaltung Lindenhof", true); err != nil {
		t.Fatal(err)
	}
	r, err := f.report(t, f.member)
	if err != nil {
		t.Fatal(err)
	}
	stranger, clerk := accountstest.Resident(t, f.Pool), f.Clerk(t, "bau-lic")
	shown := func() bool {
		v := f.Get(t, stranger, r.Number)
		return v.Organisation != nil
	}
	part := subject.PartOf(subject.Ref{Kind: subject.Report, ID: r.Report}, subject.Text, uuid.Nil)
	accountstest.Do(t, f.Pool, func(tx pgx.Tx) error { return f.Reports.Moderated().Publish(t.Context(), tx, part) })
	if v := f.Get(t, stranger, r.Number); v.Text == "" || v.Organisation != nil {
		t.Errorf("let through by moderation: %q, %v", v.Text, v.Organisation)
	}
	release := func(ctx context.Context, to reports.TextState) {
		t.Helper()
		if err := f.Reports.Release(ctx, clerk, r.Number, reports.Release{TextState: to}); err != nil {
			t.Fatal(err)
		}
	}
	release(t.Context(), reports.TextReleased)
	if !shown() {
		t.Error("released by the team, and no name")
	}
	release(t.Context(), reports.TextWithheld)
	if shown() {
		t.Error("withheld by the team, and a name")
	}
}
