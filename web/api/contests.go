package api

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// tagContests is what calls of the kind contest have besides.
const tagContests = "Contests"

// contestOps are innovation contests: what their pages do, by the same service.
func (a *api) contestOps() {
	a.contestReads()
	a.contestTeams()
	a.contestJury()
	a.contestVotes()
	a.contestDesk()
	a.contestFinal()
}

// contestOp is an operation of a contest for those who take part.
func contestOp(id, method, path, summary, detail string) op {
	o := ideaOp(id, method, "/calls/{number}"+path, summary, detail)
	o.tag = tagContests
	return o
}

// contestDeskOp is one of the office that calls. For everybody else there is no
// such contest.
func contestDeskOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: "/desk/calls/{number}" + path, tag: tagContests, scope: accounts.ScopeDeskWrite, summary: summary, detail: detail}
	if method == http.MethodGet {
		o.scope = accounts.ScopeDeskRead
	}
	return o
}

// OfContest is a contest and a key, for what needs no more.
type OfContest struct {
	CallParam
	OnceParam
}

// contestWork is who does something in one contest, in one transaction.
type contestWork struct {
	k     *call
	actor accounts.Actor
	rooms *contests.Service
	n     subject.Number
}

// contestWrites adds an operation that changes something in one contest.
func contestWrites[I interface {
	call() (subject.Number, error)
}, O any](a *api, o op, do func(ctx context.Context, w *contestWork, in *I) (O, error)) {
	writes(a, o, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *I) (O, error) {
		n, err := (*in).call()
		if err != nil {
			var none O
			return none, err
		}
		return do(ctx, &contestWork{k: k, actor: actor, rooms: a.Contests.Within(tx), n: n}, in)
	})
}

// contestDrop is contestWrites for what has no other answer than that it is done.
func contestDrop[I interface {
	call() (subject.Number, error)
}](a *api, o op, do func(ctx context.Context, w *contestWork, in *I) error) {
	contestWrites(a, o, func(ctx context.Context, w *contestWork, in *I) (nothing, error) {
		return nothing{Done: true}, do(ctx, w, in)
	})
}

// contestChallenge is what teams are to solve.
type contestChallenge struct {
	ID      string `json:"id"`
	Title   names  `json:"title"`
	Text    names  `json:"text"`
	Data    names  `json:"data" doc:"What the city gives to work with."`
	Contact string `json:"contact,omitempty" doc:"Of an office."`
}

func challengesOf(list []contests.Challenge) []contestChallenge {
	out := make([]contestChallenge, len(list))
	for i := range list {
		c := &list[i]
		out[i] = contestChallenge{ID: c.ID.String(), Title: namesOf(c.Title), Text: namesOf(c.Text), Data: namesOf(c.Data), Contact: c.Contact}
	}
	return out
}

// contestFinalist is a finalist in public.
type contestFinalist struct {
	ID        string        `json:"id"`
	Title     string        `json:"title"`
	Team      string        `json:"team"`
	Challenge string        `json:"challenge"`
	Summary   string        `json:"summary"`
	Winner    bool          `json:"winner"`
	Reason    string        `json:"reason" doc:"Why it is in the final."`
	WinReason string        `json:"winner_reason,omitempty"`
	Votes     *int          `json:"votes,omitempty" doc:"Once the vote is over."`
	Mine      bool          `json:"mine" doc:"It has your vote."`
	Pilot     *contestPilot `json:"pilot,omitempty"`
}

// contestPilot is what is tried out with a winner.
type contestPilot struct {
	Partner string `json:"partner" minLength:"1" maxLength:"200"`
	Tests   string `json:"tests" minLength:"1" maxLength:"8000" doc:"What is tried out."`
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date"`
	Outcome string `json:"outcome,omitempty" enum:"stays,changes,ends" doc:"Absent: not reported yet."`
	Report  string `json:"report,omitempty" maxLength:"8000" doc:"What came of it; with an outcome only."`
}

