package app

import (
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/votes"
)

// sight says of every type of event whether somebody may see less or more of what they
// were told after it: then the numbers on open pages are counted again. What is merely
// new tells people by events of the inbox itself. A test wants each type to be in here.
func sight() map[string]bool {
	types := map[string]bool{}
	for _, e := range []events.Event{
		// hidden and back again, erased with their words, shown after a decision, and those
		// that others may open as theirs now
		reports.Hidden{},
		reports.Erased{},
		reports.Released{},
		reports.OwnersChanged{},
		ideas.Hidden{},
		ideas.Erased{},
		discussion.Hidden{},
		discussion.Removed{},
		ideas.Changed{},    // new words may have to be read first
		discussion.Added{}, // let through after that
		// withdrawn, merged, and apart again
		reports.StatusChanged{},
		reports.Undone{},
		ideas.StatusChanged{},
		// no longer part of a programme, or the programme itself no longer public
		radar.MeasureChanged{},
		radar.ProgrammeEdited{},
		radar.InquiryNews{}, // it may be others who answer
	} {
		types[e.EventType()] = true
	}
	for _, e := range []events.Event{
		reports.Submitted{},
		reports.StepAdded{},
		reports.MeTooChanged{},
		reports.Dialogue{},
		reports.Imported{},
		ideas.Submitted{},
		ideas.StepAdded{},
		ideas.Supported{},
		ideas.Imported{},
		ideas.CallChanged{}, // for whom it is stands from its publication on
		discussion.Edited{},
		discussion.Pinned{},
		votes.HoldsChanged{},
		radar.ReleaseMade{},
		radar.QuestionWaits{},
		radar.HelpNews{},
		categories.CatalogueChanged{},
		geo.DistrictsChanged{},
		geo.BasemapChanged{},
		site.SettingsChanged{},
		notify.Added{},
		notify.Changed{}, // the inbox's own
	} {
		types[e.EventType()] = false
	}
	return types
}
