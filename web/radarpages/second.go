package radarpages

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// releaseWait is a release that waits for a second person.
type releaseWait struct {
	URL, Name, When string
	Texts           []string  // in all languages
	Rows            []waitRow // of a file about the past
	May, Own        bool
}

// waitRow is all that a row of a file says.
type waitRow struct {
	Title string
	Cells []string
}

// everyLanguage are the words of a text with their languages: who approves it
// reads all of it.
func everyLanguage(page kit.Page, t i18n.Text) []string {
	var out []string
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if words := lines(t[lang]); len(words) > 0 {
			words[0] = page.T("radardesk.lang."+lang) + ": " + words[0]
			out = append(out, words...)
		}
	}
	return out
}

func (p *pages) releaseWaits(c kit.Context, page kit.Page, prog *radar.Programme) ([]releaseWait, error) {
	actor := kit.Actor(c)
	list, err := p.Radar.ReleaseDrafts(c.Request().Context(), actor, prog)
	if err != nil {
		return nil, err
	}
	out := make([]releaseWait, len(list))
	for i := range list {
		d := &list[i]
		w := releaseWait{
			URL: "/desk/radar/releases/" + d.ID.String(), Name: monthOf(page, d.On), Texts: everyLanguage(page, d.Notes), When: page.Loc.DateTime(d.At, time.Time{}),
			May: radar.May(actor, radar.ActReview, d.By) == nil, Own: actor.Is(d.By),
		}
		if day, ok := d.On.Time(p.Zone); ok {
			w.Name = page.Loc.Day(day)
		}
		for k := range d.Rows {
			content := &d.Rows[k].Content
			row := waitRow{Title: content.In(page.Lang).Title}
			if no := d.Rows[k].ChartNo; no > 0 {
				row.Title = strconv.Itoa(no) + ". " + row.Title
			}
			cells := radar.Cells(content)
			for _, column := range slices.Sorted(maps.Keys(cells)) {
				if cells[column] != "" {
					row.Cells = append(row.Cells, column+": "+cells[column])
				}
			}
			w.Rows = append(w.Rows, row)
		}
		out[i] = w
	}
	return out, nil
}

// deskRelease approves or drops a release that waits.
func (p *pages) deskRelease(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("release"))
	if err != nil {
		return fault.Missing("release draft")
	}
	key := "radardesk.released"
	switch c.FormValue("do") {
	case "approve":
		err = p.Radar.ApproveRelease(ctx, actor, id)
	case "drop":
		key, err = "radardesk.dropped", p.Radar.DropRelease(ctx, actor, id)
	default:
		err = fault.New(fault.BadRequest, "err.400")
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, "/desk/radar/releases?p="+kit.Clean(c.FormValue("p"), false))
}
