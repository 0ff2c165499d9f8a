package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// longText is a text in both languages as a call has it; "" is none.
type longText struct {
	DE string `json:"de,omitempty" maxLength:"8000"`
	EN string `json:"en,omitempty" maxLength:"8000"`
}

func (t longText) text(lines bool) i18n.Text {
	out := i18n.Text{}
	for lang, text := range map[string]string{i18n.German: kit.Clean(t.DE, lines), i18n.English: kit.Clean(t.EN, lines)} {
		if text != "" {
			out[lang] = text
		}
	}
	return out
}

func longTextOf(t i18n.Text) longText { return longText{DE: t[i18n.German], EN: t[i18n.English]} }

// CallWords are a call as it is set up; exported for huma.
type CallWords struct {
	Kind          string      `json:"kind" minLength:"1" maxLength:"20" doc:"ideas, places or contest."`
	Department    string      `json:"department" maxLength:"60" doc:"Key of the department that answers."`
	StaffOnly     bool        `json:"staff_only,omitempty" doc:"For the city's employees only."`
	Title         longText    `json:"title"`
	Lead          longText    `json:"lead,omitzero"`
	Text          longText    `json:"text,omitzero" doc:"Needed to publish, as are criteria, answer_by and a collect phase with an end."`
	Rules         longText    `json:"rules,omitzero"`
	Prize         longText    `json:"prize,omitzero"`
	Criteria      []longText  `json:"criteria,omitempty" nullable:"false" maxItems:"50"`
	Districts     []string    `json:"districts,omitempty" nullable:"false" maxItems:"200" doc:"Refs; none: the whole city."`
	Topics        []string    `json:"topics,omitempty" nullable:"false" maxItems:"50" doc:"Keys; none: all."`
	Participation string      `json:"participation" enum:"information,consultation,cooperation,decision"`
	Who           string      `json:"who" enum:"all,mail,residents,proved" doc:"Whose supports count; proved: only those take part of whom an eID says yes to proof."`
	Proof         *CallProof  `json:"proof,omitempty" doc:"What the eID is asked; with who: proved, else dropped. Fixed from publication on."`
	Threshold     int         `json:"threshold,omitempty" minimum:"0" maximum:"1000000" doc:"0: none."`
	Triggers      longText    `json:"triggers,omitzero" doc:"What the threshold triggers."`
	BudgetCents   *int64      `json:"budget_cents,omitempty" minimum:"0"`
	NeedPlace     bool        `json:"need_place,omitempty"`
	AnswerBy      string      `json:"answer_by,omitempty" format:"date"`
	Phases        []callPhase `json:"phases,omitempty" nullable:"false" maxItems:"5"`
}

// newCall is a call as it is sent.
type newCall struct {
	CallWords

	Version int `json:"version,omitempty" minimum:"1" doc:"As you read it: 409 when somebody has changed it since. Not needed for a new one."`
}

// call is what was sent in the domain's words; what was is kept where nothing can
// be said about it here.
func (c *newCall) call(ctx context.Context, q db.Queryer, was ideas.Call) (ideas.Call, error) {
	out := was
	out.Version, out.Kind, out.StaffOnly, out.NeedPlace = c.Version, c.Kind, c.StaffOnly, c.NeedPlace
	out.Title, out.Lead, out.Text, out.Rules = c.Title.text(false), c.Lead.text(false), c.Text.text(true), c.Rules.text(true)
	out.Prize, out.Triggers = c.Prize.text(true), c.Triggers.text(false)
	out.Districts, out.Topics, out.Participation, out.Who = c.Districts, c.Topics, c.Participation, c.Who
	out.Proof = c.Proof.proof()
	out.Threshold, out.BudgetCents, out.Criteria, out.Spans = c.Threshold, c.BudgetCents, nil, nil
	for _, t := range c.Criteria {
		out.Criteria = append(out.Criteria, t.text(false))
	}
	var wrong fault.Fields
	day := func(field, text string) *time.Time {
		if text == "" {
			return nil
		}
		at, err := time.Parse(time.DateOnly, text)
		if err != nil || at.Year() < 2000 || at.Year() > 2200 {
			wrong.Add(field, "idea.err.day")
			return nil
		}
		return &at
	}
	out.AnswerBy = day("/answer_by", c.AnswerBy)
	for _, p := range c.Phases {
		if _, twice := out.Span(ideas.Phase(p.Phase)); twice {
			wrong.Add("/phases", "idea.err.phase_order")
			continue
		}
		from := day("/phases", p.From)
		if from == nil {
			continue
		}
		out.Spans = append(out.Spans, ideas.Span{Phase: ideas.Phase(p.Phase), From: *from, To: day("/phases", p.To)})
	}
	d, err := accounts.DepartmentByKey(ctx, q, c.Department)
	switch {
	case fault.Is(err, fault.NotFound):
		wrong.Add("/department", "idea.err.choice")
	case err != nil:
		return out, err
	}
	out.Department = d.ID
	return out, wrong.Err()
}

