package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// cityDetails are how the city is reached, and what it says about itself.
type cityDetails struct {
	Phone       string    `json:"phone" maxLength:"40" doc:"As people dial it; empty: not shown." example:"115"`
	Mail        string    `json:"mail" maxLength:"200"`
	Address     string    `json:"address" maxLength:"500" doc:"Lines."`
	Security    string    `json:"security" maxLength:"300" doc:"Contact for security.txt: mailto:… or https://…"`
	Enforcement bodyWords `json:"enforcement" doc:"The body that enforces accessibility, lines."`
	EasyBy      string    `json:"easy_by" maxLength:"200" doc:"Who has read the texts in Leichte Sprache."`
}

// bodyWords name an office, in the languages of the site.
type bodyWords struct {
	DE string `json:"de,omitempty" maxLength:"1000"`
	EN string `json:"en,omitempty" maxLength:"1000"`
}

// longWords is a long text in the languages of the site, any of them missing.
type longWords struct {
	DE string `json:"de,omitempty" maxLength:"8000"`
	EN string `json:"en,omitempty" maxLength:"8000"`
}

func (w longWords) text() i18n.Text {
	out := i18n.Text{}
	for lang, text := range map[string]string{i18n.German: w.DE, i18n.English: w.EN} {
		if text = kit.Clean(text, true); text != "" {
			out[lang] = text
		}
	}
	return out
}

func longWordsOf(t i18n.Text) longWords { return longWords{DE: t[i18n.German], EN: t[i18n.English]} }

// cityDetails are the page /desk/site/details.
func (a *api) cityDetails() {
	reads(a, adminOp("getCityDetails", http.MethodGet, "/admin/details", "Read what the city says about itself", "Contacts, security, accessibility. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (cityDetails, error) {
			if err := site.May(actor); err != nil {
				return cityDetails{}, err
			}
			city, err := a.Site.City(ctx)
			if err != nil {
				return cityDetails{}, err
			}
			d, err := a.Site.Details(ctx)
			return cityDetails{
				Phone: city.Contacts.Phone, Mail: city.Contacts.Mail, Address: city.Contacts.Address, Security: d.Security,
				Enforcement: bodyWords(longWordsOf(d.Enforcement)), EasyBy: d.EasyBy,
			}, err
		})
	type input struct{ Body cityDetails }
	setsUp(a, adminOp("putCityDetails", http.MethodPut, "/admin/details", "Change what the city says about itself", "All of it at once. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			b := in.Body
			contacts := site.Contacts{Phone: kit.Clean(b.Phone, false), Mail: kit.Clean(b.Mail, false), Address: kit.Clean(b.Address, true)}
			d := site.Details{Security: kit.Clean(b.Security, false), Enforcement: longWords(b.Enforcement).text(), EasyBy: kit.Clean(b.EasyBy, false)}
			return nothing{true}, a.Site.SetDetails(ctx, actor, contacts, d)
		})
}

// signFilm is a film in sign language for one place of the site.
type signFilm struct {
	Slot     string    `json:"slot" doc:"hall, report or help."`
	File     string    `json:"file,omitempty" doc:"Absent: it has none."`
	Captions string    `json:"captions,omitempty"`
	Text     longWords `json:"text" doc:"What is said."`
}

type signFilms struct {
	Films    []signFilm `json:"films" nullable:"false" doc:"One of each place."`
	Files    []string   `json:"files" nullable:"false" doc:"What the folder of films has; only whoever runs the machine fills it."`
	Captions []string   `json:"caption_files" nullable:"false"`
}

type newFilm struct {
	File     string    `json:"file" minLength:"1" maxLength:"90" doc:"One of the folder."`
	Captions string    `json:"captions,omitempty" maxLength:"90" doc:"One of the folder."`
	Text     longWords `json:"text" doc:"What is said: in German at least, for those who can't see the film."`
}

// SlotParam is a place for a film in a path.
type SlotParam struct {
	Slot string `path:"slot" maxLength:"20" doc:"hall, report or help." example:"hall"`
}

