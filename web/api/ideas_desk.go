package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ideaDeskOp is an operation of those who work on ideas.
func ideaDeskOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagIdeaDesk, summary: summary, detail: detail, scope: accounts.ScopeDeskWrite}
	if method == http.MethodGet {
		o.scope = accounts.ScopeDeskRead
	}
	return o
}

// deskIdea is an idea in the list of those who work on it.
type deskIdea struct {
	Number     string `json:"number" example:"I-2026-7K3QX9"`
	Title      string `json:"title"`
	Topic      string `json:"topic" doc:"Key."`
	Status     string `json:"status"`
	Department string `json:"department" doc:"Its name."`
	District   string `json:"district,omitempty"`
	Supports   int    `json:"supports"`
	Goal       int    `json:"goal,omitempty"`
	AnswerBy   string `json:"answer_by,omitempty" format:"date-time"`
	Held       bool   `json:"held" doc:"Not public yet: moderation reads it first."`
	SayWho     bool   `json:"who_decides_is_open" doc:"Nobody has said who decides."`
	Photos     int    `json:"photos_waiting" doc:"Pictures that wait for a look."`
	Files      int    `json:"files_waiting" doc:"Files that wait for a look."`
	CreatedAt  string `json:"created_at" format:"date-time"`
}

type deskIdeaList struct {
	Items []deskIdea `json:"items" nullable:"false" doc:"What is due first on top."`
}

// workOnIdea is an idea with what only those see who work on it.
type workOnIdea struct {
	Idea   oneIdea     `json:"idea"`
	Next   []nextState `json:"next_statuses" nullable:"false"`
	Checks []check     `json:"checks" nullable:"false"`
}

type nextState struct {
	Status string   `json:"status"`
	Label  string   `json:"label"`
	Needs  []string `json:"needs" nullable:"false" doc:"Entries that must come with it: body, date, period, what, not, reason, change, measure, until."`
}

// check is what a department found out; for the city only.
type check struct {
	Kind       string `json:"kind" enum:"formal,cost,responsibility"`
	Department string `json:"department" doc:"Its name."`
	State      string `json:"state" enum:"open,ok,problem"`
	Note       string `json:"note,omitempty"`
	At         string `json:"at" format:"date-time"`
}

// workNow is an idea for those who work on it; for everybody else it is not there.
func (a *api) workNow(ctx context.Context, w *ideaWork) (workOnIdea, error) {
	v, err := w.ideas.Get(ctx, w.actor, w.n)
	if err == nil && !v.May.Work {
		err = fault.Missing("idea")
	}
	if err != nil {
		return workOnIdea{}, err
	}
	list, err := w.ideas.Findings(ctx, w.actor, &v.Idea)
	if err != nil {
		return workOnIdea{}, err
	}
	loc := w.k.loc()
	one, err := a.oneIdeaOf(ctx, w.reader(a), loc, v)
	if err != nil {
		return workOnIdea{}, err
	}
	out := workOnIdea{Idea: one, Next: []nextState{}, Checks: make([]check, len(list))}
	for _, st := range v.Status.Next() {
		n := nextState{Status: string(st), Label: loc.T("idea." + string(st) + ".label"), Needs: []string{}}
		for _, need := range st.Needs() {
			n.Needs = append(n.Needs, string(need))
		}
		out.Next = append(out.Next, n)
	}
	for i, f := range list {
		out.Checks[i] = check{Kind: f.Kind, Department: f.DepartmentName[loc.Lang()], State: f.State, Note: f.Note, At: stamp(f.At)}
		if out.Checks[i].Department == "" {
			out.Checks[i].Department = f.DepartmentName["de"]
		}
	}
	return out, nil
}

// reader is what reads along: the transaction, if there is one.
func (w *ideaWork) reader(a *api) db.Queryer {
	if w.tx != nil {
		return w.tx
	}
	return a.DB
}

// ideaDeskWrites is ideaWrites for those who work on an idea, who get it as it is
// then.
func ideaDeskWrites[I interface {
	idea() (subject.Number, error)
}](a *api, o op, do func(ctx context.Context, w *ideaWork, in *I) error) {
	ideaWrites(a, o, func(ctx context.Context, w *ideaWork, in *I) (workOnIdea, error) {
		if err := do(ctx, w, in); err != nil {
			return workOnIdea{}, err
		}
		return a.workNow(ctx, w)
	})
}

