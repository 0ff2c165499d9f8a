package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ideasMust is in how many milliseconds (median) a page of ideas must be there,
// from the request to the last byte.
const ideasMust = 30.0

// benchBatch is how many ideas one statement makes.
const benchBatch = 1000

type benchIdeas struct {
	N        int `help:"How many ideas the call has." default:"20000"`
	Comments int `help:"How many comments one of them has." default:"10000"`
	Times    int `help:"How often each page is asked for." default:"100"`
}

// Run fills a call and asks for its lists and for the idea that everybody talks
// about, against reading all ideas of the call and sorting them in the program.
func (b *benchIdeas) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		call, idea := subject.NewID(), subject.NewID()
		number, asked := subject.NewNumber(2026), subject.NewNumber(2026)
		for _, fill := range []struct {
			sql  string
			args []any
		}{
			{sqlBenchOffice, []any{subject.NewID()}},
			{sqlBenchCall, []any{call, int64(asked)}},
			{sqlBenchPhase, []any{call}},
			{sqlBenchIdea, []any{idea, int64(number), call}},
			{sqlBenchThreads, []any{idea, b.Comments}},
			{sqlBenchAnswers, []any{idea, b.Comments}},
			{sqlBenchAnswered, []any{idea}},
		} {
			if err := fillBench(ctx, pool, fill.sql, fill.args...); err != nil {
				return err
			}
		}
		for from := 1; from <= b.N; from += benchBatch {
			if err := fillBench(ctx, pool, sqlBenchIdeas, call, from, min(from+benchBatch-1, b.N)); err != nil {
				return err
			}
		}
		if err := fillBench(ctx, pool, sqlBenchVacuum); err != nil {
			return err
		}
		router, err := ideasSite(pool)
		if err != nil {
			return err
		}
		whole, err := bench.Times(ctx, max(b.Times/10, 5), func(ctx context.Context) error {
			rows, err := pool.Query(ctx, sqlBenchAllIdeas, call)
			if err != nil {
				return fmt.Errorf("whole: %w", err)
			}
			for rows.Next() {
				if _, err := rows.Values(); err != nil {
					return fmt.Errorf("whole: %w", err)
				}
			}
			return rows.Err()
		})
		if err != nil {
			return err
		}
		against, _ := bench.Median(whole)
		must := ideasMust
		of := "call=" + asked.Format(subject.PrefixCall)
		for _, page := range []struct{ name, path string }{
			{"random", "/ideas?" + of},
			{"newest", "/ideas?sort=new&" + of},
			{"supported", "/ideas?sort=supported&" + of},
			{"ending", "/ideas?sort=ending&" + of},
			{"topic", "/ideas?topic=gruen&" + of},
			{"words", "/ideas?q=Brunnen&" + of},
			{"call", ideas.CallPath(asked)},
			{"idea", ideas.Path(number)},
		} {
			times, err := bench.Times(ctx, b.Times, func(ctx context.Context) error {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://mitwirk.example"+page.path, http.NoBody)
				if err != nil {
					return fmt.Errorf("ask: %w", err)
				}
				req.RemoteAddr = "192.0.2.1:1234"
				a := &answer{header: http.Header{}}
				router.ServeHTTP(a, req)
				if a.status != http.StatusOK || !bytes.Contains(a.body.Bytes(), []byte("data-row")) {
					return fmt.Errorf("page %s: %d", page.name, a.status)
				}
				return nil
			})
			if err != nil {
				return err
			}
			median, spread := bench.Median(times)
			if err := r.Add(bench.Figure{Name: "ideas.page." + page.name, Value: median, Unit: "ms", Against: &against, Spread: spread, Must: &must, N: b.Times}); err != nil {
				return err
			}
		}
		return nil
	})
}

// fillBench runs a statement that may last as long as the machine needs: filling
// is not what is measured.
func fillBench(ctx context.Context, pool *pgxpool.Pool, sql string, args ...any) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, sqlBenchNoTimeout); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if _, err := conn.Exec(ctx, sqlBenchHasty); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	return nil
}

