package ideapages

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func (p *pages) registerDesk(r *kit.Router) {
	in := kit.RequireSignIn
	r.GET("/desk/ideas", p.desk, in)
	r.GET("/desk/ideas/:number", p.work, in)
	r.POST("/desk/ideas/:number/status", p.setStatus, in)
	r.POST("/desk/ideas/:number/decides", p.sayWho, in)
	r.POST("/desk/ideas/:number/checks", p.check, in)
	r.POST("/desk/ideas/:number/milestones", p.addMilestone, in)
	r.POST("/desk/ideas/:number/milestones/:id/reached", p.reachMilestone, in, kit.BodyLimit(photoBody))
	r.POST("/desk/ideas/:number/merge", p.askMerge, in)
	r.POST("/desk/ideas/:number/merge/withdraw", p.withdrawMerge, in)
	r.POST("/desk/ideas/:number/unmerge", p.unmerge, in)
	r.GET("/desk/ideas/:number/split", p.splitForm, in)
	r.POST("/desk/ideas/:number/split", p.askSplit, in)
	r.POST("/desk/ideas/:number/unsplit", p.unsplit, in)
	r.POST("/desk/ideas/:number/move", p.move, in)
	r.POST("/desk/ideas/:number/photos/:photo", p.releasePhoto, in)
	r.POST("/desk/ideas/:number/files/:file", p.releaseFile, in)
	r.POST("/desk/ideas/:number/measures", p.linkMeasure, in)
	r.GET("/desk/calls", p.deskCalls, in)
	r.GET("/desk/calls/new", p.newCall, in)
	r.POST("/desk/calls/new", p.saveCall, in)
	r.GET("/desk/calls/:number", p.editCall, in)
	r.POST("/desk/calls/:number", p.saveCall, in)
	r.POST("/desk/calls/:number/publish", p.publishCall, in)
	r.POST("/desk/calls/:number/end", p.endCall, in)
}

type deskView struct {
	kit.Page
	Filter ideas.DeskFilter
	Chips  []kit.ChipProps
	Rows   []deskRow
	First  string // the beginning of the list, from a later page
	Next   string // the next page; "" at the end
}

// deskPages are the ways through the desk's list, with its filter.
func deskPages(f ideas.DeskFilter, after, next string) (firstURL, nextURL string) {
	at := func(after string) string {
		values := url.Values{}
		for name, value := range map[string]string{"due": f.Due, "q": f.Text, "after": after} {
			if value != "" {
				values.Set(name, value)
			}
		}
		if len(values) == 0 {
			return "/desk/ideas"
		}
		return "/desk/ideas?" + values.Encode()
	}
	if after != "" {
		firstURL = at("")
	}
	if next != "" {
		nextURL = at(next)
	}
	return firstURL, nextURL
}

type deskRow struct {
	URL, Number, Title, Team, Shape, Status string
	Due, DueKind                            string
	Supports                                string
	Marks                                   []string
}

func (p *pages) desk(c kit.Context) error {
	ctx := c.Request().Context()
	f := ideas.DeskFilter{Due: c.QueryParam("due"), Text: kit.Clean(c.QueryParam("q"), false)}
	if r := []rune(f.Text); len(r) > 200 {
		f.Text = string(r[:200])
	}
	after := c.QueryParam("after")
	list, err := p.Ideas.Desk(ctx, kit.Actor(c), f, ideas.Page{After: after})
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := &deskView{Page: kit.NewPage(c, "idea.desk.title"), Filter: f}
	v.Nav, v.Robots = "desk", "noindex"
	for _, k := range []string{"", "who", "late", "goal", "all"} {
		name, url := k, "/desk/ideas?due="+k
		switch k {
		case "":
			name, url = "open", "/desk/ideas"
		case "who":
			name = "mark.who"
		}
		v.Chips = append(v.Chips, kit.ChipProps{URL: url, Label: v.T("idea.desk." + name), On: f.Due == k})
	}
	v.First, v.Next = deskPages(f, after, list.Next)
	for i := range list.Rows {
		r := &list.Rows[i]
		d := deskRow{
			URL: "/desk/ideas/" + ideaNumber(r.Number), Number: ideaNumber(r.Number), Title: r.Title, Team: r.Team.In(v.Loc.Lang()), Shape: r.Status.Shape(), Status: label(v.Loc, r.Status),
			Supports: v.Loc.Int(r.Supports),
		}
		if r.AnswerBy != nil && !r.Status.IsClosed() {
			d.Due, d.DueKind = v.Loc.NearDate(*r.AnswerBy, now), ""
			switch left := r.AnswerBy.Sub(now); {
			case left < 0:
				d.DueKind = "late"
			case left < 7*24*time.Hour:
				d.DueKind = "soon"
			}
		}
		if r.Say && !r.Status.IsClosed() {
			d.Marks = append(d.Marks, v.T("idea.desk.mark.who"))
		}
		if r.Held {
			d.Marks = append(d.Marks, v.T("idea.desk.mark.held"))
		}
		if r.Photos > 0 {
			d.Marks = append(d.Marks, v.T("idea.desk.mark.photos"))
		}
		if r.Files > 0 {
			d.Marks = append(d.Marks, v.T("idea.desk.mark.files"))
		}
		v.Rows = append(v.Rows, d)
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, deskPage(v))
}

