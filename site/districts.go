package site

import (
	"context"
	"errors"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// districtSet is what the audit log calls a set of districts.
const districtSet subject.Kind = "district_set"

// Districts lets admins put other districts in force. What lies in the database
// is geo's; here are the rules and the log.
type Districts struct {
	db  db.DB
	geo *geo.Service
}

// NewDistricts makes it.
func NewDistricts(d db.DB, g *geo.Service) (*Districts, error) {
	if d == nil || g == nil {
		return nil, errors.New("site: districts need a database and geo")
	}
	return &Districts{db: d, geo: g}, nil
}

// Sets lists the sets, the latest first. Only admins may.
func (s *Districts) Sets(ctx context.Context, actor accounts.Actor) ([]geo.DistrictSet, error) {
	if err := May(actor); err != nil {
		return nil, err
	}
	return s.geo.DistrictSets(ctx)
}

// Preview compares a set with the one in force.
func (s *Districts) Preview(ctx context.Context, actor accounts.Actor, id uuid.UUID) (geo.SetPreview, error) {
	if err := May(actor); err != nil {
		return geo.SetPreview{}, err
	}
	return s.geo.PreviewDistricts(ctx, id)
}

// Upload reads a GeoJSON file as a new set, not in force. What is wrong with the
// file is a fault on the field "file".
func (s *Districts) Upload(ctx context.Context, actor accounts.Actor, file io.Reader, name string) (uuid.UUID, error) {
	if err := May(actor); err != nil {
		return uuid.Nil, err
	}
	id, err := s.geo.StageDistricts(ctx, file, name)
	if bad, ok := errors.AsType[geo.BadFile](err); ok {
		var wrong fault.Fields
		wrong.Add("file", "admin.districts.err.file", "why", bad.Error())
		return uuid.Nil, wrong.Err()
	}
	if err != nil {
		return uuid.Nil, err
	}
	err = s.write(ctx, actor, func(context.Context, pgx.Tx) (string, error) { return "districts.upload", nil }, id)
	if err != nil { // the role has ended while the file was read: nothing of it stays
		undo := context.WithoutCancel(ctx) // also where the one who sent it has gone
		return uuid.Nil, errors.Join(err, db.Transact(undo, s.db, func(ctx context.Context, tx pgx.Tx) error { return s.geo.DiscardDistricts(ctx, tx, id) }))
	}
	return id, nil
}

// Switch puts a set in force, an older one as well.
func (s *Districts) Switch(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.write(ctx, actor, func(ctx context.Context, tx pgx.Tx) (string, error) {
		changed, err := s.geo.ActivateDistricts(ctx, tx, id)
		if err != nil || !changed {
			return "", err
		}
		return "districts.switch", nil
	}, id)
}

// Discard removes a set that was never in force.
func (s *Districts) Discard(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.write(ctx, actor, func(ctx context.Context, tx pgx.Tx) (string, error) {
		return "districts.discard", s.geo.DiscardDistricts(ctx, tx, id)
	}, id)
}

// write runs fn with the actor's rights of this moment and logs the action that
// it returns; "" is none.
func (s *Districts) write(ctx context.Context, actor accounts.Actor, fn func(context.Context, pgx.Tx) (string, error), id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := May(actor); err != nil {
			return err
		}
		action, err := fn(ctx, tx)
		if err != nil || action == "" {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: action, Ref: subject.Ref{Kind: districtSet, ID: id}})
	})
}
