package moderationpages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// coverView is the page on which a moderator covers parts of a photo. Covering
// is a decision: with its reasons, and the statement leaves with it.
type coverView struct {
	kit.Page
	Row     queueRow
	Cover   kit.CoverProps
	Form    formView
	Errors  kit.Errors
	Refused string
}

func (p *pages) coverForm(c kit.Context) error {
	return p.renderCover(c, http.StatusOK, decideIn{Key: subject.NewID()}, nil, nil)
}

func (p *pages) renderCover(c kit.Context, code int, in decideIn, rows []kit.CoverRow, wrong error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := p.Moderation.Sheet(ctx, kit.Actor(c), id)
	if err != nil {
		return err
	}
	if s.Content.Part.Part != subject.Photo || len(s.Content.Photos) != 1 {
		return fault.Missing("photo")
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := coverView{Page: deskPage(c, "modq.title"), Row: rowOf(deskPage(c, "modq.title"), s.Entry, nil, now)}
	v.Scripts = []string{"desk-cover"}
	if wrong != nil {
		var ok bool
		if v.Errors, v.Refused, ok = shown(c, v.Page, wrong); !ok {
			return wrong
		}
	}
	ph := s.Content.Photos[0]
	v.Cover = kit.CoverProps{Src: "/photos/" + ph.ID.String(), Alt: ph.Alt, Width: ph.Width, Height: ph.Height, Rows: rows}
	in.Action, in.Picks = string(moderation.Redact), []string{pick(s.Entry)}
	v.Form = formOf(v.Page, in, []moderation.Action{moderation.Redact})
	return kit.Render(c, code, coverPage(v))
}

func (p *pages) cover(c kit.Context) error {
	var in decideIn
	if err := kit.Bind(c, &in); err != nil {
		return p.renderCover(c, status(err), in, nil, err)
	}
	rows, parts, err := kit.ReadCover(c.Request().PostForm)
	var o moderation.Order
	if err == nil {
		o, err = in.order()
	}
	if err == nil {
		o.Action, o.Cover = moderation.Redact, parts
		_, err = p.Moderation.Decide(c.Request().Context(), kit.Actor(c), o)
	}
	if err != nil {
		return p.renderCover(c, status(err), in, rows, err)
	}
	kit.Flash(c, "success", "modq.done")
	return kit.Redirect(c, "/desk/moderation")
}
