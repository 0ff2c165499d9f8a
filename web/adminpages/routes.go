package adminpages

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Accounts   *accounts.Service
	Categories *categories.Service
	Geo        *geo.Service
	Messages   *i18n.Catalogue
	// Adopt moves what a visitor began over to the person they become, in the
	// same transaction: whoever takes an invitation signs in.
	Adopt []func(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error
}

type pages struct{ Deps }

// Register adds the routes below /desk/admin, and the invitation's own.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Accounts == nil || deps.Categories == nil || deps.Geo == nil || deps.Messages == nil {
		return errors.New("adminpages: something of the deps is missing")
	}
	p := &pages{deps}
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get("/desk/admin", p.start)
	get("/desk/admin/people", p.people)
	get("/desk/admin/people/:id", p.person)
	post("/desk/admin/people/:id/grant", p.grant)
	post("/desk/admin/people/:id/revoke", p.revoke)
	get("/desk/admin/invitations", p.invitations)
	get("/desk/admin/invitations/new", p.inviteForm)
	post("/desk/admin/invitations/new", p.invite)
	post("/desk/admin/invitations/:id/revoke", p.revokeInvitation)
	r.GET("/invitations/:token", p.showInvitation, secret)
	r.POST("/invitations/:token", p.takeInvitation, secret)
	get("/desk/admin/audit", p.audit)
	post("/desk/admin/audit/export", p.exportAudit)
	post("/desk/admin/audit/check", p.checkAudit)
	return nil
}

// secret keeps the address of a page with a token to itself.
func secret(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		kit.NoStore(c)
		c.Response().Header().Set("Referrer-Policy", "no-referrer")
		return next(c)
	}
}

// page is a page of this folder: for nobody's search engine, kept nowhere.
func page(c kit.Context, title string, params ...any) kit.Page {
	p := kit.NewPage(c, title, params...)
	p.Nav, p.Robots = "desk", "noindex"
	kit.NoStore(c)
	return p
}
