package ideas

import "slices"

// Status is where an idea stands, seen by the public. Words: message keys
// "idea.<code>.label", ".text".
type Status string

// The statuses.
const (
	Open      Status = "open"      // collects supports
	Checking  Status = "checking"  // possible? cost? who decides?
	Council   Status = "council"   // before a district committee or the city council
	Accepted  Status = "accepted"  // will be done
	Partly    Status = "partly"    // will be done in part
	Linked    Status = "linked"    // is part of a measure
	Declined  Status = "declined"  // will not be done
	Done      Status = "done"      // finished
	Elsewhere Status = "elsewhere" // somebody else decides
	Withdrawn Status = "withdrawn" // by its authors
	Merged    Status = "merged"    // goes on in another idea
)

// Need is an entry that staff must give with a status.
type Need string

// The entries that a status can need.
const (
	NeedBody    Need = "body"    // who decides, in words
	NeedDate    Need = "date"    // of the meeting, since when it is done
	NeedPeriod  Need = "period"  // when it begins
	NeedWhat    Need = "what"    // what is done
	NeedNot     Need = "not"     // what is not
	NeedReason  Need = "reason"  //
	NeedChange  Need = "change"  // what would have had to change
	NeedMeasure Need = "measure" // the plan that it is part of
	NeedUntil   Need = "until"   // answer by
)

type mechanics struct {
	shape    string // of the status symbols
	answered bool   // the city has said what becomes of it
	closed   bool   // nobody supports it any more
	needs    []Need
	next     []Status // what staff may set
}

var fromStart = []Status{Council, Accepted, Partly, Linked, Declined, Elsewhere}

// table is read only. Withdrawn is set by authors, Merged by merging.
var table = map[Status]mechanics{
	Open:      {shape: "supporting", next: append([]Status{Checking}, fromStart...)},
	Checking:  {shape: "in_review", needs: []Need{NeedUntil}, next: append([]Status{Open}, fromStart...)},
	Council:   {shape: "in_review", needs: []Need{NeedBody, NeedDate}, next: append([]Status{Checking}, fromStart[1:]...)},
	Accepted:  {shape: "accepted", answered: true, closed: true, needs: []Need{NeedPeriod}, next: []Status{Partly, Linked, Done, Declined}},
	Partly:    {shape: "partly", answered: true, closed: true, needs: []Need{NeedWhat, NeedNot, NeedReason}, next: []Status{Accepted, Linked, Done}},
	Linked:    {shape: "in_progress", answered: true, closed: true, needs: []Need{NeedMeasure}, next: []Status{Done, Accepted, Declined}},
	Declined:  {shape: "rejected", answered: true, closed: true, needs: []Need{NeedReason, NeedChange}, next: []Status{Checking, Accepted, Partly}},
	Done:      {shape: "resolved", answered: true, closed: true, needs: []Need{NeedDate}},
	Elsewhere: {shape: "forwarded", answered: true, closed: true, needs: []Need{NeedBody, NeedReason}, next: []Status{Checking}},
	Withdrawn: {shape: "withdrawn", closed: true},
	Merged:    {shape: "merged", closed: true},
}

// Statuses lists all of them in the order of their explanations.
func Statuses() []Status {
	return []Status{Open, Checking, Council, Accepted, Partly, Linked, Declined, Done, Elsewhere, Withdrawn, Merged}
}

// Known tells whether s is one of them.
func (s Status) Known() bool { _, ok := table[s]; return ok }

// Shape is the symbol that stands for s.
func (s Status) Shape() string { return table[s].shape }

// Answered tells whether the city has said what becomes of the idea.
func (s Status) Answered() bool { return table[s].answered }

// IsClosed tells whether nobody supports it any more.
func (s Status) IsClosed() bool { return table[s].closed }

// Needs lists what staff must give with s.
func (s Status) Needs() []Need { return table[s].needs }

// Next lists what staff may set after s.
func (s Status) Next() []Status { return slices.Clone(table[s].next) }

// MayBecome tells whether staff may set next after s.
func (s Status) MayBecome(next Status) bool { return slices.Contains(table[s].next, next) }

// answers lists the statuses in which the city has answered.
func answers() []string {
	var out []string
	for _, s := range Statuses() {
		if s.Answered() {
			out = append(out, string(s))
		}
	}
	return out
}
