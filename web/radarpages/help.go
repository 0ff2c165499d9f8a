package radarpages

import (
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// helpView is what a measure asks for, in words.
type helpView struct {
	ID, Kind, Text, Until, Persons, Outcome, Action string
	Mine, Over, SignIn                              bool
	Waits, MayApprove                               bool     // on the desk: for a second person
	Came                                            string   // what is to be said of what came of it
	Asked                                           []string // what is to be approved, in all languages
	Said                                            []helpSaid
	Helpers                                         int
}

// helpSaid is what the city wrote to those who take part.
type helpSaid struct {
	When  string
	Lines []string
}

func (p *pages) helpOf(c kit.Context, page kit.Page, m *radar.Measure, now time.Time) ([]helpView, error) {
	list, err := p.Radar.HelpOf(c.Request().Context(), kit.Actor(c), m.ID)
	if err != nil {
		return nil, err
	}
	return p.helpViews(c, page, m, now, list), nil
}

// deskHelpOf is helpOf with what waits for a second person.
func (p *pages) deskHelpOf(c kit.Context, page kit.Page, m *radar.Measure, now time.Time) ([]helpView, error) {
	list, err := p.Radar.HelpDesk(c.Request().Context(), kit.Actor(c), m.ID)
	if err != nil {
		return nil, err
	}
	return p.helpViews(c, page, m, now, list), nil
}

func (p *pages) helpViews(c kit.Context, page kit.Page, m *radar.Measure, now time.Time, list []radar.Help) []helpView {
	today := radar.Day(now.In(p.Zone).Format(time.DateOnly))
	var out []helpView
	for _, h := range list {
		v := helpView{
			ID: h.ID.String(), Kind: page.T("radar.help." + h.Kind), Text: h.Wanted.In(page.Lang), Outcome: h.Outcome.In(page.Lang), Mine: h.Mine,
			Waits: h.Waits, Came: h.Came.In(page.Lang),
			Over: h.Until < today, SignIn: !kit.SignedIn(c), Action: m.Path() + "/help/" + h.ID.String(),
		}
		if at, ok := h.Until.Time(p.Zone); ok {
			v.Until = page.T("radar.help.until", "date", page.Loc.Day(at))
		}
		by := h.CameBy
		if h.Waits {
			by = h.AskedBy
		}
		if v.Asked = everyLanguage(page, h.Came); h.Waits {
			v.Asked = everyLanguage(page, h.Wanted)
		}
		v.MayApprove = (h.Waits || v.Came != "") && radar.May(kit.Actor(c), radar.ActReview, by) == nil
		for _, m := range h.Messages {
			v.Said = append(v.Said, helpSaid{page.Loc.DateTime(m.At, now), lines(m.Text.In(page.Lang))})
		}
		if v.Helpers = h.N; h.N > 0 {
			v.Persons = page.T("radar.persons", "n", h.N)
		}
		out = append(out, v)
	}
	return out
}

// offer makes somebody take part, or no longer.
func (p *pages) offer(c kit.Context) error {
	m, _, err := p.find(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("request"))
	if err != nil {
		return fault.Missing("help request")
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	on := c.FormValue("on") != "0"
	if err := p.Radar.OfferHelp(c.Request().Context(), kit.Actor(c), m.Number, id, on); err != nil {
		return err
	}
	key := "radar.help.taken"
	if on {
		key = "radar.help.offered"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, m.Path())
}
