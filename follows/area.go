package follows

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// Cadence says how often an owner is mailed.
type Cadence string

// The cadences. Never is for those who read their inbox or the feed only.
const (
	Each   Cadence = "each"
	Daily  Cadence = "daily"
	Weekly Cadence = "weekly"
	Never  Cadence = "never"
)

// Cadences lists all of them, the most frequent first.
func Cadences() []Cadence { return []Cadence{Each, Daily, Weekly, Never} }

// News says which news of an area somebody wants.
type News string

// The news.
const (
	All  News = "all"
	New  News = "new"  // new reports
	Done News = "done" // reports that were solved
)

// NewsKinds lists all of them.
func NewsKinds() []News { return []News{All, New, Done} }

// The bounds of a circle, in metres, and how many areas one owner may follow.
const (
	MinRadius = 50
	MaxRadius = 20_000
	MaxAreas  = 30
	maxLabel  = 200
)

// Area is a wish to hear of reports. Its place is at most one of a district, a
// circle and a ring; none is the whole city. A zero category is every kind.
type Area struct {
	District string          `json:"district,omitempty"` // its ref
	Centre   *subject.Point  `json:"centre,omitempty"`
	Radius   int             `json:"radius,omitempty"` // metres
	Ring     []subject.Point `json:"ring,omitempty"`   // corners, not closed
	Category uuid.UUID       `json:"category,omitzero"`
	News     News            `json:"news"`
}

// AreaFollow is an area that somebody follows.
type AreaFollow struct {
	Area

	ID      uuid.UUID
	Kind    OwnerKind
	Owner   uuid.UUID
	Label   string // how the owner finds it again
	Cadence Cadence
	Lang    string
	At      time.Time
}

// Validate finds what is wrong with an area: fault Invalid by field.
func (a *Area) Validate() error {
	var wrong fault.Fields
	places := 0
	for _, has := range []bool{a.District != "", a.Centre != nil, len(a.Ring) > 0} {
		if has {
			places++
		}
	}
	if places > 1 {
		wrong.Add("place", "alert.err.place")
	}
	if a.Centre != nil {
		if !a.Centre.Valid() {
			wrong.Add("address", "alert.err.address")
		}
		if a.Radius < MinRadius || a.Radius > MaxRadius {
			wrong.Add("radius", "alert.err.radius")
		}
	} else {
		a.Radius = 0
	}
	if len(a.Ring) > 0 && len(a.Ring) < 3 {
		wrong.Add("area", "routing.err.area")
	}
	for _, p := range a.Ring {
		if !p.Valid() {
			wrong.Add("area", "routing.err.area")
			break
		}
	}
	if a.News == "" {
		a.News = All
	}
	if a.News != All && a.News != New && a.News != Done {
		wrong.Add("news", "field.choice")
	}
	return wrong.Err()
}

// FollowArea makes the owner follow an area; following the same one again only
// changes how often and its label. fault Conflict beyond MaxAreas.
func FollowArea(ctx context.Context, tx pgx.Tx, f AreaFollow) (uuid.UUID, error) {
	if err := f.Validate(); err != nil {
		return uuid.Nil, err
	}
	if !f.Cadence.valid() {
		return uuid.Nil, fault.OnField("cadence", "field.choice")
	}
	f.Label = strings.TrimSpace(f.Label)
	if utf8.RuneCountInString(f.Label) > maxLabel {
		f.Label = string([]rune(f.Label)[:maxLabel])
	}
	if _, err := tx.Exec(ctx, sqlLockOwner, f.Owner); err != nil { // counted and inserted one after the other
		return uuid.Nil, fmt.Errorf("follow area: %w", err)
	}
	body, err := json.Marshal(f.Area)
	if err != nil {
		return uuid.Nil, fmt.Errorf("follow area: %w", err)
	}
	sum := sha256.Sum256(append([]byte("area\x00"), body...))
	var n int
	if err := tx.QueryRow(ctx, sqlCountAreas, string(f.Kind), f.Owner, sum[:]).Scan(&n); err != nil {
		return uuid.Nil, fmt.Errorf("count areas: %w", err)
	}
	if n >= MaxAreas {
		return uuid.Nil, fault.New(fault.Conflict, "alert.err.many").With("max", MaxAreas)
	}
	ring, centre, err := f.shapes()
	if err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err = tx.QueryRow(ctx, sqlFollowArea, subject.NewID(), string(f.Kind), f.Owner, body, sum[:], ring, centre, f.Radius, f.District,
		db.OrNull(f.Category), string(f.News), f.Label, string(f.Cadence), f.Lang).Scan(&id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("follow area: %w", err)
	}
	return id, nil
}

func (c Cadence) valid() bool {
	return c == Each || c == Daily || c == Weekly || c == Never
}

// shapes are the ring and the centre for PostGIS; nil where there is none.
func (a *Area) shapes() (ring *gogeom.Polygon, centre *gogeom.Point, err error) {
	if a.Centre != nil {
		if centre, err = geom.Point(a.Centre.Lon, a.Centre.Lat); err != nil {
			return nil, nil, fault.OnField("address", "alert.err.address").Because(err)
		}
	}
	if len(a.Ring) == 0 {
		return nil, centre, nil
	}
	ring, err = a.Polygon()
	return ring, centre, err
}

