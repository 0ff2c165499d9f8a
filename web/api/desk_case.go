package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// deskCase is one case: all that its page on the desk shows.
type deskCase struct {
	Report       report            `json:"report" doc:"The report as the team sees it, with its dialogue."`
	TextPublic   string            `json:"text_public,omitempty" doc:"The text as it was released."`
	Publish      string            `json:"publish" enum:"A,B,C,P" doc:"How this kind is published: A kind and place at once; B all after release; C text and photos never; P nothing."`
	Held         bool              `json:"held" doc:"Text or photos wait for release."`
	Case         caseState         `json:"case"`
	History      []step            `json:"history" nullable:"false" doc:"Every step, also those for the team alone; newest first."`
	Log          []caseChanged     `json:"log" nullable:"false" doc:"Changes of assignee, department, priority, target and resubmission; newest first."`
	Notes        []caseNote        `json:"notes" nullable:"false" doc:"Of the team among themselves; oldest first."`
	Looking      []string          `json:"looking" nullable:"false" doc:"Names of colleagues who have its page open now. Nobody keeps that."`
	Colleagues   []person          `json:"colleagues" nullable:"false" doc:"To whom the case can be given."`
	Beside       []caseNeighbour   `json:"beside" nullable:"false" doc:"Of the last 12 weeks: same place, same object, same person."`
	Linked       []caseNeighbour   `json:"linked" nullable:"false" doc:"Linked by hand, or parts of one another."`
	Ideas        []caseIdea        `json:"ideas" nullable:"false" doc:"Public ideas that it belongs to, linked by hand."`
	Twins        []caseTwin        `json:"possible_duplicates" nullable:"false" doc:"Suggested by place, words and time; only where the case may be joined to another."`
	Resubmission *caseBack         `json:"resubmission,omitempty" doc:"When it comes back to you, or to somebody you stand in for."`
	Satisfaction *caseOpinion      `json:"satisfaction,omitempty" doc:"What the person who reported said after it was closed."`
	Objection    string            `json:"objection_at,omitempty" format:"date-time" doc:"Since when an objection waits for your decision."`
	Event        *namedPart        `json:"event,omitempty" doc:"The big event that it belongs to; key is its id."`
	Recurring    int               `json:"recurring,omitempty" doc:"How often this kind came at this place in 12 months, from the fourth time on."`
	HandOvers    int               `json:"hand_overs" doc:"Between departments so far; after two the front desk decides."`
	FixedYes     int               `json:"fixed_yes"`
	FixedNo      int               `json:"fixed_no"`
	Likely       string            `json:"likely_status,omitempty" doc:"The status that comes next in a plain case."`
	Undo         *caseUndo         `json:"undo,omitempty" doc:"Your newest step that can still be taken back; perhaps of another case."`
	WhyNot       map[string]string `json:"why_not" doc:"For each thing that you may not do now: the reason, in words."`
}

type caseChanged struct {
	ID     uuid.UUID `json:"id" format:"uuid"`
	What   string    `json:"what" enum:"assignee,department,priority,target,resubmission"`
	From   string    `json:"from,omitempty" doc:"An id, a priority or a time."`
	To     string    `json:"to,omitempty"`
	For    string    `json:"for,omitempty" doc:"Id of the person who is stood in for."`
	Reason string    `json:"reason,omitempty"`
	By     *person   `json:"by,omitempty" doc:"Missing: the product itself."`
	Batch  string    `json:"batch,omitempty" doc:"Id of a step over many cases."`
	At     string    `json:"at" format:"date-time"`
}

type caseNeighbour struct {
	Number       string `json:"number"`
	Title        string `json:"title"`
	Status       string `json:"status"`
	Address      string `json:"address,omitempty"`
	CreatedAt    string `json:"created_at" format:"date-time"`
	SamePlace    bool   `json:"same_place"`
	SameObject   bool   `json:"same_object"`
	SameReporter bool   `json:"same_reporter" doc:"Told only where you work on both."`
}

type caseTwin struct {
	Number    string `json:"number"`
	Title     string `json:"title"`
	Status    string `json:"status"`
	Metres    int    `json:"metres"`
	Days      int    `json:"days" doc:"Between the two."`
	Alike     int    `json:"alike_percent" doc:"How alike the words are."`
	CreatedAt string `json:"created_at" format:"date-time"`
}

type caseBack struct {
	On     string `json:"on" format:"date"`
	Note   string `json:"note,omitempty"`
	Raised bool   `json:"raised" doc:"Its day has come."`
	For    string `json:"for,omitempty" doc:"Name of the colleague you stand in for."`
}

type caseOpinion struct {
	Value string `json:"value" enum:"unhappy,so_so,happy"`
	Text  string `json:"text,omitempty"`
	At    string `json:"at" format:"date-time"`
}

type caseUndo struct {
	Number string    `json:"number"`
	Entry  uuid.UUID `json:"entry" format:"uuid" doc:"Send it to undoStep."`
	Key    string    `json:"key" example:"status.resolved"`
	Until  string    `json:"until" format:"date-time"`
}

func (a *api) caseOps() {
	deskRead(a, op{
		id: "getCase", method: http.MethodGet, path: "/desk/reports/{number}",
		summary: "Read a case",
		detail: "All that its page on the desk shows: the report, who has it, history, log, notes, what lies beside it, possible duplicates, and what you may do, " +
			"with the reason for what you may not. Ready texts: listTexts.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *NumberParam) (deskCase, error) {
		n, err := number(in.Number)
		if err != nil {
			return deskCase{}, err
		}
		v, err := a.Reports.OnDesk(ctx, actor, n)
		if err != nil {
			return deskCase{}, err
		}
		return a.deskCase(ctx, k, actor, v)
	})
}