// workView is an idea as those work on it who answer.
type workView struct {
	*showView

	To       ideas.Status // the chosen status; "": none yet
	Next     []kit.Option
	In       statusIn
	Errors   kit.Errors
	Findings []findingRow
	Teams    []kit.Option
	Decides  []kit.Option
	Criteria []kit.Option

	Complaints []kit.Crumb // it belongs to, of those that the actor works on

	Typed      deskTyped
	DecidesWho string // as stored, or as typed
}

// deskTyped is what came with one of the page's smaller forms that had something
// wrong: it stands there again.
type deskTyped struct {
	form string // the entry that an error of the whole form is said at
	of   string // what the form is about, where the page has one for each of several; its entries end in that

	who, decides, department string
	state, note              string // of a check
	AnswerBy                 string
	Title, MileNote, Due     string // of a milestone
	Into, Why                string // of a merge
	UndoWhy                  string // of a split to take back
}

type findingRow struct {
	Kind, Name string
	Note       string // as stored, or as typed
	Mine       *ideas.Finding
	Others     []ideas.Finding
	States     []kit.Option
}

type statusIn struct {
	To       string   `form:"to" max:"20"`
	Version  int      `form:"version"`
	Until    string   `form:"until" max:"20"`
	Date     string   `form:"date" max:"20"`
	Body     string   `form:"body" max:"1000"`
	Period   string   `form:"period" max:"1000"`
	What     string   `form:"what" lines:"true" max:"9000"`
	Not      string   `form:"not" lines:"true" max:"9000"`
	Reason   string   `form:"reason" lines:"true" max:"9000"`
	Change   string   `form:"change" lines:"true" max:"9000"`
	Measure  string   `form:"measure" max:"1000"`
	Link     string   `form:"link" max:"1000"`
	Cost     string   `form:"cost" max:"40"`
	Criteria []string `form:"criteria" max:"4"`
}

func (p *pages) work(c kit.Context) error {
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.showWork(c, n, statusIn{To: c.QueryParam("to")}, nil, http.StatusOK)
}

func (p *pages) showWork(c kit.Context, n subject.Number, in statusIn, wrong error, status int) error {
	return p.showTyped(c, n, in, deskTyped{form: "to"}, wrong, status)
}

