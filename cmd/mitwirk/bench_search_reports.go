package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// figure measures one kind of search and writes its line.
func (s *searchBench) figure(ctx context.Context, name string, do func(ctx context.Context) error) error {
	times, err := bench.Times(ctx, s.times, do)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	must, aim := searchMust, searchAim
	_, spread := bench.Median(times)
	return s.report.Add(bench.Figure{Name: name + ".p99", Value: times[len(times)*99/100], Unit: "ms", Spread: spread, Must: &must, Aim: &aim, N: s.times})
}

// fillReports makes the reports that the documents are of, and counts the words
// of their categories.
func (s *searchBench) fillReports(ctx context.Context, conn *pgxpool.Conn) error {
	s.say("learning what is reported how")
	if err := db.Transact(ctx, conn, search.Relearn); err != nil {
		return err
	}
	names := make([]string, len(s.kinds))
	for i := range names {
		names[i] = "kind-" + strconv.Itoa(i)
	}
	group, team := subject.NewID(), subject.NewID()
	if _, err := conn.Exec(ctx, sqlBenchTeam, team, "team-0", i18n.Text{"de": "Team"}); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if _, err := conn.Exec(ctx, sqlBenchGroup, group); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if _, err := conn.Exec(ctx, sqlBenchKinds, s.kinds, names, group, team); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	indexes, err := dropIndexesOf(ctx, conn, "reports")
	if err != nil {
		return err
	}
	for _, sql := range append(append([]string{sqlBenchReports}, indexes...), `VACUUM ANALYZE reports`, `VACUUM ANALYZE category_words`) {
		s.say("%s", strings.TrimSpace(sql))
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

// reporting measures what is asked while somebody reports: has it been reported,
// and what kind is it. Half of the places are those where much is reported.
func (s *searchBench) reporting(ctx context.Context) error {
	now, err := db.Now(ctx, s.pool)
	if err != nil {
		return err
	}
	cat := &categories.Catalogue{}
	for i, id := range s.kinds {
		k := "kind-" + strconv.Itoa(i)
		cat.Categories = append(cat.Categories, categories.Category{ID: id, Key: k, Name: i18n.Text{i18n.German: deskKinds()[i%12]}, Active: true})
	}
	cat.Prepare()
	clerk := accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{subject.Caseworker}, Departments: s.kinds[:3]}
	i := 0
	like := func() reports.Likeness {
		i++
		at := s.anywhere()
		if i%2 == 0 {
			at = s.spots[i/2%40] // the busiest first
		}
		return reports.Likeness{At: at, When: now, Category: s.kinds[i%len(s.kinds)], Text: s.sentence(), Metres: 100, Days: 60, Most: 3}
	}
	found := 0
	similar := func(change func(l *reports.Likeness), actor accounts.Actor) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			l := like()
			if change != nil {
				change(&l)
			}
			list, err := reports.Similar(ctx, s.pool, actor, l)
			found += len(list)
			return err
		}
	}
	for _, m := range []struct {
		name string
		do   func(ctx context.Context) error
	}{
		{"search.duplicates_resident", similar(func(l *reports.Likeness) { l.Open, l.PublicOnly, l.NotOwn, l.Same = true, true, true, true }, accounts.Actor{})},
		{"search.duplicates_staff", similar(nil, clerk)},
		{"search.category", func(ctx context.Context) error {
			l := like()
			past, err := search.PastOf(ctx, s.pool, l.Text, &l.At)
			cat.Suggest(l.Text, now, past)
			return err
		}},
	} {
		if err := s.figure(ctx, m.name, m.do); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "%d duplicates found\n", found)
	return nil
}

const (
	sqlBenchGroup = `INSERT INTO category_groups (id, key, name, position) VALUES ($1, 'group', '{"de": "Gruppe"}', 1)`
	sqlBenchKinds = `
INSERT INTO categories (id, key, group_id, department_id, name, position, publish, photo, near_m, near_days, retain_text_days, retain_photo_days, retain_contact_days)
SELECT k.id, k.key, $3, $4, jsonb_build_object('de', k.key), k.i, 'A', 'o', 100, 60, 100, 100, 90
FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS k (id, key, i)`
	// Of the last two months half is open, of the rest one in thirty.
	sqlBenchReports = `
INSERT INTO reports (id, number, category_id, title, text_public, text_state, publish, visibility, status, status_class, point, address, district_ref, created_at, words)
SELECT x.id, row_number() OVER (), x.category_id, x.title, x.body, 'released', 'A', 'public',
       CASE WHEN x.open THEN 'received' ELSE 'resolved' END, CASE WHEN x.open THEN 'open' ELSE 'done' END,
       x.point, '', '1', x.at, (x.title ->> 'de') || ' ' || left(x.body, 200)
FROM (
  SELECT d.subject_id AS id, d.category_id, d.title, d.body, d.point, d.at,
         random() < CASE WHEN d.at > mitwirk_now() - interval '60 days' THEN 0.5 ELSE 0.03 END AS open
  FROM documents d
  WHERE d.subject_kind = 'report'
) x`
)
