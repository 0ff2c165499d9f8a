package drafts_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

func handOver(t *testing.T, tx pgx.Tx, a accounts.Actor, id uuid.UUID) drafts.Handover {
	t.Helper()
	h, err := drafts.HandOver(t.Context(), tx, a, id)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// other is the digits with another last one.
func other(code string) string {
	last := byte('0')
	if code[5] == '0' {
		last = '1'
	}
	return code[:5] + string(last)
}

func TestHandover(t *testing.T) {
	t.Parallel()
	tx, ctx, me, there := dbtest.Tx(t), t.Context(), person(), person()
	kept := &photos{}
	s, err := drafts.New(drafts.Config{DB: tx, Photos: kept})
	if err != nil {
		t.Fatal(err)
	}
	d := create(t, tx, me)
	if _, err := drafts.HandOver(ctx, tx, there, d.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger's: %v", err)
	}
	old := handOver(t, tx, me, d.ID)
	h := handOver(t, tx, me, d.ID)
	if open, err := drafts.LinkOpen(ctx, tx, old.Token); err != nil || open {
		t.Errorf("the older link is open: %v", err)
	}
	var plain int
	err = tx.QueryRow(ctx, `SELECT count(*) FROM draft_handovers h WHERE h::text LIKE '%' || $1 || '%' OR h::text LIKE '%' || $2 || '%'`,
		strings.ReplaceAll(h.Token, "-", ""), h.Code).Scan(&plain)
	if err != nil || plain != 0 {
		t.Errorf("link or digits are stored: %d, %v", plain, err)
	}
	if a, err := drafts.TryCode(ctx, tx, h.Token, other(h.Code)); err != nil || a.OK || a.Left != 4 {
		t.Errorf("wrong digits: %+v, %v", a, err)
	}
	if _, err := s.Take(ctx, tx, there, h.Token, other(h.Code)); !fault.Is(err, fault.Invalid) {
		t.Errorf("taken with wrong digits: %v", err)
	}
	typed := strings.ToLower(strings.ReplaceAll(h.Token, "-", " ")) // as people type
	if a, err := drafts.TryCode(ctx, tx, typed, h.Code[:3]+" "+h.Code[3:]); err != nil || !a.OK {
		t.Errorf("right digits: %+v, %v", a, err)
	}
	id, err := s.Take(ctx, tx, there, h.Token, h.Code)
	if err != nil || id != d.ID {
		t.Fatalf("take: %v %v", id, err)
	}
	if _, err := drafts.Load(ctx, tx, me, d.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the first device still has it: %v", err)
	}
	if got, err := drafts.Load(ctx, tx, there, d.ID); err != nil || string(got.Body["text"]) != `"Loch"` {
		t.Errorf("the second device: %+v, %v", got.Body, err)
	}
	if len(kept.given) != 1 || kept.given[0] != [2]uuid.UUID{d.ID, there.Person} {
		t.Errorf("photos: %v", kept.given)
	}
	if _, err := s.Take(ctx, tx, person(), h.Token, h.Code); !fault.Is(err, fault.Gone) {
		t.Errorf("used twice: %v", err)
	}
	if yes, err := drafts.TakenAway(ctx, tx, me, d.ID); err != nil || !yes {
		t.Errorf("the first device is not told: %v", err)
	}
	if yes, err := drafts.TakenAway(ctx, tx, there, d.ID); err != nil || yes {
		t.Errorf("the second device is told: %v", err)
	}
	if err := s.DeleteFor(ctx, tx, me.Person); err != nil {
		t.Fatal(err)
	}
	if yes, err := drafts.TakenAway(ctx, tx, me, d.ID); err != nil || yes {
		t.Errorf("known after the erasure: %v", err)
	}
}

func TestHandoverEnds(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		do   func(tx pgx.Tx, s *drafts.Service, me accounts.Actor, d drafts.Draft, h drafts.Handover) error
	}{
		{"after 15 minutes", func(tx pgx.Tx, _ *drafts.Service, _ accounts.Actor, _ drafts.Draft, _ drafts.Handover) error {
			dbtest.SetNow(t, tx, start.Add(drafts.HandoverTTL+time.Second))
			return nil
		}},
		{"after five wrong tries", func(tx pgx.Tx, _ *drafts.Service, _ accounts.Actor, _ drafts.Draft, h drafts.Handover) error {
			for i := range drafts.HandoverTries {
				if a, err := drafts.TryCode(t.Context(), tx, h.Token, other(h.Code)); err != nil || a.Left != drafts.HandoverTries-1-i {
					t.Errorf("try %d: %+v, %v", i, a, err)
				}
			}
			return nil
		}},
		{"with the draft", func(tx pgx.Tx, s *drafts.Service, me accounts.Actor, d drafts.Draft, _ drafts.Handover) error {
			return s.Delete(t.Context(), tx, me, d.ID)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tx, me := dbtest.Tx(t), person()
			s, err := drafts.New(drafts.Config{DB: tx, Photos: &photos{}})
			if err != nil {
				t.Fatal(err)
			}
			dbtest.SetNow(t, tx, start)
			d := create(t, tx, me)
			h := handOver(t, tx, me, d.ID)
			if err := tt.do(tx, s, me, d, h); err != nil {
				t.Fatal(err)
			}
			unknown := fault.As(func() error { _, err := drafts.TryCode(t.Context(), tx, "2222-2222-2222-2222", h.Code); return err }())
			_, err = drafts.TryCode(t.Context(), tx, h.Token, h.Code)
			if got := fault.As(err); got == nil || got.Kind != fault.Gone || got.Key != unknown.Key {
				t.Errorf("right digits: %v, want as for an unknown link: %v", err, unknown)
			}
			if _, err := s.Take(t.Context(), tx, person(), h.Token, h.Code); !fault.Is(err, fault.Gone) {
				t.Errorf("taken: %v", err)
			}
			if open, err := drafts.LinkOpen(t.Context(), tx, h.Token); err != nil || open {
				t.Errorf("open %t, %v", open, err)
			}
		})
	}
}

