package complaints

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Action is something that somebody may want to do.
type Action string

// The actions.
const (
	ActView   Action = "view"
	ActAdd    Action = "add"    // add words or files
	ActAnswer Action = "answer" // the team's question
	ActSecond Action = "second" // ask for a second review
	ActReopen Action = "reopen"
	ActRate   Action = "rate"

	ActWithdraw Action = "withdraw"

	ActWork    Action = "work"    // take, assign, ask, note, change kind and topic
	ActReply   Action = "reply"   // write an answer
	ActRelease Action = "release" // somebody else's answer
	ActMove    Action = "move"
	ActClose   Action = "close"
	ActHold    Action = "hold" // legal hold
)

// Actions lists all of them, for the matrix.
func Actions() []Action {
	return []Action{ActView, ActAdd, ActAnswer, ActSecond, ActReopen, ActRate, ActWithdraw, ActWork, ActReply, ActRelease, ActMove, ActClose, ActHold}
}

// backFor is how long somebody may ask again after an answer.
const backFor = 8 * 7 * 24 * time.Hour

// Allowed tells whether actor may do action with c at now; nil means yes. What
// the actor may not know of is NotFound; everything else Forbidden with a reason
// that can be shown.
func Allowed(actor accounts.Actor, action Action, c *Complaint, now time.Time) error {
	if c.Erased || !c.IsOwner && !worksOn(actor, c) {
		return fault.Missing("complaint")
	}
	if why := refusal(actor, action, c, now); why != "" {
		return fault.New(fault.Forbidden, "err.403").With("why", why)
	}
	return nil
}

// worksOn: people of the department that has it, by a role granted for that very
// department. Roles that count everywhere, or in some categories or districts
// only, open no complaint; whoever belongs to the department that it is about
// sees none of it, nor does who wrote the first answer see the second review.
func worksOn(actor accounts.Actor, c *Complaint) bool {
	if actor.System {
		return true
	}
	if c.AboutDep != uuid.Nil && slices.Contains(actor.Departments, c.AboutDep) {
		return false
	}
	if c.Status == Second && actor.Is(c.FirstBy) {
		return false
	}
	return slices.Contains(Departments(actor), c.Department)
}

// Departments are those whose complaints the actor works on.
func Departments(actor accounts.Actor) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, r := range actor.Remits(subject.Caseworker, subject.TeamLead) {
		if len(r.Categories) == 0 && len(r.Districts) == 0 {
			ids = append(ids, r.Departments...)
		}
	}
	return ids
}

// leads tells whether the actor leads a department, or is the product.
func leads(actor accounts.Actor, department uuid.UUID) bool {
	return actor.System || slices.ContainsFunc(actor.Remits(subject.TeamLead), func(r subject.Remit) bool {
		return slices.Contains(r.Departments, department)
	})
}

// Reasons of a refusal, as message keys.
const (
	whyOwner = "complaint.why.owner"
	whyTeam  = "complaint.why.team"
	whyState = "complaint.why.state"
	whyLate  = "complaint.why.late"
	whyOnce  = "complaint.why.once"
	whyLead  = "complaint.why.lead"
)

func refusal(actor accounts.Actor, action Action, c *Complaint, now time.Time) string {
	switch action {
	case ActView:
		return ""
	case ActAdd, ActAnswer, ActSecond, ActReopen, ActRate, ActWithdraw:
		if !c.IsOwner {
			return whyOwner
		}
		return ownerRefusal(action, c, now)
	case ActWork, ActReply, ActRelease, ActMove, ActClose, ActHold:
	}
	if c.IsOwner || actor.Is(c.Person) || !worksOn(actor, c) {
		return whyTeam // nobody works on their own
	}
	switch {
	case action == ActHold && !leads(actor, c.Department):
		return whyLead
	case action == ActHold || action == ActWork:
		return ""
	case action == ActClose && c.Status != Answered,
		action == ActMove && (c.Status == Second || !c.Status.IsOpen()),
		(action == ActReply || action == ActRelease) && !c.Status.IsOpen():
		return whyState
	}
	return ""
}

func ownerRefusal(action Action, c *Complaint, now time.Time) string {
	withdrawn := c.Outcome == Withdrawn
	if action == ActWithdraw {
		if c.Status.IsOpen() || withdrawn { // once more changes nothing
			return ""
		}
		return whyState
	}
	over := c.ClosedAt != nil && now.After(c.ClosedAt.Add(backFor))
	switch {
	case action == ActAnswer && c.Status != Asking,
		(action == ActSecond || action == ActReopen || action == ActRate) && (c.Status.IsOpen() || withdrawn):
		return whyState
	case action == ActAdd && c.Status == Closed,
		action != ActAdd && action != ActAnswer && over:
		return whyLate
	case action == ActSecond && c.Reviewed, action == ActReopen && c.Reopened > 0:
		return whyOnce
	}
	return ""
}
