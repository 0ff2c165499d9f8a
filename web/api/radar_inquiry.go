package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/web/kit"
)

// inquiry is what departments are asked, by when.
type inquiry struct {
	ID        string   `json:"id"`
	Programme string   `json:"programme" doc:"Slug."`
	Title     string   `json:"title"`
	Note      string   `json:"note,omitempty" doc:"For those who answer."`
	Year      int      `json:"year" doc:"That the field yearly is about."`
	Due       string   `json:"due" format:"date"`
	Fields    []string `json:"fields" nullable:"false" doc:"Columns of files that are asked for; yearly is the report about the year."`
	Questions []string `json:"questions" nullable:"false" doc:"Further ones; their answers are q1, q2 and so on."`
	Open      bool     `json:"open" doc:"Answers are taken, and people reminded."`
	Asked     int      `json:"asked" doc:"How many measures it is about."`
	Missing   int      `json:"missing" doc:"Answers that are not released yet."`
	CreatedAt string   `json:"created_at" format:"date-time"`
	Page      string   `json:"page" format:"uri"`
}

type inquiries struct {
	Inquiries []inquiry `json:"inquiries" nullable:"false" doc:"The last day first, at most 100."`
}

// inquiryLine is one answer on the board.
type inquiryLine struct {
	ID         string `json:"id" doc:"Of the answer."`
	Measure    string `json:"measure" doc:"Its number."`
	No         int    `json:"no" doc:"Number in the chart."`
	Title      string `json:"title"`
	Department string `json:"department,omitempty" doc:"Key; absent: an office without a desk, by mail."`
	Mail       string `json:"mail,omitempty" doc:"Where the link went."`
	State      string `json:"state" enum:"asked,draft,returned,handed_in,released,taken" doc:"released: waits for the editors. taken: is in a change of the measure."`
	Version    int    `json:"version"`
	Reminded   int    `json:"reminded" doc:"How often."`
	RemindedAt string `json:"reminded_at,omitempty" format:"date-time"`
	HandedInAt string `json:"handed_in_at,omitempty" format:"date-time"`
	ReleasedAt string `json:"released_at,omitempty" format:"date-time"`
	ChangedAt  string `json:"changed_at" format:"date-time"`
}

type inquiryBoard struct {
	Inquiry inquiry       `json:"inquiry"`
	Answers []inquiryLine `json:"answers" nullable:"false" doc:"By number in the chart."`
}

// newInquiry asks departments.
type newInquiry struct {
	Title     string   `json:"title" minLength:"1" maxLength:"80"`
	Note      string   `json:"note,omitempty" maxLength:"2000"`
	Year      int      `json:"year" minimum:"1990" maximum:"2100"`
	Due       string   `json:"due" format:"date" doc:"Today or later."`
	Fields    []string `json:"fields,omitempty" nullable:"false" maxItems:"40" enum:"status,yearly,results_de,start,end,real_end,reason_de,estimate,highlights_de,outlook_de,change_de,from_when_de,where_de,short_de,description_de,goals_de,budget,contact,links" doc:"At least one field or question."`
	Questions []string `json:"questions,omitempty" nullable:"false" maxItems:"10" doc:"Each up to 300 characters."`
	Measures  []newAsk `json:"measures" minItems:"1" maxItems:"500" nullable:"false"`
}

type newAsk struct {
	Measure    string `json:"measure" maxLength:"40" doc:"Number of a measure of the programme that goes on." example:"R-2026-7K3QX9"`
	Department string `json:"department,omitempty" maxLength:"40" doc:"Key of who answers on the desk."`
	Mail       string `json:"mail,omitempty" maxLength:"254" doc:"Where a link to the answer goes; needed without a department."`
	HeadMail   string `json:"head_mail,omitempty" maxLength:"254" doc:"Where a link to release it goes; another address."`
}

