package routingpages

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Routing    *casework.Routing
	Umbrella   *casework.Umbrella
	Categories *categories.Service
	Geo        interface {
		Districts(ctx context.Context) ([]geo.Label, error)
	}
	Reports *reports.Service
	Centre  kit.Centre // where maps open; may be nil
	Zone    *time.Location
	Row     func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row // a row of a list of reports
}

type pages struct{ Deps }

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Routing == nil || deps.Umbrella == nil || deps.Categories == nil || deps.Geo == nil || deps.Reports == nil {
		return errors.New("routingpages: something of the pages is missing")
	}
	if deps.Zone == nil {
		deps.Zone = time.UTC
	}
	p := &pages{deps}
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get("/desk/routing", p.list)
	get("/desk/routing/rules/new", p.newRule)
	get("/desk/routing/rules/:id", p.editRule)
	post("/desk/routing/rules/:id", p.saveRule)
	post("/desk/routing/rules/:id/move", p.moveRule)
	post("/desk/routing/rules/:id/remove", p.removeRule)
	get("/desk/routing/try", p.trial)
	post("/desk/routing/try", p.try)
	post("/desk/routing/live", p.goLive)
	post("/desk/routing/discard", p.discard)
	get("/desk/routing/history", p.history)
	get("/desk/events", p.deskEvents)
	get("/desk/events/new", p.newEvent)
	get("/desk/events/:id", p.deskEvent)
	get("/desk/events/:id/edit", p.editEvent)
	post("/desk/events/:id/edit", p.saveEvent)
	post("/desk/events/:id/end", p.endEvent)
	post("/desk/events/:id/members", p.addMembers)
	post("/desk/events/:id/answers", p.answerEvent)
	r.GET("/events", p.events)
	r.GET("/events/:id", p.event)
	return nil
}

// deskPage is a page of the desk: for nobody's search engine, kept nowhere.
func deskPage(c kit.Context, title string) kit.Page {
	page := kit.NewPage(c, title)
	page.Nav, page.Robots = "desk", "noindex"
	kit.NoStore(c)
	return page
}

// id reads the id in the path. What is none does not exist.
func id(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil || id == uuid.Nil {
		return uuid.Nil, fault.Missing("id").Because(err)
	}
	return id, nil
}

func mayChange(actor accounts.Actor) bool {
	return casework.MayRoute(actor, casework.ChangeRouting) == nil
}

// newID is the id of what a form will make; sent twice it makes one.
func newID() uuid.UUID { return subject.NewID() }

// deskClass is the class of the body: the desk is set tighter.
func deskClass(desk bool) string {
	if desk {
		return "desk"
	}
	return ""
}
