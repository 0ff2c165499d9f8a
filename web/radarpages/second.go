package radarpages

import (
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// releaseWait is a release that waits for a second person.
type releaseWait struct {
	URL, Name, Text, When string
	Rows                  []string // of a file about the past
	May, Own              bool
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
			URL: "/desk/radar/releases/" + d.ID.String(), Name: monthOf(page, d.On), Text: d.Notes.In(page.Lang), When: page.Loc.DateTime(d.At, time.Time{}),
			May: radar.May(actor, radar.ActReview, d.By) == nil, Own: actor.Is(d.By),
		}
		if day, ok := d.On.Time(p.Zone); ok {
			w.Name = page.Loc.Day(day)
		}
		for k := range d.Rows {
			content := &d.Rows[k].Content
			t := content.In(page.Lang)
			line := t.Title + " (" + page.T("radar.status."+string(content.Status)) + ")"
			if no := d.Rows[k].ChartNo; no > 0 {
				line = strconv.Itoa(no) + ". " + line
			}
			if t.Change != "" {
				line += ": " + t.Change
			}
			w.Rows = append(w.Rows, line)
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
