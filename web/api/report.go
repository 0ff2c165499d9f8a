package api

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// report is one report, as whoever asks may see it.
type report struct {
	Number      string     `json:"number" example:"M-2026-7K3QX9"`
	Title       string     `json:"title" doc:"Made by the system: kind and street."`
	Category    namedPart  `json:"category"`
	Status      statusOf   `json:"status"`
	Version     int        `json:"version" doc:"Counts changes; send it along when you set the status."`
	Place       place      `json:"place"`
	Text        string     `json:"text,omitempty" doc:"In the words of the person who reported it, if you may read it."`
	TextState   string     `json:"text_state,omitempty" enum:"held,released,withheld" doc:"Only for the person who reported it and the team: whether the text is public."`
	Language    string     `json:"language,omitempty" doc:"Of the text."`
	Photos      []photo    `json:"photos" nullable:"false"`
	Answers     []answered `json:"answers" nullable:"false"`
	Department  namedPart  `json:"department" doc:"The team in charge."`
	Outside     string     `json:"outside_body,omitempty" doc:"Who is in charge where the city is not."`
	Object      string     `json:"object,omitempty" doc:"Code of the object that it is about (getObject)."`
	Target      string     `json:"target,omitempty" doc:"The aim, and honestly whether it was missed, in words."`
	DueAt       string     `json:"due_at,omitempty" format:"date-time" doc:"The aim that holds now."`
	MeToo       int        `json:"me_too" doc:"How many are concerned, the person who reported it not counted."`
	MineMeToo   bool       `json:"mine_me_too" doc:"Whether the visitor who asks is among them."`
	Visibility  string     `json:"visibility" enum:"public,held,private,hidden,draft"`
	CreatedAt   string     `json:"created_at" format:"date-time"`
	ChangedAt   string     `json:"changed_at" format:"date-time"`
	ClosedAt    string     `json:"closed_at,omitempty" format:"date-time"`
	DuplicateOf string     `json:"duplicate_of,omitempty" doc:"Number of the report where it goes on."`
	Merged      []string   `json:"merged" nullable:"false" doc:"Numbers of reports that were joined to this one."`
	Dialogue    []message  `json:"dialogue" nullable:"false" doc:"Between the person who reported it and the team; only for these two."`
	May         []string   `json:"may" nullable:"false" doc:"What you may do now: me_too, add, answer, withdraw, set_status."`
	Next        []string   `json:"next_statuses" nullable:"false" doc:"What the status may be set to, for those who may set it."`
	Links       links      `json:"links"`
}

type namedPart struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

type statusShort struct {
	Code  string `json:"code" example:"in_progress"`
	Class string `json:"class" enum:"open,work,done,other"`
	Label string `json:"label" example:"In Arbeit"`
	Since string `json:"since" format:"date-time"`
}

type statusOf struct {
	Code  string `json:"code" example:"in_progress"`
	Class string `json:"class" enum:"open,work,done,other"`
	Label string `json:"label" example:"In Arbeit"`
	Since string `json:"since" format:"date-time"`
	Text  string `json:"text" doc:"What it means."`
	Next  string `json:"next" doc:"What happens next, and by when."`
}

type place struct {
	Lon          float64 `json:"lon"`
	Lat          float64 `json:"lat"`
	Address      string  `json:"address,omitempty"`
	Note         string  `json:"note,omitempty" doc:"Only for the person who reported it and the team."`
	District     string  `json:"district,omitempty" doc:"Ref of the district."`
	DistrictName string  `json:"district_name,omitempty"`
}

