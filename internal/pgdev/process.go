package pgdev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Missing is the advice for a machine without PostgreSQL or PostGIS.
const Missing = "PostgreSQL with PostGIS is not installed: run scripts/setup.sh, or on Debian apt-get install postgresql-postgis"

const logMax = 16 << 20

// bin is the folder of PostgreSQL's programs: those of the version that made
// the data, else the newest one that has PostGIS.
func (c *Cluster) bin() (string, error) {
	if b, err := os.ReadFile(filepath.Join(c.data(), "PG_VERSION")); err == nil {
		v := strings.TrimSpace(string(b))
		dir := filepath.Join("/usr/lib/postgresql", v, "bin")
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err != nil {
			return "", fmt.Errorf("the data in %s are of PostgreSQL %s, which is not installed: apt-get install postgresql-%s postgresql-%s-postgis-3", c.dir, v, v, v)
		}
		return dir, nil
	}
	found, err := filepath.Glob("/usr/share/postgresql/*/extension/postgis.control")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best := 0
	for _, f := range found {
		v, err := strconv.Atoi(strings.Split(f, "/")[4])
		if err != nil || v <= best {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/usr/lib/postgresql/%d/bin/initdb", v)); err == nil {
			best = v
		}
	}
	if best == 0 {
		return "", errors.New(Missing)
	}
	return fmt.Sprintf("/usr/lib/postgresql/%d/bin", best), nil
}

// Programs is the folder of PostgreSQL's programs for a server of that version:
// those of the same version, else of the next newer one, which can read it.
func Programs(major int) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	if err != nil {
		return "", fmt.Errorf("look for PostgreSQL: %w", err)
	}
	best := 0
	for _, f := range found {
		if v, err := strconv.Atoi(strings.Split(f, "/")[4]); err == nil && v >= major && (best == 0 || v < best) {
			best = v
		}
	}
	if best == 0 {
		return "", fmt.Errorf("pg_dump and pg_restore of PostgreSQL %d or later are missing: apt-get install postgresql-client-%d", major, major)
	}
	return fmt.Sprintf("/usr/lib/postgresql/%d/bin", best), nil
}

