package deskpages

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// textLine is a template in the list.
type textLine struct{ URL, Name, For, Text, Lang string }

type textsView struct {
	kit.Page

	Lines []textLine
}

// textIn is the form of a template.
type textIn struct {
	Version    int       `form:"version"`
	Name       string    `form:"name"`
	Text       string    `form:"text" lines:"true"`
	Department uuid.UUID `form:"department"`
	Category   uuid.UUID `form:"category"`
	Status     string    `form:"status" max:"30"`
	Lang       string    `form:"lang" max:"2"`
	Do         string    `form:"do" max:"10"`
}

type textView struct {
	kit.Page

	Action, Drop string
	In           textIn
	Departments  []kit.Option
	Categories   []kit.Option
	Statuses     []kit.Option
	Langs        []kit.Option
	Holes        []string
	Preview      string
	Plain        []string
	errors       kit.Errors
	refused      string
}

// textPage begins a page about templates.
func (p *pages) textPage(c kit.Context) (kit.Page, error) {
	actor := kit.Actor(c)
	if !worksHere(actor) && !actor.Has(subject.Editor, subject.Admin) {
		return kit.Page{}, refuse("desk.why.staff")
	}
	pg := kit.NewPage(c, "")
	pg.Title = pg.T("case.list.templates")
	pg.Nav, pg.Robots = "desk", "noindex"
	pg.Scripts = []string{"desk-plain"}
	return pg, nil
}

