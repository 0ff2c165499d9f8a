package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// discussionMust is in how many milliseconds (median) a page of a discussion must
// be there, from the request to the last byte.
const discussionMust = 30.0

type benchDiscussion struct {
	N     int `help:"How many comments." default:"10000"`
	Times int `help:"How often each page is asked for." default:"200"`
}

// Run fills a discussion and asks for its pages, against reading the discussion
// whole and cutting the page out.
func (b *benchDiscussion) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		ref := subject.Ref{Kind: subject.Idea, ID: subject.NewID()}
		for _, fill := range []struct {
			sql  string
			args []any
		}{{sqlBenchThreads, []any{ref.ID, b.N}}, {sqlBenchAnswers, []any{ref.ID, b.N}}, {sqlBenchAnswered, []any{ref.ID}}} {
			if err := fillBench(ctx, pool, fill.sql, fill.args...); err != nil {
				return err
			}
		}
		if err := fillBench(ctx, pool, sqlBenchVacuum); err != nil {
			return err
		}
		s, router, err := discussionSite(pool, ref)
		if err != nil {
			return err
		}
		whole, err := bench.Times(ctx, max(b.Times/10, 5), func(ctx context.Context) error {
			rows, err := pool.Query(ctx, sqlBenchWhole, ref.ID)
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
		deep, err := deepPage(ctx, s, ref, b.N)
		if err != nil {
			return err
		}
		must := discussionMust
		for name, query := range map[string]string{"newest": "", "answered": "?csort=answered", "best": "?csort=best", "deep": "?cafter=" + deep, "questions": "?cstance=question"} {
			times, err := bench.Times(ctx, b.Times, func(ctx context.Context) error {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://mitwirk.example"+discusspages.Path(ref)+query, http.NoBody)
				if err != nil {
					return fmt.Errorf("ask: %w", err)
				}
				req.RemoteAddr = "192.0.2.1:1234"
				a := &answer{header: http.Header{}}
				router.ServeHTTP(a, req)
				if a.status != http.StatusOK || !bytes.Contains(a.body.Bytes(), []byte("data-row")) {
					return fmt.Errorf("page %s: %d", name, a.status)
				}
				return nil
			})
			if err != nil {
				return err
			}
			median, spread := bench.Median(times)
			if err := r.Add(bench.Figure{Name: "discussion.page." + name, Value: median, Unit: "ms", Against: &against, Spread: spread, Must: &must, N: b.Times}); err != nil {
				return err
			}
		}
		return nil
	})
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) WriteHeader(status int)      { a.status = status }
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func discussionSite(pool *pgxpool.Pool, ref subject.Ref) (*discussion.Service, *kit.Router, error) {
	quiet := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: quiet})
	if err != nil {
		return nil, nil, err
	}
	bus, err := events.New(events.Config{Jobs: j, DB: pool, Pool: pool, Logger: quiet})
	if err != nil {
		return nil, nil, err
	}
	thing := discussion.DomainFunc(func(_ context.Context, _ db.Queryer, _ accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
		if id != ref.ID {
			return discussion.Subject{}, fault.Missing("thing")
		}
		return discussion.Subject{Title: "Trinkbrunnen am Harras", Path: discusspages.Path(ref), Public: true, Write: true}, nil
	})
	s, err := discussion.New(discussion.Config{DB: pool, Bus: bus, Domains: map[subject.Kind]discussion.Domain{subject.Idea: thing}})
	if err != nil {
		return nil, nil, err
	}
	words, err := i18n.New(time.UTC)
	if err != nil {
		return nil, nil, err
	}
	people, err := accounts.New(accounts.Config{DB: pool})
	if err != nil {
		return nil, nil, err
	}
	router, err := kit.New(kit.Config{DB: pool, Accounts: people, Catalogue: words, BaseURL: "https://mitwirk.example", Logger: quiet})
	if err != nil {
		return nil, nil, err
	}
	pages, err := discusspages.New(discusspages.Deps{DB: pool, Discussion: s})
	if err != nil {
		return nil, nil, err
	}
	pages.Register(router)
	return s, router, nil
}

// deepPage is where the page begins before which nine tenths of the threads are.
func deepPage(ctx context.Context, s *discussion.Service, ref subject.Ref, n int) (after string, err error) {
	for read := 0; read < n*45/100; { // half of the comments are threads
		_, p, err := s.List(ctx, accounts.Actor{}, ref, discussion.Filter{After: after, Limit: 100})
		if err != nil {
			return "", err
		}
		if p.Next == "" {
			break
		}
		after, read = p.Next, read+len(p.List)
	}
	return after, nil
}

// Every second comment answers one of the threads, the early ones more often.
const (
	sqlBenchThreads = `
INSERT INTO comments (id, number, subject_kind, subject_id, author_name, stance, text, visibility, helpful, unhelpful, score, created_at, public_at)
SELECT gen_random_uuid(), (2026::bigint << 30) + i, 'idea', $1::uuid, 'Gast ' || i, (ARRAY['', 'pro', 'contra', 'question'])[1 + i % 4],
       repeat('Das ist ein Beitrag von mittlerer Länge über einen Brunnen. ', 1 + i % 9), 'public', i % 40, i % 7, (i * 37 % 1000) / 1000.0,
       mitwirk_now() - make_interval(secs => i * 60), mitwirk_now() - make_interval(secs => i * 60)
FROM generate_series(1, $2::int / 2) AS i`
	sqlBenchAnswers = `
INSERT INTO comments (id, number, subject_kind, subject_id, parent_id, author_name, text, visibility, created_at, public_at)
SELECT gen_random_uuid(), (2025::bigint << 30) + i, 'idea', $1::uuid, t.id, 'Gast ' || i, 'Eine Antwort darauf, in zwei Sätzen. Mehr ist nicht zu sagen.', 'public',
       mitwirk_now() - make_interval(secs => i * 30), mitwirk_now() - make_interval(secs => i * 30)
FROM generate_series(1, $2::int / 2) AS i
JOIN comments t ON t.number = (2026::bigint << 30) + 1 + (i::bigint * i % ($2::int / 4))`
	sqlBenchAnswered = `
UPDATE comments p SET answers = (SELECT count(*) FROM comments a WHERE a.parent_id = p.id)
WHERE p.subject_id = $1 AND p.parent_id IS NULL`
	sqlBenchWhole = `
SELECT id, number, parent_id, author_name, stance, text, created_at
FROM comments
WHERE subject_kind = 'idea' AND subject_id = $1 AND visibility = 'public'
ORDER BY created_at DESC, id DESC`
)