func (a *api) deskCase(ctx context.Context, k *call, actor accounts.Actor, v *reports.View) (deskCase, error) {
	now, err := a.now(ctx)
	if err != nil {
		return deskCase{}, err
	}
	loc := k.loc()
	out := deskCase{
		TextPublic: v.TextPublic, Publish: string(v.Publish), Held: v.WaitsForRelease(), FixedYes: v.FixedYes, FixedNo: v.FixedNo,
		HandOvers: v.Beside.HandOvers.N, History: make([]step, len(v.Steps)), WhyNot: map[string]string{},
	}
	if out.Report, err = a.reportOf(ctx, k, v); err != nil {
		return out, err
	}
	if out.Case, err = stateOf(ctx, loc.Lang(), a.Reports, actor, v.Number); err != nil {
		return out, err
	}
	for i := range v.Steps {
		out.History[i] = a.stepOf(loc, v, &v.Steps[i], now)
	}
	for action, why := range v.Why {
		out.WhyNot[string(action)] = loc.T(why)
	}
	if to, ok := v.LikelyNext(); ok {
		out.Likely = string(to)
	}
	if at, open := v.OpenObjection(); open {
		out.Objection = stamp(at)
	}
	if e := v.Beside.Event; e != nil {
		out.Event = &namedPart{Key: e.ID.String(), Name: e.Title.In(loc.Lang())}
	}
	if r := v.Beside.Recurring; r != nil {
		out.Recurring = r.N
	}
	if u, ok, err := a.Reports.LastUndo(ctx, actor); err != nil {
		return out, err
	} else if ok {
		out.Undo = &caseUndo{Number: u.Number.Format(subject.PrefixReport), Entry: u.Entry, Key: u.Key, Until: stamp(u.Until)}
	}
	if err := a.caseInside(ctx, actor, v, &out); err != nil {
		return out, err
	}
	err = a.caseBeside(ctx, loc, actor, v, &out)
	return out, err
}

// caseInside fills what the team alone knows.
func (a *api) caseInside(ctx context.Context, actor accounts.Actor, v *reports.View, out *deskCase) error {
	d, err := a.Reports.DeskOf(ctx, actor, v.Number)
	if err != nil {
		return err
	}
	out.Log, out.Colleagues = make([]caseChanged, len(d.Log)), make([]person, len(d.Team))
	for i, l := range d.Log {
		out.Log[i] = caseChanged{
			ID: l.ID, What: string(l.What), From: l.From, To: l.To, For: l.For, Reason: l.Reason, By: personOf(l.Actor, l.Name), At: stamp(l.At),
		}
		if l.Batch != uuid.Nil {
			out.Log[i].Batch = l.Batch.String()
		}
	}
	for i, c := range d.Team {
		out.Colleagues[i] = person{ID: c.ID, Name: c.Name}
	}
	out.Notes, out.Looking = notesOf(d.Notes, d.NoteFiles), append([]string{}, d.Looking...)
	if d.Back != nil {
		out.Resubmission = &caseBack{On: d.Back.On.Format(time.DateOnly), Note: d.Back.Note, Raised: d.Back.Raised, For: d.Back.For}
	}
	opinion, err := casework.OpinionOf(ctx, a.DB, v.Ref())
	if err == nil && opinion.Value != 0 {
		out.Satisfaction = &caseOpinion{Value: opinionName(opinion.Value), Text: opinion.Text, At: stamp(opinion.At)}
	}
	return err
}

func opinionName(value int) string {
	switch value {
	case casework.Unhappy:
		return "unhappy"
	case casework.SoSo:
		return "so_so"
	}
	return "happy"
}

type caseIdea struct {
	Number string `json:"number"`
	Title  string `json:"title"`
	Page   string `json:"page" format:"uri"`
}

// caseBeside fills the other reports that a clerk looks at with this one.
func (a *api) caseBeside(ctx context.Context, loc *i18n.Localizer, actor accounts.Actor, v *reports.View, out *deskCase) error {
	near, err := a.Reports.Beside(ctx, actor, v.Number)
	if err != nil {
		return err
	}
	linked, err := a.Reports.Linked(ctx, actor, v.Number)
	if err != nil {
		return err
	}
	with, err := a.Reports.LinkedIdeas(ctx, actor, v.Number)
	if err != nil {
		return err
	}
	out.Ideas = make([]caseIdea, len(with))
	for i := range with {
		out.Ideas[i] = caseIdea{Number: with[i].Number.Format(subject.PrefixIdea), Title: with[i].Title, Page: a.router.URL(with[i].Path)}
	}
	out.Beside, out.Linked, out.Twins = neighbours(loc, near), neighbours(loc, linked), []caseTwin{}
	if !v.MayJoin() {
		return nil
	}
	twins, err := a.Reports.Twins(ctx, actor, v.Number)
	for _, t := range twins {
		out.Twins = append(out.Twins, caseTwin{
			Number: t.Number.Format(subject.PrefixReport), Title: t.Title.In(loc.Lang()), Status: string(t.Status), Metres: t.Metres, Days: t.Days,
			Alike: t.Alike, CreatedAt: stamp(t.CreatedAt),
		})
	}
	return err
}

func neighbours(loc *i18n.Localizer, list []reports.Neighbour) []caseNeighbour {
	out := make([]caseNeighbour, len(list))
	for i, n := range list {
		out[i] = caseNeighbour{
			Number: n.Number.Format(subject.PrefixReport), Title: n.Title.In(loc.Lang()), Status: string(n.Status), Address: n.Address,
			CreatedAt: stamp(n.CreatedAt), SamePlace: n.SamePlace, SameObject: n.SameObject, SameReporter: n.SameReporter,
		}
	}
	return out
}
