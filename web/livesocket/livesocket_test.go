package livesocket_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
	"go.uber.org/goleak"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/livesocket"
)

type stepped struct {
	Report uuid.UUID      `json:"report"`
	Number subject.Number `json:"number"`
	N      int            `json:"n"`
}

func (stepped) EventType() string      { return "test.stepped" }
func (s stepped) Subject() subject.Ref { return subject.Ref{Kind: subject.Report, ID: s.Report} }

// show makes messages of all steps, padded so that a slow reader is found out.
func show(pad int) live.SourceFunc {
	padding := strings.Repeat("x", pad)
	return func(_ context.Context, _ subject.Viewer, e events.Envelope) ([]live.Message, error) {
		var step stepped
		if err := json.Unmarshal(e.Body, &step); err != nil {
			return nil, err
		}
		return []live.Message{{Topic: live.ReportTopic(step.Number), Type: e.Type, Data: map[string]any{"n": step.N, "pad": padding}}}, nil
	}
}

type bundle struct {
	pool    *pgxpool.Pool
	bus     *events.Bus
	broker  *live.Broker
	handler *livesocket.Handler
	server  *httptest.Server
	number  subject.Number
	report  uuid.UUID
	n       int
	signed  atomic.Bool
}

const origin = "https://mitwirk.example"

