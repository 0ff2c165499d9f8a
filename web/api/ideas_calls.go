package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// CallBrief is a call in a list; exported for huma, which reads no unexported parts.
type CallBrief struct {
	Number     string      `json:"number" example:"A-2026-7K3QX9"`
	State      string      `json:"state" enum:"draft,published,ended"`
	Kind       string      `json:"kind" doc:"ideas, places or contest."`
	Title      names       `json:"title"`
	Lead       names       `json:"lead"`
	Department string      `json:"department" doc:"Its name."`
	StaffOnly  bool        `json:"staff_only" doc:"For the city's employees only."`
	Phase      string      `json:"phase,omitempty" doc:"The one that runs: collect, check, support, decide or implement; absent between two and after the last."`
	Collects   bool        `json:"collects" doc:"Ideas can be proposed now."`
	Phases     []callPhase `json:"phases" nullable:"false"`
	Ideas      int         `json:"ideas" doc:"Public ones."`
	Links      callLinks   `json:"links"`
}

type callPhase struct {
	Phase string `json:"phase" enum:"collect,check,support,decide,implement"`
	From  string `json:"from" format:"date" doc:"The first day, in the city's time zone."`
	To    string `json:"to,omitempty" format:"date" doc:"The last day; absent: open end."`
}

type callLinks struct {
	Self    string `json:"self" format:"uri"`
	Ideas   string `json:"ideas" format:"uri"`
	Results string `json:"results" format:"uri"`
	Page    string `json:"page" format:"uri" doc:"The page for people."`
}

// oneCall is all of a call.
type oneCall struct {
	CallBrief

	Version       int        `json:"version" doc:"Counts changes; send it along when you change the call."`
	Text          names      `json:"text"`
	Rules         names      `json:"rules"`
	Criteria      []names    `json:"criteria" nullable:"false" doc:"Published before it begins; answers refer to them."`
	Districts     []string   `json:"districts" nullable:"false" doc:"Refs; none: the whole city."`
	Topics        []string   `json:"topics" nullable:"false" doc:"Keys; none: all."`
	Participation string     `json:"participation" doc:"information, consultation, cooperation or decision."`
	Who           string     `json:"who" doc:"Whose supports count: all, mail (a confirmed address), residents, or proved: see proof."`
	Proof         *CallProof `json:"proof,omitempty" doc:"Only those take part of whom an eID says yes to this."`
	Threshold     int        `json:"threshold,omitempty" doc:"Supports that trigger something; absent: none."`
	Triggers      names      `json:"triggers" doc:"What they trigger."`
	BudgetCents   *int64     `json:"budget_cents,omitempty"`
	Prize         names      `json:"prize"`
	NeedPlace     bool       `json:"need_place"`
	AnswerBy      string     `json:"answer_by,omitempty" format:"date"`
	PublishedAt   string     `json:"published_at,omitempty" format:"date-time"`
}

func (a *api) callBriefOf(loc *i18n.Localizer, c *ideas.Call, now time.Time) CallBrief {
	number := c.Number.Format(subject.PrefixCall)
	self := a.router.URL(Root + "/calls/" + number)
	out := CallBrief{
		Number: number, State: string(c.State), Kind: c.Kind, Title: namesOf(c.Title), Lead: namesOf(c.Lead), Department: c.DepartmentOf.In(loc.Lang()),
		StaffOnly: c.StaffOnly, Collects: c.Collects(now, a.Zone), Phases: make([]callPhase, len(c.Spans)), Ideas: c.Ideas,
		Links: callLinks{Self: self, Results: self + "/results", Ideas: a.router.URL(Root + "/ideas?call=" + number), Page: a.router.URL(c.Path())},
	}
	if c.State == ideas.CallPublished {
		out.Phase = string(c.Now(now, a.Zone))
	}
	for i, s := range c.Spans {
		out.Phases[i] = callPhase{Phase: string(s.Phase), From: s.From.Format(time.DateOnly), To: dateOf(s.To)}
	}
	return out
}

