package complaints

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/scan"
	"github.com/mitwirk/mitwirk/subject"
)

// Calendar gives the city's working days (categories.Service).
type Calendar interface {
	Calendar(ctx context.Context) (*categories.Calendar, error)
}

// Forms deletes a draft once it is sent (drafts.Service).
type Forms interface {
	Delete(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error
}

// Recoder turns a picture into our own encoding of it (attachments.Service).
type Recoder interface {
	Recode(ctx context.Context, photo io.Reader) ([]byte, error)
}

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
	ForgetAbout(ctx context.Context, tx pgx.Tx, ref subject.Ref) error
}

// Config makes a Service.
type Config struct {
	DB       db.DB
	Accounts *accounts.Service
	Days     Calendar
	Forms    Forms
	Store    files.Store
	Pictures Recoder
	Scanner  scan.Scanner    // nil: files are not scanned, and pages say so
	Drawer   casework.Drawer // nil: there are no previews
	Jobs     *jobs.Client
	Outbox   Outbox
	Messages *i18n.Catalogue
	BaseURL  string // "https://mitwirk.example", without a slash at the end
	KeyDir   string // private keys of receipts; "": the database's
	Zone     *time.Location
	Log      *slog.Logger
}

// Service is the use cases. It is safe for concurrent use.
type Service struct {
	cfg     Config
	db      db.DB
	zone    *time.Location
	keys    *ring
	figures *periodCache
}

// New makes the service and registers its work in the background.
func New(ctx context.Context, cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Accounts == nil || cfg.Days == nil || cfg.Forms == nil || cfg.Store == nil || cfg.Pictures == nil || cfg.Jobs == nil ||
		cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("complaints: something of the config is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Service{cfg: cfg, db: cfg.DB, zone: cfg.Zone, figures: &periodCache{}}
	var err error
	if s.keys, err = openRing(ctx, cfg.DB, cfg.KeyDir); err != nil {
		return nil, err
	}
	s.registerJobs(cfg.Jobs)
	return s, nil
}

// Within is the service inside a transaction of the caller.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db, inner.figures = tx, &periodCache{} // what is not committed yet is nobody else's
	return &inner
}

// Zone is the city's.
func (s *Service) Zone() *time.Location { return s.zone }

// changer is what a use case does with a complaint that is locked.
type changer func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error

// change loads for update, with the rights of this moment, asks the policy and
// runs fn in the same transaction. The policy is asked before the row is locked,
// too: who may not know of a complaint never touches it, and so does not take
// longer over one that exists.
func (s *Service) change(ctx context.Context, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		_, now, err := allowed(ctx, tx, actor, action, n)
		if err != nil {
			return err
		}
		c, err := lock(ctx, tx, n, actor.Person)
		if err != nil {
			return err
		}
		if err := Allowed(actor, action, c, now); err != nil {
			return err
		}
		return fn(ctx, tx, c, now.In(s.zone))
	})
}

// due is the end of the n-th working day from a time on.
func (s *Service) due(ctx context.Context, from time.Time, days int) (time.Time, error) {
	cal, err := s.cfg.Days.Calendar(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return cal.AddWorkingDays(from, days), nil
}

// setStatus changes it by the table.
func setStatus(ctx context.Context, tx pgx.Tx, c *Complaint, to Status) error {
	if c.Status != to && !c.Status.May(to) {
		return fault.New(fault.Conflict, "complaint.err.state")
	}
	c.Status = to
	if err := save(ctx, tx, c); err != nil {
		return err
	}
	return casework.Put(ctx, tx, facts(c))
}

// facts of the case: nothing that somebody wrote, no place, no words. Gone keeps
// it out of every list of cases, of today and of tomorrow; the list of complaints
// is List.
func facts(c *Complaint) casework.Facts {
	title := i18n.Text{i18n.German: "Vertraulich", i18n.English: "Confidential"}
	class := "open"
	if !c.Status.IsOpen() {
		class = "done"
	}
	return casework.Facts{
		Ref: c.Ref(), Number: c.Number, Status: string(c.Status), StatusClass: class, StatusAt: c.StatusAt, Open: c.Status.IsOpen(),
		Title: title[i18n.German], Titles: title, Gone: true, CreatedAt: c.CreatedAt,
	}
}