type photo struct {
	ID     uuid.UUID `json:"id"`
	Alt    string    `json:"alt"`
	Held   bool      `json:"held" doc:"Not public yet, and not to be had by its address."`
	URL    string    `json:"url,omitempty" format:"uri"`
	Thumb  string    `json:"thumb,omitempty" format:"uri"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

type answered struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	TeamOnly bool   `json:"team_only"`
}

type message struct {
	Direction string `json:"direction" enum:"in,out" doc:"in: from the person who reported it."`
	Kind      string `json:"kind"`
	Text      string `json:"text"`
	Deadline  string `json:"deadline,omitempty" format:"date-time"`
	At        string `json:"at" format:"date-time"`
}

type links struct {
	Self     string `json:"self" format:"uri"`
	Timeline string `json:"timeline" format:"uri"`
	Page     string `json:"page" format:"uri" doc:"The page for people."`
}

func (a *api) linksOf(n subject.Number) links {
	name := n.Format(subject.PrefixReport)
	self := a.router.URL(Root + "/reports/" + name)
	return links{Self: self, Timeline: self + "/timeline", Page: a.router.URL("/reports/" + name)}
}

// stamp is a time as JSON has it, in UTC.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func stampOf(at *time.Time) string {
	if at == nil {
		return ""
	}
	return stamp(*at)
}

func (a *api) now(ctx context.Context) (time.Time, error) {
	now, err := db.Now(ctx, a.DB)
	return now.In(a.Zone), err
}

// statusOf says where a report stands. now is the database's time.
func (a *api) statusOf(ctx context.Context, k *call, v *reports.View, now time.Time) (statusOf, error) {
	loc := k.loc()
	facts, err := a.Reports.Facts(ctx, v, loc.Lang(), now)
	if err != nil {
		return statusOf{}, err
	}
	said := reports.StatusSentence(loc, facts)
	return statusOf{
		Code: string(v.Status), Class: string(v.Status.Class()), Label: reports.StatusLabel(loc, v.Status, v.Quiet), Since: stamp(v.StatusAt),
		Text: said.Text, Next: said.Next,
	}, nil
}

// reportOf shows a view: everything in a view may be shown to who asked for it.
func (a *api) reportOf(ctx context.Context, k *call, v *reports.View) (report, error) {
	now, err := a.now(ctx)
	if err != nil {
		return report{}, err
	}
	status, err := a.statusOf(ctx, k, v, now)
	if err != nil {
		return report{}, err
	}
	loc := k.loc()
	lang := loc.Lang()
	out := report{
		Number: v.Number.Format(subject.PrefixReport), Title: v.Title.In(lang), Status: status, Version: v.Version,
		Category: namedPart{Key: v.Category.Key, Name: v.Category.Name.In(lang)},
		Place:    place{Lon: v.Point.Lon, Lat: v.Point.Lat, Address: v.Address, Note: v.PlaceNote, District: v.DistrictRef, DistrictName: v.DistrictName},
		Text:     v.Text, Photos: []photo{}, Answers: []answered{}, Merged: []string{}, Dialogue: []message{}, Next: []string{},
		Department: namedPart{Key: v.Department.Key, Name: v.Department.Name.In(lang)}, Outside: v.OutsideName.In(lang),
		Target: reports.TargetLine(loc, v.Target, v.Department.Name.In(lang), now), DueAt: stampOf(v.Target.Due),
		MeToo: v.MeToo, MineMeToo: v.MyMeToo, Visibility: string(v.Visibility),
		CreatedAt: stamp(v.CreatedAt), ChangedAt: stamp(v.ChangedAt), ClosedAt: stampOf(v.ClosedAt),
		May: mayOf(&v.Actor), Links: a.linksOf(v.Number),
	}
	if v.Object != nil {
		out.Object = v.Object.Code
	}
	if v.Text != "" {
		out.Language = v.Lang
	}
	if k.bearer.Token != nil { // a system is not concerned by a defect
		out.May = slices.DeleteFunc(out.May, func(w string) bool { return w == "me_too" })
	}
	if v.Actor.SeeHeld {
		out.TextState = string(v.TextState)
	}
	for _, p := range v.Photos {
		out.Photos = append(out.Photos, a.photoOf(&p))
	}
	for _, w := range v.Answers {
		out.Answers = append(out.Answers, answered{Question: w.Question.In(lang), Answer: w.Shown.In(lang), TeamOnly: w.TeamOnly})
	}
	for _, m := range v.Dialogue {
		out.Dialogue = append(out.Dialogue, message{Direction: m.Direction, Kind: m.Kind, Text: m.Text, Deadline: stampOf(m.Deadline), At: stamp(m.At)})
	}
	for _, l := range v.Merged {
		out.Merged = append(out.Merged, l.Number.Format(subject.PrefixReport))
	}
	if v.DuplicateOf != nil {
		out.DuplicateOf = v.DuplicateOf.Number.Format(subject.PrefixReport)
	}
	for _, s := range v.Actor.Next {
		out.Next = append(out.Next, string(s))
	}
	return out, nil
}

func (a *api) photoOf(p *reports.Photo) photo {
	out := photo{ID: p.ID, Alt: p.Alt, Held: p.Held, Width: p.Width, Height: p.Height}
	if !p.Held {
		out.URL = a.router.URL("/photos/" + p.ID.String())
		out.Thumb = out.URL + "/small"
	}
	return out
}

func mayOf(m *reports.May) []string {
	out := []string{}
	for _, w := range []struct {
		may  bool
		name string
	}{
		{m.MeToo, "me_too"}, {m.Add, "add"}, {m.Answer, "answer"}, {m.Withdraw || m.WithdrawHint, "withdraw"}, {m.SetStatus, "set_status"},
	} {
		if w.may {
			out = append(out, w.name)
		}
	}
	return out
}

// step is one entry of the history.
type step struct {
	At         string     `json:"at" format:"date-time"`
	Key        string     `json:"key" doc:"Stable name of the step." example:"status.received"`
	Status     string     `json:"status,omitempty" doc:"Where the step is a new status."`
	Title      string     `json:"title"`
	Text       string     `json:"text,omitempty"`
	Reason     string     `json:"reason,omitempty" doc:"In the team's own words."`
	Audience   string     `json:"audience" enum:"public,owner,department"`
	Department *namedPart `json:"department,omitempty" doc:"Which team did it; never who."`
	Photo      *photo     `json:"photo,omitempty"`
}

func (a *api) stepOf(loc *i18n.Localizer, v *reports.View, s *reports.TimelineStep, now time.Time) step {
	out := step{
		At: stamp(s.At), Key: s.Key, Status: string(s.Status), Title: reports.StepTitle(loc, s, v.Quiet), Text: reports.StepText(loc, s, now),
		Reason: s.Reason, Audience: string(s.Audience),
	}
	if s.Department != nil {
		out.Department = &namedPart{Key: s.Department.Key, Name: s.Department.Name.In(loc.Lang())}
	}
	if s.Photo != nil {
		p := a.photoOf(s.Photo)
		out.Photo = &p
	}
	return out
}
