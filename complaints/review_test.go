package complaints_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/complaints/complaintstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// TestNobodySortsOutOfFourEyes: who takes a complaint out of a topic with two
// people needs the second one all the same; a colleague who did not, does not.
func TestNobodySortsOutOfFourEyes(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, _ := c.Create(t, func(s *complaints.Submission) { s.Topic = "fees" })
	one, two := c.Clerk(t, "dir"), c.Clerk(t, "dir")
	must(t, s.Sort(ctx, one, sent.Number, complaints.Complaining, "other"))
	r := complaints.Reply{Text: "Das ist so.", Outcome: complaints.NotHelped}
	released, err := s.Reply(ctx, one, sent.Number, r)
	must(t, err)
	if released {
		t.Error("who eased the topic answered alone")
	}
	released, err = s.Reply(ctx, two, sent.Number, r)
	must(t, err)
	if !released {
		t.Error("a colleague who sorted nothing has to wait")
	}
}

// TestReleaserIsNoReviewer: the second review is made by people who had no part
// in the first answer, whoever wrote or released it.
func TestReleaserIsNoReviewer(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) { s.Topic = "fees" })
	writer, releaser, reviewer := c.Clerk(t, "dir"), c.Clerk(t, "dir"), c.Clerk(t, "lotse")
	_, err := s.Reply(ctx, writer, sent.Number, complaints.Reply{Text: "Die Gebühr stimmt.", Outcome: complaints.NotHelped})
	must(t, err)
	v, err := s.Get(ctx, releaser, sent.Number)
	must(t, err)
	must(t, s.Release(ctx, releaser, sent.Number, v.Answers[0].ID))
	must(t, s.AskSecond(ctx, owner, sent.Number, "Die Gebühr steht so nicht in der Satzung."))
	lotse, err := accounts.DepartmentByKey(ctx, c.Pool, "lotse")
	must(t, err)
	must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error { // works there now, too
		return accounts.GrantRole(ctx, tx, accounts.System, releaser.Person, subject.Caseworker, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: lotse.ID.String()})
	}))
	must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		if _, _, releaser, err = accounts.StartSession(ctx, tx, releaser.Person, accounts.ByPasskey); err != nil {
			return err
		}
		releaser, err = accounts.Renew(ctx, tx, releaser)
		return err
	}))
	_, err = s.Reply(ctx, releaser, sent.Number, complaints.Reply{Text: "Es bleibt dabei.", Outcome: complaints.NotHelped})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("who released the first answer writes the second: %v", err)
	}
	if err := s.Assign(ctx, reviewer, sent.Number, releaser.Person); !fault.Is(err, fault.Invalid) {
		t.Errorf("given to who released the first answer: %v", err)
	}
	_, err = s.Reply(ctx, reviewer, sent.Number, complaints.Reply{Text: "Sie haben recht.", Outcome: complaints.Helped})
	must(t, err)
	v, err = s.Get(ctx, reviewer, sent.Number)
	must(t, err)
	if err := s.Release(ctx, releaser, sent.Number, v.Answers[len(v.Answers)-1].ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who released the first answer releases the second: %v", err)
	}
}

// TestOpenedWhileErased: whoever types the right code while the complaint is being
// erased opens nothing, and is tied to nothing.
func TestOpenedWhileErased(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	other := accountstest.Visitor(t, c.Pool)
	tx, err := c.Pool.Begin(ctx)
	must(t, err)
	must(t, s.ForgetPerson(ctx, tx, owner.Person))
	opened := make(chan error, 1)
	go func() {
		_, err := s.OpenByCode(ctx, other, sent.Number.Format(subject.PrefixComplaint), sent.Code)
		opened <- err
	}()
	for waits := false; !waits; { // until it waits for the erasure, which holds the row
		must(t, c.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waits))
		select {
		case err := <-opened:
			t.Fatalf("did not wait: %v", err)
		default:
		}
	}
	must(t, tx.Commit(ctx))
	if err := <-opened; !fault.Is(err, fault.Invalid) {
		t.Errorf("opened what was erased: %v", err)
	}
	var owners int
	must(t, c.Pool.QueryRow(ctx, "SELECT count(*) FROM complaint_owners").Scan(&owners))
	if owners != 0 {
		t.Errorf("%d are tied to what was erased", owners)
	}
}

