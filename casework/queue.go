package casework

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Catalogue gives the categories in use (categories.Service).
type Catalogue interface {
	Catalogue(ctx context.Context) (*categories.Catalogue, error)
}

// QueueConfig makes a Queue.
type QueueConfig struct {
	DB        db.DB
	Catalogue Catalogue
	Zone      *time.Location          // of the city; nil: UTC
	Domains   map[subject.Kind]Domain // what can be done with the subjects themselves
}

// Queue is the list of cases with what hangs on it: saved views, steps over many
// cases, the list of the day. It is safe for concurrent use.
type Queue struct {
	db      db.DB
	cat     Catalogue
	zone    *time.Location
	domains map[subject.Kind]Domain
}

// NewQueue makes the service.
func NewQueue(cfg QueueConfig) (*Queue, error) {
	if cfg.DB == nil || cfg.Catalogue == nil {
		return nil, errors.New("casework: something of the queue is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	return &Queue{db: cfg.DB, cat: cfg.Catalogue, zone: cfg.Zone, domains: cfg.Domains}, nil
}

// Zone is the city's time zone, in which days begin.
func (q *Queue) Zone() *time.Location { return q.zone }

// MayQueue tells whether the actor has a list of cases at all.
func MayQueue(actor accounts.Actor) error {
	if actor.System || len(actor.Remits(subject.Caseworker, subject.TeamLead)) > 0 {
		return nil
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "report.why.not_staff")
}

// Row is one case in the list.
type Row struct {
	Ref            subject.Ref
	Number         subject.Number
	Titles         i18n.Text
	Place          string
	District       string
	Category       uuid.UUID
	Department     uuid.UUID
	DepartmentName i18n.Text
	Status         string
	StatusAt       time.Time
	Quiet          bool
	Open           bool
	Priority       Priority
	Due            *time.Time
	Paused         bool
	Held           bool
	Objection      bool
	Answered       *time.Time
	Person         uuid.UUID // who has it; zero: nobody
	PersonName     string    // for staff only
	Counts         Counts
	Point          *subject.Point
	CreatedAt      time.Time
	Version        int
}

// CountMost is where counting ends: "über 1.000".
const CountMost = 1000

// Count is how many cases a filter finds. It is exact up to CountMost.
type Count struct {
	N    int
	More bool // there are more than N
	None bool // not counted: see QueueFilter.Uncounted
}

// Page is a part of a list.
type Page struct {
	After string // cursor of the page before; "": the beginning
	Limit int    // 0: 50, at most 100
}

// List is a page of the queue.
type List struct {
	Rows  []Row
	Next  string // cursor of the next page; "" at the end
	Count Count
}

const (
	defaultLimit = 50
	maxLimit     = 100
)

// List shows the cases of the actor's remits that a filter finds. It is Forbidden
// for whoever has none, NotFound for a team that is not theirs.
func (q *Queue) List(ctx context.Context, actor accounts.Actor, f QueueFilter, p Page) (List, error) {
	w, err := q.where(ctx, actor, &f)
	if err != nil {
		return List{}, err
	}
	l, err := q.page(ctx, w, &f, p)
	if err != nil {
		return List{}, err
	}
	if len(l.Rows) == 0 && f.Text != "" { // no such word: perhaps a part of one
		f.part = true
		if w, err = q.where(ctx, actor, &f); err != nil {
			return List{}, err
		}
		if l, err = q.page(ctx, w, &f, p); err != nil {
			return List{}, err
		}
	}
	switch {
	case f.Uncounted():
		l.Count.None = true
	case p.After == "" && l.Next == "": // all of it is here
		l.Count.N = len(l.Rows)
	default:
		if w, err = q.where(ctx, actor, &f); err != nil { // without the place of the page
			return List{}, err
		}
		if l.Count, err = q.count(ctx, w, &f); err != nil {
			return List{}, err
		}
	}
	return l, nil
}

// page reads one keyset page.
func (q *Queue) page(ctx context.Context, w *db.Where, f *QueueFilter, p Page) (List, error) {
	var l List
	limit := min(max(p.Limit, 0), maxLimit)
	if limit == 0 {
		limit = defaultLimit
	}
	order := orderOf(f.Sort)
	if p.After != "" {
		at, err := parseCursor(p.After, f.Sort)
		if err != nil {
			return List{}, err
		}
		w.And(order.after, at.due, at.created, at.id)
	}
	rows, err := q.db.Query(ctx, "SELECT"+sqlPartRow+w.SQL()+"\nORDER BY "+order.by+"\nLIMIT "+w.Arg(limit+1), asked(w)...)
	if err != nil {
		return List{}, fmt.Errorf("queue: %w", err)
	}
	var keys []time.Time
	l.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Row, error) {
		r, key, err := scanRow(row)
		keys = append(keys, key)
		return r, err
	})
	if err != nil {
		return List{}, fmt.Errorf("queue: %w", err)
	}
	if len(l.Rows) > limit {
		l.Rows = l.Rows[:limit]
		last := l.Rows[limit-1]
		l.Next = cursor{keys[limit-1], last.CreatedAt, last.Ref.ID}.String(f.Sort)
	}
	return l, nil
}

