package health

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
)

const patience = 2 * time.Second

// Config makes a Checker.
type Config struct {
	DB  db.Queryer
	Log *slog.Logger // nil: the default one
	// Short names what is about to run out, e.g. "files"; nil: nothing is known.
	Short func() []string
}

// Checker knows whether this process is well.
type Checker struct {
	db       db.Queryer
	log      *slog.Logger
	short    func() []string
	gate     *gate
	stopping atomic.Bool
}

// New makes a Checker.
func New(cfg Config) (*Checker, error) {
	if cfg.DB == nil {
		return nil, errors.New("health: no database")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Short == nil {
		cfg.Short = func() []string { return nil }
	}
	return &Checker{db: cfg.DB, log: cfg.Log, short: cfg.Short, gate: newGate()}, nil
}

// Stopping makes the process not ready: its last requests are being answered.
func (c *Checker) Stopping() { c.stopping.Store(true) }

// Around serves /healthz and /readyz and hands everything else to next, so
// that no middleware stands before them; next nil answers 404. While the
// database does not answer (see Watch), next gets contexts that are over.
func (c *Checker) Around(next http.Handler) http.Handler {
	if next == nil {
		next = http.NotFoundHandler()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			c.Live(w, r)
		case "/readyz":
			c.Ready(w, r)
		default:
			c.gate.through(next, w, r)
		}
	})
}

// Live answers 200 as long as the process can answer at all.
func (*Checker) Live(w http.ResponseWriter, r *http.Request) { answer(w, r, http.StatusOK, "ok") }

// Ready answers 200, or 503 with what is missing: stopping, database, migrations.
// What is about to run out stands in further lines of a 200: taking the process
// out of service would not give it more room.
func (c *Checker) Ready(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithTimeout(r.Context(), patience)
	defer stop()
	missing, err := c.missing(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "not ready", "missing", missing, "err", err)
	}
	if missing != "" {
		answer(w, r, http.StatusServiceUnavailable, missing)
		return
	}
	words := []string{"ready"}
	for _, name := range c.short() {
		words = append(words, "short: "+name)
	}
	answer(w, r, http.StatusOK, strings.Join(words, "\n"))
}

func (c *Checker) missing(ctx context.Context) (string, error) {
	if c.stopping.Load() {
		return "stopping", nil
	}
	if _, shut := c.gate.state(); shut {
		return "database", nil
	}
	if _, err := db.Now(ctx, c.db); err != nil {
		return "database", err
	}
	if err := db.Migrated(ctx, c.db); err != nil {
		return "migrations", err
	}
	return "", nil
}

func answer(w http.ResponseWriter, r *http.Request, status int, word string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		status, word = http.StatusMethodNotAllowed, "method not allowed"
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, word+"\n") // the client has gone: nobody to tell
	}
}