func (a *api) inquiryOf(q *radar.Inquiry, slug string, asked, missing int) inquiry {
	return inquiry{
		ID: q.ID.String(), Programme: slug, Title: q.Title, Note: q.Note, Year: q.Year, Due: string(q.Due), Fields: append([]string{}, q.Fields...),
		Questions: append([]string{}, q.Questions...), Open: q.Open, Asked: asked, Missing: missing, CreatedAt: stamp(q.Created),
		Page: a.router.URL("/desk/radar/inquiries/" + q.ID.String()),
	}
}

// slugOf is the programme of an id.
func (a *api) slugOf(ctx context.Context, actor accounts.Actor, id uuid.UUID) (string, error) {
	list, err := a.Radar.Programmes(ctx, actor)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(p radar.Programme) bool { return p.ID == id })
	if i < 0 {
		return "", fault.Missing("programme")
	}
	return list[i].Slug, nil
}

func (a *api) boardOf(ctx context.Context, k *call, actor accounts.Actor, id uuid.UUID) (inquiryBoard, error) {
	q, list, err := a.Radar.Board(ctx, actor, id)
	if err != nil {
		return inquiryBoard{}, err
	}
	slug, err := a.slugOf(ctx, actor, q.Programme)
	if err != nil {
		return inquiryBoard{}, err
	}
	all, err := a.Radar.All(ctx, actor, &radar.Programme{ID: q.Programme})
	if err != nil {
		return inquiryBoard{}, err
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return inquiryBoard{}, err
	}
	out, missing := inquiryBoard{Answers: make([]inquiryLine, len(list))}, 0
	for i := range list {
		r := &list[i]
		line := inquiryLine{
			ID: r.ID.String(), Mail: r.Mail, State: string(r.State), Version: r.Version, Reminded: r.Reminded, RemindedAt: stampOf(r.RemindedAt),
			HandedInAt: stampOf(r.HandedInAt), ReleasedAt: stampOf(r.ReleasedAt), ChangedAt: stamp(r.Changed),
		}
		if d, ok := cat.DepartmentByID(r.Department); ok {
			line.Department = d.Key
		}
		if j := slices.IndexFunc(all, func(m radar.Measure) bool { return m.ID == r.Measure }); j >= 0 {
			line.Measure, line.No, line.Title = all[j].PublicNumber(), all[j].No, all[j].Content.In(k.loc().Lang()).Title
		}
		if r.State.Missing() {
			missing++
		}
		out.Answers[i] = line
	}
	out.Inquiry = a.inquiryOf(q, slug, len(list), missing)
	return out, nil
}

// asks turns numbers and keys into whom the inquiry goes to.
func (a *api) asks(ctx context.Context, actor accounts.Actor, p *radar.Programme, in []newAsk) ([]radar.Ask, error) {
	all, err := a.Radar.All(ctx, actor, p)
	if err != nil {
		return nil, err
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]radar.Ask, len(in))
	for i, n := range in {
		j := slices.IndexFunc(all, func(m radar.Measure) bool {
			return m.PublicNumber() == n.Measure && !m.Past() && m.Visibility != "hidden"
		})
		if j < 0 {
			return nil, fault.OnField(fmt.Sprintf("/measures/%d/measure", i), "inquiry.err.measures")
		}
		out[i] = radar.Ask{Measure: all[j].ID, Mail: kit.Clean(n.Mail, false), HeadMail: kit.Clean(n.HeadMail, false)}
		if n.Department == "" {
			continue
		}
		d, ok := cat.Department(n.Department)
		if !ok {
			return nil, fault.OnField(fmt.Sprintf("/measures/%d/department", i), "inquiry.err.whom")
		}
		out[i].Department = d.ID
	}
	return out, nil
}

// inquiryID reads the id of an inquiry or an answer in a path, for editors.
func inquiryID(actor accounts.Actor, in ThingParam) (uuid.UUID, error) {
	if err := radar.May(actor, radar.ActRelease, uuid.Nil); err != nil {
		return uuid.Nil, err
	}
	return thing(in.ID, "inquiry")
}

