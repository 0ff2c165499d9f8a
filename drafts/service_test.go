package drafts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

type photos struct {
	gone  []uuid.UUID
	given [][2]uuid.UUID
}

func (p *photos) GiveForDraft(_ context.Context, _ pgx.Tx, draft, person uuid.UUID) error {
	p.given = append(p.given, [2]uuid.UUID{draft, person})
	return nil
}

func (p *photos) DeleteForDraft(_ context.Context, _ pgx.Tx, draft uuid.UUID) error {
	p.gone = append(p.gone, draft)
	return nil
}

func person() accounts.Actor { return accounts.Actor{Person: subject.NewID()} }

func fields(t *testing.T, v any) drafts.Body {
	t.Helper()
	b, err := drafts.Fields(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func create(t *testing.T, tx pgx.Tx, a accounts.Actor) drafts.Draft {
	t.Helper()
	d, err := drafts.Create(t.Context(), tx, a, subject.NewID(), "report", fields(t, map[string]any{"text": "Loch"}))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSave(t *testing.T) {
	t.Parallel()
	tx, ctx, me := dbtest.Tx(t), t.Context(), person()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, start)
	d := create(t, tx, me)
	if d.Version != 1 || !d.ExpiresAt.Equal(start.Add(drafts.Lifetime)) {
		t.Errorf("new: version %d, until %s", d.Version, d.ExpiresAt)
	}
	dbtest.SetNow(t, tx, start.Add(24*time.Hour))
	if _, err := drafts.Save(ctx, tx, me, d.ID, 1, fields(t, map[string]any{"text": "Tiefes Loch"})); err != nil {
		t.Fatal(err)
	}
	got, err := drafts.Save(ctx, tx, me, d.ID, 1, fields(t, map[string]any{"text": "Loch", "kind": "schlagloch"}))
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := drafts.Load(ctx, tx, me, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"text": "Tiefes Loch", "kind": "schlagloch"}
	if diff := cmp.Diff(want, texts(t, loaded)); diff != "" {
		t.Error(diff)
	}
	if loaded.Version != 3 || got.Version != 3 || !loaded.ExpiresAt.Equal(start.Add(24*time.Hour+drafts.Lifetime)) {
		t.Errorf("version %d and %d, until %s", got.Version, loaded.Version, loaded.ExpiresAt)
	}
}

func texts(t *testing.T, d drafts.Draft) map[string]string {
	t.Helper()
	all := map[string]string{}
	for k := range d.Body {
		v, err := drafts.Field[string](d, k)
		if err != nil {
			t.Fatal(err)
		}
		all[k] = v
	}
	return all
}

// TestOthers: for everybody but its person a draft does not exist.
func TestOthers(t *testing.T) {
	t.Parallel()
	tx, ctx, me := dbtest.Tx(t), t.Context(), person()
	d := create(t, tx, me)
	s, err := drafts.New(drafts.Config{DB: tx, Photos: &photos{}})
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]accounts.Actor{"another person": person(), "nobody": {}, "an admin": {Person: subject.NewID(), Roles: []subject.Role{subject.Admin}}} {
		_, load := drafts.Load(ctx, tx, other, d.ID)
		_, lock := drafts.LoadLocked(ctx, tx, other, d.ID)
		_, save := drafts.Save(ctx, tx, other, d.ID, 1, drafts.Body{"text": json.RawMessage(`"x"`)})
		for act, err := range map[string]error{
			"load": load, "lock": lock, "save": save, "delete": s.Delete(ctx, tx, other, d.ID),
			"upload to": drafts.Owners{}.Mine(ctx, tx, other, d.ID), "lock for upload": drafts.Owners{}.Lock(ctx, tx, other, d.ID),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s may %s: %v", name, act, err)
			}
		}
		if list, err := drafts.Mine(ctx, tx, other, ""); err != nil || len(list) > 0 {
			t.Errorf("%s lists %d, %v", name, len(list), err)
		}
	}
	if err := (drafts.Owners{}).Mine(ctx, tx, me, d.ID); err != nil {
		t.Errorf("its person: %v", err)
	}
	if _, err := drafts.Create(ctx, tx, accounts.Actor{}, subject.NewID(), "report", nil); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a draft of nobody: %v", err)
	}
	if _, err := drafts.Create(ctx, tx, person(), d.ID, "report", nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft with somebody else's id: %v", err)
	}
	again, err := drafts.Create(ctx, tx, me, d.ID, "report", drafts.Body{"text": json.RawMessage(`"x"`)})
	if err != nil || texts(t, again)["text"] != "Loch" {
		t.Errorf("a repeated request: %v, %v", again.Body, err)
	}
}

