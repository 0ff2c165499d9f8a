package discussion

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const sqlPartColumns = `
SELECT c.id, c.number, c.subject_kind, c.subject_id, c.parent_id, c.author_id, c.author_name, c.stance, c.text, c.lang, c.visibility, c.version,
       c.official, c.department_id, c.role, c.pinned, c.helpful, c.unhelpful, c.score, c.answers, c.held_until, c.created_at, c.edited_at,
       c.redacted_from IS NOT NULL, c.visibility <> 'hidden' OR ` + sqlPartWasPublic + `
FROM comments c `

// sqlPartWasPublic tells of a hidden comment whether everybody could read it once.
const sqlPartWasPublic = `(c.before = 'public' OR c.answers > 0 OR EXISTS (SELECT FROM comment_versions v WHERE v.comment_id = c.id))`

func scan(row pgx.CollectableRow) (Comment, error) {
	var c Comment
	var number int64
	var kind, stance, visibility, role string
	var parent, author, department *uuid.UUID
	err := row.Scan(&c.ID, &number, &kind, &c.Ref.ID, &parent, &author, &c.AuthorName, &stance, &c.Text, &c.Lang, &visibility, &c.Version,
		&c.Official, &department, &role, &c.Pinned, &c.Helpful, &c.unhelpful, &c.score, &c.Answers, &c.HeldUntil, &c.CreatedAt, &c.EditedAt, &c.Redacted, &c.known)
	c.Number, c.Ref.Kind, c.Stance, c.Visibility, c.Role = subject.Number(number), subject.Kind(kind), Stance(stance), Visibility(visibility), subject.Role(role)
	for _, id := range []struct {
		from *uuid.UUID
		to   *uuid.UUID
	}{{parent, &c.Parent}, {author, &c.Author}, {department, &c.Department}} {
		if id.from != nil {
			*id.to = *id.from
		}
	}
	return c, err
}

func query(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Comment, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("comments: %w", err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("comments: %w", err)
	}
	return list, nil
}

func one(ctx context.Context, q db.Queryer, person uuid.UUID, sql string, args ...any) (*Comment, error) {
	list, err := query(ctx, q, sql, args...)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("comment")
	}
	c := &list[0]
	c.Mine = person != uuid.Nil && c.Author == person
	return c, nil
}

func byNumber(ctx context.Context, q db.Queryer, n subject.Number, person uuid.UUID) (*Comment, error) {
	return one(ctx, q, person, sqlByNumber, int64(n))
}

func byID(ctx context.Context, q db.Queryer, id, person uuid.UUID) (*Comment, error) {
	return one(ctx, q, person, sqlByID, id)
}

func lockID(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) (*Comment, error) {
	// held before it is read: whether it has older versions is asked of other rows
	if _, err := tx.Exec(ctx, sqlHoldID, id); err != nil {
		return nil, fmt.Errorf("hold comment: %w", err)
	}
	return one(ctx, tx, person, sqlByID, id)
}

// lockNumber holds a comment; the one that it answers first.
func lockNumber(ctx context.Context, tx pgx.Tx, n subject.Number, person uuid.UUID) (*Comment, error) {
	c, err := byNumber(ctx, tx, n, person)
	if err != nil {
		return nil, err
	}
	if c.Parent != uuid.Nil {
		if _, err := lockID(ctx, tx, c.Parent, person); err != nil {
			return nil, err
		}
	}
	return lockID(ctx, tx, c.ID, person)
}

const (
	sqlByNumber = sqlPartColumns + `WHERE c.number = $1`
	sqlByID     = sqlPartColumns + `WHERE c.id = $1`
	sqlHoldID   = `SELECT FROM comments WHERE id = $1 FOR UPDATE`
)

// insert writes a new comment and draws its number.
func insert(ctx context.Context, tx pgx.Tx, c *Comment, year int) error {
	for range 10 {
		c.Number = subject.NewNumber(year)
		var got uuid.UUID
		err := tx.QueryRow(ctx, sqlInsert, c.ID, int64(c.Number), string(c.Ref.Kind), c.Ref.ID, db.OrNull(c.Parent), db.OrNull(c.Author), c.AuthorName,
			string(c.Stance), c.Text, c.Lang, string(c.Visibility), c.Official, db.OrNull(c.Department), string(c.Role), c.CreatedAt).Scan(&got)
		if err == nil {
			return nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("insert comment: %w", err)
		}
	}
	return errors.New("insert comment: no free number")
}

// countAnswers makes the copy on the answered comment equal to its public answers.
func countAnswers(ctx context.Context, tx pgx.Tx, parent uuid.UUID) error {
	if parent == uuid.Nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlCountAnswers, parent); err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	return nil
}

