package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/bench"
)

// figuresAim is how many milliseconds a page of figures should take to count;
// the public one keeps what it has counted for ten minutes.
const figuresAim = 1500.0

// figures measures the statistics over the same cases, the last twelve months
// of all of them. What no trigger has filled here is filled as a trigger would.
func (d *deskBench) figures(ctx context.Context, now time.Time) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("figures: %w", err)
	}
	defer conn.Release()
	for _, sql := range []string{`SET statement_timeout = 0`, sqlBenchFacts, sqlBenchAddresses, `VACUUM ANALYZE case_facts`, `VACUUM ANALYZE addresses`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("figures: %w", err)
		}
	}
	f := casework.FigureFilter{From: now.AddDate(-1, 0, 0), To: now, Zone: "Europe/Berlin"}
	one := f
	one.Category = d.cat.Categories[3].ID
	by := func(by casework.By, f casework.FigureFilter) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			_, err := casework.Figures(ctx, conn, accounts.System, by, f)
			return err
		}
	}
	aim := figuresAim
	for _, m := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"desk.figures.month", by(casework.ByMonth, f)},
		{"desk.figures.category", by(casework.ByCategory, f)},
		{"desk.figures.one_category", by(casework.ByMonth, one)},
		{"desk.figures.pace", func(ctx context.Context) error {
			_, _, err := casework.PaceOf(ctx, conn, d.cat.Categories[3].ID)
			return err
		}},
		{"desk.figures.streets", func(ctx context.Context) error {
			_, err := casework.Streets(ctx, conn, now, 50)
			return err
		}},
		{"desk.figures.recurring", func(ctx context.Context) error {
			_, err := casework.RecurringPlaces(ctx, conn, now, 50)
			return err
		}},
	} {
		const few = 5
		times, err := bench.Times(ctx, few, m.do)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		median, spread := bench.Median(times)
		if err := d.report.Add(bench.Figure{Name: m.name, Value: median, Unit: "ms", Spread: spread, Aim: &aim, N: few}); err != nil {
			return err
		}
	}
	return nil
}

// Each of the invented streets becomes 400, with 18 house numbers each: as many
// as a large city has.
const (
	sqlBenchFacts = `
WITH s AS MATERIALIZED (
  SELECT base, geo_norm(base || ' Straße') AS norm FROM (SELECT DISTINCT split_part(place, ' Straße', 1) AS base FROM cases) x)
INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, department_id, status, public, street, created_at, answered_at, closed_at, target_at)
SELECT c.subject_kind, c.subject_id, c.category_id, c.district_ref, c.department_id, c.status, true, s.norm || mod(abs(hashtext(c.subject_id::text)), 400),
       c.created_at, c.created_at + interval '1 day', CASE WHEN c.state = 'closed' THEN c.created_at + interval '9 days' END, c.due_at
FROM cases c
JOIN s ON s.base = split_part(c.place, ' Straße', 1)`
	sqlBenchAddresses = `
INSERT INTO addresses (id, street, house_no, point)
SELECT gen_random_uuid(), s.base || ' Straße ' || k, h::text, ST_SetSRID(ST_MakePoint(11.4 + k / 2000.0 + h / 5000.0, 48.1 + length(s.base) / 300.0 + mod(h, 2) / 5000.0), 4326)
FROM (SELECT DISTINCT split_part(place, ' Straße', 1) AS base FROM cases) s, generate_series(0, 399) k, generate_series(1, 18) h`
)