// newIdeaStatus is a status with what it needs.
type newIdeaStatus struct {
	Status    string `json:"status" enum:"open,checking,council,accepted,partly,linked,declined,done,elsewhere"`
	Version   int    `json:"version,omitempty" minimum:"1" doc:"Of the idea as you read it: 409 when it has changed since."`
	Until     string `json:"until,omitempty" format:"date" doc:"The last day for the answer."`
	Date      string `json:"date,omitempty" format:"date" doc:"Of the meeting; done since."`
	Body      string `json:"body,omitempty" maxLength:"1000" doc:"Who decides, in words."`
	Period    string `json:"period,omitempty" maxLength:"1000" example:"Sommer 2027"`
	What      string `json:"what,omitempty" maxLength:"4000" doc:"What is done."`
	Not       string `json:"not,omitempty" maxLength:"4000" doc:"What is not."`
	Reason    string `json:"reason,omitempty" maxLength:"4000"`
	Change    string `json:"change,omitempty" maxLength:"4000" doc:"What would have had to be different."`
	Measure   string `json:"measure,omitempty" maxLength:"1000" doc:"Title of the plan that it is part of."`
	Link      string `json:"link,omitempty" maxLength:"500" doc:"Own path, or https."`
	CostCents *int64 `json:"cost_cents,omitempty" minimum:"0"`
	Criteria  []int  `json:"criteria,omitempty" nullable:"false" maxItems:"50" doc:"Of the call, by place from 0 on, that the answer refers to."`
}

func (s *newIdeaStatus) change(zone *time.Location) (ideas.Change, error) {
	ch := ideas.Change{To: ideas.Status(s.Status), Version: s.Version, Criteria: s.Criteria, Params: ideas.Params{
		Body: kit.Clean(s.Body, false), Period: kit.Clean(s.Period, false), What: kit.Clean(s.What, true), Not: kit.Clean(s.Not, true),
		Reason: kit.Clean(s.Reason, true), Change: kit.Clean(s.Change, true), Measure: kit.Clean(s.Measure, false), Link: kit.Clean(s.Link, false),
		CostCents: s.CostCents,
	}}
	var err error
	if ch.Until, err = cityDay("/until", s.Until, zone); err != nil {
		return ch, err
	}
	ch.Date, err = cityDay("/date", s.Date, zone)
	return ch, err
}

// cityDay is the beginning of a day in the city; nil for "".
func cityDay(field, text string, zone *time.Location) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no day was sent
	}
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		return nil, fault.OnField(field, "api.field.day")
	}
	return &day, nil
}

