package practice

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Status is a status of the real desk, by its code.
type Status string

// The statuses that can be practised.
const (
	Received       Status = "received"
	InReview       Status = "in_review"
	Waiting        Status = "waiting"
	Planned        Status = "planned"
	InProgress     Status = "in_progress"
	Resolved       Status = "resolved"
	NoAction       Status = "no_action"
	NotResponsible Status = "not_responsible"
	Duplicate      Status = "duplicate"
)

// Statuses lists those that a form offers, in its order. Waiting and Duplicate
// have forms of their own.
func Statuses() []Status {
	return []Status{InReview, InProgress, Planned, Resolved, NoAction, NotResponsible}
}

// Open tells that the city still has to do something.
func (s Status) Open() bool {
	return slices.Contains([]Status{Received, InReview, Waiting, Planned, InProgress}, s)
}

// Release says what the public may read of the words.
type Release string

// The ways. The zero value is undecided.
const (
	Released Release = "released"
	Withheld Release = "withheld"
)

// Step is what somebody did, for the history of the case.
type Step struct {
	What string    `json:"what"`           // key of a message below practice.step.
	Text string    `json:"text,omitempty"` // what was written
	Day  string    `json:"day,omitempty"`  // a date of it
	At   time.Time `json:"at"`
}

// State is how far one person is with one case.
type State struct { //nolint:recvcheck // a step changes a copy, the rest reads
	Status  Status    `json:"status"`
	Release Release   `json:"release,omitempty"`
	Public  string    `json:"public,omitempty"` // the words that everybody would read
	Mine    bool      `json:"mine,omitempty"`
	High    bool      `json:"high,omitempty"`
	Team    string    `json:"team,omitempty"` // to which it was handed over
	Into    string    `json:"into,omitempty"` // the case it was merged into
	Secured bool      `json:"secured,omitempty"`
	Noted   bool      `json:"noted,omitempty"`
	Back    string    `json:"back,omitempty"`   // day of the resubmission
	Asked   bool      `json:"asked,omitempty"`  // and the invented person has answered
	Steps   []Step    `json:"steps,omitempty"`  // oldest first
	Before  *State    `json:"before,omitempty"` // as it was before the last step, to take that back
	Since   time.Time `json:"since"`            // of the last step
}

// The most that is kept of what somebody writes.
const (
	maxText  = 2000
	maxSteps = 30
)

// UndoFor is how long the last step can be taken back, as on the real desk.
const UndoFor = 5 * time.Minute

// Do is one step on a case.
type Do struct {
	Kind   string // of Kinds
	Text   string
	Status Status
	Day    string // 2026-03-14
	Team   string
	Into   string
}

// Kinds lists what can be done.
func Kinds() []string {
	return []string{"release", "withhold", "take", "status", "ask", "note", "back", "priority", "secure", "hand", "merge", "undo"}
}

// Apply is the state after a step. Faults name the fields of its form: text,
// day, status, team, into.
func (s State) Apply(c *Case, do Do, now time.Time) (State, error) {
	do.Text = strings.TrimSpace(do.Text)
	if n := utf8.RuneCountInString(do.Text); n > maxText {
		var wrong fault.Fields
		wrong.Add("text", "field.too_long", "n", maxText)
		return s, wrong.Err()
	}
	if do.Kind == "undo" {
		return s.undo(now)
	}
	next := s
	next.Steps = slices.Clone(s.Steps)
	step, err := next.do(c, do, now)
	if err != nil {
		return s, err
	}
	if step == (Step{}) { // pressed twice
		return s, nil
	}
	step.At = now
	next.Steps = append(next.Steps, step)
	if len(next.Steps) > maxSteps {
		next.Steps = next.Steps[len(next.Steps)-maxSteps:]
	}
	before := s
	before.Before = nil // one step can be taken back
	next.Before, next.Since = &before, now
	return next, nil
}

func (s State) undo(now time.Time) (State, error) {
	if !s.MayUndo(now) {
		return s, fault.New(fault.Conflict, "practice.err.undo")
	}
	return *s.Before, nil
}

// MayUndo tells whether the last step can still be taken back.
func (s State) MayUndo(now time.Time) bool { return s.Before != nil && now.Sub(s.Since) <= UndoFor }

// Gone tells that the case lies with somebody else by now.
func (s State) Gone() bool { return s.Team != "" || s.Status == Duplicate }

