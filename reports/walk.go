package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
)

// besideStreet is how far a report without an address may lie from a house of
// a street to be in it, in metres.
const besideStreet = 40

// inStreet is how far a report may lie from the houses of a street that
// several municipalities have.
const inStreet = 250

// streetWhere lets through what is reported in a street: by its address, and
// without one by the houses beside it.
func streetWhere(w *db.Where, street string) {
	name, place := geo.ReadStreet(street)
	w.And("(r.street_norm = geo_norm(?) OR r.street_norm = '' AND ST_DWithin(r.point::geography, "+
		"(SELECT ST_Collect(a.point) FROM addresses a WHERE a.norm = geo_norm(?))::geography, ?))", name, name, besideStreet)
	if place != "" {
		w.And("ST_DWithin(r.point::geography, (SELECT ST_Collect(a.point) FROM addresses a "+
			"WHERE a.norm = geo_norm(?) AND geo_norm(a.place) = geo_norm(?))::geography, ?)", name, place, inStreet)
	}
}

// StreetSpelled is how public reports spell a street that the register does not
// have; "" when none is reported there.
func (s *Service) StreetSpelled(ctx context.Context, street string) (string, error) {
	name, _ := geo.ReadStreet(street)
	if name == "" {
		return "", nil
	}
	rows, err := s.db.Query(ctx, sqlStreetSpelled, name)
	if err != nil {
		return "", fmt.Errorf("street of reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(list) == 0 {
		return "", err
	}
	return geo.StreetOf(list[0]), nil
}

const sqlStreetSpelled = `
SELECT address
FROM reports
WHERE street_norm = geo_norm($1) AND street_norm <> '' AND visibility = 'public'
ORDER BY created_at DESC, id DESC
LIMIT 1`

// BusyStreets are the streets with the newest public reports, at most limit.
func (s *Service) BusyStreets(ctx context.Context, limit int) ([]string, error) {
	rows, err := s.db.Query(ctx, sqlBusyStreets, limit)
	if err != nil {
		return nil, fmt.Errorf("busy streets: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("busy streets: %w", err)
	}
	for i := range list {
		list[i] = geo.StreetOf(list[i])
	}
	return list, nil
}

const sqlBusyStreets = `
SELECT min(address)
FROM (
  SELECT street_norm, address, created_at
  FROM reports
  WHERE visibility = 'public' AND street_norm <> ''
  ORDER BY created_at DESC, id DESC
  LIMIT 200
) newest
GROUP BY street_norm
ORDER BY count(*) DESC, max(created_at) DESC
LIMIT $1`

// Recent are the public reports of a filter whose status changed last, the
// newest change first, at most limit. Everybody gets the same.
func (s *Service) Recent(ctx context.Context, _ accounts.Actor, f Filter, limit int) ([]Item, error) {
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return nil, err
	}
	var w db.Where
	visibleTo(&w)
	filterWhere(&w, f, ids)
	rows, err := s.db.Query(ctx, "SELECT"+itemColumns+itemFrom+w.SQL()+"\nORDER BY r.status_at DESC, r.id DESC\nLIMIT "+w.Arg(min(limit, maxPage)), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("recent reports: %w", err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) { return scanItem(row) })
	if err != nil {
		return nil, fmt.Errorf("recent reports: %w", err)
	}
	return items, nil
}

// Extract is what is known of a file before it is written.
type Extract struct {
	N       int       // rows of this part
	Changed time.Time // when one of them changed last; zero without rows
	Print   string    // the same as long as no row of the part says anything else
	Next    *Cursor   // where the next part begins; nil: this is the last
}

// Extract looks at the part of a list that begins before a cursor (nil: with
// the newest), of at most limit rows.
func (s *Service) Extract(ctx context.Context, f Filter, before *Cursor, limit int) (x Extract, err error) {
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return x, err
	}
	where := func(before *Cursor) *db.Where {
		var w db.Where
		visibleTo(&w)
		filterWhere(&w, f, ids)
		if before != nil {
			w.And("(r.created_at, r.id) < (?, ?)", before.At, before.ID)
		}
		return &w
	}
	w := where(before)
	sql := sqlPartExtract + w.SQL() + "\nORDER BY r.created_at DESC, r.id DESC\nLIMIT " + w.Arg(limit) + sqlPartExtracted
	var changed, last *time.Time
	var id *uuid.UUID
	if err := s.db.QueryRow(ctx, sql, w.Args()...).Scan(&x.N, &changed, &x.Print, &last, &id); err != nil {
		return x, fmt.Errorf("look at the list: %w", err)
	}
	if changed != nil {
		x.Changed = *changed
	}
	if x.N == limit && last != nil && id != nil {
		next := Cursor{At: *last, ID: *id}
		w := where(&next)
		more, err := db.Exists(ctx, s.db, "SELECT EXISTS (SELECT FROM reports r\n"+w.SQL()+")", w.Args()...)
		if err != nil {
			return x, fmt.Errorf("look at the list: %w", err)
		}
		if more {
			x.Next = &next
		}
	}
	return x, nil
}

const (
	sqlPartExtract = `
WITH part AS (
  SELECT r.id, r.created_at, greatest(r.changed_at, r.status_at) AS changed, r.version, r.status, c.due_at, c.missed_at IS NOT NULL AS missed,
         (SELECT sum(t.n) FROM vote_totals t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.aspect = 'metoo' AND t.value = 1) AS metoo
  FROM reports r
  LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
`
	sqlPartExtracted = `
)
SELECT count(*)::int,
       max(changed),
       coalesce(sum(hashtextextended(concat_ws('|', id, changed, version, status, due_at, missed, metoo), 0)), 0)::text,
       (array_agg(created_at ORDER BY created_at, id))[1],
       (array_agg(id ORDER BY created_at, id))[1]
FROM part`
)

// walkStep is how many rows are held at once.
const walkStep = 500

// Walk calls fn for the rows of a list, newest first, beginning before a cursor
// (nil: with the newest), at most limit. It reads them in small parts, so that
// neither a transaction nor the memory grows with their number. Everybody gets
// the same.
func (s *Service) Walk(ctx context.Context, _ accounts.Actor, f Filter, before *Cursor, limit int, fn func(*Item) error) error {
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return err
	}
	for limit > 0 {
		var w db.Where
		visibleTo(&w)
		filterWhere(&w, f, ids)
		part, err := listPart(ctx, s.db, &w, Page{Before: before, Limit: min(limit, walkStep)})
		if err != nil {
			return err
		}
		for i := range part.Items {
			if err := fn(&part.Items[i]); err != nil {
				return err
			}
		}
		limit -= len(part.Items)
		if before = part.Older; before == nil {
			return nil
		}
	}
	return nil
}
