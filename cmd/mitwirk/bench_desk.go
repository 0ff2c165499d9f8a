package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// deskCases is how many cases the list must stay fast with, deskMust in how many
// milliseconds (median) its first page must be there.
const (
	deskCases = 1_000_000
	deskMust  = 50.0
	deskAim   = 15.0
)

type benchDesk struct {
	N     int `help:"How many cases." default:"1000000"`
	Times int `help:"How often each list is measured." default:"40"`
}

// Run fills a database with cases and measures the first page of lists that
// clerks look at: the page itself, its count, and the numbers of the views
// beside it. Each is compared with the plain way of asking for the same rows:
// without the indexes of the list, counting all.
func (b *benchDesk) Run(ctx context.Context, g *Globals) error {
	if b.Times < 1 {
		b.Times = 40
	}
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		d := &deskBench{pool: pool, times: b.Times, report: r, random: rand.New(rand.NewPCG(4, uint64(b.N)))} // the same cases in every run
		if err := d.fill(ctx, b.N); err != nil {
			return err
		}
		return d.measure(ctx)
	})
}

type deskBench struct {
	pool   *pgxpool.Pool
	times  int
	report *bench.Report
	random *rand.Rand
	cat    categories.Catalogue
	people []uuid.UUID
}

// Catalogue gives the invented departments and kinds.
func (d *deskBench) Catalogue(context.Context) (*categories.Catalogue, error) { return &d.cat, nil }

func deskKinds() []string {
	return []string{
		"Laterne dunkel", "Schlagloch", "Müll abgelagert", "Ampel gestört", "Gully verstopft", "Spielplatz beschädigt", "Baum umgestürzt",
		"Radweg blockiert", "Schild fehlt", "Graffiti", "Bank kaputt", "Fahrrad verlassen",
	}
}

func deskStreets() []string {
	return []string{
		"Rosenheimer", "Lindwurm", "Leopold", "Schleißheimer", "Dachauer", "Balan", "Kirchen", "Orleans", "Wörth", "Einstein", "Prinzregenten",
		"Landsberger", "Fürstenrieder", "Plinganser", "Tegernseer", "Implerstraßen", "Hohenzollern", "Schwanthaler", "Goethe", "Schiller", "Bayer", "Arnulf",
	}
}

