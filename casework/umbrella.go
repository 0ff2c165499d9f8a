package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Event is a big one that many cases belong to: a storm. New cases in its
// area, of its kinds and in its time attach themselves.
type Event struct {
	ID         uuid.UUID
	Title      i18n.Text
	Text       i18n.Text       // what people should know
	Area       []subject.Point // drawn; empty: none
	Districts  []string        // refs; with no area either: the whole city
	Categories []uuid.UUID     // empty: every kind
	From       time.Time
	To         *time.Time // nil: until somebody ends it
	Version    int
	Members    int // loaded by lists and pages
}

// Path is the public page of the event.
func (e *Event) Path() string { return "/events/" + e.ID.String() }

// Running tells whether new cases attach themselves at a moment.
func (e *Event) Running(now time.Time) bool {
	return !now.Before(e.From) && (e.To == nil || now.Before(*e.To))
}

// The bounds of an event's words.
const (
	maxEventTitle = 80
	maxEventText  = 2000
)

// Validate checks what needs no database.
func (e *Event) Validate() error {
	var wrong fault.Fields
	for _, lang := range []string{i18n.German, i18n.English} {
		e.Title[lang], e.Text[lang] = strings.TrimSpace(e.Title[lang]), strings.TrimSpace(e.Text[lang])
		if n := utf8.RuneCountInString(e.Title[lang]); n == 0 || n > maxEventTitle {
			wrong.Add("title_"+lang, "event.err.title", "max", maxEventTitle)
		}
		if n := utf8.RuneCountInString(e.Text[lang]); n == 0 || n > maxEventText {
			wrong.Add("text_"+lang, "event.err.text", "max", maxEventText)
		}
	}
	if len(e.Area) > 0 && validArea(e.Area) != nil {
		wrong.Add("area", "routing.err.area")
	}
	if e.From.IsZero() {
		wrong.Add("from", "event.err.from")
	}
	if e.To != nil && !e.To.After(e.From) {
		wrong.Add("to", "event.err.to")
	}
	return wrong.Err()
}

// PutEvent makes an event or changes the one with its id; sent twice it does
// the same once. It is Conflict when somebody changed it since Version.
func PutEvent(ctx context.Context, tx pgx.Tx, actor accounts.Actor, e Event) error {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return err
	}
	if err := MayRoute(actor, RunEvents); err != nil {
		return err
	}
	if err := e.Validate(); err != nil {
		return err
	}
	area, err := polygonOf(e.Area)
	if err != nil {
		return err
	}
	var geometry any
	if area != nil {
		geometry = area
	}
	if e.Districts == nil {
		e.Districts = []string{}
	}
	if e.Categories == nil {
		e.Categories = []uuid.UUID{}
	}
	tag, err := tx.Exec(ctx, sqlPutEvent, e.ID, e.Title, e.Text, geometry, e.Districts, e.Categories, e.From, e.To, e.Version)
	if err != nil {
		return fmt.Errorf("put event: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "event.err.version")
	}
	action := "event.make"
	if e.Version > 0 {
		action = "event.change"
	}
	return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: action, Ref: subject.Ref{Kind: "event", ID: e.ID}, Fields: []string{"event"}})
}

const sqlPutEvent = `
INSERT INTO umbrella_events AS e (id, title, text, area, districts, category_ids, from_at, to_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, text = excluded.text, area = excluded.area, districts = excluded.districts,
    category_ids = excluded.category_ids, from_at = excluded.from_at, to_at = excluded.to_at, version = e.version + 1
WHERE e.version = $9`

// EndEvent ends an event now: nothing attaches itself any more. Ending one that
// is over changes nothing.
func EndEvent(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return err
	}
	if err := MayRoute(actor, RunEvents); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlEndEvent, id)
	if err != nil {
		return fmt.Errorf("end event: %w", err)
	}
	if tag.RowsAffected() == 0 {
		_, err := EventByID(ctx, tx, id)
		return err
	}
	return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "event.end", Ref: subject.Ref{Kind: "event", ID: id}, Fields: []string{"to"}})
}

const sqlEndEvent = `
UPDATE umbrella_events SET to_at = greatest(mitwirk_now(), from_at + interval '1 second'), version = version + 1
WHERE id = $1 AND (to_at IS NULL OR to_at > mitwirk_now())`

// Events lists them, the newest first, at most 100. Everybody may.
func Events(ctx context.Context, q db.Queryer) ([]Event, error) {
	rows, err := q.Query(ctx, sqlEvents)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEvent)
	return list, wrap("events", err)
}

// EventByID returns one of them, or fault.NotFound.
func EventByID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Event, error) {
	return oneEvent(ctx, q, sqlEventByID, id)
}

// EventOf is the event that a case belongs to; nil where it belongs to none.
func EventOf(ctx context.Context, q db.Queryer, ref subject.Ref) (*Event, error) {
	e, err := oneEvent(ctx, q, sqlEventOf, string(ref.Kind), ref.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // most cases belong to none
	}
	return e, err
}

// EventAt is the event that a report from this place of these kinds would
// attach itself to at this moment; nil: none. Before a form is sent, people
// read of it at the place step.
func EventAt(ctx context.Context, q db.Queryer, category uuid.UUID, at subject.Point, district string) (*Event, error) {
	e, err := oneEvent(ctx, q, sqlRunningEvents, db.OrNull(category), at.Lon, at.Lat, district)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // mostly there is none
	}
	return e, err
}