func TestMineAndLimit(t *testing.T) {
	t.Parallel()
	tx, ctx, me := dbtest.Tx(t), t.Context(), person()
	var want []uuid.UUID
	for i := range drafts.MaxOpen {
		dbtest.SetNow(t, tx, time.Date(2026, 3, 1, 12, i, 0, 0, time.UTC))
		want = append(want, create(t, tx, me).ID)
	}
	slices.Reverse(want)
	list, err := drafts.Mine(ctx, tx, me, "report")
	if err != nil {
		t.Fatal(err)
	}
	var got []uuid.UUID
	for _, d := range list {
		got = append(got, d.ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if list, err := drafts.Mine(ctx, tx, me, "idea"); err != nil || len(list) > 0 {
		t.Errorf("another kind: %d, %v", len(list), err)
	}
	if _, err := drafts.Create(ctx, tx, me, subject.NewID(), "report", nil); !fault.Is(err, fault.TooMany) {
		t.Errorf("one more: %v", err)
	}
}

func TestExpireAndDelete(t *testing.T) {
	t.Parallel()
	tx, ctx, me := dbtest.Tx(t), t.Context(), person()
	p := &photos{}
	s, err := drafts.New(drafts.Config{DB: tx, Photos: p})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, start)
	old, deleted := create(t, tx, me), create(t, tx, me)
	dbtest.SetNow(t, tx, start.Add(time.Hour))
	young := create(t, tx, me)
	if err := s.Delete(ctx, tx, me, deleted.ID); err != nil {
		t.Fatal(err)
	}
	dbtest.SetNow(t, tx, start.Add(drafts.Lifetime))
	if _, err := drafts.Load(ctx, tx, me, old.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("an expired draft can be loaded: %v", err)
	}
	if err := s.Expire(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uuid.UUID{deleted.ID, old.ID}, p.gone); diff != "" {
		t.Errorf("photos deleted: %s", diff)
	}
	if _, err := drafts.Load(ctx, tx, me, young.ID); err != nil {
		t.Errorf("the young one: %v", err)
	}
	to := person()
	if err := drafts.Adopt(ctx, tx, me.Person, to.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := drafts.Load(ctx, tx, to, young.ID); err != nil {
		t.Errorf("adopted: %v", err)
	}
	if err := s.DeleteFor(ctx, tx, to.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := drafts.Load(ctx, tx, to, young.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the person's erasure: %v", err)
	}
}

// TestParallelTabs: 16 tabs that write one field each at the same time.
func TestParallelTabs(t *testing.T) {
	t.Parallel()
	pool, ctx, me := dbtest.DB(t), t.Context(), person()
	var d drafts.Draft
	err := db.Transact(ctx, pool, func(_ context.Context, tx pgx.Tx) error {
		d = create(t, tx, me)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"text": "Loch"}
	var wg sync.WaitGroup
	for i := range 16 {
		name := fmt.Sprintf("field%d", i)
		want[name] = name
		send := fields(t, map[string]any{"text": "Loch", name: name})
		wg.Go(func() {
			err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
				_, err := drafts.Save(ctx, tx, me, d.ID, d.Version, send)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := drafts.Load(ctx, pool, me, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, texts(t, got)); diff != "" {
		t.Error(diff)
	}
}