func (a *api) oneCallOf(loc *i18n.Localizer, c *ideas.Call, now time.Time) oneCall {
	out := oneCall{
		CallBrief: a.callBriefOf(loc, c, now), Version: c.Version, Text: namesOf(c.Text), Rules: namesOf(c.Rules), Criteria: make([]names, len(c.Criteria)),
		Districts: append([]string{}, c.Districts...), Topics: append([]string{}, c.Topics...), Participation: c.Participation, Who: c.Who, Proof: proofOf(c),
		Threshold: c.Threshold, Triggers: namesOf(c.Triggers), BudgetCents: c.BudgetCents, Prize: namesOf(c.Prize), NeedPlace: c.NeedPlace,
		AnswerBy: dateOf(c.AnswerBy), PublishedAt: stampOf(c.PublishedAt),
	}
	for i, t := range c.Criteria {
		out.Criteria[i] = namesOf(t)
	}
	return out
}

type callList struct {
	Calls []CallBrief `json:"calls" nullable:"false" doc:"Newest first."`
}

func (a *api) callListOf(ctx context.Context, loc *i18n.Localizer, list []ideas.Call) (callList, error) {
	now, err := a.now(ctx)
	if err != nil {
		return callList{}, err
	}
	out := callList{Calls: make([]CallBrief, len(list))}
	for i := range list {
		out.Calls[i] = a.callBriefOf(loc, &list[i], now)
	}
	return out, nil
}

// callResults is what anybody can count again.
type callResults struct {
	Ideas    []ideaListed `json:"ideas" nullable:"false" doc:"With their supports as shown, most first, at most 500."`
	Seals    []daySeal    `json:"seals" nullable:"false" doc:"The days under seal, each with the hash of the day before."`
	Whole    bool         `json:"whole" doc:"Every seal is what its rows give now."`
	Released *int         `json:"held_released,omitempty" doc:"Once the call has ended: supports that were held and count."`
	Void     *int         `json:"held_void,omitempty" doc:"Once the call has ended: supports that were held and do not count."`
}

type daySeal struct {
	Day      string `json:"day" format:"date"`
	Rows     int    `json:"rows"`
	Prev     string `json:"prev" doc:"Hash of the sealed day before, hexadecimal."`
	Hash     string `json:"hash"`
	Receipts string `json:"receipts" doc:"Hash of the list of receipts."`
}

type ledgerRow struct {
	Day   string `json:"day" format:"date"`
	Row   string `json:"row" doc:"Random: the order tells nothing."`
	Idea  string `json:"idea,omitempty" doc:"Its number; absent where it is no longer public."`
	Value int    `json:"value"`
	Delta int    `json:"delta" doc:"1: one support more, -1: one fewer."`
	// what the seals are computed from besides
	Kind   string `json:"kind"`
	Thing  string `json:"thing" format:"uuid"`
	Aspect string `json:"aspect"`
}

type ledger struct {
	Rows []ledgerRow `json:"rows" nullable:"false" doc:"The sum of delta by idea is the result."`
}

// callsIn are the filters of a list of calls.
type callsIn struct {
	Kind string `query:"kind" enum:"ideas,places,contest,call" doc:"Only these; call: all but innovation contests."`
}

func (in *callsIn) fits(c *ideas.Call) bool {
	if in.Kind == "call" {
		return c.Kind != "contest"
	}
	return in.Kind == "" || c.Kind == in.Kind
}

