package site

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Film is a film in sign language for one place of the site.
type Film struct {
	File     string    `json:"file"`     // in the folder of films
	Captions string    `json:"captions"` // WebVTT in the same folder; may be empty
	Text     i18n.Text `json:"text"`     // what is said
}

// FilmSlots are the places that may have a film.
func FilmSlots() []string { return []string{"hall", "report", "help"} }

var (
	reFilm     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.(mp4|webm)$`)
	reCaptions = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,80}\.vtt$`)
)

// Playable tells whether the film's file and its captions have names that are
// served at all.
func (f Film) Playable() (film, captions bool) {
	return reFilm.MatchString(f.File), reCaptions.MatchString(f.Captions)
}

// Films are the films of the places, out of a folder that only the operator of
// the machine fills.
type Films struct {
	site   *Service
	folder fs.FS
}

// NewFilms reads from a folder; nil: there are no films.
func NewFilms(s *Service, folder fs.FS) *Films { return &Films{s, folder} }

// Off tells that there is no folder.
func (f *Films) Off() bool { return f.folder == nil }

// All are the films that the operator has set, by slot.
func (f *Films) All(ctx context.Context) (map[string]Film, error) {
	return Setting(ctx, f.site, keyFilms, map[string]Film{})
}

// May tells with a fault whether the actor may not set the film of a slot:
// settings are the admins', and without a folder there are no films.
func (f *Films) May(actor accounts.Actor, slot string) error {
	if err := May(actor); err != nil {
		return err
	}
	if f.Off() || !slices.Contains(FilmSlots(), slot) {
		return fault.Missing("film")
	}
	return nil
}

// Files lists what the folder has: films, and captions.
func (f *Films) Files() (films, captions []string, err error) {
	if f.Off() {
		return nil, nil, nil
	}
	entries, err := fs.ReadDir(f.folder, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("folder of films: %w", err)
	}
	for _, e := range entries {
		switch {
		case !e.Type().IsRegular():
		case reFilm.MatchString(e.Name()):
			films = append(films, e.Name())
		case reCaptions.MatchString(e.Name()):
			captions = append(captions, e.Name())
		}
	}
	slices.Sort(films)
	slices.Sort(captions)
	return films, captions, nil
}

// Set gives a slot its film; one without a file takes it away. Invalid for what
// is not in the folder, and without a German text for those who can't see it.
func (f *Films) Set(ctx context.Context, actor accounts.Actor, slot string, film Film) error {
	if err := f.May(actor, slot); err != nil {
		return err
	}
	if err := f.check(film); err != nil {
		return err
	}
	return f.site.change(ctx, actor, May, keyFilms, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		raw, err := holdSetting(ctx, tx, keyFilms)
		if err != nil {
			return err
		}
		all := map[string]Film{}
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("setting %s: %w", keyFilms, err)
		}
		if was := all[slot]; reflect.DeepEqual(was, film) || was.File == film.File && film.File == "" { // sent twice
			return nil
		}
		delete(all, slot)
		if film.File != "" {
			all[slot] = film
		}
		if err := putSetting(ctx, tx, actor, keyFilms, all); err != nil || actor.System {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{keyFilms}})
	})
}

func (f *Films) check(film Film) error {
	var wrong fault.Fields
	films, captions, err := f.Files()
	if err != nil {
		return err
	}
	if film.File != "" && !slices.Contains(films, film.File) {
		wrong.Add("file", "field.choice")
	}
	if film.Captions != "" && !slices.Contains(captions, film.Captions) {
		wrong.Add("captions", "field.choice")
	}
	if film.File != "" && film.Text[i18n.German] == "" {
		wrong.Add("text_de", "sitedesk.err.transcript")
	}
	return wrong.Err()
}
