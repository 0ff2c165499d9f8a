package livesocket

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/live"
)

const (
	maxFrame   = 16 << 10         // bytes of one message from a client
	maxRate    = 20               // messages per second from a client
	writeWait  = 10 * time.Second // for one frame
	pingEvery  = 25 * time.Second // under the 30 s after which proxies close
	silence    = 60 * time.Second // without a pong
	lastWords  = time.Second      // to send a close frame
	maxPerCall = 50               // topics in one message
)

// request is what a client sends; see doc/live.md.
type request struct {
	Type   string   `json:"type"`
	Topic  string   `json:"topic"`
	Topics []string `json:"topics"`
	Cursor string   `json:"cursor"`
}

// serve runs a connection until one side ends it.
func (h *Handler) serve(ws *websocket.Conn, s *live.Session) {
	ctx, cancel := context.WithCancel(h.ctx)
	defer cancel()
	defer s.Close()
	unread := make(chan struct{}) // closed when nobody reads any more
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() { _ = ws.Close() }() // ends the reader; it may be closed already
		if h.write(ctx, ws, s) {
			select { // the client's answer to our goodbye
			case <-unread:
			case <-time.After(lastWords):
			}
		}
	})
	wg.Go(func() { h.ping(ctx, ws) })
	h.read(ctx, ws, s)
	close(unread)
	cancel() // ends the others
	wg.Wait()
}

// drain throws away what the client still sends: closing a connection with
// unread bytes resets it, and the close code would be lost.
func drain(ws *websocket.Conn) {
	c := ws.NetConn()
	if c.SetReadDeadline(deadline(lastWords)) == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(c, 1<<20)) // ends with the deadline
	}
}

// read takes the client's messages until the connection ends.
func (h *Handler) read(ctx context.Context, ws *websocket.Conn, s *live.Session) {
	ws.SetReadLimit(maxFrame) // the library answers a longer one with 1009 itself
	alive := func(string) error { return ws.SetReadDeadline(deadline(silence)) }
	ws.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	var rate counter
	for {
		kind, raw, err := ws.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				h.log.InfoContext(ctx, "ws.close", "code", closeTooBig)
				drain(ws)
			}
			return
		}
		if !rate.allow(deadline(0)) {
			h.bye(ctx, ws, CloseTooMany, "too many messages")
			drain(ws)
			return
		}
		if kind != websocket.TextMessage {
			s.Say(wrong("", "text"))
			continue
		}
		h.obey(s, raw)
	}
}

// obey does what a message asks for; what can't be understood is answered, not
// punished: a newer page may know more than this process.
func (h *Handler) obey(s *live.Session, raw []byte) {
	var r request
	if err := json.Unmarshal(raw, &r); err != nil {
		s.Say(wrong("", "json"))
		return
	}
	topics := r.Topics
	if r.Topic != "" {
		topics = append(topics, r.Topic)
	}
	if len(topics) > maxPerCall {
		s.Say(wrong("", "too_many_topics"))
		return
	}
	switch r.Type {
	case "subscribe":
		var after events.Cursor
		if r.Cursor != "" {
			var err error
			if after, err = events.ParseCursor(r.Cursor); err != nil {
				s.Say(wrong("", "cursor"))
				return
			}
		}
		for _, t := range topics {
			switch err := s.Subscribe(t, after); {
			case errors.Is(err, live.ErrTopics):
				s.Say(wrong(t, "too_many_topics"))
			case err != nil:
				s.Say(wrong(t, "topic"))
			}
		}
	case "unsubscribe":
		for _, t := range topics {
			s.Unsubscribe(t)
		}
	case "ping": // only to see whether somebody is there: any frame is an answer
		s.Say(live.Frame{Type: live.TypePing})
	default:
		s.Say(wrong("", "type"))
	}
}

func wrong(topic, reason string) live.Frame {
	if len(topic) > 120 {
		topic = ""
	}
	return live.Frame{Topic: topic, Type: live.TypeError, Data: map[string]string{"reason": reason}}
}

// write sends the session's frames until one of the sides ends it. It tells
// whether the client was told why.
func (h *Handler) write(ctx context.Context, ws *websocket.Conn, s *live.Session) bool {
	for {
		frame, err := s.Next(ctx)
		if err != nil {
			return h.leave(ctx, ws, err)
		}
		if ws.SetWriteDeadline(deadline(writeWait)) != nil || ws.WriteMessage(websocket.TextMessage, frame) != nil {
			return false // gone, or it has not read for 10 s: there is no way to tell it
		}
	}
}

// ping asks the client for a sign of life, beside the frames: control frames
// may be written at any time.
func (h *Handler) ping(ctx context.Context, ws *websocket.Conn) {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if ws.WriteControl(websocket.PingMessage, nil, deadline(lastWords)) != nil {
				return // the reader will notice the silence
			}
		}
	}
}

// leave says why, unless the client has left first.
func (h *Handler) leave(ctx context.Context, ws *websocket.Conn, why error) bool {
	switch {
	case errors.Is(why, live.ErrSlow):
		h.bye(ctx, ws, CloseSlow, "too slow")
	case errors.Is(why, live.ErrRights):
		h.bye(ctx, ws, CloseRights, "signed out")
	case errors.Is(why, live.ErrStopped):
		h.bye(ctx, ws, closeStop, "restarting")
	case ctx.Err() != nil:
		return false
	default:
		h.log.WarnContext(ctx, "ws.close", "code", websocket.CloseInternalServerErr, "err", why)
		h.bye(ctx, ws, websocket.CloseInternalServerErr, "")
	}
	return true
}

func (h *Handler) bye(ctx context.Context, ws *websocket.Conn, code int, reason string) {
	h.log.DebugContext(ctx, "ws.close", "code", code)
	// an error means that it is gone already
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), deadline(lastWords))
}

// counter counts the messages of a second.
type counter struct {
	since time.Time
	n     int
}

func (c *counter) allow(now time.Time) bool {
	if now.Sub(c.since) >= time.Second {
		c.since, c.n = now, 0
	}
	c.n++
	return c.n <= maxRate
}
