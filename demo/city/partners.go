package city

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// partners adds offices without a desk, which answer by a link in a mail.
func partners(ctx context.Context, cfg Config) error {
	cat, err := cfg.Categories.Catalogue(ctx)
	if err != nil {
		return fmt.Errorf("demo partners: %w", err)
	}
	return db.Transact(ctx, cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		for _, p := range []struct {
			name, mail string
			kinds      []string
		}{
			{"Deutsche Bahn", "bahn@demo.example", nil},
			{"Stadtentwässerung", "entwaesserung@demo.example", []string{"gully", "schlagloch"}},
		} {
			one := casework.Partner{Name: i18n.Text{i18n.German: p.name, i18n.English: p.name}, Mail: p.mail, RemindDays: 5, Active: true, Categories: []uuid.UUID{}}
			for _, key := range p.kinds {
				if c := cat.ByKey(key); c != nil {
					one.Categories = append(one.Categories, c.ID)
				}
			}
			if _, err := casework.AddPartner(ctx, tx, accounts.System, one); err != nil {
				return fmt.Errorf("demo partner: %w", err)
			}
		}
		return nil
	})
}
