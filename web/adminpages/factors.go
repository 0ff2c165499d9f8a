package adminpages

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// resetFactors takes away the second factors of somebody who lost them.
func (p *pages) resetFactors(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("person").Because(err)
	}
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := accounts.PersonByID(ctx, tx, id); err != nil {
			return err
		}
		return accounts.ResetFactors(ctx, tx, kit.Actor(c), id)
	})
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "signin.reset.done")
	return kit.Redirect(c, personPath(id))
}
