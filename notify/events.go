package notify

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// kindNotice is the kind of what an event of the inbox is about.
const kindNotice subject.Kind = "notice"

// Added says: people have notices of an event.
type Added struct {
	Event int64       `json:"event"`
	About subject.Ref `json:"about"`
}

// EventType names the event in the database.
func (Added) EventType() string { return "notice.added" }

// Subject is what the notices are about.
func (e Added) Subject() subject.Ref { return e.About }

// Changed says: somebody has read this notice, and perhaps older ones. Whose it
// is stands in its row only.
type Changed struct {
	Notice uuid.UUID `json:"notice"`
}

// EventType names the event in the database.
func (Changed) EventType() string { return "notice.changed" }

// Subject is the notice.
func (e Changed) Subject() subject.Ref { return subject.Ref{Kind: kindNotice, ID: e.Notice} }
