package deskpages

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// besideLine is a report beside the case.
type besideLine struct {
	Number, URL, Title string
	Shape, Status      string
	Why                string // same place, same object, same person
	When               string
}

// twinLine is a report that may be the same.
type twinLine struct {
	besideLine

	Alike string
}

// readyLine is a text that one key takes over.
type readyLine struct {
	URL, Name, Text string
	like            string // the case that it was written on
}

// logLine is a change of assignee, priority or target in words.
type logLine struct{ When, Who, What string }

// undoLine is a step that can still be taken back, perhaps of another case.
type undoLine struct {
	Action, Entry, What, Until string
	Number                     string // of the other case; "" for this one
}

// deskPart is what the team alone sees beside a case.
type deskPart struct {
	*reports.Desk

	Mine   bool
	Who    string // who has it
	People []kit.Option
	High   bool
	Back   string // when it comes back and why; "" where it does not
	Raised bool
	Beside []besideLine
	Linked []besideLine
	Ideas  []subject.Card // that it belongs to
	Twins  []twinLine
	Lines  []logLine
	Handed *handedLine  // nil: it came to this team by itself
	Kinds  []kit.Option // kinds of a part of its own
	Key    string       // of a split, so that it is sent once
}

// desk fills what the team alone sees; nil for a moderator of another team.
func (p *pages) desk(v *visit, cv *caseView) error {
	if !v.r.Actor.Staff {
		return nil
	}
	d, err := p.Reports.DeskOf(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	dp := &deskPart{Desk: d, Mine: v.actor.Is(d.Person), Who: d.PersonName, High: d.Priority == casework.High, Key: subject.NewID().String()}
	if d.Person == uuid.Nil {
		dp.Who = cv.T("case.nobody")
	}
	dp.People = []kit.Option{{Value: "", Label: cv.T("case.nobody"), On: d.Person == uuid.Nil}}
	for _, c := range d.Team {
		dp.People = append(dp.People, kit.Option{Value: c.ID.String(), Label: cmp.Or(c.Name, cv.T("case.colleague")), On: c.ID == d.Person})
	}
	if b := d.Back; b != nil {
		dp.Raised, dp.Back = b.Raised, cv.T("case.back.on", "date", p.day(cv.Loc, b.On, v.now))
		if b.Note != "" {
			dp.Back += ": " + b.Note
		}
	}
	if err := p.besideOf(v, cv, dp); err != nil {
		return err
	}
	cat, err := p.Categories.Catalogue(v.ctx)
	if err != nil {
		return err
	}
	dp.Handed = handedOf(v, cv, cat, d.Log)
	for _, l := range d.Log {
		dp.Lines = append(dp.Lines, p.logWords(v, cv, cat, d.Team, l))
	}
	p.notesInto(v, cv, d)
	dp.Kinds = []kit.Option{{Label: cv.T("case.split.choose")}}
	for _, k := range cat.Categories {
		if k.Active {
			dp.Kinds = append(dp.Kinds, kit.Option{Value: k.Key, Label: k.Name.In(cv.Lang), On: k.Key == cv.forms.split.Category})
		}
	}
	cv.Desk = dp
	return nil
}

// day is a day without a time, in words.
func (p *pages) day(loc *i18n.Localizer, day, now time.Time) string {
	y, m, d := day.Date()
	return loc.NearDate(time.Date(y, m, d, 12, 0, 0, 0, p.Messages.Zone()), now)
}

func (p *pages) besideOf(v *visit, cv *caseView, dp *deskPart) error {
	near, err := p.Reports.Beside(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	line := func(n reports.Neighbour) besideLine {
		l := besideLine{
			Number: n.Number.Format(subject.PrefixReport), URL: casePath(n.Number), Title: n.Title.In(cv.Lang), Shape: string(n.Status),
			Status: reports.StatusLabel(cv.Loc, n.Status, n.Quiet), When: cv.Loc.Date(n.CreatedAt, v.now),
		}
		for _, why := range []struct {
			on  bool
			key string
		}{{n.SameObject, "object"}, {n.SameReporter, "reporter"}, {n.SamePlace, "place"}} {
			if why.on {
				if l.Why != "" {
					l.Why += ", "
				}
				l.Why += cv.T("case.beside." + why.key)
			}
		}
		return l
	}
	for _, n := range near {
		dp.Beside = append(dp.Beside, line(n))
	}
	linked, err := p.Reports.Linked(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	for _, n := range linked {
		dp.Linked = append(dp.Linked, line(n))
	}
	if dp.Ideas, err = p.Reports.LinkedIdeas(v.ctx, v.actor, v.n); err != nil {
		return err
	}
	if !slices.Contains(v.r.Actor.Next, reports.Duplicate) {
		return nil
	}
	twins, err := p.Reports.Twins(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	for _, t := range twins {
		l := line(reports.Neighbour{Number: t.Number, Title: t.Title, Status: t.Status, Quiet: t.Quiet, CreatedAt: t.CreatedAt})
		dp.Twins = append(dp.Twins, twinLine{l, cv.T("case.twin.alike", "m", t.Metres, "days", t.Days, "percent", t.Alike)})
	}
	return nil
}

// logWords says a change in words.
func (p *pages) logWords(v *visit, cv *caseView, cat *categories.Catalogue, team []casework.Colleague, l casework.LogLine) logLine {
	out := logLine{When: cv.Loc.DateTime(l.At, v.now), Who: cmp.Or(l.Name, cv.T("case.log.system"))}
	person := func(id string) string {
		for _, o := range team {
			if o.ID.String() == id {
				return cmp.Or(o.Name, cv.T("case.colleague"))
			}
		}
		if id == "" {
			return cv.T("case.nobody")
		}
		return cv.T("case.colleague")
	}
	date := func(text string) string {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return cv.Loc.Date(at, v.now)
		}
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			return p.day(cv.Loc, day, v.now)
		}
		return "–"
	}
	switch l.What {
	case casework.WhatAssignee:
		out.What = cv.T("case.log.assignee", "to", person(l.To))
		if l.For != "" {
			out.What = cv.T("case.log.deputy", "to", person(l.To), "for", person(l.For))
		}
	case casework.WhatPriority:
		out.What = cv.T("case.priority." + l.To)
	case casework.WhatTarget:
		out.What = cv.T("case.log.target", "to", date(l.To))
	case casework.WhatResubmit:
		out.What = cv.T("case.log.resubmit", "to", date(l.To))
	case casework.WhatDepartment:
		out.What = cv.T("case.log.department", "from", teamName(cv, cat, l.From), "to", teamName(cv, cat, l.To))
	default:
		out.What = string(l.What)
	}
	if l.Reason != "" {
		out.What += ": " + l.Reason
	}
	return out
}

// notesInto puts the notes of the team between the steps, newest first.
func (p *pages) notesInto(v *visit, cv *caseView, d *reports.Desk) {
	for _, n := range d.Notes {
		cv.Steps = append(cv.Steps, stepLine{
			Step: kit.Step{
				ID: "n-" + n.ID.String(), Shape: "step", Title: cv.T("case.note.by", "name", cmp.Or(n.Name, cv.T("case.colleague"))),
				At: n.At.UTC().Format("2006-01-02T15:04:05Z"), When: cv.Loc.DateTime(n.At, v.now),
			},
			Note: n.Text, Files: d.NoteFiles[n.ID], Audience: cv.T("desk.for.team"),
		})
	}
	slices.SortStableFunc(cv.Steps, func(a, b stepLine) int { return cmp.Compare(b.Step.At, a.Step.At) })
}

// undo is the clerk's last step while it can be taken back.
func (p *pages) undoOf(v *visit, cv *caseView) error {
	u, ok, err := p.Reports.LastUndo(v.ctx, v.actor)
	if err != nil || !ok {
		return err
	}
	what := cv.T(u.Key + ".label")
	line := &undoLine{
		Action: casePath(u.Number) + "/undo" + v.list.query(), Entry: u.Entry.String(), What: what, Until: cv.Loc.Clock(u.Until),
	}
	if u.Number != v.n {
		line.Number = u.Number.Format(subject.PrefixReport)
	}
	cv.Undo = line
	return nil
}

// readyTexts are what can be taken over into the form of a status: the team's
// last answers to cases like this one, and templates.
func (p *pages) readyTexts(v *visit, cv *caseView, f *statusForm) error {
	if !v.r.Actor.Staff {
		return nil
	}
	url := func(key, value string) string {
		q := v.list.values()
		q.Set(key, value)
		return casePath(v.n) + "/status/" + string(f.To) + "?" + q.Encode() + "#tun"
	}
	past, err := p.Reports.LastTime(v.ctx, v.actor, v.n)
	if err != nil {
		return err
	}
	for _, a := range past {
		if a.Status == f.To {
			f.Last = append(f.Last, readyLine{URL: url("like", a.Number.Format(subject.PrefixReport)), Name: cv.Loc.Date(a.At, v.now) + ", " + strconv.Itoa(a.Metres) + " m", Text: cmp.Or(a.Done, a.Reason), like: a.Number.Format(subject.PrefixReport)})
			continue
		}
		q := v.list.values()
		q.Set("like", a.Number.Format(subject.PrefixReport))
		if slices.Contains(v.r.Actor.Next, a.Status) {
			f.Last = append(f.Last, readyLine{
				URL:  casePath(v.n) + "/status/" + string(a.Status) + "?" + q.Encode() + "#tun",
				Name: reports.StatusLabel(cv.Loc, a.Status, v.r.Quiet) + ", " + cv.Loc.Date(a.At, v.now) + ", " + strconv.Itoa(a.Metres) + " m", Text: cmp.Or(a.Done, a.Reason), like: a.Number.Format(subject.PrefixReport),
			})
		}
	}
	f.Again = againOf(f.Last, v.c.QueryParam("like"))
	list, err := p.Reports.Texts(v.ctx, v.r, f.To, p.Messages, v.now)
	if err != nil {
		return err
	}
	for _, t := range list {
		f.Templates = append(f.Templates, readyLine{URL: url("template", t.ID.String()), Name: t.Name, Text: t.Text})
	}
	return nil
}

// takeOver fills the form of a status with a template or with what was written
// last time. What the actor may not know of fills nothing.
func (p *pages) takeOver(v *visit, to reports.Status, in *statusIn) error {
	set := func(done, reason string) {
		switch to {
		case reports.Waiting:
			in.Question = cmp.Or(done, reason)
		case reports.Resolved:
			in.Done, in.Reason = cmp.Or(done, reason), ""
			if done != "" {
				in.Reason = reason
			}
		default:
			in.Reason = cmp.Or(reason, done)
		}
	}
	if prefix, n, err := subject.ParseNumber(v.c.QueryParam("like")); err == nil && prefix == subject.PrefixReport {
		a, ok, err := p.Reports.AnswerLike(v.ctx, v.actor, v.n, n, to)
		if err != nil {
			return err
		}
		if ok {
			set(a.Done, a.Reason)
		}
	}
	if id, err := uuid.Parse(v.c.QueryParam("template")); err == nil {
		list, err := p.Reports.Texts(v.ctx, v.r, to, p.Messages, v.now)
		if err != nil {
			return err
		}
		for _, t := range list {
			if t.ID == id {
				set(t.Text, "")
				in.Lang = t.Lang
			}
		}
	}
	return nil
}

// plainOf are the hints of the plain-language meter on what was typed.
func plainOf(cv *caseView, in *statusIn) []string {
	var out []string
	for _, text := range []string{in.Question, in.Done, in.Reason} {
		out = append(out, plainHints(cv.Page, text, cmp.Or(in.Lang, i18n.German))...)
	}
	return out
}

func plainHints(pg kit.Page, text, lang string) []string {
	var out []string
	for _, h := range casework.Plain(text, lang) {
		if h.Word == "" {
			out = append(out, pg.T("case.plain.long", "n", h.Words))
		} else {
			out = append(out, pg.T("case.plain.word", "word", h.Word, "better", h.Better))
		}
	}
	return out
}
