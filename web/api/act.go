package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type counted struct {
	MeToo int  `json:"me_too" doc:"How many are concerned now."`
	Mine  bool `json:"mine" doc:"Whether you are among them."`
}

// said is what somebody adds or answers.
type said struct {
	Text  string     `json:"text" minLength:"1" maxLength:"2000" doc:"Only the team reads it." example:"Jetzt ist auch die Laterne daneben dunkel."`
	Files []sentFile `json:"files,omitempty" nullable:"false" maxItems:"5" doc:"Together up to 10 MB."`
}

// outcome is a report after something was done with it.
type outcome struct {
	Number    string   `json:"number"`
	Status    statusOf `json:"status"`
	Version   int      `json:"version"`
	Withdrawn *bool    `json:"withdrawn,omitempty" doc:"Of a withdrawal: false where the city already works on it, and it is a hint to the team instead."`
	Links     links    `json:"links"`
}

// act holds what people do with a report that is there.
func (a *api) act() {
	a.meToo()
	a.say("addToReport", "/additions", "Add to a report", "By whoever reported it (access code, or the token it was sent with), as long as it is open.",
		func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, said reports.Said) error {
			return s.AddWith(ctx, actor, n, said)
		})
	a.say("answerQuestion", "/answers", "Answer the team's question", "By whoever reported it, while the status is waiting. The report goes back to where it is checked.",
		func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, said reports.Said) error {
			return s.AnswerWith(ctx, actor, n, said)
		})
	a.withdraw()
}

func (a *api) meToo() {
	type output struct{ Body counted }
	for _, o := range []struct {
		on                          bool
		id, method, summary, detail string
	}{
		{
			true, "affectsMeToo", http.MethodPost, "Say that it affects you too",
			"Needs a visitor's token: one voice each. Saying it twice changes nothing. Not for systems, and not for your own report, which counts already.",
		},
		{false, "affectsMeNoMore", http.MethodDelete, "Take that back", "Needs the visitor's token that said it."},
	} {
		fails := []int{403, 404, 429}
		add(a, operation{Operation: huma.Operation{
			OperationID: o.id, Method: o.method, Path: "/reports/{number}/me-too", Tags: []string{tagAct}, Summary: o.summary, Description: o.detail,
		}, need: need{visitor: true}, fails: fails}, func(ctx context.Context, k *call, in *NumberParam) (*output, error) {
			n, err := number(in.Number)
			if err != nil {
				return nil, err
			}
			if err := a.limit(ctx, k, accounts.RulePost); err != nil {
				return nil, err
			}
			total, err := a.Reports.MeToo(ctx, k.actor(""), n, o.on)
			return &output{counted{MeToo: total, Mine: o.on}}, err
		})
	}
}

// say adds an operation with one text of the reporter.
func (a *api) say(id, path, summary, detail string,
	do func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, said reports.Said) error,
) {
	type input struct {
		NumberParam
		CodeParam
		OnceParam
		Body said
	}
	type output struct{ Body outcome }
	add(a, operation{Operation: huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: "/reports/{number}" + path, Tags: []string{tagAct}, DefaultStatus: http.StatusCreated,
		Summary: summary, Description: detail, MaxBodyBytes: talkBody,
	}, need: need{scope: accounts.ScopeWrite}, body: true, fails: []int{400, 404, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			var out output
			files, err := a.ownFiles(ctx, k, in.NumberParam, in.Code, in.Body.Files)
			if err != nil {
				return nil, err
			}
			return &out, a.once(ctx, k, in.NumberParam, in.Code, id, in.Key, in.Body, &out.Body,
				func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number) (*bool, error) {
					return nil, do(ctx, s, actor, n, reports.Said{Text: kit.Clean(in.Body.Text, true), Files: files})
				})
		})
}

func (a *api) withdraw() {
	type input struct {
		NumberParam
		CodeParam
		OnceParam
	}
	type output struct{ Body outcome }
	add(a, operation{Operation: huma.Operation{
		OperationID: "withdrawReport", Method: http.MethodPost, Path: "/reports/{number}/withdrawal", Tags: []string{tagAct},
		Summary:     "Withdraw a report",
		Description: "By whoever reported it. Where the city already works on it, it is a hint to the team instead, and withdrawn is false. No body.",
	}, need: need{scope: accounts.ScopeWrite}, fails: []int{403, 404, 409, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			var out output
			return &out, a.once(ctx, k, in.NumberParam, in.Code, "withdrawReport", in.Key, nil, &out.Body,
				func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number) (*bool, error) {
					withdrawn, err := s.Withdraw(ctx, actor, n)
					return &withdrawn, err
				})
		})
}

// once does something with a report as its author, and answers with what
// became of it: now, and again to the same request.
func (a *api) once(ctx context.Context, k *call, p NumberParam, code, id, key string, body any, out *outcome,
	do func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number) (*bool, error),
) error {
	n, err := number(p.Number)
	if err != nil {
		return err
	}
	if err := a.limit(ctx, k, accounts.RulePost); err != nil {
		return err
	}
	actor, err := a.as(ctx, k, accounts.ScopeWrite, n, code)
	if err != nil {
		return err
	}
	req, err := k.request("api."+id, key, n.Format(subject.PrefixReport), body)
	if err != nil {
		return err
	}
	now, err := a.now(ctx) // before the transaction: nothing in it takes another connection
	if err != nil {
		return err
	}
	answer, err := a.Reports.Once(ctx, req, func(ctx context.Context, s *reports.Service) (idem.Answer, error) {
		withdrawn, err := do(ctx, s, actor, n)
		if err != nil {
			return idem.Answer{}, err
		}
		v, err := s.Get(ctx, actor, n)
		if err != nil {
			return idem.Answer{}, err
		}
		o, err := a.outcomeOf(ctx, k, v, now)
		if err != nil {
			return idem.Answer{}, err
		}
		o.Withdrawn = withdrawn
		return answerOf(http.StatusOK, "", o)
	})
	if err != nil {
		return err
	}
	return json.Unmarshal(answer.Body, out)
}

func (a *api) outcomeOf(ctx context.Context, k *call, v *reports.View, now time.Time) (outcome, error) {
	status, err := a.statusOf(ctx, k, v, now)
	return outcome{Number: v.Number.Format(subject.PrefixReport), Status: status, Version: v.Version, Links: a.linksOf(v.Number)}, err
}
