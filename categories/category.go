package categories

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Publish says what of a report becomes public, and when.
type Publish string

// The ways to publish, from the most open to the strictest.
const (
	PublishAtOnce  Publish = "A" // kind, place and status at once; text and photo after release
	PublishPlace   Publish = "C" // kind, place and status at once; text and photo never
	PublishChecked Publish = "B" // everything after release
	PublishNever   Publish = "P" // private: no page, no pin, no count
)

// strictness is the order of reference 6.4: P before B before C before A.
func (p Publish) strictness() int { return slices.Index([]Publish{"A", "C", "B", "P"}, p) }

// Valid tells whether p is one of the four.
func (p Publish) Valid() bool { return p.strictness() >= 0 }

// Photo says whether a category asks for photos. None requires one.
type Photo string

// What a category says about photos.
const (
	PhotoRecommended Photo = "e"
	PhotoOptional    Photo = "o"
	PhotoNone        Photo = "n" // not offered
)

// Priority is how urgent an answer makes a case. The database stores the words.
type Priority string

// The priorities.
const (
	Normal Priority = "normal"
	High   Priority = "high"
)

// Group is a heading over categories.
type Group struct {
	ID   uuid.UUID
	Key  string
	Name i18n.Text
}

// Department is who gets the cases of a category. The row belongs to accounts.
type Department struct {
	ID    uuid.UUID
	Key   string
	Name  i18n.Text
	Door  string // "desk": works in Mitwirk, "mail": gets each case by mail
	Does  i18n.Text
	Hours Hours // zero: the city's
}

// Body is who is in charge where the city is not.
type Body struct {
	Key     string
	Name    i18n.Text
	Area    string // in words; the shape lies with geo
	Forward string // "mail", "link" or "none"
	Link    string // "": none known
}

// Retention is how many days after its closing parts of a report are kept.
type Retention struct {
	Text    int
	Photo   int
	Contact int
}

// DefaultRetention is what holds for a category that names no days: the case
// three years, photos one year, contacts 90 days.
func DefaultRetention() Retention { return Retention{Text: 1096, Photo: 365, Contact: 90} }

// Category is one kind of report with everything that depends on it.
type Category struct {
	ID         uuid.UUID
	Key        string
	Group      string // key
	Department string // key
	Name       i18n.Text
	Kinds      []string // kinds of subject that may use it
	Publish    Publish
	Photo      Photo
	Days       int  // target in working days, for wishes days to an answer; 0: none
	TargetOn   bool // false: the days are known but not shown or counted
	NearM      int  // metres within which an open report may be the same; 0: never asked
	NearDays   int
	Object     string // kind of object that is offered first, e.g. "lamp"
	Season     Season
	Words      map[string][]string // keywords per language
	Sample     i18n.Text           // a sentence as people write it
	Ready      i18n.Text           // the ready sentence of "Gelöst"
	Quiet      bool                // the result may not be told: "Abgeschlossen" in place of "Gelöst"
	Wish       bool
	Retention  Retention
	Share      int // of 1,000 reports
	Optional   bool
	Active     bool
	Questions  []Question // those in use, in order
}

// TargetDays is the category's target in working days, 0 when it has none or
// it is switched off.
func (c *Category) TargetDays() int {
	if !c.TargetOn {
		return 0
	}
	return c.Days
}

// Question returns a question by its key.
func (c *Category) Question(key string) (Question, bool) {
	i := slices.IndexFunc(c.Questions, func(q Question) bool { return q.Key == key })
	if i < 0 {
		return Question{}, false
	}
	return c.Questions[i], true
}

// Type is the sort of a question.
type Type string

// The sorts of questions.
const (
	Short   Type = "short"   // one line
	Long    Type = "long"    // several lines
	Number  Type = "number"  // a whole number
	One     Type = "one"     // one of the options
	Several Type = "several" // any of the options
	Date    Type = "date"    // a day
	YesNo   Type = "yesno"   // options "ja" and "nein"
	Notice  Type = "notice"  // no question: something to know
)

// The options of a yes/no question.
const (
	Yes = "ja"
	No  = "nein"
)

// Question is asked of whoever reports.
type Question struct {
	ID       uuid.UUID
	Key      string
	Type     Type
	Name     i18n.Text
	Required bool
	ShownIf  []Condition // all must hold; empty: always shown
	Options  []Option    // of one, several and yesno
	Min, Max *int        // of number
	TeamOnly bool        // the answer is for the team, whatever is published
	Common   bool        // written once in the file
}

// Option returns an option by its key.
func (q *Question) Option(key string) (Option, bool) {
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Key == key })
	if i < 0 {
		return Option{}, false
	}
	return q.Options[i], true
}

// Condition holds when an earlier question has one of the answers.
type Condition struct {
	Question string   `json:"question"`
	Any      []string `json:"any"`
}

// Option is one possible answer.
type Option struct {
	Key     string
	Name    i18n.Text
	Effects Effects
}

// Effects are what an answer brings about. The zero value is nothing.
type Effects struct {
	Stop    string   `json:"stop,omitempty"`  // key of a stop page
	Route   string   `json:"route,omitempty"` // key of another department
	Publish Publish  `json:"vis,omitempty"`
	Prio    Priority `json:"prio,omitempty"`
	Days    int      `json:"days,omitempty"` // another target
	Wish    bool     `json:"wish,omitempty"`
	Body    string   `json:"nr,omitempty"` // key of the body whose task it is
}

// Stop is a page of its own that comes before a report goes on.
type Stop struct {
	Key   string
	Hard  bool     // no report is made
	Tel   []string // numbers, the most urgent first
	Title i18n.Text
	Text  i18n.Text
}

// Season is the part of the year in which a category is offered: month and day
// of its first and last day, which may lie in the next year. The zero value is
// the whole year.
type Season struct {
	FromMonth, FromDay, ToMonth, ToDay int
}

// IsZero tells whether the season is the whole year.
func (s Season) IsZero() bool { return s == Season{} }

// Holds tells whether the calendar day of at, in at's own zone, is in season.
func (s Season) Holds(at time.Time) bool {
	if s.IsZero() {
		return true
	}
	day := int(at.Month())*100 + at.Day()
	from, to := s.FromMonth*100+s.FromDay, s.ToMonth*100+s.ToDay
	if from <= to {
		return day >= from && day <= to
	}
	return day >= from || day <= to
}
