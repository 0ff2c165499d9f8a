package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// batch is how many documents one transaction writes.
const batch = 500

// Config makes a Service.
type Config struct {
	DB      db.DB
	Index   Index
	Sources []Source
	Log     *slog.Logger // nil: slog.Default()
	// Groups are those that somebody acts for; nil: nobody for any.
	Groups func(ctx context.Context, person uuid.UUID) ([]uuid.UUID, error)
}

// Service keeps an index like its sources, and searches it.
type Service struct {
	db      db.DB
	index   Index
	sources map[subject.Kind]Source
	kinds   []subject.Kind // in the order of Config.Sources
	log     *slog.Logger
	groups  func(ctx context.Context, person uuid.UUID) ([]uuid.UUID, error)
}

// New makes it.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Index == nil {
		return nil, errors.New("search: a database and an index are needed")
	}
	s := &Service{db: cfg.DB, index: cfg.Index, sources: map[subject.Kind]Source{}, log: cmp.Or(cfg.Log, slog.Default()), groups: cfg.Groups}
	for _, src := range cfg.Sources {
		if s.sources[src.Kind()] != nil {
			return nil, fmt.Errorf("search: two sources of %q", src.Kind())
		}
		s.sources[src.Kind()] = src
		s.kinds = append(s.kinds, src.Kind())
	}
	return s, nil
}

// Kinds are those of the sources, in their order.
func (s *Service) Kinds() []subject.Kind { return slices.Clone(s.kinds) }

// Refresh makes the documents of some things anew, as they are now. Whoever
// does so waits for whoever else does, reads then, and so nobody's older state
// comes last.
func (s *Service) Refresh(ctx context.Context, kind subject.Kind, ids ...uuid.UUID) error {
	src := s.sources[kind]
	if src == nil {
		return fmt.Errorf("search: no source of %q", kind)
	}
	for part := range slices.Chunk(ids, batch) {
		if err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, sqlLock); err != nil {
				return fmt.Errorf("lock the search: %w", err)
			}
			docs, err := src.Documents(ctx, tx, part)
			if err != nil {
				return err
			}
			there := make(map[uuid.UUID]bool, len(docs))
			for i := range docs {
				there[docs[i].ID] = true
			}
			if err := s.index.Put(ctx, tx, docs); err != nil {
				return err
			}
			var gone []subject.Ref
			for _, id := range part {
				if !there[id] {
					gone = append(gone, subject.Ref{Kind: kind, ID: id})
				}
			}
			return s.index.Delete(ctx, tx, gone)
		}); err != nil {
			return err
		}
	}
	return nil
}

// RefreshAll makes every document of a kind anew: what the source has, then
// what only the index still has.
func (s *Service) RefreshAll(ctx context.Context, kind subject.Kind) (n int, err error) {
	src := s.sources[kind]
	if src == nil {
		return 0, fmt.Errorf("search: no source of %q", kind)
	}
	for _, list := range []func(after uuid.UUID) ([]uuid.UUID, error){
		func(after uuid.UUID) ([]uuid.UUID, error) { return src.IDs(ctx, s.db, after, batch) },
		func(after uuid.UUID) ([]uuid.UUID, error) { return s.index.IDs(ctx, kind, after, batch) },
	} {
		for after := uuid.Nil; ; {
			ids, err := list(after)
			if err != nil {
				return n, err
			}
			if len(ids) == 0 {
				break
			}
			if err := s.Refresh(ctx, kind, ids...); err != nil {
				return n, err
			}
			n, after = n+len(ids), ids[len(ids)-1]
		}
	}
	return n, nil
}

