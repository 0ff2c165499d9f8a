package reports

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// Config makes a Service.
type Config struct {
	DB        db.DB
	Bus       *events.Bus
	Catalogue Catalogue
	Places    Places
	Accounts  *accounts.Service
	Photos    Photos
	Forms     Forms
	Letters   Letters
	Zone      *time.Location // of the city; nil: UTC
	Log       *slog.Logger
	// UndoFor is how long a public step can be taken back and its mails wait;
	// 0: 5 minutes, below: not at all.
	UndoFor time.Duration
}

// Service is the use cases of reports. It is safe for concurrent use.
type Service struct {
	db       db.DB
	bus      *events.Bus
	cat      Catalogue
	places   Places
	accounts *accounts.Service
	photos   Photos
	forms    Forms
	letters  Letters
	zone     *time.Location
	log      *slog.Logger
	router   Router // nil: the category's department
	undoFor  time.Duration
	gate     Gate // nil: nothing is held
	talk     Talk
	notices  *notify.Service // nil: every mail goes out at once
	ideas    Ideas           // nil: none can be linked
}

// scope keeps the voters of reports apart from those of other processes.
const scope = "reports"

// New makes the service and registers its events.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Bus == nil || cfg.Catalogue == nil || cfg.Places == nil || cfg.Accounts == nil || cfg.Photos == nil || cfg.Forms == nil {
		return nil, errors.New("reports: something of the config is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	registerEvents(cfg.Bus)
	return &Service{
		db: cfg.DB, bus: cfg.Bus, cat: cfg.Catalogue, places: cfg.Places, accounts: cfg.Accounts, photos: cfg.Photos,
		forms: cfg.Forms, letters: cfg.Letters, zone: cfg.Zone, log: cfg.Log,
		undoFor: cmp.Or(cfg.UndoFor, undoFor),
	}, nil
}

func registerEvents(b *events.Bus) {
	events.Register[Submitted](b)
	events.Register[StatusChanged](b)
	events.Register[Undone](b)
	events.Register[StepAdded](b)
	events.Register[Released](b)
	events.Register[MeTooChanged](b)
	events.Register[Dialogue](b)
	events.Register[Erased](b)
	events.Register[Hidden](b)
	events.Register[Imported](b)
	events.Register[OwnersChanged](b)
}

// change loads a report for update, asks the policy, and runs fn in the same
// transaction.
func (s *Service) change(ctx context.Context, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return changeIn(ctx, tx, actor, n, action, fn)
	})
}

// changeJoined is change for what may touch the reports that n is, or is to be,
// joined to as well (see lockJoined).
func (s *Service) changeJoined(ctx context.Context, actor accounts.Actor, n, other subject.Number, action Action, fn changer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockJoined(ctx, tx, n, other); err != nil {
			return err
		}
		return changeIn(ctx, tx, actor, n, action, fn)
	})
}

// changer is what happens to a locked report.
type changer func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error

func changeIn(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	r, err := lockByNumber(ctx, tx, n, actor.Person)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
		return err
	}
	if err := Allowed(actor, action, r, now); err != nil {
		return err
	}
	if err := fn(ctx, tx, r, now); err != nil || action == ActView {
		return err
	}
	if worksOn(actor, r) && !r.IsOwner && !actor.System { // somebody of the team acted: no answer waits any more
		if err := casework.Handled(ctx, tx, r.Ref()); err != nil {
			return err
		}
	}
	return putFacts(ctx, tx, r.ID)
}

// List is the public list, newest first. Everybody gets the same.
func (s *Service) List(ctx context.Context, _ accounts.Actor, f Filter, p Page) (List, error) {
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return List{}, err
	}
	var w db.Where
	visibleTo(&w)
	filterWhere(&w, f, ids)
	counts, err := countItems(ctx, s.db, &w)
	if err != nil {
		return List{}, err
	}
	l, err := listItems(ctx, s.db, &w, p)
	if err != nil {
		return List{}, err
	}
	for _, n := range counts {
		l.Total += n
	}
	return l, nil
}

// Counts is how many public reports a filter finds, by class.
func (s *Service) Counts(ctx context.Context, _ accounts.Actor, f Filter) (map[Class]int, error) {
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return nil, err
	}
	var w db.Where
	visibleTo(&w)
	filterWhere(&w, f, ids)
	return countItems(ctx, s.db, &w)
}

// categoryIDs turns the filter's keys into ids. An unknown key finds nothing.
func (s *Service) categoryIDs(ctx context.Context, f Filter) ([]uuid.UUID, error) {
	if len(f.Categories) == 0 {
		return nil, nil
	}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(f.Categories))
	for _, key := range f.Categories {
		if c := cat.ByKey(key); c != nil {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// Mine lists the reports that the actor's person made or opened with a code.
func (s *Service) Mine(ctx context.Context, actor accounts.Actor, p Page) (List, error) {
	if actor.Person == uuid.Nil {
		return List{}, nil
	}
	var w db.Where
	w.And("r.visibility <> 'erased'")
	w.And("EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = ?)", actor.Person)
	return listItems(ctx, s.db, &w, p)
}

// frequentFor is the time over which frequent categories are counted.
const (
	frequentFor    = 30 * 24 * time.Hour
	frequentMetres = 500
	frequentN      = 6
)

// Frequent lists the keys of the six most frequent categories of the last 30
// days within 500 m, or in the whole city; fewer when there are fewer.
func (s *Service) Frequent(ctx context.Context, at *subject.Point) ([]string, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	keys, err := frequentKeys(ctx, s.db, at, frequentMetres, now.Add(-frequentFor), frequentN)
	if err != nil || at == nil || len(keys) == frequentN {
		return keys, err
	}
	city, err := frequentKeys(ctx, s.db, nil, 0, now.Add(-frequentFor), 2*frequentN)
	if err != nil {
		return nil, err
	}
	for _, k := range city {
		if len(keys) < frequentN && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

const aroundMetres = 500

// Around lists public reports of any category within 500 m, nearest first,
// those that ended long ago left out.
func (s *Service) Around(ctx context.Context, _ accounts.Actor, at subject.Point, except uuid.UUID, limit int) ([]Item, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	var w db.Where
	w.And("r.id <> ?", except)
	w.And("(r.closed_at IS NULL OR r.closed_at >= ?)", now.AddDate(0, -3, 0))
	return nearItems(ctx, s.db, at, aroundMetres, &w, limit)
}

// Hint is the answer to "Ist es gelöst?": staff see it, the status stays.
func (s *Service) Hint(ctx context.Context, actor accounts.Actor, n subject.Number, fixed bool) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := byNumber(ctx, tx, n, actor.Person)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := Allowed(actor, ActHint, r, now); err != nil {
			return err
		}
		value := int16(-1)
		if fixed {
			value = 1
		}
		if changed, err := votes.Set(ctx, tx, actor, scope, r.Ref(), votes.Fixed, value); err != nil || !changed {
			return err
		}
		return casework.Recount(ctx, tx, r.Ref())
	})
}

// appendStep writes a timeline entry and its event.
func (s *Service) appendStep(ctx context.Context, tx pgx.Tx, r *Report, key string, params map[string]any, reason string, who subject.Audience, department uuid.UUID) error {
	id, err := timeline.Append(ctx, tx, timeline.Entry{Ref: r.Ref(), Key: key, Params: params, Reason: reason, Audience: who, Department: department})
	if err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, StepAdded{Report: r.ID, Entry: id, Key: key, Audience: who})
}
