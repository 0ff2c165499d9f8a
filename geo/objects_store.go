package geo

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const sqlPartObject = `SELECT o.id,
       o.kind,
       o.number,
       o.code,
       o.place,
       o.point
  FROM objects o`

// sqlPartObjectFilter: what somebody typed is a part of the number or the place.
const sqlPartObjectFilter = `
 WHERE ($1::text = '' OR o.kind = $1)
   AND ($2::text = '' OR strpos(lower(o.number), lower($2)) > 0 OR strpos(mitwirk_fold(o.place), mitwirk_fold($2)) > 0)`

const (
	sqlObjectByCode = sqlPartObject + ` WHERE o.code = $1`

	sqlObjectByID = sqlPartObject + ` WHERE o.id = $1`

	sqlObjectsNear = sqlPartObject + `
 WHERE ST_DWithin(o.point::geography, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography, $3)
   AND ($4::text = '' OR o.kind = $4)
 ORDER BY o.point::geography <-> ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography,
          o.id
 LIMIT $5`

	sqlObjects = sqlPartObject + sqlPartObjectFilter + `
   AND (o.kind, o.number) > ($3::text, $4::text)
 ORDER BY o.kind,
          o.number
 LIMIT $5`

	sqlCountObjects = `SELECT count(*)::int FROM objects o` + sqlPartObjectFilter

	sqlObjectKinds = `SELECT kind,
       count(*)::int
  FROM objects
 GROUP BY kind
 ORDER BY kind`

	// xmax is 0 for a row that is new. A row that says the same stays as it is and does not come back.
	sqlUpsertObjects = `INSERT INTO objects (id, kind, number, code, place, point)
SELECT id,
       kind,
       number,
       code,
       place,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[])
    AS x (id, kind, number, code, place, lon, lat)
ON CONFLICT ON CONSTRAINT objects_number DO UPDATE
   SET place = excluded.place,
       point = excluded.point,
       changed_at = mitwirk_now()
 WHERE objects.place <> excluded.place
    OR NOT ST_OrderingEquals(objects.point, excluded.point)
RETURNING xmax = 0`
)

func oneObject(ctx context.Context, q db.Queryer, sql string, arg any) (*Object, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("load object: %w", err)
	}
	o, err := pgx.CollectOneRow(rows, scanObject)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("object")
	}
	if err != nil {
		return nil, fmt.Errorf("load object: %w", err)
	}
	return &o, nil
}

func collectObjects(rows pgx.Rows) ([]Object, error) {
	list, err := pgx.CollectRows(rows, scanObject)
	if err != nil {
		return nil, fmt.Errorf("list objects: %w", err)
	}
	return list, nil
}

func scanObject(row pgx.CollectableRow) (o Object, err error) {
	var p gogeom.Point
	err = row.Scan(&o.ID, &o.Kind, &o.Number, &o.Code, &o.Place, &p)
	o.Point = point(&p)
	return o, err
}

// upsertObjects writes a batch and counts what is new and what has changed.
func upsertObjects(ctx context.Context, tx pgx.Tx, list []ObjectRow) (fresh, changed int, err error) {
	n := len(list)
	ids := make([]uuid.UUID, n)
	kinds, numbers, codes, places := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	lons, lats := make([]float64, n), make([]float64, n)
	for i, r := range list {
		ids[i], kinds[i], numbers[i], codes[i], places[i] = subject.NewID(), r.Kind, r.Number, newCode(), r.Place
		lons[i], lats[i] = r.Point.Lon, r.Point.Lat
	}
	rows, err := tx.Query(ctx, sqlUpsertObjects, ids, kinds, numbers, codes, places, lons, lats)
	if err != nil {
		return 0, 0, fmt.Errorf("write objects: %w", err)
	}
	var isNew bool
	_, err = pgx.ForEachRow(rows, []any{&isNew}, func() error {
		if isNew {
			fresh++
		} else {
			changed++
		}
		return nil
	})
	if err != nil {
		return 0, 0, fmt.Errorf("write objects: %w", err)
	}
	return fresh, changed, nil
}
