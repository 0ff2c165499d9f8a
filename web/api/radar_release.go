package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// importBody lets a file of 12 MB in, as base64: larger ones go to the page.
const importBody = 16<<20 + maxBody

type imported struct {
	New     int `json:"new"`
	Changed int `json:"changed"`
	Same    int `json:"same"`
}

func (a *api) programmeReleases() {
	type decideIn struct {
		SlugParam
		Body struct {
			On    string `json:"on" format:"date" doc:"Not in the future. A day has one release: 409."`
			Notes struct {
				DE string `json:"de,omitempty" maxLength:"20000"`
				EN string `json:"en,omitempty" maxLength:"20000"`
			} `json:"notes,omitzero"`
		}
	}
	decide := radarDeskOp("decideRelease", http.MethodPost, "/desk/radar/programmes/{slug}/releases", "Decide a release", "Of the programme as it is when a second person approves it (approveRelease).")
	decide.status = http.StatusCreated
	reads(a, decide, func(ctx context.Context, _ *call, actor accounts.Actor, in *decideIn) (nothing, error) {
		p, err := a.deskProgramme(ctx, actor, in.Slug)
		if err != nil {
			return nothing{}, err
		}
		notes := i18n.Text{}
		for lang, text := range map[string]string{i18n.German: in.Body.Notes.DE, i18n.English: in.Body.Notes.EN} {
			if text = kit.Clean(text, true); text != "" {
				notes[lang] = text
			}
		}
		return nothing{true}, ownFields(a.Radar.Decide(ctx, actor, p, radar.Day(in.Body.On), notes))
	})
	type importIn struct {
		SlugParam
		Body struct {
			File    []byte `json:"file" doc:"Base64 of a CSV, XLSX or JSON file, as the exports are; also with the column names of the common radar tools."`
			Format  string `json:"format" enum:"csv,xlsx,json"`
			Release string `json:"release,omitempty" format:"date" doc:"Make it the release of that day in the past, once a second person approves it; absent: drafts, which a second person reviews."`
		}
	}
	take := radarDeskOp("importMeasures", http.MethodPost, "/desk/radar/programmes/{slug}/import", "Import measures",
		"All rows or none. 422 names every wrong cell: errors have /file/rows/{row}/{column}.")
	take.long = importBody
	reads(a, take, func(ctx context.Context, _ *call, actor accounts.Actor, in *importIn) (imported, error) {
		p, err := a.deskProgramme(ctx, actor, in.Slug)
		if err == nil {
			err = radar.May(actor, radar.ActRelease, uuid.Nil)
		}
		if err != nil {
			return imported{}, err
		}
		on := radar.Day(in.Body.Release)
		rows, err := radar.ReadFile(bytes.NewReader(in.Body.File), radar.Format(in.Body.Format), p, on == "")
		if err == nil {
			err = a.placedRows(ctx, rows)
		}
		var done radar.Imported
		if err == nil {
			done, err = a.Radar.Import(ctx, actor, p, rows, radar.ImportAs{Release: on, Drafts: on == ""})
		}
		return imported{done.New, done.Changed, done.Same}, rowErrors(err)
	})
}

func (a *api) placedRows(ctx context.Context, rows []radar.Row) error {
	labels, err := a.Geo.Districts(ctx)
	if err != nil {
		return err
	}
	return radar.PlaceRows(labels, rows)
}

// rowErrors turns the report of an import into entries of the body.
func rowErrors(err error) error {
	var bad *radar.FileError
	if !errors.As(err, &bad) {
		return ownFieldsOf(err, map[string]string{"on": "/release"})
	}
	var wrong fault.Fields
	for _, r := range bad.Rows {
		at := "/file"
		if r.Row > 0 {
			at = fmt.Sprintf("/file/rows/%d", r.Row)
		}
		if r.Column != "" {
			at += "/" + r.Column
		}
		wrong = append(wrong, fault.Field{Name: at, Key: r.Key, Params: r.Params})
	}
	return wrong.Err()
}