// TestHandoverOnce: of two devices that take at the same time, one wins; of
// guesses at the same time no more are taken than there are tries.
func TestHandoverOnce(t *testing.T) {
	t.Parallel()
	pool, ctx, me := dbtest.DB(t), t.Context(), person()
	s, err := drafts.New(drafts.Config{DB: pool, Photos: &lockedPhotos{}})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		var d drafts.Draft
		var h drafts.Handover
		err := db.Transact(ctx, pool, func(_ context.Context, tx pgx.Tx) error {
			d = create(t, tx, me)
			h = handOver(t, tx, me, d.ID)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
					_, err := s.Take(ctx, tx, person(), h.Token, h.Code)
					return err
				})
				switch {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Gone):
					t.Errorf("the other one: %v", err)
				}
			})
		}
		wg.Go(func() { // and the first device asks for another link meanwhile
			err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
				_, err := drafts.HandOver(ctx, tx, me, d.ID)
				return err
			})
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("another link: %v", err)
			}
		})
		wg.Wait()
		if n := won.Load(); n > 1 {
			t.Fatalf("%d devices have it", n)
		}
	}

	var h drafts.Handover
	err = db.Transact(ctx, pool, func(_ context.Context, tx pgx.Tx) error {
		h = handOver(t, tx, me, create(t, tx, me).ID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var tried atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
				_, err := drafts.TryCode(ctx, tx, h.Token, other(h.Code))
				return err
			})
			if err == nil {
				tried.Add(1)
			}
		})
	}
	wg.Wait()
	if n := tried.Load(); n != drafts.HandoverTries {
		t.Errorf("%d guesses, want %d", n, drafts.HandoverTries)
	}
}

type lockedPhotos struct {
	mu sync.Mutex
	photos
}

func (p *lockedPhotos) GiveForDraft(ctx context.Context, tx pgx.Tx, draft, person uuid.UUID) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.photos.GiveForDraft(ctx, tx, draft, person)
}
