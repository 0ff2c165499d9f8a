package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// PeopleFilter says which accounts a list holds.
type PeopleFilter struct {
	Q          string       // a whole mail address, or a part of a pseudonym
	Role       subject.Role // "": any
	Department uuid.UUID    // limited to it; uuid.Nil: any
	All        bool         // also those without a role
	Before     uuid.UUID    // the last one of the page before
	N          int          // at most; 0 is 50
}

// Account is a person as admins see one: the address is masked.
type Account struct {
	ID        uuid.UUID
	Level     int
	Pseudonym string
	Roles     []subject.Role
	Mail      string // "a•••@beispiel.example"; "" without a confirmed one
}

const maxReason = 500

// People lists accounts, the latest first, and tells whether more follow. Only
// admins may. An address is only ever found whole.
func (s *Service) People(ctx context.Context, actor Actor, f PeopleFilter) (list []Account, more bool, err error) {
	if err := May(actor, ManagePeople); err != nil {
		return nil, false, err
	}
	if f.N < 1 || f.N > 200 {
		f.N = 50
	}
	var w db.Where
	w.And("p.erased_at IS NULL")
	w.And("p.level >= 1")
	switch {
	case strings.Contains(f.Q, "@"):
		address, err := ParseAddress(f.Q)
		if err != nil {
			return nil, false, nil //nolint:nilerr // what is no address is nobody's
		}
		hash, err := keyed(ctx, s.db, "contact", "mail", address)
		if err != nil {
			return nil, false, err
		}
		w.And("p.id = (SELECT k.person_id FROM contacts k WHERE k.kind = 'mail' AND k.address_hash = ? AND k.confirmed_at IS NOT NULL)", hash)
	case f.Q != "":
		w.And("p.pseudonym ILIKE ?", "%"+likeEscape(f.Q)+"%")
	case !f.All && f.Role == "" && f.Department == uuid.Nil:
		w.And("EXISTS (SELECT FROM role_grants g WHERE g.person_id = p.id)")
	}
	if f.Role != "" {
		w.And("EXISTS (SELECT FROM role_grants g WHERE g.person_id = p.id AND g.role = ?)", f.Role)
	}
	if f.Department != uuid.Nil {
		w.And("EXISTS (SELECT FROM role_grants g JOIN role_grant_limits l ON l.grant_id = g.id WHERE g.person_id = p.id AND l.kind = 'department' AND l.ref_id = ?)", f.Department.String())
	}
	if f.Before != uuid.Nil {
		w.And("p.id < ?", f.Before)
	}
	limit := w.Arg(f.N + 1)
	rows, err := s.db.Query(ctx, sqlPartPeople+w.SQL()+"\nORDER BY p.id DESC\nLIMIT "+limit, w.Args()...)
	if err != nil {
		return nil, false, fmt.Errorf("list people: %w", err)
	}
	list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Account])
	if err != nil {
		return nil, false, fmt.Errorf("list people: %w", err)
	}
	if len(list) > f.N {
		list, more = list[:f.N], true
	}
	for i := range list {
		list[i].Mail = Mask(list[i].Mail)
	}
	return list, more, nil
}

// Account is one of the list. fault.NotFound for nobody, and for visitors and
// those who were erased.
func (s *Service) Account(ctx context.Context, actor Actor, person uuid.UUID) (Account, error) {
	if err := May(actor, ManagePeople); err != nil {
		return Account{}, err
	}
	var w db.Where
	w.And("p.id = ?", person)
	w.And("p.erased_at IS NULL")
	w.And("p.level >= 1")
	rows, err := s.db.Query(ctx, sqlPartPeople+w.SQL(), w.Args()...)
	if err != nil {
		return Account{}, fmt.Errorf("load account: %w", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Account])
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, fault.Missing("person")
	}
	if err != nil {
		return Account{}, fmt.Errorf("load account: %w", err)
	}
	a.Mail = Mask(a.Mail)
	return a, nil
}

// Mask hides who an address belongs to: the first sign and the host stay.
func Mask(address string) string {
	name, host, ok := strings.Cut(address, "@")
	if !ok {
		return ""
	}
	_, first := utf8.DecodeRuneInString(name)
	return name[:first] + "•••@" + host
}

