package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// StopsMost is how many stops a list of the day has at most.
const StopsMost = 60

// Shortlist is the cases that somebody visits on one day, in the order of the
// way. It is seen by nobody else.
type Shortlist struct {
	Day     time.Time
	Start   *subject.Point // where the way begins; nil: at the first stop
	StartAt string         // its address
	Stops   []Stop
	Metres  int // of the way, as the crow flies
}

// Stop is one case of a list of the day.
type Stop struct {
	Row

	Done *time.Time
}

// ShortlistOf is the actor's list of a day, empty where there is none. Cases that
// are no longer theirs are left out.
func (q *Queue) ShortlistOf(ctx context.Context, actor accounts.Actor, day time.Time) (*Shortlist, error) {
	l := &Shortlist{Day: day}
	date := day.Format(time.DateOnly)
	var start *gogeom.Point
	err := q.db.QueryRow(ctx, sqlShortlist, actor.Person, date).Scan(&start, &l.StartAt)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("list of the day: %w", err)
	}
	if start != nil {
		l.Start = &subject.Point{Lon: start.X(), Lat: start.Y()}
	}
	w, err := q.where(ctx, actor, &QueueFilter{State: "all"})
	if err != nil {
		return nil, err
	}
	w.And("i.person_id = ?", actor.Person)
	w.And("i.day = ?::date", date)
	rows, err := q.db.Query(ctx, "SELECT"+sqlPartStop+w.SQL()+"\nORDER BY i.position, c.number", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("list of the day: %w", err)
	}
	l.Stops, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Stop, error) {
		var s Stop
		var number int64
		var point *gogeom.Point
		err := row.Scan(&s.Ref.Kind, &s.Ref.ID, &number, &s.Titles, &s.Place, &s.District, &s.Status, &s.Quiet, &s.Open, &s.Priority, &s.Due, &s.Paused, &point, &s.Done)
		s.Number = subject.Number(number)
		if point != nil {
			s.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
		}
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("list of the day: %w", err)
	}
	l.Metres = int(wayOf(l.Start, pointsOf(l.Stops)))
	return l, nil
}

const (
	sqlShortlist = `SELECT start_at, start FROM shortlists WHERE person_id = $1 AND day = $2::date`
	sqlPartStop  = `
       c.subject_kind, c.subject_id, c.number, c.titles, c.place, c.district_ref, c.status, c.quiet, c.state = 'open', c.priority, c.due_at,
       c.paused_at IS NOT NULL, c.point, i.done_at
FROM shortlist_items i
JOIN cases c ON c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id
`
)

// AddStops puts cases of the actor's list onto the list of a day, behind those
// that are there; one that is on it already stays where it is. It returns how
// many are new.
func (q *Queue) AddStops(ctx context.Context, actor accounts.Actor, day time.Time, refs []subject.Ref) (n int, err error) {
	if len(refs) == 0 {
		return 0, fault.OnField("case", "queue.err.none")
	}
	err = q.changeDay(ctx, actor, day, true, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, date string) error {
		n = 0
		refs := slices.Clone(refs) // in one order: no two wait for each other in a ring
		slices.SortFunc(refs, func(a, b subject.Ref) int { return bytes.Compare(a.ID[:], b.ID[:]) })
		for _, ref := range refs {
			h, err := Lock(ctx, tx, ref)
			if err != nil {
				return err
			}
			if err := MayWork(actor, h.Place()); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, sqlAddStop, actor.Person, date, string(ref.Kind), ref.ID)
			if err != nil {
				return fmt.Errorf("add stop: %w", err)
			}
			n += int(tag.RowsAffected())
		}
		var all int
		if err := tx.QueryRow(ctx, sqlCountStops, actor.Person, date).Scan(&all); err != nil {
			return fmt.Errorf("add stop: %w", err)
		}
		if all > StopsMost {
			return fault.New(fault.Conflict, "queue.err.stops").With("n", StopsMost)
		}
		return nil
	})
	return n, err
}

