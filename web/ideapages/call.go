package ideapages

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/kit"
)

// callBox is a call in short.
type callBox struct {
	URL, Number, From, Title, Lead, Facts string
	Phases                                []phaseView
	Live                                  bool // not over
}

type phaseView struct{ Name, Days, Class string }

// callView is the page of a call.
type callView struct {
	kit.Page
	callBox

	C       *ideas.Call
	Text    []string
	Rules   []string
	Prize   []string
	Facts   []fact
	Collect bool
	Draft   bool
	Over    bool
	List    *listView
	Proof   *proofView // nil: nobody has to prove anything
}

type fact struct{ Name, Text string }

func (p *pages) callBox(loc *i18n.Localizer, c *ideas.Call, now time.Time) callBox {
	b := callBox{
		URL: c.Path(), Number: c.Number.Format(subject.PrefixCall), Title: c.Title.In(loc.Lang()), Lead: c.Lead.In(loc.Lang()),
		From: loc.T("idea.call.from", "team", c.DepartmentOf.In(loc.Lang())),
	}
	var facts []string
	if c.Kind != ideas.KindContest {
		facts = append(facts, loc.T("idea.list.count", "n", c.Ideas))
	}
	if c.BudgetCents != nil {
		facts = append(facts, money(loc, *c.BudgetCents))
	}
	b.Facts = strings.Join(facts, ", ")
	on := c.Now(now, p.Zone)
	b.Live = c.State == ideas.CallPublished
	for _, ph := range ideas.Phases() {
		s, ok := c.Span(ph)
		if !ok {
			continue
		}
		v := phaseView{Name: phaseName(loc, c.Kind, ph), Days: phaseDays(loc, s)}
		switch {
		case ph == on:
			v.Class = "now"
		case s.To != nil && s.To.AddDate(0, 0, 1).Before(now):
			v.Class = "past"
		}
		b.Phases = append(b.Phases, v)
	}
	return b
}

// call is the page of a call with its ideas.
func (p *pages) call(c kit.Context) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	call, err := p.Ideas.Call(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if call.Kind == ideas.KindContest && p.Contests != nil {
		return p.contest(c, call)
	}
	v, err := p.callView(c, call)
	if err != nil {
		return err
	}
	if call.State != ideas.CallDraft && !call.StaffOnly {
		kit.Public(c, keepPublic)
	}
	return kit.Render(c, http.StatusOK, callPage(v))
}

// phaseName is what a phase is called in calls of a kind.
func phaseName(loc *i18n.Localizer, kind string, ph ideas.Phase) string {
	if kind == ideas.KindContest {
		return loc.T("contest.phase." + string(ph))
	}
	return loc.T("idea.phase." + string(ph))
}

// callHead is the page of a call without its ideas.
func (p *pages) callHead(c kit.Context, call *ideas.Call) (*callView, error) {
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	v := &callView{Page: kit.NewPage(c, ""), C: call}
	loc := v.Loc
	v.callBox = p.callBox(loc, call, now)
	v.Page.Title, v.Nav, v.Canonical = v.callBox.Title, "ideas", p.url(call.Path())
	v.Description = v.Lead
	v.Text, v.Rules, v.Prize = kit.Lines(call.Text.In(loc.Lang())), kit.Lines(call.Rules.In(loc.Lang())), kit.Lines(call.Prize.In(loc.Lang()))
	v.Draft, v.Collect, v.Over = call.State == ideas.CallDraft, call.Collects(now, p.Zone), call.State == ideas.CallEnded
	if v.Draft {
		v.Robots = "noindex"
	}
	add := func(key, text string) {
		if text != "" {
			v.Facts = append(v.Facts, fact{loc.T(key), text})
		}
	}
	add("idea.call.participation", loc.T("idea.participation."+call.Participation))
	who, err := p.whoMay(ctx, loc, call)
	if err != nil {
		return nil, err
	}
	add("idea.call.who", who)
	if v.Proof, err = p.proof(c, loc, call, call.Path()); err != nil {
		return nil, err
	}
	if call.Threshold > 0 {
		does := call.Triggers.In(loc.Lang())
		add("idea.call.threshold", loc.T("idea.call.threshold.text", "goal", loc.Int(call.Threshold), "does", dot(does)))
	}
	if call.BudgetCents != nil {
		add("idea.call.budget", money(loc, *call.BudgetCents))
	}
	if call.AnswerBy != nil {
		add("idea.answer_until", loc.T("idea.call.answer", "team", call.DepartmentOf.In(loc.Lang()), "date", shortDay(loc, *call.AnswerBy)))
	}
	if len(call.Districts) > 0 {
		names, err := p.districtNames(ctx, call.Districts)
		if err != nil {
			return nil, err
		}
		add("list.district", strings.Join(names, ", "))
	}
	return v, nil
}

