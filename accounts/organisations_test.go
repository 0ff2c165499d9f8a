package accounts_test

import (
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
	"github.com/mitwirk/mitwirk/subject"
)

// TestMayIn: each role x each action; who does not belong learns nothing.
func TestMayIn(t *testing.T) {
	t.Parallel()
	members := map[accounts.OrganisationAction]bool{accounts.SeeOrganisation: true, accounts.ReportFor: true, accounts.LeaveOrganisation: true}
	for _, action := range accounts.OrganisationActions() {
		if err := accounts.MayIn(accounts.OrganisationOwner, action); err != nil {
			t.Errorf("an owner may not %s: %v", action, err)
		}
		if err := accounts.MayIn(accounts.OrganisationMember, action); members[action] != (err == nil) || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member and %s: %v", action, err)
		}
		for _, none := range []accounts.OrganisationRole{"", "admin"} {
			if err := accounts.MayIn(none, action); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q and %s: %v", none, action, err)
			}
		}
	}
}

// join takes a link as before and returns who joined.
func join(t *testing.T, d db.DB, before accounts.Actor, token, name string) (in accounts.SignedIn, id uuid.UUID, err error) {
	t.Helper()
	err = db.Transact(t.Context(), d, func(ctx stdcontext.Context, tx pgx.Tx) error {
		in, id, err = accounts.Join(ctx, tx, before, token, name)
		return err
	})
	return in, id, err
}

