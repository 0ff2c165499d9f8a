package ideapages

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// enterView is a form that leads into a contest: found a team, come into one or
// into the jury.
type enterView struct {
	kit.Page
	Call   *ideas.Call
	Action string
	Lead   string
	Name   string
	Hint   string // of the name; "": there is none
	Need   bool
	Button string
	Errors kit.Errors
}

func (p *pages) askTeam(c kit.Context) error { return p.showFound(c, "", nil, http.StatusOK) }

func (p *pages) showFound(c kit.Context, name string, wrong error, status int) error {
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	v, err := p.Contests.Get(c.Request().Context(), kit.Actor(c), call.Number)
	if err != nil {
		return err
	}
	if v.May.Team {
		return kit.Redirect(c, call.Path()+"/team")
	}
	if !v.May.Found {
		return fault.New(fault.Forbidden, "err.403").With("why", "contest.why.found")
	}
	f := &enterView{Page: kit.NewPage(c, "contest.found.title"), Call: call, Action: call.Path() + "/teams/new", Name: name, Need: true}
	f.Lead, f.Hint, f.Button = f.T("contest.found.lead"), f.T("contest.found.name.hint"), f.T("contest.found.button")
	return p.renderEnter(c, f, wrong, status)
}

func (*pages) renderEnter(c kit.Context, f *enterView, wrong error, status int) error {
	f.Nav, f.Robots = "ideas", "noindex"
	if wrong != nil {
		f.Errors = kit.ErrorsOf(f.Page, wrong)
	}
	kit.NoStore(c)
	return kit.Render(c, status, enterPage(f))
}