// TestLeadsHearOfMissedDates: whoever leads the department and could open it gets
// one mail for each date, and nobody else does.
func TestLeadsHearOfMissedDates(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	lead, elsewhere, part := c.Clerk(t, "dir", subject.TeamLead), c.Clerk(t, "awm", subject.TeamLead), c.Clerk(t, "dir", subject.TeamLead)
	contact := map[uuid.UUID]string{}
	for name, a := range map[string]accounts.Actor{"lead": lead, "lead elsewhere": elsewhere, "lead of one district": part, "clerk": c.Clerk(t, "dir")} {
		contact[mailOf(t, c, a)] = name
	}
	_, err := c.Pool.Exec(ctx, `INSERT INTO role_grant_limits (grant_id, kind, ref_id) SELECT id, 'district', '1' FROM role_grants WHERE person_id = $1`, part.Person)
	must(t, err)
	sent, _ := c.Create(t)
	about, _ := c.Create(t, func(s *complaints.Submission) { s.Person, s.PersonAt = true, "dir" }) // never the lead of the team it is about
	heard := func() []string {
		var list []string
		for _, m := range c.Letters.All() {
			if m.Kind == "casework.missed" {
				if strings.Contains(m.Lead+m.Subject, complaintstest.Submission().Text) {
					t.Error("the mail says what somebody wrote")
				}
				list = append(list, contact[m.ToContact]+" "+m.Button.URL[strings.LastIndex(m.Button.URL, "/")+1:])
			}
		}
		slices.Sort(list)
		return list
	}
	_, err = c.Pool.Exec(ctx, "UPDATE cases SET due_at = mitwirk_now() - interval '1 hour' WHERE subject_kind = 'complaint'")
	must(t, err)
	must(t, errors.Join(s.SayMissed(ctx), s.SayMissed(ctx)))
	want := []string{"lead " + sent.Number.Format(subject.PrefixComplaint)}
	if got := heard(); !slices.Equal(got, want) {
		t.Errorf("mails to %q, want %q (about a person: %s)", got, want, about.Number.Format(subject.PrefixComplaint))
	}
	_, err = c.Pool.Exec(ctx, "UPDATE complaints SET interim_due_at = mitwirk_now() - interval '1 hour' WHERE number = $1", int64(sent.Number))
	must(t, err)
	must(t, errors.Join(s.SayMissed(ctx), s.SayMissed(ctx)))
	want = append(want, want[0]) // the interim answer has a date of its own
	if got := heard(); !slices.Equal(got, want) {
		t.Errorf("mails to %q, want %q", got, want)
	}
}

// mailOf is somebody's confirmed address.
func mailOf(t *testing.T, c *complaintstest.City, a accounts.Actor) (id uuid.UUID) {
	t.Helper()
	must(t, c.Pool.QueryRow(t.Context(), "SELECT id FROM contacts WHERE person_id = $1 AND confirmed_at IS NOT NULL ORDER BY confirmed_at, id LIMIT 1", a.Person).Scan(&id))
	return id
}

// TestLinks: both desks know, each only for those who work on it; cut, it is gone.
func TestLinks(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	clerk := c.Clerk(t, "dir")
	report := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	if err := s.Link(ctx, clerk, sent.Number, subject.Ref{Kind: subject.Measure, ID: subject.NewID()}); !fault.Is(err, fault.Invalid) {
		t.Errorf("tied to a measure: %v", err)
	}
	for range 2 {
		must(t, s.Link(ctx, clerk, sent.Number, report))
	}
	for name, a := range map[string]accounts.Actor{
		"nobody": {}, "its author": owner, "clerk elsewhere": c.Clerk(t, "awm"), "admin": accountstest.Staff(t, c.Pool, subject.Admin),
	} {
		if list, err := s.Beside(ctx, a, report); err != nil || len(list) > 0 {
			t.Errorf("%s sees %d, %v", name, len(list), err)
		}
	}
	list, err := s.Beside(ctx, clerk, report)
	must(t, err)
	if len(list) != 1 || list[0].Number != sent.Number || list[0].Text != "" {
		t.Errorf("the department sees %+v", list)
	}
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	if len(v.Linked) != 0 {
		t.Error("the author sees what the team tied")
	}
	must(t, s.Unlink(ctx, clerk, sent.Number, report))
	ids, err := links.Sources(ctx, c.Pool, report, links.BelongsTo, subject.Complaint)
	must(t, err)
	if len(ids) != 0 {
		t.Error("the link is still there")
	}
}

// TestSubmitOnce: the same request of a program is one complaint, and number and
// code open it as its author; a wrong pair tells nothing.
func TestSubmitOnce(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	req := complaints.Once{Route: "test", Key: "0123456789abcdef", Hash: []byte{1}}
	var sent complaints.Sent
	for range 3 {
		_, err := s.SubmitOnce(ctx, accounts.Actor{}, req, complaintstest.Submission(), func(made complaints.Sent) (idem.Answer, error) {
			sent = made
			return idem.Answer{Status: 201, Body: []byte("{}")}, nil
		})
		must(t, err)
	}
	var rows int
	must(t, c.Pool.QueryRow(ctx, "SELECT count(*) FROM complaints").Scan(&rows))
	if rows != 1 {
		t.Fatalf("%d complaints", rows)
	}
	first, err := s.ActorByCode(ctx, sent.Number, sent.Code)
	must(t, err)
	again, err := s.ActorByCode(ctx, sent.Number, sent.Code)
	must(t, err)
	if first.Person != again.Person || len(first.Roles) > 0 {
		t.Errorf("%v, then %v", first, again)
	}
	v, err := s.Get(ctx, first, sent.Number)
	must(t, err)
	if !v.IsOwner {
		t.Error("who has the code is not its author")
	}
	_, wrong := s.ActorByCode(ctx, sent.Number, "2222-2222-2222")
	_, random := s.ActorByCode(ctx, subject.NewNumber(2026), "2222-2222-2222")
	if wrong == nil || random == nil || wrong.Error() != random.Error() {
		t.Errorf("wrong code: %v, random number: %v", wrong, random)
	}
}