// deskIdeas is the list of those who work on ideas.
func (a *api) deskIdeas() {
	type query struct {
		Due   string `query:"due" enum:"open,who,late,goal,all" default:"open" doc:"who: not said who decides; late: the answer is overdue; goal: reached."`
		Text  string `query:"q" maxLength:"200" doc:"Words, or a public number."`
		After string `query:"after" maxLength:"200" doc:"Where the page before ends, as the Link header says."`
		Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"Ideas on a page."`
	}
	type output struct {
		Link string `header:"Link" doc:"Address of the next page (rel=\"next\"); absent on the last."`
		Body deskIdeaList
	}
	o := ideaDeskOp("listDeskIdeas", http.MethodGet, "/desk/ideas", "List the ideas to work on", "Those of your remit. Follow the Link header with rel=\"next\" for more.").operation(typeOf[query]())
	add(a, o, func(ctx context.Context, k *call, in *query) (*output, error) {
		f := ideas.DeskFilter{Due: in.Due, Text: kit.Clean(in.Text, false)}
		if f.Due == "open" {
			f.Due = ""
		}
		found, err := a.Ideas.Desk(ctx, k.actor(accounts.ScopeDeskRead), f, ideas.Page{After: in.After, Limit: in.Limit})
		if fault.Is(err, fault.BadRequest) {
			err = fault.OnField("after", "api.field.cursor").Because(err)
		}
		if err != nil {
			return nil, err
		}
		out := &output{Body: deskIdeaList{Items: make([]deskIdea, len(found.Rows))}}
		for i := range found.Rows {
			out.Body.Items[i] = deskIdeaOf(&found.Rows[i], k.loc().Lang())
		}
		if found.Next != "" {
			values := url.Values{"due": {in.Due}, "limit": {strconv.Itoa(in.Limit)}, "after": {found.Next}}
			if in.Text != "" {
				values.Set("q", in.Text)
			}
			out.Link = "<" + a.router.URL(Root+"/desk/ideas?"+values.Encode()) + `>; rel="next"`
		}
		return out, nil
	})
}

func deskIdeaOf(r *ideas.DeskRow, lang string) deskIdea {
	return deskIdea{
		Number: r.Number.Format(subject.PrefixIdea), Title: r.Title, Topic: r.Topic, Status: string(r.Status), Department: r.Team.In(lang),
		District: r.District, Supports: r.Supports, Goal: r.Goal, AnswerBy: stampOf(r.AnswerBy), Held: r.Held, SayWho: r.Say, Photos: r.Photos,
		Files: r.Files, CreatedAt: stamp(r.CreatedAt),
	}
}

func (a *api) ideaDesk() {
	a.deskIdeas()
	type input struct{ IdeaParam }
	reads(a, ideaDeskOp("getDeskIdea", http.MethodGet, "/desk/ideas/{number}", "Read an idea to work on", "With what it may become, and the checks of departments, which are for the city only."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (workOnIdea, error) {
			n, err := in.idea()
			if err != nil {
				return workOnIdea{}, err
			}
			return a.workNow(ctx, &ideaWork{k: k, actor: actor, ideas: a.Ideas, n: n})
		})
	type statusIn struct {
		IdeaParam
		OnceParam
		Body newIdeaStatus
	}
	ideaDeskWrites(a, ideaDeskOp("setIdeaStatus", http.MethodPut, "/desk/ideas/{number}/status", "Set the status of an idea",
		"With what it needs (next_statuses says what). One that is an answer is kept as the city's answer; authors and supporters are told once."),
		func(ctx context.Context, w *ideaWork, in *statusIn) error {
			ch, err := in.Body.change(a.Zone)
			if err != nil {
				return err
			}
			return renamed(w.ideas.SetStatus(ctx, w.actor, w.n, ch), map[string]string{"cost": "/cost_cents"})
		})
	type newDecides struct {
		By       string `json:"by" enum:"city,district,council,other"`
		Who      string `json:"who,omitempty" maxLength:"200" doc:"In words, where it is another one."`
		AnswerBy string `json:"answer_by,omitempty" format:"date" doc:"The last day for the answer; absent: as it is."`
	}
	type whoIn struct {
		IdeaParam
		OnceParam
		Body newDecides
	}
	ideaDeskWrites(a, ideaDeskOp("sayWhoDecides", http.MethodPut, "/desk/ideas/{number}/decides", "Say who decides", "Within five working days; public."),
		func(ctx context.Context, w *ideaWork, in *whoIn) error {
			day, err := cityDay("/answer_by", in.Body.AnswerBy, a.Zone)
			if err != nil {
				return err
			}
			return renamed(w.ideas.SayWho(ctx, w.actor, w.n, in.Body.By, kit.Clean(in.Body.Who, false), day), map[string]string{"decides": "/by"})
		})
	type newCheck struct {
		State string `json:"state" enum:"open,ok,problem"`
		Note  string `json:"note,omitempty" maxLength:"4000" doc:"For the city only."`
	}
	type checkIn struct {
		IdeaParam
		OnceParam
		Kind string `path:"kind" maxLength:"20" doc:"formal, cost or responsibility."`
		Body newCheck
	}
	ideaDeskWrites(a, ideaDeskOp("setIdeaCheck", http.MethodPut, "/desk/ideas/{number}/checks/{kind}", "Say what a check has found", "For the idea's department. Private."),
		func(ctx context.Context, w *ideaWork, in *checkIn) error {
			return renamed(w.ideas.SetFinding(ctx, w.actor, w.n, in.Kind, in.Body.State, kit.Clean(in.Body.Note, true)), map[string]string{"note": "/note"})
		})
}
