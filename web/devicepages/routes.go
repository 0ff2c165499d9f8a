package devicepages

import (
	"errors"

	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB     db.DB
	Drafts *drafts.Service
}

type pages struct {
	Deps
	url func(path string) string
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Drafts == nil {
		return errors.New("devicepages: DB and Drafts are needed")
	}
	p := &pages{deps, r.URL}
	for _, form := range []string{"/reports/new/", "/complaints/new/"} {
		r.POST(form+":draft/device", p.hand, kit.Secret)
		r.GET(form+":draft/device", p.where, kit.Secret)
	}
	r.GET("/continue/:token", p.show, kit.Secret)
	r.POST("/continue/:token", p.take, kit.Secret)
	return nil
}

func page(c kit.Context, titleKey string) kit.Page {
	p := kit.NewPage(c, titleKey)
	p.Nav, p.Robots = "report", "noindex"
	return p
}