// Polygon is a drawn area for PostGIS: WGS 84, closed.
func (a *Area) Polygon() (*gogeom.Polygon, error) {
	line := make([]gogeom.Coord, 0, len(a.Ring)+1)
	for _, p := range a.Ring {
		line = append(line, gogeom.Coord{p.Lon, p.Lat})
	}
	ring, err := gogeom.NewPolygon(gogeom.XY).SetCoords([][]gogeom.Coord{append(line, line[0])})
	if err != nil {
		return nil, fault.OnField("area", "routing.err.area").Because(err)
	}
	return ring.SetSRID(4326), nil
}

// A circle is bounded a little wide: the exact test is in metres.
const (
	sqlLockOwner = `SELECT pg_advisory_xact_lock(hashtextextended('follows:' || $1::uuid::text, 0))`

	sqlCountAreas = `
SELECT count(*)::int
FROM follows
WHERE owner_kind = $1 AND owner_id = $2 AND target_kind = 'area' AND target_hash <> $3`

	sqlFollowArea = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, geom, centre, radius_m, district_ref, category_id, news, label, cadence, lang)
VALUES ($1, $2, $3, 'area', $4, $5,
        coalesce($6::geometry, ST_Envelope(ST_Buffer($7::geometry::geography, $8::integer * 1.02 + 1)::geometry)),
        $7::geometry, nullif($8::integer, 0), $9, $10, $11, $12, $13, $14)
ON CONFLICT ON CONSTRAINT follows_once DO UPDATE SET cadence = excluded.cadence, label = excluded.label, lang = excluded.lang
RETURNING id`
)

// Areas lists what an owner follows beside subjects, oldest first.
func Areas(ctx context.Context, q db.Queryer, kind OwnerKind, owner uuid.UUID) ([]AreaFollow, error) {
	return areas(ctx, q, sqlAreas, string(kind), owner)
}

// AreaByID is one area that is followed. fault.NotFound if there is none.
func AreaByID(ctx context.Context, q db.Queryer, id uuid.UUID) (AreaFollow, error) {
	list, err := areas(ctx, q, sqlAreaByID, id)
	if err != nil {
		return AreaFollow{}, err
	}
	if len(list) == 0 {
		return AreaFollow{}, fault.Missing("follow")
	}
	return list[0], nil
}

func areas(ctx context.Context, q db.Queryer, sql string, args ...any) ([]AreaFollow, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f AreaFollow, err error) {
		err = row.Scan(&f.ID, &f.Kind, &f.Owner, &f.Area, &f.Label, &f.Cadence, &f.Lang, &f.At)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	return list, nil
}

const (
	sqlPartArea = `SELECT id, owner_kind, owner_id, target, label, cadence, lang, created_at FROM follows WHERE target_kind = 'area' AND `
	sqlAreas    = sqlPartArea + `owner_kind = $1 AND owner_id = $2 ORDER BY created_at, id LIMIT 200`
	sqlAreaByID = sqlPartArea + `id = $1`
)

// SetCadence changes how often an owner is mailed about an area or a search. fault.NotFound
// where it is none of theirs.
func SetCadence(ctx context.Context, tx pgx.Tx, kind OwnerKind, owner, id uuid.UUID, to Cadence) error {
	if !to.valid() {
		return fault.OnField("cadence", "field.choice")
	}
	return one(ctx, tx, sqlSetCadence, string(kind), owner, id, string(to))
}

// EndArea ends an area or a search of the owner. fault.NotFound where it is none of theirs.
func EndArea(ctx context.Context, tx pgx.Tx, kind OwnerKind, owner, id uuid.UUID) error {
	return one(ctx, tx, sqlEndArea, string(kind), owner, id)
}

func one(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	tag, err := tx.Exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("change follow: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("follow")
	}
	return nil
}

// StopArea ends the mails of an area or a search, as the link in each of them does: a
// contact's follow goes, a person's stays for the inbox. It may be done again.
func StopArea(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	for _, sql := range []string{sqlStopContactArea, sqlStopPersonArea} {
		if _, err := tx.Exec(ctx, sql, id); err != nil {
			return fmt.Errorf("stop area: %w", err)
		}
	}
	return nil
}

const (
	sqlPartOneArea     = ` WHERE target_kind IN ('area', 'search') AND owner_kind = $1 AND owner_id = $2 AND id = $3`
	sqlSetCadence      = `UPDATE follows SET cadence = $4` + sqlPartOneArea
	sqlEndArea         = `DELETE FROM follows` + sqlPartOneArea
	sqlStopContactArea = `DELETE FROM follows WHERE id = $1 AND target_kind IN ('area', 'search') AND owner_kind = 'contact'`
	sqlStopPersonArea  = `UPDATE follows SET cadence = 'never' WHERE id = $1 AND target_kind IN ('area', 'search') AND owner_kind = 'person'`
)
