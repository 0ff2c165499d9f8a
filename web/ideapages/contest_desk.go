package ideapages

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func (p *pages) registerContestDesk(r *kit.Router) {
	in := kit.RequireSignIn
	r.GET("/desk/calls/:number/contest", p.contestDesk, in)
	r.POST("/desk/calls/:number/contest/challenges", p.saveChallenge, in)
	r.POST("/desk/calls/:number/contest/series", p.saveSeries, in)
	r.POST("/desk/calls/:number/contest/jury", p.inviteJury, in)
	r.POST("/desk/calls/:number/contest/jury/:id/remove", p.dropJuror, in)
	r.POST("/desk/calls/:number/contest/finalists", p.nameFinalists, in)
	r.POST("/desk/calls/:number/contest/winners", p.nameWinners, in)
	r.POST("/desk/calls/:number/contest/pilots/:id", p.savePilot, in)
}

// contestDeskView is the office's room of a contest.
type contestDeskView struct {
	kit.Page
	D          *contests.Desk
	At         string
	New        challengeIn
	Challenges []challengeIn
	Series     string
	Mail       string // of an invitation that had something wrong
	Invite     string // a link into the jury, shown this once
	Rows       []rankRow
	Winners    []pilotForm
	Wrong      bool      // a challenge was sent with something wrong
	Bad        uuid.UUID // which; Nil: the new one
	Errors     kit.Errors
}

type rankRow struct {
	URL, Title, Team, Scores   string
	Yes, Reason                string // names of the fields
	On                         bool
	Typed, YesError, ReasonErr string
	Votes                      string
}

type pilotForm struct {
	Action, Title string
	In            pilotIn
	Outcomes      []kit.Option
	Open          bool // its errors are those of the page
}

type challengeIn struct {
	ID      uuid.UUID `form:"id"`
	Title   string    `form:"title" max:"300"`
	TitleEn string    `form:"title_en" max:"300"`
	Text    string    `form:"text" lines:"true" max:"20000"`
	TextEn  string    `form:"text_en" lines:"true" max:"20000"`
	Data    string    `form:"data" lines:"true" max:"20000"`
	DataEn  string    `form:"data_en" lines:"true" max:"20000"`
	Contact string    `form:"contact" max:"300"`
	Do      string    `form:"do" max:"10"`
}

// heading is what the office knows a challenge by, in its language.
func (in challengeIn) heading(lang string) string {
	return i18n.Text{i18n.German: in.Title, i18n.English: in.TitleEn}.In(lang)
}

type pilotIn struct {
	Partner string `form:"partner" max:"400"`
	Tests   string `form:"tests" lines:"true" max:"20000"`
	From    string `form:"from" max:"20"`
	To      string `form:"to" max:"20"`
	Outcome string `form:"outcome" max:"20"`
	Report  string `form:"report" lines:"true" max:"20000"`
}

// typedDesk is what came with a form that had something wrong.
type typedDesk struct {
	challenge *challengeIn
	series    *string
	choices   bool // of finalists or winners: read from the request
	pilot     *pilotIn
	of        uuid.UUID
	invite    string
}

func (p *pages) contestDesk(c kit.Context) error {
	return p.showContestDesk(c, typedDesk{}, nil, http.StatusOK)
}

func (p *pages) showContestDesk(c kit.Context, typed typedDesk, wrong error, status int) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	d, err := p.Contests.Desk(ctx, actor, n)
	if err != nil {
		return err
	}
	list, _, err := p.Contests.Entries(ctx, actor, n)
	if err != nil {
		return err
	}
	v := &contestDeskView{Page: kit.NewPage(c, "contest.desk.title"), D: d, At: "/desk/calls/" + n.Format(subject.PrefixCall) + "/contest", Series: d.Series, Invite: typed.invite}
	v.Nav, v.Robots = "desk", "noindex"
	if wrong != nil {
		v.Mail = kit.Clean(c.FormValue("mail"), false)
		if v.Errors = kit.ErrorsOf(v.Page, wrong); len(v.Errors) == 0 {
			v.Errors = kit.Errors{{Name: "series", Text: kit.Explain(c, wrong).Title}}
		}
	}
	for i := range d.Challenges {
		ch := &d.Challenges[i]
		v.Challenges = append(v.Challenges, challengeIn{
			ID: ch.ID, Title: ch.Title[i18n.German], TitleEn: ch.Title[i18n.English], Text: ch.Text[i18n.German], TextEn: ch.Text[i18n.English],
			Data: ch.Data[i18n.German], DataEn: ch.Data[i18n.English], Contact: ch.Contact,
		})
	}
	if in := typed.challenge; in != nil && wrong != nil {
		v.Wrong, v.Bad = true, in.ID
		if in.ID == uuid.Nil {
			v.New = *in
		}
		for i := range v.Challenges {
			if v.Challenges[i].ID == in.ID {
				v.Challenges[i] = *in
			}
		}
	}
	if typed.series != nil {
		v.Series = *typed.series
	}
	contests.Rank(list)
	v.Rows = p.rankRows(c, v, list, typed.choices)
	for i := range d.Finalists {
		if f := &d.Finalists[i]; f.Stage == contests.Winner {
			v.Winners = append(v.Winners, pilotFormOf(v, f, typed))
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, contestDeskPage(v))
}

