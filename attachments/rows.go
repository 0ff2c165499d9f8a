package attachments

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The functions here change rows in the caller's transaction and need nothing
// else. The caller has asked the policy of the thing that the photo belongs to.

// ByID loads a photo in any state, or fault.NotFound.
func ByID(ctx context.Context, q db.Queryer, id uuid.UUID) (Attachment, error) {
	return load(ctx, q, sqlByID, id)
}

// ForSubject lists the photos of a thing in their order, without removed ones.
// Held ones are among them: filter by what the viewer may see.
func ForSubject(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Attachment, error) {
	return list(ctx, q, sqlForSubject, ref.Kind, []uuid.UUID{ref.ID})
}

// ForSubjects is ForSubject for many things of a kind, by their ids.
func ForSubjects(ctx context.Context, q db.Queryer, kind subject.Kind, refs []uuid.UUID) (map[uuid.UUID][]Attachment, error) {
	all, err := list(ctx, q, sqlForSubject, kind, refs)
	if err != nil {
		return nil, err
	}
	by := map[uuid.UUID][]Attachment{}
	for _, a := range all {
		by[a.Subject.ID] = append(by[a.Subject.ID], a)
	}
	return by, nil
}

// ForDraft lists the photos of a draft in their order. The caller knows that
// the draft is the actor's.
func ForDraft(ctx context.Context, q db.Queryer, draft uuid.UUID) ([]Attachment, error) {
	return list(ctx, q, sqlForDraft, draft)
}

// ForPerson lists what a person uploaded, oldest first, for the person's own
// export of data.
func ForPerson(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Attachment, error) {
	return list(ctx, q, sqlForPerson, person)
}

// MoveFromDraft gives the photos of a draft to the thing that it became, behind
// those that are there, still held. It returns their ids.
func MoveFromDraft(ctx context.Context, tx pgx.Tx, draft uuid.UUID, to subject.Ref) ([]uuid.UUID, error) {
	if draft == uuid.Nil || to.IsZero() {
		return nil, nil
	}
	return ids(ctx, tx, sqlMoveFromDraft, draft, to.Kind, to.ID)
}

// MoveThese gives single photos to another thing, behind those that are there.
func MoveThese(ctx context.Context, tx pgx.Tx, these []uuid.UUID, to subject.Ref) error {
	_, err := ids(ctx, tx, sqlMove, these, to.Kind, to.ID)
	return err
}

// MoveBack undoes MoveThese: each photo is again where it stood among those of
// the subject. ords are the places (Attachment.Ord) in the order of the ids.
func MoveBack(ctx context.Context, tx pgx.Tx, these []uuid.UUID, ords []int, to subject.Ref) error {
	if len(ords) != len(these) {
		return MoveThese(ctx, tx, these, to)
	}
	_, err := ids(ctx, tx, sqlMoveBack, these, to.Kind, to.ID, ords)
	return err
}

// SetState releases or holds photos of a subject; it never brings back removed
// ones (see Service.Remove) and leaves those of drafts alone.
func SetState(ctx context.Context, tx pgx.Tx, _ accounts.Actor, to State, these ...uuid.UUID) error {
	if to != Held && to != Released {
		return fmt.Errorf("photos can't be set to %q", to)
	}
	if _, err := tx.Exec(ctx, sqlSetState, these, to); err != nil {
		return fmt.Errorf("set state of photos: %w", err)
	}
	return nil
}

// SetAlt changes the alternative text. fault.Invalid when it is too long,
// fault.NotFound for a photo that is not there.
func SetAlt(ctx context.Context, tx pgx.Tx, _ accounts.Actor, id uuid.UUID, alt string) error {
	alt, err := cleanAlt(alt)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlSetAlt, id, alt)
	if err != nil {
		return fmt.Errorf("set alternative text: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("photo")
	}
	return nil
}

// Adopt makes one person's photos another's: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAdopt, from, to); err != nil {
		return fmt.Errorf("adopt photos: %w", err)
	}
	return nil
}

// Untie makes a person's photos of some subjects nobody's: the subjects are not
// theirs any more, so that what they delete later leaves these photos alone.
func Untie(ctx context.Context, tx pgx.Tx, person uuid.UUID, kind subject.Kind, ids ...uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlUntie, person, string(kind), ids); err != nil {
		return fmt.Errorf("untie photos: %w", err)
	}
	return nil
}

// ForgetPerson unties photos from an erased person. What belongs to a draft goes
// with the draft, what belongs to a subject by its own rules.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForget, person); err != nil {
		return fmt.Errorf("forget owner of photos: %w", err)
	}
	return nil
}
