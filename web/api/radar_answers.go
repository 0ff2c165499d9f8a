package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// AskedLine is something that a department is asked; exported for huma, which
// reads no unexported parts.
type AskedLine struct {
	ID        string `json:"id" doc:"Of the answer."`
	Inquiry   string `json:"inquiry" doc:"Its title."`
	Programme string `json:"programme" doc:"Slug."`
	Measure   string `json:"measure" doc:"Its number."`
	No        int    `json:"no"`
	Title     string `json:"title"`
	Due       string `json:"due" format:"date"`
	State     string `json:"state" enum:"asked,draft,returned,handed_in,released,taken"`
	Version   int    `json:"version" doc:"Send it along with what you do: 409 when somebody was faster."`
	Page      string `json:"page" format:"uri"`
}

type askedLines struct {
	Answers []AskedLine `json:"answers" nullable:"false" doc:"The first due first, at most 200."`
}

// askedField is one thing that is asked.
type askedField struct {
	Name     string `json:"name" doc:"Column of files, yearly, or q1, q2 and so on."`
	Question string `json:"question,omitempty" doc:"Of q1, q2 and so on."`
	Answer   string `json:"answer,omitempty"`
	Now      string `json:"now,omitempty" doc:"What the measure says."`
	Before   string `json:"before,omitempty" doc:"Of yearly: the text of an earlier year."`
	Year     int    `json:"before_year,omitempty" doc:"That before is about."`
}

// askedAnswer is what is asked about one measure, with what was answered.
type askedAnswer struct {
	AskedLine

	Note     string       `json:"note,omitempty" doc:"Of the editors."`
	Year     int          `json:"year"`
	Open     bool         `json:"open" doc:"The inquiry has not ended."`
	Remark   string       `json:"remark,omitempty" doc:"What the head asks for."`
	Fields   []askedField `json:"fields" nullable:"false"`
	MayWrite bool         `json:"may_write"`
	MayJudge bool         `json:"may_release" doc:"Also send it back: the head or an editor, never who handed it in."`
	MayTake  bool         `json:"may_take"`
	Edit     int          `json:"edit,omitempty" doc:"For editors: version of the change of the measure that is on its way."`
}

func (a *api) askedLineOf(lang string, at *radar.Asked) AskedLine {
	return AskedLine{
		ID: at.Answer.ID.String(), Inquiry: at.Inquiry.Title, Programme: at.Programme.Slug, Measure: at.Measure.PublicNumber(), No: at.Measure.No,
		Title: at.Measure.Content.In(lang).Title, Due: string(at.Inquiry.Due), State: string(at.Answer.State), Version: at.Answer.Version,
		Page: a.router.URL(at.Answer.Path()),
	}
}

// answerOn reads an answer as it is now, for those whom it concerns.
func (a *api) answerOn(ctx context.Context, k *call, actor accounts.Actor, id uuid.UUID) (askedAnswer, error) {
	at, err := a.Radar.Asked(ctx, actor, id)
	if err != nil {
		return askedAnswer{}, err
	}
	q, r := at.Inquiry, at.Answer
	out := askedAnswer{
		AskedLine: a.askedLineOf(k.loc().Lang(), at), Note: q.Note, Year: q.Year, Open: q.Open, Remark: r.Remark, Fields: []askedField{},
		MayWrite: q.Open && (r.State == radar.AnswerAsked || r.State == radar.AnswerDraft || r.State == radar.AnswerReturned),
		MayJudge: q.Open && r.State == radar.AnswerHandedIn && radar.MayReleaseAnswer(actor, r) == nil,
	}
	for _, name := range q.Fields {
		f := askedField{Name: name, Answer: r.Body[name], Now: q.Now(&at.Measure.Content, name)}
		if name == radar.FieldYearly {
			f.Year, f.Before = q.LastYear(&at.Measure.Content)
		}
		out.Fields = append(out.Fields, f)
	}
	for i, text := range q.Questions {
		out.Fields = append(out.Fields, askedField{Name: radar.QuestionKey(i), Question: text, Answer: r.Body[radar.QuestionKey(i)]})
	}
	if radar.MayIn(at.Programme, actor, radar.ActEdit, uuid.Nil) == nil {
		e, has, err := a.Radar.OpenEdit(ctx, actor, at.Measure.ID)
		if err != nil {
			return out, err
		}
		out.Edit, out.MayTake = e.Version, r.State == radar.AnswerReleased && (!has || e.State == radar.EditDraft)
	}
	return out, nil
}

// newAnswer is what a department says.
type newAnswer struct {
	Version int               `json:"version" minimum:"0" doc:"Of the answer as you read it."`
	Answers map[string]string `json:"answers" maxProperties:"60" doc:"All of them, by name; one that is missing is empty."`
	HandIn  bool              `json:"hand_in,omitempty" doc:"Give it to the head, who releases it."`
}

// inAnswers says that wrong entries are answers.
func inAnswers(err error) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = slices.Clone(f.Fields)
	for i := range e.Fields {
		e.Fields[i].Name = "/answers/" + e.Fields[i].Name
	}
	return &e
}

// isAsked refuses a name that nobody asked for; field is where it stands.
func isAsked(at *radar.Asked, name, field string) error {
	if slices.Contains(at.Inquiry.Fields, name) {
		return nil
	}
	for i := range at.Inquiry.Questions {
		if radar.QuestionKey(i) == name {
			return nil
		}
	}
	return fault.OnField(field, "field.choice")
}