func (*pages) rankRows(c kit.Context, v *contestDeskView, list []contests.Shown, typed bool) []rankRow {
	var out []rankRow
	votes := map[uuid.UUID]int{}
	for i := range v.D.Finalists {
		votes[v.D.Finalists[i].ID] = v.D.Finalists[i].Votes
	}
	for i := range list {
		x := &list[i]
		if v.D.NamedAt != nil && x.Stage == contests.Out {
			continue
		}
		r := rankRow{
			URL: v.D.Call.Path() + "/entries/" + x.ID.String(), Title: x.Title, Team: x.TeamName, Yes: contests.YesField(x.ID), Reason: contests.ReasonField(x.ID),
			On: x.Stage == contests.Winner,
		}
		switch {
		case x.Spread != nil:
			r.Scores = spreadLine(v.Loc, x.Spread)
		case x.Conflict:
			r.Scores = v.T("contest.jury.conflict")
		default:
			r.Scores = v.T("contest.sealed")
		}
		if v.D.Voted {
			r.Votes = v.T("contest.votes", "n", votes[x.ID])
		}
		if typed {
			r.On, r.Typed = c.FormValue(r.Yes) != "", kit.Clean(c.FormValue(r.Reason), true)
		}
		r.YesError, r.ReasonErr = v.Errors.For(r.Yes), v.Errors.For(r.Reason)
		out = append(out, r)
	}
	return out
}

func pilotFormOf(v *contestDeskView, f *contests.Final, typed typedDesk) pilotForm {
	out := pilotForm{Action: v.At + "/pilots/" + f.ID.String(), Title: f.Title}
	if p := f.Pilot; p != nil {
		out.In = pilotIn{Partner: p.Partner, Tests: p.Tests, From: dayText(&p.From), To: dayText(&p.To), Outcome: p.Outcome, Report: p.Report}
	}
	if typed.pilot != nil && typed.of == f.ID {
		out.In, out.Open = *typed.pilot, true
	}
	out.Outcomes = []kit.Option{{Label: v.T("contest.outcome.none")}}
	for _, o := range contests.Outcomes() {
		out.Outcomes = append(out.Outcomes, kit.Option{Value: o, Label: v.T("contest.outcome." + o), On: o == out.In.Outcome})
	}
	return out
}

// onDesk does something of the office's and goes back to its page.
func (p *pages) onDesk(c kit.Context, typed typedDesk, do func(n subject.Number) error, said string) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	err = do(n)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showContestDesk(c, typed, err, kit.StatusOf(fault.As(err).Kind))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, "/desk/calls/"+n.Format(subject.PrefixCall)+"/contest")
}

func (p *pages) saveChallenge(c kit.Context) error {
	var in challengeIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if in.Do == "drop" {
		return p.onDesk(c, typedDesk{}, func(n subject.Number) error { return p.Contests.DropChallenge(ctx, actor, n, in.ID) }, "contest.challenge.dropped")
	}
	return p.onDesk(c, typedDesk{challenge: &in}, func(n subject.Number) error {
		return p.Contests.SaveChallenge(ctx, actor, n, contests.Challenge{
			ID: in.ID, Title: both(in.Title, in.TitleEn), Text: both(in.Text, in.TextEn), Data: both(in.Data, in.DataEn), Contact: in.Contact,
		})
	}, "contest.challenge.saved")
}

