package contests

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// Config makes a Service.
type Config struct {
	DB       db.DB
	Outbox   Outbox
	Messages *i18n.Catalogue
	BaseURL  string
	Zone     *time.Location // of the city; nil: UTC
}

// Service is the use cases of contests. It is safe for concurrent use.
type Service struct {
	db       db.DB
	outbox   Outbox
	messages *i18n.Catalogue
	base     string
	zone     *time.Location
}

// New makes a Service.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("contests: something of the config is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	return &Service{db: cfg.DB, outbox: cfg.Outbox, messages: cfg.Messages, base: strings.TrimSuffix(cfg.BaseURL, "/"), zone: cfg.Zone}, nil
}

// RegisterJobs adds what is done by time.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "contests_announce", 15*time.Minute, s.Announce)
	jobs.Periodic(c, "contests_invitations", 24*time.Hour, s.dropInvitations)
}

// room is a contest in a transaction, with who acts and when.
type room struct {
	tx    pgx.Tx
	actor accounts.Actor
	c     *Contest
	team  uuid.UUID // of the actor; Nil: none
	s     Stand     // without an entry
	now   time.Time
}

// enter opens a contest for a write: the rights of this moment, and its row
// locked, so that two writes of one contest follow each other.
func (s *Service) enter(ctx context.Context, actor accounts.Actor, n subject.Number, fn func(ctx context.Context, r *room) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		r, err := s.open(ctx, tx, actor, n, true)
		if err != nil {
			return err
		}
		r.tx = tx
		return fn(ctx, r)
	})
}

// open reads a contest for the actor; NotFound for what they may not know of.
func (s *Service) open(ctx context.Context, q db.Queryer, actor accounts.Actor, n subject.Number, lock bool) (*room, error) {
	call, err := ideas.CallIn(ctx, q, actor, n)
	if err != nil {
		return nil, err
	}
	if call.Kind != ideas.KindContest {
		return nil, fault.Missing("call")
	}
	c, err := load(ctx, q, call, lock)
	if err != nil {
		return nil, err
	}
	if lock { // what another write did while this one waited
		if c.Call, err = ideas.CallIn(ctx, q, actor, n); err != nil {
			return nil, err
		}
	}
	r := &room{actor: actor, c: c}
	if r.now, err = db.Now(ctx, q); err != nil {
		return nil, err
	}
	r.team, r.s, err = standOf(ctx, q, actor, c)
	return r, err
}

// stand is how the actor stands to one entry.
func (r *room) stand(ctx context.Context, q db.Queryer, e *Entry) (Stand, error) {
	mine, err := r.reviews(ctx, q, []uuid.UUID{e.ID})
	return r.standBy(e, mine[e.ID]), err
}

// reviews are what the actor said of entries as one of the jury; none for
// everybody else.
func (r *room) reviews(ctx context.Context, q db.Queryer, entries []uuid.UUID) (map[uuid.UUID]*Review, error) {
	if !r.s.isJuror() {
		return map[uuid.UUID]*Review{}, nil
	}
	return reviewsOf(ctx, q, entries, r.s.Juror)
}

// standBy is stand for an entry of which the actor said this; nil: nothing.
func (r *room) standBy(e *Entry, mine *Review) Stand {
	s := r.s
	s.Member = r.team != uuid.Nil && r.team == e.Team
	s.Lead = s.Lead && s.Member
	if s.isJuror() && mine != nil {
		s.Declared, s.Conflict = true, mine.Conflict
	}
	return s
}

// may asks the policy about an entry.
func (r *room) may(ctx context.Context, q db.Queryer, action Action, e *Entry, zone *time.Location) (Stand, error) {
	s, err := r.stand(ctx, q, e)
	if err != nil {
		return s, err
	}
	return s, Allowed(action, r.c, e, s, r.now, zone)
}

// tell queues a mail to people about what happened in a contest. It names the
// contest by its number and says nothing of what was handed in.
func (s *Service) tell(ctx context.Context, r *room, people []uuid.UUID, key, path string) error {
	for _, p := range people {
		list, err := accounts.ContactsOf(ctx, r.tx, p)
		if err != nil {
			return err
		}
		if len(list) == 0 || !list[0].Reachable() {
			continue
		}
		loc := s.messages.For(list[0].Locale)
		number := r.c.Call.Number.Format(subject.PrefixCall)
		err = s.outbox.Queue(ctx, r.tx, mail.Message{
			ToContact: list[0].ID, Kind: "contest.news", Lang: list[0].Locale,
			Subject: loc.T("contest.mail."+key+".subject", "number", number), Lead: loc.T("contest.mail." + key + ".lead"), Next: loc.T("contest.mail." + key + ".next"),
			Button: mail.Button{Label: loc.T("contest.mail.button"), URL: s.base + path}, Reason: loc.T("contest.mail.reason"),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
