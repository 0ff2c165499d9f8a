package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// What an erasure reaches, beside the kinds of the product.
const (
	erasedPerson  = personKind
	erasedContact = subject.Kind("contact")
)

// FreshFor is how old a sign-in may be where somebody takes all their data
// along or has them deleted.
const FreshFor = 10 * time.Minute

// Fresh tells whether the actor's session proves enough for that: it began by a
// sign-in a moment ago. A visitor has no account to sign in to; their session is
// all the proof there is, and is enough.
func Fresh(ctx context.Context, q db.Queryer, actor Actor) (bool, error) {
	if actor.Person == uuid.Nil {
		return false, nil
	}
	sql, by := sqlFreshSession, actor.Session
	if actor.Token != uuid.Nil { // as fresh as its making, which took a fresh sign-in
		sql, by = sqlFreshToken, actor.Token
	}
	fresh, err := db.Exists(ctx, q, sql, by, actor.Person, FreshFor.Microseconds())
	if err != nil {
		return false, fmt.Errorf("age of a session: %w", err)
	}
	return fresh, nil
}

// NeedFresh is Fresh as a fault: Unauthenticated with the key err.fresh.
func NeedFresh(ctx context.Context, q db.Queryer, actor Actor) error {
	fresh, err := Fresh(ctx, q, actor)
	if err != nil || fresh {
		return err
	}
	return fault.New(fault.Unauthenticated, "err.fresh").With("n", int(FreshFor/time.Minute))
}

// AskErasure notes that the actor wants everything about them deleted, and ends
// all their sessions: from the commit on nobody is signed in as them. Whoever
// works for the city may not: that account belongs to the work, and ends with it
// (fault.Forbidden). It needs a fresh sign-in. Asking twice is asking once.
func AskErasure(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	if err := NeedFresh(ctx, tx, actor); err != nil {
		return err
	}
	var id uuid.UUID
	if err := tx.QueryRow(ctx, sqlLockErased, actor.Person).Scan(&id); errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("person")
	} else if err != nil {
		return fmt.Errorf("lock person: %w", err)
	}
	// the rights of now, under the lock: a role may have been granted meanwhile
	works, err := db.Exists(ctx, tx, sqlHoldsRole, actor.Person)
	if err != nil {
		return fmt.Errorf("roles of a person: %w", err)
	}
	if works {
		return fault.New(fault.Forbidden, "err.403").With("why", "mine.erase.staff")
	}
	if err := NoteErased(ctx, tx, actor.Person, subject.Ref{Kind: erasedPerson, ID: actor.Person}); err != nil {
		return err
	}
	if err := closePerson(ctx, tx, actor.Person); err != nil {
		return err
	}
	return Audit(ctx, tx, actor, Entry{Action: "person.erase", Person: actor.Person})
}

// closePerson keeps everybody from acting as a person.
func closePerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	for _, sql := range []string{sqlClosePerson, sqlEraseSessions, sqlEraseTokens} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("close account: %w", err)
		}
	}
	return nil
}

// NoteErased writes down that something is deleted by a person's wish, so that
// a restore can do it again.
func NoteErased(ctx context.Context, tx pgx.Tx, person uuid.UUID, ref subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlNoteErased, string(ref.Kind), ref.ID, person); err != nil {
		return fmt.Errorf("note erasure: %w", err)
	}
	return nil
}

// OpenErasures lists people whose data wait to be deleted, at most 100.
func OpenErasures(ctx context.Context, q db.Queryer) ([]uuid.UUID, error) {
	return erasedIDs(ctx, q, sqlOpenErasures)
}

// ErasedReports lists the reports that are noted for a person's erasure.
func ErasedReports(ctx context.Context, q db.Queryer, person uuid.UUID) ([]uuid.UUID, error) {
	return erasedIDs(ctx, q, sqlErasedOf, person, string(subject.Report))
}

// ContactsToErase lists the addresses of a person: their own, those that are
// noted for the erasure and no account's, and those joined to them.
func ContactsToErase(ctx context.Context, q db.Queryer, person uuid.UUID) ([]uuid.UUID, error) {
	return erasedIDs(ctx, q, sqlContactsToErase, person)
}

func erasedIDs(ctx context.Context, q db.Queryer, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("erasures: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("erasures: %w", err)
	}
	return ids, nil
}

