package radar

import (
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// MeasureChanged says: a measure has a new public state. An import stands for
// many.
type MeasureChanged struct {
	events.Many

	Measure uuid.UUID `json:"measure"`
	Version int       `json:"version"`
	From    Status    `json:"from,omitempty"` // "": it was not public before
	To      Status    `json:"to,omitempty"`
}

// EventType names the event in the database.
func (MeasureChanged) EventType() string { return "measure.changed" }

// Subject is the measure.
func (e MeasureChanged) Subject() subject.Ref {
	return subject.Ref{Kind: subject.Measure, ID: e.Measure}
}

// ReleaseMade says: the programme of a day was decided.
type ReleaseMade struct {
	Programme uuid.UUID `json:"programme"`
	Release   uuid.UUID `json:"release"`
}

// EventType names the event in the database.
func (ReleaseMade) EventType() string { return "programme.released" }

// Subject is the programme.
func (e ReleaseMade) Subject() subject.Ref { return subject.Ref{Kind: ProgrammeKind, ID: e.Programme} }

// QuestionWaits says: a question about a measure has waited for an answer for
// ten working days.
type QuestionWaits struct {
	Comment uuid.UUID `json:"comment"`
}

// EventType names the event in the database.
func (QuestionWaits) EventType() string { return "measure.question_waits" }

// Subject is the question that waits.
func (e QuestionWaits) Subject() subject.Ref { return subject.Ref{Kind: WaitKind, ID: e.Comment} }

// ProgrammeEdited says: somebody has changed the programme itself, which no
// second person approves: its other editors are told.
type ProgrammeEdited struct {
	Programme uuid.UUID `json:"programme"`
}

// EventType names the event in the database.
func (ProgrammeEdited) EventType() string { return "programme.edited" }

// Subject is the work on the programme, not the programme that residents follow.
func (e ProgrammeEdited) Subject() subject.Ref { return subject.Ref{Kind: EditKind, ID: e.Programme} }

// InquiryNews says: those who are asked about a measure, or their head, have
// something to do.
type InquiryNews struct {
	Answer uuid.UUID `json:"answer"`
	What   string    `json:"what"` // ask, remind, back, head
}

// EventType names the event in the database.
func (InquiryNews) EventType() string { return "inquiry.news" }

// Subject is what is asked about the measure.
func (e InquiryNews) Subject() subject.Ref { return subject.Ref{Kind: InquiryKind, ID: e.Answer} }

// HelpNews says: the city wrote to those who take part in what a measure asks
// for, or says what came of it.
type HelpNews struct {
	Request uuid.UUID `json:"request"`
	What    string    `json:"what"` // message, outcome
}

// EventType names the event in the database.
func (HelpNews) EventType() string { return "measure.help_news" }

// Subject is what the measure asks for.
func (e HelpNews) Subject() subject.Ref { return subject.Ref{Kind: HelpKind, ID: e.Request} }