func (p *pages) templates(c kit.Context) error {
	pg, err := p.textPage(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	list, err := casework.Templates(ctx, p.DB, kit.Actor(c))
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	v := textsView{Page: pg}
	for _, t := range list {
		v.Lines = append(v.Lines, textLine{URL: "/desk/templates/" + t.ID.String(), Name: t.Name, For: p.textFor(pg, cat, t), Text: t.Text, Lang: t.Lang})
	}
	return kit.Render(c, http.StatusOK, textsPage(v))
}

// textFor says where a template is offered.
func (p *pages) textFor(pg kit.Page, cat *categories.Catalogue, t casework.Template) string {
	status, kind, team := pg.T("case.template.any_status"), pg.T("case.template.any_kind"), pg.T("case.template.any_team")
	if t.Status != "" {
		status = reports.StatusLabel(pg.Loc, reports.Status(t.Status), false)
	}
	if k := cat.ByID(t.Category); k != nil {
		kind = k.Name.In(pg.Lang)
	}
	if d, ok := cat.DepartmentByID(t.Department); ok {
		team = d.Name.In(pg.Lang)
	}
	return status + " · " + kind + " · " + team + " · " + pg.T("desk.ready."+t.Lang)
}

func (p *pages) templateForm(c kit.Context) error {
	t, err := p.templateOf(c)
	if err != nil {
		return err
	}
	in := textIn{Lang: i18n.German}
	if t != nil {
		in = textIn{Version: t.Version, Name: t.Name, Text: t.Text, Department: t.Department, Category: t.Category, Status: t.Status, Lang: t.Lang}
	} else if d := kit.Actor(c).Departments; len(d) > 0 {
		in.Department = d[0]
	}
	return p.showTemplate(c, http.StatusOK, in, nil)
}

// templateOf is the template of the path; nil for a new one.
func (p *pages) templateOf(c kit.Context) (*casework.Template, error) {
	if c.Param("template") == "" {
		return nil, nil //nolint:nilnil // a new one
	}
	id, err := uuid.Parse(c.Param("template"))
	if err != nil {
		return nil, fault.Missing("template")
	}
	list, err := casework.Templates(c.Request().Context(), p.DB, kit.Actor(c))
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, fault.Missing("template")
}

func (p *pages) showTemplate(c kit.Context, status int, in textIn, wrong error) error {
	pg, err := p.textPage(c)
	if err != nil {
		return err
	}
	v := textView{Page: pg, Action: "/desk/templates", In: in, Holes: casework.Placeholders(in.Lang)}
	if id := c.Param("template"); id != "" {
		v.Action = "/desk/templates/" + id
		v.Drop = v.Action + "/drop"
	}
	if wrong != nil {
		e := fault.As(wrong)
		status = kit.StatusOf(e.Kind)
		if e.Kind == fault.Invalid {
			v.errors = kit.ErrorsOf(pg, e)
		} else {
			v.refused = kit.Explain(c, e).Title
		}
	}
	cat, err := p.Categories.Catalogue(c.Request().Context())
	if err != nil {
		return err
	}
	actor := kit.Actor(c)
	if actor.Has(subject.Editor, subject.Admin) {
		v.Departments = append(v.Departments, kit.Option{Label: pg.T("case.template.any_team"), On: in.Department == uuid.Nil})
	}
	for _, d := range cat.Departments {
		if actor.Has(subject.Editor, subject.Admin) || slices.Contains(actor.Departments, d.ID) {
			v.Departments = append(v.Departments, kit.Option{Value: d.ID.String(), Label: d.Name.In(pg.Lang), On: d.ID == in.Department})
		}
	}
	v.Categories = []kit.Option{{Label: pg.T("case.template.any_kind"), On: in.Category == uuid.Nil}}
	for _, k := range cat.Categories {
		v.Categories = append(v.Categories, kit.Option{Value: k.ID.String(), Label: k.Name.In(pg.Lang), On: k.ID == in.Category})
	}
	v.Statuses = []kit.Option{{Label: pg.T("case.template.any_status"), On: in.Status == ""}}
	for _, s := range reports.Statuses() {
		if s != reports.Withdrawn && s != reports.Received {
			v.Statuses = append(v.Statuses, kit.Option{Value: string(s), Label: reports.StatusLabel(pg.Loc, s, false), On: string(s) == in.Status})
		}
	}
	v.Langs = []kit.Option{{Value: i18n.German, Label: pg.T("desk.ready.de"), On: in.Lang == i18n.German}, {Value: i18n.English, Label: pg.T("desk.ready.en"), On: in.Lang == i18n.English}}
	loc := p.Messages.For(in.Lang)
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	b := casework.Blanks{Date: loc.Date(now.AddDate(0, 0, 10), now), Place: "Marienplatz 8", Team: pg.T("case.template.team"), Number: "M-2026-7K3QX9", Kind: pg.T("case.template.kind")}
	if d, ok := cat.DepartmentByID(in.Department); ok {
		b.Team = d.Name.In(in.Lang)
	}
	if k := cat.ByID(in.Category); k != nil {
		b.Kind = k.Name.In(in.Lang)
	}
	v.Preview = casework.Fill(in.Text, b)
	v.Plain = plainHints(pg, in.Text, in.Lang)
	return kit.Render(c, status, textFormPage(v))
}

func (p *pages) saveTemplate(c kit.Context) error {
	old, err := p.templateOf(c)
	if err != nil {
		return err
	}
	var in textIn
	if err := kit.Bind(c, &in); err != nil {
		return p.showTemplate(c, http.StatusUnprocessableEntity, in, err)
	}
	if in.Do == "preview" {
		return p.showTemplate(c, http.StatusOK, in, nil)
	}
	t := casework.Template{Department: in.Department, Category: in.Category, Status: in.Status, Lang: in.Lang, Name: in.Name, Text: in.Text, Version: in.Version}
	if old != nil {
		t.ID = old.ID
	}
	if t.Status != "" && !reports.Status(t.Status).Known() {
		return p.showTemplate(c, http.StatusUnprocessableEntity, in, fault.OnField("status", "field.choice"))
	}
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		_, err := casework.SaveTemplate(ctx, tx, kit.Actor(c), t)
		return err
	})
	if e := fault.As(err); e != nil && (e.Kind == fault.Invalid || e.Kind == fault.Conflict) {
		return p.showTemplate(c, http.StatusUnprocessableEntity, in, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "case.done.template")
	return kit.Redirect(c, "/desk/templates")
}

func (p *pages) dropTemplate(c kit.Context) error {
	old, err := p.templateOf(c)
	if err != nil {
		return err
	}
	err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return casework.DropTemplate(ctx, tx, kit.Actor(c), old.ID)
	})
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "case.done.template_drop")
	return kit.Redirect(c, "/desk/templates")
}

func holes(list []string) string { return strings.Join(list, ", ") }
