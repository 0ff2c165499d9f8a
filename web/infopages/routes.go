package infopages

import (
	"errors"
	"io/fs"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Site       *site.Service
	Categories *categories.Service
	Messages   *i18n.Catalogue
	Media      fs.FS // the operator's films; nil: none
}

// How long pages may be kept: a message of the site has to appear on them
// within seconds.
const (
	keepPublic = 5 * time.Second
	keepMedia  = time.Hour
)

type pages struct {
	Deps
	fields privacy.Fields
	words  map[string]string // German words of the privacy table
	films  *site.Films
	url    func(path string) string
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Site == nil || deps.Categories == nil || deps.Messages == nil {
		return errors.New("infopages: something of the pages is missing")
	}
	p := &pages{Deps: deps, url: r.URL, films: site.NewFilms(deps.Site, deps.Media)}
	var err error
	if p.fields, err = privacy.Load(); err != nil {
		return err
	}
	if p.words, err = germanWords(); err != nil {
		return err
	}
	for _, t := range texts() {
		r.GET(t.path, p.show(t))
	}
	r.GET("/barrierefreiheit/melden", p.barrierForm)
	r.POST("/barrierefreiheit/melden", p.reportBarrier)
	r.GET("/barrierefreiheit/melden/:number", p.barrierState)
	r.POST("/feedback", p.feedback)
	r.GET("/.well-known/security.txt", p.security)
	if deps.Media != nil {
		r.GET("/media/:file", p.media)
	}
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	get("/desk/site", p.desk)
	get("/desk/site/texts/:key", p.editText)
	post("/desk/site/texts/:key", p.saveText)
	get("/desk/site/messages/new", p.newMessage)
	get("/desk/site/messages/:id", p.editMessage)
	post("/desk/site/messages/:id", p.saveMessage)
	post("/desk/site/messages/:id/end", p.endMessage)
	post("/desk/site/barriers/:number", p.finishBarrier)
	get("/desk/site/details", p.editDetails)
	post("/desk/site/details", p.saveDetails)
	get("/desk/site/films/:slot", p.editFilm)
	post("/desk/site/films/:slot", p.saveFilm)
	return nil
}
