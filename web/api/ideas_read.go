package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// oneIdea is an idea as whoever asks may see it.
type oneIdea struct {
	Number       string          `json:"number" example:"I-2026-7K3QX9"`
	Title        string          `json:"title"`
	Text         string          `json:"text"`
	Language     string          `json:"language" doc:"Of title and text."`
	Edition      int             `json:"edition" doc:"Counts the wordings; send it along when you change the words."`
	Version      int             `json:"version" doc:"Counts all changes; send it along when you set the status."`
	Visibility   string          `json:"visibility" enum:"public,held,hidden"`
	Call         *callRef        `json:"call,omitempty" doc:"Absent: the open box."`
	Topic        namedPart       `json:"topic"`
	Department   namedPart       `json:"department" doc:"Who has it."`
	Status       ideaStatus      `json:"status"`
	Place        *ideaPlace      `json:"place,omitempty"`
	Photos       []ideaPhoto     `json:"photos" nullable:"false"`
	Files        []ideaFile      `json:"files" nullable:"false" doc:"PDF files; pictures are in photos."`
	Authors      []string        `json:"authors" nullable:"false" doc:"The names that are shown."`
	Unnamed      int             `json:"unnamed_authors" doc:"How many more there are without a name."`
	CostCents    *int64          `json:"cost_cents,omitempty" doc:"As its authors estimate, in cents of a euro."`
	Supports     int             `json:"supports" doc:"Those that count, by the rule of the call."`
	Goal         int             `json:"goal,omitempty"`
	ReachedAt    string          `json:"goal_reached_at,omitempty" format:"date-time"`
	SupportUntil string          `json:"support_until,omitempty" format:"date-time"`
	AnswerBy     string          `json:"answer_by,omitempty" format:"date-time"`
	Decides      ideaDecides     `json:"decides"`
	Answer       *ideaAnswer     `json:"answer,omitempty" doc:"The city's latest."`
	Milestones   []ideaMilestone `json:"milestones" nullable:"false"`
	MergedInto   string          `json:"merged_into,omitempty" doc:"Number of the idea that it goes on in."`
	Merged       []ideaMerged    `json:"merged" nullable:"false" doc:"Ideas that go on here."`
	MergeAsked   *ideaMergeAsked `json:"merge_asked,omitempty" doc:"A merge that waits for the consent of authors."`
	Measures     []ideaMeasure   `json:"measures" nullable:"false" doc:"Public measures that it is part of or proposed to."`
	Mine         ideaMine        `json:"mine"`
	May          []string        `json:"may" nullable:"false" doc:"What you may do now: support, leave, discuss, amend, edit, withdraw, work."`
	FreeUntil    string          `json:"corrections_until" format:"date-time" doc:"Until when its words change without an explanation."`
	CreatedAt    string          `json:"created_at" format:"date-time"`
	ClosedAt     string          `json:"closed_at,omitempty" format:"date-time"`
	Links        ideaLinks       `json:"links"`
}

type callRef struct {
	Number string `json:"number" example:"A-2026-7K3QX9"`
	Title  names  `json:"title"`
}