// organisation makes one with an owner and others who joined by mail.
func organisation(t *testing.T, s *accounts.Service, box *letterbox, d db.DB, others ...accounts.OrganisationRole) (id uuid.UUID, owner accounts.Actor, rest []accounts.Actor) {
	t.Helper()
	owner = accountstest.Resident(t, d)
	id, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, " Hausverwaltung  Lindenhof ", "Anna")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range others {
		if err := s.InviteMember(t.Context(), owner, id, subject.NewID(), accountstest.Address(), role); err != nil {
			t.Fatal(err)
		}
		member := accountstest.Resident(t, d)
		if _, _, err := join(t, d, member, box.token(t), "Ben"); err != nil {
			t.Fatal(err)
		}
		rest = append(rest, member)
	}
	return id, owner, rest
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, box := withLetters(t, tx)
	owner := accountstest.Resident(t, tx)
	key := subject.NewID()
	for range 2 {
		id, err := s.CreateOrganisation(t.Context(), owner, key, " Hausverwaltung  Lindenhof ", "Anna")
		if err != nil || id != key {
			t.Fatalf("%v, %v", id, err)
		}
	}
	list, err := accounts.OrganisationsOf(t.Context(), tx, owner)
	if err != nil || len(list) != 1 || list[0].Name != "Hausverwaltung Lindenhof" || list[0].Role != accounts.OrganisationOwner || list[0].Members != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	stranger := accountstest.Resident(t, tx)
	if _, err := s.CreateOrganisation(t.Context(), stranger, key, "Verein Lindenhof", "Eva"); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's form: %v", err)
	}
	if _, err := accounts.MembersOf(t.Context(), tx, stranger, key); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger sees the members: %v", err)
	}
	if err := s.InviteMember(t.Context(), stranger, key, subject.NewID(), accountstest.Address(), "owner"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger invites: %v", err)
	}
	visitor := accountstest.Visitor(t, tx)
	if _, err := s.CreateOrganisation(t.Context(), visitor, uuid.Nil, "Verein Lindenhof", "Eva"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor makes one: %v", err)
	}
	// by mail: the same form twice is one mail; the link signs in whoever nobody knew
	address, form := accountstest.Address(), subject.NewID()
	for range 2 {
		if err := s.InviteMember(t.Context(), owner, key, form, address, accounts.OrganisationMember); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.mails) != 1 || !strings.Contains(box.mails[0].Lead, "Hausverwaltung Lindenhof") || box.mails[0].Kind != accounts.MailJoin {
		t.Fatalf("mails %+v", box.mails)
	}
	open, err := accounts.OpenInvitationsOf(t.Context(), tx, owner, key)
	if err != nil || len(open) != 1 || open[0].Mail == address || !strings.Contains(open[0].Mail, "@") {
		t.Fatalf("open %+v, %v", open, err)
	}
	token := box.token(t)
	if _, _, err := join(t, tx, accounts.Actor{}, token, "  "); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a name: %v", err)
	}
	in, id, err := join(t, tx, accounts.Actor{Locale: "de"}, token, "Ben")
	if err != nil || id != key || in.Token == "" || in.Actor.Level != accounts.L1 {
		t.Fatalf("%+v, %v, %v", in, id, err)
	}
	if _, _, err := join(t, tx, accounts.Actor{}, token, "Eva"); !fault.Is(err, fault.Gone) {
		t.Errorf("a link twice: %v", err)
	}
	if err := s.InviteMember(t.Context(), in.Actor, key, subject.NewID(), accountstest.Address(), "member"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member invites: %v", err)
	}
	if _, err := accounts.OpenInvitationsOf(t.Context(), tx, in.Actor, key); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member sees the invitations: %v", err)
	}
	if err := s.RemoveMember(t.Context(), in.Actor, key, owner.Person); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member removes the owner: %v", err)
	}
	if err := s.ChangeOrganisation(t.Context(), owner, key, "www.lindenhof.example", true); !fault.Is(err, fault.Invalid) {
		t.Errorf("an address as a name: %v", err)
	}
	if err := s.LeaveOrganisation(t.Context(), owner, key); !fault.Is(err, fault.Conflict) {
		t.Errorf("the last owner leaves: %v", err)
	}
	if err := s.SetMemberRole(t.Context(), owner, key, owner.Person, accounts.OrganisationMember); !fault.Is(err, fault.Conflict) {
		t.Errorf("the last owner becomes a member: %v", err)
	}
	// an invitation is worth what whoever sent it may do when it is taken
	if err := s.SetMemberRole(t.Context(), owner, key, in.Actor.Person, accounts.OrganisationOwner); err != nil {
		t.Fatal(err)
	}
	if err := s.InviteMember(t.Context(), owner, key, subject.NewID(), accountstest.Address(), "owner"); err != nil {
		t.Fatal(err)
	}
	token = box.token(t)
	if err := s.SetMemberRole(t.Context(), in.Actor, key, owner.Person, accounts.OrganisationMember); err != nil {
		t.Fatal(err)
	}
	if _, _, err := join(t, tx, stranger, token, "Eva"); !fault.Is(err, fault.Gone) {
		t.Errorf("the invitation of one who is no owner any more: %v", err)
	}
	if err := s.RemoveMember(t.Context(), in.Actor, key, owner.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := accounts.OrganisationByID(t.Context(), tx, owner, key); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed and still there: %v", err)
	}
	if err := s.LeaveOrganisation(t.Context(), in.Actor, key); err != nil {
		t.Fatal(err)
	}
	if n := number(t, tx, `SELECT count(*) FROM organisations WHERE id = $1`, key); n != 0 {
		t.Error("an organisation of nobody")
	}
	if n := number(t, tx, `SELECT count(*) FROM audit_log WHERE subject_kind = 'organisation' AND subject_id = $1`, key); n != 8 {
		t.Errorf("%d entries in the log", n)
	}
}

