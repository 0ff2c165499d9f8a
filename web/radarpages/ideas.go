package radarpages

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Ideas is what people propose to measures (ideas.Service).
type Ideas interface {
	OfMeasure(ctx context.Context, actor accounts.Actor, measure uuid.UUID) ([]ideas.MeasureIdea, error)
	LinkMeasure(ctx context.Context, actor accounts.Actor, n subject.Number, measure string) error
	UnlinkMeasure(ctx context.Context, actor accounts.Actor, n subject.Number, measure uuid.UUID) error
}

// ideaRow is an idea to a measure.
type ideaRow struct {
	URL, Number, Title, Lang, Shape, Status, Kind string
	Part                                          bool
}

// ideasOf are the ideas of a measure that the reader may see.
func (p *pages) ideasOf(c kit.Context, page kit.Page, m *radar.Measure) ([]ideaRow, error) {
	if p.Ideas == nil {
		return nil, nil
	}
	list, err := p.Ideas.OfMeasure(c.Request().Context(), kit.Actor(c), m.ID)
	if err != nil {
		return nil, err
	}
	rows := make([]ideaRow, len(list))
	for i := range list {
		it := &list[i]
		rows[i] = ideaRow{
			URL: ideas.Path(it.Number), Number: it.Number.Format(subject.PrefixIdea), Title: it.Title, Shape: it.Status.Shape(),
			Status: page.T("idea." + string(it.Status) + ".label"), Part: it.Part, Kind: page.T("radar.ideas.proposed"),
		}
		if it.Part {
			rows[i].Kind = page.T("radar.ideas.part")
		}
		if it.Lang != page.Lang {
			rows[i].Lang = it.Lang
		}
	}
	return rows, nil
}

// deskIdeas links an idea to a measure, or no longer (do=cut).
func (p *pages) deskIdeas(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := radar.May(actor, radar.ActEdit, uuid.Nil); err != nil {
		return err
	}
	m, _, err := p.findDesk(c)
	if err != nil {
		return err
	}
	prefix, n, err := subject.ParseNumber(kit.Clean(c.FormValue("idea"), false))
	if p.Ideas == nil || err != nil || prefix != subject.PrefixIdea {
		return p.showEdit(c, http.StatusUnprocessableEntity, nil, fault.OnField("idea", "radardesk.ideas.unknown"))
	}
	key := "radardesk.ideas.done"
	if c.FormValue("do") == "cut" {
		key, err = "radardesk.ideas.done_off", p.Ideas.UnlinkMeasure(ctx, actor, n, m.ID)
	} else {
		err = p.Ideas.LinkMeasure(ctx, actor, n, m.PublicNumber())
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.OnField("idea", "radardesk.ideas.unknown").Because(err)
	}
	if fault.Is(err, fault.Invalid) {
		return p.showEdit(c, http.StatusUnprocessableEntity, nil, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, deskPath(m))
}
