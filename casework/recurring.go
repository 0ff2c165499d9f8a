package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// A place where the same kind comes back again and again ("Dauerstelle").
const (
	RecurringN      = 4
	RecurringMetres = 50
	RecurringMonths = 12
)

// Recurring says that a place is one: how often the same kind was reported at
// the place, or about the object, in the twelve months before.
type Recurring struct {
	N     int
	Since time.Time // the earliest of them
}

// RecurringAt counts the cases of a category within 50 m of a point, or about
// the same object, in the twelve months up to a moment. ok is false under
// RecurringN. onlyPublic leaves out what the public does not see.
func RecurringAt(ctx context.Context, q db.Queryer, category uuid.UUID, at subject.Point, object uuid.UUID, until time.Time, onlyPublic bool) (r Recurring, ok bool, err error) {
	var since *time.Time
	if err := q.QueryRow(ctx, sqlRecurring, category, at.Lon, at.Lat, RecurringMetres, until.AddDate(0, -RecurringMonths, 0), until, idOrNull(object), onlyPublic).
		Scan(&r.N, &since); err != nil {
		return r, false, fmt.Errorf("recurring place: %w", err)
	}
	if since != nil {
		r.Since = *since
	}
	return r, r.N >= RecurringN, nil
}

// What was merged into another is the same event seen twice, not a new one.
const sqlRecurring = `
SELECT count(*)::int, min(c.created_at)
FROM cases c
JOIN case_facts f ON f.subject_kind = c.subject_kind AND f.subject_id = c.subject_id
WHERE c.category_id = $1
  AND (ST_DWithin(c.point::geography, ST_SetSRID(ST_MakePoint($2, $3), 4326)::geography, $4) OR c.object_id = $7)
  AND c.created_at > $5 AND c.created_at <= $6
  AND f.status NOT IN ('duplicate', 'withdrawn', 'not_responsible')
  AND (f.public OR NOT $8)`
