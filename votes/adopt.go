package votes

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Adopt makes one person's votes another's: a visitor who signs in. Where both
// voted on the same thing, the person's own vote holds.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	if from == to {
		return nil
	}
	rows, err := tx.Query(ctx, sqlScopesOf, from)
	if err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	scopes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	for _, scope := range scopes {
		tag, err := tx.Exec(ctx, sqlHandOver, scope, from, to)
		if err != nil {
			return fmt.Errorf("adopt votes: %w", err)
		}
		if tag.RowsAffected() == 1 { // the person had no voter in this scope
			if err := Raise(ctx, tx, to); err != nil {
				return err
			}
			continue
		}
		if err := join(ctx, tx, scope, from, to); err != nil {
			return err
		}
	}
	return nil
}

// join moves the votes of one voter to another, thing by thing. In a closed
// process nothing moves: both counted when it ended.
func join(ctx context.Context, tx pgx.Tx, scope string, from, to uuid.UUID) error {
	if over, err := Closed(ctx, tx, scope); err != nil {
		return err
	} else if over {
		_, err := tx.Exec(ctx, sqlForgetVoter, scope, from)
		return wrap("adopt votes", err)
	}
	old, _, err := voterOf(ctx, tx, scope, from, 0)
	if err != nil {
		return err
	}
	if err := Raise(ctx, tx, to); err != nil {
		return err
	}
	own, level, err := voterOf(ctx, tx, scope, to, 0)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, sqlVotesOf, old)
	if err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	type vote struct {
		Kind   string
		ID     uuid.UUID
		Aspect string
		Value  int16
		Level  int16
		State  State
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[vote])
	if err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	for _, v := range list {
		ref := subject.Ref{Kind: subject.Kind(v.Kind), ID: v.ID}
		if _, err := cast(ctx, tx, ref, Aspect(v.Aspect), old, v.Level, 0); err != nil {
			return err
		}
		mine, err := Mine(ctx, tx, to, scope, ref, Aspect(v.Aspect))
		if err != nil {
			return err
		}
		if mine != 0 {
			continue
		}
		if v.State != Counted { // signing in frees no vote that a moderator has to look at
			if err := carry(ctx, tx, ref, Aspect(v.Aspect), old, own, v.State); err != nil {
				return err
			}
		}
		if _, err := cast(ctx, tx, ref, Aspect(v.Aspect), own, level, v.Value); err != nil {
			return err
		}
		if err := carryReceipt(ctx, tx, ref, Aspect(v.Aspect), old, own); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlForgetVoter, scope, from); err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	return nil
}

// carry makes one voter's vote wait for the same decision as another's.
func carry(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect, from, to uuid.UUID, state State) error {
	if _, err := tx.Exec(ctx, sqlEnsureVote, string(ref.Kind), ref.ID, string(aspect), to); err != nil {
		return fmt.Errorf("carry vote: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlSetState, string(ref.Kind), ref.ID, string(aspect), to, string(state)); err != nil {
		return fmt.Errorf("carry vote: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlCarryHold, string(ref.Kind), ref.ID, string(aspect), from, to); err != nil {
		return fmt.Errorf("carry vote: %w", err)
	}
	return nil
}

// carryReceipt gives the code of a vote that has moved to where it counts now:
// the visitor still proves with it that their vote counts.
func carryReceipt(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect, from, to uuid.UUID) error {
	var receipt []byte
	err := tx.QueryRow(ctx, sqlReceiptToCarry, string(ref.Kind), ref.ID, string(aspect), from, to).Scan(&receipt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // none was given, or there is one already
	}
	if err != nil {
		return fmt.Errorf("carry receipt: %w", err)
	}
	for _, step := range []struct {
		voter   uuid.UUID
		receipt []byte
	}{{from, nil}, {to, receipt}} { // unique: taken away before it is given
		if _, err := tx.Exec(ctx, sqlSetReceipt, string(ref.Kind), ref.ID, string(aspect), step.voter, step.receipt); err != nil {
			return fmt.Errorf("carry receipt: %w", err)
		}
	}
	return nil
}

const (
	sqlReceiptToCarry = `
SELECT o.receipt
FROM votes o
JOIN votes n USING (subject_kind, subject_id, aspect)
WHERE o.subject_kind = $1 AND o.subject_id = $2 AND o.aspect = $3 AND o.voter_id = $4 AND n.voter_id = $5
  AND o.receipt IS NOT NULL AND n.receipt IS NULL`
	sqlSetReceipt = `
UPDATE votes SET receipt = $5
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4`
	sqlSetState = `
UPDATE votes SET state = $5
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4`
	sqlCarryHold = `
INSERT INTO vote_hold_items (hold_id, voter_id)
SELECT i.hold_id, $5
FROM vote_hold_items i
JOIN vote_holds h ON h.id = i.hold_id
WHERE h.subject_kind = $1 AND h.subject_id = $2 AND h.aspect = $3 AND i.voter_id = $4
ON CONFLICT DO NOTHING`
)

const (
	sqlScopesOf = `SELECT scope FROM voter_persons WHERE person_id = $1 ORDER BY scope`
	sqlHandOver = `
UPDATE voter_persons SET person_id = $3
WHERE scope = $1 AND person_id = $2
  AND NOT EXISTS (SELECT FROM voter_persons o WHERE o.scope = $1 AND o.person_id = $3)`
	sqlVotesOf = `
SELECT v.subject_kind, v.subject_id, v.aspect, v.value, w.level, v.state
FROM votes v
JOIN voters w ON w.id = v.voter_id
WHERE v.voter_id = $1 AND v.value <> 0
ORDER BY v.subject_kind, v.subject_id, v.aspect`
	sqlForgetVoter = `DELETE FROM voter_persons WHERE scope = $1 AND person_id = $2`
)
