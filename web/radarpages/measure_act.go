package radarpages

import (
	"net/http"
	"strconv"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// rate stores what somebody thinks of a measure.
func (p *pages) rate(c kit.Context) error {
	m, prog, err := p.find(c)
	if err != nil {
		return err
	}
	answers := map[string]int{}
	for _, q := range prog.Questions {
		switch v := c.FormValue("rate." + q.Key); v {
		case "":
		case "unknown":
			answers[q.Key] = radar.Unknown
		default:
			n, err := strconv.Atoi(v)
			if err != nil || n < 1 || n > 5 {
				return p.showMeasure(c, http.StatusUnprocessableEntity, fault.OnField("rate."+q.Key, "field.choice"))
			}
			answers[q.Key] = n
		}
	}
	if len(answers) == 0 {
		return p.showMeasure(c, http.StatusUnprocessableEntity, fault.OnField("rate."+prog.Questions[0].Key, "field.choice"))
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	if err := p.Radar.Rate(c.Request().Context(), actor, m.Number, answers, accounts.AddressKey(kit.ClientIP(c))); err != nil {
		return err
	}
	kit.Flash(c, "success", "radar.rated")
	return kit.Redirect(c, m.Path()+"#bewerten")
}

// follow makes the visitor follow the measure, or ends it.
func (p *pages) follow(c kit.Context) error {
	m, _, err := p.find(c)
	if err != nil {
		return err
	}
	return p.setFollow(c, m.Ref(), m.Path())
}

// followAny is follow for fields and programmes.
func (p *pages) followAny(c kit.Context) error {
	list, err := p.Radar.Programmes(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	id := c.FormValue("id")
	for i := range list {
		if c.FormValue("kind") == "programme" && list[i].ID.String() == id {
			return p.setFollow(c, list[i].Ref(), c.FormValue("back"))
		}
		for _, f := range list[i].Fields {
			if c.FormValue("kind") == "field" && f.ID.String() == id {
				return p.setFollow(c, f.Ref(), c.FormValue("back"))
			}
		}
	}
	return fault.Missing("programme")
}

func (p *pages) setFollow(c kit.Context, ref subject.Ref, back string) error {
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	on := c.FormValue("on") != "0"
	if err := p.Radar.Follow(c.Request().Context(), actor, ref, on); err != nil {
		return err
	}
	key := "radar.unfollowed"
	if on {
		key = "radar.followed"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, back)
}
