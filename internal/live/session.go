package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The reasons for which a session ends.
var (
	ErrSlow    = errors.New("live: the session doesn't keep up")
	ErrRights  = errors.New("live: the session's rights have ended")
	ErrStopped = errors.New("live: the process stops")
	errClosed  = errors.New("live: closed")
)

// ErrTopics says that a session has as many topics as it may.
var ErrTopics = errors.New("live: too many topics")

const (
	maxTopics  = 50
	maxQueued  = 1 << 20 // bytes that wait
	maxWaiting = 10 * time.Second

	gather   = 25 * time.Millisecond   // topics that are named one after the other are caught up together
	recheck  = 1500 * time.Millisecond // of a signed-in session's rights, at rest: what they ended shows nothing after 2 s
	fresh    = time.Second             // a check or a message older than this is made again before sending
	pingIdle = 30 * time.Second        // then a cursor is sent, so that coming back is cheap
)

// SessionConfig opens a session.
type SessionConfig struct {
	// Viewer is who looks.
	Viewer subject.Viewer
	// Check returns the viewer's rights of now; fault.Unauthenticated when the
	// session is over. Nil for anonymous visitors, who have nothing to lose.
	Check func(ctx context.Context) (subject.Viewer, error)
}

// Session is one client: its topics, its place, and what waits to be sent. One
// goroutine calls Next; the other methods may be called by others.
type Session struct {
	broker *Broker
	check  func(ctx context.Context) (subject.Viewer, error)
	wake   chan struct{}

	mu      sync.Mutex
	viewer  subject.Viewer
	topics  map[string]*following // by the client's words
	joining []string              // those that have to be caught up
	asked   time.Time             // when the last of them was named
	behind  *catching             // nil: none is being caught up
	at      events.Cursor         // everything up to here was offered or is queued
	queue   []item
	bytes   int
	err     error
	checked time.Time
	sent    time.Time
}

type following struct {
	topic Topic
	from  events.Cursor // what came before is known
}

// item is a frame that waits. A frame of the broker's own has no topic.
type item struct {
	frame []byte
	at    time.Time
	topic string
	event events.Envelope
}

// Open begins a session; Close ends it.
func (b *Broker) Open(cfg SessionConfig) *Session {
	now := b.clock.Now()
	s := &Session{
		broker: b, viewer: cfg.Viewer, check: cfg.Check, topics: map[string]*following{},
		wake: make(chan struct{}, 1), checked: now, sent: now,
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	s.at = b.head
	if b.stopped {
		s.err = ErrStopped
		return s
	}
	b.sessions[s] = struct{}{}
	return s
}

// Close ends the session. It may be called twice.
func (s *Session) Close() {
	s.broker.mu.Lock()
	delete(s.broker.sessions, s)
	s.broker.mu.Unlock()
	s.end(errClosed)
}

func (s *Session) end(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLocked(why)
}

func (s *Session) endLocked(why error) {
	if s.err == nil {
		s.err = why
		s.queue, s.bytes = nil, 0
	}
	s.poke()
}

func (s *Session) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Subscribe follows a topic from a cursor on; the zero cursor is now. When it is
// caught up, a "subscribed" follows the messages. It returns ErrTopic or
// ErrTopics; what the viewer may not see is no error.
func (s *Session) Subscribe(text string, after events.Cursor) error {
	topic, err := ParseTopic(text)
	if err != nil {
		return err
	}
	head := s.broker.position()
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.topics[text]; !again && len(s.topics) >= maxTopics {
		return ErrTopics
	}
	if after.IsZero() {
		after = head
	}
	s.topics[text] = &following{topic: topic, from: after}
	s.joining = append(s.joining, text)
	s.asked = s.broker.clock.Now()
	s.poke()
	return nil
}

// Unsubscribe ends following a topic.
func (s *Session) Unsubscribe(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.topics, text)
}

// Say queues a frame of the connection's own, e.g. an error.
func (s *Session) Say(f Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.push(item{frame: f.encode()})
}

// Frame is what goes over the wire; see doc/live.md.
type Frame struct {
	Topic  string `json:"topic,omitempty"`
	Type   string `json:"type"`
	Cursor string `json:"cursor,omitempty"`
	Data   any    `json:"data,omitempty"`
}

func (f Frame) encode() []byte {
	raw, err := json.Marshal(f)
	if err != nil { // Data was encoded before; what is left can't fail
		panic(fmt.Sprintf("live: frame %s: %v", f.Type, err))
	}
	return raw
}

// The types of frames that are no domain's.
const (
	TypeSubscribed = "subscribed" // a topic is caught up
	TypeResync     = "resync"     // read everything anew
	TypePing       = "ping"       // nothing new; carries a cursor
	TypeError      = "error"      // data.reason says what was wrong
)

