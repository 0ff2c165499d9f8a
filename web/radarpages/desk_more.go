package radarpages

import (
	"errors"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

type releaseRow struct{ Name, URL, Text string }

type releasesView struct {
	kit.Page

	P                    *radar.Programme
	List                 []releaseRow
	On, NotesDE, NotesEN string
	Manage               bool
	Wrong                kit.Errors
	Waits                []releaseWait
}

func (p *pages) deskReleases(c kit.Context) error { return p.showReleases(c, http.StatusOK, nil) }

func (p *pages) showReleases(c kit.Context, status int, wrong error) error {
	ctx := c.Request().Context()
	page, prog, err := p.deskPage(c, "radardesk.tab/releases")
	if err != nil {
		return err
	}
	v := releasesView{Page: page, P: prog, Wrong: kit.ErrorsOf(page, wrong), Manage: radar.MayIn(prog, kit.Actor(c), radar.ActRelease, uuid.Nil) == nil}
	list, err := p.Radar.Releases(ctx, prog)
	if err != nil {
		return err
	}
	for _, r := range list {
		v.List = append(v.List, releaseRow{monthOf(page, r.On), "/radar?p=" + prog.Slug + "&at=" + string(r.On), i18n.Text(r.Notes).In(page.Lang)})
	}
	if v.Waits, err = p.releaseWaits(c, page, prog); err != nil {
		return err
	}
	today, err := p.Radar.Today(ctx)
	if err != nil {
		return err
	}
	v.On = string(today)
	suggest := func(lang string) (string, error) {
		other := page
		other.Lang, other.Loc = lang, p.Messages(lang)
		return p.Radar.Notes(ctx, prog, func(ch radar.Change) string {
			return ch.Item().Content.In(lang).Title + ": " + sayChange(other, prog, ch)
		})
	}
	if v.NotesDE, err = suggest(i18n.German); err != nil {
		return err
	}
	if v.NotesEN, err = suggest(i18n.English); err != nil {
		return err
	}
	if wrong != nil {
		v.On, v.NotesDE, v.NotesEN = c.FormValue("on"), c.FormValue("notes_de"), c.FormValue("notes_en")
	}
	return kit.Render(c, status, deskReleasesPage(v))
}

func (p *pages) deskDecide(c kit.Context) error {
	_, prog, err := p.deskPage(c, "radardesk.tab/releases")
	if err != nil {
		return err
	}
	notes := texts(kit.Clean(c.FormValue("notes_de"), true), kit.Clean(c.FormValue("notes_en"), true))
	err = p.Radar.Decide(c.Request().Context(), kit.Actor(c), prog, radar.Day(c.FormValue("on")), notes)
	err = dayTaken(err)
	if fault.Is(err, fault.Invalid) {
		return p.showReleases(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "radardesk.release.handed")
	return kit.Redirect(c, "/desk/radar/releases?p="+prog.Slug)
}

// dayTaken says at the day that there is a release of it already: what was typed
// stays in the form.
func dayTaken(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.OnField("on", fault.As(err).Key).Because(err)
	}
	return err
}

type badCell struct{ Row, Column, Value, Text string }

type importView struct {
	kit.Page

	P       *radar.Programme
	Bad     []badCell
	Manage  bool
	Wrong   kit.Errors
	Release string
}

func (p *pages) deskImport(c kit.Context) error { return p.showImport(c, http.StatusOK, nil) }

func (p *pages) showImport(c kit.Context, status int, wrong error) error {
	page, prog, err := p.deskPage(c, "radardesk.tab/import")
	if err != nil {
		return err
	}
	v := importView{Page: page, P: prog, Release: c.FormValue("release"), Manage: radar.MayIn(prog, kit.Actor(c), radar.ActRelease, uuid.Nil) == nil}
	if file, ok := errors.AsType[*radar.FileError](wrong); ok {
		for _, r := range file.Rows {
			b := badCell{Column: r.Column, Value: r.Value, Text: page.Loc.TMap(r.Key, r.Params)}
			if r.Row > 0 {
				b.Row = strconv.Itoa(r.Row)
			}
			v.Bad = append(v.Bad, b)
		}
	} else if wrong != nil {
		v.Wrong = kit.ErrorsOf(page, wrong)
	}
	return kit.Render(c, status, deskImportPage(v))
}

// deskTake imports a file: as drafts, or as a release of the past.
func (p *pages) deskTake(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	_, prog, err := p.deskPage(c, "radardesk.tab/import")
	if err != nil {
		return err
	}
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return err
	}
	head, err := c.FormFile("file")
	if err != nil {
		return p.showImport(c, http.StatusUnprocessableEntity, &radar.FileError{Rows: []radar.RowError{{Key: "radar.err.file"}}})
	}
	f, err := head.Open()
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	release := radar.Day(c.FormValue("release"))
	format := radar.Format(strings.TrimPrefix(strings.ToLower(path.Ext(head.Filename)), "."))
	rows, err := radar.ReadFile(f, format, prog, release == "")
	if err == nil {
		err = p.placed(ctx, rows)
	}
	var done radar.Imported
	if err == nil {
		done, err = p.Radar.Import(ctx, actor, prog, rows, radar.ImportAs{Release: release, Drafts: release == ""})
		err = dayTaken(err)
	}
	var bad *radar.FileError
	if errors.As(err, &bad) || fault.Is(err, fault.Invalid) {
		return p.showImport(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	if release != "" {
		kit.Flash(c, "success", "radardesk.release.handed")
		return kit.Redirect(c, "/desk/radar/releases?p="+prog.Slug)
	}
	kit.Flash(c, "success", "radardesk.imported", "new", done.New, "changed", done.Changed, "same", done.Same)
	return kit.Redirect(c, "/desk/radar?p="+prog.Slug)
}
