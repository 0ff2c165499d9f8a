package ideas

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Moderated is ideas as moderation sees them: its Target. Everything in it runs
// in the caller's transaction; the caller has asked moderation's policy. An idea
// is its words: hiding the text hides the whole.
type Moderated struct{ s *Service }

// Moderated gives moderation what it needs of ideas.
func (s *Service) Moderated() Moderated { return Moderated{s} }

// Content is a part of an idea as it stands, locked where q is a transaction and
// lock says so.
func (m Moderated) Content(ctx context.Context, q db.Queryer, part subject.Part, lock bool) (subject.Content, error) {
	i, err := m.load(ctx, q, part.Ref.ID, lock)
	if err != nil {
		return subject.Content{}, err
	}
	photos, err := attachments.ForSubject(ctx, q, i.Ref())
	if err != nil {
		return subject.Content{}, err
	}
	hidden, err := isHidden(ctx, q, part)
	if err != nil {
		return subject.Content{}, err
	}
	var author *uuid.UUID
	if err := q.QueryRow(ctx, sqlFounder, i.ID).Scan(&author); err != nil {
		return subject.Content{}, fmt.Errorf("author: %w", err)
	}
	c := subject.Content{
		Part: part, Version: i.Version, Number: i.Number, Prefix: subject.PrefixIdea, Path: i.Path(), Title: i.Title, Lang: i.Lang, At: i.CreatedAt,
		Author: orZero(author), Department: i.Department, District: i.District, Hidden: hidden, Public: i.Visibility == VisPublic && !i.Staff,
	}
	state := []string{string(part.Part), strconv.FormatBool(hidden), string(i.Visibility)}
	for _, a := range photos {
		if part.Part == subject.Text || part.Part == subject.Photo && a.ID != part.Of {
			continue
		}
		c.Photos = append(c.Photos, subject.ContentPhoto{ID: a.ID, Alt: a.Alt, Version: a.Version, Width: a.Width, Height: a.Height, Public: i.Visibility == VisPublic && !i.Staff && a.State == attachments.Released})
		state = append(state, a.ID.String(), strconv.Itoa(a.Version), string(a.State), a.Alt)
		if part.Part == subject.Photo {
			c.Public = c.Public && a.State == attachments.Released
		}
	}
	if part.Part == subject.Photo && len(c.Photos) == 0 {
		return subject.Content{}, fault.Missing("photo of the idea")
	}
	if part.Part != subject.Photo {
		c.Text = i.Text
		state = append(state, i.Title, i.Text)
	}
	sum := sha256.Sum256([]byte(strings.Join(state, "\x00")))
	c.Hash = sum[:]
	return c, nil
}

func (m Moderated) load(ctx context.Context, q db.Queryer, id uuid.UUID, lock bool) (*Idea, error) {
	_, inTx := q.(pgx.Tx)
	i, err := byID(ctx, q, id, uuid.Nil, lock && inTx)
	if err != nil {
		return nil, err
	}
	if i.Visibility == VisErased {
		return nil, fault.Missing("idea")
	}
	return i, nil
}

const (
	sqlFounder      = `SELECT (SELECT person_id FROM idea_authors WHERE idea_id = $1 AND founder)`
	sqlIsIdeaHidden = `SELECT EXISTS (SELECT FROM idea_hidden WHERE idea_id = $1 AND part = $2 AND part_id = $3)`
	sqlIdeaIsAuthor = `SELECT EXISTS (SELECT FROM idea_authors WHERE idea_id = $1 AND person_id = $2)`
)

func isHidden(ctx context.Context, q db.Queryer, part subject.Part) (bool, error) {
	return db.Exists(ctx, q, sqlIsIdeaHidden, part.Ref.ID, part.Part, part.Of)
}

// ByNumber finds an idea by its public number, for a notice about it.
func (m Moderated) ByNumber(ctx context.Context, q db.Queryer, n subject.Number) (subject.Ref, error) {
	i, err := byNumber(ctx, q, n, uuid.Nil, false)
	if err != nil {
		return subject.Ref{}, err
	}
	return i.Ref(), nil
}

// IsAuthor tells whether a person is one of the authors.
func (m Moderated) IsAuthor(ctx context.Context, q db.Queryer, of subject.Ref, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlIdeaIsAuthor, of.ID, person)
}