// answers are those of departments: written, released by their head, taken over.
func (a *api) answers() {
	const one = "/desk/radar/answers/{id}"
	reads(a, radarDeskOp("listAsked", http.MethodGet, "/desk/radar/answers", "List what your department is asked", "By inquiries that go on, as far as it is not taken over."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (askedLines, error) {
			if !actor.Has(subject.Editor, subject.Admin, subject.TeamLead, subject.Caseworker) {
				return askedLines{}, radar.May(actor, radar.ActDesk, uuid.Nil)
			}
			list, err := a.Radar.AskedOf(ctx, actor)
			out := askedLines{Answers: make([]AskedLine, len(list))}
			for i := range list {
				out.Answers[i] = a.askedLineOf(k.loc().Lang(), &list[i])
			}
			return out, err
		})
	reads(a, radarDeskOp("getInquiryAnswer", http.MethodGet, one, "Read what is asked about a measure", "With the answer so far. For those who are asked, and editors."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *ThingParam) (askedAnswer, error) {
			id, err := thing(in.ID, "inquiry")
			if err != nil {
				return askedAnswer{}, err
			}
			return a.answerOn(ctx, k, actor, id)
		})
	type writeIn struct {
		ThingParam
		Body newAnswer
	}
	write := radarDeskOp("writeInquiryAnswer", http.MethodPut, one, "Answer an inquiry", "Saved, or handed in to the head. Who was asked by a mail answers by its link. For those who are asked, and editors.")
	reads(a, write, func(ctx context.Context, k *call, actor accounts.Actor, in *writeIn) (askedAnswer, error) {
		at, err := a.asked(ctx, actor, in.ThingParam)
		if err != nil {
			return askedAnswer{}, err
		}
		body := map[string]string{}
		for name, text := range in.Body.Answers {
			if err := isAsked(at, name, "/answers/"+name); err != nil {
				return askedAnswer{}, err
			}
			body[name] = kit.Clean(text, true)
		}
		if err := a.Radar.WriteAnswer(ctx, radar.Writer{Actor: actor, ID: at.Answer.ID}, in.Body.Version, body, in.Body.HandIn); err != nil {
			return askedAnswer{}, inAnswers(err)
		}
		return a.answerOn(ctx, k, actor, at.Answer.ID)
	})
	a.judgeAnswers()
}

// asked is what an operation is about, for those whom it concerns.
func (a *api) asked(ctx context.Context, actor accounts.Actor, in ThingParam) (*radar.Asked, error) {
	id, err := thing(in.ID, "inquiry")
	if err != nil {
		return nil, err
	}
	return a.Radar.Asked(ctx, actor, id)
}

// answerJudged is what the head says of an answer.
type answerJudged struct {
	Version int    `json:"version" minimum:"0" doc:"Of the answer as you read it."`
	Remark  string `json:"remark,omitempty" maxLength:"2000" doc:"For sending back: what is asked for."`
}

// answerTaken is what goes from an answer into a change of the measure.
type answerTaken struct {
	Version int      `json:"version" minimum:"0" doc:"Of the answer as you read it."`
	Edit    int      `json:"edit,omitempty" minimum:"0" doc:"Version of the change of the measure as you read it; 0: there was none."`
	Fields  []string `json:"fields,omitempty" nullable:"false" maxItems:"40" doc:"Names of the fields that are taken over; none: the answer is only put aside."`
}

func (a *api) judgeAnswers() {
	const one = "/desk/radar/answers/{id}"
	type judgeIn struct {
		ThingParam
		Body answerJudged
	}
	for _, o := range []struct {
		id, path, summary, detail string
		release                   bool
	}{
		{"releaseInquiryAnswer", "/release", "Release an answer", "By the head of the department, or an editor; never by who handed it in.", true},
		{"returnInquiryAnswer", "/return", "Send an answer back", "With what is asked for. By who may release it.", false},
	} {
		reads(a, radarDeskOp(o.id, http.MethodPost, one+o.path, o.summary, o.detail), func(ctx context.Context, k *call, actor accounts.Actor, in *judgeIn) (askedAnswer, error) {
			at, err := a.asked(ctx, actor, in.ThingParam)
			if err != nil {
				return askedAnswer{}, err
			}
			if err := a.Radar.JudgeAnswer(ctx, radar.Writer{Actor: actor, ID: at.Answer.ID}, in.Body.Version, o.release, kit.Clean(in.Body.Remark, true)); err != nil {
				return askedAnswer{}, err
			}
			return a.answerOn(ctx, k, actor, at.Answer.ID)
		})
	}
	type takeIn struct {
		ThingParam
		Body answerTaken
	}
	reads(a, radarDeskOp("takeInquiryAnswer", http.MethodPost, one+"/taking", "Take an answer over", "Into a change of the measure, which a second person approves (handInMeasure, approveMeasure). For editors of the programme."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *takeIn) (nothing, error) {
			at, err := a.asked(ctx, actor, in.ThingParam)
			if err == nil {
				err = radar.MayIn(at.Programme, actor, radar.ActEdit, uuid.Nil)
			}
			if err != nil {
				return nothing{}, err
			}
			for _, name := range in.Body.Fields {
				if err := isAsked(at, name, "/fields"); err != nil {
					return nothing{}, err
				}
			}
			remark := a.router.Messages().For(i18n.German).T("inquiry.remark", "title", at.Inquiry.Title)
			return nothing{true}, inAnswers(a.Radar.TakeAnswer(ctx, actor, at.Answer.ID, in.Body.Version, in.Body.Edit, in.Body.Fields, remark))
		})
}
