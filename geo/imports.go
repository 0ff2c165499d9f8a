package geo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// batchRows is how many rows an import writes at once.
const batchRows = 500

// ImportDistricts reads a file (see ReadDistricts) and makes it the active set
// in one step; the set before stays, inactive. source is the file's name. It
// returns the number of districts, or a *FileError when features are bad, and
// then nothing was changed.
func (s *Service) ImportDistricts(ctx context.Context, r io.Reader, source string, fields Fields) (int, error) {
	districts, err := ReadDistricts(r, fields)
	if err != nil {
		return 0, err
	}
	var bad problems
	err = eachInvalid(ctx, s.db, districts, func(d District) *gogeom.MultiPolygon { return d.Area }, func(d District, reason string) {
		if n := len(d.features); n > 1 {
			bad.addf(d.features[n-1], "ref %q was used by feature %d already, and their shapes meet: %s", clip(d.Ref), d.features[0], reason)
			return
		}
		bad.addf(d.features[0], "shape is not valid: %s", reason)
	})
	if err := cmp.Or(err, bad.err()); err != nil {
		return 0, err
	}
	set := subject.NewID()
	if err := s.fillSet(ctx, set, source, districts); err != nil {
		// the half-filled set was never active: nobody has seen it
		return 0, errors.Join(err, s.dropSet(context.WithoutCancel(ctx), set))
	}
	return len(districts), nil
}

// fillSet writes the new set in pieces, so that no transaction is long, and
// switches in the last one.
func (s *Service) fillSet(ctx context.Context, set uuid.UUID, source string, districts []District) error {
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlInsertSet, set, clip(source))
		return err
	})
	if err != nil {
		return fmt.Errorf("new set of districts: %w", err)
	}
	for piece := range slices.Chunk(districts, batchRows) {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			return insertDistricts(ctx, tx, set, piece)
		})
		if err != nil {
			return err
		}
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlActivateSet, set); err != nil {
			return fmt.Errorf("switch districts: %w", err)
		}
		db.AfterCommit(ctx, s.index.drop)
		if s.bus == nil {
			return nil
		}
		return s.bus.Append(ctx, tx, DistrictsChanged{SetID: set})
	})
}

func (s *Service) dropSet(ctx context.Context, set uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlDropSet, set)
		return err
	})
}

// ImportResponsibilities replaces who is in charge where the city is not by
// what a GeoJSON file says (see parseResponsibilities). It returns the number
// of areas, or a *FileError when features are bad.
func (s *Service) ImportResponsibilities(ctx context.Context, r io.Reader) (int, error) {
	raw, err := readFile(r)
	if err != nil {
		return 0, err
	}
	areas, err := parseResponsibilities(raw)
	if err != nil {
		return 0, err
	}
	var bad problems
	err = eachInvalid(ctx, s.db, areas, func(a area) *gogeom.MultiPolygon { return a.shape }, func(a area, reason string) {
		bad.addf(a.no, "shape is not valid: %s", reason)
	})
	if err := cmp.Or(err, bad.err()); err != nil {
		return 0, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlClearResponsibilities); err != nil {
			return fmt.Errorf("clear responsibilities: %w", err)
		}
		return insertResponsibilities(ctx, tx, areas)
	})
	if err != nil {
		return 0, err
	}
	return len(areas), nil
}

// ReplaceBasemap replaces the picture under the map by what a GeoJSON file
// holds (see parseBasemap). It returns the number of features, or a *FileError.
func (s *Service) ReplaceBasemap(ctx context.Context, r io.Reader) (int, error) {
	raw, err := readFile(r)
	if err != nil {
		return 0, err
	}
	features, err := parseBasemap(raw)
	if err != nil {
		return 0, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlClearBasemap); err != nil {
			return fmt.Errorf("clear basemap: %w", err)
		}
		if err := insertBasemap(ctx, tx, features); err != nil {
			return err
		}
		db.AfterCommit(ctx, s.picture.drop)
		if s.bus == nil {
			return nil
		}
		return s.bus.Append(ctx, tx, BasemapChanged{})
	})
	if err != nil {
		return 0, err
	}
	return len(features), nil
}

// ReplaceAddresses replaces all addresses. A street without a row of its own
// (no house number) gets one at the house nearest to the middle of all its
// houses. It returns the number of rows. All happens in one transaction, which
// is right for some ten thousand rows, not for millions.
func (s *Service) ReplaceAddresses(ctx context.Context, list []Address) (int, error) {
	rows := withMiddles(list)
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := db.Bulk(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlClearAddresses); err != nil {
			return fmt.Errorf("clear addresses: %w", err)
		}
		return insertAddresses(ctx, tx, rows)
	})
	if err != nil {
		return 0, err
	}
	return len(rows), nil
}

// eachInvalid calls bad for every one of list whose shape PostGIS calls invalid.
func eachInvalid[T any](ctx context.Context, q db.Queryer, list []T, shape func(T) *gogeom.MultiPolygon, bad func(T, string)) error {
	for piece := range slices.Chunk(list, batchRows) {
		shapes := make([]*gogeom.MultiPolygon, len(piece))
		for i, one := range piece {
			shapes[i] = shape(one)
		}
		reasons, err := checkShapes(ctx, q, shapes)
		if err != nil {
			return err
		}
		for i, reason := range reasons {
			if reason != "" {
				bad(piece[i], reason)
			}
		}
	}
	return nil
}
