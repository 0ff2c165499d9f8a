package ideapages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

type deskCallsView struct {
	kit.Page
	Rows  []callRow
	Start []kit.Option // blueprints
}

type callRow struct{ URL, Title, State, Facts string }

func (p *pages) deskCalls(c kit.Context) error {
	ctx := c.Request().Context()
	list, err := p.Ideas.DeskCalls(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := &deskCallsView{Page: kit.NewPage(c, "idea.calls.title")}
	v.Nav, v.Robots = "desk", "noindex"
	for i := range list {
		r := callRow{URL: "/desk/calls/" + list[i].Number.Format(subject.PrefixCall), Title: list[i].Title.In(v.Loc.Lang()), State: v.T("idea.call.state." + string(list[i].State))}
		if ph := list[i].Now(now, p.Zone); ph != "" && list[i].State == ideas.CallPublished {
			r.State = phaseName(v.Loc, list[i].Kind, ph)
		}
		if r.Facts = v.T("idea.list.count", "n", list[i].Ideas); list[i].Kind == ideas.KindContest {
			r.Facts = v.T("idea.kind.contest")
		}
		v.Rows = append(v.Rows, r)
	}
	for _, b := range ideas.Blueprints() {
		v.Start = append(v.Start, kit.Option{Value: b, Label: v.T("idea.blueprint." + b), Hint: v.T("idea.blueprint." + b + ".hint")})
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, deskCallsPage(v))
}

// callIn is the form of a call.
type callIn struct {
	Version        int       `form:"version"`
	Kind           string    `form:"kind" max:"20"`
	Department     uuid.UUID `form:"department"`
	StaffOnly      bool      `form:"staff_only"`
	Title          string    `form:"title" max:"200"`
	TitleEn        string    `form:"title_en" max:"200"`
	Lead           string    `form:"lead" max:"400"`
	LeadEn         string    `form:"lead_en" max:"400"`
	Text           string    `form:"text" lines:"true" max:"8000"`
	TextEn         string    `form:"text_en" lines:"true" max:"8000"`
	Rules          string    `form:"rules" lines:"true" max:"4000"`
	RulesEn        string    `form:"rules_en" lines:"true" max:"4000"`
	Criteria       string    `form:"criteria" lines:"true" max:"4000"`
	CriteriaEn     string    `form:"criteria_en" lines:"true" max:"4000"`
	Prize          string    `form:"prize" lines:"true" max:"2000"`
	PrizeEn        string    `form:"prize_en" lines:"true" max:"2000"`
	Triggers       string    `form:"triggers" max:"400"`
	TriggersEn     string    `form:"triggers_en" max:"400"`
	Participation  string    `form:"participation" max:"20"`
	Who            string    `form:"who" max:"20"`
	ProofCity      bool      `form:"proof_city"`
	ProofDistricts []string  `form:"proof_district" max:"40"`
	ProofPostcodes string    `form:"proof_postcodes" lines:"true" max:"800"`
	AgeFrom        string    `form:"age_from" max:"10"`
	AgeTo          string    `form:"age_to" max:"10"`
	ProofTalk      bool      `form:"proof_talk"`
	Threshold      int       `form:"threshold"`
	Budget         string    `form:"budget" max:"40"`
	NeedPlace      bool      `form:"need_place"`
	AnswerBy       string    `form:"answer_by" max:"20"`
	Districts      []string  `form:"district" max:"40"`
	CollectFrom    string    `form:"collect_from" max:"20"`
	CollectTo      string    `form:"collect_to" max:"20"`
	CheckFrom      string    `form:"check_from" max:"20"`
	CheckTo        string    `form:"check_to" max:"20"`
	SupportFrom    string    `form:"support_from" max:"20"`
	SupportTo      string    `form:"support_to" max:"20"`
	DecideFrom     string    `form:"decide_from" max:"20"`
	DecideTo       string    `form:"decide_to" max:"20"`
	ImplementFrom  string    `form:"implement_from" max:"20"`
	ImplementTo    string    `form:"implement_to" max:"20"`
}

func (in *callIn) days(ph ideas.Phase) (from, to *string) {
	switch ph {
	case ideas.Collect:
		return &in.CollectFrom, &in.CollectTo
	case ideas.Check:
		return &in.CheckFrom, &in.CheckTo
	case ideas.Support:
		return &in.SupportFrom, &in.SupportTo
	case ideas.Decide:
		return &in.DecideFrom, &in.DecideTo
	case ideas.Implement:
	}
	return &in.ImplementFrom, &in.ImplementTo
}

func dayText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

func both(de, en string) i18n.Text {
	t := i18n.Text{}
	if de != "" {
		t[i18n.German] = de
	}
	if en != "" {
		t[i18n.English] = en
	}
	return t
}

// formOf shows a call in the form.
func formOf(c *ideas.Call) callIn {
	in := callIn{
		Version: c.Version, Kind: c.Kind, Department: c.Department, StaffOnly: c.StaffOnly, Participation: c.Participation, Who: c.Who, Threshold: c.Threshold,
		Budget: typeMoney(c.BudgetCents), NeedPlace: c.NeedPlace, AnswerBy: dayText(c.AnswerBy), Districts: c.Districts,
		ProofCity: c.Proof.City, ProofDistricts: c.Proof.Districts, ProofPostcodes: strings.Join(c.Proof.Postcodes, ", "),
		AgeFrom: intText(c.Proof.AgeFrom), AgeTo: intText(c.Proof.AgeTo), ProofTalk: c.Proof.Talk,
	}
	for _, t := range []struct {
		from   i18n.Text
		de, en *string
	}{
		{c.Title, &in.Title, &in.TitleEn},
		{c.Lead, &in.Lead, &in.LeadEn},
		{c.Text, &in.Text, &in.TextEn},
		{c.Rules, &in.Rules, &in.RulesEn},
		{c.Prize, &in.Prize, &in.PrizeEn},
		{c.Triggers, &in.Triggers, &in.TriggersEn},
	} {
		*t.de, *t.en = t.from[i18n.German], t.from[i18n.English]
	}
	var de, en []string
	for _, k := range c.Criteria {
		de, en = append(de, k[i18n.German]), append(en, k[i18n.English])
	}
	in.Criteria, in.CriteriaEn = strings.Join(de, "\n"), strings.Join(en, "\n")
	for _, s := range c.Spans {
		from, to := in.days(s.Phase)
		*from, *to = s.From.Format(time.DateOnly), dayText(s.To)
	}
	return in
}

// utcDay reads a day as the database keeps days.
func utcDay(text string) *time.Time {
	at, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return nil
	}
	return &at
}

