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
	return r.IsOwner || worksOn(actor, r) || actor.Has(subject.Moderator) && r.Publish != "P"
}

// worksOn: clerks and team leads of the department in charge, admins, the system.
func worksOn(actor accounts.Actor, r *Report) bool {
	if actor.System || actor.Has(subject.Admin) {
		return true
	}
	return actor.Has(subject.Caseworker, subject.TeamLead) && actor.Worked(r.DepartmentID)
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
)

func allowed(actor accounts.Actor, action Action, r *Report, now time.Time) (ok bool, why string) {
	staff := worksOn(actor, r)
	switch action {
	case ActView:
		return true, ""
	case ActSeeHeld:
		return r.IsOwner || staff || actor.Has(subject.Moderator) && (r.Publish == "A" || r.Publish == "B"), whyNotYours
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
		return staff || actor.Has(subject.Moderator), whyNotStaff
	case ActSetStatus:
		if !staff {
			return false, whyNotStaff
		}
		return len(r.Status.Mechanics().Next) > 0, whyState
	case ActStep:
		if !staff {
			return false, whyNotStaff
		}
		return r.Status.IsOpen() || r.Status == Forwarded, whyState
	case ActMove:
		if !staff {
			return false, whyNotStaff
		}
		return r.Status.IsOpen(), whyState
	case ActDecide:
		return staff, whyNotStaff
	}
	return false, whyState
}

func withdrawable(s Status) bool {
	return s == Received || s == InReview || s == Waiting || s == Reopened
}

func mayReopen(actor accounts.Actor, r *Report, now time.Time, staff bool) (bool, string) {
	if r.Status != Resolved { // from "Bleibt vorerst so" only another person leads back: decide_objection
		return false, whyState
	}
	if staff {
		if r.ReopenedN+1 >= leadFrom && !actor.System && !actor.Has(subject.TeamLead, subject.Admin) {
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
