package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Domain is what tells people of its things.
type Domain interface {
	// Cards introduces those of the things that the reader may know of now, in a
	// language. Audience is Public for what everybody sees.
	Cards(ctx context.Context, q db.Queryer, to Reader, lang string, ids []uuid.UUID) ([]subject.Card, error)
	// Owners are those whose thing it is.
	Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (Owners, error)
	// Owns tells whether one person is among the People of Owners. It is asked for each
	// mail, and reads no more where a thing has many.
	Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error)
	// Door is the path of a link that opens the thing, once, as whoever gave one of
	// the contacts with it; "" where none of them was.
	Door(ctx context.Context, tx pgx.Tx, id uuid.UUID, contacts []uuid.UUID) (path string, err error)
	// Says is what happened, in a sentence; detail is that of the news.
	Says(loc *i18n.Localizer, what What, detail string) string
}

// Stopper is a Domain whose mails are ended by something else than the thing that
// they tell of: those about a comment by its discussion.
type Stopper interface {
	// StopAt is what a link to unsubscribe names instead of the thing.
	StopAt(ctx context.Context, q db.Queryer, id uuid.UUID) (subject.Ref, error)
}

// Reader is whoever reads: a person, and the contacts of the address that they are
// mailed at.
type Reader struct {
	subject.Viewer

	Contacts []uuid.UUID
}

// Owners are the people whose a thing is, and the ids of the confirmed contact (and
// of its person) that was given with it: the domain itself mails those about it.
type Owners struct {
	People, Mailed []uuid.UUID
	// Follow says that it is not theirs: they follow what it belongs to.
	Follow bool
	// Inbox says that they are not mailed here: the domain has letters of its own, or
	// they work on it at the desk.
	Inbox bool
}

// kind is why they are told.
func (o *Owners) kind() Kind {
	if o.Follow {
		return Followed
	}
	return Own
}

// has tells whether a person is among them.
func (o *Owners) has(person uuid.UUID) bool {
	return person != uuid.Nil && (slices.Contains(o.People, person) || slices.Contains(o.Mailed, person))
}

// ReplyTo makes the address for answers to one contact about one thing.
type ReplyTo func(ctx context.Context, tx pgx.Tx, about subject.Ref, contact uuid.UUID) (string, error)

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// Config makes a Service.
type Config struct {
	DB       db.DB
	Bus      *events.Bus
	Jobs     *jobs.Client
	Outbox   Outbox
	Messages *i18n.Catalogue
	Domains  map[subject.Kind]Domain
	// Sight are the types of events that take something out of sight or bring it back,
	// so that somebody has other unread notices than before; nil: all types.
	Sight   map[string]bool
	BaseURL string         // without a slash at the end
	Zone    *time.Location // of the city: quiet hours and digests
	ReplyTo ReplyTo        // nil: answers by mail are not read
	Push    PushConfig
	Log     *slog.Logger // nil: slog.Default()
}

// Service keeps the inboxes and mails what is due. It is safe for concurrent use.
type Service struct {
	cfg    Config
	base   string
	pusher *pusher
	heard  heard
}

// New makes a Service and registers its events and its job.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Bus == nil || cfg.Jobs == nil || cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" || cfg.Zone == nil {
		return nil, errors.New("notify: something is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Service{cfg: cfg, base: strings.TrimSuffix(cfg.BaseURL, "/"), pusher: newPusher(cfg.Push)}
	events.Register[Added](cfg.Bus)
	events.Register[Changed](cfg.Bus)
	jobs.Register(cfg.Jobs, func(ctx context.Context, _ sendArgs) error { return s.SendDue(ctx) })
	jobs.Register(cfg.Jobs, s.push)
	jobs.Periodic(cfg.Jobs, "notify_send", time.Minute, s.SendDue)
	jobs.Periodic(cfg.Jobs, "notify_bounces", time.Hour, func(ctx context.Context) error {
		_, err := s.StopBounced(ctx)
		return err
	})
	jobs.Periodic(cfg.Jobs, "notify_forget", 24*time.Hour, s.Forget)
	return s, nil
}

// Kind says why somebody is told.
type Kind string

// The kinds.
const (
	Own      Kind = "own"      // it is theirs
	Followed Kind = "followed" // they follow it
	Area     Kind = "area"     // it lies in an area that they follow
	Search   Kind = "search"   // a search that they follow finds it
)

// What says what happened.
type What string

// The sorts of news.
const (
	Arrived What = "new"     // it is there
	Status  What = "status"  // detail is the status
	Step    What = "step"    // detail is the step's key
	Message What = "message" // in the dialogue with its owners
)