func (in *callIn) call() (ideas.Call, error) {
	c := ideas.Call{
		Version: in.Version, Kind: in.Kind, Department: in.Department, StaffOnly: in.StaffOnly, Title: both(in.Title, in.TitleEn), Lead: both(in.Lead, in.LeadEn),
		Text: both(in.Text, in.TextEn), Rules: both(in.Rules, in.RulesEn), Prize: both(in.Prize, in.PrizeEn), Triggers: both(in.Triggers, in.TriggersEn),
		Participation: in.Participation, Who: in.Who, Threshold: in.Threshold, NeedPlace: in.NeedPlace, AnswerBy: utcDay(in.AnswerBy), Districts: in.Districts,
	}
	english := kit.Lines(in.CriteriaEn)
	for k, de := range kit.Lines(in.Criteria) {
		t := i18n.Text{i18n.German: de}
		if k < len(english) {
			t[i18n.English] = english[k]
		}
		c.Criteria = append(c.Criteria, t)
	}
	var wrong fault.Fields
	var ok bool
	c.Proof = in.proof(&wrong)
	if c.BudgetCents, ok = readMoney(in.Budget); !ok {
		wrong.Add("budget", "idea.err.cost")
	}
	for _, ph := range ideas.Phases() {
		from, to := in.days(ph)
		if *from == "" && *to == "" {
			continue
		}
		at := utcDay(*from)
		if at == nil || *to != "" && utcDay(*to) == nil {
			wrong.Add(string(ph)+"_from", "idea.err.day")
			continue
		}
		c.Spans = append(c.Spans, ideas.Span{Phase: ph, From: *at, To: utcDay(*to)})
	}
	return c, wrong.Err()
}

type callForm struct {
	kit.Page
	In      callIn
	Action  string
	Number  string
	State   ideas.CallState
	Errors  kit.Errors
	Teams   []kit.Option
	Areas   []kit.Option
	Parts   []kit.Option
	Whos    []kit.Option
	Homes   []kit.Option // districts whose residents are asked for
	Kinds   []kit.Option
	Preview *callView
	// Provable: a sign-in is set up that says where people live and how old they are.
	Provable bool
	Changed  bool // by somebody else, since the form was opened
}

// saveLabel is what the button says: nothing of a published call is a draft.
func (f *callForm) saveLabel() string {
	if f.State == "draft" || f.Number == "" {
		return f.T("idea.call.save")
	}
	return f.T("contest.save")
}

