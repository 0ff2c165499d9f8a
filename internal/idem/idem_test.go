package idem_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

const route = "POST /reports"

func do(ctx context.Context, d db.DB, key string, body []byte, fn func() (idem.Answer, error)) (a idem.Answer, err error) {
	err = db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		a, err = idem.Do(ctx, tx, route, key, idem.Hash(body), fn)
		return err
	})
	return a, err
}

func TestSixtyFourAtOnce(t *testing.T) {
	t.Parallel()
	pool, err := db.Open(t.Context(), db.Config{URL: dbtest.DB(t).Config().ConnString(), MaxConns: 70})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE made (n int)`); err != nil {
		t.Fatal(err)
	}
	key, body := uuid.NewString(), []byte("a broken lamp")
	var (
		mu       sync.Mutex
		runs     int
		replays  int
		wg       sync.WaitGroup
		starting = make(chan struct{})
	)
	for range 64 {
		wg.Go(func() {
			<-starting
			var got idem.Answer
			err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) (err error) {
				got, err = idem.Do(ctx, tx, route, key, idem.Hash(body), func() (idem.Answer, error) {
					mu.Lock()
					runs++
					mu.Unlock()
					if _, err := tx.Exec(ctx, `INSERT INTO made VALUES (1)`); err != nil {
						return idem.Answer{}, err
					}
					time.Sleep(20 * time.Millisecond) // the others are waiting now
					return idem.Answer{Status: 303, Location: "/receipt", Body: []byte("code")}, nil
				})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if got.Replayed {
				replays++
			}
			if got.Status != 303 || got.Location != "/receipt" || string(got.Body) != "code" {
				t.Errorf("answer %+v", got)
			}
		})
	}
	close(starting)
	wg.Wait()
	var rows int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM made`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	if runs != 1 || rows != 1 || replays != 63 {
		t.Errorf("%d runs, %d rows, %d stored answers; want 1, 1, 63", runs, rows, replays)
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	created := func() (idem.Answer, error) { return idem.Answer{Status: 201, Body: []byte("one")}, nil }
	again := func() (idem.Answer, error) { return idem.Answer{Status: 201, Body: []byte("two")}, nil }
	wrong := errors.New("wrong")
	fails := func() (idem.Answer, error) { return idem.Answer{}, wrong }
	body := []byte("body")

	t.Run("stored", func(t *testing.T) {
		t.Parallel()
		tx, key := dbtest.Tx(t), uuid.NewString()
		for i, want := range []bool{false, true} {
			a, err := do(t.Context(), tx, key, body, []func() (idem.Answer, error){created, again}[i])
			if err != nil || string(a.Body) != "one" || a.Replayed != want {
				t.Errorf("try %d: %+v, %v", i, a, err)
			}
		}
	})
	t.Run("another body", func(t *testing.T) {
		t.Parallel()
		tx, key := dbtest.Tx(t), uuid.NewString()
		if _, err := do(t.Context(), tx, key, body, created); err != nil {
			t.Fatal(err)
		}
		if _, err := do(t.Context(), tx, key, []byte("other"), again); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an error stores nothing", func(t *testing.T) {
		t.Parallel()
		tx, key := dbtest.Tx(t), uuid.NewString()
		if _, err := do(t.Context(), tx, key, body, fails); !errors.Is(err, wrong) {
			t.Fatalf("got %v", err)
		}
		if a, err := do(t.Context(), tx, key, []byte("other"), created); err != nil || a.Replayed {
			t.Errorf("got %+v, %v", a, err)
		}
	})
	t.Run("after a day the key is free", func(t *testing.T) {
		t.Parallel()
		tx, key := dbtest.Tx(t), uuid.NewString()
		if _, err := do(t.Context(), tx, key, body, created); err != nil {
			t.Fatal(err)
		}
		dbtest.SetNow(t, tx, time.Now().Add(idem.Keep+time.Minute))
		if a, err := do(t.Context(), tx, key, []byte("other"), again); err != nil || string(a.Body) != "two" || a.Replayed {
			t.Errorf("got %+v, %v", a, err)
		}
	})
	t.Run("no key, no bookkeeping", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		for range 2 {
			if a, err := do(t.Context(), tx, "", body, created); err != nil || a.Replayed {
				t.Errorf("got %+v, %v", a, err)
			}
		}
	})
	t.Run("a key that can be guessed", func(t *testing.T) {
		t.Parallel()
		if _, err := do(t.Context(), dbtest.Tx(t), "1", body, created); !fault.Is(err, fault.BadRequest) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the lock timeout comes back", func(t *testing.T) {
		t.Parallel()
		tx := dbtest.Tx(t)
		var before, after string
		if err := tx.QueryRow(t.Context(), `SELECT current_setting('lock_timeout')`).Scan(&before); err != nil {
			t.Fatal(err)
		}
		if _, err := idem.Begin(t.Context(), tx, route, uuid.NewString(), idem.Hash(body)); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRow(t.Context(), `SELECT current_setting('lock_timeout')`).Scan(&after); err != nil || before != after {
			t.Errorf("before %q, after %q, %v", before, after, err)
		}
	})
	t.Run("nothing readable is stored", func(t *testing.T) {
		t.Parallel()
		tx, key := dbtest.Tx(t), uuid.NewString()
		if _, err := do(t.Context(), tx, key, body, func() (idem.Answer, error) {
			return idem.Answer{Status: 201, Body: []byte("7K3Q-X9AB-CDEF")}, nil
		}); err != nil {
			t.Fatal(err)
		}
		var row []byte
		if err := tx.QueryRow(t.Context(), `SELECT convert_to(string_agg(k::text, ''), 'UTF8') || string_agg(answer, '') FROM idempotency_keys AS k`).Scan(&row); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"7K3Q", key} {
			if bytes.Contains(row, []byte(secret)) {
				t.Errorf("%q lies in the table", secret)
			}
		}
	})
}

