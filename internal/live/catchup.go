package live

import (
	"context"
	"errors"
	"slices"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

func (b *Broker) position() events.Cursor {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.head
}

// catching is a session that is behind: topics that were named together are
// brought up to now in the order of events, while the broker leaves the session
// out. One page at a time, each sent before the next is read.
type catching struct {
	topics []string
	at     events.Cursor
	read   int
}

// begin takes the topics that were named since the last time; s.mu is held.
func (s *Session) begin() *catching {
	c := &catching{topics: s.joining, at: s.at}
	for text, f := range s.topics {
		switch {
		case !slices.Contains(c.topics, text):
			f.from = later(f.from, s.at) // followed already: knows everything up to here
		case f.from.Compare(c.at) < 0:
			c.at = f.from
		}
	}
	s.at = c.at
	return c
}

func later(a, b events.Cursor) events.Cursor {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

// catchUp does one page. It runs in the goroutine that calls Next.
func (s *Session) catchUp(ctx context.Context) error {
	s.mu.Lock()
	first := s.behind == nil
	if first {
		s.behind = s.begin()
	}
	c, viewer := s.behind, s.viewer
	var ahead []events.Cursor
	for _, text := range c.topics {
		if f := s.topics[text]; f != nil && first {
			ahead = append(ahead, f.from)
		}
	}
	s.mu.Unlock()

	page, err := s.page(ctx, c, ahead)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil || c.read > maxBehind:
		if err != nil && !errors.Is(err, events.ErrResync) {
			s.broker.log.WarnContext(ctx, "live: catching up", "err", err)
		}
		if c.at, err = s.broker.now(ctx); err != nil {
			return err
		}
		c.read = 0
		s.resync(c.at)
		return nil
	}
	for _, e := range page {
		list, err := s.broker.messages(ctx, viewer, e)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.take(e, list)
		s.mu.Unlock()
		c.at = e.Cursor()
	}
	c.read += len(page)
	if len(page) == 0 {
		s.broker.caughtUp(c.at, func() { s.joined(c) })
	}
	return nil
}

// page is the next one; a cursor from beyond all events is refused like a stale one.
func (s *Session) page(ctx context.Context, c *catching, ahead []events.Cursor) ([]events.Envelope, error) {
	for _, at := range ahead {
		if at.Compare(s.broker.position()) > 0 { // another process may be ahead of this one
			if _, err := s.broker.bus.Since(ctx, at, 1); err != nil {
				return nil, err
			}
		}
	}
	return s.broker.after(ctx, c.at)
}

// joined ends the catching up; the broker's events wait meanwhile.
func (s *Session) joined(c *catching) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behind = nil
	s.joining = slices.Clone(s.joining[len(c.topics):]) // more may have been named meanwhile
	s.at = c.at
	for _, text := range c.topics {
		if s.topics[text] != nil {
			s.push(item{frame: Frame{Topic: text, Type: TypeSubscribed, Cursor: c.at.String()}.encode()})
		}
	}
}

func (b *Broker) now(ctx context.Context) (events.Cursor, error) {
	if at := b.position(); !at.IsZero() {
		return at, nil
	}
	return b.bus.Head(ctx)
}

// Poll is what a page gets that can't hold a connection: the messages of topics
// behind a cursor, and the cursor for the next time. A zero cursor is now; one
// that can't be continued gives one resync.
func (b *Broker) Poll(ctx context.Context, viewer subject.Viewer, texts []string, after events.Cursor) (list []Frame, next events.Cursor, err error) {
	if len(texts) > maxTopics {
		return nil, next, ErrTopics
	}
	topics := make([]Topic, len(texts))
	for i, text := range texts {
		if topics[i], err = ParseTopic(text); err != nil {
			return nil, next, err
		}
	}
	if after.IsZero() {
		next, err = b.now(ctx)
		return nil, next, err
	}
	next = after
	for read := 0; ; {
		page, err := b.after(ctx, next)
		if errors.Is(err, events.ErrResync) || read > maxBehind {
			if next, err = b.now(ctx); err != nil {
				return nil, next, err
			}
			return []Frame{{Type: TypeResync, Cursor: next.String()}}, next, nil
		}
		if err != nil {
			return nil, next, err
		}
		for _, e := range page {
			messages, err := b.messages(ctx, viewer, e)
			if err != nil {
				return nil, next, err
			}
			for i, t := range topics {
				for _, m := range messages {
					if t.wants(m) {
						list = append(list, Frame{Topic: texts[i], Type: m.Type, Cursor: e.Cursor().String(), Data: m.Data})
					}
				}
			}
			next = e.Cursor()
		}
		if read += len(page); len(page) == 0 {
			return list, next, nil
		}
	}
}