// Hide takes a part out of everything that anybody but its authors and
// moderation sees, and remembers what it was.
func (m Moderated) Hide(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	i, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	was := i.Visibility == VisPublic
	before := []any{string(i.Visibility), i.Title, i.Text, ""}
	if part.Part == subject.Photo {
		a, err := m.photo(ctx, tx, i, part.Of)
		if err != nil {
			return err
		}
		was = was && a.State == attachments.Released
		before[3] = string(a.State)
		if err := attachments.SetState(ctx, tx, accounts.System, attachments.Held, a.ID); err != nil {
			return err
		}
	} else {
		i.Visibility = VisHidden
	}
	tag, err := tx.Exec(ctx, sqlHideIdea, append([]any{i.ID, part.Part, part.Of}, before...)...)
	if err != nil {
		return fmt.Errorf("hide: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	return m.save(ctx, tx, i, Hidden{Idea: i.ID, Part: part.Part, On: true, Public: was})
}

// Restore brings back exactly what Hide took away.
func (m Moderated) Restore(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	i, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	var visibility, title, text, photo string
	err = tx.QueryRow(ctx, sqlUnhideIdea, i.ID, part.Part, part.Of).Scan(&visibility, &title, &text, &photo)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.Conflict, "moderation.err.stale")
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if part.Part == subject.Photo {
		if err := attachments.SetState(ctx, tx, accounts.System, attachments.State(photo), part.Of); err != nil {
			return err
		}
	} else {
		i.Visibility, i.Title, i.Text = Visibility(visibility), title, text
	}
	return m.save(ctx, tx, i, Hidden{Idea: i.ID, Part: part.Part, Public: i.Visibility == VisPublic})
}

const (
	sqlHideIdea = `
INSERT INTO idea_hidden (idea_id, part, part_id, visibility, title, text, photo_state) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (idea_id, part, part_id) DO NOTHING`
	sqlUnhideIdea = `
DELETE FROM idea_hidden WHERE idea_id = $1 AND part = $2 AND part_id = $3
RETURNING visibility, title, text, photo_state`
)

// Redact replaces what the public reads: a new edition, and the ones before it
// say the same, so that nobody reads the covered words in the history.
func (m Moderated) Redact(ctx context.Context, tx pgx.Tx, part subject.Part, text string) error {
	i, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	was := i.Visibility == VisPublic
	i.Text = text
	if i.Visibility == VisHeld {
		i.Visibility = VisPublic
	}
	if _, err := tx.Exec(ctx, sqlRedactVersions, i.ID, text); err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlDropSplit, i.ID); err != nil { // it holds the words as they were
		return fmt.Errorf("redact: %w", err)
	}
	if err := m.save(ctx, tx, i, Hidden{Idea: i.ID, Part: subject.Text, Public: was}); err != nil {
		return err
	}
	return m.s.step(ctx, tx, i, "idea.step.redacted", nil, "", uuid.Nil)
}

const sqlRedactVersions = `UPDATE idea_versions SET text = $2 WHERE idea_id = $1`

// Covered says that parts of a photo were covered.
func (m Moderated) Covered(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	i, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil {
		return err
	}
	a, err := m.photo(ctx, tx, i, part.Of)
	if err != nil {
		return err
	}
	was := i.Visibility == VisPublic && a.State == attachments.Released
	return m.save(ctx, tx, i, Hidden{Idea: i.ID, Part: part.Part, Public: was})
}

// Publish lets through what a rule had held.
func (m Moderated) Publish(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	i, err := m.load(ctx, tx, part.Ref.ID, true)
	if err != nil || i.Visibility != VisHeld || part.Part == subject.Photo {
		return err
	}
	i.Visibility = VisPublic
	return m.save(ctx, tx, i, Hidden{Idea: i.ID, Part: part.Part, Public: true})
}

func (m Moderated) photo(ctx context.Context, tx pgx.Tx, i *Idea, id uuid.UUID) (attachments.Attachment, error) {
	a, err := attachments.ByID(ctx, tx, id)
	if err == nil && (a.Subject != i.Ref() || a.State == attachments.Removed) {
		err = fault.Missing("photo of the idea")
	}
	return a, err
}

func (m Moderated) save(ctx context.Context, tx pgx.Tx, i *Idea, e Hidden) error {
	if err := save(ctx, tx, i); err != nil {
		return err
	}
	return m.s.bus.Append(ctx, tx, e)
}