type ideaPhoto struct {
	ID     uuid.UUID `json:"id"`
	Alt    string    `json:"alt"`
	Held   bool      `json:"held" doc:"Not public yet, and not to be had by its address."`
	URL    string    `json:"url,omitempty" format:"uri"`
	Thumb  string    `json:"thumb,omitempty" format:"uri"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
}

// ideaDecides answers "Wer entscheidet?".
type ideaDecides struct {
	By     string `json:"by,omitempty" enum:"city,district,council,other" doc:"Absent: not said yet."`
	Who    string `json:"who,omitempty"`
	SaidAt string `json:"said_at,omitempty" format:"date-time"`
	SayBy  string `json:"say_by,omitempty" format:"date-time" doc:"Until when the city says so."`
}

type ideaAnswer struct {
	Decision   string   `json:"decision" example:"accepted"`
	Department string   `json:"department"`
	Reasons    string   `json:"reasons"`
	CostCents  *int64   `json:"cost_cents,omitempty"`
	Period     string   `json:"period,omitempty" example:"Sommer 2027"`
	Criteria   []string `json:"criteria" nullable:"false" doc:"Those of the call that it refers to."`
	At         string   `json:"at" format:"date-time"`
}

type ideaMilestone struct {
	ID        uuid.UUID `json:"id"`
	Title     string    `json:"title"`
	Note      string    `json:"note,omitempty"`
	DueOn     string    `json:"due_on" format:"date"`
	ReachedOn string    `json:"reached_on,omitempty" format:"date"`
	Photo     string    `json:"photo,omitempty" format:"uri"`
}

type ideaMerged struct {
	Number     string `json:"number"`
	Title      string `json:"title"`
	Moved      int    `json:"supports_moved"`
	LeaveUntil string `json:"leave_until,omitempty" format:"date-time" doc:"Until when its supporters may take their support back."`
}

type ideaMergeAsked struct {
	Why       string `json:"why"`
	From      string `json:"from" doc:"Number of the idea that would go on in the other one."`
	FromTitle string `json:"from_title"`
	Into      string `json:"into"`
	IntoTitle string `json:"into_title"`
	FromYes   bool   `json:"from_agreed"`
	IntoYes   bool   `json:"into_agreed"`
}

type ideaMine struct {
	Author   bool `json:"author" doc:"You are one of its authors."`
	Supports bool `json:"supports" doc:"You support it."`
	Follows  bool `json:"follows" doc:"You hear of what happens to it."`
}

func (a *api) ideaPhotoOf(p *attachments.Attachment, held bool) ideaPhoto {
	out := ideaPhoto{ID: p.ID, Alt: p.Alt, Held: held, Width: p.Width, Height: p.Height}
	if !held {
		at := "/photos/" + p.ID.String()
		out.URL, out.Thumb = a.router.URL(at), a.router.URL(at+"/small")
	}
	return out
}

// oneIdeaOf is an idea as JSON.
func (a *api) oneIdeaOf(ctx context.Context, q db.Queryer, loc *i18n.Localizer, v *ideas.View) (oneIdea, error) {
	lang := loc.Lang()
	team, err := departmentOf(ctx, q, lang, v.Department)
	if err != nil {
		return oneIdea{}, err
	}
	out := oneIdea{
		Number: v.Number.Format(subject.PrefixIdea), Title: v.Title, Text: v.Text, Language: v.Lang, Edition: v.Edition, Version: v.Version,
		Visibility: string(v.Visibility), Topic: namedPart{Key: v.Topic, Name: v.TopicName.In(lang)}, Department: team,
		Status: ideaStatusOf(loc, v.Status, v.StatusAt), Place: ideaPlaceOf(v.Point, v.Address, v.District, v.Shape), Photos: make([]ideaPhoto, len(v.Photos)),
		Authors: append([]string{}, v.Authors...), Unnamed: v.Unnamed, CostCents: v.CostCents, Supports: v.Supports, Goal: v.Goal,
		ReachedAt: stampOf(v.ReachedAt), SupportUntil: stampOf(v.EndsAt), AnswerBy: stampOf(v.AnswerBy),
		Decides:    ideaDecides{By: v.Decides, Who: v.DecidesWho, SaidAt: stampOf(v.DecidesAt), SayBy: stampOf(v.SayWhoBy)},
		Milestones: make([]ideaMilestone, len(v.Milestones)), Merged: make([]ideaMerged, len(v.Merges)),
		Measures: a.ideaMeasuresOf(v), Files: a.ideaFilesOf(v),
		Mine: ideaMine{Author: v.IsAuthor, Supports: v.Mine, Follows: v.Follows}, May: mayOfIdea(&v.May), FreeUntil: stamp(v.FreeUntil),
		CreatedAt: stamp(v.CreatedAt), ClosedAt: stampOf(v.ClosedAt), Links: a.ideaLinksOf(v.Number, v.ID),
	}
	if v.Call != nil {
		out.Call = &callRef{Number: v.Call.Number.Format(subject.PrefixCall), Title: namesOf(v.Call.Title)}
	}
	for i := range v.Photos {
		out.Photos[i] = a.ideaPhotoOf(&v.Photos[i].Attachment, v.Photos[i].Held)
	}
	for i, m := range v.Milestones {
		out.Milestones[i] = ideaMilestone{ID: m.ID, Title: m.Title, Note: m.Note, DueOn: m.DueOn.Format(time.DateOnly), ReachedOn: dateOf(m.ReachedOn)}
		if m.Photo != nil {
			out.Milestones[i].Photo = a.router.URL("/photos/" + m.Photo.ID.String())
		}
	}
	for i, m := range v.Merges {
		out.Merged[i] = ideaMerged{Number: m.From.Format(subject.PrefixIdea), Title: m.FromTitle, Moved: m.Moved, LeaveUntil: stampOf(m.LeaveUntil)}
	}
	if v.Other != nil {
		out.MergedInto = v.Other.Number.Format(subject.PrefixIdea)
	}
	if m := v.Open; m != nil {
		out.MergeAsked = &ideaMergeAsked{
			Why: m.Why, From: m.From.Format(subject.PrefixIdea), FromTitle: m.FromTitle, Into: m.Into.Format(subject.PrefixIdea), IntoTitle: m.IntoTitle,
			FromYes: m.FromYes, IntoYes: m.IntoYes,
		}
	}
	out.Answer = ideaAnswerOf(lang, v)
	return out, nil
}

func ideaAnswerOf(lang string, v *ideas.View) *ideaAnswer {
	if v.Answer == nil {
		return nil
	}
	out := &ideaAnswer{
		Decision: string(v.Answer.Decision), Department: v.Answer.Department.In(lang), Reasons: v.Answer.Reasons, CostCents: v.Answer.CostCents,
		Period: v.Answer.Period, Criteria: []string{}, At: stamp(v.Answer.At),
	}
	for _, k := range v.Answer.Criteria {
		if v.Call != nil && k >= 0 && k < len(v.Call.Criteria) {
			out.Criteria = append(out.Criteria, v.Call.Criteria[k].In(lang))
		}
	}
	return out
}

func mayOfIdea(m *ideas.May) []string {
	out := []string{}
	for _, one := range []struct {
		word string
		on   bool
	}{
		{"support", m.Support},
		{"leave", m.Leave},
		{"discuss", m.Discuss},
		{"amend", m.Amend},
		{"edit", m.Edit},
		{"withdraw", m.Withdraw},
		{"work", m.Work},
	} {
		if one.on {
			out = append(out, one.word)
		}
	}
	return out
}

// ideaStep is one step of an idea's history.
type ideaStep struct {
	At         string         `json:"at" format:"date-time"`
	Key        string         `json:"key" example:"idea.checking"`
	Title      string         `json:"title"`
	Status     string         `json:"status,omitempty" doc:"Absent where the step is none."`
	Reason     string         `json:"reason,omitempty"`
	Department string         `json:"department,omitempty" doc:"Which team did it; never who. Absent: the authors, or the system."`
	Details    map[string]any `json:"details,omitempty" doc:"What its sentence on the page is made of."`
}

func (a *api) ideaReads() {
	type input struct{ IdeaParam }
	reads(a, ideaOp("getIdea", http.MethodGet, "/ideas/{number}", "Read an idea",
		"What you may see of it, what you may do with it, and what the city says. One that goes on in another idea names that one."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (oneIdea, error) {
			v, err := a.idea(ctx, actor, in.IdeaParam)
			if err != nil {
				return oneIdea{}, err
			}
			return a.oneIdeaOf(ctx, a.DB, k.loc(), v)
		})
	type ideaSteps struct {
		Items []ideaStep `json:"items" nullable:"false" doc:"Newest first."`
	}
	reads(a, ideaOp("getIdeaTimeline", http.MethodGet, "/ideas/{number}/timeline", "Read what happened to an idea", "Every public step, as on its page."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (ideaSteps, error) {
			v, err := a.idea(ctx, actor, in.IdeaParam)
			if err != nil {
				return ideaSteps{}, err
			}
			out := ideaSteps{Items: make([]ideaStep, len(v.Steps))}
			for i := range v.Steps {
				s := &v.Steps[i]
				out.Items[i] = ideaStep{
					At: stamp(s.At), Key: s.Key, Title: k.loc().T(s.Key + ".label"), Status: string(s.Status), Reason: s.Reason,
					Department: s.Department.In(k.loc().Lang()), Details: s.Params,
				}
			}
			return out, nil
		})
	type ideaVersion struct {
		N     int    `json:"edition"`
		Title string `json:"title"`
		Text  string `json:"text"`
		Kind  string `json:"kind" doc:"first, correction, change or amendment."`
		Why   string `json:"why,omitempty"`
		At    string `json:"at" format:"date-time"`
	}
	type ideaVersions struct {
		Items []ideaVersion `json:"items" nullable:"false" doc:"The latest first, at most 200."`
	}
	reads(a, ideaOp("listIdeaVersions", http.MethodGet, "/ideas/{number}/versions", "List the wordings of an idea", "All editions of its words, with the reasons of changes."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (ideaVersions, error) {
			n, err := in.idea()
			if err != nil {
				return ideaVersions{}, err
			}
			_, list, err := a.Ideas.Versions(ctx, actor, n)
			out := ideaVersions{Items: make([]ideaVersion, len(list))}
			for i, v := range list {
				out.Items[i] = ideaVersion{N: v.N, Title: v.Title, Text: v.Text, Kind: v.Kind, Why: v.Why, At: stamp(v.At)}
			}
			return out, err
		})
}

// idea is the idea of a path as its actor may see it.
func (a *api) idea(ctx context.Context, actor accounts.Actor, p IdeaParam) (*ideas.View, error) {
	n, err := p.idea()
	if err != nil {
		return nil, err
	}
	return a.Ideas.Get(ctx, actor, n)
}
