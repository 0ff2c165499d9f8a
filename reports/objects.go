package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// atObject is how far the pin may be from what the report is about, in metres:
// a lamp that lights the place, not one of the next street.
const atObject = 100

// ObjectReport is a report on an object as everybody may see it.
type ObjectReport struct {
	Item

	Open  bool
	First *time.Time // the first target, which stays when it is missed
}

// OfObject are the public reports on an object, newest first, at most limit.
// Everybody gets the same.
func (s *Service) OfObject(ctx context.Context, _ accounts.Actor, object uuid.UUID, limit int) ([]ObjectReport, error) {
	var w db.Where
	visibleTo(&w)
	w.And("r.object_id = ?", object)
	w.And("r.status <> 'withdrawn'")
	found, err := listItems(ctx, s.db, &w, Page{Limit: limit})
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(found.Items))
	for i := range found.Items {
		ids[i] = found.Items[i].ID
	}
	first, err := firstTargets(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	list := make([]ObjectReport, len(found.Items))
	for i := range found.Items {
		list[i] = ObjectReport{Item: found.Items[i], Open: found.Items[i].Status.IsOpen(), First: first[found.Items[i].ID]}
	}
	return list, nil
}

func firstTargets(ctx context.Context, q db.Queryer, ids []uuid.UUID) (map[uuid.UUID]*time.Time, error) {
	rows, err := q.Query(ctx, sqlFirstTargets, ids)
	if err != nil {
		return nil, fmt.Errorf("first targets: %w", err)
	}
	out := map[uuid.UUID]*time.Time{}
	var id uuid.UUID
	var due *time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &due}, func() error { out[id] = due; return nil }); err != nil {
		return nil, fmt.Errorf("first targets: %w", err)
	}
	return out, nil
}

const sqlFirstTargets = `SELECT id, first_due_at FROM reports WHERE id = ANY ($1)`

// nameObject says what a new report is about, where that is at its place.
func nameObject(ctx context.Context, tx pgx.Tx, report, object uuid.UUID) error {
	if object == uuid.Nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlNameObject, report, object, atObject); err != nil {
		return fmt.Errorf("object of a report: %w", err)
	}
	return nil
}

const sqlNameObject = `
UPDATE reports r
SET object_id = o.id
FROM objects o
WHERE r.id = $1
  AND o.id = $2
  AND ST_DWithin(r.point::geography, o.point::geography, $3)`

// objectOf is what a report is about; nil: nobody said.
func objectOf(ctx context.Context, q db.Queryer, report uuid.UUID) (*geo.Object, error) {
	var o geo.Object
	var p gogeom.Point
	err := q.QueryRow(ctx, sqlObjectOf, report).Scan(&o.ID, &o.Kind, &o.Number, &o.Code, &o.Place, &p)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil //nolint:nilnil // a report without an object is the normal case
	}
	if err != nil {
		return nil, fmt.Errorf("object of a report: %w", err)
	}
	if len(p.FlatCoords()) >= 2 {
		o.Point = subject.Point{Lon: p.X(), Lat: p.Y()}
	}
	return &o, nil
}

const sqlObjectOf = `
SELECT o.id, o.kind, o.number, o.code, o.place, o.point
FROM reports r
JOIN objects o ON o.id = r.object_id
WHERE r.id = $1`

// LinkObjects gives reports that name no object the nearest one of the kind
// that their category is about, within metres; it returns how many. For the
// system only: after objects were imported into a city that has reports.
func (s *Service) LinkObjects(ctx context.Context, actor accounts.Actor, metres float64) (int, error) {
	if !actor.System {
		return 0, fault.New(fault.Forbidden, "err.403").With("why", whyNotStaff)
	}
	all, after := 0, uuid.Nil
	for {
		n, seen := 0, 0
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			var last *uuid.UUID
			if err := tx.QueryRow(ctx, sqlLinkObjects, after, metres, batch).Scan(&n, &seen, &last); err != nil {
				return fmt.Errorf("link objects: %w", err)
			}
			if last != nil {
				after = *last
			}
			return nil
		})
		if all += n; err != nil || seen < batch {
			return all, err
		}
	}
}

const sqlLinkObjects = `
WITH part AS (
  SELECT r.id, r.point, k.object_kind
  FROM reports r
  JOIN categories k ON k.id = r.category_id
  WHERE r.object_id IS NULL AND k.object_kind <> '' AND r.id > $1
  ORDER BY r.id
  LIMIT $3
), named AS (
  UPDATE reports r
  SET object_id = near.id
  FROM part p
  CROSS JOIN LATERAL (
    SELECT o.id
    FROM objects o
    WHERE o.kind = p.object_kind AND ST_DWithin(o.point::geography, p.point::geography, $2)
    ORDER BY o.point::geography <-> p.point::geography, o.id
    LIMIT 1
  ) near
  WHERE r.id = p.id
  RETURNING 1
)
SELECT (SELECT count(*)::int FROM named), count(*)::int, (array_agg(id ORDER BY id DESC))[1] FROM part`