func (p *pages) showTyped(c kit.Context, n subject.Number, in statusIn, typed deskTyped, wrong error, status int) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	show, err := p.showView(c, n)
	if err != nil {
		return err
	}
	if !show.I.May.Work {
		return fault.Missing("idea")
	}
	v := &workView{showView: show, In: in, Typed: typed}
	if v.DecidesWho = show.I.DecidesWho; typed.form == "decides" {
		v.DecidesWho = typed.who
	}
	v.Page.Title, v.Nav, v.Robots = show.I.Title, "desk", "noindex"
	if wrong != nil {
		v.Errors = kit.ErrorsOf(v.Page, wrong)
		if len(v.Errors) == 0 {
			v.Errors = kit.Errors{{Name: typed.form, Text: kit.Explain(c, wrong).Title}}
		}
		v.atForm()
	}
	for _, st := range show.I.Status.Next() {
		v.Next = append(v.Next, kit.Option{Value: string(st), Label: label(v.Loc, st), On: string(st) == in.To})
		if string(st) == in.To {
			v.To = st
		}
	}
	v.fromMeasure()
	if p.Complaints != nil {
		beside, err := p.Complaints.Beside(ctx, actor, show.I.Ref())
		if err != nil {
			return err
		}
		for i := range beside {
			number := beside[i].Number.Format(subject.PrefixComplaint)
			v.Complaints = append(v.Complaints, kit.Crumb{Name: number, URL: "/desk/complaints/" + number})
		}
	}
	list, err := p.Ideas.Findings(ctx, actor, &show.I.Idea)
	if err != nil {
		return err
	}
	for _, kind := range ideas.FindingKinds() {
		row := findingRow{Kind: kind, Name: v.T("idea.check." + kind)}
		state := "open"
		for i := range list {
			if list[i].Kind != kind {
				continue
			}
			if list[i].Department == show.I.Department {
				row.Mine, state = &list[i], list[i].State
			} else {
				row.Others = append(row.Others, list[i])
			}
		}
		if row.Note = ""; row.Mine != nil {
			row.Note = row.Mine.Note
		}
		if typed.of == kind {
			state, row.Note = typed.state, typed.note
		}
		for _, st := range []string{"open", "ok", "problem"} {
			row.States = append(row.States, kit.Option{Value: st, Label: v.T("idea.check." + st), On: st == state})
		}
		v.Findings = append(v.Findings, row)
	}
	teams, err := accounts.Departments(ctx, p.DB)
	if err != nil {
		return err
	}
	for _, d := range teams {
		if d.Active {
			v.Teams = append(v.Teams, kit.Option{Value: d.ID.String(), Label: d.Name.In(v.Loc.Lang()), On: d.ID.String() == cmp.Or(typed.department, show.I.Department.String())})
		}
	}
	for _, d := range ideas.DecidesChoices() {
		v.Decides = append(v.Decides, kit.Option{Value: d, Label: v.T("idea.decides." + d), On: d == cmp.Or(typed.decides, show.I.Decides)})
	}
	if show.I.Call != nil {
		for k, t := range show.I.Call.Criteria {
			v.Criteria = append(v.Criteria, kit.Option{Value: strconv.Itoa(k), Label: t.In(v.Loc.Lang())})
		}
	}
	kit.NoStore(c)
	return kit.Render(c, status, workPage(v))
}

// needs tells whether the chosen status asks for an entry.
func (v *workView) needs(n ideas.Need) bool {
	return slices.Contains(v.To.Needs(), n)
}

// day reads "2026-03-14" as a day in the city.
func (p *pages) day(text string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, strings.TrimSpace(text), p.Zone)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return nil
	}
	return &at
}

func (p *pages) setStatus(c kit.Context) error {
	var in statusIn
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	cents, ok := readMoney(in.Cost)
	ch := ideas.Change{To: ideas.Status(in.To), Version: in.Version, Params: ideas.Params{
		Until: p.day(in.Until), Date: p.day(in.Date), Body: in.Body, Period: in.Period, What: in.What, Not: in.Not, Reason: in.Reason, Change: in.Change,
		Measure: in.Measure, Link: in.Link, CostCents: cents,
	}}
	for _, k := range in.Criteria {
		if x, err := strconv.Atoi(k); err == nil {
			ch.Criteria = append(ch.Criteria, x)
		}
	}
	if ok {
		err = p.Ideas.SetStatus(c.Request().Context(), kit.Actor(c), n, ch)
	} else {
		err = fault.OnField("cost", "idea.err.cost")
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return p.showWork(c, n, in, err, kit.StatusOf(fault.As(err).Kind))
	}
	return p.deskDone(c, n, err, "idea.desk.done.status")
}

// atForm leads to the form whose entries were wrong, where the page has one for
// each of several things: checks, milestones, splits.
func (v *workView) atForm() {
	if v.Typed.of == "" {
		return
	}
	for i := range v.Errors {
		v.Errors[i].Name += "-" + v.Typed.of
	}
}

// altOf is what was typed in a form that had something wrong: about the picture of
// a milestone, or the number of a measure.
func (v *workView) altOf(form string) string {
	if v.Typed.of != form {
		return ""
	}
	return v.Typed.note
}

// deskDone goes back to the idea with a word of what was done; what had something
// wrong stands in its form again.
func (p *pages) deskDone(c kit.Context, n subject.Number, err error, key string, typed ...deskTyped) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) && len(typed) > 0 {
		in := deskTyped{form: "to"}
		if len(typed) > 0 {
			in = typed[0]
		}
		return p.showTyped(c, n, statusIn{}, in, err, kit.StatusOf(fault.As(err).Kind))
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, "/desk/ideas/"+ideaNumber(n))
}