// signFilms are the pages /desk/site/films.
func (a *api) signFilms() {
	reads(a, adminOp("listFilms", http.MethodGet, "/admin/films", "List the films in sign language", "And what the folder of films has. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (signFilms, error) {
			out := signFilms{Films: []signFilm{}, Files: []string{}, Captions: []string{}}
			if err := site.May(actor); err != nil {
				return out, err
			}
			if a.Films == nil || a.Films.Off() {
				return out, nil
			}
			all, err := a.Films.All(ctx)
			if err != nil {
				return out, err
			}
			for _, slot := range site.FilmSlots() {
				f := all[slot]
				out.Films = append(out.Films, signFilm{Slot: slot, File: f.File, Captions: f.Captions, Text: longWordsOf(f.Text)})
			}
			files, captions, err := a.Films.Files()
			out.Files, out.Captions = append(out.Files, files...), append(out.Captions, captions...)
			return out, err
		})
	type input struct {
		SlotParam
		Body newFilm
	}
	set := func(ctx context.Context, actor accounts.Actor, slot string, f site.Film) (nothing, error) {
		if a.Films == nil {
			return nothing{}, fault.Missing("film")
		}
		err := a.Films.Set(ctx, actor, slot, f)
		return nothing{true}, renamed(err, map[string]string{"file": "/file", "captions": "/captions", "text_de": "/text/de"})
	}
	setsUp(a, adminOp("putFilm", http.MethodPut, "/admin/films/{slot}", "Give a place its film", "In the place of the one before. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			return set(ctx, actor, in.Slot, site.Film{File: in.Body.File, Captions: in.Body.Captions, Text: in.Body.Text.text()})
		})
	drop := adminOp("dropFilm", http.MethodDelete, "/admin/films/{slot}", "Take a film away", "From its place; the file stays in the folder. For admins.")
	drop.plain = true
	setsUp(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, in *SlotParam) (nothing, error) {
		return set(ctx, actor, in.Slot, site.Film{})
	})
}

// textVersion is a state of a text of the site.
type textVersion struct {
	Version int    `json:"version"`
	Body    string `json:"body" doc:"Empty: from here on the program's own text held."`
	At      string `json:"at" format:"date-time"`
}

type textVersions struct {
	Versions []textVersion `json:"versions" nullable:"false" doc:"The newest first, at most 50."`
}

type barrier struct {
	Number  string `json:"number" example:"H-2026-7K3QX9"`
	Page    string `json:"page,omitempty" doc:"Where it was."`
	Text    string `json:"text"`
	Contact string `json:"contact,omitempty" doc:"As typed."`
	Lang    string `json:"language"`
	At      string `json:"reported_at" format:"date-time"`
	DoneAt  string `json:"done_at,omitempty" format:"date-time"`
}

type barrierList struct {
	Barriers []barrier `json:"barriers" nullable:"false" doc:"Open ones, the oldest first; then those that are done. At most 200."`
}

type barrierState struct {
	Done bool `json:"done" doc:"It is gone or answered; false opens it again."`
}

// BarrierParam is the number of a barrier in a path.
type BarrierParam struct {
	Number string `path:"barrier" maxLength:"40" doc:"As the list names it." example:"H-2026-7K3QX9"`
}

type pageCount struct {
	Path string `json:"path"`
	Lang string `json:"language"`
	Yes  int    `json:"yes"`
	No   int    `json:"no"`
}

type pageCounts struct {
	Pages []pageCount `json:"pages" nullable:"false" doc:"Within a year; those found unhelpful most often first, at most 200."`
}

// siteVoices are what people say about the site, and the history of its texts.
func (a *api) siteVoices() {
	reads(a, adminOp("listTextVersions", http.MethodGet, "/admin/texts/{key}/versions", "List the versions of a text", "To go back to one, send its body as a new one. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *TextParam) (textVersions, error) {
			list, err := a.Site.TextVersions(ctx, actor, in.Key, in.Lang)
			out := textVersions{Versions: make([]textVersion, len(list))}
			for i, v := range list {
				out.Versions[i] = textVersion{Version: v.Version, Body: v.Body, At: stamp(v.At)}
			}
			return out, err
		})
	reads(a, adminOp("listBarriers", http.MethodGet, "/admin/barriers", "List the barriers of the site", "What people could not use, as they reported it. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (barrierList, error) {
			list, err := a.Site.Barriers(ctx, actor)
			out := barrierList{Barriers: make([]barrier, len(list))}
			for i := range list {
				b := &list[i]
				out.Barriers[i] = barrier{
					Number: b.Number.Format(site.PrefixBarrier), Page: b.Page, Text: b.Text, Contact: b.Contact, Lang: b.Lang, At: stamp(b.At), DoneAt: stampOf(b.DoneAt),
				}
			}
			return out, err
		})
	type input struct {
		BarrierParam
		Body barrierState
	}
	setsUp(a, adminOp("finishBarrier", http.MethodPut, "/admin/barriers/{barrier}", "Say that a barrier is gone", "Or answered; or open it again. Whoever reported it sees it by its number. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			if err := site.MayEdit(actor); err != nil {
				return nothing{}, err
			}
			n, ok := site.ParseBarrierNumber(in.Number)
			if !ok {
				return nothing{}, fault.Missing("barrier")
			}
			return nothing{true}, a.Site.FinishBarrier(ctx, actor, n, in.Body.Done)
		})
	reads(a, adminOp("listPageFeedback", http.MethodGet, "/admin/feedback", "Read which pages helped", "Counts of \"Was this page helpful?\"; nobody is known. For admins and editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (pageCounts, error) {
			list, err := a.Site.FeedbackCounts(ctx, actor)
			out := pageCounts{Pages: make([]pageCount, len(list))}
			for i, p := range list {
				out.Pages[i] = pageCount(p)
			}
			return out, err
		})
}
