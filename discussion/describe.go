package discussion

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const excerpt = 200

// Cards introduces the comments of these ids that the viewer may read now.
func (s *Service) Cards(ctx context.Context, q db.Queryer, viewer subject.Viewer, _ string, ids []uuid.UUID) ([]subject.Card, error) {
	list, err := query(ctx, q, sqlFindable, ids)
	if err != nil {
		return nil, err
	}
	actor := accounts.ActorOf(viewer)
	things := map[subject.Ref]*Subject{}
	var cards []subject.Card
	for i := range list {
		c := &list[i]
		about, known := things[c.Ref]
		if !known {
			found, err := s.about(ctx, q, actor, c.Ref)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			if err == nil {
				about = &found
			}
			things[c.Ref] = about
		}
		if about == nil {
			continue
		}
		card := subject.Card{
			Ref: subject.Ref{Kind: subject.Comment, ID: c.ID}, Number: c.Number, Title: about.Title, Excerpt: shorten(c.Text), Path: c.Path(),
			Audience: subject.Owner, At: c.CreatedAt,
		}
		if about.Public {
			card.Audience = subject.Public
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// Describe implements subject.Describer: what everybody may read.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	return s.Cards(ctx, s.db, subject.Viewer{}, "", ids)
}

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= excerpt {
		return text
	}
	return string([]rune(text)[:excerpt]) + " …"
}

// Concerned lists whom a public comment concerns: who is spoken to, who wrote
// what it answers, who follows the discussion, and whose thing it is about. Its
// author is never among them.
func (s *Service) Concerned(ctx context.Context, q db.Queryer, id uuid.UUID) ([]uuid.UUID, error) {
	c, err := publicComment(ctx, q, id)
	if c == nil || err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlConcerned, c.ID, db.OrNull(c.Parent))
	if err != nil {
		return nil, fmt.Errorf("concerned: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("concerned: %w", err)
	}
	followers, err := follows.PeopleOf(ctx, q, []subject.Ref{{Kind: KindDiscussion, ID: c.Ref.ID}})
	if err != nil {
		return nil, err
	}
	about, err := s.about(ctx, q, accounts.System, c.Ref)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	known := map[uuid.UUID]bool{c.Author: true}
	var list []uuid.UUID
	for _, p := range slices.Concat(people, about.Owners, followers) {
		if !known[p] {
			known[p] = true
			list = append(list, p)
		}
	}
	return list, nil
}

// Concerns tells whether one person is among those whom a comment concerns (Concerned),
// without reading who else follows the discussion.
func (s *Service) Concerns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	c, err := publicComment(ctx, q, id)
	if c == nil || err != nil || person == uuid.Nil || person == c.Author {
		return false, err
	}
	if is, err := db.Exists(ctx, q, sqlConcerns, c.ID, db.OrNull(c.Parent), person); is || err != nil {
		return is, err
	}
	if is, err := follows.Reaches(ctx, q, subject.Ref{Kind: KindDiscussion, ID: c.Ref.ID}, person, nil); is || err != nil {
		return is, err
	}
	about, err := s.about(ctx, q, accounts.System, c.Ref)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return slices.Contains(about.Owners, person), err
}

// publicComment is a comment that everybody may read; nil where it is none, or none
// any more.
func publicComment(ctx context.Context, q db.Queryer, id uuid.UUID) (*Comment, error) {
	c, err := byID(ctx, q, id, uuid.Nil)
	if fault.Is(err, fault.NotFound) || err == nil && c.Visibility != VisPublic {
		return nil, nil //nolint:nilnil // nobody is concerned
	}
	return c, err
}

const (
	sqlConcerned = `
SELECT person_id FROM comment_mentions WHERE comment_id = $1
UNION
SELECT author_id FROM comments WHERE id = $2 AND author_id IS NOT NULL`
	sqlConcerns = `
SELECT EXISTS (SELECT FROM comment_mentions WHERE comment_id = $1 AND person_id = $3)
    OR EXISTS (SELECT FROM comments WHERE id = $2 AND author_id = $3)`
)

// DiscussionOf is what people follow who follow the discussion that a comment is in.
// fault NotFound.
func (*Service) DiscussionOf(ctx context.Context, q db.Queryer, comment uuid.UUID) (subject.Ref, error) {
	c, err := byID(ctx, q, comment, uuid.Nil)
	if err != nil {
		return subject.Ref{}, err
	}
	return subject.Ref{Kind: KindDiscussion, ID: c.Ref.ID}, nil
}

// DiscussionCards introduces the things that are discussed to a viewer, as what people
// follow, in the order of the ids. It asks once per kind, however many they are.
func (s *Service) DiscussionCards(ctx context.Context, q db.Queryer, viewer subject.Viewer, ids []uuid.UUID) ([]subject.Card, error) {
	actor := accounts.ActorOf(viewer)
	found := make(map[uuid.UUID]subject.Card, len(ids))
	for _, d := range s.domains { // an id is of one kind: each says which are its own
		list, err := d.Introduce(ctx, q, actor, ids)
		if err != nil {
			return nil, err
		}
		for i := range list {
			c := subject.Card{Ref: subject.Ref{Kind: KindDiscussion, ID: list[i].Ref.ID}, Title: list[i].Title, Path: list[i].Path, Audience: subject.Owner}
			if list[i].Public {
				c.Audience = subject.Public
			}
			found[c.ID] = c
		}
	}
	var cards []subject.Card
	for _, id := range ids {
		if c, ok := found[id]; ok {
			cards = append(cards, c)
		}
	}
	return cards, nil
}
