package noticepages

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Letters are the mails that were given up (mail.Outbox).
type Letters interface {
	DeadLetters(ctx context.Context) ([]mail.Dead, error)
	Replay(ctx context.Context, tx pgx.Tx, id uuid.UUID) error
}

type deliveriesView struct {
	kit.Page
	Rows []deadRow
}

type deadRow struct {
	ID, Kind, Why, Tries, At, When string
	Again                          bool
}

// deliveries shows admins what could not be mailed, without addresses or words.
func (p *pages) deliveries(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return err
	}
	ctx := c.Request().Context()
	list, err := p.Letters.DeadLetters(ctx)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := deliveriesView{Page: page(c, "deliveries.title")}
	v.Nav = "desk"
	for _, d := range list {
		r := deadRow{ID: d.ID.String(), Kind: d.Kind, Why: v.T("deliveries.away"), Tries: v.Loc.Int(d.Tries), At: stamp(d.At), When: v.Loc.DateTime(d.At, now), Again: d.Again}
		if d.Code != 0 {
			r.Why = v.T("deliveries.refused", "code", strconv.Itoa(d.Code))
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, deliveriesPage(v))
}

func (p *pages) replay(c kit.Context) error {
	actor := kit.Actor(c)
	if err := accounts.May(actor, accounts.ManagePeople); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("mail")
	}
	if err := p.tx(c, func(ctx context.Context, tx pgx.Tx) error { return p.Letters.Replay(ctx, tx, id) }); err != nil {
		return err
	}
	kit.Flash(c, "success", "deliveries.done")
	return kit.Redirect(c, "/desk/deliveries")
}
