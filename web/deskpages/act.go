package deskpages

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// stepIn is a step that is no status.
type stepIn struct {
	Version int       `form:"version"`
	Kind    string    `form:"step" max:"20"`
	Done    string    `form:"step_done"`
	Left    string    `form:"step_left"`
	Body    string    `form:"step_body"`
	Reason  string    `form:"step_reason" lines:"true"`
	Photo   uuid.UUID `form:"step_photo"`
	Alt     string    `form:"photo_alt"`
}

func (p *pages) step(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in stepIn
	err = kit.Bind(c, &in)
	f := forms{open: "step", step: in}
	if err != nil {
		return p.failed(v, err, f)
	}
	if !v.r.Actor.AddStep {
		return p.failed(v, refuse(whyNoStatus(v.r)), f)
	}
	// Pressed twice: the first one has changed the version.
	if in.Version != v.r.Version {
		return p.failed(v, fault.New(fault.Conflict, "report.err.version"), f)
	}
	if !slices.Contains(reports.StepKinds(), reports.StepKind(in.Kind)) {
		return p.failed(v, fault.OnField("step", "report.err.step"), f)
	}
	err = p.withPhoto(v, in.Alt, func(photo *reports.Upload) error {
		return p.Reports.AddStep(v.ctx, v.actor, v.n, reports.Step{
			Kind: reports.StepKind(in.Kind), Done: in.Done, Left: in.Left, Body: in.Body, Reason: in.Reason, Photo: in.Photo, Upload: photo, Version: in.Version,
		})
	})
	if err != nil {
		return p.failed(v, inStep(err), f)
	}
	return done(v, "desk.done.step")
}

// inStep gives the entries of a step the names that they have on the page,
// where the form of a status has the same ones.
func inStep(err error) error {
	return renamed(err, map[string]string{
		"done": "step_done", "left": "step_left", "body": "step_body", "reason": "step_reason", "photo": "step_photo",
	})
}

// renamed gives wrong entries the names that their fields have on the page.
func renamed(err error, names map[string]string) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	var wrong fault.Fields
	for _, field := range f.Fields {
		field.Name = cmp.Or(names[field.Name], field.Name)
		wrong = append(wrong, field)
	}
	return wrong.Err()
}

func (p *pages) move(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Department string `form:"department" max:"40"`
		Reason     string `form:"move_reason" lines:"true"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "move", team: in.Department, moveReason: in.Reason}
	if err != nil {
		return p.failed(v, err, f)
	}
	if !v.r.Actor.Move {
		return p.failed(v, refuse(whyNoStatus(v.r)), f)
	}
	cat, err := p.Categories.Catalogue(v.ctx)
	if err != nil {
		return err
	}
	to, _ := cat.Department(in.Department)
	next, err := p.next(v)
	if err != nil {
		return err
	}
	if err := p.Reports.Move(v.ctx, v.actor, v.n, in.Department, in.Reason); err != nil {
		return p.failed(v, renamed(err, map[string]string{"reason": "move_reason"}), f)
	}
	name := to.Name.In(kit.Loc(c).Lang())
	if err := p.reload(v); err == nil {
		return done(v, "desk.done.move", "team", name)
	}
	// It is another team's now and may not be opened from here any more.
	kit.Flash(c, "success", "desk.done.move", "team", name)
	if next == "" {
		next = v.list.path()
	}
	return kit.Redirect(c, next)
}

func (p *pages) objection(c kit.Context) error {
	v, err := p.open(c)
	if err != nil {
		return err
	}
	var in struct {
		Decision string `form:"decision" max:"20"`
		Reason   string `form:"objection_reason" lines:"true"`
	}
	err = kit.Bind(c, &in)
	f := forms{open: "objection", reason: in.Reason, reopen: in.Decision == "reopen"}
	if err != nil {
		return p.failed(v, err, f)
	}
	if !v.r.Actor.DecideObjection {
		return p.failed(v, refuse(whyNoStatus(v.r)), f)
	}
	var wrong error
	if in.Decision != "reopen" && in.Decision != "keep" {
		wrong = fault.OnField("decision", "desk.err.decision")
	}
	if in.Reason == "" {
		wrong = both(wrong, fault.OnField("objection_reason", "report.err.reason"))
	}
	if wrong != nil {
		return p.failed(v, wrong, f)
	}
	if err := p.Reports.DecideObjection(v.ctx, v.actor, v.n, in.Decision == "reopen", in.Reason); err != nil {
		return p.failed(v, err, f)
	}
	return done(v, "desk.done.objection")
}