const (
	sqlInsert = `
INSERT INTO comments (id, number, subject_kind, subject_id, parent_id, author_id, author_name, stance, text, lang, visibility, official, department_id, role,
                      created_at, public_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
ON CONFLICT ON CONSTRAINT comments_number DO NOTHING
RETURNING id`
	sqlCountAnswers = `
UPDATE comments p
SET answers = (SELECT count(*) FROM comments a WHERE a.parent_id = p.id AND a.visibility = 'public')
WHERE p.id = $1`
	sqlHold         = `UPDATE comments SET visibility = 'held', held_until = $2, public_at = NULL WHERE id = $1`
	sqlDropMentions = `DELETE FROM comment_mentions WHERE comment_id = $1`
	sqlMention      = `
INSERT INTO comment_mentions (comment_id, person_id)
SELECT DISTINCT $1::uuid, c.author_id
FROM comments c
WHERE c.subject_kind = $2 AND c.subject_id = $3 AND c.author_id IS NOT NULL AND c.author_id <> $5 AND NOT c.official AND c.visibility = 'public'
  AND lower(regexp_replace(c.author_name, '[^[:alnum:]._]', '-', 'g')) = ANY ($4)
ON CONFLICT DO NOTHING`
	sqlKeepVersion = `
INSERT INTO comment_versions (comment_id, version, stance, text, at)
SELECT id, version, stance, text, coalesce(edited_at, created_at) FROM comments WHERE id = $1`
	sqlEdit = `
UPDATE comments SET stance = $2, text = $3, lang = $4, version = version + 1,
  edited_at = CASE WHEN visibility = 'public' THEN mitwirk_now() ELSE edited_at END
WHERE id = $1`
	sqlRemove = `
UPDATE comments
SET visibility = 'removed', text = '', stance = '', redacted_from = NULL, held_until = NULL, pinned = false, was_pinned = false, version = version + 1, edited_at = mitwirk_now()
WHERE id = $1`
	sqlDropVersions = `DELETE FROM comment_versions WHERE comment_id = $1`
	sqlScore        = `UPDATE comments SET helpful = $2, unhelpful = $3, score = $4 WHERE id = $1`
	sqlPin          = `UPDATE comments SET pinned = $2 WHERE id = $1`

	sqlOwn            = `SELECT id FROM comments WHERE author_id = $1 ORDER BY parent_id NULLS FIRST, id`
	sqlForgetVersions = `DELETE FROM comment_versions v USING comments c WHERE c.id = v.comment_id AND c.author_id = $1`
	sqlForgetMentions = `DELETE FROM comment_mentions WHERE person_id = $1`
	sqlForgetAuthor   = `UPDATE comments SET author_id = NULL, author_name = '', redacted_from = NULL WHERE author_id = $1`

	sqlAdopt           = `UPDATE comments SET author_id = $2 WHERE author_id = $1`
	sqlAdoptMentions   = `INSERT INTO comment_mentions (comment_id, person_id) SELECT comment_id, $2 FROM comment_mentions WHERE person_id = $1 ON CONFLICT DO NOTHING`
	sqlAdoptedMentions = `DELETE FROM comment_mentions WHERE person_id = $1`

	sqlMove = `
UPDATE comments SET subject_kind = $3, subject_id = $4
WHERE subject_kind = $1 AND subject_id = $2 AND parent_id IS NULL
RETURNING id`
	sqlMoveAnswers = `
UPDATE comments SET subject_kind = $3, subject_id = $4
WHERE subject_kind = $1 AND subject_id = $2
RETURNING id`
	sqlMoveBack        = `UPDATE comments SET subject_kind = $1, subject_id = $2 WHERE id = ANY ($3) AND parent_id IS NULL`
	sqlMoveAnswersBack = `UPDATE comments SET subject_kind = $1, subject_id = $2 WHERE parent_id = ANY ($3)`

	sqlEraseVersions = `
DELETE FROM comment_versions v USING comments c
WHERE c.id = v.comment_id AND c.subject_kind = $1 AND c.subject_id = $2`
	sqlEraseMentions = `
DELETE FROM comment_mentions m USING comments c
WHERE c.id = m.comment_id AND c.subject_kind = $1 AND c.subject_id = $2`
	sqlEraseAnswers  = `DELETE FROM comments WHERE subject_kind = $1 AND subject_id = $2 AND parent_id IS NOT NULL`
	sqlEraseComments = `DELETE FROM comments WHERE subject_kind = $1 AND subject_id = $2`
	sqlUntie         = `UPDATE comments SET author_id = NULL, author_name = '', redacted_from = NULL WHERE subject_kind = $1 AND subject_id = $2`
)
