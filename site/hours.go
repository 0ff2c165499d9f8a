package site

import (
	"context"
	"reflect"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
)

// SetHours changes when staff of the city read, as categories.ParseHours takes
// it; "" is the default. Only admins may; it is in the audit log.
func (s *Service) SetHours(ctx context.Context, actor accounts.Actor, hours string) error {
	if err := May(actor); err != nil {
		return err
	}
	return s.change(ctx, actor, May, keyCity, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		changed, err := s.changeCity(ctx, tx, actor, func(c *City) { c.OpeningHours = hours })
		if err != nil || !changed { // sent twice
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{"hours"}})
	})
}

// changeCity lets fn change the city as it is at this moment: the setting is held
// until the transaction ends, so that two who change different parts of it both
// keep theirs. It tells whether anything is different now.
func (s *Service) changeCity(ctx context.Context, tx pgx.Tx, actor accounts.Actor, fn func(*City)) (bool, error) {
	raw, err := holdSetting(ctx, tx, keyCity)
	if err != nil {
		return false, err
	}
	was, err := s.cityOf(raw)
	if err != nil {
		return false, err
	}
	c := was
	fn(&c)
	if err := c.Validate(); err != nil {
		return false, err
	}
	if reflect.DeepEqual(was, c) {
		return false, nil
	}
	return true, putSetting(ctx, tx, actor, keyCity, c)
}