// inCall gives wrong entries of a call the names that they have in the body.
func inCall(err error) error {
	names := map[string]string{"budget": "/budget_cents", "age_from": "/proof/age_from", "age_to": "/proof/age_to", "proof_postcodes": "/proof/postcodes", "proof_district": "/proof/districts"}
	for _, p := range ideas.Phases() {
		names[string(p)+"_from"], names[string(p)+"_to"] = "/phases", "/phases"
	}
	return renamed(err, names)
}

// workCall is a call as whoever sets it up reads and changes it.
type workCall struct {
	CallWords

	Number  string `json:"number" example:"A-2026-7K3QX9"`
	State   string `json:"state" enum:"draft,published,ended"`
	Version int    `json:"version"`
	Page    string `json:"page" format:"uri" doc:"The page for people; of a draft the preview."`
}

func wordsOfCall(c *ideas.Call, department string) CallWords {
	out := CallWords{
		Kind: c.Kind, Department: department, StaffOnly: c.StaffOnly, Title: longTextOf(c.Title), Lead: longTextOf(c.Lead), Text: longTextOf(c.Text),
		Rules: longTextOf(c.Rules), Prize: longTextOf(c.Prize), Districts: c.Districts, Topics: c.Topics, Participation: c.Participation, Who: c.Who, Proof: proofOf(c),
		Threshold: c.Threshold, Triggers: longTextOf(c.Triggers), BudgetCents: c.BudgetCents, NeedPlace: c.NeedPlace, AnswerBy: dateOf(c.AnswerBy),
	}
	for _, t := range c.Criteria {
		out.Criteria = append(out.Criteria, longTextOf(t))
	}
	for _, s := range c.Spans {
		out.Phases = append(out.Phases, callPhase{Phase: string(s.Phase), From: s.From.Format(time.DateOnly), To: dateOf(s.To)})
	}
	return out
}

// callOnDesk is a call for whoever sets it up; for everybody else it is not there.
func (a *api) callOnDesk(ctx context.Context, q db.Queryer, s *ideas.Service, lang string, actor accounts.Actor, n subject.Number) (workCall, error) {
	c, err := s.Call(ctx, actor, n)
	if err == nil {
		err = ideas.MayCall(actor, c)
	}
	if err != nil {
		return workCall{}, err
	}
	d, err := departmentOf(ctx, q, lang, c.Department)
	return workCall{
		CallWords: wordsOfCall(c, d.Key), Number: n.Format(subject.PrefixCall), State: string(c.State), Version: c.Version, Page: a.router.URL(c.Path()),
	}, err
}

