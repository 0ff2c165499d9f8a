package kept_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mitwirk/mitwirk/internal/kept"
)

const (
	keepFor = 10 * time.Minute
	most    = 20
)

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func store(t *testing.T) *kept.Kept[int, int] {
	t.Helper()
	k, err := kept.New[int, int](kept.Config{For: keepFor, Most: most})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Figures are counted once in ten minutes, an error is kept by nobody, and the
// memory does not grow without end.
func TestGet(t *testing.T) {
	t.Parallel()
	k, counts := store(t), 0
	get := func(key int, at time.Time) int {
		t.Helper()
		v, _, err := k.Get(t.Context(), key, at, func() (int, error) { counts++; return counts, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b, c := get(1, start), get(1, start.Add(keepFor-time.Second)), get(1, start.Add(-time.Second)); a != 1 || b != 1 || c != 1 {
		t.Errorf("%d, then %d, then %d", a, b, c)
	}
	if v := get(1, start.Add(keepFor)); v != 2 {
		t.Errorf("after ten minutes %d", v)
	}
	broken := errors.New("no database")
	if _, _, err := k.Get(t.Context(), 2, start, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if v := get(2, start); v != 3 {
		t.Errorf("an error was kept: %d", v)
	}
	for i := range 3 * most {
		get(i, start)
	}
	before, held := counts, 0
	for i := range 3 * most {
		if was := counts; get(i, start) != was+1 {
			held++
		}
	}
	if held > most || before == counts {
		t.Errorf("%d are kept", held)
	}
	if _, err := kept.New[int, int](kept.Config{}); err == nil {
		t.Error("kept for no time")
	}
}

// However many ask for a count that is over, it is made once; of two keys one
// after the other is counted.
func TestOneFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, now := store(t), start
		var mu sync.Mutex
		var counts, running, highest int
		count := func() (int, error) {
			mu.Lock()
			counts++
			running++
			highest = max(highest, running)
			n := counts
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			mu.Unlock()
			return n, nil
		}
		for round := range 2 {
			var all sync.WaitGroup
			for i := range 50 {
				all.Go(func() {
					if _, _, err := k.Get(t.Context(), i%2, now, count); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			if want := 2 * (round + 1); counts != want || highest != 1 {
				t.Errorf("round %d: %d counts, %d at a time, want %d", round, counts, highest, want)
			}
			now = now.Add(keepFor)
		}
	})
}

// Who waits goes when its own request ends, and when the request that counts is
// given up the next one counts; a count that panics sets nobody's patience on trial.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := store(t)
		first, giveUp := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			_, _, err := k.Get(first, 1, start, func() (int, error) {
				<-first.Done()
				return 0, first.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("who gave up: %v", err)
			}
		})
		synctest.Wait()
		for range 10 {
			all.Go(func() {
				if v, _, err := k.Get(t.Context(), 1, start, func() (int, error) { return 7, nil }); v != 7 || err != nil {
					t.Errorf("who waited: %d, %v", v, err)
				}
			})
		}
		impatient, leave := context.WithCancel(t.Context())
		leave()
		for _, key := range []int{1, 2} {
			if _, _, err := k.Get(impatient, key, start, func() (int, error) { return 0, nil }); !errors.Is(err, context.Canceled) {
				t.Errorf("who left at %d: %v", key, err)
			}
		}
		giveUp()
		all.Wait()

		func() {
			defer func() { _ = recover() }()
			_, _, _ = k.Get(t.Context(), 3, start, func() (int, error) { panic("count") })
		}()
		if v, _, err := k.Get(t.Context(), 3, start, func() (int, error) { return 8, nil }); v != 8 || err != nil {
			t.Errorf("after a panic: %d, %v", v, err)
		}
	})
}
