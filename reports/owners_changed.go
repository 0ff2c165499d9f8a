package reports

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// kindOwners keeps pages that are open out of it: nothing on them changes.
const kindOwners subject.Kind = "report_owners"

// OwnersChanged says: others may find these reports, which are not public, as theirs.
type OwnersChanged struct {
	IDs []uuid.UUID `json:"ids"` // at most ownersAtOnce
}

// EventType names the event in the database.
func (OwnersChanged) EventType() string { return "report.owners" }

// Subject is the first of them.
func (e OwnersChanged) Subject() subject.Ref { return subject.Ref{Kind: kindOwners, ID: e.IDs[0]} }

const ownersAtOnce = 500

// TellOwners appends what others may find now.
func TellOwners(ctx context.Context, tx pgx.Tx, bus *events.Bus, ids []uuid.UUID) error {
	for part := range slices.Chunk(ids, ownersAtOnce) {
		if err := bus.Append(ctx, tx, OwnersChanged{IDs: part}); err != nil {
			return err
		}
	}
	return nil
}

// ClosedOf lists the reports of a person that are not public.
func ClosedOf(ctx context.Context, q db.Queryer, person uuid.UUID) ([]uuid.UUID, error) {
	return closedOf(ctx, q, sqlClosedOf, person)
}

// ClosedFor lists the reports for an organisation that are not public.
func ClosedFor(ctx context.Context, q db.Queryer, organisation uuid.UUID) ([]uuid.UUID, error) {
	return closedOf(ctx, q, sqlClosedFor, organisation)
}

func closedOf(ctx context.Context, q db.Queryer, sql string, of uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, of)
	if err != nil {
		return nil, fmt.Errorf("reports that are not public: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("reports that are not public: %w", err)
	}
	return ids, nil
}

const (
	sqlClosedOf = `
SELECT r.id
FROM report_owners o
JOIN reports r ON r.id = o.report_id
WHERE o.person_id = $1 AND r.visibility IN ('held', 'private')
ORDER BY r.id`
	sqlClosedFor = `
SELECT r.id
FROM report_organisations o
JOIN reports r ON r.id = o.report_id
WHERE o.organisation_id = $1 AND r.visibility IN ('held', 'private')
ORDER BY r.id`
)
