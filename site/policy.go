package site

import (
	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// May tells with a fault whether the actor may not change settings.
// Whoever is no staff does not learn that they can be changed.
func May(actor accounts.Actor) error {
	switch {
	case actor.System || actor.Has(subject.Admin):
		return nil
	case !actor.IsStaff():
		return fault.Missing("settings")
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "")
}

// MayEdit tells with a fault whether the actor may not write texts and messages
// of the site and read what people say about it. Whoever is no staff does not
// learn that there is such a thing.
func MayEdit(actor accounts.Actor) error {
	if actor.Has(subject.Editor) {
		return nil
	}
	return May(actor)
}
