package deskpages

import (
	"context"
	"errors"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps are what the handlers need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Queue      *casework.Queue
	Places     Places
	Centre     kit.Centre // where maps open; may be nil
	Photos     *attachments.Service
	Files      *casework.Files // of notes; nil: notes are words only
	// Complaints are those that a report belongs to, of the ones that the actor
	// works on; nil: none are shown.
	Complaints interface {
		Beside(ctx context.Context, actor accounts.Actor, of subject.Ref) ([]complaints.Complaint, error)
	}
	// Messages speaks both languages: a clerk sees what the public will read in each.
	Messages *i18n.Catalogue
}

type pages struct{ Deps }

// photoLimit lets a form with one photo in.
const photoLimit = attachments.MaxBytes + 1<<20

// Register adds the routes below /desk.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Photos == nil || deps.Messages == nil || deps.Queue == nil || deps.Places == nil {
		return errors.New("deskpages: something of the desk is missing")
	}
	p := &pages{deps}
	get := func(path string, h func(kit.Context) error) { r.GET(path, h, kit.RequireSignIn) }
	post := func(path string, h func(kit.Context) error) { r.POST(path, h, kit.RequireSignIn) }
	p.queueRoutes(r)
	p.caseRoutes(r)
	const one = "/desk/reports/:number"
	get(one, p.show)
	get(one+"/status/:to", p.statusForm)
	r.POST(one+"/status/:to", p.setStatus, kit.BodyLimit(photoLimit), kit.RequireSignIn)
	post(one+"/release", p.release)
	get(one+"/photos/:photo", p.coverForm)
	post(one+"/photos/:photo", p.cover)
	r.POST(one+"/step", p.step, kit.BodyLimit(photoLimit), kit.RequireSignIn)
	post(one+"/move", p.move)
	post(one+"/objection", p.objection)
	return nil
}

// refuse is Forbidden with a reason, given as a message key.
func refuse(why string) error { return fault.New(fault.Forbidden, "err.403").With("why", why) }

// worksHere tells whether somebody has a list of cases.
func worksHere(a accounts.Actor) bool {
	return a.Has(subject.Caseworker, subject.TeamLead)
}

// number reads the report's number in the path. What is none does not exist.
func number(c kit.Context) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(c.Param("number"))
	if err != nil || prefix != subject.PrefixReport {
		return 0, fault.Missing("report")
	}
	return n, nil
}
