package deskpages

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// caseRoutes are what a clerk does with a case beside its status.
func (p *pages) caseRoutes(r *kit.Router) {
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	const one = "/desk/reports/:number"
	post(one+"/assign", p.assign)
	post(one+"/priority", p.priority)
	post(one+"/target", p.target)
	post(one+"/resubmit", p.resubmit)
	r.POST(one+"/note", p.note, kit.BodyLimit(kit.TalkBody), kit.RequireSignIn)
	get(one+"/note/files/:file", p.noteFile)
	get(one+"/note/files/:file/view", p.viewNoteFile)
	get(one+"/note/files/:file/view/:page", p.viewNoteFile)
	post(one+"/undo", p.undo)
	post(one+"/split", p.split)
	post(one+"/link", p.link)
	post(one+"/here", p.here)
	post(one+"/away", p.away)
	get(one+"/print", p.printCase)
	get(one+"/pdf", p.pdf)
	post(one+"/pdf", p.pdfWhole)
	get("/desk/resubmissions", p.resubmissions)
	get("/desk/mentions", p.mentions)
	get("/desk/absences", p.absences)
	post("/desk/absences", p.setAbsence)
	post("/desk/absences/:from/end", p.endAbsence)
	get("/desk/templates", p.templates)
	get("/desk/templates/new", p.templateForm)
	post("/desk/templates", p.saveTemplate)
	get("/desk/templates/:template", p.templateForm)
	post("/desk/templates/:template", p.saveTemplate)
	post("/desk/templates/:template/drop", p.dropTemplate)
}

// splitIn is a part that becomes a report of its own.
type splitIn struct {
	Category string    `form:"part_category" max:"80"`
	Text     string    `form:"part_text" lines:"true"`
	Key      uuid.UUID `form:"key"`
}

func (p *pages) assign(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Person  string `form:"person" max:"40"`
		Me      string `form:"me" max:"3"`
		Version int    `form:"case_version"`
	}
	f := forms{open: "desk"}
	if err := kit.Bind(c, &in); err != nil {
		return p.failed(v, err, f)
	}
	var to uuid.UUID
	switch {
	case in.Me != "":
		to = v.actor.Person
	case in.Person != "":
		if to, err = uuid.Parse(in.Person); err != nil {
			return p.failed(v, fault.OnField("person", "case.err.person"), f)
		}
	}
	f.person, f.version = &to, in.Version
	has, err := p.Reports.Assign(v.ctx, v.actor, v.n, to, in.Version)
	if err != nil {
		return p.failed(v, err, f)
	}
	if has != to {
		return done(v, "case.done.deputy")
	}
	if to == uuid.Nil {
		return done(v, "case.done.nobody")
	}
	return done(v, "case.done.assign")
}

func (p *pages) priority(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Priority string `form:"priority" max:"10"`
		Version  int    `form:"case_version"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.failed(v, err, forms{open: "desk"})
	}
	if err := p.Reports.SetPriority(v.ctx, v.actor, v.n, casework.Priority(in.Priority), in.Version); err != nil {
		return p.failed(v, err, forms{open: "desk", priority: casework.Priority(in.Priority), version: in.Version})
	}
	return done(v, "case.done.priority")
}

func (p *pages) target(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Version int    `form:"version"`
		Target  string `form:"target" max:"20"`
		Reason  string `form:"target_reason" lines:"true"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "target", target: in.Target, targetReason: in.Reason, version: in.Version}
	if err != nil {
		return p.failed(v, err, f)
	}
	day, err := p.dayOf(in.Target)
	if err != nil {
		return p.failed(v, fault.OnField("target", "report.err.until"), f)
	}
	if err := p.Reports.SetTarget(v.ctx, v.actor, v.n, day, in.Reason, in.Version); err != nil {
		return p.failed(v, err, f)
	}
	return done(v, "case.done.target")
}

// dayOf reads a day as its middle in the city; "" is the zero time.
func (p *pages) dayOf(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, p.Messages.Zone())
	if err != nil || day.Year() > 2200 {
		return time.Time{}, fault.OnField("day", "case.err.day")
	}
	return day.Add(12 * time.Hour), nil
}

