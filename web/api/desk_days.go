package api

import (
	"context"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// dayList is the cases that somebody visits on a day, in the order of the way.
type dayList struct {
	Day     string    `json:"day" format:"date"`
	Start   *dayStart `json:"start,omitempty" doc:"Where the way begins; missing: at the first stop."`
	Metres  int       `json:"metres" doc:"Of the way, as the crow flies."`
	Stops   []dayStop `json:"stops" nullable:"false" doc:"In the order of the way."`
	Added   *int      `json:"added,omitempty" doc:"After addStops: how many are new."`
	DoneYet int       `json:"done" doc:"How many stops are done."`
}

type dayStart struct {
	Lon     float64 `json:"lon" minimum:"-180" maximum:"180"`
	Lat     float64 `json:"lat" minimum:"-90" maximum:"90"`
	Address string  `json:"address,omitempty" maxLength:"200" doc:"For people."`
}

type dayStop struct {
	Number   string    `json:"number"`
	Title    string    `json:"title"`
	Status   string    `json:"status"`
	Label    string    `json:"status_label"`
	Priority string    `json:"priority" enum:"normal,high"`
	TargetAt string    `json:"target_at,omitempty" format:"date-time"`
	Place    deskPlace `json:"place"`
	DoneAt   string    `json:"done_at,omitempty" format:"date-time"`
}

type newStops struct {
	Numbers []string `json:"numbers" nullable:"false" minItems:"1" maxItems:"60" doc:"Cases of your list."`
}

type newOrder struct {
	Start *dayStart `json:"start,omitempty" doc:"Missing: the way begins at the first stop."`
}

type stopState struct {
	Done bool `json:"done"`
}

// DayParam is a day in a path; huma reads exported parts only.
type DayParam struct {
	Day string `path:"day" maxLength:"10" doc:"A day, or today." example:"today"`
}

func (a *api) dayOps() {
	deskRead(a, op{
		id: "getDayList", method: http.MethodGet, path: "/desk/shortlists/{day}",
		summary: "Read your list of a day", detail: "The cases that you visit, in the order of the way. Nobody else sees it, and it is kept for 14 days.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *DayParam) (dayList, error) {
		day, err := a.dayIn(ctx, in.Day)
		if err != nil {
			return dayList{}, err
		}
		return dayOf(ctx, k.loc().Lang(), a, a.Queue, actor, day)
	})
	type stops struct {
		DayParam
		OnceParam
		Body newStops
	}
	deskWrite(a, op{
		id: "addStops", method: http.MethodPost, path: "/desk/shortlists/{day}/stops",
		summary: "Put cases onto the list of a day", detail: "Behind those that are there, at most 60; one that is on it already stays where it is. Up to 14 days from today.",
	}, func(ctx context.Context, d *desk, in *stops) (dayList, error) {
		day, err := a.dayIn(ctx, in.Day)
		if err != nil {
			return dayList{}, err
		}
		refs, err := d.refsOf(ctx, in.Body.Numbers)
		if err != nil {
			return dayList{}, err
		}
		n, err := d.queue.AddStops(ctx, d.actor, day, refs)
		if err != nil {
			return dayList{}, renamed(err, map[string]string{"case": "/numbers"})
		}
		out, err := dayOf(ctx, d.actor.Locale, a, d.queue, d.actor, day)
		out.Added = &n
		return out, err
	})
	type order struct {
		DayParam
		OnceParam
		Body newOrder
	}
	deskWrite(a, op{
		id: "arrangeDay", method: http.MethodPut, path: "/desk/shortlists/{day}/order",
		summary: "Put the stops into the order of a short way", detail: "As the crow flies, from a start or from the first stop.",
	}, func(ctx context.Context, d *desk, in *order) (dayList, error) {
		day, err := a.dayIn(ctx, in.Day)
		if err != nil {
			return dayList{}, err
		}
		var start *subject.Point
		at := ""
		if s := in.Body.Start; s != nil {
			start, at = &subject.Point{Lon: s.Lon, Lat: s.Lat}, kit.Clean(s.Address, false)
		}
		if err := d.queue.Arrange(ctx, d.actor, day, start, at); err != nil {
			return dayList{}, renamed(err, map[string]string{"at": "/start"})
		}
		return dayOf(ctx, d.actor.Locale, a, d.queue, d.actor, day)
	})
	a.stopOps()
}

func (a *api) stopOps() {
	type tick struct {
		DayParam
		NumberParam
		OnceParam
		Body stopState
	}
	deskWrite(a, op{
		id: "tickStop", method: http.MethodPut, path: "/desk/shortlists/{day}/stops/{number}",
		summary: "Say that a stop is done, or not yet", detail: "On your list of the day only: the case itself stays as it is.",
	}, func(ctx context.Context, d *desk, in *tick) (dayList, error) {
		return a.onStop(ctx, d, in.Day, in.Number, func(day time.Time, ref subject.Ref) error {
			return d.queue.Tick(ctx, d.actor, day, ref, in.Body.Done)
		})
	})
	type drop struct {
		DayParam
		NumberParam
		OnceParam
	}
	deskWrite(a, op{
		id: "dropStop", method: http.MethodDelete, path: "/desk/shortlists/{day}/stops/{number}",
		summary: "Take a case off the list of a day", detail: "The case itself stays as it is.",
	}, func(ctx context.Context, d *desk, in *drop) (dayList, error) {
		return a.onStop(ctx, d, in.Day, in.Number, func(day time.Time, ref subject.Ref) error { return d.queue.DropStop(ctx, d.actor, day, ref) })
	})
}

func (a *api) onStop(ctx context.Context, d *desk, dayText, text string, do func(day time.Time, ref subject.Ref) error) (dayList, error) {
	day, err := a.dayIn(ctx, dayText)
	if err != nil {
		return dayList{}, err
	}
	if _, err := number(text); err != nil {
		return dayList{}, err
	}
	refs, err := d.refsOf(ctx, []string{text})
	if err != nil {
		return dayList{}, err
	}
	if err := do(day, refs[0]); err != nil {
		return dayList{}, err
	}
	return dayOf(ctx, d.actor.Locale, a, d.queue, d.actor, day)
}

// refsOf are cases of the actor's list by their numbers. One that is none of
// theirs is not found.
func (d *desk) refsOf(ctx context.Context, texts []string) ([]subject.Ref, error) {
	numbers := make([]subject.Number, 0, len(texts))
	for _, text := range texts {
		n, err := number(text)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	rows, _, err := d.queue.Select(ctx, d.actor, casework.QueueFilter{}, numbers, false)
	if err != nil {
		return nil, err
	}
	at := map[subject.Number]subject.Ref{}
	for _, r := range rows {
		at[r.Number] = r.Ref
	}
	refs := make([]subject.Ref, 0, len(numbers))
	for _, n := range numbers {
		ref, ok := at[n]
		if !ok {
			return nil, fault.Missing("report")
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// dayIn is the day of a path.
func (a *api) dayIn(ctx context.Context, text string) (time.Time, error) {
	if text == "today" {
		return casework.Today(ctx, a.DB, a.Queue.Zone())
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, fault.Missing("report").Because(err)
	}
	return day, nil
}

func dayOf(ctx context.Context, lang string, a *api, q *casework.Queue, actor accounts.Actor, day time.Time) (dayList, error) {
	l, err := q.ShortlistOf(ctx, actor, day)
	if err != nil {
		return dayList{}, err
	}
	out := dayList{Day: day.Format(time.DateOnly), Metres: l.Metres, Stops: make([]dayStop, len(l.Stops))}
	if l.Start != nil {
		out.Start = &dayStart{Lon: l.Start.Lon, Lat: l.Start.Lat, Address: l.StartAt}
	}
	loc := a.router.Messages().For(lang)
	for i, s := range l.Stops {
		stop := dayStop{
			Number: s.Number.Format(subject.PrefixReport), Title: s.Titles.In(lang), Status: s.Status, Priority: string(s.Priority),
			Label: reports.StatusLabel(loc, reports.Status(s.Status), s.Quiet), TargetAt: stampOf(s.Due), DoneAt: stampOf(s.Done),
			Place: deskPlace{Address: s.Place, District: s.District},
		}
		if s.Point != nil {
			stop.Place.Lon, stop.Place.Lat = &s.Point.Lon, &s.Point.Lat
		}
		if s.Done != nil {
			out.DoneYet++
		}
		out.Stops[i] = stop
	}
	return out, nil
}
