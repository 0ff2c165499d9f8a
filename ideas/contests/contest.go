package contests

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Contest is a call with what it has as a contest.
type Contest struct {
	Call       *ideas.Call
	Series     string // contests of one name follow each other
	OpenedAt   *time.Time
	NamedAt    *time.Time
	WonAt      *time.Time
	Challenges []Challenge
}

// Challenge is what teams are to solve.
type Challenge struct {
	ID      uuid.UUID
	Title   i18n.Text
	Text    i18n.Text
	Data    i18n.Text // what the city gives to work with
	Contact string    // of an office
}

// State says how far an entry is.
type State string

// The states of an entry.
const (
	Draft     State = "draft"
	Sent      State = "sent"
	Withdrawn State = "withdrawn"
	Erased    State = "erased"
)

// Stage says how far an entry came.
type Stage string

// The stages.
const (
	Open     Stage = ""
	Out      Stage = "out"
	Finalist Stage = "finalist"
	Winner   Stage = "winner"
)

// Entry is what a team sends in.
type Entry struct {
	ID        uuid.UUID
	Team      uuid.UUID
	TeamName  string
	Challenge uuid.UUID
	State     State
	Stage     Stage
	Ord       int // of a finalist: the value of the votes for it
	Title     string
	Summary   string // public when it is a finalist
	Plan      string // stays confidential
	Needs     string // stays confidential
	Reason    string // the office's, for or against the final
	WinReason string
	Version   int
	SentAt    *time.Time
}

// Lengths in signs.
const (
	MaxName    = 60
	MaxTitle   = 100
	MaxSummary = 600
	MaxPlan    = 8000
	MaxReason  = 1000
)

// MaxTeam is how many people are in a team at most, MaxJury how many in a jury.
const (
	MaxTeam = 12
	MaxJury = 25
)

// TopScore is the best score of a criterion; the worst is 0.
const TopScore = 10

// sealed tells whether scores are still hidden from everybody but who gave them.
func (c *Contest) sealed(now time.Time, zone *time.Location) bool {
	if c.OpenedAt != nil {
		return false
	}
	end, ok := c.ends(ideas.Check, zone)
	return !ok || now.Before(end)
}

// ends is the moment after the last one of a phase.
func (c *Contest) ends(p ideas.Phase, zone *time.Location) (time.Time, bool) {
	s, ok := c.Call.Span(p)
	if !ok || s.To == nil {
		return time.Time{}, false
	}
	d := *s.To
	return time.Date(d.Year(), d.Month(), d.Day()+1, 0, 0, 0, 0, zone), true
}

// runs tells whether a phase is on: that of a published call.
func (c *Contest) runs(p ideas.Phase, now time.Time, zone *time.Location) bool {
	s, ok := c.Call.Span(p)
	return ok && c.Call.State == ideas.CallPublished && s.In(now, zone)
}

// voted tells whether there is no public vote, or not any more.
func (c *Contest) voted(now time.Time, zone *time.Location) bool {
	if _, ok := c.Call.Span(ideas.Support); !ok || c.Call.State == ideas.CallEnded {
		return true
	}
	end, ok := c.ends(ideas.Support, zone)
	return ok && !now.Before(end)
}

// check looks at words; empty ones are wrong where they are needed.
func check(wrong *fault.Fields, name, text string, most int, need bool) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(name, "field.too_long", "n", most)
	} else if need && strings.TrimSpace(text) == "" {
		wrong.Add(name, "contest.err.empty")
	}
}

// validate checks an entry; one that is sent needs its words.
func (e *Entry) validate(c *Contest, send bool) error {
	var wrong fault.Fields
	check(&wrong, "title", e.Title, MaxTitle, send)
	check(&wrong, "summary", e.Summary, MaxSummary, send)
	check(&wrong, "plan", e.Plan, MaxPlan, send)
	check(&wrong, "needs", e.Needs, MaxPlan, false)
	known := false
	for i := range c.Challenges {
		known = known || c.Challenges[i].ID == e.Challenge
	}
	if !known && (send || e.Challenge != uuid.Nil) {
		wrong.Add("challenge", "contest.err.choose")
	}
	return wrong.Err()
}

// Pilot is what is tried out with a winner, and what came of it.
type Pilot struct {
	Partner    string
	Tests      string
	From, To   time.Time // days
	Outcome    string    // "": not reported yet
	Report     string
	ReportedAt *time.Time
}

// Outcomes are what becomes of a pilot.
func Outcomes() []string { return []string{"stays", "changes", "ends"} }
