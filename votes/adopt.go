package votes

import (
	"context"
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
		if tag.RowsAffected() == 1 {
			continue // the person had no voter in this scope
		}
		if err := join(ctx, tx, scope, from, to); err != nil {
			return err
		}
	}
	return nil
}

// join moves the votes of one voter to another, thing by thing.
func join(ctx context.Context, tx pgx.Tx, scope string, from, to uuid.UUID) error {
	old, _, err := voterOf(ctx, tx, scope, from, 0)
	if err != nil {
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
		if _, err := cast(ctx, tx, ref, Aspect(v.Aspect), own, level, v.Value); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlForgetVoter, scope, from); err != nil {
		return fmt.Errorf("adopt votes: %w", err)
	}
	return nil
}

const (
	sqlScopesOf = `SELECT scope FROM voter_persons WHERE person_id = $1 ORDER BY scope`
	sqlHandOver = `
UPDATE voter_persons SET person_id = $3
WHERE scope = $1 AND person_id = $2
  AND NOT EXISTS (SELECT FROM voter_persons o WHERE o.scope = $1 AND o.person_id = $3)`
	sqlVotesOf = `
SELECT v.subject_kind, v.subject_id, v.aspect, v.value, w.level
FROM votes v
JOIN voters w ON w.id = v.voter_id
WHERE v.voter_id = $1 AND v.value <> 0
ORDER BY v.subject_kind, v.subject_id, v.aspect`
	sqlForgetVoter = `DELETE FROM voter_persons WHERE scope = $1 AND person_id = $2`
)