func (p *pages) callForm(c kit.Context, in callIn) (*callForm, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	if err := ideas.MayDesk(actor); err != nil {
		return nil, err
	}
	f := &callForm{Page: kit.NewPage(c, "idea.call.edit"), In: in, Action: "/desk/calls/new", State: ideas.CallDraft}
	f.Nav, f.Robots = "desk", "noindex"
	teams, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	for _, d := range teams {
		if d.Active && ideas.MayCall(actor, &ideas.Call{Department: d.ID}) == nil {
			f.Teams = append(f.Teams, kit.Option{Value: d.ID.String(), Label: d.Name.In(f.Loc.Lang()), On: d.ID == in.Department})
		}
	}
	areas, err := p.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range areas {
		f.Areas = append(f.Areas, kit.Option{Value: a.Ref, Label: a.Name, On: slices.Contains(in.Districts, a.Ref)})
		f.Homes = append(f.Homes, kit.Option{Value: a.Ref, Label: a.Name, On: slices.Contains(in.ProofDistricts, a.Ref)})
	}
	for _, k := range ideas.Participations() {
		f.Parts = append(f.Parts, kit.Option{Value: k, Label: f.T("idea.participation." + k), On: k == in.Participation})
	}
	for _, k := range ideas.Whos() {
		f.Whos = append(f.Whos, kit.Option{Value: k, Label: f.T("idea.who." + k), On: k == in.Who})
	}
	f.Provable = p.Ideas.CanProve()
	kinds := []string{"ideas", "places"}
	if in.Kind == ideas.KindContest { // what a contest has besides stays its own
		kinds = []string{ideas.KindContest}
	}
	for _, k := range kinds {
		f.Kinds = append(f.Kinds, kit.Option{Value: k, Label: f.T("idea.kind." + k), On: k == in.Kind})
	}
	return f, nil
}

// newCall starts from a blueprint.
func (p *pages) newCall(c kit.Context) error {
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	y, m, d := now.In(p.Zone).Date()
	b := ideas.Blueprint(c.QueryParam("from"), time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
	in := formOf(&b)
	in.Version = 0
	f, err := p.callForm(c, in)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, callFormPage(f))
}

func (p *pages) editCall(c kit.Context) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	return p.showCall(c, n, nil, nil, http.StatusOK)
}

func (p *pages) showCall(c kit.Context, n subject.Number, in *callIn, wrong error, status int) error {
	call, err := p.Ideas.Call(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if err := ideas.MayCall(kit.Actor(c), call); err != nil {
		return err
	}
	form := formOf(call)
	if in != nil {
		form = *in
	}
	f, err := p.callForm(c, form)
	if err != nil {
		return err
	}
	f.Number, f.State = n.Format(subject.PrefixCall), call.State
	f.Action = "/desk/calls/" + f.Number
	if wrong != nil {
		f.Errors = kit.ErrorsOf(f.Page, wrong)
		if len(f.Errors) == 0 {
			f.Errors = kit.Errors{{Name: "title", Text: kit.Explain(c, wrong).Title}}
		}
		if in != nil && in.Version != call.Version { // it can be sent again, in the knowledge of what it says now
			f.In.Version, f.Changed = call.Version, true
		}
	}
	if in == nil {
		if f.Preview, err = p.callView(c, call); err != nil {
			return err
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, callFormPage(f))
}

func (p *pages) saveCall(c kit.Context) error {
	var in callIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), kit.Actor(c)
	call, err := in.call()
	var n subject.Number
	if c.Param("number") != "" {
		if n, err = number(c, subject.PrefixCall); err != nil {
			return err
		}
		was, gerr := p.Ideas.Call(ctx, actor, n)
		if gerr != nil {
			return gerr
		}
		call, err = in.call()
		call.ID, call.Number = was.ID, was.Number
	}
	if err == nil {
		var saved subject.Number
		if saved, err = p.Ideas.SaveCall(ctx, actor, call); err == nil {
			n = saved
		}
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		if n != 0 {
			return p.showCall(c, n, &in, err, kit.StatusOf(fault.As(err).Kind))
		}
		f, ferr := p.callForm(c, in)
		if ferr != nil {
			return ferr
		}
		f.Errors = kit.ErrorsOf(f.Page, err)
		return kit.Render(c, http.StatusUnprocessableEntity, callFormPage(f))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.call.saved")
	return kit.Redirect(c, "/desk/calls/"+n.Format(subject.PrefixCall))
}

func (p *pages) publishCall(c kit.Context) error {
	return p.callDo(c, p.publish, "idea.call.published")
}

func (p *pages) endCall(c kit.Context) error { return p.callDo(c, p.end, "idea.call.ended") }

func (p *pages) publish(c kit.Context, n subject.Number) error {
	return p.Ideas.PublishCall(c.Request().Context(), kit.Actor(c), n)
}

func (p *pages) end(c kit.Context, n subject.Number) error {
	return p.Ideas.EndCall(c.Request().Context(), kit.Actor(c), n)
}

func (p *pages) callDo(c kit.Context, do func(c kit.Context, n subject.Number) error, key string) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	err = do(c, n)
	if fault.Is(err, fault.Invalid) {
		call, gerr := p.Ideas.Call(c.Request().Context(), kit.Actor(c), n)
		if gerr != nil {
			return gerr
		}
		in := formOf(call)
		return p.showCall(c, n, &in, err, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, "/desk/calls/"+n.Format(subject.PrefixCall))
}

// readInt reads a number that may be missing.
func readInt(text string) (int, bool) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

func intText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
