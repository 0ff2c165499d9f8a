package talkpages

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/web/kit"
)

const thanksPage = 50

type thanksView struct {
	kit.Page
	Rows []thanksRow
	Next string
}

type thanksRow struct{ Text, Title, Team, At string }

// thanks shows what happy people wrote to the actor's teams. No figure and no
// name stands in it.
func (p *pages) thanks(c kit.Context) error {
	actor, ctx := kit.Actor(c), c.Request().Context()
	if err := worksHere(actor); err != nil {
		return err
	}
	before, err := casework.ParseThanksCursor(c.QueryParam("before"))
	if err != nil {
		return err
	}
	teams := actor.Departments
	if teams == nil {
		teams = []uuid.UUID{}
	}
	list, err := casework.ThanksFor(ctx, p.DB, teams, before, thanksPage+1)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	v := &thanksView{Page: kit.NewPage(c, "talk.thanks.title")}
	v.Nav, v.Robots = "desk", "noindex"
	if len(list) > thanksPage {
		list = list[:thanksPage]
		last := list[thanksPage-1]
		v.Next = "/desk/thanks?before=" + casework.ThanksCursor{At: last.At, ID: last.Ref.ID}.String()
	}
	for _, t := range list {
		row := thanksRow{Text: t.Text, Title: t.Title, At: v.Loc.Date(t.At, now)}
		if d, ok := cat.DepartmentByID(t.Team); ok {
			row.Team = d.Name.In(v.Loc.Lang())
		}
		v.Rows = append(v.Rows, row)
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, thanksList(v))
}
