package app

import (
	"context"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/reports"
)

// noteWithdrawals writes withdrawn reports into the list that a restore does again.
func (a *App) noteWithdrawals() {
	path := a.cfg.Settings.ErasuresLog
	if path == "" {
		return
	}
	events.OnJob(a.bus, "withdrawals", func(ctx context.Context, d events.Delivery[reports.StatusChanged]) error {
		if d.Event.To != reports.Withdrawn {
			return nil
		}
		return owndata.NoteWithdrawn(ctx, a.cfg.Pool, path, d.Event.Report)
	})
}
