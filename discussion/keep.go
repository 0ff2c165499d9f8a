package discussion

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// ForgetPerson makes the comments of an erased person those of an account that
// is gone: in a discussion that others have taken part in the words stay where
// they are public; names, held and covered words and what was said before go.
func (s *Service) ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	rows, err := tx.Query(ctx, sqlOwn, person)
	if err != nil {
		return fmt.Errorf("forget author: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("forget author: %w", err)
	}
	for _, id := range list {
		c, err := lockID(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if c.Visibility == VisHeld || c.Visibility == VisHidden {
			if err := s.remove(ctx, tx, c); err != nil {
				return err
			}
		}
	}
	for _, sql := range []string{sqlForgetVersions, sqlForgetMentions, sqlForgetAuthor} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget author: %w", err)
		}
	}
	return nil
}

// Adopt makes a visitor's comments those of whoever signs in. Names stay as
// others have read them.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{sqlAdopt, sqlAdoptMentions, sqlAdoptedMentions} {
		args := []any{from, to}
		if sql == sqlAdoptedMentions {
			args = args[:1]
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("adopt comments: %w", err)
		}
	}
	return nil
}

// Move takes the comments of one thing along to another, e.g. of an idea that is
// merged, and returns which they were, for an undo. Followers move, too, by
// follows.Move of KindDiscussion.
func Move(ctx context.Context, tx pgx.Tx, from, to subject.Ref) ([]uuid.UUID, error) {
	var list []uuid.UUID
	for _, sql := range []string{sqlMove, sqlMoveAnswers} { // an answer is in its comment's discussion, whenever anybody looks
		rows, err := tx.Query(ctx, sql, string(from.Kind), from.ID, string(to.Kind), to.ID)
		if err != nil {
			return nil, fmt.Errorf("move comments: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return nil, fmt.Errorf("move comments: %w", err)
		}
		list = append(list, ids...)
	}
	return list, nil
}

// MoveBack undoes Move for the comments that it returned, with the answers that
// have come since.
func MoveBack(ctx context.Context, tx pgx.Tx, from subject.Ref, moved []uuid.UUID) error {
	for _, sql := range []string{sqlMoveBack, sqlMoveAnswersBack} {
		if _, err := tx.Exec(ctx, sql, string(from.Kind), from.ID, moved); err != nil {
			return fmt.Errorf("move comments back: %w", err)
		}
	}
	return nil
}

// Erase deletes all comments on a thing that is deleted itself.
func Erase(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	for _, sql := range []string{sqlEraseVersions, sqlEraseMentions, sqlEraseAnswers, sqlEraseComments} {
		if _, err := tx.Exec(ctx, sql, string(ref.Kind), ref.ID); err != nil {
			return fmt.Errorf("erase comments: %w", err)
		}
	}
	return nil
}

// Untie makes the comments on a thing nobody's, once nothing more is to be said:
// a year after its process is over. What was said before goes, and who was
// spoken to.
func Untie(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	for _, sql := range []string{sqlEraseVersions, sqlEraseMentions, sqlUntie} {
		if _, err := tx.Exec(ctx, sql, string(ref.Kind), ref.ID); err != nil {
			return fmt.Errorf("untie comments: %w", err)
		}
	}
	return nil
}