// News is something that happened to a thing.
type News struct {
	Event  int64
	At     time.Time
	About  subject.Ref
	What   What
	Detail string
	// Owners limits it to those whose thing it is, or whom it concerns; they are told
	// of its arrival, too.
	Owners bool
	// People are told beside them, though they follow nothing; not where the thing
	// is not public.
	People []uuid.UUID
	// Place is where it happened, for those who follow areas; nil: not for them. Without
	// News it is for searches only.
	Place *follows.Thing
	// Found is the thing as a search finds it now, for those who follow searches, with
	// Place's News and Before; nil: not for them.
	Found *search.Document
}

// Tell writes the notices of a piece of news and what is to be mailed to those
// who follow its place. Once told, it does nothing.
func (s *Service) Tell(ctx context.Context, n News) error {
	d := s.cfg.Domains[n.About.Kind]
	if d == nil {
		return nil
	}
	owners, err := d.Owners(ctx, s.cfg.DB, n.About.ID)
	if err != nil {
		return err
	}
	public := false
	if !n.Owners {
		cards, err := d.Cards(ctx, s.cfg.DB, Reader{}, i18n.German, []uuid.UUID{n.About.ID})
		if err != nil {
			return err
		}
		public = len(cards) == 1
	}
	return db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		added := int64(0)
		add := func(kind Kind, people []uuid.UUID) error {
			rows, err := insertNotices(ctx, tx, n, kind, people)
			added += rows
			return err
		}
		var told []uuid.UUID               // that are mailed about this thing anyway: one event, one mail
		if n.What != Arrived || n.Owners { // of what they have sent themselves they know
			if err := add(owners.kind(), owners.People); err != nil {
				return err
			}
			mailed, err := s.mailPeople(ctx, tx, n, owners.kind(), owners.mailable(), owners.Mailed)
			if err != nil {
				return err
			}
			told = mailed
		}
		if public && n.What != Arrived {
			f, err := followersOf(ctx, tx, n.About)
			if err != nil {
				return err
			}
			if err := add(Followed, f.people); err != nil {
				return err
			}
			if err := add(Followed, n.People); err != nil {
				return err
			}
			mailed, err := s.mailPeople(ctx, tx, n, Followed, f.people, slices.Concat(f.mailed, owners.Mailed))
			if err != nil {
				return err
			}
			told = slices.Concat(told, mailed, f.mailed)
		}
		if public && n.Place != nil {
			people, err := s.alert(ctx, tx, n, &owners, told)
			if err != nil {
				return err
			}
			for _, kind := range []Kind{Area, Search} {
				if err := add(kind, people[kind]); err != nil {
					return err
				}
			}
		}
		if added == 0 {
			return nil
		}
		if err := s.queuePushes(ctx, tx, n.Event); err != nil {
			return err
		}
		return s.cfg.Bus.Append(ctx, tx, Added{Event: n.Event, About: n.About})
	})
}