func (a *api) deskCalls() {
	reads(a, ideaDeskOp("listDeskCalls", http.MethodGet, "/desk/calls", "List the calls that you set up", "Drafts, too."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (callList, error) {
			list, err := a.Ideas.DeskCalls(ctx, actor)
			if err != nil {
				return callList{}, err
			}
			return a.callListOf(ctx, k.loc(), list)
		})
	type callBlueprint struct {
		CallWords

		Key string `json:"key"`
	}
	type callBlueprints struct {
		Blueprints []callBlueprint `json:"blueprints" nullable:"false" doc:"Calls to start from; their days are counted from today."`
	}
	reads(a, ideaDeskOp("listCallBlueprints", http.MethodGet, "/desk/call-blueprints", "List calls to start from", "Send one back with a title, a text and your department."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (callBlueprints, error) {
			if err := ideas.MayDesk(actor); err != nil {
				return callBlueprints{}, err
			}
			now, err := a.now(ctx)
			if err != nil {
				return callBlueprints{}, err
			}
			y, m, d := now.In(a.Zone).Date()
			out := callBlueprints{}
			for _, key := range ideas.Blueprints() {
				c := ideas.Blueprint(key, time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
				out.Blueprints = append(out.Blueprints, callBlueprint{CallWords: wordsOfCall(&c, ""), Key: key})
			}
			return out, nil
		})
	type input struct{ CallParam }
	reads(a, ideaDeskOp("getDeskCall", http.MethodGet, "/desk/calls/{number}", "Read a call that you set up", "A draft, too."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (workCall, error) {
			n, err := in.call()
			if err != nil {
				return workCall{}, err
			}
			return a.callOnDesk(ctx, a.DB, a.Ideas, k.loc().Lang(), actor, n)
		})
	type newIn struct {
		OnceParam
		Body newCall
	}
	o := ideaDeskOp("createCall", http.MethodPost, "/desk/calls", "Set up a call", "By a team lead or an editor of its department; a draft until it is published.")
	o.status, o.hidden = http.StatusCreated, true
	writes(a, o, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *newIn) (workCall, error) {
		c, err := in.Body.call(ctx, tx, ideas.Call{})
		if err != nil {
			return workCall{}, err
		}
		s := a.Ideas.Within(tx)
		n, err := s.SaveCall(ctx, actor, c)
		if err != nil {
			return workCall{}, inCall(err)
		}
		return a.callOnDesk(ctx, tx, s, k.loc().Lang(), actor, n)
	})
	type changeIn struct {
		CallParam
		OnceParam
		Body newCall
	}
	writes(a, ideaDeskOp("changeCall", http.MethodPut, "/desk/calls/{number}", "Change a call",
		"All of it. What is published keeps who counts, its threshold and its criteria: they were known before it began."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *changeIn) (workCall, error) {
			s := a.Ideas.Within(tx)
			n, err := in.call()
			if err != nil {
				return workCall{}, err
			}
			was, err := s.Call(ctx, actor, n)
			if err == nil {
				err = ideas.MayCall(actor, was)
			}
			if err != nil {
				return workCall{}, err
			}
			c, err := in.Body.call(ctx, tx, *was)
			if err != nil {
				return workCall{}, err
			}
			if _, err := s.SaveCall(ctx, actor, c); err != nil {
				return workCall{}, inCall(err)
			}
			return a.callOnDesk(ctx, tx, s, k.loc().Lang(), actor, n)
		})
	a.deskCallStates()
}

// deskCallStates publish and end calls.
func (a *api) deskCallStates() {
	type input struct {
		CallParam
		OnceParam
	}
	for _, one := range []struct {
		id, path, summary, detail string
		do                        func(s *ideas.Service) func(ctx context.Context, actor accounts.Actor, n subject.Number) error
	}{
		{
			"publishCall", "/desk/calls/{number}/publication", "Publish a call", "Before it begins: from then on its rules are fixed. No body.",
			func(s *ideas.Service) func(context.Context, accounts.Actor, subject.Number) error {
				return s.PublishCall
			},
		},
		{
			"endCall", "/desk/calls/{number}/end", "End a call", "For good: nobody proposes or supports any more, and anybody can count again. No body.",
			func(s *ideas.Service) func(context.Context, accounts.Actor, subject.Number) error { return s.EndCall },
		},
	} {
		writes(a, ideaDeskOp(one.id, http.MethodPost, one.path, one.summary, one.detail),
			func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *input) (workCall, error) {
				n, err := in.call()
				if err != nil {
					return workCall{}, err
				}
				s := a.Ideas.Within(tx)
				if err := one.do(s)(ctx, actor, n); err != nil {
					return workCall{}, inCall(err)
				}
				return a.callOnDesk(ctx, tx, s, k.loc().Lang(), actor, n)
			})
	}
}
