package discussion

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is comments as the search sees them: its Source.
type Findable struct{ s *Service }

// Findable gives the search what it needs of comments.
func (s *Service) Findable() Findable { return Findable{s} }

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return subject.Comment }

// Documents implements search.Source: public comments on things that everybody
// may read. Nobody finds what waits or is hidden.
func (f Findable) Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	list, err := query(ctx, q, sqlFindable, ids)
	if err != nil {
		return nil, err
	}
	things := map[subject.Ref]Subject{}
	docs := make([]search.Document, 0, len(list))
	for i := range list {
		c := &list[i]
		about, known := things[c.Ref]
		if !known {
			about, err = f.s.about(ctx, q, accounts.System, c.Ref)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			things[c.Ref] = about
		}
		if !about.Public {
			continue
		}
		at := c.CreatedAt
		docs = append(docs, search.Document{
			Ref: subject.Ref{Kind: subject.Comment, ID: c.ID}, Title: i18n.Text{i18n.German: about.Title}, Body: c.Text, Path: c.Path(),
			At: &at, Audience: subject.Public, Department: about.InCharge, Category: about.Category, District: about.District,
			Facets: map[string]string{"of": string(c.Ref.Kind)},
		})
	}
	return docs, nil
}

// IDs implements search.Source.
func (Findable) IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlFindableIDs, after, limit)
	if err != nil {
		return nil, fmt.Errorf("ids of comments: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of comments: %w", err)
	}
	return list, nil
}

// OnChange calls fn, as a job, for the comment of each event after which others
// may find it, or no longer.
func (f Findable) OnChange(fn func(ctx context.Context, ids []uuid.UUID) error) {
	b := f.s.bus
	events.OnJob(b, "search", func(ctx context.Context, d events.Delivery[Added]) error {
		return fn(ctx, []uuid.UUID{d.Event.Comment})
	})
	events.OnJob(b, "search", func(ctx context.Context, d events.Delivery[Edited]) error {
		return fn(ctx, []uuid.UUID{d.Event.Comment})
	})
	events.OnJob(b, "search", func(ctx context.Context, d events.Delivery[Hidden]) error {
		return fn(ctx, []uuid.UUID{d.Event.Comment})
	})
	events.OnJob(b, "search", func(ctx context.Context, d events.Delivery[Removed]) error {
		return fn(ctx, []uuid.UUID{d.Event.Comment})
	})
}

// OfThing lists the comments on a thing, for whoever keeps an index of them when
// the thing itself appears or goes.
func OfThing(ctx context.Context, q db.Queryer, ref subject.Ref) ([]uuid.UUID, error) {
	return OfThings(ctx, q, ref.Kind, []uuid.UUID{ref.ID})
}

// OfThings lists the comments on some things of a kind.
func OfThings(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlOfThings, string(kind), ids)
	if err != nil {
		return nil, fmt.Errorf("comments of a thing: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("comments of a thing: %w", err)
	}
	return list, nil
}

const (
	sqlFindable    = sqlPartColumns + `WHERE c.id = ANY ($1) AND c.visibility = 'public' ORDER BY c.id`
	sqlFindableIDs = `SELECT id FROM comments WHERE id > $1 ORDER BY id LIMIT $2`
	sqlOfThings    = `SELECT id FROM comments WHERE subject_kind = $1 AND subject_id = ANY ($2) ORDER BY id`
)
