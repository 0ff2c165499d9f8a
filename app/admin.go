package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/web/adminpages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// adminDoors puts the pages in place where the city sets itself up.
func (a *App) adminDoors(r *kit.Router, adopt []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error) error {
	return adminpages.Register(r, adminpages.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts, Categories: a.categories, Geo: a.geo, Messages: a.messages, Adopt: adopt,
	})
}

// adminJobs is what is done in the background for it.
func (a *App) adminJobs() {
	jobs.Periodic(a.jobs, "accounts_invitations", 24*time.Hour, a.accounts.SweepInvitations)
	jobs.Periodic(a.jobs, "audit_check", 24*time.Hour, func(ctx context.Context) error {
		_, err := a.accounts.CheckAudit(ctx, accounts.System)
		return err
	})
}