func setup(t *testing.T, pool *pgxpool.Pool, pad int) *bundle {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b := &bundle{pool: pool, number: subject.NewNumber(2026), report: subject.NewID()}
	b.signed.Store(true)
	person := subject.NewID()
	if b.bus, err = events.New(events.Config{Jobs: j, Pool: pool, Logger: log}); err != nil {
		t.Fatal(err)
	}
	events.Register[stepped](b.bus)
	if b.broker, err = live.New(live.Config{Bus: b.bus, Sources: []live.Source{show(pad)}, Logger: log}); err != nil {
		t.Fatal(err)
	}
	if err := b.bus.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.bus.Stop)
	b.handler, err = livesocket.New(context.Background(), livesocket.Config{
		Broker: b.broker, BaseURL: origin, Logger: log, MaxConns: 4,
		Viewer: func(c echo.Context) (subject.Viewer, string, error) {
			if c.Request().Header.Get("X-Signed-In") == "" {
				return subject.Viewer{}, "", nil
			}
			return subject.Viewer{Person: person}, "session", nil
		},
		Recheck: func(_ context.Context, session string) (subject.Viewer, error) {
			if session != "session" || !b.signed.Load() {
				return subject.Viewer{}, fault.New(fault.Unauthenticated, "err.401")
			}
			return subject.Viewer{Person: person}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		status, ok := map[fault.Kind]int{fault.Forbidden: 403, fault.BadRequest: 400, fault.Unavailable: 503}[fault.As(err).Kind]
		if !ok {
			status = http.StatusInternalServerError
		}
		_ = c.NoContent(status)
	}
	b.handler.Register(e)
	b.server = httptest.NewServer(e)
	t.Cleanup(b.server.Close)
	t.Cleanup(b.handler.Stop)
	return b
}

func (b *bundle) step(t *testing.T) {
	t.Helper()
	b.n++
	e := stepped{Report: b.report, Number: b.number, N: b.n}
	err := db.Transact(t.Context(), b.pool, func(ctx context.Context, tx pgx.Tx) error { return b.bus.Append(ctx, tx, e) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) topic() string { return live.ReportTopic(b.number) }

func (b *bundle) dial(t *testing.T, header http.Header) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	if header.Get("Origin") == "" {
		header.Set("Origin", origin)
	}
	return websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(b.server.URL, "http")+"/live", header)
}

func (b *bundle) open(t *testing.T) *websocket.Conn {
	t.Helper()
	ws, res, err := b.dial(t, http.Header{})
	if err != nil {
		t.Fatalf("dial: %v, %v", err, res)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

type frame struct {
	Topic  string `json:"topic"`
	Type   string `json:"type"`
	Cursor string `json:"cursor"`
	Data   struct {
		N      int    `json:"n"`
		Reason string `json:"reason"`
	} `json:"data"`
}

func read(t *testing.T, ws *websocket.Conn) (f frame) {
	t.Helper()
	if err := ws.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if err := ws.ReadJSON(&f); err != nil {
		t.Fatalf("read: %v", err)
	}
	return f
}

func send(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// closed waits for the end and returns its code.
func closed(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	if err := ws.SetReadDeadline(time.Now().Add(25 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			if c, ok := errors.AsType[*websocket.CloseError](err); ok {
				return c.Code
			}
			t.Fatalf("ended without a close frame: %v", err)
		}
	}
}

func subscribe(topic, cursor string) string {
	raw, err := json.Marshal(map[string]string{"type": "subscribe", "topic": topic, "cursor": cursor})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestSocket(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 0)
	ws := b.open(t)
	send(t, ws, subscribe(b.topic(), ""))
	if f := read(t, ws); f.Type != live.TypeSubscribed || f.Topic != b.topic() || f.Cursor == "" {
		t.Fatalf("got %+v", f)
	}
	b.step(t)
	f := read(t, ws)
	if f.Type != "test.stepped" || f.Topic != b.topic() || f.Data.N != 1 {
		t.Fatalf("got %+v", f)
	}
	ws.Close()

	b.step(t) // while nobody looks
	ws = b.open(t)
	send(t, ws, subscribe(b.topic(), f.Cursor))
	// the step comes before "subscribed", or after it when it was not yet within the bound
	got := map[string]int{}
	for range 2 {
		f := read(t, ws)
		got[f.Type] = f.Data.N
	}
	if n, ok := got[live.TypeSubscribed]; !ok || n != 0 || got["test.stepped"] != 2 {
		t.Errorf("after coming back: %v", got)
	}
	send(t, ws, `{"type":"unsubscribe","topic":"`+b.topic()+`"}`)
	send(t, ws, `{"type":"ping"}`)
	if f := read(t, ws); f.Type != live.TypePing {
		t.Errorf("got %+v", f)
	}
}

func TestWhatCantBeUnderstood(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 0)
	ws := b.open(t)
	for _, tt := range []struct{ text, want string }{
		{"not json", "json"},
		{`{"type":"dance"}`, "type"},
		{subscribe("ideas", ""), "topic"},
		{subscribe(b.topic(), "yesterday"), "cursor"},
	} {
		send(t, ws, tt.text)
		if f := read(t, ws); f.Type != live.TypeError || f.Data.Reason != tt.want {
			t.Errorf("%s: %+v, want %q", tt.text, f, tt.want)
		}
	}
}

func TestWhoMayConnect(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 0)
	for _, tt := range []struct {
		name   string
		origin string
		want   int
	}{
		{"another site", "https://evil.example", 403},
		{"another scheme", "http://mitwirk.example", 403},
		{"one that begins alike", "https://mitwirk.example.evil.example", 403},
		{"none", "null", 403},
	} {
		_, res, err := b.dial(t, http.Header{"Origin": {tt.origin}})
		if err == nil || res == nil || res.StatusCode != tt.want {
			t.Errorf("%s: %v, %v", tt.name, res, err)
		}
	}
	res, err := http.Get(b.server.URL + "/live")
	if err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("without an upgrade: %v, %v", res, err)
	}
	res.Body.Close()
	for range 4 {
		b.open(t)
	}
	if _, res, err := b.dial(t, http.Header{}); err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many: %v, %v", res, err)
	}
}