// fill makes 30 departments, 120 kinds, 300 clerks and n cases of six years, one
// in ten of them open.
func (d *deskBench) fill(ctx context.Context, n int) error {
	began, err := db.Now(ctx, d.pool)
	if err != nil {
		return err
	}
	for i := range 30 {
		dep := categories.Department{ID: subject.NewID(), Key: "team-" + strconv.Itoa(i), Name: i18n.Text{"de": "Team " + strconv.Itoa(i)}}
		d.cat.Departments = append(d.cat.Departments, dep)
		if _, err := d.pool.Exec(ctx, sqlBenchTeam, dep.ID, dep.Key, dep.Name); err != nil {
			return fmt.Errorf("departments: %w", err)
		}
	}
	for i := range 120 {
		d.cat.Categories = append(d.cat.Categories, categories.Category{ID: subject.NewID(), Key: "kind-" + strconv.Itoa(i), Group: "group-" + strconv.Itoa(i/10)})
	}
	for range 300 {
		id := subject.NewID()
		d.people = append(d.people, id)
		if _, err := d.pool.Exec(ctx, sqlBenchPerson, id, id.String()[:8]); err != nil {
			return fmt.Errorf("people: %w", err)
		}
	}
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	defer conn.Release()
	for _, set := range []string{`SET statement_timeout = 0`, `SET maintenance_work_mem = '256MB'`} {
		if _, err := conn.Exec(ctx, set); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	indexes, err := dropIndexesOf(ctx, conn, "cases")
	if err != nil {
		return err
	}
	const part = 10_000
	for from := 0; from < n; from += part {
		openings := make([]casework.Opening, min(part, n-from))
		for i := range openings {
			openings[i] = d.opening(began)
		}
		if err := db.Transact(ctx, conn, func(ctx context.Context, tx pgx.Tx) error { return casework.OpenAll(ctx, tx, openings) }); err != nil {
			return err
		}
	}
	for _, sql := range append(indexes,
		// a third of what is open is somebody's; some wait, some were answered
		`UPDATE cases SET person_id = ($1::uuid[])[1 + mod(abs(hashtext(subject_id::text)), 300)] WHERE state = 'open' AND mod(abs(hashtext(subject_id::text)), 3) = 0`,
		`UPDATE cases SET paused_at = created_at WHERE status = 'waiting'`,
		`UPDATE cases SET answered_at = created_at WHERE state = 'open' AND mod(abs(hashtext(subject_id::text)), 40) = 1`,
		`VACUUM ANALYZE cases`) {
		var args []any
		if sql[:6] == "UPDATE" && sql[17:26] == "person_id" {
			args = append(args, d.people)
		}
		if _, err := conn.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	now, err := db.Now(ctx, d.pool)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d cases in %s\n", n, now.Sub(began).Round(time.Second))
	return nil
}

const (
	sqlBenchTeam    = `INSERT INTO departments (id, key, name) VALUES ($1, $2, $3)`
	sqlBenchPerson  = `INSERT INTO persons (id, level, pseudonym) VALUES ($1, 1, $2)`
	sqlBenchIndexes = `
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = $1 AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x')) -- those stay`
)

// dropIndexesOf keeps a table's key only, and gives back how the others are made.
func dropIndexesOf(ctx context.Context, conn *pgxpool.Conn, table string) ([]string, error) {
	rows, err := conn.Query(ctx, sqlBenchIndexes, table)
	if err != nil {
		return nil, fmt.Errorf("indexes: %w", err)
	}
	var names, defs []string
	var name, def string
	if _, err := pgx.ForEachRow(rows, []any{&name, &def}, func() error {
		names, defs = append(names, name), append(defs, def)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("indexes: %w", err)
	}
	for _, n := range names {
		if _, err := conn.Exec(ctx, "DROP INDEX "+pgx.Identifier{n}.Sanitize()); err != nil {
			return nil, fmt.Errorf("indexes: %w", err)
		}
	}
	return defs, nil
}

// opening is an invented case.
func (d *deskBench) opening(now time.Time) casework.Opening {
	r := d.random
	kind := r.IntN(120)
	what := deskKinds()[kind%12]
	streets := deskStreets()
	street := streets[int(float64(len(streets))*r.Float64()*r.Float64())] + " Straße"
	created := now.Add(-time.Duration(r.Int64N(int64(6 * 365 * 24 * time.Hour))))
	open := r.IntN(10) == 0
	if open {
		created = now.Add(-time.Duration(r.Int64N(int64(120 * 24 * time.Hour))))
	}
	status, class := "resolved", "done"
	if open {
		status, class = []string{"received", "in_review", "in_progress", "waiting", "commissioned"}[r.IntN(5)], "open"
	}
	title := i18n.Text{"de": what + ", " + street, "en": what + ", " + street}
	due := created.Add(time.Duration(3+r.IntN(90)) * 24 * time.Hour)
	o := casework.Opening{
		Facts: casework.Facts{
			Ref: subject.Ref{Kind: subject.Report, ID: uuid.Must(uuid.NewV7())}, Number: subject.NewNumber(created.Year()), CategoryID: d.cat.Categories[kind].ID,
			DistrictRef: strconv.Itoa(1 + r.IntN(25)), Point: &subject.Point{Lon: 11.36 + r.Float64()*0.36, Lat: 48.06 + r.Float64()*0.19},
			Place: street + " " + strconv.Itoa(1+r.IntN(200)), Status: status, StatusClass: class, StatusAt: created, Open: open,
			Title: title["de"], Titles: title, Channel: "web", CreatedAt: created,
			HeldText: open && r.IntN(20) == 0, HasPhoto: r.IntN(2) == 0, Counts: casework.Counts{MeToo: r.IntN(12)},
		},
		Department: d.cat.Departments[kind%30].ID, Priority: casework.Normal, Due: &due,
	}
	if r.IntN(30) == 0 {
		o.Priority = casework.High
	}
	o.Words = title["de"] + " " + o.Place + " seit Tagen, bitte ansehen. " + streets[r.IntN(len(streets))] + " " + deskKinds()[r.IntN(12)]
	return o
}

// list is one that is measured, and the plain way of asking for it.
type deskList struct {
	name   string
	actor  accounts.Actor
	filter casework.QueueFilter
	plain  string // conditions of the plain way
	args   []any
}

func (d *deskBench) lists(now time.Time) []deskList {
	one := d.cat.Departments[3]
	clerk := accounts.Actor{Person: d.people[0], Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{one.ID}}
	three := accounts.Actor{Person: d.people[0], Roles: []subject.Role{subject.TeamLead}, Departments: []uuid.UUID{one.ID, d.cat.Departments[4].ID, d.cat.Departments[5].ID}}
	all := accounts.System
	kind := d.cat.Categories[3]
	return []deskList{
		{"desk.first_page.plain", clerk, casework.QueueFilter{}, "department_id = $1 AND state = 'open'", []any{one.ID}},
		{"desk.first_page.three_departments", three, casework.QueueFilter{}, "department_id = ANY ($1) AND state = 'open'", []any{three.Departments}},
		{"desk.first_page.everywhere", all, casework.QueueFilter{}, "state = 'open'", nil},
		{"desk.first_page.closed_too", all, casework.QueueFilter{State: "all"}, "true", nil},
		{"desk.first_page.filtered", clerk, casework.QueueFilter{Statuses: []string{"in_progress"}, Districts: []string{"5"}, Due: "late"}, "department_id = $1 AND state = 'open' AND status = 'in_progress' AND district_ref = '5' AND due_at < $2", []any{one.ID, now}},
		{"desk.first_page.filtered_everywhere", all, casework.QueueFilter{Categories: []string{kind.Key}, Districts: []string{"5"}, Photo: "yes", MeToo: 5}, "state = 'open' AND category_id = $1 AND district_ref = '5' AND has_photo AND metoo >= 5", []any{kind.ID}},
		{"desk.first_page.rare", all, casework.QueueFilter{State: "all", Priority: "high", Districts: []string{"7"}, Answered: true}, "priority = 'high' AND district_ref = '7' AND answered_at IS NOT NULL", nil},
		{"desk.first_page.bbox", all, casework.QueueFilter{BBox: &subject.BBox{West: 11.56, South: 48.13, East: 11.58, North: 48.14}}, "state = 'open' AND ST_X(point) BETWEEN 11.56 AND 11.58 AND ST_Y(point) BETWEEN 48.13 AND 48.14", nil},
		{"desk.first_page.near", all, casework.QueueFilter{State: "all", Near: &subject.Point{Lon: 11.5755, Lat: 48.1374}, Metres: 300}, "ST_Distance(point::geography, ST_SetSRID(ST_MakePoint(11.5755, 48.1374), 4326)::geography) < 300", nil},
		{"desk.first_page.text", clerk, casework.QueueFilter{Text: "Schlagloch Leopold"}, "department_id = $1 AND state = 'open' AND to_tsvector('mitwirk_de', words) @@ websearch_to_tsquery('mitwirk_de', 'Schlagloch Leopold')", []any{one.ID}},
		{"desk.first_page.text_everywhere", all, casework.QueueFilter{State: "all", Text: "Laterne Rosenheimer"}, "words ILIKE '%laterne%' AND words ILIKE '%rosenheimer%'", nil},
		{"desk.first_page.text_common", all, casework.QueueFilter{State: "all", Text: "bitte ansehen"}, "words ILIKE '%bitte ansehen%'", nil},
		{"desk.first_page.text_part", all, casework.QueueFilter{State: "all", Text: "chleißhei"}, "words ILIKE '%chleißhei%'", nil},
		{"desk.first_page.text_nothing", all, casework.QueueFilter{State: "all", Text: "Zeppelin"}, "words ILIKE '%Zeppelin%'", nil},
	}
}

func (d *deskBench) measure(ctx context.Context) error {
	q, err := casework.NewQueue(casework.QueueConfig{DB: d.pool, Catalogue: d})
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, d.pool)
	if err != nil {
		return err
	}
	must, aim := deskMust, deskAim
	for _, l := range d.lists(now) {
		times, err := bench.Times(ctx, d.times, func(ctx context.Context) error {
			_, err := q.List(ctx, l.actor, l.filter, casework.Page{})
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		plain, err := d.plain(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		median, spread := bench.Median(times)
		if err := d.report.Add(bench.Figure{Name: l.name, Value: median, Unit: "ms", Against: &plain, Spread: spread, Must: &must, Aim: &aim, N: d.times}); err != nil {
			return err
		}
	}
	if err := d.further(ctx, q); err != nil {
		return err
	}
	return d.figures(ctx, now)
}

// further measures what a page does besides: a later page, and the numbers of
// the views in the rail.
func (d *deskBench) further(ctx context.Context, q *casework.Queue) error {
	must, aim := deskMust, deskAim
	after := ""
	for range 40 {
		l, err := q.List(ctx, accounts.System, casework.QueueFilter{}, casework.Page{After: after})
		if err != nil {
			return err
		}
		after = l.Next
	}
	lead := accounts.Actor{Person: d.people[0], Roles: []subject.Role{subject.TeamLead}, Departments: []uuid.UUID{d.cat.Departments[3].ID}}
	var views []casework.QueueFilter
	for _, v := range casework.StandardViews() {
		views = append(views, v.Filter)
	}
	for _, m := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"desk.page_40", func(ctx context.Context) error {
			_, err := q.List(ctx, accounts.System, casework.QueueFilter{}, casework.Page{After: after})
			return err
		}},
		{"desk.view_counts", func(ctx context.Context) error { _, err := q.Counts(ctx, lead, views); return err }},
		{"desk.view_counts_everywhere", func(ctx context.Context) error { _, err := q.Counts(ctx, accounts.System, views); return err }},
	} {
		times, err := bench.Times(ctx, d.times, m.do)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		median, spread := bench.Median(times)
		if err := d.report.Add(bench.Figure{Name: m.name, Value: median, Unit: "ms", Spread: spread, Must: &must, Aim: &aim, N: d.times}); err != nil {
			return err
		}
	}
	return nil
}

// plain asks for the same page without the list's indexes and with a full
// count, three times.
func (d *deskBench) plain(ctx context.Context, l deskList) (float64, error) {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return 0, fmt.Errorf("plain: %w", err)
	}
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return 0, fmt.Errorf("plain: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, set := range []string{
		`SET LOCAL enable_indexscan = off`, `SET LOCAL enable_bitmapscan = off`, `SET LOCAL enable_indexonlyscan = off`, `SET LOCAL statement_timeout = 0`,
	} {
		if _, err := tx.Exec(ctx, set); err != nil {
			return 0, fmt.Errorf("plain: %w", err)
		}
	}
	const few = 3
	times, err := bench.Times(ctx, few, func(ctx context.Context) error {
		var n int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM cases WHERE "+l.plain, l.args...).Scan(&n); err != nil {
			return fmt.Errorf("plain: %w", err)
		}
		_, err := tx.Exec(ctx, "SELECT * FROM cases WHERE "+l.plain+" ORDER BY due_at NULLS LAST, created_at, subject_id LIMIT 51", l.args...)
		return err
	})
	if err != nil {
		return 0, err
	}
	median, _ := bench.Median(times)
	return median, nil
}