func (p *pages) sayWho(c kit.Context) error {
	var in struct {
		Decides string `form:"decides" max:"20"`
		Who     string `form:"who" max:"400"`
		Answer  string `form:"answer_by" max:"20"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.deskDone(c, n, p.Ideas.SayWho(c.Request().Context(), kit.Actor(c), n, in.Decides, in.Who, p.day(in.Answer)), "idea.desk.done.who",
		deskTyped{form: "decides", decides: in.Decides, who: in.Who, AnswerBy: in.Answer})
}

func (p *pages) check(c kit.Context) error {
	var in struct {
		Kind  string `form:"kind" max:"20"`
		State string `form:"state" max:"20"`
		Note  string `form:"note" lines:"true" max:"9000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.deskDone(c, n, p.Ideas.SetFinding(c.Request().Context(), kit.Actor(c), n, in.Kind, in.State, in.Note), "idea.desk.done.check",
		deskTyped{form: "note", of: in.Kind, state: in.State, note: in.Note})
}

func (p *pages) addMilestone(c kit.Context) error {
	var in struct {
		Title string `form:"title" max:"400"`
		Note  string `form:"note" lines:"true" max:"4000"`
		Due   string `form:"due" max:"20"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	err = p.Ideas.AddMilestone(c.Request().Context(), kit.Actor(c), n, ideas.NewMilestone{Title: in.Title, Note: in.Note, Due: p.day(in.Due)})
	return p.deskDone(c, n, err, "idea.desk.done.milestone", deskTyped{form: "title", Title: in.Title, MileNote: in.Note, Due: in.Due})
}

func (p *pages) reachMilestone(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("milestone")
	}
	i, err := p.Ideas.Get(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	if !i.May.Work {
		return fault.Missing("idea")
	}
	up, err := p.takePhoto(c)
	if err != nil {
		if k := fault.As(err).Kind; k != fault.TooLarge && k != fault.Unsupported {
			return err
		}
		err = fault.OnField("photo", fault.As(err).Key)
	} else {
		err = p.Ideas.ReachMilestone(c.Request().Context(), kit.Actor(c), n, id, up)
	}
	return p.deskDone(c, n, err, "idea.desk.done.milestone", deskTyped{form: "photo", of: id.String(), note: kit.Clean(c.FormValue("alt"), false)})
}

func (p *pages) askMerge(c kit.Context) error {
	var in struct {
		Into string `form:"into" max:"40"`
		Why  string `form:"why" lines:"true" max:"4000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	typed := deskTyped{form: "into", Into: in.Into, Why: in.Why}
	prefix, into, perr := subject.ParseNumber(in.Into)
	if perr != nil || prefix != subject.PrefixIdea {
		return p.deskDone(c, n, fault.OnField("into", "idea.err.number_unknown"), "", typed)
	}
	return p.deskDone(c, n, p.Ideas.AskMerge(c.Request().Context(), kit.Actor(c), n, into, in.Why), "idea.desk.done.merge", typed)
}

// withdrawMerge takes the question back whether this idea may go on in another one.
func (p *pages) withdrawMerge(c kit.Context) error {
	var in struct {
		Why string `form:"why" lines:"true" max:"9000"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.deskDone(c, n, p.Ideas.WithdrawMerge(c.Request().Context(), kit.Actor(c), n, in.Why), "idea.desk.done.merge_withdrawn", deskTyped{form: "why", Why: in.Why})
}

func (p *pages) unmerge(c kit.Context) error {
	if err := kit.Bind(c, &struct{}{}); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	return p.deskDone(c, n, p.Ideas.UndoMerge(c.Request().Context(), kit.Actor(c), n), "idea.desk.done.unmerge")
}

func (p *pages) move(c kit.Context) error {
	var in struct {
		Department uuid.UUID `form:"department"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	err = p.Ideas.Move(c.Request().Context(), kit.Actor(c), n, in.Department)
	if fault.Is(err, fault.Invalid) {
		return p.deskDone(c, n, err, "", deskTyped{form: "department", department: in.Department.String()})
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "idea.desk.done.move")
	return kit.Redirect(c, "/desk/ideas")
}

func (p *pages) releasePhoto(c kit.Context) error {
	var in struct {
		On bool `form:"on"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Param("photo"))
	if err != nil {
		return fault.Missing("photo")
	}
	return p.deskDone(c, n, p.Ideas.ReleasePhoto(c.Request().Context(), kit.Actor(c), n, id, in.On), "idea.desk.done.photo")
}