func (p *pages) callView(c kit.Context, call *ideas.Call) (*callView, error) {
	v, err := p.callHead(c, call)
	if err != nil {
		return nil, err
	}
	f, err := ideas.ParseFilter(c.QueryParams())
	if err != nil {
		return nil, err
	}
	f.Call = call.Number.Format(subject.PrefixCall)
	if v.List, err = p.listView(c, f, call); err != nil {
		return nil, err
	}
	v.List.Call, v.Scripts = v, v.List.Scripts
	return v, nil
}

// resultRows is how many ideas the page of results names; the list of the call
// and the file hold all of them.
const resultRows = 500

// resultsView is what anybody can count again.
type resultsView struct {
	kit.Page
	C     *ideas.Call
	Box   callBox
	Rows  []row
	More  string // where the ideas beyond those are; "": there are none
	Days  []sealRow
	Whole bool // every day is sealed and right
	File  string
	Held  string
	Scope string      // what the seals name the process
	Split *splitTable // how the votes are spread over the levels; nil: nothing to tell
}

type sealRow struct{ Day, Rows, Receipts, Hash string }

// results is the page of a call's results: the counts as shown, the sealed days,
// and the anonymous rows to count again (?format=csv).
func (p *pages) results(c kit.Context) error {
	n, err := number(c, subject.PrefixCall)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	call, err := p.Ideas.Call(ctx, kit.Actor(c), n)
	if err != nil {
		return err
	}
	if call.State == ideas.CallDraft {
		return kit.Redirect(c, call.Path())
	}
	if c.QueryParam("format") == "csv" {
		return p.ledger(c, call)
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := &resultsView{Page: kit.NewPage(c, "idea.results.title"), C: call, Box: p.callBox(kit.Loc(c), call, now), File: call.Path() + "/results?format=csv", Scope: ideas.Scope(call)}
	v.Nav = "ideas"
	l, err := p.Ideas.List(ctx, kit.Actor(c), ideas.Filter{Call: call.Number.Format(subject.PrefixCall), Sort: ideas.MostSupported}, ideas.Page{Limit: resultRows})
	if err != nil {
		return err
	}
	for i := range l.Items {
		v.Rows = append(v.Rows, p.row(v.Loc, &l.Items[i], nil, now))
	}
	if l.Next != "" {
		v.More = call.Path() + "?sort=" + string(ideas.MostSupported)
	}
	seals, err := votes.Seals(ctx, p.DB, ideas.Scope(call))
	if err != nil {
		return err
	}
	for _, s := range seals {
		v.Days = append(v.Days, sealRow{Day: s.Day.Format(time.DateOnly), Rows: strconv.Itoa(s.N), Receipts: hexOf(s.Receipts), Hash: hexOf(s.Hash)})
	}
	wrong, err := votes.VerifySeals(ctx, p.DB, ideas.Scope(call))
	if err != nil {
		return err
	}
	v.Whole = wrong.IsZero()
	if call.State == ideas.CallEnded {
		rep, err := votes.ReportOf(ctx, p.DB, ideas.Scope(call))
		if err != nil {
			return err
		}
		v.Held = v.T("idea.results.held", "released", v.Loc.Int(rep.Released), "void", v.Loc.Int(rep.Void))
		if rep.Open > 0 {
			v.Held += " " + v.T("idea.results.held_open", "n", rep.Open)
		}
		if v.Split, err = p.split(ctx, v.Loc, call, l.Items); err != nil {
			return err
		}
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, resultsPage(v))
}
