package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// visibleTo adds what an actor may find in a public list: public reports only.
// Everybody's list is the same, so that counts, tiles and pages agree.
func visibleTo(w *db.Where) { w.And("r.visibility = 'public'") }

// filterWhere turns a filter into conditions on reports r.
func filterWhere(w *db.Where, f Filter, categoryIDs []uuid.UUID) {
	if len(f.Categories) > 0 {
		w.And("r.category_id = ANY (?)", categoryIDs)
	}
	if len(f.Classes) > 0 {
		words := make([]string, len(f.Classes))
		for i, c := range f.Classes {
			words[i] = string(c)
		}
		w.And("r.status_class = ANY (?)", words)
	}
	if len(f.Statuses) > 0 {
		words := make([]string, len(f.Statuses))
		for i, s := range f.Statuses {
			words[i] = string(s)
		}
		w.And("r.status = ANY (?)", words)
	}
	if f.District != "" {
		w.And("r.district_ref = ?", f.District)
	}
	if f.Street != "" {
		streetWhere(w, f.Street)
	}
	if f.From != nil {
		w.And("r.created_at >= ?", *f.From)
	}
	if f.To != nil {
		w.And("r.created_at < ?", *f.To)
	}
	if b := f.BBox; b != nil {
		w.And("r.point && ST_MakeEnvelope(?, ?, ?, ?, 4326)", b.West, b.South, b.East, b.North)
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		if prefix, number, err := subject.ParseNumber(text); err == nil && prefix == subject.PrefixReport {
			w.And("r.number = ?", int64(number))
		} else {
			w.And("(r.tsv @@ websearch_to_tsquery('mitwirk_de', ?) OR r.norm LIKE '%' || replace(replace(replace(mitwirk_fold(?), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%')", text, text)
		}
	}
}

// itemColumns are those of an Item; a photo only when it is released.
const itemColumns = `
       r.id, r.number, r.title, k.key, r.status, r.status_at, r.status_params, r.quiet, r.address, r.district_ref, r.point, r.created_at,
       coalesce((SELECT sum(t.n) FROM vote_totals t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.aspect = 'metoo' AND t.value = 1), 0)::int,
       (SELECT a.id FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state = 'released' AND r.publish IN ('A', 'B') ORDER BY a.ord, a.id LIMIT 1),
       c.due_at, (c.missed_at IS NOT NULL), r.visibility`

const itemFrom = `
FROM reports r
JOIN categories k ON k.id = r.category_id
LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
`

func scanItem(row pgx.CollectableRow, more ...any) (Item, error) {
	var i Item
	var number int64
	var params []byte
	var point *gogeom.Point
	var photo *uuid.UUID
	dst := append([]any{
		&i.ID, &number, &i.Title, &i.CategoryKey, &i.Status, &i.StatusAt, &params, &i.Quiet, &i.Address, &i.DistrictRef, &point, &i.CreatedAt,
		&i.MeToo, &photo, &i.Due, &i.Missed, &i.Visibility,
	}, more...)
	if err := row.Scan(dst...); err != nil {
		return i, err
	}
	i.Number = subject.Number(number)
	if photo != nil {
		i.Photo = *photo
	}
	if point != nil {
		i.Point = subject.Point{Lon: point.X(), Lat: point.Y()}
	}
	if err := json.Unmarshal(params, &i.Params); err != nil {
		return i, err
	}
	i.Params.Question = "" // between the team and the reporter
	return i, nil
}

const (
	defaultPage = 25
	maxPage     = 100
)

// listItems reads one keyset page, newest first, and tells whether there are
// rows before and after it.
func listItems(ctx context.Context, q db.Queryer, w *db.Where, p Page) (List, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	p.Limit = min(limit, maxPage)
	return listPart(ctx, q, w, p)
}

