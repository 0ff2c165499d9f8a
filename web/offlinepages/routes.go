package offlinepages

import (
	"errors"
	"net/http"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	Categories *categories.Service
}

type pages struct {
	Deps
	worker []byte
	icons  map[string][]byte
}

// Register adds the routes. It draws the icons, which takes some milliseconds.
func Register(r *kit.Router, deps Deps) error {
	if deps.Categories == nil {
		return errors.New("offlinepages: Categories are needed")
	}
	p := &pages{Deps: deps}
	var err error
	if p.worker, err = worker(); err != nil {
		return err
	}
	if p.icons, err = icons(); err != nil {
		return err
	}
	r.GET("/reports/offline", p.form)
	r.GET("/sw.js", p.serviceWorker)
	r.GET("/manifest.webmanifest", p.manifest)
	r.GET("/icons/:name", p.icon)
	return nil
}

// serviceWorker is asked for again at every visit: a new build begins with it.
func (p *pages) serviceWorker(c kit.Context) error {
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "text/javascript; charset=utf-8", p.worker)
}

func (p *pages) icon(c kit.Context) error {
	body, ok := p.icons[c.Param("name")]
	if !ok {
		return fault.Missing("icon")
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=86400")
	return c.Blob(http.StatusOK, "image/png", body)
}

// manifestIcon is an entry of the manifest (W3C Web Application Manifest).
type manifestIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type shortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// manifest names the city, in the language of the page that links here.
func (p *pages) manifest(c kit.Context) error {
	page := kit.NewPage(c, "offline.title")
	name := "Mitwirk"
	if page.City.Name != "" {
		name += " " + page.City.Name
	}
	c.Response().Header().Set("Cache-Control", "private, max-age=3600")
	c.Response().Header().Set("Content-Type", "application/manifest+json")
	return c.JSON(http.StatusOK, map[string]any{
		"id": "/", "name": name, "short_name": "Mitwirk", "description": page.T("offline.manifest"), "lang": page.Lang,
		"start_url": "/", "scope": "/", "display": "standalone", "background_color": "#ffffff", "theme_color": brandColour,
		"icons": []manifestIcon{
			{"/icons/mitwirk-192.png", "192x192", "image/png", "any"},
			{"/icons/mitwirk-512.png", "512x512", "image/png", "any"},
			{"/icons/mitwirk-maskable-512.png", "512x512", "image/png", "maskable"},
			{web.Asset("favicon.svg"), "any", "image/svg+xml", "any"},
		},
		"shortcuts": []shortcut{{page.T("nav.report"), "/reports/new"}, {page.T("offline.drafts"), "/reports/offline"}},
	})
}
