package ideas

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// Submitted says: an idea has arrived. Bodies of events hold ids and enums only.
type Submitted struct {
	Idea uuid.UUID `json:"idea"`
}

// EventType names the event in the database.
func (Submitted) EventType() string { return "idea.submitted" }

// Subject is the idea.
func (e Submitted) Subject() subject.Ref { return ref(e.Idea) }

// StatusChanged says: the idea has a new status.
type StatusChanged struct {
	Idea  uuid.UUID `json:"idea"`
	From  Status    `json:"from"`
	To    Status    `json:"to"`
	Entry uuid.UUID `json:"entry"` // of the timeline
}

// EventType names the event in the database.
func (StatusChanged) EventType() string { return "idea.status_changed" }

// Subject is the idea.
func (e StatusChanged) Subject() subject.Ref { return ref(e.Idea) }

// StepAdded says: the timeline has a step that is no status.
type StepAdded struct {
	Idea  uuid.UUID `json:"idea"`
	Entry uuid.UUID `json:"entry"`
	Key   string    `json:"key"`
}

// EventType names the event in the database.
func (StepAdded) EventType() string { return "idea.step_added" }

// Subject is the idea.
func (e StepAdded) Subject() subject.Ref { return ref(e.Idea) }

// Changed says: words, place or pictures are others now.
type Changed struct {
	Idea uuid.UUID `json:"idea"`
}

// EventType names the event in the database.
func (Changed) EventType() string { return "idea.changed" }

// Subject is the idea.
func (e Changed) Subject() subject.Ref { return ref(e.Idea) }

// Supported says: the number of supports changed.
type Supported struct {
	Idea uuid.UUID `json:"idea"`
}

// EventType names the event in the database.
func (Supported) EventType() string { return "idea.supported" }

// Subject is the idea.
func (e Supported) Subject() subject.Ref { return ref(e.Idea) }

// Hidden says: moderation has hidden an idea or a part of it, or brought it back.
type Hidden struct {
	Idea   uuid.UUID        `json:"idea"`
	Part   subject.PartKind `json:"part"`
	On     bool             `json:"on"`
	Public bool             `json:"public"` // everybody saw it before
}

// EventType names the event in the database.
func (Hidden) EventType() string { return "idea.hidden" }

// Subject is the idea.
func (e Hidden) Subject() subject.Ref { return ref(e.Idea) }

// Erased says: an idea is gone with its words.
type Erased struct {
	Idea uuid.UUID `json:"idea"`
}

// EventType names the event in the database.
func (Erased) EventType() string { return "idea.erased" }

// Subject is the idea.
func (e Erased) Subject() subject.Ref { return ref(e.Idea) }

// CallChanged says: a call is new, is different or has ended.
type CallChanged struct {
	Call uuid.UUID `json:"call"`
}

// EventType names the event in the database.
func (CallChanged) EventType() string { return "call.changed" }

// Subject is the call.
func (e CallChanged) Subject() subject.Ref { return subject.Ref{Kind: subject.Call, ID: e.Call} }

// Imported says: a batch of ideas came at once; no mails.
type Imported struct {
	Batch uuid.UUID   `json:"batch"`
	IDs   []uuid.UUID `json:"ids,omitempty"`
}

// EventType names the event in the database.
func (Imported) EventType() string { return "idea.imported" }

// Subject is the batch.
func (e Imported) Subject() subject.Ref { return ref(e.Batch) }

// IsBatch tells subscribers that mail people to leave it alone.
func (Imported) IsBatch() bool { return true }

func registerEvents(b *events.Bus) {
	events.Register[Submitted](b)
	events.Register[StatusChanged](b)
	events.Register[StepAdded](b)
	events.Register[Changed](b)
	events.Register[Supported](b)
	events.Register[Hidden](b)
	events.Register[Erased](b)
	events.Register[CallChanged](b)
	events.Register[Imported](b)
}