func number(t *testing.T, d db.DB, sql string, args ...any) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestOrganisationNames: the name stands in mails to people who don't know it.
func TestOrganisationNames(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := withLetters(t, tx)
	owner := accountstest.Resident(t, tx)
	for _, name := range []string{"", "x", strings.Repeat("x", 81), "Gewinn https://böse.example", "böse.example", "Schreiben Sie an a@b.example", "Haus\u0000hof", "Haus\u202ehof", "Haus\xffhof"} {
		if _, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, name, "Anna"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"TSV München-Ost 1881 e.V.", "Müller & Söhne GmbH", "WEG Lindenhof 3/5", "St. Anna"} {
		if _, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, name, "Anna"); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestLastOwnerUnderLoad: all owners of an organisation go in the same moment,
// each in another way. Exactly one stays.
func TestLastOwnerUnderLoad(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, box := withLetters(t, pool)
	id, owner, _ := organisation(t, s, box, pool, accounts.OrganisationMember)
	owners := []accounts.Actor{owner}
	for range 63 {
		a := accountstest.Resident(t, pool)
		if _, err := pool.Exec(t.Context(), `INSERT INTO organisation_members (organisation_id, person_id, role, name) VALUES ($1, $2, 'owner', 'Eva')`, id, a.Person); err != nil {
			t.Fatal(err)
		}
		owners = append(owners, a)
	}
	ok, refused := count(parallel(64, func(i int) error {
		switch i % 3 {
		case 0:
			return s.LeaveOrganisation(t.Context(), owners[i], id)
		case 1:
			return s.SetMemberRole(t.Context(), owners[i], id, owners[i].Person, accounts.OrganisationMember)
		}
		return s.RemoveMember(t.Context(), owners[i], id, owners[i].Person)
	}), fault.Conflict)
	if ok != 63 || refused != 1 {
		t.Errorf("%d went, %d were refused", ok, refused)
	}
	if n := number(t, pool, `SELECT count(*) FROM organisation_members WHERE organisation_id = $1 AND role = 'owner'`, id); n != 1 {
		t.Errorf("%d owners are left", n)
	}
}

// TestJoinUnderLoad: of 64 who take one link exactly one gets in.
func TestJoinUnderLoad(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, box := withLetters(t, pool)
	id, owner, _ := organisation(t, s, box, pool)
	if err := s.InviteMember(t.Context(), owner, id, subject.NewID(), accountstest.Address(), "member"); err != nil {
		t.Fatal(err)
	}
	token := box.token(t)
	people := make([]accounts.Actor, 64)
	for i := range people {
		people[i] = accountstest.Resident(t, pool)
	}
	ok, gone := count(parallel(64, func(i int) error {
		_, _, err := join(t, pool, people[i], token, "Eva")
		return err
	}), fault.Gone)
	if ok != 1 || gone != 63 {
		t.Errorf("%d joined, %d were too late", ok, gone)
	}
	if n := number(t, pool, `SELECT count(*) FROM organisation_members WHERE organisation_id = $1`, id); n != 2 {
		t.Errorf("%d members", n)
	}
}

// TestLeaveAll: an erasure hands an organisation on to whoever belongs to it
// longest, and takes one along that nobody else belongs to. Twice is once.
func TestLeaveAll(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, box := withLetters(t, tx)
	id, owner, rest := organisation(t, s, box, tx, accounts.OrganisationMember, accounts.OrganisationMember)
	alone, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, "Allein", "Anna")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.InviteMember(t.Context(), owner, id, subject.NewID(), accountstest.Address(), "owner"); err != nil {
		t.Fatal(err)
	}
	var seen []accounts.Left
	for range 2 {
		err := db.Transact(t.Context(), tx, func(ctx stdcontext.Context, tx pgx.Tx) error {
			return accounts.LeaveAllOrganisations(ctx, tx, owner.Person, func(_ stdcontext.Context, _ pgx.Tx, l accounts.Left) error {
				seen = append(seen, l)
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || seen[0] != (accounts.Left{Organisation: alone, Person: owner.Person, Last: true, Erased: true}) || seen[1] != (accounts.Left{Organisation: id, Person: owner.Person, Erased: true}) {
		t.Errorf("%+v", seen)
	}
	o, err := accounts.OrganisationByID(t.Context(), tx, rest[0], id)
	if err != nil || o.Role != accounts.OrganisationOwner || o.Members != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	if n := number(t, tx, `SELECT count(*) FROM organisation_invitations WHERE invited_by = $1`, owner.Person); n != 0 {
		t.Error("invitations of somebody who is gone")
	}
	if n := number(t, tx, `SELECT count(*) FROM organisations WHERE id = $1`, alone); n != 0 {
		t.Error("an organisation of nobody")
	}
}
