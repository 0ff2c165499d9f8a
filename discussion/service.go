package discussion

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Gate is asked before a comment can become public (moderation's rules, plugged
// in by app).
type Gate interface {
	// Comment looks at a comment that is stored already. wait: it is held, and
	// until is when somebody reads it.
	Comment(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Comment, now time.Time) (wait bool, until time.Time, err error)
}

// Config makes a Service.
type Config struct {
	DB      db.DB
	Bus     *events.Bus
	Domains map[subject.Kind]Domain
	Gate    Gate // nil: nothing is held
}

// Service is the use cases of discussions. It is safe for concurrent use once
// all domains are plugged in.
type Service struct {
	db      db.DB
	bus     *events.Bus
	domains map[subject.Kind]Domain
	gate    Gate
}

// New makes the service and registers its events.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Bus == nil {
		return nil, errors.New("discussion: something of the config is missing")
	}
	registerEvents(cfg.Bus)
	s := &Service{db: cfg.DB, bus: cfg.Bus, domains: map[subject.Kind]Domain{}, gate: cfg.Gate}
	for kind, d := range cfg.Domains {
		s.Plug(kind, d)
	}
	return s, nil
}

// Plug adds what is discussed; to be called before the service is used.
func (s *Service) Plug(kind subject.Kind, d Domain) { s.domains[kind] = d }

// SetGate plugs moderation in; to be called before the service is used.
func (s *Service) SetGate(g Gate) { s.gate = g }

// Within is the service inside a transaction of the caller: all that it reads
// and writes is in it.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db = tx
	return &inner
}

// About is the discussed thing as the actor may know it; fault.NotFound where
// they may not, and for kinds that nobody discusses.
func (s *Service) About(ctx context.Context, actor accounts.Actor, ref subject.Ref) (Subject, error) {
	return s.about(ctx, s.db, actor, ref)
}

func (s *Service) about(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref) (Subject, error) {
	d, ok := s.domains[ref.Kind]
	if !ok {
		return Subject{}, fault.Missing("discussion of a " + string(ref.Kind))
	}
	about, err := d.Discussed(ctx, q, actor, ref.ID)
	about.Ref = ref
	return about, err
}

// KindDiscussion is what people follow: all comments on a thing, by its id.
const KindDiscussion subject.Kind = "discussion"

// Follow makes the actor hear of every new comment on a thing, or no longer.
func (s *Service) Follow(ctx context.Context, actor accounts.Actor, ref subject.Ref, on bool) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.session")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.about(ctx, tx, actor, ref); err != nil {
			return err
		}
		of := subject.Ref{Kind: KindDiscussion, ID: ref.ID}
		if on {
			return follows.Subject(ctx, tx, follows.Person, actor.Person, of, actor.Locale)
		}
		return follows.Unfollow(ctx, tx, follows.Person, actor.Person, of)
	})
}

// Follows tells whether the actor hears of new comments on a thing.
func (s *Service) Follows(ctx context.Context, actor accounts.Actor, ref subject.Ref) (bool, error) {
	if actor.Person == uuid.Nil {
		return false, nil
	}
	return follows.Has(ctx, s.db, follows.Person, actor.Person, subject.Ref{Kind: KindDiscussion, ID: ref.ID})
}
