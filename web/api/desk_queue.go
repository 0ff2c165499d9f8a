package api

import (
	"context"
	"net/http"
	"net/url"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// deskRow is a case in the list.
type deskRow struct {
	Number     string     `json:"number" example:"M-2026-7K3QX9"`
	Title      string     `json:"title"`
	Category   string     `json:"category" doc:"Key; empty where it is none in use."`
	Status     string     `json:"status"`
	Label      string     `json:"status_label"`
	Since      string     `json:"status_since" format:"date-time"`
	Open       bool       `json:"open"`
	Priority   string     `json:"priority" enum:"normal,high"`
	TargetAt   string     `json:"target_at,omitempty" format:"date-time"`
	Stopped    bool       `json:"clock_stopped"`
	Held       bool       `json:"held" doc:"Text or photo wait for release."`
	Objection  bool       `json:"objection" doc:"Somebody sees it differently and waits for the decision."`
	AnsweredAt string     `json:"answered_at,omitempty" format:"date-time" doc:"The person who reported it has written, and nobody has acted since."`
	Department namedPart  `json:"department"`
	Person     *person    `json:"person,omitempty" doc:"Who has it; missing: nobody."`
	Place      *deskPlace `json:"place,omitempty"`
	MeToo      int        `json:"me_too"`
	FixedYes   int        `json:"fixed_yes" doc:"How many say that it is solved."`
	FixedNo    int        `json:"fixed_no" doc:"How many say that it is not."`
	CreatedAt  string     `json:"created_at" format:"date-time"`
	Version    int        `json:"case_version"`
}

type deskPlace struct {
	Lon      *float64 `json:"lon,omitempty"`
	Lat      *float64 `json:"lat,omitempty"`
	Address  string   `json:"address"`
	District string   `json:"district" doc:"Ref."`
}

// deskCount is how many cases a filter finds.
type deskCount struct {
	N    int  `json:"n" doc:"Exact up to 1000."`
	More bool `json:"more" doc:"There are more than n."`
	None bool `json:"none" doc:"Not counted: the list of one colleague has no figure."`
}

type deskQueue struct {
	Items []deskRow `json:"items" nullable:"false"`
	Count deskCount `json:"count"`
	Next  string    `json:"next,omitempty" doc:"Send it as after for the next page; missing at the end."`
}

// QueueParams are the filters of the desk's list. huma reads exported parts only.
type QueueParams struct {
	State     string   `query:"state" enum:"closed,all" doc:"Open cases unless said otherwise."`
	Status    []string `query:"status,explode" nullable:"false" maxItems:"50" doc:"Statuses; may be repeated."`
	Team      []string `query:"team,explode" nullable:"false" maxItems:"50" doc:"Keys of departments; may be repeated."`
	Who       string   `query:"who" doc:"me, nobody, or the id of a colleague (open cases only, and never counted)."`
	Priority  string   `query:"priority" enum:"high,normal" doc:"How urgent."`
	Group     []string `query:"group,explode" nullable:"false" maxItems:"50" doc:"Keys of groups of categories; may be repeated."`
	Category  []string `query:"category,explode" nullable:"false" maxItems:"50" doc:"Keys of categories; may be repeated."`
	District  []string `query:"district,explode" nullable:"false" maxItems:"50" doc:"Refs of districts; may be repeated."`
	BBox      string   `query:"bbox" doc:"west,south,east,north in degrees of WGS 84."`
	Near      string   `query:"near" doc:"lon,lat: cases around a point." example:"11.5755,48.1374"`
	Metres    int      `query:"m" minimum:"1" maximum:"20000" doc:"How far around near; 200 unless said otherwise."`
	At        string   `query:"at" maxLength:"200" doc:"The address that near stands for, kept for people."`
	Due       string   `query:"due" enum:"today,week,late,late3,none" doc:"By the target: today, this week, late, late three times, or without one."`
	Paused    string   `query:"paused" enum:"1" doc:"The clock stands."`
	Waiting   string   `query:"waiting" enum:"1" doc:"For an answer of the person who reported."`
	Answered  string   `query:"answered" enum:"1" doc:"They have written, and nobody has acted since."`
	Held      string   `query:"held" enum:"any,text,photo" doc:"What waits for release."`
	Photo     string   `query:"photo" enum:"yes,no" doc:"With or without a photo."`
	Channel   []string `query:"channel,explode" nullable:"false" maxItems:"50" doc:"How it came: web, phone, counter, letter, mail, api; may be repeated."`
	From      string   `query:"from" doc:"Reported on this day or later." example:"2026-03-01"`
	To        string   `query:"to" doc:"Reported on this day or earlier."`
	Since     string   `query:"since" doc:"Changed on this day or later."`
	Till      string   `query:"till" doc:"Changed on this day or earlier."`
	Object    string   `query:"object" doc:"any: about a lamp, bin or other object; or the id of one."`
	Reopened  int      `query:"reopened" minimum:"1" maximum:"100" doc:"At least so often."`
	Objection string   `query:"objection" enum:"1" doc:"With an objection that waits."`
	Fixed     string   `query:"fixed" enum:"1" doc:"People say that it is solved."`
	MeToo     int      `query:"metoo" minimum:"1" maximum:"1000000" doc:"At least so many are concerned."`
	Notes     string   `query:"notes" enum:"1" doc:"With notes of the team."`
	Resubmit  string   `query:"resubmit" enum:"mine,due" doc:"That come back to you: on any day, or by today."`
	Moved     int      `query:"moved" minimum:"1" maximum:"100" doc:"Between departments, at least so often."`
	Area      string   `query:"area" doc:"Inside a drawn area: its corners as lon_lat~lon_lat~…, at most 60."`
	Event     string   `query:"event" doc:"Id of a big event."`
	Text      string   `query:"q" maxLength:"200" doc:"Words, a street, a name of a kind or a public number."`
	Sort      string   `query:"sort" enum:"new,old" doc:"What is due first comes first unless said otherwise."`
}

func (a *api) queueOps() {
	type input struct {
		QueueParams

		After string `query:"after" maxLength:"200" doc:"next of the page before."`
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Cases on a page."`
	}
	deskRead(a, op{
		id: "listCases", method: http.MethodGet, path: "/desk/reports", hidden: true,
		summary: "List cases",
		detail:  "The cases of your team, with all filters of the desk's list. Pages follow each other by a cursor and stay quick with a million cases. A team that is not yours answers 404.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *input) (deskQueue, error) {
		f, err := a.filterIn(k.c.QueryParams())
		if err != nil {
			return deskQueue{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return deskQueue{}, err
		}
		list, err := a.Queue.List(ctx, actor, f, casework.Page{After: in.After, Limit: in.Limit})
		if err != nil {
			return deskQueue{}, parameter(err)
		}
		out := deskQueue{Items: make([]deskRow, len(list.Rows)), Count: deskCount(list.Count), Next: list.Next}
		for i := range list.Rows {
			out.Items[i] = a.deskRow(k, cat, &list.Rows[i])
		}
		return out, nil
	})
}

// filterIn reads a filter of the desk's list.
func (a *api) filterIn(values url.Values) (casework.QueueFilter, error) {
	f, err := casework.ParseQueue(values, a.Queue.Zone())
	if err != nil {
		return f, parameter(err)
	}
	return f, nil
}

func (a *api) deskRow(k *call, cat *categories.Catalogue, r *casework.Row) deskRow {
	lang := k.loc().Lang()
	out := deskRow{
		Number: r.Number.Format(subject.PrefixReport), Title: r.Titles.In(lang), Status: r.Status, Since: stamp(r.StatusAt),
		Label: reports.StatusLabel(k.loc(), reports.Status(r.Status), r.Quiet), Open: r.Open, Priority: string(r.Priority), TargetAt: stampOf(r.Due),
		Stopped: r.Paused, Held: r.Held, Objection: r.Objection, AnsweredAt: stampOf(r.Answered), Person: personOf(r.Person, r.PersonName),
		Place: &deskPlace{Address: r.Place, District: r.District}, MeToo: r.Counts.MeToo, FixedYes: r.Counts.FixedYes, FixedNo: r.Counts.FixedNo,
		CreatedAt: stamp(r.CreatedAt), Version: r.Version,
	}
	if c := cat.ByID(r.Category); c != nil {
		out.Category = c.Key
	}
	if d, ok := cat.DepartmentByID(r.Department); ok {
		out.Department = namedPart{Key: d.Key, Name: d.Name.In(lang)}
	}
	if r.Point != nil {
		out.Place.Lon, out.Place.Lat = &r.Point.Lon, &r.Point.Lat
	}
	return out
}
