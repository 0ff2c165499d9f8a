package infopages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

var reMedia = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.(mp4|webm|vtt)$`)

// Film is the film of a slot, or nil. It lets the page play it.
func (p *pages) Film(ctx context.Context, c kit.Context, slot, lang string) (*kit.FilmProps, error) {
	if p.films.Off() {
		return nil, nil //nolint:nilnil // no film is no error
	}
	all, err := p.films.All(ctx)
	if err != nil {
		return nil, err
	}
	f := all[slot]
	film, captions := f.Playable()
	if !film {
		return nil, nil //nolint:nilnil // no film is no error
	}
	kit.AllowMedia(c)
	out := &kit.FilmProps{URL: "/media/" + f.File, Text: f.Text.In(lang)}
	if captions {
		out.Captions = "/media/" + f.Captions
	}
	return out, nil
}

// Films gives other pages their film: app hands it to them.
func Films(deps Deps) func(c kit.Context, slot string) (*kit.FilmProps, error) {
	p := &pages{Deps: deps, films: site.NewFilms(deps.Site, deps.Media)}
	return func(c kit.Context, slot string) (*kit.FilmProps, error) {
		return p.Film(c.Request().Context(), c, slot, kit.Loc(c).Lang())
	}
}

// fileOptions offers the folder's files in a form.
func fileOptions(page kit.Page, names []string, chosen string) []kit.Option {
	out := []kit.Option{{Label: page.T("sitedesk.film.none"), On: chosen == ""}}
	for _, n := range names {
		out = append(out, kit.Option{Value: n, Label: n, On: n == chosen})
	}
	return out
}

// media serves a film or its captions, in parts if asked for.
func (p *pages) media(c kit.Context) error {
	name := c.Param("file")
	if !reMedia.MatchString(name) {
		return fault.Missing("film")
	}
	f, err := p.Media.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Missing("film")
	}
	if err != nil {
		return fmt.Errorf("open film: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open film: %w", err)
	}
	content, ok := f.(io.ReadSeeker)
	if !ok || !info.Mode().IsRegular() {
		return fault.Missing("film")
	}
	h := c.Response().Header()
	kind := map[string]string{"mp4": "video/mp4", "ebm": "video/webm", "vtt": "text/vtt; charset=utf-8"}[name[len(name)-3:]]
	h.Set("Content-Type", cmp.Or(kind, "application/octet-stream"))
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(keepMedia/time.Second)))
	http.ServeContent(c.Response(), c.Request(), "", info.ModTime(), content)
	return nil
}
