package ideapages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// leaveTeam takes somebody out of their team; the last one has to say that the
// entry may go with the team.
func (p *pages) leaveTeam(c kit.Context) error {
	var in struct {
		Yes bool `form:"yes"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	if !in.Yes {
		return p.showTeam(c, nil, "", fault.OnField("yes", "contest.leave.confirm"), http.StatusUnprocessableEntity)
	}
	ended, err := p.Contests.Leave(c.Request().Context(), kit.Actor(c), call.Number)
	if fault.Is(err, fault.Conflict) {
		return p.showTeam(c, nil, "", err, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	said := "contest.leave.done"
	if ended {
		said = "contest.leave.ended"
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, call.Path())
}
