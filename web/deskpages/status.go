package deskpages

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// statusIn is what a new status needs, as it was typed.
type statusIn struct {
	Version  int       `form:"version"`
	Question string    `form:"question" lines:"true"`
	Until    string    `form:"until" max:"20"`
	Done     string    `form:"done" lines:"true"`
	SeenBy   string    `form:"seen_by" max:"20"`
	Body     string    `form:"body"`
	How      string    `form:"how" max:"40"`
	Reason   string    `form:"reason" lines:"true"`
	Other    string    `form:"other" max:"40"`
	Photo    uuid.UUID `form:"photo_id"`
	Alt      string    `form:"photo_alt"`
	Lang     string    `form:"lang" max:"2"` // in which Done is written
	Do       string    `form:"do"`           // set, next, preview
}

// needed is one entry of the form.
type needed struct {
	kit.FieldProps

	Options []kit.Option // choice of one
}

// statusForm is the form of one status.
type statusForm struct {
	To       reports.Status
	Label    string
	Action   string
	Version  int
	Fields   []needed
	Ready    []kit.Crumb // ready sentences: name and address that fills one in
	Photos   []kit.Option
	Upload   bool
	Alt      string
	AltError string
	Preview  []sentence
	Lang     string

	Last      []readyLine // what the team wrote last time
	Again     *readyLine  // the one that the key takes over; again: the next one
	Templates []readyLine
	Plain     []string // hints of the plain-language meter
}

func (p *pages) statusForm(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	to := reports.Status(c.Param("to"))
	if !to.Known() {
		return fault.Missing("status")
	}
	f := forms{open: "status", to: to}
	if !slices.Contains(v.r.Actor.Next, to) { // a link of an older page: say so, show what goes
		refused := fault.New(fault.Conflict, "report.err.transition")
		if !v.r.Actor.Staff {
			refused = fault.As(refuse("report.why.not_staff"))
		}
		return p.failed(v, refused, forms{open: "status"})
	}
	f.status = p.beginning(v, to, c.QueryParam("ready"))
	if err := p.takeOver(v, to, f.status); err != nil {
		return err
	}
	return p.render(v, http.StatusOK, f)
}

// beginning is what the form holds before anybody types: the ready sentence of
// the category and days for reminders. Facts, such as when a company will have
// finished, are left to people.
func (p *pages) beginning(v *visit, to reports.Status, ready string) *statusIn {
	in := &statusIn{Version: v.r.Version, Lang: i18n.German}
	if ready == i18n.English {
		in.Lang = ready
	}
	day := func(days int) string { return v.now.AddDate(0, 0, days).In(p.Messages.Zone()).Format(time.DateOnly) }
	switch to {
	case reports.Resolved:
		in.Done = readySentence(v.r, ready)
		in.SeenBy = "crew"
	case reports.Waiting:
		in.Until = day(14)
	case reports.Forwarded:
		in.Until = day(30)
		in.How = "mail"
		in.Body = v.r.OutsideName.In(v.r.Lang)
	case reports.NotResponsible:
		in.Body = v.r.OutsideName.In(v.r.Lang)
	}
	return in
}

// readySentence is the category's sentence for "Gelöst": German unless told.
func readySentence(r *reports.View, ready string) string {
	de, en := r.ReadySentence(i18n.German), r.ReadySentence(i18n.English)
	switch {
	case ready == i18n.English:
		return en
	case ready == "both" && de != en:
		return de + "\n" + en
	}
	return de
}

func (p *pages) setStatus(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	to := reports.Status(c.Param("to"))
	if !to.Known() {
		return fault.Missing("status")
	}
	in := &statusIn{}
	f := forms{open: "status", to: to, status: in}
	if err := kit.Bind(c, in); err != nil {
		return p.failed(v, err, f)
	}
	change, err := p.changeOf(in, to)
	if in.Do == "preview" {
		return p.render(v, http.StatusOK, f)
	}
	if !v.r.Actor.SetStatus {
		return p.failed(v, refuse(whyNoStatus(v.r)), f)
	}
	if err != nil { // with the rest of what is wrong, so that people mend it at once
		return p.failed(v, both(err, change.Validate(v.r.Status, v.now)), f)
	}
	if err := change.Validate(v.r.Status, v.now); err != nil { // before a photo is stored for nothing
		return p.failed(v, err, f)
	}
	if in.Version != v.r.Version {
		return p.failed(v, fault.New(fault.Conflict, "report.err.version"), f)
	}
	next := ""
	if in.Do == "next" { // before the case leaves the list
		if next, err = p.next(v); err != nil {
			return err
		}
	}
	err = p.withPhoto(v, in.Alt, func(photo *reports.Upload) error {
		change.Upload = photo
		return p.Reports.SetStatus(v.ctx, v.actor, v.n, change)
	})
	if err != nil {
		return p.failed(v, err, f)
	}
	if next != "" {
		kit.Flash(c, "success", "case.done.next", "number", v.n.Format(subject.PrefixReport), "status", reports.StatusLabel(kit.Loc(c), to, v.r.Quiet))
		return kit.Redirect(c, next)
	}
	return done(v, "desk.done.status", "status", reports.StatusLabel(kit.Loc(c), to, v.r.Quiet))
}

func whyNoStatus(r *reports.View) string {
	if r.Actor.Staff {
		return "report.why.state"
	}
	return "report.why.not_staff"
}

// changeOf reads what was typed. An entry that can't be read is Invalid; the
// change holds the rest.
func (p *pages) changeOf(in *statusIn, to reports.Status) (reports.Change, error) {
	c := reports.Change{To: to, Version: in.Version, Photo: in.Photo, Lang: in.Lang}
	c.Question, c.Done, c.SeenBy, c.Body, c.How, c.Reason = in.Question, in.Done, in.SeenBy, in.Body, in.How, in.Reason
	var wrong fault.Fields
	if in.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, in.Until, p.Messages.Zone())
		if err != nil || day.Year() > 2200 {
			wrong.Add("until", "report.err.until")
		} else {
			day = day.Add(12 * time.Hour) // the middle of the day, whatever the clocks do
			c.Until = &day
		}
	}
	if in.Other != "" {
		prefix, n, err := subject.ParseNumber(in.Other)
		if err != nil || prefix != subject.PrefixReport {
			wrong.Add("other", "report.err.other_unknown")
		} else {
			c.Other = n
		}
	}
	return c, wrong.Err()
}

// both joins the wrong entries of two errors, each field once.
func both(first, second error) error {
	var wrong fault.Fields
	seen := map[string]bool{}
	for _, err := range []error{first, second} {
		f := fault.As(err)
		if f == nil {
			continue
		}
		if f.Kind != fault.Invalid {
			return err
		}
		for _, field := range f.Fields {
			if !seen[field.Name] {
				seen[field.Name] = true
				wrong = append(wrong, field)
			}
		}
	}
	return wrong.Err()
}