// listPart is listItems with p.Limit taken as it is.
func listPart(ctx context.Context, q db.Queryer, w *db.Where, p Page) (List, error) {
	limit := p.Limit
	order := "r.created_at DESC, r.id DESC"
	switch {
	case p.Before != nil:
		w.And("(r.created_at, r.id) < (?, ?)", p.Before.At, p.Before.ID)
	case p.After != nil:
		w.And("(r.created_at, r.id) > (?, ?)", p.After.At, p.After.ID)
		order = "r.created_at, r.id"
	}
	sql := "SELECT" + itemColumns + itemFrom + w.SQL() + "\nORDER BY " + order + "\nLIMIT " + w.Arg(limit+1)
	rows, err := q.Query(ctx, sql, w.Args()...)
	if err != nil {
		return List{}, fmt.Errorf("list reports: %w", err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) { return scanItem(row) })
	if err != nil {
		return List{}, fmt.Errorf("list reports: %w", err)
	}
	more := len(items) > limit
	if more {
		items = items[:limit]
	}
	l := List{Items: items}
	if p.After != nil {
		slices.Reverse(l.Items)
	}
	if len(items) == 0 {
		return l, nil
	}
	first, last := l.Items[0], l.Items[len(l.Items)-1]
	if p.Before != nil || (p.After != nil && more) {
		l.Newer = &Cursor{At: first.CreatedAt, ID: first.ID}
	}
	if p.After != nil || more {
		l.Older = &Cursor{At: last.CreatedAt, ID: last.ID}
	}
	return l, nil
}

func countItems(ctx context.Context, q db.Queryer, w *db.Where) (map[Class]int, error) {
	rows, err := q.Query(ctx, "SELECT r.status_class, count(*)::int FROM reports r\n"+w.SQL()+"\nGROUP BY 1", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count reports: %w", err)
	}
	counts := map[Class]int{}
	var class string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&class, &n}, func() error { counts[Class(class)] = n; return nil }); err != nil {
		return nil, fmt.Errorf("count reports: %w", err)
	}
	return counts, nil
}

// nearItems lists public reports around a point, nearest first.
func nearItems(ctx context.Context, q db.Queryer, at subject.Point, metres float64, w *db.Where, limit int) ([]Item, error) {
	lon, lat := w.Arg(at.Lon), w.Arg(at.Lat)
	here := "ST_SetSRID(ST_MakePoint(" + lon + ", " + lat + "), 4326)::geography"
	m := w.Arg(metres)
	visibleTo(w)
	sql := "SELECT" + itemColumns + ",\n       ST_Distance(r.point::geography, " + here + ")" + itemFrom + w.SQL() +
		"\n  AND ST_DWithin(r.point::geography, " + here + ", " + m + ")" +
		"\nORDER BY r.point::geography <-> " + here + ", r.id\nLIMIT " + w.Arg(limit)
	rows, err := q.Query(ctx, sql, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reports nearby: %w", err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) {
		var d float64
		i, err := scanItem(row, &d)
		i.Distance = d
		return i, err
	})
	if err != nil {
		return nil, fmt.Errorf("reports nearby: %w", err)
	}
	return items, nil
}

func frequentKeys(ctx context.Context, q db.Queryer, at *subject.Point, metres float64, since time.Time, limit int) ([]string, error) {
	var w db.Where
	visibleTo(&w)
	w.And("r.created_at >= ?", since)
	if at != nil {
		w.And("ST_DWithin(r.point::geography, ST_SetSRID(ST_MakePoint(?, ?), 4326)::geography, ?)", at.Lon, at.Lat, metres)
	}
	w.And("k.active")
	rows, err := q.Query(ctx, "SELECT k.key FROM reports r JOIN categories k ON k.id = r.category_id\n"+w.SQL()+
		"\nGROUP BY k.key ORDER BY count(*) DESC, k.key LIMIT "+w.Arg(limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("frequent categories: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("frequent categories: %w", err)
	}
	return keys, nil
}
