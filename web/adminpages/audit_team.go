package adminpages

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// teamAudit is the log as the lead of a team reads it: what was done to the
// team's things, not by whom.
func (p *pages) teamAudit(c kit.Context) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := accounts.MayReadTeamAudit(actor); err != nil {
		return err
	}
	v := auditView{Page: page(c, "admin.audit.team")}
	wrong := kit.Bind(c, &v.In)
	v.In.Actor = ""
	var f accounts.AuditFilter
	if wrong == nil {
		f, wrong = v.In.filter(v.Loc.Zone())
	}
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	if wrong != nil {
		return kit.Render(c, http.StatusUnprocessableEntity, teamAuditPage(v))
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	list, next, err := accounts.TeamAudit(ctx, p.DB, actor, f, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		return p.Covered(ctx, p.DB, actor, ids, subject.TeamLead)
	})
	if err != nil {
		return err
	}
	for _, l := range list {
		v.Rows = append(v.Rows, auditRowOf(v.Page, l, now))
	}
	values := v.In.values()
	if v.In.Before > 0 {
		v.First = "?" + values.Encode()
	}
	if next > 0 {
		values.Set("before", strconv.FormatInt(next, 10))
		v.Next = "?" + values.Encode()
	}
	return kit.Render(c, http.StatusOK, teamAuditPage(v))
}
