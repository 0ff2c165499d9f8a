package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// deskView is a filter under a name, with how many cases it finds now.
type deskView struct {
	ID    *uuid.UUID `json:"id,omitempty" format:"uuid" doc:"Of a saved one."`
	Key   string     `json:"key,omitempty" doc:"Of one that everybody has." example:"late"`
	Name  string     `json:"name"`
	Team  string     `json:"team,omitempty" doc:"Key of the department that it belongs to; missing: your own, or one that everybody has."`
	Query string     `json:"query" doc:"The parameters of listCases." example:"due=late&sort=old"`
	Yours bool       `json:"yours" doc:"You may rename and delete it."`
	Count deskCount  `json:"count"`
}

type deskViews struct {
	Items []deskView `json:"items" nullable:"false"`
}

// newView is a view to be kept.
type newView struct {
	Name  string `json:"name" minLength:"1" maxLength:"60" example:"Radwege, 10 Tage"`
	Query string `json:"query" maxLength:"1500" doc:"The parameters of listCases; empty: all open cases." example:"group=strasse&due=late"`
	Team  string `json:"team,omitempty" maxLength:"60" doc:"Key of a department in which you work: everybody there sees the view. Missing: only you."`
}

// viewChange is what changes of a view.
type viewChange struct {
	Name  *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
	Query *string `json:"query,omitempty" maxLength:"1500" doc:"The parameters of listCases."`
}

func (a *api) viewOps() {
	deskRead(a, op{
		id: "listViews", method: http.MethodGet, path: "/desk/views",
		summary: "List saved views", detail: "Those that everybody has, your own and your teams', each with how many cases it finds now.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (deskViews, error) {
		views := casework.StandardViews()
		kept, err := a.Queue.Views(ctx, actor)
		if err != nil {
			return deskViews{}, err
		}
		views = append(views, kept...)
		filters := make([]casework.QueueFilter, len(views))
		for i := range views {
			filters[i] = views[i].Filter
		}
		counts, err := a.Queue.Counts(ctx, actor, filters)
		if err != nil {
			return deskViews{}, err
		}
		out := deskViews{Items: make([]deskView, len(views))}
		for i := range views {
			if out.Items[i], err = a.viewOf(ctx, k.loc().T, &views[i]); err != nil {
				return deskViews{}, err
			}
			out.Items[i].Count = deskCount(counts[i])
		}
		return out, nil
	})
	type added struct {
		OnceParam
		Body newView
	}
	deskWrite(a, op{
		id: "saveView", method: http.MethodPost, path: "/desk/views", hidden: true, status: http.StatusCreated,
		summary: "Save a view", detail: "Under a name that is taken it keeps the new filter. At most 30 are yours.",
	}, func(ctx context.Context, d *desk, in *added) (deskView, error) {
		f, err := a.queryIn("/query", in.Body.Query)
		if err != nil {
			return deskView{}, err
		}
		v := casework.View{Name: in.Body.Name, Filter: f}
		if v.Team, err = a.teamIn(ctx, in.Body.Team); err != nil {
			return deskView{}, err
		}
		if err := d.queue.KeepView(ctx, d.actor, v); err != nil {
			return deskView{}, err
		}
		return a.savedView(ctx, d, v)
	})
	type changed struct {
		ThingParam
		OnceParam
		Body viewChange
	}
	deskDrop(a, op{
		id: "changeView", method: http.MethodPatch, path: "/desk/views/{id}",
		summary: "Rename a view or change its filter", detail: "Your own, or your team's if you saved it or lead the team. 409: the name is taken.",
	}, func(ctx context.Context, d *desk, in *changed) error {
		id, err := thing(in.ID, "view")
		if err != nil {
			return err
		}
		c := casework.ViewChange{Name: in.Body.Name}
		if in.Body.Query != nil {
			f, err := a.queryIn("/query", *in.Body.Query)
			if err != nil {
				return err
			}
			c.Filter = &f
		}
		return d.queue.ChangeView(ctx, d.actor, id, c)
	})
	type dropped struct {
		ThingParam
		OnceParam
	}
	deskDrop(a, op{
		id: "deleteView", method: http.MethodDelete, path: "/desk/views/{id}",
		summary: "Delete a view", detail: "Your own, or your team's if you saved it or lead the team.",
	}, func(ctx context.Context, d *desk, in *dropped) error {
		id, err := thing(in.ID, "view")
		if err != nil {
			return err
		}
		return d.queue.DropView(ctx, d.actor, id)
	})
}

// savedView is a view that was just kept, with its id and count.
func (a *api) savedView(ctx context.Context, d *desk, v casework.View) (deskView, error) {
	list, err := d.queue.Views(ctx, d.actor)
	if err != nil {
		return deskView{}, err
	}
	name := strings.Join(strings.Fields(v.Name), " ")
	i := slices.IndexFunc(list, func(o casework.View) bool { return o.Team == v.Team && o.Name == name })
	if i < 0 {
		return deskView{}, fault.Missing("view")
	}
	counts, err := d.queue.Counts(ctx, d.actor, []casework.QueueFilter{list[i].Filter})
	if err != nil {
		return deskView{}, err
	}
	out, err := a.viewOf(ctx, nil, &list[i])
	out.Count = deskCount(counts[0])
	return out, err
}

// viewOf is a view without its count; t gives those that everybody has a name.
func (a *api) viewOf(ctx context.Context, t func(string, ...any) string, v *casework.View) (deskView, error) {
	out := deskView{Key: v.Key, Name: v.Name, Query: v.Filter.Values(a.Queue.Zone()).Encode(), Yours: v.Mine}
	if v.Key != "" {
		out.Name = t("queue.view." + v.Key)
	}
	if v.ID != uuid.Nil {
		out.ID = &v.ID
	}
	if v.Team != uuid.Nil {
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return out, err
		}
		if d, ok := cat.DepartmentByID(v.Team); ok {
			out.Team = d.Key
		}
	}
	return out, nil
}

// queryIn reads a filter that was sent as the parameters of listCases.
func (a *api) queryIn(field, query string) (casework.QueueFilter, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return casework.QueueFilter{}, fault.OnField(field, "api.field.wrong").Because(err)
	}
	f, err := a.filterIn(values)
	if err != nil {
		return f, fault.OnField(field, "queue.err.filter").Because(err)
	}
	return f, nil
}

// teamIn is the department with a key; zero for none. One that does not exist is
// not found.
func (a *api) teamIn(ctx context.Context, key string) (uuid.UUID, error) {
	if key == "" {
		return uuid.Nil, nil
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	d, ok := cat.Department(key)
	if !ok {
		return uuid.Nil, fault.Missing("department")
	}
	return d.ID, nil
}