// Counts is how many cases each of the filters finds, in one question.
func (q *Queue) Counts(ctx context.Context, actor accounts.Actor, filters []QueueFilter) ([]Count, error) {
	out := make([]Count, len(filters))
	var b pgx.Batch
	for i := range filters {
		f := &filters[i]
		if f.Uncounted() {
			out[i].None = true
			continue
		}
		w, err := q.where(ctx, actor, f)
		if fault.Is(err, fault.NotFound) { // a team that is not theirs any more
			continue
		}
		if err != nil {
			return nil, err
		}
		b.Queue(countSQL(w), w.Args()...).QueryRow(func(row pgx.Row) error { return scanCount(row, &out[i]) })
	}
	if err := q.db.SendBatch(ctx, &b).Close(); err != nil {
		return nil, fmt.Errorf("count cases: %w", err)
	}
	return out, nil
}

func (q *Queue) count(ctx context.Context, w *db.Where, f *QueueFilter) (c Count, err error) {
	if f.Uncounted() {
		return Count{None: true}, nil
	}
	if err := scanCount(q.db.QueryRow(ctx, countSQL(w), asked(w)...), &c); err != nil {
		return c, fmt.Errorf("count cases: %w", err)
	}
	return c, nil
}

// asked are the parameters of a query that is planned anew for each filter: a
// plan that fits a rare word is wrong for a common one.
func asked(w *db.Where) []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, w.Args()...)
}

// countSQL ends counting after CountMost, so that a million cases cost no more.
// The row numbers are in an inner query: its LIMIT is what stops the scan.
func countSQL(w *db.Where) string {
	return "SELECT count(*)::int FROM (SELECT FROM cases c\n" + w.SQL() + "\nLIMIT 1001) few"
}

func scanCount(row pgx.Row, c *Count) error {
	if err := row.Scan(&c.N); err != nil {
		return err
	}
	if c.More = c.N > CountMost; c.More {
		c.N = CountMost
	}
	return nil
}

// sqlPartRow is what a row of the list needs. The key by which rows are sorted
// comes last.
const sqlPartRow = `
       c.subject_kind, c.subject_id, c.number, c.titles, c.place, c.district_ref,
       coalesce(c.category_id, '00000000-0000-0000-0000-000000000000'), c.department_id, d.name, c.status, c.status_at, c.quiet,
       c.state = 'open', c.priority, c.due_at, c.paused_at IS NOT NULL, c.held_text OR c.held_photo, c.objection, c.answered_at,
       coalesce(c.person_id, '00000000-0000-0000-0000-000000000000'), coalesce(p.pseudonym, ''),
       c.metoo, c.fixed_yes, c.fixed_no, c.point, c.created_at, c.version, c.sort_at
FROM cases c
JOIN departments d ON d.id = c.department_id
LEFT JOIN persons p ON p.id = c.person_id
`

func scanRow(row pgx.CollectableRow) (Row, time.Time, error) {
	var r Row
	var number int64
	var point *gogeom.Point
	var key time.Time
	err := row.Scan(&r.Ref.Kind, &r.Ref.ID, &number, &r.Titles, &r.Place, &r.District,
		&r.Category, &r.Department, &r.DepartmentName, &r.Status, &r.StatusAt, &r.Quiet,
		&r.Open, &r.Priority, &r.Due, &r.Paused, &r.Held, &r.Objection, &r.Answered,
		&r.Person, &r.PersonName,
		&r.Counts.MeToo, &r.Counts.FixedYes, &r.Counts.FixedNo, &point, &r.CreatedAt, &r.Version, &key)
	r.Number = subject.Number(number)
	if point != nil {
		r.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
	}
	return r, key, err
}

