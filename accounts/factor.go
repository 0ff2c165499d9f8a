package accounts

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// demoDomain ends the addresses of a demonstration's people. None of them can
// receive mail (RFC 2606), so nobody of a real city has one.
const demoDomain = "@demo.example"

// strong tells whether somebody of staff may work in a session that began so.
// What a demonstration lets in counts nowhere else: a copy of its database in a
// real installation opens nothing.
func (s *Service) strong(by Assurance) bool {
	switch by {
	case ByTOTP, ByRecovery, ByPasskey, ByStaffOIDC:
		return true
	case ByDemo:
		return s.demo
	case ByVisit, ByMail, ByOIDC:
	}
	return false
}

// hold withholds the rights of staff from a session without a second factor:
// they are nobody's but a resident's, and NeedsFactor says why.
func (s *Service) hold(a *Actor, by Assurance) {
	if a.IsStaff() && !s.strong(by) {
		a.NeedsFactor = true
		setRights(a, nil)
	}
}

// byMail is how a mail link or code signs a person in: in a demonstration its
// own people have proved enough by it.
func (s *Service) byMail(ctx context.Context, q db.Queryer, person uuid.UUID) (Assurance, error) {
	if !s.demo {
		return ByMail, nil
	}
	var demo bool
	if err := q.QueryRow(ctx, sqlIsDemo, person, "%"+demoDomain).Scan(&demo); err != nil {
		return "", fmt.Errorf("demo person: %w", err)
	}
	if demo {
		return ByDemo, nil
	}
	return ByMail, nil
}

// strengthen replaces the actor's session by one that began with a second
// factor: a new token, which the old one does not open any more.
func (s *Service) strengthen(ctx context.Context, tx pgx.Tx, actor Actor, by Assurance) (SignedIn, error) {
	var out SignedIn
	if err := EndSession(ctx, tx, actor); err != nil {
		return SignedIn{}, err
	}
	var err error
	out.Token, out.Lives, out.Actor, err = startSession(ctx, tx, actor.Person, by, actor.Device)
	return out, err
}

// Factors is what somebody can prove themselves with besides their mail.
type Factors struct {
	TOTP     bool
	Passkeys int
	Recovery int // codes that are left
}

// Any tells whether there is a second factor at all.
func (f Factors) Any() bool { return f.TOTP || f.Passkeys > 0 }

// FactorsOf tells the actor what they have.
func FactorsOf(ctx context.Context, q db.Queryer, actor Actor) (Factors, error) {
	var f Factors
	if err := q.QueryRow(ctx, sqlFactors, actor.Person).Scan(&f.TOTP, &f.Passkeys, &f.Recovery); err != nil {
		return Factors{}, fmt.Errorf("load factors: %w", err)
	}
	return f, nil
}

// mayAddFactor: whoever came by mail alone may set up the first factor, never a
// further one, else a letter box that fell into other hands would be enough.
func mayAddFactor(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if actor.Level < L1 {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	if _, err := tx.Exec(ctx, sqlLockPerson, actor.Person); err != nil {
		return fmt.Errorf("lock person: %w", err)
	}
	f, err := FactorsOf(ctx, tx, actor)
	if err != nil {
		return err
	}
	if actor.NeedsFactor && f.Any() {
		return fault.New(fault.Forbidden, "err.403").With("why", "signin.why.factor")
	}
	return nil
}

// ResetFactors takes away all second factors of somebody who lost them, and
// ends their sessions: the next sign-in sets up a new one. Only admins may,
// never for themselves; the audit log says so.
func ResetFactors(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID) error {
	actor, err := renewed(ctx, tx, actor, ManagePeople)
	if err != nil {
		return err
	}
	if actor.Is(person) {
		return fault.New(fault.Forbidden, "err.403").With("why", "signin.why.self")
	}
	if err := ForgetFactors(ctx, tx, person); err != nil {
		return err
	}
	for _, sql := range []string{sqlEndSessionsOf, sqlEndPersonalTokens} { // what the lost factor proved is over
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	return Audit(ctx, tx, actor, Entry{Action: "factors.reset", Person: person, Fields: []string{"passkeys", "totp", "recovery_codes", "identities"}})
}

// ForgetFactors deletes what a person signs in with besides their mail: part of
// an erasure.
func ForgetFactors(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	for _, sql := range []string{sqlForgetPasskeys, sqlForgetTOTP, sqlForgetRecovery, sqlForgetIdentities} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget factors: %w", err)
		}
	}
	return nil
}

// SQL of factors.
const (
	sqlIsDemo = `SELECT EXISTS (SELECT FROM contacts WHERE person_id = $1 AND confirmed_at IS NOT NULL AND address LIKE $2)`

	sqlLockPerson = `SELECT id FROM persons WHERE id = $1 FOR NO KEY UPDATE`

	sqlFactors = `
SELECT EXISTS (SELECT FROM totp WHERE person_id = $1 AND confirmed_at IS NOT NULL),
       (SELECT count(*)::int FROM passkeys WHERE person_id = $1),
       (SELECT count(*)::int FROM recovery_codes WHERE person_id = $1)`

	sqlForgetPasskeys = `DELETE FROM passkeys WHERE person_id = $1`
	sqlForgetTOTP     = `DELETE FROM totp WHERE person_id = $1`
	sqlForgetRecovery = `DELETE FROM recovery_codes WHERE person_id = $1`
)
