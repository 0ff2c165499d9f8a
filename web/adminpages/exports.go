package adminpages

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const exportsPath = "/desk/admin/exports"

type exportInput struct {
	Key        uuid.UUID `form:"key"`
	Source     string    `form:"source" max:"40"`
	Department uuid.UUID `form:"department"`
	Contacts   bool      `form:"contacts"`
	Reason     string    `form:"reason" max:"500"`
}

type exportsView struct {
	kit.Page
	Rows        []exportRow
	In          exportInput
	Sources     []kit.Option
	Departments []kit.Option // of those that may be asked for; empty: the form is not shown
	Errors      kit.Errors
}

type exportRow struct {
	Title, Reason, Who, When, State string
	Decide, Fetch                   string // addresses; "" where it is not theirs to do
}

func (p *pages) exports(c kit.Context) error {
	return p.renderExports(c, http.StatusOK, exportInput{Key: subject.NewID()}, nil)
}

func (p *pages) renderExports(c kit.Context, status int, in exportInput, wrong error) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	list, err := p.Exports.List(ctx, actor)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := exportsView{Page: page(c, "admin.exports"), In: in}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	departments, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return err
	}
	names := map[uuid.UUID]string{}
	for _, d := range departments {
		names[d.ID] = d.Name.In(v.Loc.Lang())
		if actor.Covers(accounts.Place{Department: d.ID}, subject.TeamLead) {
			v.Departments = append(v.Departments, kit.Option{Value: d.ID.String(), Label: names[d.ID], On: d.ID == in.Department})
		}
	}
	for _, key := range p.Exports.Sources() {
		v.Sources = append(v.Sources, kit.Option{Value: key, Label: v.T("admin.export." + key), On: key == in.Source})
	}
	for i := range list {
		e := &list[i]
		r := exportRow{
			Title: v.T("admin.export."+e.Source) + ": " + names[e.Scope.Department] + ", " + v.T("admin.export.n", "n", e.N), Reason: e.Reason,
			Who: nameOf(v.Page, e.Asker, e.AskedBy), When: v.Loc.DateTime(e.AskedAt, now), State: v.T("admin.export.state." + e.State()),
		}
		if e.Contacts {
			r.Title += ", " + v.T("admin.export.contacts.with")
		}
		if e.State() == "waiting" && p.Exports.MayDecide(actor, e) == nil {
			r.Decide = exportsPath + "/" + e.ID.String() + "/decide"
		}
		if e.State() == "ready" && actor.Is(e.AskedBy) {
			r.Fetch = exportsPath + "/" + e.ID.String() + "/fetch"
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, status, exportsPage(v))
}

func (p *pages) askExport(c kit.Context) error {
	if _, err := p.Exports.List(c.Request().Context(), kit.Actor(c)); err != nil { // whether they may at all
		return err
	}
	var in exportInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		_, wrong = p.Exports.Ask(c.Request().Context(), kit.Actor(c), accounts.ExportAsk{
			ID: in.Key, Source: in.Source, Scope: accounts.ExportScope{Department: in.Department}, Contacts: in.Contacts, Reason: in.Reason,
		})
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.renderExports(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "admin.export.asked")
	return kit.Redirect(c, exportsPath)
}

func (p *pages) decideExport(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("export")
	}
	if err := p.Exports.Decide(c.Request().Context(), kit.Actor(c), id, c.FormValue("do") == "approve"); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.export.decided")
	return kit.Redirect(c, exportsPath)
}

// fetchExport answers with the file, once; it is a POST, since it uses the
// request up.
func (p *pages) fetchExport(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("export")
	}
	file, err := p.Exports.Fetch(c.Request().Context(), kit.Actor(c), id, kit.Loc(c).T)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	c.Response().Header().Set("Content-Disposition", `attachment; filename="export.csv"`)
	return kit.Send(c, http.StatusOK, "text/csv; charset=utf-8", file)
}
