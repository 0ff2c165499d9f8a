package reports

import "slices"

// Status is where a report stands, seen by the public. Words and explanations:
// message keys "status.<code>.label", ".text", ".next".
type Status string

// The thirteen statuses.
const (
	Received       Status = "received"
	InReview       Status = "in_review"
	Waiting        Status = "waiting"
	Planned        Status = "planned"
	InProgress     Status = "in_progress"
	Commissioned   Status = "commissioned"
	Resolved       Status = "resolved"
	Forwarded      Status = "forwarded"
	NotResponsible Status = "not_responsible"
	NoAction       Status = "no_action"
	Duplicate      Status = "duplicate"
	Reopened       Status = "reopened"
	Withdrawn      Status = "withdrawn"
)

// Class groups statuses for map, clusters and counts.
type Class string

// The classes.
const (
	ClassOpen  Class = "open"
	ClassWork  Class = "work"
	ClassDone  Class = "done"
	ClassOther Class = "other"
)

// Clock is what happens to the target while a report has a status.
type Clock string

// The states of the clock.
const (
	ClockRuns  Clock = "runs"
	ClockStops Clock = "stops"
	ClockEnds  Clock = "ends"
)

// Need is an entry that staff must give with a status.
type Need string

// The entries that a status can need.
const (
	NeedQuestion Need = "question" // the question to the reporter
	NeedUntil    Need = "until"    // a date
	NeedPeriod   Need = "period"   // the end of the planned period
	NeedDone     Need = "done"     // what was done
	NeedSeenBy   Need = "seen_by"  // who saw that it is in order
	NeedBody     Need = "body"     // whom the report was given to, or whom to ask
	NeedHow      Need = "how"      // how it was handed on
	NeedReason   Need = "reason"
	NeedOther    Need = "other" // the number of the other report
)

// Mechanics is one row of the table of statuses.
type Mechanics struct {
	Open  bool
	Class Class
	Clock Clock
	Needs []Need
	Next  []Status // what staff may set
}

var fromStart = []Status{InReview, Planned, InProgress, Commissioned, Waiting, Resolved, Forwarded, NotResponsible, NoAction, Duplicate}

// mechanics is read only. Withdrawn is set by the reporter, never by staff, and so is not among the Next of staff.
var mechanics = map[Status]Mechanics{
	Received:       {Open: true, Class: ClassOpen, Clock: ClockRuns, Next: fromStart},
	InReview:       {Open: true, Class: ClassOpen, Clock: ClockRuns, Next: fromStart[1:]},
	Waiting:        {Open: true, Class: ClassOpen, Clock: ClockStops, Needs: []Need{NeedQuestion, NeedUntil}, Next: []Status{InReview, InProgress, NoAction, Resolved}},
	Planned:        {Open: true, Class: ClassWork, Clock: ClockRuns, Needs: []Need{NeedPeriod}, Next: []Status{InProgress, Commissioned, Resolved, Waiting, NoAction}},
	InProgress:     {Open: true, Class: ClassWork, Clock: ClockRuns, Next: []Status{Planned, Commissioned, Waiting, Resolved, Forwarded, NotResponsible, NoAction, Duplicate}},
	Commissioned:   {Open: true, Class: ClassWork, Clock: ClockRuns, Needs: []Need{NeedUntil}, Next: []Status{Resolved, InProgress, Waiting}},
	Resolved:       {Class: ClassDone, Clock: ClockEnds, Needs: []Need{NeedDone, NeedSeenBy}, Next: []Status{Reopened}},
	Forwarded:      {Class: ClassOther, Clock: ClockEnds, Needs: []Need{NeedBody, NeedHow, NeedUntil}, Next: []Status{Resolved, InReview}},
	NotResponsible: {Class: ClassOther, Clock: ClockEnds, Needs: []Need{NeedReason, NeedBody}, Next: []Status{InReview, Reopened}},
	NoAction:       {Class: ClassOther, Clock: ClockEnds, Needs: []Need{NeedReason}, Next: []Status{InReview, Reopened}},
	Duplicate:      {Class: ClassOther, Clock: ClockEnds, Needs: []Need{NeedOther}, Next: []Status{InReview}},
	Reopened:       {Open: true, Class: ClassOpen, Clock: ClockRuns, Next: fromStart},
	Withdrawn:      {Class: ClassOther, Clock: ClockEnds},
}

// Statuses lists all statuses in the order of the explanations.
func Statuses() []Status {
	return []Status{Received, InReview, Waiting, Planned, InProgress, Commissioned, Resolved, Forwarded, NotResponsible, NoAction, Duplicate, Reopened, Withdrawn}
}

// Known tells whether s is one of the thirteen.
func (s Status) Known() bool { _, ok := mechanics[s]; return ok }

// Mechanics is the row of the table for s.
func (s Status) Mechanics() Mechanics { return mechanics[s] }

// IsOpen tells whether the city still has something to do.
func (s Status) IsOpen() bool { return mechanics[s].Open }

// Class is the group of s on the map.
func (s Status) Class() Class { return mechanics[s].Class }

// MayBecome tells whether staff may set next after s.
func (s Status) MayBecome(next Status) bool { return slices.Contains(mechanics[s].Next, next) }
