package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// alertFollows is how many follows there are, alertsMust in how many milliseconds
// (median) those that a new report lies in must be known.
const (
	alertFollows = 200_000
	alertsMust   = 20.0
	alertsAim    = 10.0
)

type benchAlerts struct {
	N     int `help:"How many follows." default:"200000"`
	Times int `help:"How many reports are matched." default:"300"`
}

// Run fills a database with follows of a city and measures how long it takes to
// find those that a new report lies in, against asking each of them.
func (b *benchAlerts) Run(ctx context.Context, g *Globals) error {
	if b.Times < 1 {
		b.Times = 300
	}
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		a := &alertsBench{pool: pool, report: r, times: b.Times, random: rand.New(rand.NewPCG(5, uint64(b.N)))} // the same follows in every run
		if err := a.fill(ctx, b.N); err != nil {
			return err
		}
		return a.measure(ctx)
	})
}

type alertsBench struct {
	pool   *pgxpool.Pool
	report *bench.Report
	times  int
	random *rand.Rand
	kinds  []uuid.UUID
}

// Of 20 follows 10 are circles of 200 m to 2 km, 4 drawn areas, 4 districts (half
// of them of one kind) and 2 of one kind in the whole city; the city is as wide as
// Munich, with 25 districts and 60 kinds.
const (
	sqlBenchAlertKinds = `
WITH d AS (INSERT INTO departments (id, key, name) VALUES (gen_random_uuid(), 'bench', '{"de":"Bench"}') RETURNING id),
g AS (INSERT INTO category_groups (id, key, name, position) VALUES (gen_random_uuid(), 'bench', '{"de":"Bench"}', 1) RETURNING id)
INSERT INTO categories (id, key, group_id, department_id, name, position, publish, photo, retain_text_days, retain_photo_days, retain_contact_days)
SELECT gen_random_uuid(), 'kind-' || n, g.id, d.id, '{"de":"Art"}', n, 'A', 'o', 1, 1, 1 FROM generate_series(1, 60) AS n, d, g
RETURNING id`

	sqlBenchFollows = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, geom, centre, radius_m, district_ref, category_id, news, cadence)
SELECT gen_random_uuid(), 'person', gen_random_uuid(), 'area', '{}', decode(lpad(to_hex(n), 16, '0'), 'hex'),
       CASE WHEN k < 10 THEN ST_Envelope(ST_Buffer(p::geography, r * 1.02 + 1)::geometry)
            WHEN k < 14 THEN ST_MakePolygon(ST_MakeLine(ARRAY[
              ST_Translate(p, -0.008, -0.005), ST_Translate(p, 0.009, -0.004), ST_Translate(p, 0.007, 0.001), ST_Translate(p, 0.002, 0.002),
              ST_Translate(p, 0.003, 0.006), ST_Translate(p, -0.006, 0.005), ST_Translate(p, -0.008, -0.005)])) END,
       CASE WHEN k < 10 THEN p END,
       CASE WHEN k < 10 THEN r END,
       CASE WHEN k BETWEEN 14 AND 17 THEN (1 + n % 25)::text ELSE '' END,
       CASE WHEN k >= 16 OR n % 3 = 0 THEN ($2::uuid[])[1 + n % 60] END,
       (ARRAY['all', 'new', 'done'])[1 + n % 3],
       (ARRAY['each', 'daily', 'weekly', 'never'])[1 + n % 4]
FROM (
  SELECT n, n % 20 AS k, 200 + (n * 7919) % 1800 AS r,
         ST_SetSRID(ST_MakePoint(11.36 + 0.36 * ((n * 48271::bigint) % 99991) / 99991.0, 48.06 + 0.19 * ((n * 69621::bigint) % 99991) / 99991.0), 4326) AS p
  FROM generate_series(1, $1) AS n) x`

	sqlBenchAlertsPlain = `
SELECT count(*) FROM follows
WHERE target_kind = 'area' AND (category_id IS NULL OR category_id = $4) AND news IN ('all', 'new')
  AND (district_ref = '' OR district_ref = $3)
  AND (geom IS NULL OR CASE WHEN centre IS NULL THEN ST_Covers(geom, ST_SetSRID(ST_MakePoint($1, $2), 4326))
       ELSE ST_DWithin(centre::geography, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography, radius_m) END)`

	sqlBenchAnalyzeFollows = `ANALYZE follows`
	sqlBenchNoTimeout      = `SET statement_timeout = 0`
)

func (a *alertsBench) fill(ctx context.Context, n int) error {
	conn, err := a.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, sqlBenchNoTimeout); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	rows, err := conn.Query(ctx, sqlBenchAlertKinds)
	if err != nil {
		return fmt.Errorf("kinds: %w", err)
	}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("kinds: %w", err)
		}
		a.kinds = append(a.kinds, id)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("kinds: %w", err)
	}
	if _, err := conn.Exec(ctx, sqlBenchFollows, n, a.kinds); err != nil {
		return fmt.Errorf("follows: %w", err)
	}
	if _, err := conn.Exec(ctx, sqlBenchAnalyzeFollows); err != nil {
		return fmt.Errorf("analyze: %w", err)
	}
	return nil
}

// thing is a new report anywhere in the city.
func (a *alertsBench) thing() follows.Thing {
	return follows.Thing{
		Point:    subject.Point{Lon: 11.36 + 0.36*a.random.Float64(), Lat: 48.06 + 0.19*a.random.Float64()},
		District: strconv.Itoa(1 + a.random.IntN(25)), Category: a.kinds[a.random.IntN(len(a.kinds))], News: follows.New,
	}
}

func (a *alertsBench) measure(ctx context.Context) error {
	before, err := db.Now(ctx, a.pool)
	if err != nil {
		return err
	}
	next := func() follows.Thing {
		t := a.thing()
		t.Before = before
		return t
	}
	hits := 0
	times, err := bench.Times(ctx, a.times, func(ctx context.Context) error {
		found, err := follows.Match(ctx, a.pool, next())
		hits += len(found)
		return err
	})
	if err != nil {
		return err
	}
	const asked = 10
	plain, err := bench.Times(ctx, asked, func(ctx context.Context) error {
		t := next()
		var all int
		if err := a.pool.QueryRow(ctx, sqlBenchAlertsPlain, t.Point.Lon, t.Point.Lat, t.District, t.Category).Scan(&all); err != nil {
			return fmt.Errorf("ask each follow: %w", err)
		}
		found, err := follows.Match(ctx, a.pool, t)
		if err == nil && all != len(found) {
			return fmt.Errorf("alerts: %d follows by index, %d by asking each", len(found), all)
		}
		return err
	})
	if err != nil {
		return err
	}
	must, aim := alertsMust, alertsAim
	against, _ := bench.Median(plain)
	median, spread := bench.Median(times)
	if err := a.report.Add(bench.Figure{Name: "alerts.match", Value: median, Unit: "ms", Against: &against, Spread: spread, Must: &must, Aim: &aim, N: a.times}); err != nil {
		return err
	}
	return a.report.Add(bench.Figure{Name: "alerts.matched", Value: float64(hits) / float64(a.times), Unit: "follows", N: a.times})
}
