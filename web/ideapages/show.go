package ideapages

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// showView is the page of an idea in words.
type showView struct {
	kit.Page
	I        *ideas.View
	Number   string
	Now      time.Time
	Byline   string
	Where    string
	Said     string
	Next     string // "Wie geht es weiter?"
	Who      string // "Wer entscheidet?"
	AnswerBy string
	Gauge    gauge
	Why      string // why nobody can support it now
	Counts   string // who counts
	Talk     templ.Component
	Held     string
	Criteria []string
	Report   *kit.Crumb // the report that it was
	Areas    map[string]string
	Mine     bool
	Proof    *proofView        // that the call asks for and the reader has not given; nil: none
	Wrong    kit.Errors        // with an answer to an amendment
	Typed    map[string]string // such answers, by the amendment's id
}

func (p *pages) show(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	if spelled := ideaNumber(n); spelled != c.Param("number") {
		return kit.Redirect(c, "/ideas/"+spelled)
	}
	v, err := p.showView(c, n)
	if err != nil {
		return err
	}
	if v.I.Visibility == ideas.VisPublic && !v.I.Staff {
		kit.Public(c, keepPublic)
	}
	if c.QueryParam("fragment") == "timeline" {
		return kit.Render(c, http.StatusOK, showFragment(v))
	}
	if v.I.Status == ideas.Merged && v.I.Other != nil && !v.I.IsAuthor && !v.I.May.Work && c.QueryParam("stay") == "" {
		return kit.Redirect(c, v.I.Other.Path()+"?from="+v.Number)
	}
	return kit.Render(c, http.StatusOK, showPage(v))
}

