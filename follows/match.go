package follows

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// Thing is what happened where, as areas are asked for it.
type Thing struct {
	Point    subject.Point
	Nowhere  bool   // it has no place: no area hears of it, only searches
	District string // ref; "" outside all of them
	Category uuid.UUID
	News     News      // New or Done
	Before   time.Time // follows that were made later don't hear of it
}

// Hit is a follow that a thing lies in.
type Hit struct {
	Follow
	Cadence Cadence
	Search  bool // of a search, not of an area
}

// Match lists the follows of areas that a thing lies in, those whose cadence is
// Never too: they have an inbox. Each arm of the query has an index of its own.
func Match(ctx context.Context, q db.Queryer, t Thing) ([]Hit, error) {
	if t.Nowhere {
		return nil, nil
	}
	point, err := geom.Point(t.Point.Lon, t.Point.Lat)
	if err != nil {
		return nil, fmt.Errorf("match follows: %w", err)
	}
	rows, err := q.Query(ctx, sqlMatch, point, t.District, t.Category, string(t.News), t.Before)
	if err != nil {
		return nil, fmt.Errorf("match follows: %w", err)
	}
	hits, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Hit, err error) {
		err = row.Scan(&h.ID, &h.Kind, &h.Owner, &h.Lang, &h.Cadence)
		return h, err
	})
	if err != nil {
		return nil, fmt.Errorf("match follows: %w", err)
	}
	return hits, nil
}

const (
	sqlPartHit  = `SELECT id, owner_kind, owner_id, lang, cadence FROM follows WHERE target_kind = 'area' AND `
	sqlPartWhat = ` AND news IN ('all', $4) AND created_at <= $5`
	// On the border is inside: ST_Covers, and a distance up to the radius.
	sqlMatch = sqlPartHit + `geom && $1::geometry AND geom IS NOT NULL AND (category_id IS NULL OR category_id = $3)` + sqlPartWhat + `
  AND CASE WHEN centre IS NULL THEN ST_Covers(geom, $1::geometry) ELSE ST_DWithin(centre::geography, $1::geometry::geography, radius_m) END
UNION ALL
` + sqlPartHit + `geom IS NULL AND district_ref <> '' AND district_ref = $2 AND (category_id IS NULL OR category_id = $3)` + sqlPartWhat + `
UNION ALL
` + sqlPartHit + `geom IS NULL AND district_ref = '' AND category_id = $3` + sqlPartWhat + `
UNION ALL
` + sqlPartHit + `geom IS NULL AND district_ref = '' AND category_id IS NULL` + sqlPartWhat
)
