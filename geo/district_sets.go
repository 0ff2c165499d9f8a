package geo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// DistrictSet is all districts of one file.
type DistrictSet struct {
	ID          uuid.UUID
	Source      string // the file's name
	N           int    // districts
	ImportedAt  time.Time
	ActivatedAt *time.Time // the last time it came into force; nil: never
	Active      bool       // in force now
}

// SetPreview is what changes with a set.
type SetPreview struct {
	DistrictSet

	Districts []SetDistrict
	Gone      []Label // in force now, not in this set
	Renamed   int     // same ref, other name
	Lost      float64 // km² of the city that would lie outside
	Gained    float64 // km² that would be added
}

// SetDistrict is a district of a set.
type SetDistrict struct {
	Label

	Area float64 // km²
	New  bool    // its ref is not in force now
}

// BadFile wraps whatever is wrong with a file that somebody has sent, in English.
type BadFile struct{ error } //nolint:errname // FileError is what it may hold

// Unwrap gives a *FileError where single features are bad.
func (b BadFile) Unwrap() error { return b.error }

// StageDistricts reads a file (see ReadDistricts) as a set that is not in force:
// to be looked at, and switched to. It returns a BadFile when the file is none,
// and nothing is kept then.
func (s *Service) StageDistricts(ctx context.Context, r io.Reader, source string) (uuid.UUID, error) {
	districts, err := ReadDistricts(r, Fields{})
	if err != nil {
		return uuid.Nil, BadFile{err}
	}
	var bad problems
	err = eachInvalid(ctx, s.db, districts, func(d District) *gogeom.MultiPolygon { return d.Area }, func(d District, reason string) {
		bad.addf(d.features[0], "shape is not valid: %s", reason)
	})
	if err != nil {
		return uuid.Nil, err
	}
	if err := bad.err(); err != nil {
		return uuid.Nil, BadFile{err}
	}
	set := subject.NewID()
	if err := s.stage(ctx, set, source, districts); err != nil {
		return uuid.Nil, errors.Join(err, s.dropSet(context.WithoutCancel(ctx), set)) // nobody has seen it
	}
	return set, nil
}

func (s *Service) stage(ctx context.Context, set uuid.UUID, source string, districts []District) error {
	step := func(fn func(ctx context.Context, tx pgx.Tx) error) error { return db.Transact(ctx, s.db, fn) }
	if err := step(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlInsertSet, set, clip(source))
		return err
	}); err != nil {
		return fmt.Errorf("new set of districts: %w", err)
	}
	for piece := range slices.Chunk(districts, batchRows) {
		if err := step(func(ctx context.Context, tx pgx.Tx) error { return insertDistricts(ctx, tx, set, piece) }); err != nil {
			return err
		}
	}
	return step(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlSetFilled, set); err != nil {
			return fmt.Errorf("new set of districts: %w", err)
		}
		return nil
	})
}

