package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// StreetFigure is how often a street was reported, per km of it, in a year and
// in the year before.
type StreetFigure struct {
	Name   string
	KM     float64 // as far as its house numbers lie apart; 0: not known
	N      int
	PerKM  float64         // 0 where the length is not known
	Before *int            // nil: fewer than FewFigures
	Line   []subject.Point // along its house numbers; empty where the length is not known
}

// Change is by how many per cent a year differs from the one before; ok is
// false where that one had too few.
func (s *StreetFigure) Change() (percent int, ok bool) {
	if s.Before == nil {
		return 0, false
	}
	return (s.N - *s.Before) * 100 / *s.Before, true
}

// Streets lists the streets with the most public reports per km in the year up
// to a moment, at most limit, and those of the year before. Streets with fewer
// than FewFigures are left out, and so are categories whose texts are never
// public: they are about people.
func Streets(ctx context.Context, q db.Queryer, until time.Time, limit int) ([]StreetFigure, error) {
	return streets(ctx, q, sqlStreetFigures, until, FewFigures, limit)
}

// StreetsOf is Streets for one who sees figures: of the reports in the actor's
// remits. Where all others of a street are too few it is left out, so that they
// can't be told by taking this figure from the public one.
func StreetsOf(ctx context.Context, q db.Queryer, actor accounts.Actor, until time.Time, limit int) ([]StreetFigure, error) {
	if err := MayRoute(actor, SeeFigures); err != nil {
		return nil, err
	}
	var where db.Where
	for _, arg := range []any{until, FewFigures, limit} {
		where.Arg(arg)
	}
	within := inRemits(&where, actor)
	return streets(ctx, q, sqlPartStreets+within+sqlPartStreetsEnd, where.Args()...)
}

func streets(ctx context.Context, q db.Queryer, sql string, args ...any) ([]StreetFigure, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("figures of streets: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s StreetFigure, err error) {
		var before int
		var line *gogeom.LineString
		if err := row.Scan(&s.Name, &s.KM, &s.N, &before, &line); err != nil {
			return s, err
		}
		if s.KM > 0 {
			s.PerKM = float64(s.N) / s.KM
		}
		if before >= FewFigures {
			s.Before = &before
		}
		if line != nil {
			for _, c := range line.Coords() {
				s.Line = append(s.Line, subject.Point{Lon: c.X(), Lat: c.Y()})
			}
		}
		return s, nil
	})
	return list, wrap("figures of streets", err)
}

// A street shorter than 100 m counts as 100 m: one corner is not worse than a
// whole avenue. The 300 most reported streets are looked at. The line goes along
// the house numbers in the order in which they lie on the street's longest
// extent; 0.0003 degrees flatten the change from one side to the other.
const (
	sqlStreetFigures = sqlPartStreets + sqlPartStreetsEnd
	sqlPartStreets   = `
WITH f AS (
  SELECT f.street, f.created_at > $1::timestamptz - interval '1 year' AS now, (true`
	// mine is what the figures are made of; the others of a street, if any, must
	// be enough as well.
	sqlPartStreetsEnd = `) IS TRUE AS mine
  FROM case_facts f
  WHERE f.public AND f.street <> '' AND f.created_at > $1::timestamptz - interval '2 years' AND f.created_at <= $1),
n AS (
  SELECT f.street,
         count(*) FILTER (WHERE now AND mine)::int AS n,
         CASE WHEN count(*) FILTER (WHERE NOT now AND NOT mine) BETWEEN 1 AND $2::int - 1 THEN 0
              ELSE count(*) FILTER (WHERE NOT now AND mine) END::int AS before
  FROM f
  GROUP BY f.street
  HAVING count(*) FILTER (WHERE now AND mine) >= $2
     AND count(*) FILTER (WHERE now AND NOT mine) NOT BETWEEN 1 AND $2::int - 1
  ORDER BY 2 DESC
  LIMIT 300),
s AS (
  SELECT n.street, n.n, n.before, a.name, a.axis,
         CASE WHEN a.numbers > 1 THEN greatest(ST_Length(a.axis::geography) / 1000, 0.1) ELSE 0 END AS km
  FROM n
  JOIN LATERAL (
    SELECT min(a.street) AS name, count(*) AS numbers, ST_LongestLine(ST_Collect(a.point), ST_Collect(a.point)) AS axis
    FROM addresses a
    WHERE a.norm = n.street) a ON a.name IS NOT NULL
  ORDER BY CASE WHEN a.numbers > 1 THEN n.n / greatest(ST_Length(a.axis::geography) / 1000, 0.1) ELSE 0 END DESC, n.n DESC, a.name
  LIMIT $3)
SELECT s.name, s.km, s.n, s.before,
       CASE WHEN ST_Length(s.axis) > 0 THEN (
         SELECT ST_Simplify(ST_MakeLine(a.point ORDER BY ST_LineLocatePoint(s.axis, a.point), a.id), 0.0003)
         FROM addresses a
         WHERE a.norm = s.street) END
FROM s
ORDER BY CASE WHEN s.km > 0 THEN s.n / s.km ELSE 0 END DESC, s.n DESC, s.name`
)