func (p *pages) saveSeries(c kit.Context) error {
	var in struct {
		Series string `form:"series" max:"100"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	return p.onDesk(c, typedDesk{series: &in.Series}, func(n subject.Number) error {
		return p.Contests.SetSeries(c.Request().Context(), kit.Actor(c), n, in.Series)
	}, "contest.series.saved")
}

// inviteJury makes a link into the jury; it is shown once.
func (p *pages) inviteJury(c kit.Context) error {
	var in struct {
		Mail string `form:"mail" max:"254"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	token, err := p.Contests.Invite(c.Request().Context(), kit.Actor(c), n, true, in.Mail)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showContestDesk(c, typedDesk{}, err, kit.StatusOf(fault.As(err).Kind))
	}
	if err != nil {
		return err
	}
	call, err := p.contestCall(c)
	if err != nil {
		return err
	}
	return p.showContestDesk(c, typedDesk{invite: p.url(contests.JoinPath(call, token))}, nil, http.StatusOK)
}

func (p *pages) dropJuror(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	id, err := entryID(c)
	if err != nil {
		return err
	}
	return p.onDesk(c, typedDesk{}, func(n subject.Number) error {
		return p.Contests.DropJuror(c.Request().Context(), kit.Actor(c), n, id)
	}, "contest.jury.dropped")
}

func (p *pages) nameFinalists(c kit.Context) error {
	return p.name(c, p.Contests.NameFinalists, "contest.named")
}

func (p *pages) nameWinners(c kit.Context) error {
	return p.name(c, p.Contests.NameWinners, "contest.won")
}

// naming is what the office says about many entries at once.
type naming func(ctx context.Context, actor accounts.Actor, n subject.Number, choices []contests.Choice) error

// name reads the office's choices about all entries of the page.
func (p *pages) name(c kit.Context, do naming, said string) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	return p.onDesk(c, typedDesk{choices: true}, func(n subject.Number) error {
		list, _, err := p.Contests.Entries(ctx, actor, n)
		if err != nil {
			return err
		}
		var choices []contests.Choice
		for i := range list {
			id := list[i].ID
			choices = append(choices, contests.Choice{Entry: id, Yes: c.FormValue(contests.YesField(id)) != "", Reason: kit.Clean(c.FormValue(contests.ReasonField(id)), true)})
		}
		return do(ctx, actor, n, choices)
	}, said)
}

func (p *pages) savePilot(c kit.Context) error {
	var in pilotIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	id, err := entryID(c)
	if err != nil {
		return err
	}
	return p.onDesk(c, typedDesk{pilot: &in, of: id}, func(n subject.Number) error {
		pilot := contests.Pilot{Partner: in.Partner, Tests: in.Tests, Outcome: in.Outcome, Report: in.Report}
		from, to := utcDay(in.From), utcDay(in.To)
		switch {
		case from == nil:
			return fault.OnField("from", "contest.err.days")
		case to == nil:
			return fault.OnField("to", "contest.err.days")
		}
		pilot.From, pilot.To = *from, *to
		return p.Contests.SavePilot(c.Request().Context(), kit.Actor(c), n, id, pilot)
	}, "contest.pilot.saved")
}

// isBad tells whether this form of a challenge was sent with something wrong.
func (v *contestDeskView) isBad(ch challengeIn) bool { return v.Wrong && v.Bad == ch.ID }

// errorOf is what is wrong with an entry of the challenge that was sent.
func errorOf(v *contestDeskView, ch challengeIn, name string) string {
	if !v.isBad(ch) {
		return ""
	}
	return v.Errors.For(name)
}

// pilotError is what is wrong with an entry of the pilot that was sent.
func pilotError(v *contestDeskView, f pilotForm, name string) string {
	if !f.Open {
		return ""
	}
	return v.Errors.For(name)
}

func wrongAttrs(id, wrong string) templ.Attributes {
	if wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id + "-err"}
}

// fieldOf is the id of an entry of a form that is on the page more than once: the
// plain one, to which errors lead, in the form that was sent.
func fieldOf(of, name string) string {
	if of == "" {
		return kit.FieldID(name)
	}
	return kit.FieldID(name) + "-" + of
}

// idOf keeps the entries of a pilot's form apart from those of others.
func (f pilotForm) idOf() string {
	if f.Open {
		return ""
	}
	return f.Action[len(f.Action)-36:]
}

// idOf keeps the entries of a challenge's form apart from those of others.
func (v *contestDeskView) idOf(ch challengeIn) string {
	switch {
	case v.isBad(ch):
		return ""
	case ch.ID == uuid.Nil:
		return "neu"
	}
	return ch.ID.String()
}
