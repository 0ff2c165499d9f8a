package app

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/inbound"
	"github.com/mitwirk/mitwirk/subject"
)

// takeBounce notes that a mail of ours came back, once, and switches its address off
// where that happened again and again. Who names the Message-ID has seen the mail, so
// nobody can switch off a stranger's address.
func (a *App) takeBounce(ctx context.Context, m inbound.Mail) error {
	noted := false
	err := db.Transact(ctx, a.cfg.Pool, func(ctx context.Context, tx pgx.Tx) error {
		fresh, err := casework.TakeMail(ctx, tx, m.Hash)
		if err != nil || !fresh || !m.Bounce.Failed {
			return err
		}
		if noted, err = a.outbox.Bounced(ctx, tx, m.Bounce.MessageID, m.Bounce.Status); err != nil || !noted {
			return err
		}
		return casework.NoteMail(ctx, tx, m.Hash, casework.InboundBounce, subject.Ref{})
	})
	if err != nil || !noted {
		return err
	}
	a.cfg.Log.InfoContext(ctx, "mail came back", "status", m.Bounce.Status)
	_, err = a.notify.StopBounced(ctx)
	return err
}
