package practicepages

import (
	"errors"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	Practice *practice.Service
	Zone     *time.Location
}

type pages struct{ Deps }

const root = "/desk/practice"

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.Practice == nil || deps.Zone == nil {
		return errors.New("practicepages: something of the deps is missing")
	}
	p := &pages{deps}
	r.GET(root, p.list, kit.RequireSignIn)
	r.POST(root+"/reset", p.reset, kit.RequireSignIn)
	r.GET(root+"/:key", p.show, kit.RequireSignIn)
	r.POST(root+"/:key/:do", p.do, kit.RequireSignIn)
	return nil
}

func page(c kit.Context, title string) kit.Page {
	p := kit.NewPage(c, title)
	p.Nav, p.Robots = "desk", "noindex"
	kit.NoStore(c)
	return p
}

func (p *pages) list(c kit.Context) error {
	desk, now, err := p.Practice.Desk(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	v := listView{Page: page(c, "practice.title"), Touched: len(desk) > 0}
	all := practice.Cases()
	for i := range all {
		v.Rows = append(v.Rows, p.row(v.Page, &all[i], desk.Of(all[i].Key)))
	}
	_ = now
	return kit.Render(c, http.StatusOK, listPage(v))
}

func (p *pages) show(c kit.Context) error { return p.render(c, http.StatusOK, practice.Do{}, nil) }

func (p *pages) render(c kit.Context, status int, typed practice.Do, wrong error) error {
	desk, now, err := p.Practice.Desk(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	k := practice.ByKey(c.Param("key"))
	if k == nil {
		return fault.Missing("practice case")
	}
	v := p.caseView(page(c, "practice.title"), k, desk, now)
	v.typed(typed)
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	if fault.Is(wrong, fault.Conflict) {
		v.Refused = v.T(fault.As(wrong).Key)
	}
	return kit.Render(c, status, casePage(v))
}

// input is what any of the forms sends.
type input struct {
	Text   string `form:"text" max:"2000" lines:"true"`
	Status string `form:"status" max:"20"`
	Day    string `form:"day" max:"20"`
	Team   string `form:"team" max:"20"`
	Into   string `form:"into" max:"20"`
}

func (p *pages) do(c kit.Context) error {
	var in input
	do := practice.Do{Kind: c.Param("do")}
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		do.Text, do.Status, do.Day, do.Team, do.Into = in.Text, practice.Status(in.Status), in.Day, in.Team, in.Into
		wrong = p.Practice.Do(c.Request().Context(), kit.Actor(c), c.Param("key"), do)
	}
	switch {
	case wrong == nil:
		return kit.Redirect(c, root+"/"+c.Param("key"))
	case fault.Is(wrong, fault.Invalid):
		return p.render(c, http.StatusUnprocessableEntity, do, wrong)
	case fault.Is(wrong, fault.Conflict):
		return p.render(c, http.StatusConflict, do, wrong)
	}
	return wrong
}

func (p *pages) reset(c kit.Context) error {
	if err := p.Practice.Reset(c.Request().Context(), kit.Actor(c)); err != nil {
		return err
	}
	kit.Flash(c, "success", "practice.anew")
	return kit.Redirect(c, root)
}
