package radar

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Action is what somebody wants to do with a programme.
type Action string

// The actions.
const (
	ActDesk    Action = "desk"    // see drafts and the board
	ActEdit    Action = "edit"    // write a change, hand it in, drop it
	ActReview  Action = "review"  // approve or send back what another wrote
	ActRelease Action = "release" // make releases and inquiries, import
	ActHandIn  Action = "hand_in" // release the answers of one's own department
)

// May tells whether somebody may; nil is yes. By is who wrote the change that
// is reviewed: nobody approves their own.
func May(actor accounts.Actor, action Action, by uuid.UUID) error {
	if actor.System {
		return nil
	}
	editors := actor.Has(subject.Editor, subject.Admin)
	ok := false
	switch action {
	case ActDesk:
		ok = editors || actor.Has(subject.TeamLead)
	case ActEdit, ActRelease:
		ok = editors
	case ActHandIn:
		ok = editors || actor.Has(subject.TeamLead)
	case ActReview:
		if ok = editors; ok && actor.Is(by) {
			return fault.New(fault.Forbidden, "radar.err.second_person")
		}
	}
	if ok {
		return nil
	}
	if !actor.IsStaff() { // nobody else need know that there is a desk
		return fault.Missing("radar desk")
	}
	return fault.New(fault.Forbidden, "err.403")
}
