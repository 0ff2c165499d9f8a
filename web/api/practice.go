package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagPractice = "Practice"

type practiceGoal struct {
	Key  string `json:"key"`
	Text string `json:"text"`
	Done bool   `json:"done"`
}

type practiceStep struct {
	At   string `json:"at" format:"date-time"`
	What string `json:"what"`
	Text string `json:"text,omitempty"`
	Day  string `json:"day,omitempty"`
}

// practiceCase is an invented case, and how far the caller is with it.
type practiceCase struct {
	Key     string         `json:"key"`
	Title   string         `json:"title"`
	Place   string         `json:"place"`
	Text    string         `json:"text" doc:"What the invented person wrote."`
	Status  string         `json:"status"`
	Label   string         `json:"status_label"`
	Release string         `json:"release,omitempty" enum:"released,withheld"`
	Public  string         `json:"public,omitempty" doc:"What everybody would read."`
	Mine    bool           `json:"mine"`
	High    bool           `json:"high"`
	Team    string         `json:"team,omitempty" doc:"To which it was handed."`
	Into    string         `json:"into,omitempty" doc:"Key of the case it was joined to."`
	Answer  string         `json:"answer,omitempty" doc:"What the invented person answers, once they were asked."`
	MayUndo bool           `json:"may_undo"`
	Goals   []practiceGoal `json:"goals" nullable:"false"`
	Steps   []practiceStep `json:"steps" nullable:"false" doc:"Oldest first."`
}

type practiceDesk struct {
	Cases []practiceCase `json:"cases" nullable:"false" doc:"In the order in which they teach the desk."`
	Teams []string       `json:"teams" nullable:"false" doc:"Keys of the invented teams."`
}

type practiceDo struct {
	Kind   string `json:"kind" enum:"release,withhold,take,status,ask,note,back,priority,secure,hand,merge,undo"`
	Text   string `json:"text,omitempty" maxLength:"2000"`
	Status string `json:"status,omitempty" enum:"in_review,in_progress,planned,resolved,no_action,not_responsible"`
	Day    string `json:"day,omitempty" format:"date"`
	Team   string `json:"team,omitempty" maxLength:"20"`
	Into   string `json:"into,omitempty" maxLength:"20" doc:"Key of another case."`
}

// practice is the practice mode: invented cases that nothing else reads.
func (a *api) practice() {
	of := func(id, method, path, summary, detail string) op {
		o := op{id: id, method: method, path: path, tag: tagPractice, scope: accounts.ScopeDeskWrite, summary: summary, detail: detail, hidden: true}
		if method == http.MethodGet {
			o.scope = accounts.ScopeDeskRead
		} else {
			o.rule = accounts.RulePost
		}
		return o
	}
	reads(a, of("getPracticeDesk", http.MethodGet, "/desk/practice", "Read your practice desk",
		"Invented cases, and how far you are. Nobody else sees it; twelve hours after the last step it begins anew."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (practiceDesk, error) {
			desk, now, err := a.Practice.Desk(ctx, actor)
			if err != nil {
				return practiceDesk{}, err
			}
			out := practiceDesk{Cases: []practiceCase{}, Teams: practice.Teams()}
			all := practice.Cases()
			for i := range all {
				s := desk.Of(all[i].Key)
				out.Cases = append(out.Cases, practised(k.loc(), &all[i], &s, s.MayUndo(now)))
			}
			return out, nil
		})
	type input struct {
		Key  string `path:"key" maxLength:"40" doc:"Of the case."`
		Body practiceDo
	}
	reads(a, of("practise", http.MethodPost, "/desk/practice/{key}/steps", "Take one step on an invented case", "As the forms of the real desk. undo takes the last one back, for five minutes: 409 after that."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (practiceCase, error) {
			b := &in.Body
			err := a.Practice.Do(ctx, actor, in.Key, practice.Do{
				Kind: b.Kind, Text: kit.Clean(b.Text, true), Status: practice.Status(b.Status), Day: b.Day, Team: b.Team, Into: b.Into,
			})
			if err != nil {
				return practiceCase{}, ownFields(err)
			}
			desk, now, err := a.Practice.Desk(ctx, actor)
			if err != nil {
				return practiceCase{}, err
			}
			c := practice.ByKey(in.Key)
			if c == nil {
				return practiceCase{}, fault.Missing("practice case")
			}
			s := desk.Of(c.Key)
			return practised(k.loc(), c, &s, s.MayUndo(now)), nil
		})
	drop := of("resetPractice", http.MethodDelete, "/desk/practice", "Begin anew", "All steps are forgotten. No body.")
	drop.plain = true
	reads(a, drop, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (nothing, error) {
		return nothing{true}, a.Practice.Reset(ctx, actor)
	})
}

func practised(loc *i18n.Localizer, c *practice.Case, s *practice.State, undo bool) practiceCase {
	out := practiceCase{
		Key: c.Key, Title: c.Title.In(loc.Lang()), Place: c.Place, Text: c.Text, Status: string(s.Status), Label: loc.T("status." + string(s.Status) + ".label"),
		Release: string(s.Release), Public: s.Public, Mine: s.Mine, High: s.High, Team: s.Team, Into: s.Into, MayUndo: undo, Goals: []practiceGoal{}, Steps: []practiceStep{},
	}
	if s.Asked {
		out.Answer = c.Asks
	}
	for _, g := range c.Goals {
		out.Goals = append(out.Goals, practiceGoal{Key: g.Key, Text: loc.T("practice.goal." + g.Key), Done: g.Done(*s)})
	}
	for _, st := range s.Steps {
		out.Steps = append(out.Steps, practiceStep{At: stamp(st.At), What: st.What, Text: st.Text, Day: st.Day})
	}
	return out
}
