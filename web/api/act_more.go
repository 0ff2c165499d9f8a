package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// mailFollow orders mails about one report.
type mailFollow struct {
	Mail string `json:"mail" minLength:"3" maxLength:"254" doc:"It gets one mail that asks whether it wants them; none comes before it is confirmed." example:"anna@example.org"`
}

type mailFollowIn struct {
	PartyParam
	OnceParam
	Body mailFollow

	ask bool
}

// before asks what has a transaction of its own: who speaks, whether they may
// know of the report, and whether the address may be written to once more.
func (in *mailFollowIn) before(ctx context.Context, a *api, k *call, actor accounts.Actor) error {
	if err := in.PartyParam.before(ctx, a, k, actor); err != nil {
		return err
	}
	if _, err := a.Reports.Get(ctx, in.actor, in.number); err != nil {
		return err
	}
	var err error
	in.ask, err = a.Reports.MayAsk(ctx, kit.Clean(in.Body.Mail, false))
	return renamed(err, map[string]string{"mail": "/mail"})
}

// solved answers "Is it solved?".
type solved struct {
	Fixed bool `json:"fixed" doc:"What you see on the spot."`
}

// doubt says that something is not as the team said.
type doubt struct {
	Text string `json:"text" minLength:"1" maxLength:"2000" doc:"Only the team reads it." example:"Die Laterne ist seit gestern wieder dunkel."`
}

// takeMore holds what people do with a report beside adding and answering.
func (a *api) takeMore() {
	follow := op{
		id: "followReport", method: http.MethodPost, path: "/reports/{number}/followers", tag: tagAct, open: true, scope: accounts.ScopeWrite, status: http.StatusAccepted,
		summary: "Follow a report by mail", detail: "No account and no token are needed. The answer is the same whether the address is known. An address is asked a few times an hour at most, whoever sends it.",
	}
	writes(a, follow, func(ctx context.Context, tx pgx.Tx, k *call, _ accounts.Actor, in *mailFollowIn) (nothing, error) {
		lang := i18n.German
		if k.loc().Lang() == i18n.English {
			lang = i18n.English
		}
		return nothing{true}, a.Reports.Within(tx).FollowAsked(ctx, in.actor, in.number, kit.Clean(in.Body.Mail, false), lang, in.ask)
	})
	type hintIn struct {
		NumberParam
		OnceParam
		Body solved
	}
	writes(a, op{
		id: "sayWhetherSolved", method: http.MethodPut, path: "/reports/{number}/solved", tag: tagAct, people: true, scope: accounts.ScopeWrite,
		summary: "Say whether it is solved", detail: "By anybody who passes by; one voice each. It changes no status: the team sees it.",
	}, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *hintIn) (nothing, error) {
		n, err := number(in.Number)
		if err != nil {
			return nothing{}, err
		}
		return nothing{true}, a.Reports.Within(tx).Hint(ctx, actor, n, in.Body.Fixed)
	})
	a.doubt("reopenReport", "/reopening", "Say that a solved report is not solved", "By whoever reported it (access code, or the token it was sent with), within eight weeks. The team looks again.",
		func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, text string) error {
			return s.Reopen(ctx, actor, n, text)
		})
	a.doubt("objectToReport", "/objection", "See the result otherwise", "By whoever reported it, once. Somebody decides who had no hand in it.",
		func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, text string) error {
			return s.Object(ctx, actor, n, text)
		})
}

// doubt adds an operation with one text of whoever reported it.
func (a *api) doubt(id, path, summary, detail string,
	do func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number, text string) error,
) {
	type input struct {
		NumberParam
		CodeParam
		OnceParam
		Body doubt
	}
	type output struct{ Body outcome }
	add(a, operation{Operation: huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: "/reports/{number}" + path, Tags: []string{tagAct}, DefaultStatus: http.StatusCreated, Summary: summary, Description: detail,
	}, need: need{scope: accounts.ScopeWrite}, body: true, fails: []int{400, 404, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			var out output
			return &out, a.once(ctx, k, in.NumberParam, in.Code, id, in.Key, in.Body, &out.Body,
				func(ctx context.Context, s *reports.Service, actor accounts.Actor, n subject.Number) (*bool, error) {
					return nil, do(ctx, s, actor, n, kit.Clean(in.Body.Text, true))
				})
		})
}
