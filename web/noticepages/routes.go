package noticepages

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Places finds districts and addresses (geo.Service).
type Places interface {
	Districts(ctx context.Context) ([]geo.Label, error)
	DistrictByRef(ctx context.Context, ref string) (l geo.Label, ok bool, err error)
	SearchAddress(ctx context.Context, text string, near *subject.Point, limit int) ([]geo.Address, error)
}

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Accounts   *accounts.Service
	Notices    *notify.Service
	Categories *categories.Service
	Places     Places
	Centre     kit.Centre // where maps open; may be nil
	Letters    Letters    // what could not be mailed; nil: no page of it
	// Feed lists the newest public reports in an area that is followed.
	Feed func(ctx context.Context, follow uuid.UUID, lang string, limit int) ([]subject.Card, error)
	// Find lists the newest public things that a search finds now.
	Find func(ctx context.Context, s search.Saved, lang string, limit int) ([]subject.Card, error)
}

type pages struct {
	Deps
	url func(path string) string
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Accounts == nil || deps.Notices == nil || deps.Categories == nil || deps.Places == nil || deps.Feed == nil || deps.Find == nil {
		return errors.New("noticepages: something is missing")
	}
	p := &pages{deps, r.URL}
	r.CountUnread(func(ctx context.Context, actor accounts.Actor) (int, error) {
		return p.Notices.Unread(ctx, actor.Viewer())
	})
	r.GET("/inbox", p.inbox, own)
	r.GET("/inbox/count", p.count, own)
	r.POST("/inbox/read", p.readAll, own)
	r.POST("/inbox/:id/read", p.read, own)
	r.GET("/account/notices", p.settings, own, kit.RequireSignIn)
	r.POST("/account/notices", p.saveSettings, own, kit.RequireSignIn)
	r.POST("/account/notices/areas/:id", p.changeArea, own, kit.RequireSignIn)
	r.POST("/account/notices/muted/:kind/:id", p.unmute, own, kit.RequireSignIn)
	r.POST("/account/notices/push", p.subscribe, own, kit.RequireSignIn)
	r.POST("/account/notices/push/:id/end", p.unsubscribe, own, kit.RequireSignIn)
	if deps.Letters != nil {
		r.GET("/desk/deliveries", p.deliveries, own, kit.RequireSignIn)
		r.POST("/desk/deliveries/:id/replay", p.replay, own, kit.RequireSignIn)
	}
	r.GET("/alerts/new", p.askArea, own)
	r.POST("/alerts/new", p.follow, own)
	r.GET("/alerts/search", p.askFound, own)
	r.POST("/alerts/search", p.followSearch, own)
	r.GET("/alerts/:id/feed.atom", p.feed)
	return nil
}

// own keeps the pages of a person out of every cache.
func own(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		kit.NoStore(c)
		return next(c)
	}
}

// page is a page of this folder.
func page(c kit.Context, titleKey string) kit.Page {
	p := kit.NewPage(c, titleKey)
	p.Nav, p.Robots = "inbox", "noindex"
	return p
}

// stamp is a time for machines.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