func oneEvent(ctx context.Context, q db.Queryer, sql string, args ...any) (*Event, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	e, err := pgx.CollectOneRow(rows, scanEvent)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("event")
	}
	if err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	return &e, nil
}

func scanEvent(row pgx.CollectableRow) (e Event, err error) {
	var area *gogeom.Polygon
	if err := row.Scan(&e.ID, &e.Title, &e.Text, &area, &e.Districts, &e.Categories, &e.From, &e.To, &e.Version, &e.Members); err != nil {
		return e, err
	}
	if area != nil && area.NumLinearRings() > 0 {
		ring := area.LinearRing(0)
		for i := range ring.NumCoords() - 1 { // the last corner repeats the first
			c := ring.Coord(i)
			e.Area = append(e.Area, subject.Point{Lon: c.X(), Lat: c.Y()})
		}
	}
	return e, nil
}

// Members counts what the public sees: figures of what it does not see are not
// to be found by subtraction.
const (
	sqlPartEvent = `
SELECT e.id, e.title, e.text, e.area, e.districts, e.category_ids, e.from_at, e.to_at, e.version,
       (SELECT count(*)::int FROM umbrella_members m JOIN case_facts f ON f.subject_kind = m.subject_kind AND f.subject_id = m.subject_id
         WHERE m.event_id = e.id AND f.public)
FROM umbrella_events e`
	sqlEvents    = sqlPartEvent + ` ORDER BY e.from_at DESC, e.id DESC LIMIT 100`
	sqlEventByID = sqlPartEvent + ` WHERE e.id = $1`
	sqlEventOf   = sqlPartEvent + ` JOIN umbrella_members x ON x.event_id = e.id WHERE x.subject_kind = $1 AND x.subject_id = $2`
	// the one that began last counts where two overlap.
	sqlRunningEvents = sqlPartEvent + `
WHERE e.from_at <= mitwirk_now() AND (e.to_at IS NULL OR e.to_at > mitwirk_now())
  AND (e.category_ids = '{}' OR $1::uuid = ANY (e.category_ids))
  AND (e.area IS NULL AND e.districts = '{}' OR ST_Covers(e.area, ST_SetSRID(ST_MakePoint($2, $3), 4326)) OR $4::text = ANY (e.districts))
ORDER BY e.from_at DESC, e.id DESC
LIMIT 1`
)

// AttachNew puts a new case into the running event that it belongs to, in the
// transaction that makes it; nil: there is none.
func AttachNew(ctx context.Context, tx pgx.Tx, ref subject.Ref, category uuid.UUID, at subject.Point, district string) (*Event, error) {
	e, err := EventAt(ctx, tx, category, at, district)
	if err != nil || e == nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, sqlAttach, e.ID, string(ref.Kind), ref.ID)
	return e, wrap("attach to event", err)
}

const sqlAttach = `INSERT INTO umbrella_members (event_id, subject_kind, subject_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// Attach puts a case that is there into an event. added is false when it is in
// it already; a case of another event is Conflict. Callers have asked their
// policy about the case.
func Attach(ctx context.Context, tx pgx.Tx, event uuid.UUID, ref subject.Ref) (e *Event, added bool, err error) {
	if e, err = EventByID(ctx, tx, event); err != nil {
		return nil, false, err
	}
	tag, err := tx.Exec(ctx, sqlAttach, event, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, false, fmt.Errorf("attach to event: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return e, true, nil
	}
	other, err := EventOf(ctx, tx, ref)
	if err != nil {
		return nil, false, err
	}
	if other == nil || other.ID != event {
		return nil, false, fault.New(fault.Conflict, "event.err.other")
	}
	return e, false, nil
}

// EventCandidates lists open cases that lie in an event's area, are of its kinds, came
// in its time and belong to no event yet: they can be attached. At most limit.
func EventCandidates(ctx context.Context, q db.Queryer, kind subject.Kind, e *Event, limit int) ([]uuid.UUID, error) {
	area, err := polygonOf(e.Area)
	if err != nil {
		return nil, err
	}
	var geometry any
	if area != nil {
		geometry = area
	}
	kinds, districts := e.Categories, e.Districts
	if kinds == nil {
		kinds = []uuid.UUID{}
	}
	if districts == nil {
		districts = []string{}
	}
	rows, err := q.Query(ctx, sqlEventCandidates, string(kind), e.From, e.To, kinds, geometry, districts, limit)
	if err != nil {
		return nil, fmt.Errorf("cases for an event: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, wrap("cases for an event", err)
}

const sqlEventCandidates = `
SELECT c.subject_id
FROM cases c
WHERE c.subject_kind = $1 AND c.state = 'open' AND c.created_at >= $2 AND ($3::timestamptz IS NULL OR c.created_at < $3)
  AND ($4::uuid[] = '{}' OR c.category_id = ANY ($4))
  AND ($5::geometry IS NULL AND $6::text[] = '{}' OR ST_Covers($5::geometry, c.point) OR c.district_ref = ANY ($6))
  AND NOT EXISTS (SELECT FROM umbrella_members m WHERE m.subject_kind = c.subject_kind AND m.subject_id = c.subject_id)
ORDER BY c.created_at DESC, c.subject_id
LIMIT $7`