// order is how a list is sorted, with its keyset condition.
type order struct{ by, after string }

func orderOf(sort string) order {
	switch sort {
	case "new":
		return order{"c.created_at DESC, c.subject_id DESC", "(?::timestamptz IS NOT NULL AND (c.created_at, c.subject_id) < (?, ?))"}
	case "old":
		return order{"c.created_at, c.subject_id", "(?::timestamptz IS NOT NULL AND (c.created_at, c.subject_id) > (?, ?))"}
	}
	return order{"c.sort_at, c.created_at, c.subject_id", "(c.sort_at, c.created_at, c.subject_id) > (?, ?, ?)"}
}

// cursor is a place in a list.
type cursor struct {
	due, created time.Time
	id           uuid.UUID
}

func (c cursor) String(sort string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(sort + "~" + c.due.UTC().Format(time.RFC3339Nano) + "~" + c.created.UTC().Format(time.RFC3339Nano) + "~" + c.id.String()))
}

func parseCursor(text, sort string) (cursor, error) {
	bad := func(err error) (cursor, error) { return cursor{}, fault.New(fault.BadRequest, "err.400").Because(err) }
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return bad(err)
	}
	parts := strings.Split(string(raw), "~")
	if len(parts) != 4 || parts[0] != sort {
		return bad(errors.New("no cursor of this list"))
	}
	var c cursor
	var errs [3]error
	c.due, errs[0] = time.Parse(time.RFC3339Nano, parts[1])
	c.created, errs[1] = time.Parse(time.RFC3339Nano, parts[2])
	c.id, errs[2] = uuid.Parse(parts[3])
	if err := errors.Join(errs[:]...); err != nil {
		return bad(err)
	}
	if c.due.Year() > 9999 || c.created.Year() > 9999 {
		return bad(errors.New("far future"))
	}
	return c, nil
}

// Tile is the vector tile z/x/y of the cases that a list shows, for the map
// beside it. Nothing of it may be kept by caches that others share.
func (q *Queue) Tile(ctx context.Context, actor accounts.Actor, f QueueFilter, z, x, y int) ([]byte, error) {
	f.BBox = nil // the tile is the area
	conds, err := q.where(ctx, actor, &f, z, x, y)
	if err != nil {
		return nil, err
	}
	points := "SELECT c.number AS id, c.point, c.status_class AS kind, c.status, '' AS category\nFROM cases c\n" + conds.SQL()
	var tile []byte
	if err := q.db.QueryRow(ctx, geo.TileSQL("reports", points), conds.Args()...).Scan(&tile); err != nil {
		return nil, fmt.Errorf("queue tile: %w", err)
	}
	return tile, nil
}

// After is the number of the case behind one in a list, 0 at its end. A case
// that the list no longer shows has its place there all the same.
func (q *Queue) After(ctx context.Context, actor accounts.Actor, f QueueFilter, ref subject.Ref) (subject.Number, error) {
	w, err := q.where(ctx, actor, &f)
	if err != nil {
		return 0, err
	}
	var at cursor
	err = q.db.QueryRow(ctx, sqlPlaceOf, string(ref.Kind), ref.ID).Scan(&at.due, &at.created)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fault.Missing("case")
	}
	if err != nil {
		return 0, fmt.Errorf("next case: %w", err)
	}
	order := orderOf(f.Sort)
	w.And(order.after, at.due, at.created, ref.ID)
	w.And("c.subject_id <> ?", ref.ID)
	var n int64
	err = q.db.QueryRow(ctx, "SELECT c.number FROM cases c\n"+w.SQL()+"\nORDER BY "+order.by+"\nLIMIT 1", w.Args()...).Scan(&n)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("next case: %w", err)
	}
	return subject.Number(n), nil
}

const sqlPlaceOf = `SELECT sort_at, created_at FROM cases WHERE subject_kind = $1 AND subject_id = $2`
