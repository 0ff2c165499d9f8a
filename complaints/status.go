package complaints

import "slices"

// Status is where it stands.
type Status string

// The statuses.
const (
	Arrived  Status = "arrived"
	With     Status = "with"     // a department works on it
	Asking   Status = "question" // the clock stands
	Interim  Status = "interim"
	Answered Status = "answered"
	Second   Status = "second" // the second review
	Closed   Status = "closed"
)

// Statuses lists all of them.
func Statuses() []Status { return []Status{Arrived, With, Asking, Interim, Answered, Second, Closed} }

// next is the table of transitions. Closed without an answer is what was
// withdrawn.
func next(from Status) []Status {
	switch from {
	case Arrived:
		return []Status{With, Asking, Interim, Answered, Closed}
	case With, Interim:
		return []Status{With, Asking, Interim, Answered, Closed}
	case Asking:
		return []Status{With, Interim, Answered, Closed}
	case Answered:
		return []Status{Closed, Second, With}
	case Second:
		return []Status{Second, Closed}
	case Closed:
		return []Status{Second, With}
	}
	return nil
}

// May tells whether a status may follow another.
func (s Status) May(to Status) bool { return slices.Contains(next(s), to) }

// IsOpen tells whether the city owes an answer.
func (s Status) IsOpen() bool { return s != Answered && s != Closed }

// Outcome is what came of it.
type Outcome string

// The outcomes.
const (
	Helped    Outcome = "helped"
	Explained Outcome = "explained"
	NotHelped Outcome = "not_helped"
	Forwarded Outcome = "forwarded" // outside, to ForwardTo

	Withdrawn Outcome = "withdrawn" // by whoever wrote it; no answer has this one
)

// Outcomes lists those that an answer can have.
func Outcomes() []Outcome { return []Outcome{Helped, Explained, NotHelped, Forwarded} }