// push queues a frame; s.mu is held.
func (s *Session) push(it item) {
	if s.err != nil {
		return
	}
	it.at = s.broker.clock.Now()
	s.queue = append(s.queue, it)
	s.bytes += len(it.frame)
	if s.bytes > maxQueued || it.at.Sub(s.queue[0].at) > maxWaiting {
		s.endLocked(ErrSlow)
		return
	}
	s.poke()
}

// ready tells whether the session takes the event now, and for whom.
func (s *Session) ready(at events.Cursor) (subject.Viewer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.viewer, s.err == nil && len(s.joining) == 0 && at.Compare(s.at) > 0
}

// offer queues the messages that the session follows and moves its place.
func (s *Session) offer(e events.Envelope, list []Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.joining) > 0 || e.Cursor().Compare(s.at) <= 0 {
		return
	}
	s.take(e, list)
}

// take queues the messages of the next event; s.mu is held.
func (s *Session) take(e events.Envelope, list []Message) {
	var mine []Frame
	for text, f := range s.topics {
		if e.Cursor().Compare(f.from) <= 0 {
			continue
		}
		for _, m := range list {
			if f.topic.wants(m) {
				mine = append(mine, Frame{Topic: text, Type: m.Type, Data: m.Data})
			}
		}
	}
	for i, f := range mine {
		// only the last one moves the client's place: a cut in between costs nothing
		f.Cursor = s.at.String()
		if i == len(mine)-1 {
			f.Cursor = e.Cursor().String()
		}
		s.push(item{frame: f.encode(), topic: f.Topic, event: e})
	}
	s.at = e.Cursor()
}

// resync tells the client to read everything anew, from a place on.
func (s *Session) resync(at events.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resyncLocked(at)
}

func (s *Session) resyncLocked(at events.Cursor) {
	s.queue, s.bytes = nil, 0
	s.at = at
	for _, f := range s.topics {
		f.from = at
	}
	s.push(item{frame: Frame{Type: TypeResync, Cursor: at.String()}.encode()})
}

// Next waits for the next frame to send. Its error is why the session ends:
// ErrSlow, ErrRights, ErrStopped, or the end of ctx.
func (s *Session) Next(ctx context.Context) ([]byte, error) {
	for {
		now := s.broker.clock.Now()
		if err := s.checkRights(ctx, now); err != nil {
			return nil, err
		}
		it, behind, wait, err := s.pop(now)
		switch {
		case err != nil:
			return nil, err
		case it.frame != nil:
			if it.topic == "" || now.Sub(it.at) <= fresh || s.still(ctx, it) {
				return it.frame, nil
			}
			continue
		case behind:
			if err := s.catchUp(ctx); err != nil {
				return nil, err
			}
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pop takes the next frame that waits, or says that a page has to be caught up,
// or how long to wait for either.
func (s *Session) pop(now time.Time) (it item, behind bool, wait time.Duration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return item{}, false, 0, s.err
	case len(s.queue) > 0:
		it = s.queue[0]
		s.queue = s.queue[1:]
		s.bytes -= len(it.frame)
		s.sent = now
		return it, false, 0, nil
	case s.behind != nil || len(s.joining) > 0 && now.Sub(s.asked) >= gather:
		return item{}, true, 0, nil
	case len(s.joining) > 0:
		return item{}, false, gather, nil
	case now.Sub(s.sent) >= pingIdle && len(s.topics) > 0:
		s.sent = now
		return item{frame: Frame{Type: TypePing, Cursor: s.at.String()}.encode()}, false, 0, nil
	case s.check != nil:
		return item{}, false, recheck, nil
	}
	return item{}, false, pingIdle, nil
}

// still asks again whether a frame that has waited may be seen.
func (s *Session) still(ctx context.Context, it item) bool {
	topic, err := ParseTopic(it.topic)
	if err != nil {
		return false
	}
	s.mu.Lock()
	viewer := s.viewer
	s.mu.Unlock()
	list, err := s.broker.messages(ctx, viewer, it.event)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.resyncLocked(s.at) // not known: reading anew is never wrong
		return false
	}
	return slices.ContainsFunc(list, topic.wants)
}

// checkRights asks for the rights of a signed-in session: before a frame goes
// out when the last answer is a second old, and every 1.5 s at rest.
func (s *Session) checkRights(ctx context.Context, now time.Time) error {
	s.mu.Lock()
	age, waiting := now.Sub(s.checked), len(s.queue) > 0
	s.mu.Unlock()
	if s.check == nil || age < fresh || !waiting && age < recheck {
		return nil
	}
	viewer, err := s.check(ctx)
	switch {
	case fault.Is(err, fault.Unauthenticated):
		s.end(ErrRights)
		return ErrRights
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil && age > 5*time.Second: // not known for too long: as good as none
		s.end(ErrRights)
		return ErrRights
	case err != nil:
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checked = now
	if viewer.Person != s.viewer.Person {
		s.endLocked(ErrRights)
		return ErrRights
	}
	if !sameViewer(viewer, s.viewer) { // what waits was made for other rights
		s.viewer = viewer
		s.resyncLocked(s.at)
	}
	return nil
}