// run brings the server up. The caller holds start.lock.
func (c *Cluster) run(ctx context.Context) error {
	if c.alive(ctx) && !c.stale() {
		return nil
	}
	if c.volatile && c.stale() {
		if err := c.wipe(ctx); err != nil {
			return err
		}
	}
	if err := c.initialise(ctx); err != nil {
		return err
	}
	// After kill -9 of the postmaster its orphans hold the shared memory for a
	// moment, so a failed start is tried again for half a minute.
	deadline := time.After(30 * time.Second)
	for {
		err := c.launch(ctx)
		if err == nil {
			c.started = true
			return nil
		}
		if e := c.dropStalePID(); e != nil {
			return errors.Join(err, e)
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-deadline:
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// initialise makes the data folder. A kill -9 within initdb leaves only
// data.new behind, which the next start throws away.
func (c *Cluster) initialise(ctx context.Context) error {
	if c.Exists() {
		return nil
	}
	fresh := c.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	args := []string{"-D", fresh, "-U", Role, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"}
	if c.volatile {
		args = append(args, "--no-sync")
	}
	if err := c.program(ctx, "initdb", args...); err != nil {
		return err
	}
	if err := os.Rename(fresh, c.data()); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	if c.volatile {
		return os.WriteFile(c.bootFile(), bootID(), 0o600)
	}
	return nil
}

// launch starts one postmaster and waits until it takes connections or dies.
// It is started directly, not by pg_ctl: that one hands its options to a
// shell, where a space in the path breaks them.
func (c *Cluster) launch(ctx context.Context) error {
	bin, err := c.bin()
	if err != nil {
		return err
	}
	logFile, err := c.openLog()
	if err != nil {
		return err
	}
	defer logFile.Close()
	offset, err := logFile.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("log of PostgreSQL: %w", err)
	}
	args := []string{
		"-D", c.data(),
		"-c", "listen_addresses=",
		"-c", "port=5432",
		"-c", `unix_socket_directories="` + c.pg() + `"`, // quoted: the list knows commas and spaces
		"-c", "unix_socket_permissions=0700",
		"-c", "shared_buffers=128MB",
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
		"-c", "lc_messages=C",
	}
	if c.volatile {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
	}
	for _, s := range c.settings {
		args = append(args, "-c", s)
	}
	// No CommandContext: the server must outlive the context of its start, and
	// us, when others use it.
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...) //nolint:noctx // see above
	c.prepare(cmd)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	died := make(chan error, 1)
	go func() { died <- cmd.Wait() }() // also reaps it when it stops much later
	for {
		if c.alive(ctx) {
			return nil
		}
		select {
		case err := <-died:
			return fmt.Errorf("PostgreSQL did not start (%w): %s", errors.Join(err), c.logSince(offset))
		case <-ctx.Done(): // Ctrl-C while it starts: it has no user yet, so it must not stay
			_ = cmd.Process.Signal(syscall.SIGQUIT) // fails only when it is dead already
			<-died                                  //nolint:errcheck // "signal: quit", as told
			return context.Cause(ctx)
		case <-time.After(15 * time.Millisecond):
		}
	}
}

func (c *Cluster) prepare(cmd *exec.Cmd) {
	cmd.Dir = c.pg()
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "PG") || strings.HasPrefix(s, "LC_") || strings.HasPrefix(s, "LANG")
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C.UTF-8", "TZ=UTC")
	// A session of its own: Ctrl-C in the terminal must reach the app first, not the database.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred, Setsid: true}
}

// program runs one of PostgreSQL's programs to its end.
func (c *Cluster) program(ctx context.Context, name string, args ...string) error {
	bin, err := c.bin()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, name), args...)
	c.prepare(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// stop ends all sessions and the server. The caller holds start.lock.
func (c *Cluster) stop(ctx context.Context) error {
	if c.program(ctx, "pg_ctl", "-D", c.data(), "-m", "fast", "-w", "-t", "30", "stop") == nil {
		return nil
	}
	if !c.alive(ctx) {
		return nil // it was dead already
	}
	return c.program(ctx, "pg_ctl", "-D", c.data(), "-m", "immediate", "-w", "-t", "30", "stop")
}

// alive judges by a connection.
func (c *Cluster) alive(ctx context.Context) bool {
	ctx, stop := context.WithTimeout(ctx, 3*time.Second)
	defer stop()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// dropStalePID removes a postmaster.pid whose number meanwhile belongs to
// another program (after a restart of a container numbers repeat at once): the
// server would take that for a living colleague for ever. It is stale only
// when no process at all works in the data folder, orphans included.
func (c *Cluster) dropStalePID() error {
	procs, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return fmt.Errorf("look for PostgreSQL: %w", err)
	}
	for _, p := range procs {
		if cwd, err := os.Readlink(p); err == nil && strings.TrimSuffix(cwd, " (deleted)") == c.data() {
			return nil
		}
	}
	if err := os.Remove(filepath.Join(c.data(), "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove stale postmaster.pid: %w", err)
	}
	return nil
}

func (c *Cluster) openLog() (*os.File, error) {
	path := filepath.Join(c.dir, "log")
	flags := os.O_CREATE | os.O_RDWR | os.O_APPEND | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	if fi, err := os.Lstat(path); err == nil && fi.Size() > logMax {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of PostgreSQL: %w", err)
	}
	return f, nil
}

// logSince is what the server wrote in this attempt, for the error message.
func (c *Cluster) logSince(offset int64) string {
	b, err := os.ReadFile(filepath.Join(c.dir, "log"))
	if err != nil || int64(len(b)) < offset {
		return "see " + filepath.Join(c.dir, "log")
	}
	b = bytes.TrimSpace(b[offset:])
	if len(b) > 2000 {
		b = b[len(b)-2000:]
	}
	return string(b)
}

func (c *Cluster) bootFile() string { return filepath.Join(c.dir, "boot") }

// stale tells whether a volatile cluster was made before the machine's last
// boot: without fsync its files may be torn.
func (c *Cluster) stale() bool {
	if !c.volatile || !c.Exists() {
		return false
	}
	b, err := os.ReadFile(c.bootFile())
	return err != nil || !bytes.Equal(b, bootID())
}

func (c *Cluster) wipe(ctx context.Context) error {
	if c.alive(ctx) { // its boot file is missing: made by a start that was killed
		if err := c.stop(ctx); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(c.data()); err != nil {
		return fmt.Errorf("empty volatile cluster: %w", err)
	}
	return nil
}

func bootID() []byte {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return []byte("unknown")
	}
	return bytes.TrimSpace(b)
}