func (p *pages) showView(c kit.Context, n subject.Number) (*showView, error) {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	i, err := p.Ideas.Get(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	v := &showView{Page: kit.NewPage(c, ""), I: i, Number: ideaNumber(n), Now: now}
	loc := v.Loc
	v.Title, v.Nav, v.Canonical = i.Title, "ideas", p.url(i.Path())
	v.Said = sentence(loc, i, now)
	v.Description = label(loc, i.Status) + ". " + v.Said
	v.Byline = p.byline(v)
	if i.District != "" {
		if l, ok, err := p.Geo.DistrictByRef(ctx, i.District); err != nil {
			return nil, err
		} else if ok {
			v.Where = l.Name
		}
	}
	if i.Address != "" {
		v.Where = strings.TrimSuffix(i.Address+", "+v.Where, ", ")
	}
	v.Gauge = gaugeOf(loc, i.Supports, i.Goal)
	p.rules(v, actor)
	if i.NeedsProof && (i.Supportable || i.Amendable || len(i.Splits) > 0 || i.Call.Proof.Talk) {
		if v.Proof, err = p.proof(c, loc, i.Call, i.Path()); err != nil {
			return nil, err
		}
	}
	if err := p.reportOf(ctx, v); err != nil {
		return nil, err
	}
	if i.Call != nil {
		if i.Answer != nil {
			for _, k := range i.Answer.Criteria {
				if k >= 0 && k < len(i.Call.Criteria) {
					v.Criteria = append(v.Criteria, i.Call.Criteria[k].In(loc.Lang()))
				}
			}
		}
	}
	switch i.Visibility {
	case ideas.VisPublic:
	default:
		v.Held, v.Robots = loc.T("own.held"), "noindex"
	}
	if p.Talk != nil {
		if v.Talk, err = p.Talk.Part(c, v.Page, i.Ref()); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// byline is who proposed it: the names that are shown, and how many beside them.
func (p *pages) byline(v *showView) string {
	names := v.I.Authors
	rest := v.I.Unnamed
	switch {
	case len(names) == 0 && rest > 1:
		return v.T("idea.by.people", "n", rest)
	case len(names) == 0:
		return v.T("idea.by.none")
	case len(names) > 2:
		return v.T("idea.by.more", "name", names[0], "n", len(names)-1+rest)
	case rest > 0:
		return v.T("idea.by.more", "name", strings.Join(names, ", "), "n", rest)
	}
	return strings.Join(names, ", ")
}

// rules says who decides, by when there is an answer, and who counts.
func (p *pages) rules(v *showView, actor accounts.Actor) {
	i, loc := v.I, v.Loc
	switch {
	case i.Decides != "":
		v.Who = loc.T("idea.decides." + i.Decides)
		if i.DecidesWho != "" {
			v.Who = i.DecidesWho
		}
	case i.SayWhoBy != nil && i.SayWhoBy.After(v.Now):
		v.Who = loc.T("idea.decides.soon", "date", loc.NearDate(*i.SayWhoBy, v.Now))
	case i.SayWhoBy != nil:
		v.Who = loc.T("idea.decides.late", "date", loc.Day(*i.SayWhoBy))
	}
	if i.AnswerBy != nil && !i.Status.Answered() && !i.Status.IsClosed() {
		v.AnswerBy = loc.Day(*i.AnswerBy)
		if i.AnswerBy.Before(v.Now) {
			v.AnswerBy = loc.T("idea.answer_late", "date", loc.Day(*i.AnswerBy))
		}
	}
	if !i.May.Support && !i.Status.IsClosed() && (!i.NeedsProof || !i.Supportable) {
		v.Why = p.whyNot(v)
	}
	least := 0
	if i.Call != nil {
		least = i.Call.MinLevel
	}
	switch {
	case least >= 2:
		v.Counts = loc.T("idea.counts.residents")
	case i.Call != nil && i.Call.Who == ideas.WhoProved:
	case least == 1:
		v.Counts = loc.T("idea.counts.mail")
	}
	if i.Mine && actor.Level < least {
		v.Counts = loc.T(notYet(least))
	}
}

// notYet says what a support waits for where its call counts from a level on.
func notYet(least int) string {
	if least >= accounts.L2 {
		return "idea.counts.not_resident"
	}
	return "idea.counts.not_yet"
}

// whyNot says when supporting begins, or that it is over.
func (p *pages) whyNot(v *showView) string {
	i := v.I
	if i.Call != nil {
		if s, ok := i.Call.Span(ideas.Support); ok && s.From.After(v.Now) {
			return v.T("idea.support.from", "date", shortDay(v.Loc, s.From))
		}
	}
	if i.EndsAt != nil && i.EndsAt.Before(v.Now) {
		return v.T("idea.support.over", "date", v.Loc.Day(*i.EndsAt))
	}
	return v.T("idea.why.not_now")
}

// offersAmend: who only lacks the proof is led to it.
func (v *showView) offersAmend() bool {
	return v.I.May.Amend || v.I.Amendable && v.Proof != nil && !v.Proof.Closed
}

func (v *showView) path(last string) string { return v.I.Path() + "/" + last }

func (v *showView) crumbs() []kit.Crumb {
	way := []kit.Crumb{{Name: v.T("nav.ideas"), URL: "/ideas"}}
	if v.I.Call != nil {
		way = append(way, kit.Crumb{Name: v.I.Call.Title.In(v.Loc.Lang()), URL: v.I.Call.Path()})
	}
	return append(way, kit.Crumb{Name: v.Number})
}

func (v *showView) step(s *ideas.Step) kit.Step {
	row := kit.Step{
		ID: "schritt-" + s.ID.String(), Shape: "step", Title: stepTitle(v.Loc, s), At: s.At.Format(time.RFC3339), When: v.Loc.DateTime(s.At, v.Now),
		Who: s.Department.In(v.Loc.Lang()),
	}
	if s.Status != "" {
		row.Shape = s.Status.Shape()
	}
	return row
}

func (v *showView) milestone(m *ideas.Milestone) kit.Step {
	s := kit.Step{Title: m.Title, Shape: "measure_planned", At: m.DueOn.Format(time.DateOnly), When: v.T("idea.milestone.due", "date", shortDay(v.Loc, m.DueOn)), Future: true}
	if m.ReachedOn != nil {
		s.Shape, s.Future, s.At, s.When = "resolved", false, m.ReachedOn.Format(time.DateOnly), shortDay(v.Loc, *m.ReachedOn)
	} else if m.DueOn.AddDate(0, 0, 1).Before(v.Now) {
		s.Shape, s.When = "late", v.T("idea.milestone.late", "date", shortDay(v.Loc, m.DueOn))
	}
	return s
}

func (v *showView) photo(a *ideas.Picture) kit.Photo {
	at := "/photos/" + a.ID.String()
	out := kit.Photo{URL: at, Large: at, Alt: a.Alt, Width: a.Width, Height: a.Height}
	if a.Held {
		out.Note = v.T("own.held")
	}
	return out
}

func (v *showView) shape() string { return v.I.Status.Shape() }

func (v *showView) answerClass() string {
	if v.I.Status == ideas.Declined || v.I.Status == ideas.Elsewhere {
		return "answer answer--no verlauf"
	}
	return "answer verlauf"
}

// support counts a visitor among those who support an idea, or no longer.
func (p *pages) support(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	s, err := p.Ideas.SetSupport(c.Request().Context(), actor, n, in.On, accounts.AddressKey(kit.ClientIP(c)))
	if err != nil {
		return toProof(c, err, ideas.Path(n))
	}
	if kit.WantsJSON(c) {
		body, err := json.Marshal(s)
		if err != nil {
			return err
		}
		return kit.Send(c, http.StatusOK, "application/json", body)
	}
	switch {
	case !in.On:
		kit.Flash(c, "success", "idea.support.off")
	case s.Held:
		kit.Flash(c, "info", "vote.held")
	case !s.Counted && s.Receipt != "":
		kit.Flash(c, "info", notYet(s.Least)+"_receipt", "code", s.Receipt)
	case !s.Counted:
		kit.Flash(c, "info", notYet(s.Least))
	case s.Receipt != "":
		kit.Flash(c, "success", "idea.support.on_receipt", "code", s.Receipt)
	default:
		kit.Flash(c, "success", "idea.support.on")
	}
	return kit.Redirect(c, ideas.Path(n))
}

// follow puts news about an idea into the inbox, or no longer.
func (p *pages) follow(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	if err := p.Ideas.Follow(c.Request().Context(), actor, n, in.On, kit.Loc(c).Lang()); err != nil {
		return err
	}
	key := "idea.follow.off"
	if in.On {
		key = "idea.follow.on"
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, ideas.Path(n))
}

// versionsView is the history of the words.
type versionsView struct {
	kit.Page
	I    *ideas.Idea
	List []versionRow
}

type versionRow struct {
	ideas.Version

	Kind, When string
	TitleDiff  []ideas.Piece
	Diff       []ideas.Piece
}

func (p *pages) versions(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	i, list, err := p.Ideas.Versions(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	v := &versionsView{Page: kit.NewPage(c, "idea.versions.title"), I: i}
	v.Nav, v.Robots = "ideas", "noindex"
	for k, ver := range list {
		r := versionRow{Version: ver, Kind: v.T("idea.version." + ver.Kind), When: v.Loc.DateTime(ver.At, time.Time{})}
		if k+1 < len(list) {
			r.TitleDiff, r.Diff = ideas.Diff(list[k+1].Title, ver.Title), ideas.Diff(list[k+1].Text, ver.Text)
		} else {
			r.TitleDiff, r.Diff = []ideas.Piece{{Text: ver.Title}}, []ideas.Piece{{Text: ver.Text}}
		}
		v.List = append(v.List, r)
	}
	return kit.Render(c, http.StatusOK, versionsPage(v))
}

// wordsForm is the form of words: an author's edit or somebody's amendment.
type wordsForm struct {
	kit.Page
	I       *ideas.View
	Amend   bool
	Free    bool // no explanation needed
	Edition int
	Head    string
	Text    string
	Why     string
	Errors  kit.Errors
	Topics  []kit.Option
	Cost    string
	Name    string
	Address string
	As      string // how the place is given
	Corners string // of a line or an area
	Drawn   string // the same as they are stored
	Centre  kit.MapView
	Invite  string     // address of a fresh invitation, shown once
	Alt     string     // of a picture that had something wrong
	NowSays []string   // the words as they are, where they changed meanwhile
	Proof   *proofView // that is missing for another wording; nil: none

	TakesFiles bool
}

func (p *pages) askAmend(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	i, err := p.Ideas.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if !i.May.Amend {
		return p.mayNotAmend(c, i)
	}
	f := &wordsForm{Page: kit.NewPage(c, "idea.amend.title"), I: i, Amend: true, Edition: i.Edition, Head: i.Title, Text: i.Text}
	f.Nav, f.Robots = "ideas", "noindex"
	return kit.Render(c, http.StatusOK, amendPage(f))
}

// mayNotAmend leads to the proof where that is all that is missing and it can still
// be given.
func (p *pages) mayNotAmend(c kit.Context, i *ideas.View) error {
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	why := fault.New(fault.Forbidden, "err.403").With("why", "idea.why.closed")
	if i.Amendable && i.NeedsProof && i.Call.Asks(now, p.Zone) {
		why = fault.New(fault.Forbidden, "err.403").With("why", ideas.WhyProof)
	}
	return toProof(c, why, i.Path())
}

type wordsIn struct {
	Title   string `form:"title" max:"400"`
	Text    string `form:"text" lines:"true" max:"20000"`
	Why     string `form:"why" lines:"true" max:"4000"`
	Edition int    `form:"edition"`
}

func (p *pages) amend(c kit.Context) error {
	var in wordsIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	err = p.Ideas.Propose(c.Request().Context(), actor, n, ideas.Edit{Title: in.Title, Text: in.Text, Why: in.Why, Edition: in.Edition})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || ideas.NeedsProof(err) {
		return p.amendAgain(c, actor, n, &in, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.amend.sent")
	return kit.Redirect(c, ideas.Path(n)+"#vorschlaege")
}

// amendAgain shows the form with what was typed and what is wrong with it, or the
// way to the proof that is missing.
func (p *pages) amendAgain(c kit.Context, actor accounts.Actor, n subject.Number, in *wordsIn, wrong error) error {
	i, err := p.Ideas.Get(c.Request().Context(), actor, n)
	if err != nil {
		return err
	}
	f := &wordsForm{Page: kit.NewPage(c, "idea.amend.title"), I: i, Amend: true, Edition: in.Edition, Head: in.Title, Text: in.Text, Why: in.Why}
	f.Nav, f.Robots = "ideas", "noindex"
	if ideas.NeedsProof(wrong) {
		if f.Proof, err = p.proof(c, f.Loc, i.Call, i.Path()); err != nil {
			return err
		}
		f.Proof.Beside = true
	} else {
		f.wrong(c, wrong)
	}
	kit.NoStore(c)
	return kit.Render(c, kit.StatusOf(fault.As(wrong).Kind), amendPage(f))
}

func (p *pages) decideAmendment(c kit.Context) error {
	var in struct {
		Do     string `form:"do" max:"10"`
		Answer string `form:"answer" lines:"true" max:"4000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("amendment")
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if in.Do == "withdraw" {
		err = p.Ideas.WithdrawAmendment(ctx, actor, n, id)
	} else {
		err = p.Ideas.DecideAmendment(ctx, actor, n, id, in.Do == "yes", in.Answer)
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) { // the answer stands there again
		v, verr := p.showView(c, n)
		if verr != nil {
			return verr
		}
		v.Typed = map[string]string{id.String(): in.Answer}
		v.Wrong = kit.Errors{{Name: "answer-" + id.String(), Text: kit.Explain(c, err).Title}}
		if list := kit.ErrorsOf(v.Page, err); len(list) > 0 {
			v.Wrong[0].Text = list[0].Text
		}
		kit.NoStore(c)
		return kit.Render(c, kit.StatusOf(fault.As(err).Kind), showPage(v))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.amend.done")
	return kit.Redirect(c, ideas.Path(n)+"#vorschlaege")
}

func (p *pages) agreeMerge(c kit.Context) error {
	var in struct {
		Do    string `form:"do" max:"10"`
		Asked string `form:"asked" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, actor, err := p.writer(c)
	if err != nil {
		return err
	}
	prefix, asked, perr := subject.ParseNumber(in.Asked)
	if perr != nil || prefix != subject.PrefixIdea {
		return fault.Missing("merge")
	}
	if err := p.Ideas.AnswerMerge(c.Request().Context(), actor, n, asked, in.Do == "yes"); err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.merge.answered")
	return kit.Redirect(c, ideas.Path(n))
}
