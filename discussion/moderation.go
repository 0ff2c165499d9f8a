package discussion

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Moderated is comments as moderation sees them: its Target. A comment is one
// piece: its whole and its text are the same. Everything runs in the caller's
// transaction; the caller has asked moderation's policy.
type Moderated struct{ s *Service }

// Moderated gives moderation what it needs of comments.
func (s *Service) Moderated() Moderated { return Moderated{s} }

// Content is a comment as it stands, locked until the end of the transaction
// when q is one and lock says so. fault.NotFound for what its author took back.
func (m Moderated) Content(ctx context.Context, q db.Queryer, part subject.Part, lock bool) (subject.Content, error) {
	if part.Part == subject.Photo {
		return subject.Content{}, fault.Missing("photo of a comment")
	}
	c, err := m.load(ctx, q, part.Ref.ID, lock)
	if err != nil {
		return subject.Content{}, err
	}
	about, err := m.s.about(ctx, q, accounts.System, c.Ref)
	if err != nil {
		return subject.Content{}, err
	}
	around, err := answered(ctx, q, c)
	if err != nil {
		return subject.Content{}, err
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{string(c.Visibility), strconv.Itoa(c.Version), c.Text}, "\x00")))
	return subject.Content{
		Part: part, Version: c.Version, Hash: sum[:], Number: c.Number, Prefix: subject.PrefixComment, Path: c.Path(), Title: about.Title, Text: c.Text, Lang: c.Lang,
		Around: around, At: c.CreatedAt, Author: c.Author, Department: about.InCharge, Category: about.Category, District: about.District,
		Public: c.Visibility == VisPublic && about.Public, Hidden: c.Visibility == VisHidden,
	}, nil
}

// answered is what a comment answers: without it nobody can judge an answer.
func answered(ctx context.Context, q db.Queryer, c *Comment) (string, error) {
	if c.Parent == uuid.Nil {
		return "", nil
	}
	p, err := byID(ctx, q, c.Parent, uuid.Nil)
	if err != nil || p.Visibility != VisPublic {
		return "", err
	}
	return p.Text, nil
}

func (m Moderated) load(ctx context.Context, q db.Queryer, id uuid.UUID, lock bool) (c *Comment, err error) {
	if tx, ok := q.(pgx.Tx); ok && lock {
		if c, err = byID(ctx, tx, id, uuid.Nil); err == nil && c.Parent != uuid.Nil {
			_, err = lockID(ctx, tx, c.Parent, uuid.Nil)
		}
		if err == nil {
			c, err = lockID(ctx, tx, id, uuid.Nil)
		}
	} else {
		c, err = byID(ctx, q, id, uuid.Nil)
	}
	if err == nil && c.Visibility == VisRemoved {
		err = fault.Missing("comment")
	}
	return c, err
}

// ByNumber finds a comment by its public number, for a notice about it.
func (m Moderated) ByNumber(ctx context.Context, q db.Queryer, n subject.Number) (subject.Ref, error) {
	c, err := byNumber(ctx, q, n, uuid.Nil)
	if err != nil {
		return subject.Ref{}, err
	}
	return subject.Ref{Kind: subject.Comment, ID: c.ID}, nil
}

// IsAuthor tells whether a person wrote the comment.
func (m Moderated) IsAuthor(ctx context.Context, q db.Queryer, of subject.Ref, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlIsAuthor, of.ID, person)
}

// Hide takes a comment out of everything and remembers what it was. Hiding it
// twice is Conflict.
func (m Moderated) Hide(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	c, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	if c.Visibility == VisHidden {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	was := c.Visibility == VisPublic
	return m.save(ctx, tx, c, sqlHide, Hidden{about: of(c), Is: true, Public: was})
}

// Restore brings back exactly what Hide took away. Nothing hidden is Conflict.
func (m Moderated) Restore(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	c, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	if c.Visibility != VisHidden {
		if part.Part == subject.Text && c.Redacted { // the words that were covered come back
			return m.save(ctx, tx, c, sqlUncover, Edited{of(c)})
		}
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	return m.save(ctx, tx, c, sqlRestore, Hidden{about: of(c)})
}

// Redact replaces what the public reads, and takes away what it said before.
func (m Moderated) Redact(ctx context.Context, tx pgx.Tx, part subject.Part, text string) error {
	c, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	if c.Visibility != VisPublic && c.Visibility != VisHeld {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	if _, err := tx.Exec(ctx, sqlRedact, c.ID, text); err != nil {
		return fmt.Errorf("redact comment: %w", err)
	}
	if c.Visibility == VisHeld {
		return m.publish(ctx, tx, c)
	}
	return m.s.bus.Append(ctx, tx, Edited{of(c)})
}

// Publish lets through what a rule had held.
func (m Moderated) Publish(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	c, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil || c.Visibility != VisHeld {
		return err
	}
	return m.publish(ctx, tx, c)
}

func (m Moderated) publish(ctx context.Context, tx pgx.Tx, c *Comment) error {
	return m.save(ctx, tx, c, sqlPublish, Added{about: of(c), Official: c.Official})
}

// Covered is nothing: a comment has no photos.
func (m Moderated) Covered(context.Context, pgx.Tx, subject.Part) error {
	return fault.Missing("photo of a comment")
}

func (m Moderated) save(ctx context.Context, tx pgx.Tx, c *Comment, sql string, e interface {
	EventType() string
	Subject() subject.Ref
},
) error {
	if _, err := tx.Exec(ctx, sql, c.ID); err != nil {
		return fmt.Errorf("moderate comment: %w", err)
	}
	if err := countAnswers(ctx, tx, c.Parent); err != nil {
		return err
	}
	return m.s.bus.Append(ctx, tx, e)
}

const (
	sqlIsAuthor = `SELECT EXISTS (SELECT FROM comments WHERE id = $1 AND author_id = $2)`
	sqlHide     = `UPDATE comments SET before = visibility, visibility = 'hidden', was_pinned = pinned, pinned = false, version = version + 1 WHERE id = $1`
	sqlRestore  = `
UPDATE comments
SET visibility = before, before = '', pinned = was_pinned, was_pinned = false, version = version + 1,
    public_at = CASE WHEN before = 'public' THEN coalesce(public_at, mitwirk_now()) END
WHERE id = $1`
	sqlRedact  = `UPDATE comments SET redacted_from = coalesce(redacted_from, text), text = $2, version = version + 1 WHERE id = $1`
	sqlUncover = `UPDATE comments SET text = redacted_from, redacted_from = NULL, version = version + 1 WHERE id = $1`
	sqlPublish = `UPDATE comments SET visibility = 'public', held_until = NULL, public_at = mitwirk_now(), version = version + 1 WHERE id = $1`
)