func TestCloseCodes(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 0)
	t.Run("4029 for more than 20 messages a second", func(t *testing.T) {
		t.Parallel()
		ws := b.open(t)
		for range 60 {
			if ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
				break // closed already
			}
		}
		if code := closed(t, ws); code != livesocket.CloseTooMany {
			t.Errorf("code %d", code)
		}
	})
	t.Run("1009 for more than 16 KiB", func(t *testing.T) {
		t.Parallel()
		ws := b.open(t)
		send(t, ws, `{"type":"`+strings.Repeat("x", 17<<10)+`"}`)
		if code := closed(t, ws); code != websocket.CloseMessageTooBig {
			t.Errorf("code %d", code)
		}
	})
	t.Run("4401 when the session ends, within 5 s", func(t *testing.T) {
		t.Parallel()
		ws, _, err := b.dial(t, http.Header{"X-Signed-In": {"yes"}})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		send(t, ws, subscribe(b.topic(), ""))
		read(t, ws)
		b.signed.Store(false)
		began := time.Now()
		if code := closed(t, ws); code != livesocket.CloseRights {
			t.Errorf("code %d", code)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// A client that doesn't read is closed; the one beside it gets everything.
func TestSlowClient(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 200<<10)
	slow, quick := b.open(t), b.open(t)
	for _, ws := range []*websocket.Conn{slow, quick} {
		send(t, ws, subscribe(b.topic(), ""))
		read(t, ws)
	}
	// 60 frames of 200 KiB are more than the kernel's buffers and the queue. The
	// slow one reads again before 10 s are over, to be told why.
	const steps, full = 80, 60
	type end struct {
		frames int
		err    error
	}
	ended := make(chan end, 1)
	began := time.Now()
	for n := 1; n <= steps; n++ {
		b.step(t)
		if f := read(t, quick); f.Data.N != n {
			t.Fatalf("the quick one got %d, want %d", f.Data.N, n)
		}
		if n == full {
			go func() {
				var e end
				for e.err = slow.SetReadDeadline(time.Now().Add(25 * time.Second)); e.err == nil; e.frames++ {
					_, _, e.err = slow.ReadMessage()
				}
				ended <- e
			}()
		}
	}
	e := <-ended
	// on a busy machine it comes too late to be told
	late := time.Since(began) > 10*time.Second && websocket.IsCloseError(e.err, websocket.CloseAbnormalClosure)
	if !late && !websocket.IsCloseError(e.err, livesocket.CloseSlow) {
		t.Errorf("the slow one ended after %d frames with %v", e.frames, e.err)
	}
	if e.frames >= steps {
		t.Errorf("the slow one got all %d", e.frames)
	}
}

func TestPolling(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.DB(t), 0)
	poll := func(cursor string) (status int, a struct {
		Cursor   string  `json:"cursor"`
		Messages []frame `json:"messages"`
	},
	) {
		t.Helper()
		q := url.Values{"topic": {b.topic(), "reports"}}
		if cursor != "" {
			q.Set("cursor", cursor)
		}
		res, err := http.Get(b.server.URL + "/live/poll?" + q.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == http.StatusOK {
			if err := json.Unmarshal(raw, &a); err != nil || a.Messages == nil || res.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%s: %v", raw, err)
			}
		}
		return res.StatusCode, a
	}
	status, a := poll("")
	if status != 200 || a.Cursor == "" || len(a.Messages) != 0 {
		t.Fatalf("first: %d %+v", status, a)
	}
	b.step(t)
	for range 200 {
		if status, a = poll(a.Cursor); status != 200 || len(a.Messages) > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond) // as a page would
	}
	if len(a.Messages) != 1 || a.Messages[0].Data.N != 1 || a.Messages[0].Topic != b.topic() {
		t.Errorf("got %d %+v", status, a)
	}
	if status, _ := poll("nonsense"); status != 400 {
		t.Errorf("a bad cursor: %d", status)
	}
	if status, a := poll("1.1.1"); status != 200 || len(a.Messages) != 1 || a.Messages[0].Type != live.TypeResync {
		t.Errorf("an old cursor: %d %+v", status, a)
	}
}

func TestStop(t *testing.T) {
	pool := dbtest.DB(t)
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, before)
	})
	b := setup(t, pool, 0)
	var open []*websocket.Conn
	for range 3 {
		ws := b.open(t)
		send(t, ws, subscribe(b.topic(), ""))
		read(t, ws)
		open = append(open, ws)
	}
	open[2].Close() // without a word
	done := make(chan struct{})
	go func() {
		b.handler.Stop()
		b.handler.Stop()
		close(done)
	}()
	for _, ws := range open[:2] {
		if code := closed(t, ws); code != websocket.CloseGoingAway {
			t.Errorf("code %d", code)
		}
		ws.Close()
	}
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("Stop hangs")
	}
	if _, res, err := b.dial(t, http.Header{}); err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the stop: %v", err)
	}
}
