package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// absence is a time in which somebody's cases are a deputy's.
type absence struct {
	From   string `json:"from" format:"date"`
	To     string `json:"to" format:"date" doc:"The last day."`
	Person person `json:"person"`
	Deputy person `json:"deputy"`
	Yours  bool   `json:"yours" doc:"You are away; else you stand in."`
}

type absenceList struct {
	Items    []absence `json:"items" nullable:"false" doc:"Yours, and those in which you stand in, that are not over."`
	Deputies []person  `json:"possible_deputies" nullable:"false" doc:"Colleagues who can stand in for you."`
}

type newAbsence struct {
	From   string `json:"from" format:"date" example:"2026-08-03"`
	To     string `json:"to" format:"date" doc:"The last day." example:"2026-08-21"`
	Deputy string `json:"deputy" format:"uuid" doc:"Somebody of your department."`
}

// FromParam is the first day of an absence in a path; huma reads exported parts only.
type FromParam struct {
	From string `path:"from" format:"date" maxLength:"10" doc:"The first day." example:"2026-08-03"`
}

// thanks is a line that a happy person wrote to a team.
type thanks struct {
	Title      string `json:"title" doc:"Of the case: kind and street."`
	Department string `json:"department" doc:"Key."`
	Text       string `json:"text"`
	At         string `json:"at" format:"date-time"`
}

type thanksList struct {
	Items []thanks `json:"items" nullable:"false" doc:"Newest first."`
	Next  string   `json:"next,omitempty" doc:"Send it as before for the next page; missing at the end."`
}

func (a *api) awayOps() {
	deskRead(a, op{
		id: "listAbsences", method: http.MethodGet, path: "/desk/absences",
		summary: "List absences", detail: "While somebody is away their cases are their deputy's; no row changes hands.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (absenceList, error) {
		if err := casework.MayQueue(actor); err != nil {
			return absenceList{}, err
		}
		today, err := casework.Today(ctx, a.DB, a.Zone)
		if err != nil {
			return absenceList{}, err
		}
		list, err := casework.AbsencesOf(ctx, a.DB, actor.Person, today)
		if err != nil {
			return absenceList{}, err
		}
		out := absenceList{Items: make([]absence, len(list))}
		for i := range list {
			out.Items[i] = absenceOf(actor, &list[i])
		}
		out.Deputies, err = a.deputies(ctx, actor)
		return out, err
	})
	type set struct {
		OnceParam
		Body newAbsence
	}
	deskWrite(a, op{
		id: "addAbsence", method: http.MethodPost, path: "/desk/absences", hidden: true, status: http.StatusCreated,
		summary: "Be away", detail: "With the deputy whose cases yours are then. At most a year, and no two at the same time.",
	}, func(ctx context.Context, d *desk, in *set) (absence, error) {
		n := casework.Absence{Person: d.actor.Person}
		var wrong fault.Fields
		day := func(name, text string) time.Time {
			at, err := time.Parse(time.DateOnly, text)
			if err != nil || at.Year() > 2200 {
				wrong.Add(name, "api.field.day")
			}
			return at
		}
		n.From, n.To = day("/from", in.Body.From), day("/to", in.Body.To)
		var err error
		if n.Deputy, err = uuid.Parse(in.Body.Deputy); err != nil {
			wrong.Add("/deputy", "case.err.deputy")
		}
		if err := wrong.Err(); err != nil {
			return absence{}, err
		}
		if err := casework.SetAbsence(ctx, d.tx, d.actor, n); err != nil {
			return absence{}, err
		}
		list, err := casework.AbsencesOf(ctx, d.tx, d.actor.Person, n.From)
		for i := range list {
			if d.actor.Is(list[i].Person) && list[i].From.Equal(n.From) {
				return absenceOf(d.actor, &list[i]), err
			}
		}
		return absence{}, err
	})
	type ended struct {
		FromParam
		OnceParam
	}
	deskDrop(a, op{
		id: "endAbsence", method: http.MethodDelete, path: "/desk/absences/{from}",
		summary: "Be back", detail: "One that has not begun goes; one that has begun ends yesterday.",
	}, func(ctx context.Context, d *desk, in *ended) error {
		from, err := time.Parse(time.DateOnly, in.From)
		if err != nil {
			return fault.Missing("absence").Because(err)
		}
		today, err := casework.Today(ctx, d.tx, a.Zone)
		if err != nil {
			return err
		}
		return casework.EndAbsence(ctx, d.tx, d.actor, from, today)
	})
	a.thanksOps()
}

func absenceOf(actor accounts.Actor, n *casework.Absence) absence {
	return absence{
		From: n.From.Format(time.DateOnly), To: n.To.Format(time.DateOnly), Person: person{ID: n.Person, Name: n.PersonName},
		Deputy: person{ID: n.Deputy, Name: n.DeputyName}, Yours: actor.Is(n.Person),
	}
}

// deputies are the colleagues of all the actor's departments.
func (a *api) deputies(ctx context.Context, actor accounts.Actor) ([]person, error) {
	out := []person{}
	seen := map[uuid.UUID]bool{actor.Person: true}
	for _, d := range actor.Departments {
		team, err := casework.Colleagues(ctx, a.DB, d)
		if err != nil {
			return nil, err
		}
		for _, c := range team {
			if !seen[c.ID] {
				seen[c.ID] = true
				out = append(out, person{ID: c.ID, Name: c.Name})
			}
		}
	}
	return out, nil
}

func (a *api) thanksOps() {
	type input struct {
		Before string `query:"before" maxLength:"80" doc:"next of the page before."`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Lines on a page."`
	}
	deskRead(a, op{
		id: "listThanks", method: http.MethodGet, path: "/desk/thanks",
		summary: "List words of thanks", detail: "What people wrote to your teams when a case was closed and they were happy. For the team, never for a person.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (thanksList, error) {
		if err := casework.MayQueue(actor); err != nil {
			return thanksList{}, err
		}
		before, err := casework.ParseThanksCursor(in.Before)
		if err != nil {
			return thanksList{}, fault.OnField("before", "api.field.cursor").Because(err)
		}
		teams := append([]uuid.UUID{}, actor.Departments...) // none is nobody's thanks, not everybody's
		list, err := casework.ThanksFor(ctx, a.DB, teams, before, in.Limit+1)
		if err != nil {
			return thanksList{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		out := thanksList{Items: []thanks{}}
		if len(list) > in.Limit {
			list = list[:in.Limit]
			last := list[in.Limit-1]
			out.Next = casework.ThanksCursor{At: last.At, ID: last.Ref.ID}.String()
		}
		for _, t := range list {
			line := thanks{Title: t.Title, Text: t.Text, At: stamp(t.At)}
			if d, ok := cat.DepartmentByID(t.Team); ok {
				line.Department = d.Key
			}
			out.Items = append(out.Items, line)
		}
		return out, err
	})
}
