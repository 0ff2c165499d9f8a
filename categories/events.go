package categories

import "github.com/mitwirk/mitwirk/subject"

// CatalogueChanged says that an import has put another catalogue in place:
// every process reads it anew (Service.Reload).
type CatalogueChanged struct{}

// EventType implements events.Event.
func (CatalogueChanged) EventType() string { return "catalogue.changed" }

// Subject implements events.Event: there is one catalogue, so it has no id.
func (CatalogueChanged) Subject() subject.Ref { return subject.Ref{Kind: "catalogue"} }
