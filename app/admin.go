package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/adminpages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

// adminDoors puts the pages in place where the city sets itself up.
func (a *App) adminDoors(r *kit.Router, adopt []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error) error {
	districts, err := site.NewDistricts(a.cfg.Pool, a.geo)
	if err != nil {
		return err
	}
	exports, err := a.bulk()
	if err != nil {
		return err
	}
	return adminpages.Register(r, adminpages.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts, Categories: a.categories, Geo: a.geo, Site: a.site, Districts: districts, Exports: exports,
		Preview: reportpages.Preview, PreviewGroup: reportpages.PreviewGroup, PreviewStop: reportpages.PreviewStop, Covered: reports.Covered, Messages: a.messages, Adopt: adopt,
	})
}

// bulk is what can be taken out in bulk.
func (a *App) bulk() (*accounts.Exports, error) {
	return accounts.NewExports(a.cfg.Pool, reports.CasesExport{})
}

// adminJobs is what is done in the background for it.
func (a *App) adminJobs() {
	a.practiceJobs()
	jobs.Periodic(a.jobs, "accounts_invitations", 24*time.Hour, a.accounts.SweepInvitations)
	jobs.Periodic(a.jobs, "audit_check", 24*time.Hour, func(ctx context.Context) error {
		_, err := a.accounts.CheckAudit(ctx, accounts.System)
		return err
	})
}

// reloadCity reads the settings anew, and what depends on them: the city's
// opening hours are a part of the calendar.
func (a *App) reloadCity(ctx context.Context) error {
	if err := a.site.Reload(ctx); err != nil {
		return err
	}
	return a.categories.Reload(ctx)
}
