package site

import (
	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// May tells with a fault whether the actor may not change settings and texts.
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
