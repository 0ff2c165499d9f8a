package owndata

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// Mails forgets what was or is to be sent (mail.Outbox).
type Mails interface {
	ForgetContact(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error
	ForgetAbout(ctx context.Context, tx pgx.Tx, about subject.Ref) error
}

// Config makes a Service.
type Config struct {
	DB      db.DB
	Jobs    *jobs.Client
	Reports *reports.Service
	Drafts  *drafts.Service
	Photos  *attachments.Service
	Mails   Mails
	// List is the file that erasures are appended to, best on the disk of the
	// backups; "": the table alone has them.
	List string
	// Steps are what further domains delete of a person, in their order. Each
	// can be done twice.
	Steps []Step
	Log   *slog.Logger // nil: slog.Default()
}

// Step deletes what one domain knows of a person.
type Step struct {
	Name string
	Do   func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error
}

// Service exports and erases. It is safe for concurrent use.
type Service struct {
	cfg    Config
	fields privacy.Fields
}

// retry is how often erasures that are noted and not done are taken up.
const retry = 10 * time.Minute

// New makes the service and registers its jobs.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Jobs == nil || cfg.Reports == nil || cfg.Drafts == nil || cfg.Photos == nil || cfg.Mails == nil {
		return nil, errors.New("owndata: something of the config is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	fields, err := privacy.Load()
	if err != nil {
		return nil, err
	}
	s := &Service{cfg: cfg, fields: fields}
	jobs.Register(cfg.Jobs, s.work)
	jobs.Periodic(cfg.Jobs, "owndata_erase", retry, s.EraseDue)
	return s, nil
}

func ownReports(ctx context.Context, q db.Queryer, person uuid.UUID) ([]uuid.UUID, error) {
	refs, err := reports.OwnedBy(ctx, q, person)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	return ids, nil
}

// Fresh tells whether the actor has signed in lately enough for what this
// package does.
func (s *Service) Fresh(ctx context.Context, actor accounts.Actor) (bool, error) {
	return accounts.Fresh(ctx, s.cfg.DB, actor)
}

// Within is the service inside a transaction of the caller: all that it reads
// and writes is in it.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.cfg.DB = tx
	return &inner
}