// contestShown is a contest as somebody sees it.
type contestShown struct {
	Call       string             `json:"call" example:"A-2026-7K3QX9"`
	Challenges []contestChallenge `json:"challenges" nullable:"false"`
	Jury       []string           `json:"jury" nullable:"false" doc:"Names that are shown."`
	NamedAt    string             `json:"finalists_named_at,omitempty" format:"date-time"`
	WonAt      string             `json:"winners_named_at,omitempty" format:"date-time"`
	Finalists  []contestFinalist  `json:"finalists" nullable:"false"`
	Votes      *int               `json:"votes,omitempty" doc:"Those that count, once the vote is over."`
	May        []string           `json:"may" nullable:"false" enum:"set_up,found,team,jury,vote,remind" doc:"What you may do here, or are: of a team, of the jury."`
}

func contestOf(v *contests.View) contestShown {
	out := contestShown{
		Call: v.Call.Number.Format(subject.PrefixCall), Challenges: challengesOf(v.Challenges), Jury: append([]string{}, v.Jury...),
		NamedAt: stampOf(v.NamedAt), WonAt: stampOf(v.WonAt), Finalists: make([]contestFinalist, len(v.Finalists)), May: []string{},
	}
	for i := range v.Finalists {
		f := &v.Finalists[i]
		one := contestFinalist{
			ID: f.ID.String(), Title: f.Title, Team: f.TeamName, Challenge: idText(f.Challenge), Summary: f.Summary, Winner: f.Stage == contests.Winner,
			Reason: f.Reason, WinReason: f.WinReason, Mine: v.Mine != 0 && v.Mine == f.Ord,
		}
		if v.Voted {
			one.Votes = &f.Votes
		}
		if p := f.Pilot; p != nil {
			one.Pilot = &contestPilot{
				Partner: p.Partner, Tests: p.Tests, From: p.From.Format(time.DateOnly), To: p.To.Format(time.DateOnly), Outcome: p.Outcome, Report: p.Report,
			}
		}
		out.Finalists[i] = one
	}
	if v.Voted {
		out.Votes = &v.Total
	}
	for _, m := range []struct {
		name string
		on   bool
	}{{"set_up", v.May.Office}, {"found", v.May.Found}, {"team", v.May.Team}, {"jury", v.May.Jury}, {"vote", v.May.Vote}, {"remind", v.May.Remind}} {
		if m.on {
			out.May = append(out.May, m.name)
		}
	}
	return out
}

// contestEntry is an entry as far as its reader may see it.
type contestEntry struct {
	ID        string          `json:"id"`
	Team      string          `json:"team"`
	Challenge string          `json:"challenge,omitempty"`
	State     string          `json:"state" enum:"draft,sent,withdrawn,erased"`
	Stage     string          `json:"stage,omitempty" enum:"out,finalist,winner" doc:"Once finalists are named."`
	Title     string          `json:"title"`
	Summary   string          `json:"summary,omitempty"`
	Plan      string          `json:"plan,omitempty" doc:"Confidential: for team, office and jury."`
	Needs     string          `json:"needs,omitempty" doc:"Confidential."`
	Reason    string          `json:"reason,omitempty" doc:"For or against the final."`
	WinReason string          `json:"winner_reason,omitempty"`
	Version   int             `json:"version"`
	SentAt    string          `json:"sent_at,omitempty" format:"date-time"`
	Declared  bool            `json:"declared" doc:"You, of the jury, said whether there is a conflict."`
	Conflict  bool            `json:"conflict"`
	MayScore  bool            `json:"may_score"`
	Mine      *contestOpinion `json:"my_score,omitempty"`
	Scores    *contestScores  `json:"scores,omitempty" doc:"Once they are opened, for those without a conflict; never whose they are."`
}

type contestOpinion struct {
	Values []int  `json:"values" nullable:"false" doc:"0 to 10, for each criterion of the call in its order."`
	Reason string `json:"reason"`
}

type contestScores struct {
	Members   int              `json:"members" doc:"Who scored."`
	Mean      float64          `json:"mean"`
	Low       float64          `json:"lowest"`
	High      float64          `json:"highest"`
	Deviation float64          `json:"deviation"`
	By        []float64        `json:"by_criterion" nullable:"false"`
	Opinions  []contestOpinion `json:"opinions" nullable:"false" doc:"In an order that tells nothing."`
}

