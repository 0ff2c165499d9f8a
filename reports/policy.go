package reports

import (
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Action is something that somebody may want to do with a report.
type Action string

// The actions.
const (
	ActView         Action = "view"          // know of it: kind, place, status
	ActSeeHeld      Action = "see_held"      // text, photos and dialogue that are not public
	ActMeToo        Action = "metoo"         // "Betrifft mich auch", follow
	ActHint         Action = "hint"          // "Ist es gelöst?"
	ActAdd          Action = "add"           // add to it
	ActAnswer       Action = "answer"        // answer the team's question
	ActWithdraw     Action = "withdraw"      // take it back
	ActWithdrawHint Action = "withdraw_hint" // too late: a hint to staff
	ActReopen       Action = "reopen"        // it is not solved
	ActObject       Action = "object"        // "Ich sehe das anders"
	ActRelease      Action = "release"       // text and photos
	ActSetStatus    Action = "set_status"
	ActStep         Action = "step"
	ActMove         Action = "move" // to another department
	ActDecide       Action = "decide_objection"
)

// Actions lists all of them, for the matrix.
func Actions() []Action {
	return []Action{
		ActView, ActSeeHeld, ActMeToo, ActHint, ActAdd, ActAnswer, ActWithdraw, ActWithdrawHint, ActReopen, ActObject,
		ActRelease, ActSetStatus, ActStep, ActMove, ActDecide,
	}
}

// How long an author may reopen or object.
const (
	reopenFor = 8 * 7 * 24 * time.Hour
	objectFor = 8 * 7 * 24 * time.Hour
	// From the third time on a reopening goes to the team lead's list.
	leadFrom = 3
)

// Allowed tells whether actor may do action with r at now; nil means yes.
// What the actor may not know of is NotFound, everything else Forbidden with a
// reason that can be shown.
func Allowed(actor accounts.Actor, action Action, r *Report, now time.Time) error {
	if !mayKnow(actor, r) {
		return fault.Missing("report")
	}
	if ok, why := allowed(actor, action, r, now); !ok {
		return fault.New(fault.Forbidden, "err.403").With("why", why)
	}
	return nil
}

func mayKnow(actor accounts.Actor, r *Report) bool {
	switch r.Visibility {
	case VisPublic:
		return true
	case VisErased:
		return false
	case VisDraft, VisHeld, VisPrivate, VisHidden:
	}
	return r.IsOwner || worksOn(actor, r) || moderates(actor, r)
}

// placeOf is where a report stands in the city's order.
func placeOf(r *Report) accounts.Place {
	return accounts.Place{Department: r.DepartmentID, Category: r.Category, District: r.DistrictRef}
}

// worksOn: clerks and team leads of the department in charge, within the
// categories and districts of their role, and the product itself. An admin runs
// the system and does not read what people write to the city.
func worksOn(actor accounts.Actor, r *Report) bool {
	return actor.Covers(placeOf(r), subject.Caseworker, subject.TeamLead)
}

// moderates: moderators know of what may ever become public. What waits for
// the department's release is not theirs to read; what a decision of theirs has
// hidden is, for the appeal.
func moderates(actor accounts.Actor, r *Report) bool {
	return r.Publish != "P" && actor.Covers(placeOf(r), subject.Moderator)
}

// The reasons of a refusal, as message keys.
const (
	whyNotYours  = "report.why.not_yours"
	whyNotStaff  = "report.why.not_staff"
	whyState     = "report.why.state"
	whyTooLate   = "report.why.too_late"
	whyOnce      = "report.why.once"
	whyOwn       = "report.why.own"
	whyLead      = "report.why.lead"
	whyNoRelease = "report.why.no_release"
	whyRemit     = "report.why.remit"
	whyAdmin     = "report.why.admin"
	whyModerator = "report.why.moderator"
)

// notStaff is why somebody who does not work on a report may not do what its
// team may.
func notStaff(actor accounts.Actor, r *Report) string {
	switch {
	case actor.Worked(r.DepartmentID) && actor.Has(subject.Caseworker, subject.TeamLead):
		return whyRemit
	case actor.Has(subject.Caseworker, subject.TeamLead):
		return whyNotStaff
	case actor.Has(subject.Moderator):
		return whyModerator
	case actor.Has(subject.Admin):
		return whyAdmin
	}
	return whyNotStaff
}

func allowed(actor accounts.Actor, action Action, r *Report, now time.Time) (ok bool, why string) {
	staff := worksOn(actor, r)
	switch action {
	case ActView:
		return true, ""
	case ActSeeHeld:
		return r.IsOwner || staff || r.Visibility == VisHidden && moderates(actor, r), whyNotYours
	case ActMeToo:
		if r.IsOwner {
			return false, whyOwn
		}
		return r.Visibility == VisPublic && r.Status.IsOpen(), whyState
	case ActHint:
		return r.Visibility == VisPublic && !r.Quiet && (r.Status.IsOpen() || r.Status == Resolved || r.Status == Forwarded), whyState
	case ActAdd:
		if !r.IsOwner {
			return false, whyNotYours
		}
		return r.Status.IsOpen(), whyState
	case ActAnswer:
		if !r.IsOwner {
			return false, whyNotYours
		}
		return r.Status == Waiting, whyState
	case ActWithdraw:
		if !r.IsOwner {
			return false, whyNotYours
		}
		return withdrawable(r.Status), whyState
	case ActWithdrawHint:
		if !r.IsOwner {
			return false, whyNotYours
		}
		return r.Status.IsOpen() && !withdrawable(r.Status), whyState
	case ActReopen:
		return mayReopen(actor, r, now, staff)
	case ActObject:
		return mayObject(r, now)
	case ActRelease:
		if r.Publish == "C" || r.Publish == "P" {
			return false, whyNoRelease
		}
		return staff, notStaff(actor, r)
	case ActSetStatus:
		if !staff {
			return false, notStaff(actor, r)
		}
		return len(r.Status.Mechanics().Next) > 0, whyState
	case ActStep:
		if !staff {
			return false, notStaff(actor, r)
		}
		return r.Status.IsOpen() || r.Status == Forwarded, whyState
	case ActMove:
		if !staff {
			return false, notStaff(actor, r)
		}
		return r.Status.IsOpen(), whyState
	case ActDecide:
		return staff, notStaff(actor, r)
	}
	return false, whyState
}

func withdrawable(s Status) bool {
	return s == Received || s == InReview || s == Waiting || s == Reopened
}

// Why tells for which actions of a report the actor is refused, by message keys:
// what a control that can't be used says.
func Why(actor accounts.Actor, r *Report, now time.Time) map[Action]string {
	whys := map[Action]string{}
	for _, a := range Actions() {
		if ok, why := allowed(actor, a, r, now); !ok {
			whys[a] = why
		}
	}
	return whys
}

func mayReopen(actor accounts.Actor, r *Report, now time.Time, staff bool) (bool, string) {
	if r.Status != Resolved { // from "Bleibt vorerst so" only another person leads back: decide_objection
		return false, whyState
	}
	if staff {
		if r.ReopenedN+1 >= leadFrom && !actor.System && !actor.Covers(placeOf(r), subject.TeamLead) {
			return false, whyLead
		}
		return true, ""
	}
	if !r.IsOwner {
		return false, whyNotYours
	}
	if r.ClosedAt == nil || now.After(r.ClosedAt.Add(reopenFor)) {
		return false, whyTooLate
	}
	return true, ""
}

func mayObject(r *Report, now time.Time) (bool, string) {
	if !r.IsOwner {
		return false, whyNotYours
	}
	if r.Status != NoAction && r.Status != NotResponsible {
		return false, whyState
	}
	if r.Objected {
		return false, whyOnce
	}
	if r.ClosedAt == nil || now.After(r.ClosedAt.Add(objectFor)) {
		return false, whyTooLate
	}
	return true, ""
}
