package ideapages

import (
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// registerContests adds the rooms of contests. Teams and the jury sign in; the
// contest itself is open to everybody who may see its call.
func (p *pages) registerContests(r *kit.Router) {
	if p.Contests == nil {
		return
	}
	in := kit.RequireSignIn
	r.POST("/ideas/calls/:number/vote", p.vote)
	r.POST("/ideas/calls/:number/remind", p.remind)
	r.GET("/ideas/calls/:number/entries/:id", p.entry)
	r.GET("/ideas/calls/:number/teams/new", p.askTeam, in)
	r.POST("/ideas/calls/:number/teams/new", p.foundTeam, in)
	r.GET("/ideas/calls/:number/team", p.team, in)
	r.POST("/ideas/calls/:number/team", p.writeEntry, in)
	r.POST("/ideas/calls/:number/team/invite", p.inviteTeam, in)
	r.POST("/ideas/calls/:number/team/leave", p.leaveTeam, in)
	r.GET("/ideas/calls/:number/join/:token", p.askEnter, in)
	r.POST("/ideas/calls/:number/join/:token", p.enterContest, in)
	r.GET("/ideas/calls/:number/jury", p.jury, in)
	r.POST("/ideas/calls/:number/entries/:id/conflict", p.declare, in)
	r.POST("/ideas/calls/:number/entries/:id/score", p.score, in)
	p.registerContestDesk(r)
}

// contestView is the page of a contest.
type contestView struct {
	callView

	V          *contests.View
	Challenges []challengeView
	Finalists  []finalView
	Choices    []kit.Option
	VoteEnds   string
	SignedIn   bool
	Mail       string
	Errors     kit.Errors
}

type challengeView struct {
	ID, Title, Contact string
	Text, Data         []string
}

type finalView struct {
	URL, Title, Team, Challenge  string
	Winner                       bool
	Summary                      []string
	Reason, WinReason, Votes     string
	Pilot                        *contests.Pilot
	PilotDays, PilotEnd, Outcome string
	Tests, Report                []string
}

func challengeViews(lang string, list []contests.Challenge) []challengeView {
	var out []challengeView
	for i := range list {
		ch := &list[i]
		out = append(out, challengeView{
			ID: ch.ID.String(), Title: ch.Title.In(lang), Contact: ch.Contact, Text: kit.Lines(ch.Text.In(lang)), Data: kit.Lines(ch.Data.In(lang)),
		})
	}
	return out
}

// challengeTitle is the title of one of them, "" for none.
func challengeTitle(lang string, list []contests.Challenge, id uuid.UUID) string {
	for i := range list {
		if list[i].ID == id {
			return list[i].Title.In(lang)
		}
	}
	return ""
}

func finalViews(loc *i18n.Localizer, v *contests.View) []finalView {
	var out []finalView
	for i := range v.Finalists {
		f := &v.Finalists[i]
		x := finalView{
			URL: v.Call.Path() + "/entries/" + f.ID.String(), Title: f.Title, Team: f.TeamName, Challenge: challengeTitle(loc.Lang(), v.Challenges, f.Challenge),
			Winner: f.Stage == contests.Winner, Summary: kit.Lines(f.Summary), Reason: f.Reason, WinReason: f.WinReason, Pilot: f.Pilot,
		}
		if v.Voted {
			x.Votes = loc.T("contest.votes", "n", f.Votes)
		}
		if f.Pilot != nil {
			x.PilotDays = loc.T("contest.pilot.days", "from", shortDay(loc, f.Pilot.From), "to", shortDay(loc, f.Pilot.To))
			x.Tests, x.Report = kit.Lines(f.Pilot.Tests), kit.Lines(f.Pilot.Report)
			if f.Pilot.Outcome != "" {
				x.Outcome = loc.T("contest.outcome." + f.Pilot.Outcome)
			}
		}
		out = append(out, x)
	}
	return out
}

// contest is the page of a call of that kind.
func (p *pages) contest(c kit.Context, call *ideas.Call) error {
	return p.showContest(c, call, "", nil, http.StatusOK)
}

func (p *pages) showContest(c kit.Context, call *ideas.Call, typed string, wrong error, status int) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	head, err := p.callHead(c, call)
	if err != nil {
		return err
	}
	v := &contestView{callView: *head, SignedIn: kit.SignedIn(c), Mail: typed}
	if v.V, err = p.Contests.Get(ctx, actor, call.Number); err != nil {
		return err
	}
	v.Challenges, v.Finalists = challengeViews(v.Loc.Lang(), v.V.Challenges), finalViews(v.Loc, v.V)
	for i := range v.V.Finalists {
		f := &v.V.Finalists[i]
		v.Choices = append(v.Choices, kit.Option{Value: f.ID.String(), Label: f.Title, Hint: f.TeamName, On: v.V.Mine == f.Ord})
	}
	if s, ok := call.Span(ideas.Support); ok && s.To != nil {
		v.VoteEnds = shortDay(v.Loc, *s.To)
	}
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
	}
	if status == http.StatusOK && call.State != ideas.CallDraft && !call.StaffOnly && actor.Anonymous() {
		kit.Public(c, keepPublic)
	} else {
		kit.NoStore(c)
	}
	return kit.Render(c, status, contestPage(v))
}

