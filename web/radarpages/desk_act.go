package radarpages

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

// deskSave does what a button of the form says.
func (p *pages) deskSave(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	m, _, err := p.findDesk(c)
	if err != nil {
		return err
	}
	f := readForm(c)
	key := "radardesk.saved"
	switch c.FormValue("do") {
	case "save", "hand_in":
		content, err := p.document(ctx, &f)
		if err == nil {
			err = p.Radar.Save(ctx, actor, m.ID, f.Version, content, f.Remark)
		}
		if err == nil && c.FormValue("do") == "hand_in" {
			key = "radardesk.handed"
			err = p.handIn(c, m)
		}
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) { // nobody's words are lost
			return p.showEdit(c, kit.StatusOf(fault.As(err).Kind), &f, err)
		}
		if err != nil {
			return err
		}
	case "approve":
		key = "radardesk.approved"
		at, err := publishAt(c.FormValue("publish_at"), p.Zone)
		if err != nil {
			return p.showEdit(c, http.StatusUnprocessableEntity, nil, err)
		}
		if err := p.Radar.Approve(ctx, actor, m.ID, f.Version, at); err != nil {
			return err
		}
	case "back":
		key = "radardesk.back"
		if err := p.Radar.SendBack(ctx, actor, m.ID, f.Version, f.Remark); err != nil {
			return err
		}
	case "drop":
		key = "radardesk.dropped"
		if err := p.Radar.Drop(ctx, actor, m.ID, f.Version); err != nil {
			return err
		}
	case "take_out":
		key = "radardesk.taken"
		if err := p.Radar.TakeOut(ctx, actor, m.ID); err != nil {
			return err
		}
	default:
		return fault.New(fault.BadRequest, "err.400")
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, deskPath(m))
}

// handIn asks for the review of what has just been saved.
func (p *pages) handIn(c kit.Context, m *radar.Measure) error {
	e, ok, err := p.Radar.OpenEdit(c.Request().Context(), kit.Actor(c), m.ID)
	if err != nil || !ok {
		return err
	}
	return p.Radar.HandIn(c.Request().Context(), kit.Actor(c), m.ID, e.Version)
}

func publishAt(text string, zone *time.Location) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // at once
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, zone)
	if err != nil {
		return nil, fault.OnField("publish_at", "radar.err.day")
	}
	return &at, nil
}

type previewView struct {
	kit.Page

	M    *radar.Measure
	SVG  string
	Back string
	Row  row
}

// deskPreview is the chart as it would be with the change.
func (p *pages) deskPreview(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	m, prog, err := p.findDesk(c)
	if err != nil {
		return err
	}
	page, _, err := p.deskPage(c, "radardesk.preview")
	if err != nil {
		return err
	}
	e, open, err := p.Radar.OpenEdit(ctx, actor, m.ID)
	if err != nil {
		return err
	}
	content := m.Content
	if open {
		content = e.Content
	}
	st, err := p.Radar.Preview(ctx, prog, m, &content)
	if err != nil {
		return err
	}
	now, err := p.Radar.Now(ctx, prog)
	if err != nil {
		return err
	}
	moves := radar.Moves(radar.Changes(now, st))
	s := &state{p: prog, now: st}
	v := previewView{Page: page, M: m, Back: deskPath(m)}
	for i := range st.Items {
		it := &st.Items[i]
		r := makeRow(page, prog, it, st.On, moves[it.ID], noTally)
		r.Fits = it.ID == m.ID
		if r.Fits {
			v.Row = r
		}
		s.rows = append(s.rows, r)
	}
	v.SVG = string(p.chart(page, s, ask{}).SVG(chart.ByClass))
	return kit.Render(c, http.StatusOK, deskPreviewPage(v))
}

func (p *pages) deskHelp(c kit.Context) error {
	m, _, err := p.findDesk(c)
	if err != nil {
		return err
	}
	h := radar.Help{
		ID: keyOf(c), Kind: c.FormValue("kind"), Until: radar.Day(c.FormValue("until")),
		Wanted: texts(kit.Clean(c.FormValue("wanted_de"), true), kit.Clean(c.FormValue("wanted_en"), true)),
	}
	if err := p.Radar.AskHelp(c.Request().Context(), kit.Actor(c), m.ID, h); err != nil {
		if fault.Is(err, fault.Invalid) {
			return p.showEdit(c, http.StatusUnprocessableEntity, nil, err)
		}
		return err
	}
	kit.Flash(c, "success", "radardesk.asked")
	return kit.Redirect(c, deskPath(m))
}

func (p *pages) deskOutcome(c kit.Context) error {
	m, _, err := p.findDesk(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("request"))
	if err != nil {
		return fault.Missing("help request")
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if do := c.FormValue("do"); do == "approve" || do == "drop" {
		key := "radardesk.approved"
		if do == "drop" {
			key, err = "radardesk.dropped", p.Radar.DropHelp(ctx, actor, m.ID, id)
		} else {
			err = p.Radar.ApproveHelp(ctx, actor, m.ID, id)
		}
		if err != nil {
			return err
		}
		kit.Flash(c, "success", key)
		return kit.Redirect(c, deskPath(m))
	}
	name, key := "outcome", "radardesk.handed"
	if c.FormValue("do") == "message" {
		name, key = "message", "radardesk.told"
	}
	text := texts(kit.Clean(c.FormValue(name+"_de"), true), kit.Clean(c.FormValue(name+"_en"), true))
	if name == "message" {
		err = p.Radar.WriteHelpers(ctx, actor, m.ID, id, keyOf(c), text)
	} else {
		err = p.Radar.SetOutcome(ctx, actor, id, text)
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

func texts(de, en string) i18n.Text {
	t := i18n.Text{}
	if de != "" {
		t[i18n.German] = de
	}
	if en != "" {
		t[i18n.English] = en
	}
	return t
}

// keyOf is the form's key: what it creates has it as its id.
func keyOf(c kit.Context) uuid.UUID {
	id, err := uuid.Parse(c.FormValue("key"))
	if err != nil {
		return uuid.Nil
	}
	return id
}