// DistrictSets lists the sets that are whole, the latest first, at most 50.
func (s *Service) DistrictSets(ctx context.Context) ([]DistrictSet, error) {
	rows, err := s.db.Query(ctx, sqlDistrictSets)
	if err != nil {
		return nil, fmt.Errorf("list sets of districts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[DistrictSet])
	if err != nil {
		return nil, fmt.Errorf("list sets of districts: %w", err)
	}
	return list, nil
}

// PreviewDistricts compares a set with the one in force. fault.NotFound for one
// that is not there or not whole.
func (s *Service) PreviewDistricts(ctx context.Context, id uuid.UUID) (SetPreview, error) {
	all, err := s.DistrictSets(ctx)
	if err != nil {
		return SetPreview{}, err
	}
	i := slices.IndexFunc(all, func(d DistrictSet) bool { return d.ID == id })
	if i < 0 {
		return SetPreview{}, fault.Missing("set of districts")
	}
	out := SetPreview{DistrictSet: all[i]}
	rows, err := s.db.Query(ctx, sqlSetDistricts, id)
	if err != nil {
		return SetPreview{}, fmt.Errorf("districts of a set: %w", err)
	}
	if out.Districts, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (d SetDistrict, err error) {
		var renamed bool
		if err := r.Scan(&d.Ref, &d.Name, &d.Area, &d.New, &renamed); err != nil {
			return d, err
		}
		if renamed {
			out.Renamed++
		}
		return d, nil
	}); err != nil {
		return SetPreview{}, fmt.Errorf("districts of a set: %w", err)
	}
	now, err := s.Districts(ctx)
	if err != nil {
		return SetPreview{}, err
	}
	for _, l := range now {
		if !slices.ContainsFunc(out.Districts, func(d SetDistrict) bool { return d.Ref == l.Ref }) {
			out.Gone = append(out.Gone, l)
		}
	}
	if err := s.db.QueryRow(ctx, sqlSetAreas, id).Scan(&out.Lost, &out.Gained); err != nil {
		return SetPreview{}, fmt.Errorf("areas of a set: %w", err)
	}
	return out, nil
}

// ActivateDistricts puts a set in force, an older one too: going back is the
// same step. All processes read it anew. fault.NotFound for one that is not
// whole; false when it is in force already.
func (s *Service) ActivateDistricts(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	if _, err := tx.Exec(ctx, sqlLockSets); err != nil {
		return false, fmt.Errorf("lock sets of districts: %w", err)
	}
	var whole, active bool
	if err := tx.QueryRow(ctx, sqlSetState, id).Scan(&whole, &active); err != nil {
		return false, fmt.Errorf("set of districts: %w", err)
	}
	if !whole {
		return false, fault.Missing("set of districts")
	}
	if active {
		return false, nil
	}
	if _, err := tx.Exec(ctx, sqlActivateSet, id); err != nil {
		return false, fmt.Errorf("switch districts: %w", err)
	}
	db.AfterCommit(ctx, s.index.drop)
	if s.bus == nil {
		return true, nil
	}
	return true, s.bus.Append(ctx, tx, DistrictsChanged{SetID: id})
}

// DiscardDistricts removes a set that was never in force; fault.NotFound else.
func (s *Service) DiscardDistricts(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, sqlDropSet, id)
	if err != nil {
		return fmt.Errorf("discard districts: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("set of districts")
	}
	return nil
}

const (
	sqlSetFilled = `UPDATE district_sets SET filled_at = mitwirk_now() WHERE id = $1`

	sqlLockSets = `SELECT pg_advisory_xact_lock(hashtext('mitwirk_district_sets'))`

	sqlDistrictSets = `SELECT s.id,
       s.source,
       (SELECT count(*)::int FROM districts d WHERE d.set_id = s.id),
       s.imported_at,
       s.activated_at,
       s.id IS NOT DISTINCT FROM (SELECT a.id FROM district_sets a WHERE a.activated_at IS NOT NULL ORDER BY a.activated_at DESC, a.id DESC LIMIT 1)
  FROM district_sets s
 WHERE s.filled_at IS NOT NULL
    OR s.activated_at IS NOT NULL
 ORDER BY s.imported_at DESC,
          s.id DESC
 LIMIT 50`

	sqlSetDistricts = `SELECT d.ref,
       d.name,
       ST_Area(d.area::geography) / 1e6,
       a.ref IS NULL,
       a.name IS NOT NULL AND a.name <> d.name
  FROM districts d
  LEFT JOIN districts_active a ON a.ref = d.ref
 WHERE d.set_id = $1
 ORDER BY length(d.ref), d.ref COLLATE "C"`

	sqlSetAreas = `WITH old AS (SELECT coalesce(ST_Union(area), 'SRID=4326;POLYGON EMPTY'::geometry) AS g FROM districts_active),
     new AS (SELECT coalesce(ST_Union(area), 'SRID=4326;POLYGON EMPTY'::geometry) AS g FROM districts WHERE set_id = $1)
SELECT ST_Area(ST_Difference(old.g, new.g)::geography) / 1e6,
       ST_Area(ST_Difference(new.g, old.g)::geography) / 1e6
  FROM old,
       new`

	sqlSetState = `SELECT EXISTS (SELECT FROM district_sets WHERE id = $1 AND (filled_at IS NOT NULL OR activated_at IS NOT NULL)),
       $1 IS NOT DISTINCT FROM (SELECT id FROM district_sets WHERE activated_at IS NOT NULL ORDER BY activated_at DESC, id DESC LIMIT 1)`
)