func entryOf(e *contests.Entry) contestEntry {
	return contestEntry{
		ID: e.ID.String(), Team: e.TeamName, Challenge: idText(e.Challenge), State: string(e.State), Stage: string(e.Stage), Title: e.Title, Summary: e.Summary,
		Plan: e.Plan, Needs: e.Needs, Reason: e.Reason, WinReason: e.WinReason, Version: e.Version, SentAt: stampOf(e.SentAt),
	}
}

func shownEntry(x *contests.Shown) contestEntry {
	out := entryOf(&x.Entry)
	out.Declared, out.Conflict, out.MayScore = x.Declared, x.Conflict, x.Score
	if m := x.Mine; m != nil && m.Scored {
		out.Mine = &contestOpinion{Values: append([]int{}, m.Values...), Reason: m.Reason}
	}
	if s := x.Spread; s != nil {
		sum := &contestScores{
			Members: s.N, Mean: s.Mean, Low: s.Low, High: s.High, Deviation: s.Deviation, By: append([]float64{}, s.By...), Opinions: make([]contestOpinion, len(s.Opinions)),
		}
		for i, o := range s.Opinions {
			sum.Opinions[i] = contestOpinion{Values: append([]int{}, o.Values...), Reason: o.Reason}
		}
		out.Scores = sum
	}
	return out
}

type contestEntries struct {
	Items []contestEntry `json:"items" nullable:"false" doc:"Those that were sent in, the best first once the scores are opened."`
}

func (a *api) contestReads() {
	type input struct{ CallParam }
	reads(a, contestOp("getContest", http.MethodGet, "/contest", "Read a contest",
		"What a call of the kind contest has besides: challenges, jury, and finalists once they are named. Entries are confidential until then. Contests are found by listCalls."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (contestShown, error) {
			n, err := in.call()
			if err != nil {
				return contestShown{}, err
			}
			v, err := a.Contests.Get(ctx, actor, n)
			if err != nil {
				return contestShown{}, err
			}
			return contestOf(v), nil
		})
	list := contestOp("listContestEntries", http.MethodGet, "/entries", "List what was sent in", "For the jury and the office that calls; for everybody else there is no such list.").byPeople()
	reads(a, list, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (contestEntries, error) {
		n, err := in.call()
		if err != nil {
			return contestEntries{}, err
		}
		all, _, err := a.Contests.Entries(ctx, actor, n)
		contests.Rank(all)
		out := contestEntries{Items: make([]contestEntry, len(all))}
		for i := range all {
			out.Items[i] = shownEntry(&all[i])
		}
		return out, err
	})
	type one struct {
		CallParam
		ThingParam
	}
	reads(a, contestOp("getContestEntry", http.MethodGet, "/entries/{id}", "Read an entry",
		"As far as you may: its team all of it, the jury once a conflict is declared or ruled out, everybody title and summary of a finalist."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *one) (contestEntry, error) {
			n, err := in.call()
			if err != nil {
				return contestEntry{}, err
			}
			id, err := thing(in.ID, "entry")
			if err != nil {
				return contestEntry{}, err
			}
			x, _, err := a.Contests.Entry(ctx, actor, n, id)
			if err != nil {
				return contestEntry{}, err
			}
			return shownEntry(x), nil
		})
}

// contestPath is the contest's page for people.
func (a *api) contestPath(n subject.Number, token string) string {
	return a.router.URL(contests.JoinPath(&ideas.Call{Number: n}, token))
}

// cityDays reads the first and last day of something.
func cityDays(from, to string) (first, last time.Time, err error) {
	if first, err = time.Parse(time.DateOnly, from); err != nil {
		return first, last, fault.OnField("/from", "api.field.day").Because(err)
	}
	if last, err = time.Parse(time.DateOnly, to); err != nil {
		return first, last, fault.OnField("/to", "api.field.day").Because(err)
	}
	return first, last, nil
}
