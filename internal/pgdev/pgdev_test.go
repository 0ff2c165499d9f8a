package pgdev_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/pgdev"
)

func open(t *testing.T, dir string) *pgdev.Cluster {
	t.Helper()
	c, err := pgdev.Open(pgdev.Config{Dir: dir, Volatile: true, Settings: []string{"max_connections=20"}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func start(t *testing.T, c *pgdev.Cluster) {
	t.Helper()
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// folder is a new one whose parents another user can pass, as t.TempDir's
// can't, so that the test as root sees the wanted folder and not its stand-in.
func folder(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pgdev-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return filepath.Join(dir, name)
}

func ask(t *testing.T, c *pgdev.Cluster, database, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var s string
	if err := conn.QueryRow(t.Context(), sql).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func answers(c *pgdev.Cluster) bool {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func TestFolders(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]string{
		"plain":                 "a",
		"space and quotes":      `it's a $HOME "folder"; x`,
		"comma":                 "a,b",
		"backslash":             `a\b`,
		"umlaut":                "Prüfung",
		"too long for a socket": strings.Repeat("long/", 30),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t, folder(t, sub))
			t.Cleanup(func() { // the stand-in lies elsewhere
				if err := os.RemoveAll(c.Dir()); err != nil {
					t.Error(err)
				}
			})
			start(t, c)
			if got := ask(t, c, "postgres", `SELECT current_user`); got != pgdev.Role {
				t.Errorf("user %q", got)
			}
			if got := ask(t, c, "postgres", `SHOW listen_addresses`); got != "" {
				t.Errorf("listens on %q", got)
			}
		})
	}
}

func TestTheLastUserStops(t *testing.T) {
	t.Parallel()
	dir := folder(t, "c")
	first, second := open(t, dir), open(t, dir)
	start(t, first)
	start(t, second)
	if !first.Started() || second.Started() {
		t.Errorf("started: first %v, second %v", first.Started(), second.Started())
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !answers(second) {
		t.Fatal("the first to leave stopped it")
	}
	if err := open(t, dir).Remove(t.Context()); !errors.Is(err, pgdev.ErrLocked) {
		t.Errorf("removed under a user's feet: %v", err)
	}
	if err := second.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if answers(second) {
		t.Error("the last to leave did not stop it")
	}
	if err := open(t, dir).Remove(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t, "c")
	clusters := make([]*pgdev.Cluster, 6)
	errs := make(chan error, len(clusters))
	var started atomic.Int32
	for i := range clusters {
		clusters[i] = open(t, dir)
		go func() {
			c := clusters[i]
			err := c.Start(t.Context())
			if err == nil {
				err = c.Ensure(t.Context(), "one")
			}
			if c.Started() {
				started.Add(1)
			}
			errs <- errors.Join(err, c.Close(t.Context()))
		}()
	}
	for range clusters {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if started.Load() < 1 || answers(clusters[0]) {
		t.Errorf("started %d times, still running: %v", started.Load(), answers(clusters[0]))
	}
}

func TestRecovers(t *testing.T) {
	t.Parallel()
	dir := folder(t, "c")
	c := open(t, dir)
	start(t, c)
	if err := c.Ensure(t.Context(), "city"); err != nil {
		t.Fatal(err)
	}
	kill(t, dir)
	if err := c.Leave(); err != nil {
		t.Fatal(err)
	}

	t.Log("after kill -9 of the postmaster")
	again := open(t, dir)
	start(t, again)
	if got := ask(t, again, "city", `SELECT postgis_lib_version()`); got == "" {
		t.Error("no PostGIS")
	}
	if err := again.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	t.Log("with a postmaster.pid whose number another program has now")
	pid := filepath.Join(dir, "pg", "data", "postmaster.pid")
	sleeper := exec.CommandContext(t.Context(), "sleep", "600")
	sameUser(sleeper, dir)
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = sleeper.Process.Kill(), sleeper.Wait() })
	content := fmt.Sprintf("%d\n%s\n1\n5432\n%s\n\n  1 1\nready\n", sleeper.Process.Pid, filepath.Dir(pid), filepath.Join(dir, "pg"))
	if err := os.WriteFile(pid, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	chownLike(t, pid, dir)
	third := open(t, dir)
	start(t, third)
	if err := third.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	t.Log("with a half made data folder")
	half := folder(t, "half")
	h := open(t, half)
	start(t, h)
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(half, "pg", "data"), filepath.Join(half, "pg", "data.new")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(half, "pg", "data.new", "postgresql.conf")); err != nil {
		t.Fatal(err)
	}
	start(t, open(t, half))
}

// TestGivenUp: who gives up while the server starts leaves none behind.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	dir := folder(t, "c")
	first := open(t, dir)
	start(t, first)
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for wait := time.Millisecond; wait < 200*time.Millisecond; wait *= 2 {
		c := open(t, dir)
		ctx, stop := context.WithTimeout(t.Context(), wait)
		err := c.Start(ctx)
		stop()
		if err == nil {
			if err := c.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if answers(c) {
			t.Fatalf("given up after %s, but a server runs", wait)
		}
	}
}

func TestRefusesPlantedThings(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(dir, victim string) error{
		"pg is a link": func(dir, victim string) error {
			return os.Symlink(victim, filepath.Join(dir, "pg"))
		},
		"the start lock is a link": func(dir, victim string) error {
			return os.Symlink(filepath.Join(victim, "file"), filepath.Join(dir, "start.lock"))
		},
		"the users lock is a pipe": func(dir, _ string) error {
			return syscall.Mkfifo(filepath.Join(dir, "users.lock"), 0o600)
		},
		"others may write": func(dir, _ string) error {
			return os.Chmod(dir, 0o777)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, victim := folder(t, "c"), folder(t, "victim")
			for _, d := range []string{dir, victim} {
				if err := os.Mkdir(d, 0o711); err != nil {
					t.Fatal(err)
				}
			}
			if err := plant(dir, victim); err != nil {
				t.Fatal(err)
			}
			c := open(t, dir)
			if err := c.Start(t.Context()); err == nil {
				t.Error("started", c.Close(context.Background()))
			}
			fi, err := os.Stat(victim)
			if err != nil {
				t.Fatal(err)
			}
			if uid := fi.Sys().(*syscall.Stat_t).Uid; int(uid) != os.Geteuid() {
				t.Errorf("the foreign folder was given to user %d", uid)
			}
			if entries, err := os.ReadDir(victim); err != nil || len(entries) > 0 {
				t.Errorf("the foreign folder now holds %v (%v)", entries, err)
			}
		})
	}
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := pgdev.Exclusive(dir, "dev.lock")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pgdev.Exclusive(dir, "dev.lock"); !errors.Is(err, pgdev.ErrLocked) {
		t.Errorf("second: %v", err)
	}
	if err := errors.Join(first.Release(), first.Release()); err != nil {
		t.Errorf("release twice: %v", err)
	}
	third, err := pgdev.Exclusive(dir, "dev.lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := third.Release(); err != nil {
		t.Error(err)
	}
}

// kill ends the postmaster by SIGKILL.
func kill(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func pgOwner(dir string) (uid, gid uint32) {
	fi, err := os.Stat(filepath.Join(dir, "pg"))
	if err != nil {
		return uint32(os.Geteuid()), uint32(os.Getegid())
	}
	st := fi.Sys().(*syscall.Stat_t)
	return st.Uid, st.Gid
}

// sameUser lets cmd run as the cluster's user: PostgreSQL ignores a number of
// another user's process anyway.
func sameUser(cmd *exec.Cmd, dir string) {
	if uid, gid := pgOwner(dir); os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	}
}

func chownLike(t *testing.T, path, dir string) {
	t.Helper()
	uid, gid := pgOwner(dir)
	if err := os.Lchown(path, int(uid), int(gid)); err != nil {
		t.Fatal(err)
	}
}