// NoteContacts notes a person's addresses as deleted: before they are.
func NoteContacts(ctx context.Context, tx pgx.Tx, person uuid.UUID, ids []uuid.UUID) error {
	for _, id := range ids {
		if err := NoteErased(ctx, tx, person, subject.Ref{Kind: erasedContact, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// ErasePerson deletes what this package knows of a person: addresses, sessions,
// links, tokens, their name. The row stays without any of it, so that what the
// law keeps (the audit log, votes) points at nobody instead of nowhere. Nothing
// else may point to the contacts any more. Again is no error.
func ErasePerson(ctx context.Context, tx pgx.Tx, person uuid.UUID, contacts []uuid.UUID) error {
	if err := closePerson(ctx, tx, person); err != nil {
		return err
	}
	for _, step := range []struct {
		sql string
		arg any
	}{
		{sqlErasePasskeys, person},
		{sqlEraseChallenges, person},
		{sqlEraseTOTP, person},
		{sqlEraseRecovery, person},
		{sqlEraseIdentities, person},
		{sqlErasePersonal, person},
		{sqlEraseInvited, person},
		{sqlEraseJoined, contacts},
		{sqlEraseContacts, contacts},
		{sqlErasePersonRow, person},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.arg); err != nil {
			return fmt.Errorf("erase person: %w", err)
		}
	}
	return nil
}

// ErasureDone notes that everything was reached.
func ErasureDone(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlErasureDone, person); err != nil {
		return fmt.Errorf("note end of erasure: %w", err)
	}
	return nil
}

// Erased is one thing that was deleted by a person's wish: ids only.
type Erased struct {
	Kind   string    `json:"kind"` // person, report, contact
	ID     uuid.UUID `json:"id"`
	Person uuid.UUID `json:"person"`
	At     time.Time `json:"at"`
}

// Erasures lists them all, or those of one person, oldest first.
func Erasures(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Erased, error) {
	rows, err := q.Query(ctx, sqlErasures, db.OrNull(person))
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Erased])
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// ReplayErasures takes a list from elsewhere over, so that all of it is done
// (again): after a restore, before anybody can look. What is in it of people
// that this database does not know is left out. It returns how many people
// there are in it that it knows.
func ReplayErasures(ctx context.Context, tx pgx.Tx, list []Erased) (people int, err error) {
	for _, e := range list {
		tag, err := tx.Exec(ctx, sqlReplayErasure, e.Kind, e.ID, e.Person, e.At)
		if err != nil {
			return 0, fmt.Errorf("replay erasure: %w", err)
		}
		if e.Kind != string(erasedPerson) || tag.RowsAffected() == 0 {
			continue
		}
		people++
		if err := closePerson(ctx, tx, e.ID); err != nil {
			return 0, err
		}
	}
	return people, nil
}

//nolint:gosec // statements about tokens, none of them
const (
	sqlFreshSession = `
SELECT EXISTS (SELECT FROM sessions
  WHERE id = $1 AND person_id = $2
    AND (assurance = 'visitor' OR created_at > mitwirk_now() - $3 * interval '1 microsecond'))`
	sqlFreshToken = `
SELECT EXISTS (SELECT FROM api_tokens
  WHERE id = $1 AND person_id = $2 AND personal AND revoked_at IS NULL
    AND scopes && ARRAY['own:read', 'own:write']
    AND created_at > mitwirk_now() - $3 * interval '1 microsecond')`
	sqlLockErased      = `SELECT id FROM persons WHERE id = $1 FOR UPDATE`
	sqlHoldsRole       = `SELECT EXISTS (SELECT FROM role_grants WHERE person_id = $1)`
	sqlClosePerson     = `UPDATE persons SET erased_at = mitwirk_now() WHERE id = $1 AND erased_at IS NULL`
	sqlEraseSessions   = `DELETE FROM sessions WHERE person_id = $1`
	sqlEraseTokens     = `DELETE FROM one_time_tokens WHERE person_id = $1`
	sqlErasePasskeys   = `DELETE FROM passkeys WHERE person_id = $1`
	sqlEraseChallenges = `DELETE FROM passkey_challenges WHERE person_id = $1`
	sqlEraseTOTP       = `DELETE FROM totp WHERE person_id = $1`
	sqlEraseRecovery   = `DELETE FROM recovery_codes WHERE person_id = $1`
	sqlEraseIdentities = `DELETE FROM identities WHERE person_id = $1`
	sqlErasePersonal   = `DELETE FROM api_tokens WHERE person_id = $1 AND personal`
	sqlEraseInvited    = `UPDATE invitations SET pseudonym = '', reason = '', used_by = NULL WHERE used_by = $1`
	sqlErasePersonRow  = `UPDATE persons SET level = 0, pseudonym = '', locale = 'de' WHERE id = $1`
	sqlEraseJoined     = `DELETE FROM contacts WHERE id = ANY ($1) AND joined_id IS NOT NULL`
	sqlEraseContacts   = `DELETE FROM contacts WHERE id = ANY ($1)`

	sqlNoteErased = `
INSERT INTO erasures (subject_kind, subject_id, person_id)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING`
	sqlOpenErasures = `SELECT subject_id FROM erasures WHERE done_at IS NULL AND subject_kind = 'person' ORDER BY at LIMIT 100`
	sqlErasedOf     = `SELECT subject_id FROM erasures WHERE person_id = $1 AND subject_kind = $2`
	sqlErasureDone  = `UPDATE erasures SET done_at = mitwirk_now() WHERE subject_kind = 'person' AND subject_id = $1 AND done_at IS NULL`
	sqlErasures     = `
SELECT subject_kind, subject_id, person_id, at
FROM erasures
WHERE $1::uuid IS NULL OR person_id = $1
ORDER BY at, subject_kind, subject_id`

	sqlContactsToErase = `
WITH own AS (
  SELECT id FROM contacts WHERE person_id = $1
  UNION
  SELECT c.id FROM erasures e JOIN contacts c ON c.id = e.subject_id WHERE e.person_id = $1 AND e.subject_kind = 'contact' AND c.person_id IS NULL)
SELECT id FROM own
UNION
SELECT c.id FROM contacts c JOIN own o ON o.id = c.joined_id`

	// a report or contact that the older database does not have yet finds nothing there.
	sqlReplayErasure = `
INSERT INTO erasures (subject_kind, subject_id, person_id, at)
SELECT $1, $2, $3, $4
WHERE $1 <> 'person' OR EXISTS (SELECT FROM persons WHERE id = $2)
ON CONFLICT (subject_kind, subject_id) DO UPDATE SET done_at = NULL`
)
