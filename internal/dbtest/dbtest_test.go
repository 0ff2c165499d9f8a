package dbtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

func TestTx(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			tx := dbtest.Tx(t)
			// Every transaction sees its own table only: nothing was left by the others.
			if _, err := tx.Exec(t.Context(), `CREATE TABLE rolled_back (n int)`); err != nil {
				t.Fatal(err)
			}
			if err := db.Migrated(t.Context(), tx); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSetNow(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	want := time.Date(2026, 3, 29, 1, 59, 59, 123456000, time.UTC)
	dbtest.SetNow(t, tx, want)
	got, err := db.Now(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(want) {
		t.Errorf("now is %v, want %v", got, want)
	}
}

func TestDB(t *testing.T) {
	t.Parallel()
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := dbtest.DB(t)
			if _, err := pool.Exec(t.Context(), `CREATE TABLE own (n int)`); err != nil {
				t.Fatal(err)
			}
			var extensions int
			if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_extension WHERE extname = ANY($1)`, db.Extensions()).Scan(&extensions); err != nil {
				t.Fatal(err)
			}
			if extensions != len(db.Extensions()) {
				t.Errorf("%d extensions", extensions)
			}
		})
	}
}

// TestCopiesOfTheDead starts this test binary a second time, which makes a
// copy and dies by SIGKILL; another one drops what it left behind, and leaves
// the copies of the living alone.
func TestCopiesOfTheDead(t *testing.T) {
	t.Parallel()
	if os.Getenv("DBTEST_CHILD") != "" {
		child(t)
		return
	}
	mine := dbtest.DB(t)
	left := run(t, "die")
	if !exists(t, left) {
		t.Fatalf("%s is gone before anybody could drop it", left)
	}
	run(t, "clean")
	for deadline := time.After(20 * time.Second); exists(t, left); {
		select {
		case <-deadline:
			t.Fatalf("%s was never dropped", left)
		case <-time.After(50 * time.Millisecond):
		}
		run(t, "clean")
	}
	if err := mine.Ping(t.Context()); err != nil {
		t.Errorf("a living process lost its database: %v", err)
	}
}

func child(t *testing.T) {
	pool := dbtest.DB(t)
	fmt.Println("database", pool.Config().ConnConfig.Database)
	if os.Getenv("DBTEST_CHILD") == "die" {
		p, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		_ = p.Kill()
		select {}
	}
}

func run(t *testing.T, what string) (database string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCopiesOfTheDead$", "-test.v")
	cmd.Env = append(os.Environ(), "DBTEST_CHILD="+what)
	out, err := cmd.Output()
	if err != nil && what != "die" {
		t.Fatalf("%s: %v\n%s", what, err, out)
	}
	for s := bufio.NewScanner(strings.NewReader(string(out))); s.Scan(); {
		if name, ok := strings.CutPrefix(s.Text(), "database "); ok {
			return name
		}
	}
	t.Fatalf("%s told no database:\n%s", what, out)
	return ""
}

func exists(t *testing.T, database string) bool {
	t.Helper()
	pool := dbtest.Empty(t)
	ok, err := db.Exists(context.WithoutCancel(t.Context()), pool, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, database)
	if err != nil {
		// Empty has no PostGIS, so the geometry codec may refuse the connection.
		t.Fatal(err)
	}
	return ok
}