// alert queues what those who follow the place or a search are mailed, and returns the
// people among them for their inboxes, by what led to them. Owners are not told of their own thing, and those in
// told (confirmed contacts and their people) not by mail.
func (s *Service) alert(ctx context.Context, tx pgx.Tx, n News, owners *Owners, told []uuid.UUID) (map[Kind][]uuid.UUID, error) {
	var hits []follows.Hit
	var err error
	if n.Place.News != "" {
		if hits, err = follows.Match(ctx, tx, *n.Place); err != nil {
			return nil, err
		}
	}
	if n.Found != nil {
		found, err := follows.MatchSearches(ctx, tx, n.Found, cmp.Or(n.Place.News, follows.Done), n.Place.Before)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found...)
	}
	people := map[Kind][]uuid.UUID{}
	if len(hits) == 0 {
		return people, nil
	}
	readers, err := readersOf(ctx, tx, hits, owners)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	soon, mailed := false, setOf(told)
	var list []delivery
	for _, r := range readers {
		kind := Area
		if r.hit.Search {
			kind = Search
		}
		if r.person != uuid.Nil {
			people[kind] = append(people[kind], r.person)
		}
		if r.contact == uuid.Nil || r.hit.Cadence == follows.Never || mailed[r.contact] || r.person != uuid.Nil && mailed[r.person] {
			continue
		}
		due := Due(now, r.hit.Cadence, r.quiet, s.cfg.Zone)
		soon = soon || !due.After(now)
		list = append(list, delivery{contact: r.contact, follow: r.hit.ID, kind: kind, lang: r.hit.Lang, cadence: r.hit.Cadence, due: due})
	}
	if err := insertDeliveries(ctx, tx, n, list); err != nil {
		return nil, err
	}
	if soon {
		if err := s.cfg.Jobs.Insert(ctx, tx, sendArgs{Event: n.Event}, jobs.Opts{Unique: true}); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// mailable are the people who may be mailed as owners here.
func (o *Owners) mailable() []uuid.UUID {
	if o.Inbox {
		return nil
	}
	return o.People
}

// mailPeople queues what people are mailed who were told in their inboxes, as they wish
// it; those in except (people and confirmed contacts) are mailed by the domain itself.
// It returns the people and the contacts that a mail waits for.
func (s *Service) mailPeople(ctx context.Context, tx pgx.Tx, n News, kind Kind, people, except []uuid.UUID) (told []uuid.UUID, err error) {
	if len(people) == 0 {
		return nil, nil
	}
	stop, err := s.stopAt(ctx, tx, n.About)
	if err != nil {
		return nil, err
	}
	quiet, err := follows.Muted(ctx, tx, stop, people)
	if err != nil {
		return nil, err
	}
	addresses, err := addressesOf(ctx, tx, people, wishFor(kind, n.About.Kind))
	if err != nil || len(addresses) == 0 {
		return nil, err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	soon, not, muted := false, setOf(except), setOf(quiet)
	var list []delivery
	for _, a := range addresses {
		if not[a.person] || not[a.contact] || muted[a.person] {
			continue
		}
		due := Due(now, a.cadence, a.quiet, s.cfg.Zone)
		soon = soon || !due.After(now)
		list = append(list, delivery{contact: a.contact, person: true, kind: kind, lang: a.lang, cadence: a.cadence, due: due})
		told = append(told, a.person, a.contact)
	}
	if err := insertDeliveries(ctx, tx, n, list); err != nil {
		return nil, err
	}
	if soon {
		return told, s.cfg.Jobs.Insert(ctx, tx, sendArgs{Event: n.Event}, jobs.Opts{Unique: true})
	}
	return told, nil
}

// Tells tells whether people are told of things of a kind, so that they can end it.
func (s *Service) Tells(kind subject.Kind) bool { return s.cfg.Domains[kind] != nil }

// setOf is a list to look ids up in: thousands may follow one thing.
func setOf(ids []uuid.UUID) map[uuid.UUID]bool {
	set := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// stopAt is what ends the mails about a thing.
func (s *Service) stopAt(ctx context.Context, q db.Queryer, about subject.Ref) (subject.Ref, error) {
	if d, ok := s.cfg.Domains[about.Kind].(Stopper); ok {
		return d.StopAt(ctx, q, about.ID)
	}
	return about, nil
}

// sendArgs is the job that mails what is due because of an event.
type sendArgs struct {
	Event int64 `json:"event"`
}

// Kind names the job.
func (sendArgs) Kind() string { return "notify_send" }

// Hold tells whether a mail to a contact about a thing that is theirs or that they
// follow must not go out now; then it waits here for its time, or is not wanted.
// It is asked in the transaction that would queue the mail.
func (s *Service) Hold(ctx context.Context, tx pgx.Tx, n News, contact uuid.UUID, own bool, lang string) (bool, error) {
	kind := Followed
	if own {
		kind = Own
	}
	main, cadence, quiet, err := wish(ctx, tx, contact, kind)
	if err != nil {
		return false, err
	}
	if main == uuid.Nil {
		return s.behind(ctx, tx, n, contact, kind, lang)
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	if cadence == follows.Never {
		return true, nil
	}
	due := Due(now, cadence, quiet, s.cfg.Zone)
	if !due.After(now) {
		return s.behind(ctx, tx, n, contact, kind, lang)
	}
	if err := insertDeliveries(ctx, tx, n, []delivery{{contact: main, kind: kind, lang: lang, cadence: cadence, due: due}}); err != nil {
		return false, fmt.Errorf("hold mail: %w", err)
	}
	return true, nil
}

// behind puts a mail behind older ones to the same address about the same thing that
// are due and not yet mailed: nobody reads of an end before its beginning.
func (s *Service) behind(ctx context.Context, tx pgx.Tx, n News, contact uuid.UUID, kind Kind, lang string) (bool, error) {
	var main uuid.UUID
	var now time.Time
	err := tx.QueryRow(ctx, sqlOverdue, contact, string(n.About.Kind), n.About.ID).Scan(&main, &now)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("older mails: %w", err)
	}
	if err := insertDeliveries(ctx, tx, n, []delivery{{contact: main, kind: kind, lang: lang, cadence: follows.Each, due: now}}); err != nil {
		return false, fmt.Errorf("hold mail: %w", err)
	}
	return true, s.cfg.Jobs.Insert(ctx, tx, sendArgs{Event: n.Event}, jobs.Opts{Unique: true})
}

const sqlOverdue = `
SELECT d.contact_id, mitwirk_now()
FROM confirmed_contacts k
JOIN deliveries d ON d.contact_id = k.contact_id
WHERE k.id = $1 AND d.state = 'waiting' AND d.subject_kind = $2 AND d.subject_id = $3 AND d.due_at <= mitwirk_now()
LIMIT 1`