func (p *pages) foundTeam(c kit.Context) error {
	var in struct {
		Name string `form:"name" max:"200"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	err = p.Contests.Found(c.Request().Context(), kit.Actor(c), call.Number, in.Name)
	if fault.Is(err, fault.Invalid) {
		return p.showFound(c, in.Name, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "contest.found.done")
	return kit.Redirect(c, call.Path()+"/team")
}

// askEnter is the page behind a link into a team or the jury.
func (p *pages) askEnter(c kit.Context) error { return p.showEnter(c, "", nil, http.StatusOK) }

func (p *pages) showEnter(c kit.Context, name string, wrong error, status int) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	v, err := p.Contests.Invited(c.Request().Context(), kit.Actor(c), n, c.Param("token"))
	if err != nil {
		return err
	}
	f := &enterView{Page: kit.NewPage(c, "contest.join.title"), Call: v.Call, Action: contests.JoinPath(v.Call, c.Param("token")), Name: name}
	title := v.Call.Title.In(f.Loc.Lang())
	f.Lead, f.Button = f.T("contest.join.team", "team", v.Team, "title", title), f.T("contest.join.button")
	if v.Jury {
		f.Lead, f.Hint, f.Button = f.T("contest.join.jury", "title", title), f.T("contest.join.name.hint"), f.T("contest.join.jury.button")
	}
	return p.renderEnter(c, f, wrong, status)
}

func (p *pages) enterContest(c kit.Context) error {
	var in struct {
		Name string `form:"name" max:"200"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	jury, err := p.Contests.Join(c.Request().Context(), kit.Actor(c), call.Number, c.Param("token"), in.Name)
	if fault.Is(err, fault.Invalid) {
		return p.showEnter(c, in.Name, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "contest.join.done")
	if jury {
		return kit.Redirect(c, call.Path()+"/jury")
	}
	return kit.Redirect(c, call.Path()+"/team")
}

// teamView is a team's own room.
type teamView struct {
	kit.Page
	C          *contests.Contest
	Own        *contests.Team
	In         entryIn
	Challenges []kit.Option
	Stage      string
	Until      string
	Invite     string // a link, shown this once
	Plan       []string
	Needs      []string
	Summary    []string
	Challenge  string
	Mail       string     // of an invitation that had something wrong
	NowSays    []string   // the entry as it is, where somebody else changed it meanwhile
	Proof      *proofView // that the lead needs to send it in; nil: none
	Errors     kit.Errors
}

// entryIn is the form of an entry.
type entryIn struct {
	Challenge string `form:"challenge" max:"40"`
	Title     string `form:"title" max:"300"`
	Summary   string `form:"summary" lines:"true" max:"2000"`
	Plan      string `form:"plan" lines:"true" max:"20000"`
	Needs     string `form:"needs" lines:"true" max:"20000"`
	Version   int    `form:"version"`
	Do        string `form:"do" max:"20"`
}

func (p *pages) team(c kit.Context) error { return p.showTeam(c, nil, "", nil, http.StatusOK) }

func (p *pages) showTeam(c kit.Context, in *entryIn, invite string, wrong error, status int) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	t, contest, err := p.Contests.Team(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	e := &t.Entry
	v := &teamView{Page: kit.NewPage(c, "contest.team.title"), C: contest, Own: t, Invite: invite}
	v.Nav, v.Robots = "ideas", "noindex"
	v.In = entryIn{Title: e.Title, Summary: e.Summary, Plan: e.Plan, Needs: e.Needs, Version: e.Version}
	if e.Challenge != uuid.Nil {
		v.In.Challenge = e.Challenge.String()
	}
	if in != nil {
		v.In = *in
		if fault.Is(wrong, fault.Conflict) && in.Version != e.Version { // it can be sent again, in the knowledge of what it says now
			v.In.Version, v.NowSays = e.Version, kit.Lines(strings.Join([]string{e.Title, e.Summary, e.Plan, e.Needs}, "\n"))
		}
	}
	lang := v.Loc.Lang()
	v.Challenges = []kit.Option{{Label: v.T("contest.entry.choose")}}
	for i := range contest.Challenges {
		ch := &contest.Challenges[i]
		v.Challenges = append(v.Challenges, kit.Option{Value: ch.ID.String(), Label: ch.Title.In(lang), On: ch.ID.String() == v.In.Challenge})
	}
	v.Challenge = challengeTitle(lang, contest.Challenges, e.Challenge)
	v.Summary, v.Plan, v.Needs = kit.Lines(e.Summary), kit.Lines(e.Plan), kit.Lines(e.Needs)
	v.Stage = v.T("contest.state." + string(e.State))
	if e.State == contests.Sent && contest.NamedAt != nil {
		v.Stage = v.T("contest.stage." + string(e.Stage))
	}
	if s, ok := contest.Call.Span(ideas.Collect); ok && s.To != nil {
		v.Until = shortDay(v.Loc, *s.To)
	}
	if t.Write && t.Lead && e.State != contests.Sent {
		if v.Proof, err = p.proof(c, v.Loc, contest.Call, contest.Call.Path()+"/team"); err != nil {
			return err
		}
	}
	if wrong != nil {
		v.Mail = kit.Clean(c.FormValue("mail"), false)
		if v.Errors = kit.ErrorsOf(v.Page, wrong); len(v.Errors) == 0 {
			v.Errors = kit.Errors{{Name: "title", Text: kit.Explain(c, wrong).Title}}
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, teamPage(v))
}

// writeEntry keeps, sends or withdraws what the team wrote.
func (p *pages) writeEntry(c kit.Context) error {
	var in entryIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	ctx, actor, said, to := c.Request().Context(), kit.Actor(c), "contest.entry.kept", ""
	if in.Do == "withdraw" {
		err, said = p.Contests.Withdraw(ctx, actor, call.Number), "contest.entry.withdrawn"
	} else {
		w := contests.Words{Title: in.Title, Summary: in.Summary, Plan: in.Plan, Needs: in.Needs, Version: in.Version}
		if id, perr := uuid.Parse(in.Challenge); perr == nil {
			w.Challenge = id
		}
		if in.Do == "send" {
			said = "contest.entry.sent"
		}
		err = p.Contests.Write(ctx, actor, call.Number, w, in.Do == "send")
		if ideas.NeedsProof(err) { // what was typed is kept; it can be sent with the proof
			to, said = "#nachweis", "contest.entry.kept_proof"
			err = p.Contests.Write(ctx, actor, call.Number, w, false)
		}
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showTeam(c, &in, "", err, kit.StatusOf(fault.As(err).Kind))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, call.Path()+"/team"+to)
}

// inviteTeam makes a link into the team; it is shown once.
func (p *pages) inviteTeam(c kit.Context) error {
	var in struct {
		Mail string `form:"mail" max:"254"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleCode); err != nil { // mails to addresses of others stay few
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	token, err := p.Contests.Invite(c.Request().Context(), kit.Actor(c), call.Number, false, in.Mail)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showTeam(c, nil, "", err, kit.StatusOf(fault.As(err).Kind))
	}
	if err != nil {
		return err
	}
	return p.showTeam(c, nil, p.url(contests.JoinPath(call, token)), nil, http.StatusOK)
}

// juryView is the jury's room.
type juryView struct {
	kit.Page
	C    *contests.Contest
	Rows []juryRow
	Lead string
}

type juryRow struct {
	URL, Title, Team, Challenge, State, Scores string
}

func (p *pages) jury(c kit.Context) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	list, contest, err := p.Contests.Entries(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	v := &juryView{Page: kit.NewPage(c, "contest.jury.title"), C: contest}
	v.Nav, v.Robots, v.Lead = "ideas", "noindex", v.T("contest.jury.lead")
	if s, ok := contest.Call.Span(ideas.Check); ok && s.To != nil {
		v.Lead += " " + v.T("contest.jury.until", "date", shortDay(v.Loc, *s.To))
	}
	for i := range list {
		x := &list[i]
		r := juryRow{
			URL: contest.Call.Path() + "/entries/" + x.ID.String(), Title: x.Title, Team: x.TeamName, Challenge: challengeTitle(v.Loc.Lang(), contest.Challenges, x.Challenge),
		}
		switch {
		case x.Conflict:
			r.State = v.T("contest.jury.conflict")
		case x.Mine != nil && x.Mine.Scored:
			r.State = v.T("contest.jury.scored")
		case x.Declared:
			r.State = v.T("contest.jury.open")
		default:
			r.State = v.T("contest.jury.undeclared")
		}
		if x.Spread != nil {
			r.Scores = spreadLine(v.Loc, x.Spread)
		}
		v.Rows = append(v.Rows, r)
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, juryPage(v))
}

// declare says, as a member of the jury, whether there is a conflict.
func (p *pages) declare(c kit.Context) error {
	var in struct {
		Conflict string `form:"conflict" max:"3"`
		Why      string `form:"why" lines:"true" max:"4000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	return p.judge(c, func(call *ideas.Call, id uuid.UUID) error {
		if in.Conflict != "yes" && in.Conflict != "no" {
			return fault.OnField("conflict", "contest.err.choose")
		}
		return p.Contests.Declare(c.Request().Context(), kit.Actor(c), call.Number, id, in.Conflict == "yes", in.Why)
	}, judged{conflict: in.Conflict, why: in.Why}, "contest.declared")
}

// score takes the numbers of a member of the jury.
func (p *pages) score(c kit.Context) error {
	var in struct {
		Reason string `form:"reason" lines:"true" max:"4000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	typed, values := make([]string, len(call.Criteria)), make([]int, len(call.Criteria))
	for k := range call.Criteria {
		typed[k] = kit.Clean(c.FormValue(contests.ScoreField(k)), false)
		if values[k], err = strconv.Atoi(strings.TrimSpace(typed[k])); err != nil {
			values[k] = -1
		}
	}
	return p.judge(c, func(call *ideas.Call, id uuid.UUID) error {
		return p.Contests.Score(c.Request().Context(), kit.Actor(c), call.Number, id, values, in.Reason)
	}, judged{scores: typed, reason: in.Reason}, "contest.scored")
}

// judge does something of the jury's with an entry and goes back to it.
func (p *pages) judge(c kit.Context, do func(*ideas.Call, uuid.UUID) error, typed judged, said string) error {
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	id, err := entryID(c)
	if err != nil {
		return err
	}
	err = do(call, id)
	if fault.Is(err, fault.Invalid) {
		return p.showEntry(c, typed, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, call.Path()+"/entries/"+id.String())
}