// callOf is the call in the path, as its reader may see it.
func (p *pages) contestCall(c kit.Context) (*ideas.Call, error) {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return nil, err
	}
	call, err := p.Ideas.Call(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return nil, err
	}
	if call.Kind != ideas.KindContest {
		return nil, fault.Missing("call")
	}
	return call, nil
}

// entryID is the entry in the path; what is none answers as one that does not exist.
func entryID(c kit.Context) (uuid.UUID, error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return uuid.Nil, fault.Missing("entry")
	}
	return id, nil
}

// vote gives the visitor's one vote, or takes it back.
func (p *pages) vote(c kit.Context) error {
	var in struct {
		For  string `form:"for" max:"40"`
		Back bool   `form:"back"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RulePost); err != nil {
		return err
	}
	call, err := p.contestCall(c) // whoever may not know of it gets no session
	if err != nil {
		return err
	}
	id := uuid.Nil
	if in.For != "" && !in.Back {
		if id, err = uuid.Parse(in.For); err != nil {
			return fault.Missing("entry")
		}
	}
	if in.For == "" && !in.Back {
		return kit.Redirect(c, call.Path()+"#finale")
	}
	actor, err := kit.Visitor(c)
	if err != nil {
		return err
	}
	out, err := p.Contests.Vote(c.Request().Context(), actor, call.Number, id, accounts.AddressKey(kit.ClientIP(c)))
	if err != nil {
		return toProof(c, err, call.Path())
	}
	switch {
	case id == uuid.Nil:
		kit.Flash(c, "success", "contest.vote.off")
	case out.Held:
		kit.Flash(c, "info", "vote.held")
	case !out.Counted && call.MinLevel >= accounts.L2 && out.Receipt != "":
		kit.Flash(c, "info", notYet(call.MinLevel)+"_receipt", "code", out.Receipt)
	case !out.Counted && call.MinLevel >= accounts.L2:
		kit.Flash(c, "info", notYet(call.MinLevel))
	case out.Receipt != "" && !out.Counted:
		kit.Flash(c, "info", "contest.vote.later", "code", out.Receipt)
	case out.Receipt != "":
		kit.Flash(c, "success", "contest.vote.receipt", "code", out.Receipt)
	case !out.Counted:
		kit.Flash(c, "info", "contest.vote.level")
	default:
		kit.Flash(c, "success", "contest.vote.on")
	}
	return kit.Redirect(c, call.Path()+"#finale")
}

// remind takes the address that wants to hear of the next contest.
func (p *pages) remind(c kit.Context) error {
	var in struct {
		Mail string `form:"mail" max:"254"`
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
	if in.Mail != "" {
		if err := kit.Limit(c, accounts.RuleCode); err != nil { // mails to addresses of others stay few
			return err
		}
	}
	ask, err := p.Contests.Remind(c.Request().Context(), kit.Actor(c), call.Number, strings.TrimSpace(in.Mail), kit.Loc(c).Lang())
	if fault.Is(err, fault.Invalid) {
		return p.showContest(c, call, in.Mail, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if ask {
		kit.Flash(c, "info", "contest.remind.ask")
	} else {
		kit.Flash(c, "success", "contest.remind.done")
	}
	return kit.Redirect(c, call.Path())
}

// entryView is one entry, as far as its reader may see it.
type entryView struct {
	kit.Page
	C         *contests.Contest
	X         *contests.Shown
	Challenge string
	Summary   []string
	Plan      []string
	Needs     []string
	Criteria  []scoreField
	Reason    string
	Conflict  string // as it was sent with something wrong: "yes", "no"
	Why       string
	When      string // the jury scores, where its reader can't just now
	Spread    *spreadView
	Errors    kit.Errors
	Base      string
}

type scoreField struct {
	Name, Label, Value string
}

type spreadView struct {
	Line     string
	By       []fact
	Opinions []opinionView
}

type opinionView struct{ Values, Reason string }

func spreadOf(loc *i18n.Localizer, call *ideas.Call, s *contests.Spread) *spreadView {
	if s == nil {
		return nil
	}
	out := &spreadView{Line: spreadLine(loc, s)}
	for k, t := range call.Criteria {
		if k < len(s.By) {
			out.By = append(out.By, fact{Name: t.In(loc.Lang()), Text: loc.Decimal(s.By[k], 1)})
		}
	}
	for _, o := range s.Opinions {
		var values []string
		for _, v := range o.Values {
			values = append(values, loc.Int(v))
		}
		out.Opinions = append(out.Opinions, opinionView{Values: strings.Join(values, " · "), Reason: o.Reason})
	}
	return out
}

func spreadLine(loc *i18n.Localizer, s *contests.Spread) string {
	if s == nil || s.N == 0 {
		return loc.T("contest.spread.none")
	}
	return loc.T("contest.spread", "mean", loc.Decimal(s.Mean, 1), "low", loc.Decimal(s.Low, 1), "high", loc.Decimal(s.High, 1), "deviation", loc.Decimal(s.Deviation, 1), "members", loc.Int(s.N))
}

func (p *pages) entry(c kit.Context) error { return p.showEntry(c, judged{}, nil, http.StatusOK) }

// judged is what a member of the jury sent with something wrong in it.
type judged struct {
	scores        []string // nil: no scores were sent
	reason        string
	conflict, why string
}

func (p *pages) showEntry(c kit.Context, typed judged, wrong error, status int) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	id, err := entryID(c)
	if err != nil {
		return err
	}
	x, contest, err := p.Contests.Entry(c.Request().Context(), kit.Actor(c), n, id)
	if err != nil {
		return err
	}
	v := &entryView{Page: kit.NewPage(c, ""), C: contest, X: x, Base: contest.Call.Path() + "/entries/" + id.String()}
	v.Reason, v.Conflict, v.Why = typed.reason, typed.conflict, typed.why
	v.Page.Title, v.Nav, v.Robots = x.Title, "ideas", "noindex"
	v.Challenge = challengeTitle(v.Loc.Lang(), contest.Challenges, x.Challenge)
	v.Summary, v.Plan, v.Needs = kit.Lines(x.Summary), kit.Lines(x.Plan), kit.Lines(x.Needs)
	v.Spread = spreadOf(v.Loc, contest.Call, x.Spread)
	for k, t := range contest.Call.Criteria {
		f := scoreField{Name: contests.ScoreField(k), Label: t.In(v.Loc.Lang())}
		switch {
		case typed.scores != nil:
			f.Value = typed.scores[k]
		case x.Mine != nil && k < len(x.Mine.Values):
			f.Value = v.Loc.Int(x.Mine.Values[k])
		}
		v.Criteria = append(v.Criteria, f)
	}
	if sp, ok := contest.Call.Span(ideas.Check); ok && sp.To != nil && x.Declared && !x.Conflict && !x.Score && x.Spread == nil && (x.Mine == nil || !x.Mine.Scored) {
		v.When = v.T("contest.jury.when", "from", shortDay(v.Loc, sp.From), "to", shortDay(v.Loc, *sp.To))
	}
	if typed.scores == nil && x.Mine != nil {
		v.Reason = x.Mine.Reason
	}
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
	}
	kit.NoStore(c)
	return kit.Render(c, status, entryPage(v))
}
