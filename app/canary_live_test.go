package app

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/mitwirk/mitwirk/internal/live"
)

// listener is a viewer's live socket.
type listener struct {
	ws   *websocket.Conn
	mu   sync.Mutex
	got  bytes.Buffer
	last chan struct{} // closed when the last message of all has come
	once sync.Once
}

// live opens a socket for every viewer before anything happens.
func (c *town) live() {
	c.t.Helper()
	for _, v := range c.viewers {
		head := http.Header{"Origin": {c.server.URL}}
		if v.session != "" {
			head.Set("Cookie", "mitwirk="+v.session)
		}
		ws, res, err := websocket.DefaultDialer.DialContext(c.t.Context(), "ws"+strings.TrimPrefix(c.server.URL, "http")+"/live", head)
		if err != nil {
			c.t.Fatalf("%s: %v", v.name, err)
		}
		_ = res.Body.Close() // of an upgrade: empty
		l := &listener{ws: ws, last: make(chan struct{})}
		c.sockets[v.name] = l
		c.t.Cleanup(func() { _ = ws.Close() })
		c.must(ws.WriteJSON(map[string]any{"type": "subscribe", "topics": []string{live.Reports, live.Reports + ":bbox=11,48,12,49"}}))
		go l.listen()
	}
}

func (l *listener) listen() {
	for {
		_, frame, err := l.ws.ReadMessage()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.got.Write(frame)
		l.got.WriteByte('\n')
		l.mu.Unlock()
		if bytes.Contains(frame, []byte("in_progress")) {
			l.once.Do(func() { close(l.last) })
		}
	}
}

// hearLive waits until everybody has heard the last
// message of all.
func (c *town) hearLive() {
	c.t.Helper()
	for _, v := range c.viewers {
		select {
		case <-c.sockets[v.name].last:
		case <-time.After(time.Minute):
			c.t.Errorf("%s did not hear of the last status", v.name)
		}
	}
}

func (c *town) readLive(marks []*mark, found *findings) {
	c.t.Helper()
	for _, v := range c.viewers {
		l := c.sockets[v.name]
		l.mu.Lock()
		text := bytes.ToLower(l.got.Bytes())
		l.mu.Unlock()
		for _, m := range marks {
			if at, ok := m.in(text); ok && !m.may(v) {
				found.add(m, v.name, "the live socket", at)
			}
		}
	}
}

// settle waits until all jobs are done.
func (c *town) settle() {
	c.t.Helper()
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	end := time.After(2 * time.Minute)
	for {
		var left int
		c.must(c.pool.QueryRow(c.t.Context(), "SELECT count(*) FROM river.river_job WHERE state IN ('available', 'running') OR state IN ('scheduled', 'retryable') AND scheduled_at < now() + interval '5 s'").Scan(&left))
		if left == 0 {
			return
		}
		select {
		case <-every.C:
		case <-end:
			c.t.Fatalf("%d jobs are still to be done", left)
		}
	}
}