func (p *pages) resubmit(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Days     int    `form:"days"` // from today; 0: On says
		On       string `form:"on" max:"20"`
		Reminder string `form:"reminder"`
		Do       string `form:"do" max:"10"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "resubmit", on: in.On, reminder: in.Reminder}
	if err != nil {
		return p.failed(v, err, f)
	}
	if in.Do == "end" {
		if err := p.Reports.EndResubmission(v.ctx, v.actor, v.n); err != nil {
			return p.failed(v, err, f)
		}
		return done(v, "case.done.back_end")
	}
	day := casework.DayOf(v.now, p.Messages.Zone()).AddDate(0, 0, in.Days)
	if in.Days == 0 {
		at, err := p.dayOf(in.On)
		if err != nil {
			return p.failed(v, fault.OnField("on", "case.err.day"), f)
		}
		if day = (time.Time{}); !at.IsZero() {
			day = casework.DayOf(at, p.Messages.Zone())
		}
	}
	if err := p.Reports.Resubmit(v.ctx, v.actor, v.n, day, in.Reminder); err != nil {
		return p.failed(v, err, f)
	}
	return done(v, "case.done.back", "date", p.day(kit.Loc(c), day, v.now))
}

func (p *pages) note(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Note string `form:"note" lines:"true"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "note", note: in.Note}
	if err != nil {
		return p.failed(v, err, f)
	}
	if in.Note == "" { // before files are kept for nothing
		return p.failed(v, fault.OnField("note", "case.err.note"), f)
	}
	files, err := kit.TakeFiles(c, p.Files, "files")
	if err != nil {
		return p.failed(v, err, f)
	}
	if err := p.Reports.NoteWith(v.ctx, v.actor, v.n, reports.Said{Text: in.Note, Files: files}); err != nil {
		return p.failed(v, err, f)
	}
	return done(v, "case.done.note")
}

func (p *pages) undo(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Entry uuid.UUID `form:"entry"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return p.failed(v, err, forms{})
	}
	if err := p.Reports.TakeBack(v.ctx, v.actor, v.n, in.Entry); err != nil {
		return p.failed(v, err, forms{})
	}
	return done(v, "case.done.undo")
}

func (p *pages) split(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in splitIn
	err = kit.Bind(c, &in)
	f := forms{open: "split", split: in}
	if err != nil {
		return p.failed(v, err, f)
	}
	if in.Category == "" {
		return p.failed(v, fault.OnField("part_category", "report.err.category"), f)
	}
	made, err := p.Reports.Split(v.ctx, v.actor, v.n, []reports.Part{{Category: in.Category, Text: in.Text}}, in.Key)
	if err != nil {
		return p.failed(v, renamed(err, map[string]string{"parts": "part_text"}), f)
	}
	return done(v, "case.done.split", "number", made[0].Format(subject.PrefixReport))
}

func (p *pages) link(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Other string `form:"link_other" max:"40"`
		Do    string `form:"do" max:"10"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "link", linkTo: in.Other}
	if err != nil {
		return p.failed(v, err, f)
	}
	prefix, n, err := subject.ParseNumber(in.Other)
	to, what := p.Reports.LinkTo, ""
	if prefix == subject.PrefixIdea {
		to, what = p.Reports.LinkIdea, "_idea"
	} else if prefix != subject.PrefixReport {
		err = fault.New(fault.Invalid, "report.err.other_unknown")
	}
	if err != nil {
		return p.failed(v, fault.OnField("link_other", "report.err.other_unknown"), f)
	}
	if err := to(v.ctx, v.actor, v.n, n, in.Do == "cut"); err != nil {
		return p.failed(v, renamed(err, map[string]string{"other": "link_other"}), f)
	}
	if in.Do == "cut" {
		return done(v, "case.done.cut"+what)
	}
	return done(v, "case.done.link"+what)
}

// here is the heartbeat of an open case: who else looks at it.
func (p *pages) here(c kit.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	names, err := p.Reports.Here(c.Request().Context(), kit.Actor(c), n)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return c.JSON(http.StatusOK, map[string]string{"text": alsoHere(kit.Loc(c), names)})
}

func (p *pages) away(c kit.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	if err := p.Reports.Away(c.Request().Context(), kit.Actor(c), n); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
