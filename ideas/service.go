package ideas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// Calendar counts working days (categories.Service).
type Calendar interface {
	Calendar(ctx context.Context) (*categories.Calendar, error)
}

// Places knows districts (geo.Service).
type Places interface {
	District(ctx context.Context, p subject.Point) (l geo.Label, ok bool, err error)
	Districts(ctx context.Context) ([]geo.Label, error)
	DistrictByRef(ctx context.Context, ref string) (l geo.Label, ok bool, err error)
	TownKnown(ctx context.Context) (bool, error)
	Locate(ctx context.Context, p subject.Point, categoryKey string) (geo.Place, error)
}

// Photos stores and removes pictures (attachments.Service).
type Photos interface {
	Prepare(ctx context.Context, photo io.Reader) (attachments.Prepared, error)
	Remove(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error
	DeleteFor(ctx context.Context, tx pgx.Tx, kind subject.Kind, refs ...uuid.UUID) (int, error)
}

// Forms deletes a draft that was sent (drafts.Service).
type Forms interface {
	Delete(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error
}

// Config makes a Service.
type Config struct {
	DB       db.DB
	Bus      *events.Bus
	Calendar Calendar
	Places   Places
	Accounts *accounts.Service
	Photos   Photos
	Forms    Forms
	Zone     *time.Location // of the city; nil: UTC
	Log      *slog.Logger
}

// Service is the use cases of ideas and calls. It is safe for concurrent use.
type Service struct {
	db       db.DB
	bus      *events.Bus
	cal      Calendar
	places   Places
	accounts *accounts.Service
	photos   Photos
	forms    Forms
	zone     *time.Location
	log      *slog.Logger
	gate     Gate                // nil: nothing is held
	notices  *notify.Service     // nil: nobody is told
	talk     *discussion.Service // nil: nothing is discussed
	reports  Reports             // nil: no report becomes an idea
	measures Measures            // nil: ideas belong to no measure
	files    *casework.Files     // nil: ideas have none
	contests ContestRooms        // nil: there are none
	counted  *counts             // nil: counted anew each time
}

// UseDiscussion makes ideas something that people talk about.
func (s *Service) UseDiscussion(d *discussion.Service) {
	s.talk = d
	d.Plug(subject.Idea, discussed{s})
}

// discussed is ideas as their discussions know them (discussion.Domain).
type discussed struct{ *Service }

// Discussed is one idea.
func (d discussed) Discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
	return d.discussed(ctx, q, actor, id)
}

// Introduce is those of some ideas that the actor may view.
func (d discussed) Introduce(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID) ([]discussion.Subject, error) {
	now, err := db.Now(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlIdeasByID, ids, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("discussed ideas: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanIdea)
	if err != nil {
		return nil, fmt.Errorf("discussed ideas: %w", err)
	}
	var list []discussion.Subject
	for i := range found {
		if Allowed(actor, ActView, &found[i], nil, now, d.zone) == nil {
			list = append(list, about(&found[i]))
		}
	}
	return list, nil
}

// about is what a discussion says of an idea.
func about(i *Idea) discussion.Subject {
	return discussion.Subject{Ref: i.Ref(), Title: i.Title, Path: i.Path(), Public: i.Visibility == VisPublic && !i.Staff}
}

// discussed is an idea as its discussion knows it.
func (s *Service) discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
	i, err := byID(ctx, q, id, actor.Person, false)
	if err != nil {
		return discussion.Subject{}, err
	}
	now, err := db.Now(ctx, q)
	if err != nil {
		return discussion.Subject{}, err
	}
	if err := Allowed(actor, ActView, i, nil, now, s.zone); err != nil {
		return discussion.Subject{}, err
	}
	d := about(i)
	d.InCharge, d.District, d.Department, d.Role = i.Department, i.District, i.Department, subject.Caseworker
	d.Official = !actor.System && worksOn(actor, i)
	if why := refused(actor, ActDiscuss, i, nil, now, s.zone); why != "" {
		d.WhyNot = why
	} else if err := s.mayTalk(ctx, q, actor, i, d.Official, now); NeedsProof(err) {
		d.WhyNot = WhyProof
	} else if err != nil {
		return discussion.Subject{}, err
	} else {
		d.Write = true
	}
	owners, err := noticed{s}.Owners(ctx, q, id)
	d.Owners = owners.People
	return d, err
}

// mayTalk tells whether somebody may comment in a call that asks for a proof.
func (s *Service) mayTalk(ctx context.Context, q db.Queryer, actor accounts.Actor, i *Idea, official bool, now time.Time) error {
	if i.Call == uuid.Nil || official {
		return nil
	}
	c, err := s.callOf(ctx, q, i)
	if err != nil {
		return err
	}
	return Entitled(ctx, q, actor, ActDiscuss, c, now)
}

// scope keeps the voters of ideas apart from those of other processes.
const scope = "ideas"

// New makes the service and registers its events.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Bus == nil || cfg.Calendar == nil || cfg.Places == nil || cfg.Accounts == nil || cfg.Photos == nil || cfg.Forms == nil {
		return nil, errors.New("ideas: something of the config is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	registerEvents(cfg.Bus)
	return &Service{
		db: cfg.DB, bus: cfg.Bus, cal: cfg.Calendar, places: cfg.Places, accounts: cfg.Accounts, photos: cfg.Photos, forms: cfg.Forms,
		zone: cfg.Zone, log: cfg.Log,
	}, nil
}

// Zone is the city's time zone, in which days and phases begin.
func (s *Service) Zone() *time.Location { return s.zone }

// changer is what happens to a locked idea; c is its call, nil for the open box.
type changer func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, c *Call, now time.Time) error

// change loads an idea for update, asks the policy with the rights of this
// moment, and runs fn in the same transaction.
func (s *Service) change(ctx context.Context, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return s.changeIn(ctx, tx, actor, n, action, fn)
	})
}

func (s *Service) changeIn(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	i, err := byNumber(ctx, tx, n, actor.Person, true)
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
	c, err := s.callOf(ctx, tx, i)
	if err != nil {
		return err
	}
	if err := Allowed(actor, action, i, c, now, s.zone); err != nil {
		return err
	}
	return fn(ctx, tx, actor, i, c, now)
}

// callOf loads the call of an idea, nil for the open box.
func (s *Service) callOf(ctx context.Context, q db.Queryer, i *Idea) (*Call, error) {
	if i.Call == uuid.Nil {
		return nil, nil //nolint:nilnil // the open box has none
	}
	return callByID(ctx, q, i.Call)
}

// step writes a timeline entry and its event.
func (s *Service) step(ctx context.Context, tx pgx.Tx, i *Idea, key string, params map[string]any, reason string, department uuid.UUID) error {
	id, err := timeline.Append(ctx, tx, timeline.Entry{Ref: i.Ref(), Key: key, Params: params, Reason: reason, Department: department})
	if err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, StepAdded{Idea: i.ID, Entry: id, Key: key})
}
