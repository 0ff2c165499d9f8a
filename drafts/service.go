package drafts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// Photos deletes what hangs on a draft; package attachments beside this one is
// plugged in.
type Photos interface {
	// DeleteForDraft deletes the photos of a draft, bytes included.
	DeleteForDraft(ctx context.Context, tx pgx.Tx, draft uuid.UUID) error
	// GiveForDraft makes them a person's.
	GiveForDraft(ctx context.Context, tx pgx.Tx, draft, person uuid.UUID) error
}

// Create begins a form of a kind with its first fields. The id is the caller's
// (subject.NewID), so that a repeated request finds the same draft: its own one
// comes back as it is. fault.Unauthenticated without a person, fault.TooMany
// when the person has very many, fault.TooLarge.
func Create(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, kind string, fields Body) (Draft, error) {
	if actor.Person == uuid.Nil {
		return Draft{}, fault.New(fault.Unauthenticated, "err.401").Because(errors.New("a draft needs a person"))
	}
	d, _ := Draft{}.merge(0, fields)
	if d.Body == nil {
		d.Body = Body{}
	}
	if err := d.Body.check(); err != nil {
		return Draft{}, err
	}
	var open int
	if err := tx.QueryRow(ctx, sqlOpen, actor.Person).Scan(&open); err != nil {
		return Draft{}, fmt.Errorf("count drafts: %w", err)
	}
	if open >= MaxOpen {
		f := fault.New(fault.TooMany, "err.draft.many").With("max", MaxOpen)
		f.RetryAfter = time.Hour
		return Draft{}, f
	}
	if _, err := tx.Exec(ctx, sqlInsert, id, actor.Person, kind, d.Body, Lifetime.Seconds()); err != nil {
		return Draft{}, fmt.Errorf("insert draft: %w", err)
	}
	return load(ctx, tx, sqlLoad, id, actor.Person)
}

// Save changes fields of the actor's draft. version is the one that the form
// was made from; whatever another tab has written since stays, except in fields
// that this form changed itself. A form sends all its fields and then shows the
// body it gets back, or sends only what it changed; either way it goes on with
// the version it gets back. Each change moves the end 14 days ahead.
// fault.NotFound, fault.TooLarge.
func Save(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, version int, fields Body) (Draft, error) {
	d, err := load(ctx, tx, sqlLock, id, actor.Person)
	if err != nil {
		return Draft{}, err
	}
	d, changed := d.merge(version, fields)
	if !changed {
		return d, nil
	}
	if err := d.Body.check(); err != nil {
		return Draft{}, err
	}
	err = tx.QueryRow(ctx, sqlUpdate, id, d.Body, d.past, d.Version, Lifetime.Seconds()).Scan(&d.UpdatedAt, &d.ExpiresAt)
	if err != nil {
		return Draft{}, fmt.Errorf("update draft: %w", err)
	}
	return d, nil
}

// Load returns the actor's draft, or fault.NotFound.
func Load(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (Draft, error) {
	return load(ctx, q, sqlLoad, id, actor.Person)
}

// LoadLocked is Load and locks the draft until the end of the transaction: what
// the sending of a form begins with.
func LoadLocked(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) (Draft, error) {
	return load(ctx, tx, sqlLock, id, actor.Person)
}

// maxList is the most that Mine lists.
const maxList = 50

// Mine lists the actor's drafts of a kind ("": of all kinds), the last touched
// first.
func Mine(ctx context.Context, q db.Queryer, actor accounts.Actor, kind string) ([]Draft, error) {
	if actor.Person == uuid.Nil {
		return nil, nil
	}
	rows, err := q.Query(ctx, sqlMine, actor.Person, kind, maxList)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list drafts: %w", err)
	}
	return all, nil
}

// Adopt makes one person's drafts another's: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAdopt, from, to); err != nil {
		return fmt.Errorf("adopt drafts: %w", err)
	}
	return nil
}

// Owners answers whose a draft is, for attachments.
type Owners struct{}

// Mine returns fault.NotFound unless the draft is the actor's.
func (Owners) Mine(ctx context.Context, q db.Queryer, actor accounts.Actor, draft uuid.UUID) error {
	if actor.Person == uuid.Nil {
		return fault.Missing("draft")
	}
	yes, err := db.Exists(ctx, q, sqlExists, draft, actor.Person)
	if err != nil {
		return fmt.Errorf("whose draft: %w", err)
	}
	if !yes {
		return fault.Missing("draft")
	}
	return nil
}

// Lock is Mine and locks the draft until the end of the transaction.
func (Owners) Lock(ctx context.Context, tx pgx.Tx, actor accounts.Actor, draft uuid.UUID) error {
	_, err := load(ctx, tx, sqlLock, draft, actor.Person)
	return err
}

// Config makes a Service.
type Config struct {
	DB     db.DB
	Photos Photos
}

// Service deletes drafts with everything that hangs on them.
type Service struct {
	db     db.DB
	photos Photos
}

// New makes a Service.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Photos == nil {
		return nil, errors.New("drafts: DB and Photos are needed")
	}
	return &Service{db: cfg.DB, photos: cfg.Photos}, nil
}

// Delete deletes the actor's draft with its photos, as "Entwurf löschen" and the
// sending of a form do (which has moved the photos away before). fault.NotFound.
func (s *Service) Delete(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	if _, err := load(ctx, tx, sqlLock, id, actor.Person); err != nil {
		return err
	}
	return s.deleteAll(ctx, tx, []uuid.UUID{id})
}

// DeleteFor deletes all drafts of an erased person.
func (s *Service) DeleteFor(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetHandovers, person); err != nil {
		return fmt.Errorf("forget handovers: %w", err)
	}
	all, err := ids(ctx, tx, sqlOfPerson, person)
	if err != nil {
		return err
	}
	return s.deleteAll(ctx, tx, all)
}

func (s *Service) deleteAll(ctx context.Context, tx pgx.Tx, all []uuid.UUID) error {
	for _, id := range all {
		if err := s.photos.DeleteForDraft(ctx, tx, id); err != nil {
			return fmt.Errorf("photos of a draft: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, sqlDeleteAll, all); err != nil {
		return fmt.Errorf("delete drafts: %w", err)
	}
	return nil
}

func ids(ctx context.Context, tx pgx.Tx, sql string, arg any) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("ids of drafts: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of drafts: %w", err)
	}
	return all, nil
}

// expireBatch is how many drafts one transaction deletes; each may have photos.
const expireBatch = 100

// Expire deletes the drafts whose time is over, with their photos, and links to
// other devices that ended a day ago.
func (s *Service) Expire(ctx context.Context) error {
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlSweepHandovers, handoverKept.Seconds())
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep handovers: %w", err)
	}
	for {
		var n int
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			all, err := ids(ctx, tx, sqlExpired, expireBatch)
			if err != nil {
				return err
			}
			n = len(all)
			if n == 0 {
				return nil
			}
			if err := s.deleteAll(ctx, tx, all); err != nil {
				return err
			}
			return accounts.RecordRetention(ctx, tx, accounts.Retention{Kind: subject.Report, What: "draft", Rule: "14 days after the last change", N: n})
		})
		if err != nil || n < expireBatch {
			return err
		}
	}
}

// RegisterJobs adds the periodic task. To be called before the client starts.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "drafts.expire", time.Hour, s.Expire)
}