// inquire is what editors do to collect what departments know.
func (a *api) inquire() {
	const of, one = "/desk/radar/programmes/{slug}/inquiries", "/desk/radar/inquiries/{id}"
	reads(a, radarDeskOp("listInquiries", http.MethodGet, of, "List the inquiries of a programme", "With how many answers are there. For editors."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *SlugParam) (inquiries, error) {
			p, err := a.deskProgramme(ctx, actor, in.Slug)
			if err != nil {
				return inquiries{}, err
			}
			list, err := a.Radar.Inquiries(ctx, actor, p)
			out := inquiries{Inquiries: make([]inquiry, len(list))}
			for i := range list {
				out.Inquiries[i] = a.inquiryOf(&list[i], p.Slug, list[i].All(), list[i].Missing())
			}
			return out, err
		})
	type createIn struct {
		SlugParam
		OnceParam
		Body newInquiry
	}
	create := radarDeskOp("createInquiry", http.MethodPost, of, "Ask departments about measures",
		"Whoever is asked hears of it, on the desk or by a mail with a link. Sent again with the same key, it is the same inquiry. For editors of the programme.")
	create.status = http.StatusCreated
	reads(a, create, func(ctx context.Context, k *call, actor accounts.Actor, in *createIn) (inquiryBoard, error) {
		p, err := a.deskProgramme(ctx, actor, in.Slug)
		if err == nil {
			err = radar.MayIn(p, actor, radar.ActRelease, uuid.Nil)
		}
		if err != nil {
			return inquiryBoard{}, err
		}
		asks, err := a.asks(ctx, actor, p, in.Body.Measures)
		if err != nil {
			return inquiryBoard{}, err
		}
		q := radar.Inquiry{
			ID: keyed(actor, in.Key), Title: kit.Clean(in.Body.Title, false), Note: kit.Clean(in.Body.Note, true), Year: in.Body.Year, Due: radar.Day(in.Body.Due),
			Fields: in.Body.Fields,
		}
		for _, text := range in.Body.Questions {
			q.Questions = append(q.Questions, kit.Clean(text, false))
		}
		if err := a.Radar.Inquire(ctx, actor, p, &q, asks); err != nil {
			return inquiryBoard{}, err
		}
		out, err := a.boardOf(ctx, k, actor, q.ID)
		if s := &out.Inquiry; err == nil && (s.Programme != p.Slug || s.Title != q.Title || s.Note != q.Note || s.Due != string(q.Due) || s.Asked != len(asks)) {
			return inquiryBoard{}, fault.OnField(idempotencyKey, "api.err.idem_body") // another one was sent with this key
		}
		return out, err
	})
	reads(a, radarDeskOp("getInquiry", http.MethodGet, one, "Read the board of an inquiry", "Who has answered, and who is missing. For editors."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *ThingParam) (inquiryBoard, error) {
			id, err := inquiryID(actor, *in)
			if err != nil {
				return inquiryBoard{}, err
			}
			return a.boardOf(ctx, k, actor, id)
		})
	for _, o := range []struct {
		id, path, summary, detail string
		do                        func(ctx context.Context, actor accounts.Actor, id uuid.UUID) error
	}{
		{
			"closeInquiry", one + "/closing", "End an inquiry",
			"Nobody is reminded any more, and links are worthless. What was released can still be taken over. No body. For editors of the programme.", a.Radar.CloseInquiry,
		},
		{
			"remindOfInquiry", "/desk/radar/answers/{id}/reminder", "Remind of an answer",
			"Whoever is asked; or the head, where it waits for them. 409 if it is there, or within an hour of the last time. No body. For editors of the programme.", a.Radar.RemindNow,
		},
	} {
		one := radarDeskOp(o.id, http.MethodPost, o.path, o.summary, o.detail)
		one.plain = true
		reads(a, one, func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (nothing, error) {
			id, err := inquiryID(actor, *in)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, o.do(ctx, actor, id)
		})
	}
}
