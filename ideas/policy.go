package ideas

import (
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Action is something that somebody may want to do with an idea.
type Action string

// The actions.
const (
	ActView     Action = "view"
	ActSupport  Action = "support" // and take it back
	ActDiscuss  Action = "discuss"
	ActAmend    Action = "amend"    // propose another wording
	ActEdit     Action = "edit"     // change the text, add a picture, invite
	ActWithdraw Action = "withdraw" //
	ActPropose  Action = "propose"  // an idea to a call: there is none yet
	ActWork     Action = "work"     // answer, check, merge: the city
)

// Actions lists all of them, for the matrix.
func Actions() []Action {
	return []Action{ActView, ActSupport, ActDiscuss, ActAmend, ActEdit, ActWithdraw, ActWork}
}

// Allowed tells whether actor may do action with i at now; nil means yes. What
// the actor may not know of is NotFound, everything else Forbidden with a reason
// that can be shown. c is the call, nil for the open box.
func Allowed(actor accounts.Actor, action Action, i *Idea, c *Call, now time.Time, zone *time.Location) error {
	if !mayKnow(actor, i) {
		return fault.Missing("idea")
	}
	if action == ActWork && !worksOn(actor, i) {
		return fault.Missing("idea") // the desk's pages exist for those only who work there
	}
	if why := refused(actor, action, i, c, now, zone); why != "" {
		return fault.New(fault.Forbidden, "err.403").With("why", why)
	}
	return nil
}

func mayKnow(actor accounts.Actor, i *Idea) bool {
	switch i.Visibility {
	case VisPublic:
		return !i.Staff || actor.System || actor.IsStaff()
	case VisHeld:
		return i.IsAuthor || worksOn(actor, i) || actor.Has(subject.Moderator)
	case VisHidden:
		return i.IsAuthor || actor.Has(subject.Moderator)
	case VisErased:
	}
	return false
}

// worksOn tells whether the idea is the actor's work.
func worksOn(actor accounts.Actor, i *Idea) bool {
	return actor.System || actor.Covers(accounts.Place{Department: i.Department, District: i.District}, subject.Caseworker, subject.TeamLead)
}

// refused is why an action is not possible, "" when it is.
func refused(actor accounts.Actor, action Action, i *Idea, c *Call, now time.Time, zone *time.Location) string {
	switch action {
	case ActView, ActWork, ActPropose:
		return ""
	case ActSupport:
		if i.Visibility != VisPublic {
			return "idea.why.held"
		}
		if !Supportable(i, c, now, zone) {
			return "idea.why.not_now"
		}
	case ActDiscuss, ActAmend:
		if i.Visibility != VisPublic || i.Status == Withdrawn || i.Status == Merged {
			return "idea.why.closed"
		}
		if action == ActAmend && i.Status != Open && i.Status != Checking {
			return "idea.why.closed"
		}
	case ActEdit, ActWithdraw:
		if !i.IsAuthor && !actor.System {
			return "idea.why.not_author"
		}
		if i.Status != Open && i.Status != Checking && i.Status != Council || i.Visibility == VisHidden {
			return "idea.why.answered"
		}
		if action == ActEdit && i.Status != Open { // what is checked and decided stands as it is
			return "idea.why.checked"
		}
	}
	return ""
}

// Supportable tells whether an idea collects supports now. In a call that is
// its phase, by the city's time zone; in the open box the idea's own time.
func Supportable(i *Idea, c *Call, now time.Time, zone *time.Location) bool {
	if i.Status.IsClosed() {
		return false
	}
	if c == nil {
		return i.Status == Open && (i.EndsAt == nil || now.Before(*i.EndsAt))
	}
	span, ok := c.supports()
	return ok && c.State == CallPublished && span.In(now, zone)
}

// MayCall tells whether the actor sets up calls of a department.
func MayCall(actor accounts.Actor, c *Call) error {
	if actor.System || actor.Covers(accounts.Place{Department: c.Department}, subject.TeamLead, subject.Editor) {
		return nil
	}
	return fault.Missing("call")
}

// MayDesk tells whether the actor has ideas to work on at all.
func MayDesk(actor accounts.Actor) error {
	if actor.System || len(actor.Remits(subject.Caseworker, subject.TeamLead, subject.Editor)) > 0 {
		return nil
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_staff")
}

// maySeeCall tells whether somebody may know of a call.
func maySeeCall(actor accounts.Actor, c *Call) bool {
	if c.State == CallDraft {
		return MayCall(actor, c) == nil
	}
	return !c.StaffOnly || actor.System || actor.IsStaff()
}
