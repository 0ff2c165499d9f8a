package accounts_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// TestCreateAtTheLimit: the form of the last one that there is room for, sent
// twice, makes one; another form makes none. At the same moment, too.
func TestCreateAtTheLimit(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := withLetters(t, pool)
	owner := accountstest.Resident(t, pool)
	for i := range 19 {
		if _, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, fmt.Sprintf("Verein %d", i), "Anna"); err != nil {
			t.Fatal(err)
		}
	}
	last := subject.NewID()
	ok, refused := count(parallel(64, func(int) error {
		_, err := s.CreateOrganisation(t.Context(), owner, last, "Verein Lindenhof", "Anna")
		return err
	}), fault.Conflict)
	if ok != 64 || refused != 0 {
		t.Errorf("one form sent 64 times: %d were answered, %d refused", ok, refused)
	}
	if n := number(t, pool, `SELECT count(*) FROM organisation_members WHERE person_id = $1`, owner.Person); n != 20 {
		t.Errorf("%d organisations", n)
	}
	if _, err := s.CreateOrganisation(t.Context(), owner, uuid.Nil, "Noch einer", "Anna"); !fault.Is(err, fault.Conflict) {
		t.Errorf("one too many: %v", err)
	}
}

// TestJoinAgain: a link that makes an owner makes one of a member; any other link
// is not used up by somebody who belongs to it already.
func TestJoinAgain(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, box := withLetters(t, tx)
	id, owner, rest := organisation(t, s, box, tx, accounts.OrganisationMember)
	invite := func(role accounts.OrganisationRole) string {
		t.Helper()
		if err := s.InviteMember(t.Context(), owner, id, subject.NewID(), accountstest.Address(), role); err != nil {
			t.Fatal(err)
		}
		return box.token(t)
	}
	for _, c := range []struct {
		name  string
		actor accounts.Actor
		role  accounts.OrganisationRole
	}{{"a member as a member", rest[0], accounts.OrganisationMember}, {"an owner as an owner", owner, accounts.OrganisationOwner}, {"an owner as a member", owner, accounts.OrganisationMember}} {
		token := invite(c.role)
		if _, _, err := join(t, tx, c.actor, token, "Ben"); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, _, err := join(t, tx, accountstest.Resident(t, tx), token, "Eva"); err != nil {
			t.Errorf("%s has used the link up: %v", c.name, err)
		}
	}
	token := invite(accounts.OrganisationOwner)
	if _, at, err := join(t, tx, rest[0], token, "Ben"); err != nil || at != id {
		t.Fatalf("%v, %v", at, err)
	}
	o, err := accounts.OrganisationByID(t.Context(), tx, rest[0], id)
	if err != nil || o.Role != accounts.OrganisationOwner {
		t.Errorf("a member with a link for owners: %+v, %v", o, err)
	}
	if _, err := accounts.PeekJoin(t.Context(), tx, token); !fault.Is(err, fault.Gone) {
		t.Errorf("the link that raised somebody: %v", err)
	}
}