const (
	sqlAddStop = `
INSERT INTO shortlist_items (person_id, day, subject_kind, subject_id, position)
SELECT $1, $2::date, $3, $4, coalesce(max(position), 0) + 1
FROM shortlist_items
WHERE person_id = $1 AND day = $2::date
ON CONFLICT DO NOTHING`
	sqlCountStops = `SELECT count(*)::int FROM shortlist_items WHERE person_id = $1 AND day = $2::date`
)

// Tick says that a stop is done, or not yet.
func (q *Queue) Tick(ctx context.Context, actor accounts.Actor, day time.Time, ref subject.Ref, done bool) error {
	return q.changeDay(ctx, actor, day, false, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, date string) error {
		tag, err := tx.Exec(ctx, sqlTick, actor.Person, date, string(ref.Kind), ref.ID, done)
		if err != nil {
			return fmt.Errorf("tick stop: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Missing("stop")
		}
		return nil
	})
}

const sqlTick = `
UPDATE shortlist_items SET done_at = CASE WHEN $5 THEN coalesce(done_at, mitwirk_now()) END
WHERE person_id = $1 AND day = $2::date AND subject_kind = $3 AND subject_id = $4`

// DropStop takes a case off the list.
func (q *Queue) DropStop(ctx context.Context, actor accounts.Actor, day time.Time, ref subject.Ref) error {
	return q.changeDay(ctx, actor, day, false, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, date string) error {
		_, err := tx.Exec(ctx, sqlDropStop, actor.Person, date, string(ref.Kind), ref.ID)
		return wrap("drop stop", err)
	})
}

const sqlDropStop = `DELETE FROM shortlist_items WHERE person_id = $1 AND day = $2::date AND subject_kind = $3 AND subject_id = $4`

// Arrange puts the stops into the order of a short way from start, or from the
// first stop when start is nil. at is the start's address, for people.
func (q *Queue) Arrange(ctx context.Context, actor accounts.Actor, day time.Time, start *subject.Point, at string) error {
	return q.changeDay(ctx, actor, day, true, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, date string) error {
		var from any
		if start != nil {
			p, err := geom.Point(start.Lon, start.Lat)
			if err != nil {
				return fault.OnField("at", "queue.err.address").Because(err)
			}
			from = p
		}
		if _, err := tx.Exec(ctx, sqlStart, actor.Person, date, from, at); err != nil {
			return fmt.Errorf("arrange: %w", err)
		}
		rows, err := tx.Query(ctx, sqlStopPoints, actor.Person, date)
		if err != nil {
			return fmt.Errorf("arrange: %w", err)
		}
		var refs []subject.Ref
		var points []*subject.Point
		var ref subject.Ref
		var point *gogeom.Point
		if _, err := pgx.ForEachRow(rows, []any{&ref.Kind, &ref.ID, &point}, func() error {
			refs = append(refs, ref)
			if point == nil {
				points = append(points, nil)
			} else {
				points = append(points, &subject.Point{Lon: point.X(), Lat: point.Y()})
			}
			return nil
		}); err != nil {
			return fmt.Errorf("arrange: %w", err)
		}
		var b pgx.Batch
		for position, i := range Route(start, points) {
			b.Queue(sqlPlaceStop, actor.Person, date, string(refs[i].Kind), refs[i].ID, position+1)
		}
		return wrap("arrange", tx.SendBatch(ctx, &b).Close())
	})
}

const (
	sqlStart      = `UPDATE shortlists SET start_at = $3, start = $4 WHERE person_id = $1 AND day = $2::date`
	sqlStopPoints = `
SELECT i.subject_kind, i.subject_id, c.point
FROM shortlist_items i
JOIN cases c ON c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id
WHERE i.person_id = $1 AND i.day = $2::date
ORDER BY i.position, c.number`
	sqlPlaceStop = `UPDATE shortlist_items SET position = $5 WHERE person_id = $1 AND day = $2::date AND subject_kind = $3 AND subject_id = $4`
)

