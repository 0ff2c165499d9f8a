package moderation

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The reasons of a refusal, as message keys.
const (
	whyDepartment = "moderation.why.department"
	whyAuthor     = "moderation.why.author"
	whyNotifier   = "moderation.why.notifier"
	whySame       = "moderation.why.same_person"
	whyRemit      = "moderation.why.remit"
)

// MayModerate lets moderators in. For everybody else there is nothing here: an
// admin runs the system and reads none of this.
func MayModerate(actor accounts.Actor) error {
	if actor.Person == uuid.Nil || !actor.Has(subject.Moderator) {
		return fault.Missing("moderation")
	}
	return nil
}

// Case is what the policy of a decision looks at.
type Case struct {
	Content   subject.Content
	Author    bool        // the actor wrote it
	Notifiers []uuid.UUID // who has flagged it
}

// MayDecide tells whether a moderator may decide about a content: not about
// what concerns a department they work in, what they wrote or what they flagged.
func MayDecide(actor accounts.Actor, c Case) error {
	if err := MayModerate(actor); err != nil {
		return err
	}
	switch {
	case !actor.Covers(accounts.Place{Department: c.Content.Department, Category: c.Content.Category, District: c.Content.District}, subject.Moderator):
		return refuse(whyRemit)
	case c.Content.Department != uuid.Nil && slices.Contains(actor.Departments, c.Content.Department):
		return refuse(whyDepartment)
	case c.Author || actor.Is(c.Content.Author):
		return refuse(whyAuthor)
	case slices.Contains(c.Notifiers, actor.Person):
		return refuse(whyNotifier)
	}
	return nil
}

// MayHear tells whether a moderator may decide an appeal against a decision of
// these people.
func MayHear(actor accounts.Actor, c Case, first, second uuid.UUID) error {
	if err := MayDecide(actor, c); err != nil {
		return err
	}
	if actor.Is(first) || actor.Is(second) {
		return refuse(whySame)
	}
	return nil
}

// maySecond tells whether somebody may be the second of two people.
func maySecond(actor accounts.Actor, first uuid.UUID) error {
	if err := MayModerate(actor); err != nil {
		return err
	}
	if actor.Is(first) {
		return refuse(whySame)
	}
	return nil
}

func refuse(why string) error { return fault.New(fault.Forbidden, "err.403").With("why", why) }