// A second request waits 3 s for the first, then it is told to come back.
func TestStillRunning(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	key := uuid.NewString()
	first, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Rollback(context.Background())
	if _, err := idem.Begin(t.Context(), first, route, key, idem.Hash(nil)); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, err = do(t.Context(), pool, key, nil, func() (idem.Answer, error) { return idem.Answer{}, nil })
	if f := fault.As(err); f.Kind != fault.Conflict || f.RetryAfter <= 0 {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took < idem.Wait-100*time.Millisecond {
		t.Errorf("waited only %s", took)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c, err := jobs.New(jobs.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	idem.Clean(c, tx)
	if _, err := do(t.Context(), tx, uuid.NewString(), nil, func() (idem.Answer, error) { return idem.Answer{Status: 201}, nil }); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		age  time.Duration
		want int
	}{{"young", idem.Keep - time.Minute, 1}, {"old", idem.Keep + time.Minute, 0}} {
		dbtest.SetNow(t, tx, time.Now().Add(tt.age))
		if err := c.RunPeriodic(t.Context(), "idem_clean"); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM idempotency_keys`).Scan(&n); err != nil || n != tt.want {
			t.Errorf("%s: %d rows, %v; want %d", tt.name, n, err, tt.want)
		}
	}
}

// TestOnceStoreRecall: what is read again is what was made, for its person alone.
func TestOnceStoreRecall(t *testing.T) {
	t.Parallel()
	type made struct{ Number, Code string }
	pool, key := dbtest.DB(t), uuid.NewString()
	mine, theirs := idem.Hash([]byte("mine")), idem.Hash([]byte("theirs"))
	once := func(n string) (out made, err error) {
		err = db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) (err error) {
			out, err = idem.Once(ctx, tx, route, key, mine, func() (made, error) {
				m := made{Number: n, Code: "ABCD"}
				return m, idem.Store(ctx, tx, "receipt", key, mine, m)
			})
			return err
		})
		return out, err
	}
	if ok, err := idem.Known(t.Context(), pool, "receipt", key); ok || err != nil {
		t.Errorf("before: %t, %v", ok, err)
	}
	if _, ok, err := idem.Recall[made](t.Context(), pool, "receipt", key, mine); ok || err != nil {
		t.Errorf("before: %t, %v", ok, err)
	}
	for _, n := range []string{"first", "second"} {
		if out, err := once(n); err != nil || out != (made{"first", "ABCD"}) {
			t.Errorf("%s: %+v, %v", n, out, err)
		}
	}
	if m, ok, err := idem.Recall[made](t.Context(), pool, "receipt", key, mine); m.Number != "first" || !ok || err != nil {
		t.Errorf("%+v, %t, %v", m, ok, err)
	}
	if m, ok, err := idem.Recall[made](t.Context(), pool, "receipt", key, theirs); m != (made{}) || ok || err != nil {
		t.Errorf("somebody else's: %+v, %t, %v", m, ok, err)
	}
	if ok, err := idem.Known(t.Context(), pool, "receipt", key); !ok || err != nil {
		t.Errorf("after: %t, %v", ok, err)
	}
}