// changeDay runs fn on the actor's own list of a day, which others of the same
// person wait for. Only days around today have one.
func (q *Queue) changeDay(ctx context.Context, actor accounts.Actor, day time.Time, create bool, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, date string) error) error {
	if actor.Person == uuid.Nil {
		return fault.Missing("list of the day")
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		today, err := Today(ctx, tx, q.zone)
		if err != nil {
			return err
		}
		const around = 14 * 24 * time.Hour
		if d := day.Sub(today); d > around || d < -around {
			return fault.OnField("day", "queue.err.day")
		}
		date := day.Format(time.DateOnly)
		if create {
			if _, err := tx.Exec(ctx, sqlNewShortlist, actor.Person, date); err != nil {
				return fmt.Errorf("list of the day: %w", err)
			}
		}
		if _, err := tx.Exec(ctx, sqlLockShortlist, actor.Person, date); err != nil {
			return fmt.Errorf("list of the day: %w", err)
		}
		return fn(ctx, tx, actor, date)
	})
}

const (
	sqlNewShortlist  = `INSERT INTO shortlists (person_id, day) VALUES ($1, $2::date) ON CONFLICT DO NOTHING`
	sqlLockShortlist = `SELECT FROM shortlists WHERE person_id = $1 AND day = $2::date FOR UPDATE`
)

// Route is a short way over points as the crow flies: the order of their
// indexes. It begins at start, or at the first point without one; it takes the
// nearest point next and then turns around parts of the way as long as that
// makes it shorter (2-opt). Points that are nil have no place and come last.
func Route(start *subject.Point, points []*subject.Point) []int {
	var order, nowhere []int
	for i, p := range points {
		if p == nil {
			nowhere = append(nowhere, i)
		} else {
			order = append(order, i)
		}
	}
	if len(order) < 2 {
		return append(order, nowhere...)
	}
	fixed := 0 // how many at the beginning stay
	at := start
	if at == nil {
		at, fixed = points[order[0]], 1
	}
	for i := fixed; i < len(order); i++ {
		best := i
		for j := i + 1; j < len(order); j++ {
			if metres(*at, *points[order[j]]) < metres(*at, *points[order[best]]) {
				best = j
			}
		}
		order[i], order[best] = order[best], order[i]
		at = points[order[i]]
	}
	shorten(start, points, order, fixed)
	return append(order, nowhere...)
}

// shorten turns parts of the way around while that gains at least a metre. The
// way is open: nobody has to come back.
func shorten(start *subject.Point, points []*subject.Point, order []int, fixed int) {
	n := len(order)
	before := func(i int) *subject.Point {
		if i > 0 {
			return points[order[i-1]]
		}
		return start
	}
	for better := true; better; {
		better = false
		for i := fixed; i < n-1; i++ {
			for j := i + 1; j < n; j++ {
				var old, turned float64
				if p := before(i); p != nil {
					old += metres(*p, *points[order[i]])
					turned += metres(*p, *points[order[j]])
				}
				if j+1 < n {
					old += metres(*points[order[j]], *points[order[j+1]])
					turned += metres(*points[order[i]], *points[order[j+1]])
				}
				if old-turned > 1 {
					for a, b := i, j; a < b; a, b = a+1, b-1 {
						order[a], order[b] = order[b], order[a]
					}
					better = true
				}
			}
		}
	}
}

func pointsOf(stops []Stop) []*subject.Point {
	out := make([]*subject.Point, len(stops))
	for i := range stops {
		out[i] = stops[i].Point
	}
	return out
}

// wayOf is the length of a way in metres, points without a place left out.
func wayOf(start *subject.Point, points []*subject.Point) float64 {
	sum := 0.0
	at := start
	for _, p := range points {
		if p == nil {
			continue
		}
		if at != nil {
			sum += metres(*at, *p)
		}
		at = p
	}
	return sum
}

// metres is the distance of two places of one city: a plane is near enough.
func metres(a, b subject.Point) float64 {
	const degree = 111_320 // metres of a degree of latitude
	x := (a.Lon - b.Lon) * degree * math.Cos((a.Lat+b.Lat)/2*math.Pi/180)
	y := (a.Lat - b.Lat) * degree
	return math.Hypot(x, y)
}
