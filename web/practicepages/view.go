package practicepages

import (
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/web/kit"
)

type listView struct {
	kit.Page
	Rows    []row
	Touched bool
}

type row struct {
	URL, Title, Text, Status, Shape, Goals string
	Mine                                   bool
}

type goalLine struct {
	Text string
	Done bool
}

type statusForm struct {
	Status, Label, Key, Text string
	Dated, Open              bool
}

type caseView struct {
	kit.Page
	Action        string
	K             *practice.Case
	S             practice.State
	Heading       string
	Status, Shape string
	Where         string // why nothing more can be done here
	Refused       string
	Public        string // what the form of the release holds
	Day           string // in a week
	Goals         []goalLine
	All           bool // every goal is reached
	Forms         []statusForm
	Teams         []kit.Option
	Others        []kit.Option
	Steps         []kit.Step
	Words         []string // below each step
	MayUndo       bool
	Next          string
	Open          string // the form that is open
	Text          string // what was typed into it
	Errors        kit.Errors
}

func (p *pages) row(v kit.Page, k *practice.Case, s practice.State) row {
	done := 0
	for _, g := range k.Goals {
		if g.Done(s) {
			done++
		}
	}
	return row{
		URL: root + "/" + k.Key, Title: k.Title.In(v.Loc.Lang()), Text: k.Text, Status: v.T("status." + string(s.Status) + ".label"), Shape: string(s.Status),
		Goals: v.T("practice.goals.done", "n", done, "all", len(k.Goals)), Mine: s.Mine,
	}
}

// keys are those of the real desk.
var statusKeys = map[practice.Status]string{ //nolint:gochecknoglobals // never written
	practice.InReview: "f", practice.InProgress: "p", practice.Planned: "e", practice.Resolved: "d", practice.NoAction: "o",
}

func (p *pages) caseView(v kit.Page, k *practice.Case, desk practice.Desk, now time.Time) caseView {
	s, lang := desk.Of(k.Key), v.Loc.Lang()
	out := caseView{
		Page: v, Action: root + "/" + k.Key, K: k, S: s, Heading: k.Title.In(lang), Status: v.T("status." + string(s.Status) + ".label"), Shape: string(s.Status),
		Public: s.Public, Day: now.In(p.Zone).AddDate(0, 0, 7).Format(time.DateOnly), MayUndo: s.MayUndo(now), All: true,
	}
	out.Title = out.Heading
	out.Scripts = []string{"desk-keys"}
	if s.Release == "" {
		out.Public = k.Text
	}
	for _, g := range k.Goals {
		line := goalLine{Text: v.T("practice.goal." + g.Key), Done: g.Done(s)}
		out.All = out.All && line.Done
		out.Goals = append(out.Goals, line)
	}
	day := v.Loc.Date(now.In(p.Zone).AddDate(0, 0, 7), now.In(p.Zone))
	for _, to := range practice.Statuses() {
		out.Forms = append(out.Forms, statusForm{
			Status: string(to), Label: v.T("status." + string(to) + ".label"), Key: statusKeys[to], Dated: to == practice.Planned,
			Text: v.T("practice.ready."+string(to), "place", k.Place, "date", day),
		})
	}
	for _, t := range practice.Teams() {
		out.Teams = append(out.Teams, kit.Option{Value: t, Label: v.T("practice.team." + t)})
	}
	all := practice.Cases()
	at := slices.IndexFunc(all, func(c practice.Case) bool { return c.Key == k.Key })
	if at+1 < len(all) {
		out.Next = root + "/" + all[at+1].Key
	}
	if k.Near != "" {
		if near := practice.ByKey(k.Near); near != nil {
			out.Others = []kit.Option{{Value: near.Key, Label: near.Title.In(lang), On: true}}
		}
	}
	switch {
	case s.Team != "":
		out.Where = v.T("practice.handed", "team", v.T("practice.team."+s.Team))
	case s.Status == practice.Duplicate:
		out.Where = v.T("practice.merged")
	}
	out.history(p.Zone, now)
	return out
}

// history lists the steps, the latest first.
func (v *caseView) history(zone *time.Location, now time.Time) {
	for i := range slices.Backward(v.S.Steps) {
		s := &v.S.Steps[i]
		shape := "step"
		title := v.T("practice.step." + s.What)
		words := s.Text
		if s.Day != "" {
			if day, err := time.ParseInLocation(time.DateOnly, s.Day, zone); err == nil {
				title += " · " + v.Loc.Date(day, now.In(zone))
			}
		}
		if s.What == "asked" {
			words += "\n" + v.T("practice.answered", "text", v.K.Asks)
		}
		v.Steps = append(v.Steps, kit.Step{Shape: shape, Title: title, At: s.At.Format(time.RFC3339), When: v.Loc.DateTime(s.At.In(zone), now.In(zone))})
		v.Words = append(v.Words, words)
	}
	v.Steps = append(v.Steps, kit.Step{Shape: string(practice.Received), Title: v.T("practice.step.received")})
	v.Words = append(v.Words, "")
}

// typed shows what was sent in the form that it came from.
func (v *caseView) typed(do practice.Do) {
	if do.Kind == "" {
		return
	}
	v.Open, v.Text = do.Kind, do.Text
	if do.Day != "" {
		v.Day = do.Day
	}
	if do.Kind == "release" {
		v.Public = do.Text
	}
	if do.Kind != "status" {
		return
	}
	for i := range v.Forms {
		if f := &v.Forms[i]; f.Status == string(do.Status) {
			f.Open, f.Text = true, do.Text
		}
	}
}
