package livesocket

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// The close codes of our own (4000 to 4999 are free for that) and those of RFC 6455.
const (
	CloseSlow    = 4008 // does not keep up; come back with the cursor
	CloseTooMany = 4029 // more than 20 messages a second
	CloseRights  = 4401 // the session has ended; reload the page
	closeTooBig  = websocket.CloseMessageTooBig
	closeStop    = websocket.CloseGoingAway // the server stops; come back
)

// Config makes a Handler.
type Config struct {
	// Broker has the messages.
	Broker *live.Broker
	// Viewer tells who opened the page. session is handed to Recheck and may be
	// anything; empty for an anonymous visitor.
	Viewer func(c echo.Context) (viewer subject.Viewer, session string, err error)
	// Recheck tells what a session may now; fault.Unauthenticated when it is
	// over. It is asked every 1.5 s.
	Recheck func(ctx context.Context, session string) (subject.Viewer, error)
	// BaseURL is the site's address: the one origin that may connect.
	BaseURL string
	// SameOrigin replaces the comparison with BaseURL, e.g. by kit's; may be nil.
	SameOrigin func(r *http.Request) bool
	// MaxConns is how many sockets this process holds; 0: 10,000.
	MaxConns int64
	// Logger takes what happens; nil: slog.Default().
	Logger *slog.Logger
}

// Handler serves /live and /live/poll.
type Handler struct {
	cfg   Config
	log   *slog.Logger
	up    websocket.Upgrader
	conns atomic.Int64
	ctx   context.Context //nolint:containedctx // the life of all connections, which outlive their requests' contexts
	end   context.CancelFunc
	wg    sync.WaitGroup

	mu      sync.Mutex
	stopped bool
}

// Routes is where the handler is put: a kit.Router or an Echo.
type Routes interface {
	GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
}

// New makes a handler. ctx is the process's: its end ends all connections.
func New(ctx context.Context, cfg Config) (*Handler, error) {
	if cfg.Broker == nil || cfg.Viewer == nil {
		return nil, errors.New("livesocket: broker and viewer are needed")
	}
	cfg.MaxConns = cmp.Or(cfg.MaxConns, 10_000)
	h := &Handler{cfg: cfg, log: cmp.Or(cfg.Logger, slog.Default())}
	if h.cfg.SameOrigin == nil {
		base, err := url.Parse(cfg.BaseURL)
		if err != nil || base.Host == "" {
			return nil, errors.New("livesocket: the site's address is needed")
		}
		h.cfg.SameOrigin = func(r *http.Request) bool { return r.Header.Get("Origin") == base.Scheme+"://"+base.Host }
	}
	h.up = websocket.Upgrader{
		ReadBufferSize:  1 << 10,
		WriteBufferSize: 4 << 10,
		WriteBufferPool: &sync.Pool{},
		CheckOrigin:     func(*http.Request) bool { return true }, // done before, with our own answer
		Error:           func(http.ResponseWriter, *http.Request, int, error) {},
	}
	h.ctx, h.end = context.WithCancel(ctx)
	return h, nil
}

// Register adds the routes.
func (h *Handler) Register(r Routes) {
	r.GET("/live", h.socket)
	r.GET("/live/poll", h.poll)
}

// Connections is how many sockets are open, for those who watch it.
func (h *Handler) Connections() int { return int(h.conns.Load()) }

// Stop closes all connections with 1001 and waits for them, at most 3 s. It may
// be called twice.
func (h *Handler) Stop() {
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	h.cfg.Broker.Stop() // each connection says goodbye
	done := make(chan struct{})
	go func() {
		h.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(3 * time.Second):
	}
	h.end()
	<-done
}

func (h *Handler) admit() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || h.conns.Load() >= h.cfg.MaxConns {
		return false
	}
	h.conns.Add(1)
	h.wg.Add(1)
	return true
}

func (h *Handler) release() {
	h.conns.Add(-1)
	h.wg.Done()
}

func busy() error {
	e := fault.New(fault.Unavailable, "err.503")
	e.RetryAfter = 30 * time.Second
	return e
}

// socket is GET /live.
func (h *Handler) socket(c echo.Context) error {
	if !websocket.IsWebSocketUpgrade(c.Request()) {
		return fault.New(fault.BadRequest, "err.400").Because(errors.New("no websocket"))
	}
	if !h.cfg.SameOrigin(c.Request()) {
		h.log.InfoContext(c.Request().Context(), "csrf.deny", "route", "/live")
		return fault.New(fault.Forbidden, "err.csrf")
	}
	viewer, session, err := h.cfg.Viewer(c)
	if err != nil {
		return err
	}
	if !h.admit() {
		return busy()
	}
	defer h.release()
	ws, err := h.up.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		if c.Response().Committed {
			return nil // it was taken over already; nobody listens any more
		}
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	cfg := live.SessionConfig{Viewer: viewer}
	if session != "" && h.cfg.Recheck != nil {
		cfg.Check = func(ctx context.Context) (subject.Viewer, error) { return h.cfg.Recheck(ctx, session) }
	}
	h.serve(ws, h.cfg.Broker.Open(cfg))
	return nil
}

// answer is the body of GET /live/poll.
type answer struct {
	Cursor   string       `json:"cursor"`
	Messages []live.Frame `json:"messages"`
}

// poll is GET /live/poll with topic, once or more, and cursor.
func (h *Handler) poll(c echo.Context) error {
	ctx := c.Request().Context()
	viewer, _, err := h.cfg.Viewer(c)
	if err != nil {
		return err
	}
	query := c.QueryParams()
	var after events.Cursor
	if text := cmp.Or(query.Get("cursor"), query.Get("after")); text != "" {
		if after, err = events.ParseCursor(text); err != nil {
			return fault.New(fault.BadRequest, "err.400").Because(err)
		}
	}
	list, next, err := h.cfg.Broker.Poll(ctx, viewer, query["topic"], after)
	if errors.Is(err, live.ErrTopic) || errors.Is(err, live.ErrTopics) {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	if err != nil {
		return err
	}
	if list == nil {
		list = []live.Frame{}
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, answer{Cursor: next.String(), Messages: list})
}
