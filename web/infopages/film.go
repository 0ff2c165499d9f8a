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
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// film is a film in sign language for one place of the site.
type film struct {
	File     string    `json:"file"`     // in the folder of films
	Captions string    `json:"captions"` // WebVTT in the same folder; may be empty
	Text     i18n.Text `json:"text"`     // what is said
}

// slots are the places that may have a film.
func slots() []string { return []string{"hall", "report", "help"} }

var (
	reMedia    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.(mp4|webm|vtt)$`)
	reFilm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.(mp4|webm)$`)
	reCaptions = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.vtt$`)
)

// films are the films that the operator has set, by slot.
func (p *pages) films(ctx context.Context) (map[string]film, error) {
	return site.Setting(ctx, p.Site, keyFilms, map[string]film{})
}

// Film is the film of a slot, or nil. It lets the page play it.
func (p *pages) Film(ctx context.Context, c kit.Context, slot, lang string) (*kit.FilmProps, error) {
	if p.Media == nil {
		return nil, nil //nolint:nilnil // no film is no error
	}
	all, err := p.films(ctx)
	if err != nil {
		return nil, err
	}
	f, ok := all[slot]
	if !ok || !reFilm.MatchString(f.File) {
		return nil, nil //nolint:nilnil // no film is no error
	}
	kit.AllowMedia(c)
	out := &kit.FilmProps{URL: "/media/" + f.File, Text: f.Text.In(lang)}
	if reCaptions.MatchString(f.Captions) {
		out.Captions = "/media/" + f.Captions
	}
	return out, nil
}

// Films gives other pages their film: app hands it to them.
func Films(deps Deps) func(c kit.Context, slot string) (*kit.FilmProps, error) {
	p := &pages{Deps: deps}
	return func(c kit.Context, slot string) (*kit.FilmProps, error) {
		return p.Film(c.Request().Context(), c, slot, kit.Loc(c).Lang())
	}
}

// mediaFiles lists the folder's files that a form may offer.
func (p *pages) mediaFiles(fits *regexp.Regexp) ([]string, error) {
	if p.Media == nil {
		return nil, nil
	}
	entries, err := fs.ReadDir(p.Media, ".")
	if err != nil {
		return nil, fmt.Errorf("folder of films: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && fits.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// fileOptions offers the folder's files in a form.
func (p *pages) fileOptions(page kit.Page, fits *regexp.Regexp, chosen string) ([]kit.Option, error) {
	names, err := p.mediaFiles(fits)
	if err != nil {
		return nil, err
	}
	out := []kit.Option{{Label: page.T("sitedesk.film.none"), On: chosen == ""}}
	for _, n := range names {
		out = append(out, kit.Option{Value: n, Label: n, On: n == chosen})
	}
	return out, nil
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
