package reports

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// Submitted says: a report has arrived. Bodies of events hold ids and enums only.
type Submitted struct {
	Report uuid.UUID `json:"report"`
}

// EventType names the event in the database.
func (Submitted) EventType() string { return "report.submitted" }

// Subject is the report.
func (e Submitted) Subject() subject.Ref { return ref(e.Report) }

// StatusChanged says: the report has a new status.
type StatusChanged struct {
	Report uuid.UUID `json:"report"`
	From   Status    `json:"from"`
	To     Status    `json:"to"`
	Entry  uuid.UUID `json:"entry"` // of the timeline
}

// EventType names the event in the database.
func (StatusChanged) EventType() string { return "report.status_changed" }

// Subject is the report.
func (e StatusChanged) Subject() subject.Ref { return ref(e.Report) }

// Undone says: a step was taken back before its mails left.
type Undone struct {
	Report uuid.UUID `json:"report"`
	From   Status    `json:"from"` // the status that is gone; the same as To when the step was none
	To     Status    `json:"to"`
	Entry  uuid.UUID `json:"entry"` // of the timeline, gone with it
}

// EventType names the event in the database.
func (Undone) EventType() string { return "report.undone" }

// Subject is the report.
func (e Undone) Subject() subject.Ref { return ref(e.Report) }

// StepAdded says: the timeline has a step that is no status.
type StepAdded struct {
	Report   uuid.UUID        `json:"report"`
	Entry    uuid.UUID        `json:"entry"`
	Key      string           `json:"key"`
	Audience subject.Audience `json:"audience"`
}

// EventType names the event in the database.
func (StepAdded) EventType() string { return "report.step_added" }

// Subject is the report.
func (e StepAdded) Subject() subject.Ref { return ref(e.Report) }

// Released says: text or photos became public, or were withheld again.
type Released struct {
	Report uuid.UUID `json:"report"`
}

// EventType names the event in the database.
func (Released) EventType() string { return "report.released" }

// Subject is the report.
func (e Released) Subject() subject.Ref { return ref(e.Report) }

// MeTooChanged says: somebody is concerned too, or no longer.
type MeTooChanged struct {
	Report uuid.UUID `json:"report"`
}

// EventType names the event in the database.
func (MeTooChanged) EventType() string { return "report.metoo" }

// Subject is the report.
func (e MeTooChanged) Subject() subject.Ref { return ref(e.Report) }

// Dialogue says: a message between the reporter and the team; nobody else may know.
type Dialogue struct {
	Report uuid.UUID `json:"report"`
	Kind   string    `json:"kind"`
}

// EventType names the event in the database.
func (Dialogue) EventType() string { return "report.dialogue" }

// Subject is the report.
func (e Dialogue) Subject() subject.Ref { return ref(e.Report) }

// Erased says: retention or its author removed the public copy.
type Erased struct {
	Report uuid.UUID `json:"report"`
}

// EventType names the event in the database.
func (Erased) EventType() string { return "report.erased" }

// Subject is the report.
func (e Erased) Subject() subject.Ref { return ref(e.Report) }

// Imported says: a batch of up to 500 reports; no mails.
type Imported struct {
	Batch uuid.UUID   `json:"batch"`
	N     int         `json:"n"`
	IDs   []uuid.UUID `json:"ids,omitempty"` // of the reports
}

// EventType names the event in the database.
func (Imported) EventType() string { return "report.imported" }

// Subject is the batch.
func (e Imported) Subject() subject.Ref { return ref(e.Batch) }

// IsBatch tells subscribers that mail people to leave it alone.
func (Imported) IsBatch() bool { return true }

func ref(id uuid.UUID) subject.Ref { return subject.Ref{Kind: subject.Report, ID: id} }