// ideasSite is the pages of ideas and their discussions, and nothing else.
func ideasSite(pool *pgxpool.Pool) (*kit.Router, error) {
	quiet := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: quiet})
	if err != nil {
		return nil, err
	}
	bus, err := events.New(events.Config{Jobs: j, DB: pool, Pool: pool, Logger: quiet})
	if err != nil {
		return nil, err
	}
	votes.RegisterEvents(bus)
	people, err := accounts.New(accounts.Config{DB: pool})
	if err != nil {
		return nil, err
	}
	days, err := categories.New(categories.Config{DB: pool, Bus: bus, Zone: time.UTC})
	if err != nil {
		return nil, err
	}
	places, err := geo.New(geo.Config{DB: pool, Bus: bus})
	if err != nil {
		return nil, err
	}
	photos, err := attachments.New(attachments.Config{DB: pool, Files: files.NewMemory(), Drafts: drafts.Owners{}})
	if err != nil {
		return nil, err
	}
	forms, err := drafts.New(drafts.Config{DB: pool, Photos: photos})
	if err != nil {
		return nil, err
	}
	talk, err := discussion.New(discussion.Config{DB: pool, Bus: bus})
	if err != nil {
		return nil, err
	}
	s, err := ideas.New(ideas.Config{DB: pool, Bus: bus, Calendar: days, Places: places, Accounts: people, Photos: photos, Forms: forms})
	if err != nil {
		return nil, err
	}
	s.UseDiscussion(talk)
	words, err := i18n.New(time.UTC)
	if err != nil {
		return nil, err
	}
	router, err := kit.New(kit.Config{DB: pool, Accounts: people, Catalogue: words, BaseURL: "https://mitwirk.example", Logger: quiet})
	if err != nil {
		return nil, err
	}
	pages, err := discusspages.New(discusspages.Deps{DB: pool, Discussion: talk})
	if err != nil {
		return nil, err
	}
	pages.Register(router)
	return router, ideapages.Register(router, ideapages.Deps{
		DB: pool, Ideas: s, Geo: places, Photos: photos, Forms: forms, Talk: pages, Zone: time.UTC, Centre: kit.CentreAt(subject.Point{Lon: 11.5755, Lat: 48.1374}),
	})
}

const (
	sqlBenchHasty  = `RESET statement_timeout`
	sqlBenchVacuum = `VACUUM ANALYZE`
	sqlBenchOffice = `INSERT INTO departments (id, key, name, door) VALUES ($1, 'lotse', '{"de": "Lotsenstelle"}', 'desk')`
	sqlBenchCall   = `
INSERT INTO calls (id, number, state, department_id, title, text, criteria, threshold, published_at)
SELECT $1, $2, 'published', d.id, '{"de": "100 kleine Orte zum Sitzen"}', '{"de": "Wo fehlt eine Bank?"}', '[{"de": "Es hilft vielen."}]', 200, mitwirk_now()
FROM departments d
LIMIT 1`
	sqlBenchPhase = `
INSERT INTO call_phases (call_id, phase, from_day, to_day)
VALUES ($1, 'collect', mitwirk_now()::date - 20, mitwirk_now()::date + 20)`
	//nolint:dupword // columns, not words
	sqlBenchIdeas = `
WITH made AS (
  INSERT INTO ideas (id, number, call_id, topic, department_id, title, text, visibility, status, point, geom, supports, goal, ends_at, answer_by, created_at)
  SELECT gen_random_uuid(), (2025::bigint << 30) + i, $1::uuid, (ARRAY['gruen', 'verkehr', 'plaetze', 'sport', 'bildung'])[1 + i % 5], d.id,
         (ARRAY['Bank', 'Brunnen', 'Baum', 'Radweg'])[1 + i % 4] || ' Nummer ' || i, repeat('Hier fehlt etwas, das vielen Menschen hilft. ', 3 + i % 20),
         'public', (ARRAY['open', 'open', 'open', 'checking', 'accepted', 'declined', 'done'])[1 + i % 7], p.at, p.at, i * 7919 % 900, 200,
         mitwirk_now() + make_interval(hours => 1 + i % 400), mitwirk_now() + interval '60 days', mitwirk_now() - make_interval(mins => i)
  FROM generate_series($2::int, $3::int) AS i
  CROSS JOIN (SELECT id FROM departments LIMIT 1) d
  CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(11.4 + (i * 37 % 3000) / 10000.0, 48.05 + (i * 53 % 1500) / 10000.0), 4326) AS at) p
  RETURNING id, title, text)
INSERT INTO idea_versions (idea_id, n, title, text, kind) SELECT id, 1, title, text, 'first' FROM made`
	sqlBenchIdea = `
WITH made AS (
  INSERT INTO ideas (id, number, call_id, topic, department_id, title, text, visibility, status, supports, goal, ends_at, answer_by)
  SELECT $1::uuid, $2, $3::uuid, 'gruen', d.id, 'Trinkbrunnen am Harras', repeat('Auf dem Platz gibt es kein Wasser. ', 20), 'public', 'open', 342, 200,
         mitwirk_now() + interval '9 days', mitwirk_now() + interval '60 days'
  FROM (SELECT id FROM departments LIMIT 1) d
  RETURNING id, title, text)
INSERT INTO idea_versions (idea_id, n, title, text, kind) SELECT id, 1, title, text, 'first' FROM made`
	sqlBenchAllIdeas = `SELECT id, number, title, text, status, supports, created_at FROM ideas WHERE call_id = $1 AND visibility = 'public' ORDER BY supports DESC`
)