func (a *api) calls() {
	a.callProof()
	type input struct{ CallParam }
	reads(a, ideaOp("listCalls", http.MethodGet, "/calls", "List calls", "Those that are published or have ended, at most 100."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *callsIn) (callList, error) {
			list, err := a.Ideas.Calls(ctx, actor)
			if err != nil {
				return callList{}, err
			}
			return a.callListOf(ctx, k.loc(), slices.DeleteFunc(list, func(c ideas.Call) bool { return !in.fits(&c) }))
		})
	reads(a, ideaOp("getCall", http.MethodGet, "/calls/{number}", "Read a call", "What it asks for, its phases and its rules."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (oneCall, error) {
			return a.readCall(ctx, k, actor, in.CallParam)
		})
	reads(a, ideaOp("getCallResults", http.MethodGet, "/calls/{number}/results", "Read the results of a call",
		"The counts as shown, and the chain of sealed days by which anybody can count again."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *input) (callResults, error) {
			c, err := a.shownCall(ctx, actor, in.CallParam)
			if err != nil {
				return callResults{}, err
			}
			return a.resultsOf(ctx, k, actor, c)
		})
	o := ideaOp("getCallLedger", http.MethodGet, "/calls/{number}/ledger", "Read the rows behind the results of a call",
		"Once it has ended: anonymous rows, day by day, in an order that tells nothing. They and the receipts are not tied to each other. "+
			"A day's hash (getCallResults) is SHA-256 of: the hash of the day before (32 zero bytes at first); \"call/\", the call's number, a zero byte, the day, a zero byte; "+
			"for each row, in the order given here, the 16 bytes of row, then kind, thing, aspect, value and delta, a zero byte after each; the hash of the receipts; the number of rows as 8 bytes, big-endian.")
	o.rule = accounts.RuleFile
	reads(a, o, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (ledger, error) {
		c, err := a.shownCall(ctx, actor, in.CallParam)
		if err == nil && c.State != ideas.CallEnded {
			err = fault.Missing("ledger of a call that goes on")
		}
		if err != nil {
			return ledger{}, err
		}
		return a.ledgerOf(ctx, c)
	})
}

func (a *api) readCall(ctx context.Context, k *call, actor accounts.Actor, p CallParam) (oneCall, error) {
	n, err := p.call()
	if err != nil {
		return oneCall{}, err
	}
	c, err := a.Ideas.Call(ctx, actor, n)
	if err != nil {
		return oneCall{}, err
	}
	now, err := a.now(ctx)
	return a.oneCallOf(k.loc(), c, now), err
}

// shownCall is a call that is no draft.
func (a *api) shownCall(ctx context.Context, actor accounts.Actor, p CallParam) (*ideas.Call, error) {
	n, err := p.call()
	if err != nil {
		return nil, err
	}
	c, err := a.Ideas.Call(ctx, actor, n)
	if err == nil && c.State == ideas.CallDraft {
		err = fault.Missing("results of a draft")
	}
	return c, err
}

func (a *api) resultsOf(ctx context.Context, k *call, actor accounts.Actor, c *ideas.Call) (callResults, error) {
	l, err := a.Ideas.List(ctx, actor, ideas.Filter{Call: c.Number.Format(subject.PrefixCall), Sort: ideas.MostSupported}, ideas.Page{Limit: 500})
	if err != nil {
		return callResults{}, err
	}
	seals, err := votes.Seals(ctx, a.DB, ideas.Scope(c))
	if err != nil {
		return callResults{}, err
	}
	wrong, err := votes.VerifySeals(ctx, a.DB, ideas.Scope(c))
	if err != nil {
		return callResults{}, err
	}
	out := callResults{Ideas: a.ideasListed(k.loc(), l.Items), Seals: make([]daySeal, len(seals)), Whole: wrong.IsZero()}
	for i, s := range seals {
		out.Seals[i] = daySeal{
			Day: s.Day.Format(time.DateOnly), Rows: s.N, Prev: hex.EncodeToString(s.Prev), Hash: hex.EncodeToString(s.Hash), Receipts: hex.EncodeToString(s.Receipts),
		}
	}
	if c.State == ideas.CallEnded {
		rep, err := votes.ReportOf(ctx, a.DB, ideas.Scope(c))
		if err != nil {
			return callResults{}, err
		}
		out.Released, out.Void = &rep.Released, &rep.Void
	}
	return out, nil
}

func (a *api) ledgerOf(ctx context.Context, c *ideas.Call) (ledger, error) {
	numbers := map[string]string{}
	if err := a.Ideas.NumbersOf(ctx, c, func(id string, n subject.Number) { numbers[id] = n.Format(subject.PrefixIdea) }); err != nil {
		return ledger{}, err
	}
	out := ledger{Rows: []ledgerRow{}}
	err := votes.Ledger(ctx, a.DB, ideas.Scope(c), func(e votes.Entry) error {
		out.Rows = append(out.Rows, ledgerRow{
			Day: e.Day.Format(time.DateOnly), Row: e.ID.String(), Idea: numbers[e.Ref.ID.String()], Value: int(e.Value), Delta: int(e.Delta),
			Kind: string(e.Ref.Kind), Thing: e.Ref.ID.String(), Aspect: string(e.Aspect),
		})
		return nil
	})
	return out, err
}