// RecurringPlace is a place where the same kind was reported again and again
// ("Dauerstelle").
type RecurringPlace struct {
	Category uuid.UUID
	Place    string    // address of the last report
	District string    // ref
	Team     uuid.UUID // whose the last report is
	N        int
	Since    time.Time // the first of them
	Last     time.Time
	Point    subject.Point // their middle
}

// RecurringPlaces lists the places where one kind was reported in public at
// least RecurringN times within RecurringMetres in the twelve months up to a
// moment, the most often first, at most limit. As for streets, categories about
// people are left out.
func RecurringPlaces(ctx context.Context, q db.Queryer, until time.Time, limit int) ([]RecurringPlace, error) {
	rows, err := q.Query(ctx, sqlRecurringPlaces, until.AddDate(0, -RecurringMonths, 0), until, RecurringN, RecurringMetres, limit)
	if err != nil {
		return nil, fmt.Errorf("recurring places: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r RecurringPlace, err error) {
		var p gogeom.Point
		err = row.Scan(&r.Category, &r.Place, &r.District, &r.Team, &r.N, &r.Since, &r.Last, &p)
		r.Point = subject.Point{Lon: p.X(), Lat: p.Y()}
		return r, err
	})
	return list, wrap("recurring places", err)
}

// AllRecurringPlaces is the limit that leaves none of them out, before they are
// narrowed to remits.
const AllRecurringPlaces = 5000

// RecurringPlacesOf are those of a list of the whole city that lie in the actor's
// remits, with the public numbers, at most limit; for one who sees figures. The list
// stays as it is: others are given it, too.
func RecurringPlacesOf(actor accounts.Actor, list []RecurringPlace, limit int) ([]RecurringPlace, error) {
	if err := MayRoute(actor, SeeFigures); err != nil {
		return nil, err
	}
	var in []RecurringPlace
	for i := range list {
		r := &list[i]
		if len(in) < limit && actor.Covers(accounts.Place{Department: r.Team, Category: r.Category, District: r.District}, figureRoles()...) {
			in = append(in, *r)
		}
	}
	return in, nil
}

// Only streets that have enough of a kind are looked at more closely. Metres are
// those of UTM zone 32, which the whole of Germany can be measured in.
const sqlRecurringPlaces = `
WITH often AS (
  SELECT f.category_id, f.street
  FROM case_facts f
  WHERE f.public AND f.street <> '' AND f.created_at > $1 AND f.created_at <= $2 AND f.status NOT IN ('duplicate', 'withdrawn', 'not_responsible')
  GROUP BY f.category_id, f.street
  HAVING count(*) >= $3),
spots AS (
  SELECT c.category_id, f.street, c.place, c.district_ref, c.department_id, c.created_at, c.point,
         ST_ClusterDBSCAN(ST_Transform(c.point, 25832), $4, $3::int) OVER (PARTITION BY f.category_id, f.street) AS spot
  FROM often o
  JOIN case_facts f ON f.category_id = o.category_id AND f.street = o.street
  JOIN cases c ON c.subject_kind = f.subject_kind AND c.subject_id = f.subject_id
  WHERE f.public AND f.street <> '' AND f.created_at > $1 AND f.created_at <= $2 AND f.status NOT IN ('duplicate', 'withdrawn', 'not_responsible')
    AND c.point IS NOT NULL)
SELECT category_id,
       (array_agg(place ORDER BY created_at DESC))[1],
       (array_agg(district_ref ORDER BY created_at DESC))[1],
       (array_agg(coalesce(department_id, '00000000-0000-0000-0000-000000000000') ORDER BY created_at DESC))[1],
       count(*)::int,
       min(created_at),
       max(created_at),
       ST_Centroid(ST_Collect(point))
FROM spots
WHERE spot IS NOT NULL
GROUP BY category_id, street, spot
ORDER BY count(*) DESC, max(created_at) DESC, category_id, street
LIMIT $5`
