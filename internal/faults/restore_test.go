package faults_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRestore saves a city while people report, makes another one out of the
// archive and opens it: everything acknowledged before is there, what was
// withdrawn meanwhile stays withdrawn, and open pages read everything anew.
func TestRestore(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	c.startServer()
	l := newLedger(c)
	l.lamp = true
	stop := make(chan struct{})
	wait := l.load(t, 3, stop)
	for range 5 {
		awaitAck(t, l)
	}
	page := &watcher{seen: map[string]int{}}
	page.follow(t, c)

	l.mu.Lock()
	before := slices.Clone(l.entries)
	l.mu.Unlock()
	backups := filepath.Join(c.dir, "backups")
	must(t, os.Mkdir(backups, 0o700))
	t.Log(strings.TrimSpace(c.run("admin", "backup", backups, "--verify")))
	awaitAck(t, l)
	close(stop)
	wait()
	archives, err := filepath.Glob(filepath.Join(backups, "mitwirk-*.tar"))
	if err != nil || len(archives) != 1 {
		t.Fatalf("archives: %v %v", archives, err)
	}

	data := filepath.Join(c.dir, "restored")
	restore := func() (string, error) {
		cmd := exec.CommandContext(t.Context(), c.bin, "admin", "restore", archives[0], "--data", data)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	began := time.Now()
	said, err := restore()
	if err != nil {
		t.Fatalf("restore: %v: %s", err, said)
	}
	t.Logf("restored after %s: %s", time.Since(began).Round(time.Millisecond), strings.TrimSpace(said))
	if said, err := restore(); err == nil || !strings.Contains(said, "not empty") {
		t.Errorf("restored over a city: %s", said)
	}

	again := &city{t: t, bin: c.bin, dir: data, pgDir: filepath.Join(data, "pg"), files: filepath.Join(data, "files"), addr: freeAddr(t)}
	t.Cleanup(again.stop)
	again.startDB()
	again.startServer()
	if status, _ := again.ask(t.Context(), "/reports"); status != http.StatusOK {
		t.Errorf("the list: %d", status)
	}
	known := &ledger{entries: slices.DeleteFunc(before, func(e entry) bool { return e.Number == "" }), answers: map[string]int{}}
	sum := again.compare(t, known)
	t.Logf("%+v", sum)
	if sum.Acknowledged == 0 {
		t.Error("nothing to compare")
	}
	page.follow(t, again)
	if page.resync != 1 {
		t.Errorf("a page of before the restore was told %d times to read everything anew", page.resync)
	}
}

// follow opens a socket with the cursor so far and reads until it is caught up.
func (w *watcher) follow(t *testing.T, c *city) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	conn, err := w.dial(ctx, c)
	must(t, err)
	defer conn.Close()
	end := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
	defer end()
	caught := false
	w.read(conn, func() bool { return caught || w.resync > 0 }, func() { caught = true })
	if w.wrong != "" || w.cursor == "" {
		t.Fatalf("live: %q, cursor %q", w.wrong, w.cursor)
	}
}
