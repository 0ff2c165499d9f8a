package site

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
)

// SetHours changes when staff of the city read, as categories.ParseHours takes
// it; "" is the default. Only admins may; it is in the audit log.
func (s *Service) SetHours(ctx context.Context, actor accounts.Actor, hours string) error {
	c, err := s.City(ctx)
	if err != nil {
		return err
	}
	if c.OpeningHours == hours {
		return nil
	}
	c.OpeningHours = hours
	if err := c.Validate(); err != nil {
		return err
	}
	return s.change(ctx, actor, May, keyCity, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		if err := putSetting(ctx, tx, actor, keyCity, c); err != nil {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{"hours"}})
	})
}
