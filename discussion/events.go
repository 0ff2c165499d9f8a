package discussion

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// about is what every event says: which comment of what.
type about struct {
	Comment uuid.UUID    `json:"comment"`
	Kind    subject.Kind `json:"kind"` // of what is discussed
	Of      uuid.UUID    `json:"of"`
}

// Subject is the comment.
func (a about) Subject() subject.Ref { return subject.Ref{Kind: subject.Comment, ID: a.Comment} }

// On is what is discussed.
func (a about) On() subject.Ref { return subject.Ref{Kind: a.Kind, ID: a.Of} }

// Added says: a comment has become public, written or let through.
type Added struct {
	about
	Official bool `json:"official"`
}

// EventType names the event in the database.
func (Added) EventType() string { return "comment.added" }

// Edited says: a public comment reads otherwise.
type Edited struct{ about }

// EventType names the event in the database.
func (Edited) EventType() string { return "comment.edited" }

// Hidden says: moderation has hidden a comment or brought it back.
type Hidden struct {
	about
	Is     bool `json:"is"`     // hidden; false: back again
	Public bool `json:"public"` // everybody saw it before
}

// EventType names the event in the database.
func (Hidden) EventType() string { return "comment.hidden" }

// Removed says: a comment was taken back by its author, or goes with them.
type Removed struct {
	about
	Public bool `json:"public"`
}

// EventType names the event in the database.
func (Removed) EventType() string { return "comment.removed" }

// Pinned says: an official answer stands above all others, or no longer.
type Pinned struct{ about }

// EventType names the event in the database.
func (Pinned) EventType() string { return "comment.pinned" }

func registerEvents(b *events.Bus) {
	events.Register[Added](b)
	events.Register[Edited](b)
	events.Register[Hidden](b)
	events.Register[Removed](b)
	events.Register[Pinned](b)
}
