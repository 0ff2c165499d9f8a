package faults_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// long tells whether the long forms are asked for.
var long = os.Getenv("MITWIRK_FAULTS") == "long"

// either gives the number for the short form or for the long one.
func either[T any](short, longer T) T {
	if long {
		return longer
	}
	return short
}

// binary is the product as it is installed, built once; MITWIRK_FAULTS_BIN names
// one that is there.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("MITWIRK_FAULTS_BIN"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "mitwirk-faults-bin-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "mitwirk")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "../../cmd/mitwirk")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	code := m.Run()
	if path, err := binary(); err == nil && os.Getenv("MITWIRK_FAULTS_BIN") == "" {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// city is an installation of its own: a durable PostgreSQL, a folder of photos
// and one server process.
type city struct {
	t     testing.TB
	bin   string
	dir   string
	pgDir string
	files string
	addr  string
	limit string // further limits of serve
	env   []string

	cluster *pgdev.Cluster
	server  *exec.Cmd
	ended   chan struct{}
	starts  int
}

// folder is a new one whose parents another user can pass: as root the database
// runs as somebody else.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "mitwirk-faults-") //nolint:usetesting // see above
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	return dir
}

// newCity makes the database and its catalogue; no server runs yet.
func newCity(t testing.TB) *city {
	t.Helper()
	dir := folder(t)
	return cityIn(t, dir, filepath.Join(dir, "db"), filepath.Join(dir, "files"))
}

func cityIn(t testing.TB, dir, pgDir, files string) *city {
	t.Helper()
	began := time.Now()
	bin, err := binary()
	must(t, err)
	built := time.Since(began)
	c := &city{t: t, bin: bin, dir: dir, pgDir: pgDir, files: files, addr: freeAddr(t)}
	t.Cleanup(c.stop)
	c.startDB()
	cluster := time.Since(began) - built
	must(t, c.cluster.Ensure(t.Context(), "mitwirk"))
	c.run("migrate")
	c.run("import", "categories", "../../demo/catalogue.yaml")
	t.Logf("binary after %s, database after %s, schema and catalogue after %s", built.Round(time.Millisecond), cluster.Round(time.Millisecond),
		(time.Since(began) - built - cluster).Round(time.Millisecond))
	return c
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func (c *city) url() string { return c.cluster.URL("mitwirk") }

func (c *city) environment() []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "MITWIRK_DATABASE_URL=" + c.url(), "MITWIRK_FILES_URL=file://" + c.files}
	return append(env, c.env...)
}

// run runs a command of the product to its end.
func (c *city) run(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.bin, args...)
	cmd.Env = c.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("mitwirk %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// beside is a second server on the same database and photos.
func (c *city) beside() *city {
	other := *c
	other.addr, other.server, other.ended, other.starts = freeAddr(c.t), nil, nil, 0
	c.t.Cleanup(other.killServer)
	return &other
}

// startDB starts the database, also one that was killed.
func (c *city) startDB() {
	c.t.Helper()
	cluster, err := pgdev.Open(pgdev.Config{Dir: c.pgDir, Settings: []string{
		"max_connections=60", "fsync=on", "synchronous_commit=on", "full_page_writes=on", "restart_after_crash=on",
	}})
	must(c.t, err)
	if c.cluster != nil {
		must(c.t, c.cluster.Leave())
	}
	c.cluster = cluster
	must(c.t, cluster.Start(c.t.Context()))
}

// postmaster is the process of the database.
func (c *city) postmaster() int {
	b, err := os.ReadFile(filepath.Join(c.pgDir, "pg", "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, _ := strconv.Atoi(line)
	return pid
}

// backends are the processes of the database's sessions and helpers.
func (c *city) backends() []int {
	main := c.postmaster()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", main, main))
	if main == 0 || err != nil {
		return nil
	}
	var pids []int
	for f := range strings.FieldsSeq(string(b)) {
		if pid, err := strconv.Atoi(f); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killDB ends the database by SIGKILL and starts it again.
func (c *city) killDB() {
	c.t.Helper()
	if pid := c.postmaster(); pid > 0 {
		must(c.t, syscall.Kill(pid, syscall.SIGKILL))
	}
	c.startDB()
}

// killBackend ends one session by SIGKILL: the database recovers by itself.
func (c *city) killBackend(n int) {
	if pids := c.backends(); len(pids) > 0 {
		_ = syscall.Kill(pids[n%len(pids)], syscall.SIGKILL) // it may have ended
	}
}

// startServer starts the server and waits until it says that it is ready.
func (c *city) startServer() {
	c.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		c.launch()
		if c.waitReady(20 * time.Second) {
			return
		}
		c.killServer()
		if time.Now().After(deadline) {
			c.t.Fatalf("the server does not come up: %s", c.lastWords())
		}
	}
}

func (c *city) launch() {
	c.t.Helper()
	log, err := os.OpenFile(filepath.Join(c.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(c.t, err)
	defer log.Close()
	cmd := exec.Command(c.bin, "serve", "--addr", c.addr, "--limits", "report=1000000/1m,upload=1000000/1m,visit=1000000/1m,post=1000000/1m"+c.limit)
	cmd.Env, cmd.Stdout, cmd.Stderr = c.environment(), log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(c.t, cmd.Start())
	c.starts++
	ended := make(chan struct{})
	c.server, c.ended = cmd, ended
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
}

func (c *city) lastWords() string {
	b, _ := os.ReadFile(filepath.Join(c.dir, "server.log"))
	if len(b) > 2000 {
		b = b[len(b)-2000:]
	}
	return string(b)
}

// logged are the lines of the server's log that hold a text.
func (c *city) logged(text string) string {
	b, _ := os.ReadFile(filepath.Join(c.dir, "server.log"))
	var lines []string
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, text) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[:min(len(lines), 10)], "")
}

// killServer ends the server by SIGKILL.
func (c *city) killServer() {
	if c.server == nil {
		return
	}
	_ = c.server.Process.Kill() // it may have ended by itself
	<-c.ended
	c.server = nil
}

// running tells whether the server's process is still the one that was started.
func (c *city) running() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

func (c *city) waitReady(most time.Duration) bool {
	ctx, stop := context.WithTimeout(c.t.Context(), most)
	defer stop()
	for ctx.Err() == nil {
		if status, _ := c.ask(ctx, "/readyz"); status == http.StatusOK {
			return true
		}
		select {
		case <-c.ended:
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false
}

// ask is a GET; 0 when there is no answer.
func (c *city) ask(ctx context.Context, path string) (int, string) {
	ctx, stop := context.WithTimeout(ctx, 10*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.addr+path, nil)
	if err != nil {
		return 0, err.Error()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := res.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return res.StatusCode, b.String()
		}
	}
}

// pool is a connection to the database for the checker.
func (c *city) pool() *pgxpool.Pool {
	c.t.Helper()
	pool, err := db.Open(context.Background(), db.Config{URL: c.url(), MaxConns: 4, AppName: "checker"})
	must(c.t, err)
	c.t.Cleanup(pool.Close)
	return pool
}

func (c *city) stop() {
	c.killServer()
	if c.cluster == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := c.cluster.Close(ctx); err != nil && !errors.Is(err, os.ErrNotExist) {
		c.t.Errorf("stop the database: %v", err)
	}
}

// pause waits, at most until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