// do changes s and says what was done; the zero Step: nothing.
func (s *State) do(c *Case, do Do, now time.Time) (Step, error) {
	if s.Gone() && do.Kind != "note" {
		return Step{}, fault.New(fault.Conflict, "practice.err.gone")
	}
	switch do.Kind {
	case "release":
		return s.release(c, do.Text)
	case "withhold":
		if do.Text == "" {
			return Step{}, fault.OnField("text", "desk.err.withhold_reason")
		}
		s.Release, s.Public = Withheld, ""
		return Step{What: "withheld", Text: do.Text}, nil
	case "take":
		if s.Mine {
			return Step{}, nil
		}
		s.Mine = true
		return Step{What: "taken"}, nil
	case "priority":
		s.High = !s.High
		if s.High {
			return Step{What: "high"}, nil
		}
		return Step{What: "normal"}, nil
	case "secure":
		if s.Secured {
			return Step{}, nil
		}
		s.Secured = true
		return Step{What: "secured"}, nil
	case "note":
		if do.Text == "" {
			return Step{}, fault.OnField("text", "field.required")
		}
		s.Noted = true
		return Step{What: "noted", Text: do.Text}, nil
	case "back":
		if err := ahead(do.Day, now); err != nil {
			return Step{}, err
		}
		s.Back = do.Day
		return Step{What: "back", Day: do.Day, Text: do.Text}, nil
	}
	return s.move(c, do, now)
}

// move is what changes the status or whose case it is.
func (s *State) move(c *Case, do Do, now time.Time) (Step, error) {
	switch do.Kind {
	case "status":
		return s.status(do, now)
	case "ask":
		if do.Text == "" {
			return Step{}, fault.OnField("text", "practice.err.question")
		}
		if err := ahead(do.Day, now); err != nil {
			return Step{}, err
		}
		// the person who reported is invented, too, and answers at once
		s.Status, s.Asked = InReview, true
		return Step{What: "asked", Text: do.Text, Day: do.Day}, nil
	case "hand":
		if !slices.Contains(Teams(), do.Team) {
			return Step{}, fault.OnField("team", "field.choice")
		}
		if do.Text == "" {
			return Step{}, fault.OnField("text", "case.err.move_reason")
		}
		s.Team, s.Mine = do.Team, false
		return Step{What: "handed", Text: do.Text}, nil
	case "merge":
		if other := ByKey(do.Into); other == nil || other.Key == c.Key {
			return Step{}, fault.OnField("into", "field.choice")
		}
		s.Into, s.Status = do.Into, Duplicate
		return Step{What: "merged"}, nil
	}
	return Step{}, fault.New(fault.BadRequest, "err.400")
}

func (s *State) release(c *Case, text string) (Step, error) {
	if text == "" {
		return Step{}, fault.OnField("text", "field.required")
	}
	if s.Release == Released && s.Public == text {
		return Step{}, nil
	}
	what := "released"
	if text != c.Text {
		what = "redacted"
	}
	s.Release, s.Public = Released, text
	return Step{What: what}, nil
}

func (s *State) status(do Do, now time.Time) (Step, error) {
	if !slices.Contains(Statuses(), do.Status) {
		return Step{}, fault.OnField("status", "field.choice")
	}
	if do.Text == "" {
		return Step{}, fault.OnField("text", "practice.err.sentence")
	}
	if do.Status == Planned {
		if err := ahead(do.Day, now); err != nil {
			return Step{}, err
		}
	} else {
		do.Day = ""
	}
	if s.Status == do.Status && len(s.Steps) > 0 {
		if last := s.Steps[len(s.Steps)-1]; last.What == "status."+string(do.Status) && last.Text == do.Text {
			return Step{}, nil
		}
	}
	s.Status = do.Status
	return Step{What: "status." + string(do.Status), Text: do.Text, Day: do.Day}, nil
}

// ahead checks a day that lies before somebody.
func ahead(day string, now time.Time) error {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || !at.After(now.AddDate(0, 0, -1)) || at.After(now.AddDate(2, 0, 0)) {
		return fault.OnField("day", "case.err.day")
	}
	return nil
}

// numbered tells whether a text still has something like a telephone number.
func numbered(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case r != ' ' && r != '/' && r != '-' && r != '+':
			digits = 0
		}
		if digits >= 6 {
			return true
		}
	}
	return false
}
