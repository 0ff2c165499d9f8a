package moderation

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Target is a domain whose content can be moderated (reports; later ideas and
// discussion). Everything runs in the caller's transaction.
type Target interface {
	Hide(ctx context.Context, tx pgx.Tx, part subject.Part) error
	Restore(ctx context.Context, tx pgx.Tx, part subject.Part) error
	Redact(ctx context.Context, tx pgx.Tx, part subject.Part, text string) error
	Publish(ctx context.Context, tx pgx.Tx, part subject.Part) error
	Covered(ctx context.Context, tx pgx.Tx, part subject.Part) error   // parts of a photo were
	Uncovered(ctx context.Context, tx pgx.Tx, part subject.Part) error // and are so no longer
	Source
}

// Source tells what there is to judge.
type Source interface {
	Content(ctx context.Context, q db.Queryer, part subject.Part, lock bool) (subject.Content, error)
	IsAuthor(ctx context.Context, q db.Queryer, of subject.Ref, person uuid.UUID) (bool, error)
	ByNumber(ctx context.Context, q db.Queryer, n subject.Number) (subject.Ref, error)
}

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// Calendar gives the hours in which staff read (categories.Service).
type Calendar interface {
	Calendar(ctx context.Context) (*categories.Calendar, error)
}

// Active counts who took part, for the report's average (Art. 24(2) DSA): edges
// are the beginnings of months and the end of the last one, the answer has one
// number for each month. Its tables are other packages', so the app fills it.
type Active func(ctx context.Context, q db.Queryer, edges []time.Time) ([]int, error)

// Photos is the pictures of all domains (attachments.Service).
type Photos interface {
	// Photo gives the bytes of one, for the copy for the police.
	Photo(ctx context.Context, id uuid.UUID) ([]byte, error)
	// Conceal burns boxes into one and leaves no form without them; what it was is
	// sealed under the id of the decision.
	Conceal(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id, decision uuid.UUID, parts []attachments.Rect) error
	// Reveal brings back what was sealed; fault.NotFound and Gone when it can't.
	Reveal(ctx context.Context, tx pgx.Tx, actor accounts.Actor, decision uuid.UUID) error
	// DropSealed forgets it.
	DropSealed(ctx context.Context, tx pgx.Tx, decisions ...uuid.UUID) error
}

// Config makes a Service.
type Config struct {
	DB       db.DB
	Accounts *accounts.Service
	Targets  map[subject.Kind]Target
	Outbox   Outbox
	Messages *i18n.Catalogue
	BaseURL  string
	Calendar Calendar
	Files    files.Store
	Photos   Photos
	Active   Active
	Log      *slog.Logger
}

// Service is the use cases of moderation. It is safe for concurrent use.
type Service struct {
	db       db.DB
	accounts *accounts.Service
	targets  map[subject.Kind]Target
	out      Outbox
	messages *i18n.Catalogue
	base     string
	cal      Calendar
	files    files.Store
	photos   Photos
	active   Active
	log      *slog.Logger
}

// New makes the service.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Accounts == nil || len(cfg.Targets) == 0 || cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" || cfg.Calendar == nil || cfg.Files == nil || cfg.Photos == nil || cfg.Active == nil {
		return nil, errors.New("moderation: something of the config is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Service{
		db: cfg.DB, accounts: cfg.Accounts, targets: cfg.Targets, out: cfg.Outbox, messages: cfg.Messages,
		base: strings.TrimSuffix(cfg.BaseURL, "/"), cal: cfg.Calendar, files: cfg.Files, photos: cfg.Photos, active: cfg.Active, log: cfg.Log,
	}, nil
}

// Within is the service inside a transaction of the caller: all that it reads
// and writes is in it.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db = tx
	return &inner
}

func (s *Service) target(kind subject.Kind) (Target, error) {
	t, ok := s.targets[kind]
	if !ok {
		return nil, fault.Missing("moderated " + string(kind))
	}
	return t, nil
}

// content loads a part as it stands.
func (s *Service) content(ctx context.Context, q db.Queryer, part subject.Part, lock bool) (subject.Content, error) {
	t, err := s.target(part.Kind)
	if err != nil {
		return subject.Content{}, err
	}
	return t.Content(ctx, q, part, lock)
}

// Staffed is the rule of staffed hours, for every domain that lets people
// write: outside the hours what a new author writes is held, and until is when
// somebody reads it. Within the hours nothing is held and until is now.
func Staffed(cal *categories.Calendar, newAuthor bool, now time.Time) (held bool, until time.Time) {
	next := cal.NextReading(now)
	return newAuthor && next.After(now), next
}

// newAuthorFor is how long somebody counts as new.
const newAuthorFor = 24 * time.Hour

// NewAuthor tells whether somebody is new here: without a confirmed address, or
// since less than a day.
func NewAuthor(ctx context.Context, q db.Queryer, person uuid.UUID, now time.Time) (bool, error) {
	if person == uuid.Nil {
		return true, nil
	}
	p, err := accounts.PersonByID(ctx, q, person)
	if fault.Is(err, fault.NotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return p.Level == accounts.L0 || now.Sub(p.CreatedAt) < newAuthorFor, nil
}