// Rebuild makes everything anew; the search goes on meanwhile. With fresh the
// index is emptied first, as a new way of taking words apart needs it.
func (s *Service) Rebuild(ctx context.Context, fresh bool, say func(kind subject.Kind, n int)) error {
	if fresh {
		if err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			for _, sql := range []string{sqlLock, sqlEmptyDocuments, sqlEmptyVocabulary, sqlEmptyWords, sqlEmptyTotals, sqlEmptyWalks} {
				if _, err := tx.Exec(ctx, sql); err != nil {
					return fmt.Errorf("empty the search: %w", err)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	for _, kind := range s.kinds {
		n, err := s.RefreshAll(ctx, kind)
		if err != nil {
			return err
		}
		if say != nil {
			say(kind, n)
		}
	}
	return nil
}

// RegisterJobs keeps the index complete: what was there before the search knew
// its kind is read in parts, and what has no time of its own every hour.
func (s *Service) RegisterJobs(c *jobs.Client, hourly ...subject.Kind) {
	jobs.Periodic(c, "search_walk", time.Minute, s.Walk)
	jobs.Periodic(c, "search_hourly", time.Hour, func(ctx context.Context) error {
		for _, kind := range hourly {
			if _, err := s.RefreshAll(ctx, kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// walkFor is how long a walk may take at a time: a job has 30 s.
const walkFor = 15 * time.Second

// Walk goes on reading the sources that have not been read to their end yet.
func (s *Service) Walk(ctx context.Context) error {
	var watch clock.System
	began := watch.Now()
	for _, kind := range s.kinds {
		for {
			if watch.Now().Sub(began) > walkFor {
				return nil
			}
			done, err := s.step(ctx, kind)
			if err != nil {
				return err
			}
			if done {
				break
			}
		}
	}
	return nil
}

func (s *Service) step(ctx context.Context, kind subject.Kind) (done bool, err error) {
	var after uuid.UUID
	if err := s.db.QueryRow(ctx, sqlWalked, string(kind)).Scan(&after, &done); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("walk: %w", err)
	}
	if done {
		return true, nil
	}
	ids, err := s.sources[kind].IDs(ctx, s.db, after, batch)
	if err != nil {
		return false, err
	}
	if len(ids) > 0 {
		if err := s.Refresh(ctx, kind, ids...); err != nil {
			return false, err
		}
		after = ids[len(ids)-1]
	}
	if done = len(ids) < batch; done {
		s.log.InfoContext(ctx, "search: knows all", "kind", string(kind))
	}
	if _, err := s.db.Exec(ctx, sqlWalk, string(kind), after, done); err != nil {
		return false, fmt.Errorf("walk: %w", err)
	}
	return done, nil
}

// Hit is a document as its source says it now, with the words of the query.
type Hit struct {
	Document

	Heading []Piece // the title in the language of the query
	Excerpt []Piece // of the body; empty when it has none
	Metres  float64 // from Query.Near; -1 for none
}

// Result is what Search found.
type Result struct {
	Found

	Hits []Hit
}

const (
	// MaxQuery is how many signs of a query may be typed.
	MaxQuery     = 200
	excerptSigns = 180
)

// Search finds what the viewer may find. What the index has not heard of yet is
// left out: each hit is read from its source, with the rights of now.
func (s *Service) Search(ctx context.Context, viewer subject.Viewer, q Query) (Result, error) {
	if q.Sort == "" || q.Sort == ByDistance && q.Near == nil {
		q.Sort = ByRelevance
	}
	if r := []rune(q.Text); len(r) > MaxQuery {
		q.Text = string(r[:MaxQuery])
	}
	q.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(q.Text, ""), "\x00", ""))
	if q.Text == "" {
		return Result{}, nil
	}
	if err := s.asViewer(ctx, viewer, &q); err != nil {
		return Result{}, err
	}
	found, err := s.index.Search(ctx, viewer, q)
	if err != nil {
		return Result{}, err
	}
	r := Result{Found: found}
	ids := map[subject.Kind][]uuid.UUID{}
	for _, m := range found.Hits {
		ids[m.Kind] = append(ids[m.Kind], m.ID)
	}
	now, err := s.asTheyAre(ctx, s.db, ids)
	if err != nil {
		return Result{}, err
	}
	for _, m := range found.Hits {
		d := now[docKey{m.Ref, m.Lang}]
		if d == nil || !d.MaySee(viewer) {
			r.Total--
			continue
		}
		h := Hit{Document: *d, Heading: found.Marks.Text(d.Title.In(q.Lang)), Metres: m.Metres}
		if d.Body != "" {
			h.Excerpt = found.Marks.Excerpt(d.Body, excerptSigns)
		}
		r.Hits = append(r.Hits, h)
	}
	return r, nil
}

// Suggest proposes words and things for what was typed so far, public ones
// only, so that everybody gets the same.
func (s *Service) Suggest(ctx context.Context, text, lang string, limit int) ([]Proposal, error) {
	if r := []rune(text); len(r) > MaxQuery {
		return nil, nil
	}
	text = strings.TrimLeft(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""), " ")
	if text == "" {
		return nil, nil
	}
	list, err := s.index.Suggest(ctx, text, lang, limit)
	if err != nil {
		return nil, err
	}
	return s.public(ctx, list)
}

const (
	sqlLock            = `SELECT pg_advisory_xact_lock(hashtextextended('search', 0))`
	sqlEmptyDocuments  = `DELETE FROM documents`
	sqlEmptyVocabulary = `DELETE FROM vocabulary`
	sqlEmptyWords      = `DELETE FROM category_words`
	sqlEmptyTotals     = `DELETE FROM category_totals`
	sqlEmptyWalks      = `DELETE FROM search_walks`
	sqlWalked          = `SELECT after, done_at IS NOT NULL FROM search_walks WHERE kind = $1`
	sqlWalk            = `
INSERT INTO search_walks (kind, after, done_at)
VALUES ($1, $2, CASE WHEN $3 THEN mitwirk_now() END)
ON CONFLICT (kind) DO UPDATE SET after = excluded.after, done_at = coalesce(search_walks.done_at, excluded.done_at)`
)
