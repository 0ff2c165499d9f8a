package deskpages

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/web/kit"
)

// mineViews are the standard views about the clerk's own day; the others are
// the team's.
func mineView(key string) bool {
	switch key {
	case "mine", "answers", "held", "today", "late":
		return true
	}
	return false
}

// rail is the views beside the list with their numbers.
func (p *pages) rail(ctx context.Context, pg kit.Page, actor accounts.Actor, l place) ([]viewGroup, error) {
	views := casework.StandardViews()
	kept, err := p.Queue.Views(ctx, actor)
	if err != nil {
		return nil, err
	}
	views = append(views, kept...)
	filters := make([]casework.QueueFilter, len(views))
	for i := range views {
		filters[i] = views[i].Filter
	}
	counts, err := p.Queue.Counts(ctx, actor, filters)
	if err != nil {
		return nil, err
	}
	here := place{QueueFilter: l.QueueFilter, zone: l.zone}.query()
	mine := viewGroup{Name: pg.T("queue.views.mine")}
	team := viewGroup{Name: pg.T("queue.views.team")}
	saved := viewGroup{Name: pg.T("queue.views.kept")}
	for i, v := range views {
		link := viewLink{
			URL: l.with(v.Filter).path(), Label: v.Name, N: countText(pg, counts[i]), On: place{QueueFilter: v.Filter, zone: l.zone}.query() == here,
			Late: v.Key == "late" && counts[i].N > 0,
		}
		if v.Mine {
			link.ID = v.ID.String()
		}
		switch v.Key {
		case "":
			saved.Links = append(saved.Links, link)
			continue
		case "closed": // as many as there are: no figure to work by
			link.N = ""
		}
		link.Label = pg.T("queue.view." + v.Key)
		if mineView(v.Key) {
			mine.Links = append(mine.Links, link)
		} else {
			team.Links = append(team.Links, link)
		}
	}
	groups := []viewGroup{mine, team}
	if len(saved.Links) > 0 {
		groups = append(groups, saved)
	}
	return groups, nil
}

// headingOf is the name of the view that is on.
func headingOf(p kit.Page, groups []viewGroup) string {
	for _, g := range groups {
		for _, v := range g.Links {
			if v.On {
				return v.Label
			}
		}
	}
	return p.T("queue.view.filtered")
}

// keepFor lists for whom a view can be kept: oneself, and each team.
func (p *pages) keepFor(pg kit.Page, cat *categories.Catalogue, actor accounts.Actor) []kit.Option {
	out := []kit.Option{{Value: "", Label: pg.T("queue.keep.me"), On: true}}
	for _, d := range cat.Departments {
		if actor.Worked(d.ID) {
			out = append(out, kit.Option{Value: d.Key, Label: d.Name.In(pg.Lang)})
		}
	}
	return out
}

// keepView keeps the filters of the address under a name.
func (p *pages) keepView(c kit.Context) error {
	var in struct {
		Name string `form:"name"`
		Team string `form:"for"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	l, err := p.readPlace(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := casework.View{Name: in.Name, Filter: l.QueueFilter}
	if in.Team != "" {
		cat, err := p.Categories.Catalogue(ctx)
		if err != nil {
			return err
		}
		d, _ := cat.Department(in.Team)
		v.Team = d.ID
		if d.ID == uuid.Nil {
			return refuse("desk.why.staff")
		}
	}
	if err := p.Queue.KeepView(ctx, actor, v); err != nil {
		return err
	}
	kit.Flash(c, "success", "queue.keep.done")
	return kit.Redirect(c, l.path())
}

// dropView deletes a kept view.
func (p *pages) dropView(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return missingView()
	}
	if err := p.Queue.DropView(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "queue.keep.gone")
	return kit.Redirect(c, "/desk")
}