func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// SetGrant gives a person a role that counts within the limits, none: everywhere.
// One they hold already gets these limits in place of its own. The reason goes
// into the audit log. Nobody gives a role to themselves.
func (s *Service) SetGrant(ctx context.Context, actor Actor, person uuid.UUID, role subject.Role, limits []GrantLimit, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	if err := CheckGrant(role, limits); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor, ManagePeople)
		if err != nil {
			return err
		}
		if actor.Is(person) {
			return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.self")
		}
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		held, err := Grants(ctx, tx, person)
		if err != nil {
			return err
		}
		ctx = Because(ctx, reason)
		if i := slices.IndexFunc(held, func(g Grant) bool { return g.Role == role }); i >= 0 {
			if sameLimits(held[i].Limits, limits) {
				return nil // sent twice
			}
			if err := RevokeRole(ctx, tx, actor, person, role); err != nil {
				return err
			}
		}
		return GrantRole(ctx, tx, actor, person, role, limits...)
	})
}

// DropGrant takes a role away. The last admin stays one. fault.NotFound when the
// person does not hold the role.
func (s *Service) DropGrant(ctx context.Context, actor Actor, person uuid.UUID, role subject.Role, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if role == subject.Admin { // two who would take it from each other go one after the other
			if _, err := tx.Exec(ctx, sqlLockAdmins); err != nil {
				return fmt.Errorf("lock admins: %w", err)
			}
		}
		actor, err := renewed(ctx, tx, actor, ManagePeople)
		if err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, person); err != nil {
			return err
		}
		if err := keepAdmin(ctx, tx, role); err != nil {
			return err
		}
		return RevokeRole(Because(ctx, reason), tx, actor, person, role)
	})
}

// CheckGrant names what is wrong with a role and its limits: whoever works on
// cases works for a department.
func CheckGrant(role subject.Role, limits []GrantLimit) error {
	var wrong fault.Fields
	if !slices.Contains(subject.Roles(), role) || role == subject.Resident {
		wrong.Add("role", "field.choice")
	}
	needs := role == subject.Caseworker || role == subject.TeamLead
	if needs && !slices.ContainsFunc(limits, func(l GrantLimit) bool { return l.Kind == InDepartment }) {
		wrong.Add("department", "admin.err.department")
	}
	if role == subject.Admin && len(limits) > 0 {
		wrong.Add("department", "admin.err.adminlimits")
	}
	return wrong.Err()
}

func checkReason(reason string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n == 0:
		return fault.OnField("reason", "admin.err.reason")
	case n > maxReason:
		var wrong fault.Fields
		wrong.Add("reason", "field.too_long", "n", maxReason)
		return wrong.Err()
	}
	return nil
}

// renewed is the actor with the rights of this moment, if they let the action.
func renewed(ctx context.Context, tx pgx.Tx, actor Actor, action Action) (Actor, error) {
	actor, err := Renew(ctx, tx, actor)
	if err != nil {
		return Actor{}, err
	}
	return actor, May(actor, action)
}

// lockPerson makes changes of one person's grants wait for each other.
func lockPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	var erased bool
	err := tx.QueryRow(ctx, sqlHoldPerson, person).Scan(&erased)
	if errors.Is(err, pgx.ErrNoRows) || erased {
		return fault.Missing("person")
	}
	if err != nil {
		return fmt.Errorf("lock person: %w", err)
	}
	return nil
}

// keepAdmin refuses to leave the city without anybody who can grant roles.
func keepAdmin(ctx context.Context, tx pgx.Tx, role subject.Role) error {
	if role != subject.Admin {
		return nil
	}
	var n int
	if err := tx.QueryRow(ctx, sqlCountAdmins).Scan(&n); err != nil {
		return fmt.Errorf("count admins: %w", err)
	}
	if n < 2 {
		return fault.New(fault.Forbidden, "err.403").With("why", "admin.why.last")
	}
	return nil
}

func sameLimits(a, b []GrantLimit) bool {
	if len(a) != len(b) {
		return false
	}
	for _, l := range a {
		if !slices.Contains(b, l) {
			return false
		}
	}
	return true
}

const (
	sqlPartPeople = `
SELECT p.id,
       p.level,
       p.pseudonym,
       coalesce((SELECT array_agg(g.role ORDER BY g.role) FROM role_grants g WHERE g.person_id = p.id), '{}'),
       coalesce((SELECT k.address
                 FROM contacts k
                 WHERE k.person_id = p.id AND k.confirmed_at IS NOT NULL
                 ORDER BY k.created_at, k.id
                 LIMIT 1), '')
FROM persons p
`

	sqlHoldPerson = `SELECT erased_at IS NOT NULL FROM persons WHERE id = $1 FOR UPDATE`

	sqlLockAdmins  = `SELECT pg_advisory_xact_lock(hashtext('mitwirk_admins'))`
	sqlCountAdmins = `SELECT count(*)::int FROM role_grants WHERE role = 'admin'`
)
