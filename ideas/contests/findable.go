package contests

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is contests as the search sees them: its Source.
type Findable struct{}

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return subject.Call }

// Documents implements search.Source: the words of public contests and of their
// challenges. Drafts and contests for employees are not among them, and nothing of
// what teams hand in ever is.
func (Findable) Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	rows, err := q.Query(ctx, sqlDocuments, ids)
	if err != nil {
		return nil, fmt.Errorf("documents of contests: %w", err)
	}
	docs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (search.Document, error) {
		d := search.Document{Ref: subject.Ref{Kind: subject.Call}, Audience: subject.Public, Facets: map[string]string{}}
		var number int64
		var lead, text i18n.Text
		if err := row.Scan(&d.ID, &number, &d.Title, &lead, &text, &d.Keywords, &d.At, &d.Department); err != nil {
			return d, err
		}
		n := subject.Number(number)
		d.Number, d.Path = n.Format(subject.PrefixCall), ideas.CallPath(n)
		d.Body = strings.TrimSpace(lead.In(i18n.German) + "\n" + text.In(i18n.German))
		d.Keywords += " " + lead.In(i18n.English) + " " + text.In(i18n.English)
		return d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("documents of contests: %w", err)
	}
	return docs, nil
}

// IDs implements search.Source.
func (Findable) IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	return people(ctx, q, sqlContestIDs, after, limit)
}

const (
	sqlDocuments = `
SELECT c.id, c.number, c.title, c.lead, c.text,
       coalesce((SELECT string_agg(concat_ws(' ', h.title ->> 'de', h.title ->> 'en', h.text ->> 'de', h.text ->> 'en'), ' ' ORDER BY h.ord)
                 FROM contest_challenges h WHERE h.call_id = c.id), ''),
       coalesce(c.published_at, c.created_at), c.department_id
FROM calls c
WHERE c.id = ANY ($1) AND c.kind = 'contest' AND c.state <> 'draft' AND c.audience = 'public'`
	sqlContestIDs = `
SELECT c.id FROM calls c
WHERE c.kind = 'contest' AND c.id > $1
ORDER BY c.id
LIMIT $2`
)
