package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Covered tells of which reports the actor's roles reach, as policies ask:
// department, category and district. Unknown ids are left out.
func Covered(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID, roles ...subject.Role) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := q.Query(ctx, sqlPlacesOf, ids)
	if err != nil {
		return nil, fmt.Errorf("places of reports: %w", err)
	}
	var r Report
	_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.DepartmentID, &r.Category, &r.DistrictRef}, func() error {
		out[r.ID] = actor.Covers(placeOf(&r), roles...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("places of reports: %w", err)
	}
	return out, nil
}

const sqlPlacesOf = `
SELECT r.id, coalesce(c.department_id, '00000000-0000-0000-0000-000000000000'), r.category_id, r.district_ref
FROM reports r
LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
WHERE r.id = ANY ($1)
  AND r.visibility <> 'erased'`
