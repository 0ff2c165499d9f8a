package deskpages

import (
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// fact is one name with its value.
type fact struct{ Name, Value string }

type answerLine struct {
	Question, Shown string
	TeamOnly        bool
}

type stepLine struct {
	Step     kit.Step
	Text     string
	Reason   string
	Audience string // said where it is not public
	Note     string // of the team; then the rest is its frame
	Files    []casework.File
	Photo    *reports.Photo
}

type statusLink struct {
	URL, Key, Label string
	On              bool
}

// caseView is the page of a case.
type caseView struct {
	kit.Page
	R      *reports.View
	Title  string
	Number string
	Status string

	List    place
	Back    string
	Next    string
	Public  string // the public page; "" where there is none
	DueKind string
	Due     string
	Target  string
	Facts   []fact
	Answers []answerLine
	Steps   []stepLine
	Talk    talkBox
	Covered []piece // the typed text with what the public does not read marked
	Held    bool    // something waits for release
	Publish string

	forms
	Links      []statusLink
	Form       *statusForm
	Release    *releaseForm
	NoRelease  string // why text and photos can't be released
	NoStatus   string
	NoStep     string
	NoMove     string
	NoReopen   string
	Teams      []kit.Option
	Objection  bool
	ObjectedAt string
	Desk       *deskPart // nil: not of this team
	Undo       *undoLine
	Both       []bothRow   // two people wrote at once
	NoteFiles  bool        // notes may have files
	Complaints []kit.Crumb // it belongs to, of those that the actor works on
}

// whyNot is why the actor may not do something, in words; "" where they may.
func (v caseView) whyNot(a reports.Action) string {
	if key := v.R.Why[a]; key != "" {
		return v.T(key)
	}
	return ""
}

func (v caseView) action(name string) string {
	return casePath(v.R.Number) + "/" + name + v.List.query()
}

func (p *pages) caseView(v *visit, f forms) (caseView, error) {
	r := v.r
	pg := kit.NewPage(v.c, "")
	cv := caseView{
		Page: pg, R: r, Title: r.Title.In(pg.Lang), Number: r.Number.Format(subject.PrefixReport), List: v.list, Back: v.list.path(), forms: f,
		Status: reports.StatusLabel(pg.Loc, r.Status, r.Quiet), Target: reports.TargetLine(pg.Loc, r.Target, r.Department.Name.In(pg.Lang), v.now),
		Publish: pg.T("desk.publish." + string(r.Publish)), Held: r.WaitsForRelease(),
	}
	cv.Page.Title = cv.Number + ", " + cv.Title
	cv.Nav, cv.Robots = "desk", "noindex"
	cv.Scripts = []string{"desk-keys", "desk-case", "desk-plain", "desk-presence", "desk-seen"}
	if r.Visibility == reports.VisPublic {
		cv.Public = r.Path()
	}
	var err error
	if cv.Next, err = p.next(v); err != nil {
		return cv, err
	}
	cat, err := p.Categories.Catalogue(v.ctx)
	if err != nil {
		return cv, err
	}
	days, err := p.Categories.Calendar(v.ctx)
	if err != nil {
		return cv, err
	}
	cv.DueKind, cv.Due = dueOf(pg.Loc, &casework.Row{
		Status: string(r.Status), StatusAt: r.StatusAt, Open: r.Status.IsOpen(), Paused: r.Target.State == reports.TargetStopped, Due: r.Target.Due,
	}, days, v.now)
	cv.Facts = facts(v, pg)
	for _, a := range r.Answers {
		cv.Answers = append(cv.Answers, answerLine{a.Question.In(pg.Lang), a.Shown.In(pg.Lang), a.TeamOnly})
	}
	for i := range r.Steps {
		cv.Steps = append(cv.Steps, lineOf(v, pg, &r.Steps[i]))
	}
	if cv.Talk, err = p.talkOf(v); err != nil {
		return cv, err
	}
	if err := p.desk(v, &cv); err != nil {
		return cv, err
	}
	if err := p.undoOf(v, &cv); err != nil {
		return cv, err
	}
	if err := p.beside(v, &cv); err != nil {
		return cv, err
	}
	cv.Both, cv.NoteFiles = p.bothVersions(v, &cv), p.Files != nil
	err = p.doing(v, &cv, cat)
	return cv, err
}

// doing fills the part in which the clerk acts.
func (p *pages) doing(v *visit, cv *caseView, cat *categories.Catalogue) error {
	r, may := v.r, v.r.Actor
	switch {
	case may.Release:
		public, err := p.publicText(v)
		if err != nil {
			return err
		}
		cv.Release = releaseFormOf(r, cv.forms.release, public)
		if cv.Release.Public != r.Text {
			cv.Covered = diffWords(r.Text, cv.Release.Public)
		}
	default:
		cv.NoRelease = cv.whyNot(reports.ActRelease)
	}
	cv.NoStatus, cv.NoStep, cv.NoMove = cv.whyNot(reports.ActSetStatus), cv.whyNot(reports.ActStep), cv.whyNot(reports.ActMove)
	if !may.Staff {
		return nil
	}
	if r.Status == reports.Resolved {
		cv.NoReopen = cv.whyNot(reports.ActReopen)
	}
	for _, s := range may.Next {
		cv.Links = append(cv.Links, statusLink{
			URL: v.sub("status/"+string(s)) + "#tun", Key: string(s), Label: reports.StatusLabel(cv.Loc, s, r.Quiet), On: s == cv.to,
		})
	}
	if cv.forms.status != nil {
		var err error
		if cv.Form, err = p.statusFormOf(v, cv); err != nil {
			return err
		}
	}
	if may.Move {
		for _, d := range cat.Departments {
			if d.Key != r.Department.Key {
				cv.Teams = append(cv.Teams, kit.Option{Value: d.Key, Label: d.Name.In(cv.Lang), On: d.Key == cv.team})
			}
		}
		slices.SortFunc(cv.Teams, func(a, b kit.Option) int { return strings.Compare(a.Label, b.Label) })
		cv.Teams = append([]kit.Option{{Label: cv.T("desk.move.choose")}}, cv.Teams...)
	}
	if at, open := r.OpenObjection(); open {
		cv.Objection, cv.ObjectedAt = true, cv.Loc.DateTime(at, v.now)
	}
	return nil
}

func facts(v *visit, pg kit.Page) []fact {
	r := v.r
	list := []fact{{pg.T("desk.fact.place"), r.Address}}
	add := func(key, value string) {
		if value != "" {
			list = append(list, fact{pg.T(key), value})
		}
	}
	add("desk.fact.note", r.PlaceNote)
	add("desk.fact.district", r.DistrictName)
	if r.Category != nil {
		add("desk.fact.kind", r.Category.Name.In(pg.Lang))
	}
	add("desk.fact.team", r.Department.Name.In(pg.Lang))
	add("desk.fact.since", pg.Loc.DateTime(r.CreatedAt, v.now))
	add("desk.fact.concerned", pg.Loc.Int(r.MeToo))
	add("desk.fact.hints", hints(pg.Loc, r.FixedYes, r.FixedNo))
	add("desk.fact.body", r.OutsideName.In(kit.Loc(v.c).Lang()))
	if r.Wish {
		add("desk.fact.wish", pg.T("desk.yes"))
	}
	return list
}

func lineOf(v *visit, pg kit.Page, s *reports.TimelineStep) stepLine {
	shape := "step"
	if s.Status != "" {
		shape = string(s.Status)
	}
	line := stepLine{
		Step: kit.Step{
			ID: "s-" + s.ID.String(), Shape: shape, Title: reports.StepTitle(pg.Loc, s, v.r.Quiet), At: s.At.UTC().Format("2006-01-02T15:04:05Z"),
			When: pg.Loc.DateTime(s.At, v.now),
		},
		Text: reports.StepText(pg.Loc, s, v.now), Reason: s.Reason, Photo: s.Photo,
	}
	if s.Department != nil {
		line.Step.Who = s.Department.Name.In(pg.Lang)
	}
	switch s.Audience {
	case subject.Owner:
		line.Audience = pg.T("desk.for.owner")
	case subject.Department:
		line.Audience = pg.T("desk.for.team")
	}
	return line
}
