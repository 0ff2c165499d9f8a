package ideas

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Limits of what people write, in characters.
const (
	MaxTitle  = 100
	MaxText   = 6000
	MaxWhy    = 1000
	MaxReason = 4000
	MaxName   = 60
	minTitle  = 5
	// maxAddress of a place.
	maxAddress = 200
)

// How long things last.
const (
	FreeFor  = 24 * time.Hour      // corrections without explanation
	openFor  = 12 * 7              // days in which an idea of the open box collects supports
	sayWho   = 5                   // working days until "Wer entscheidet?"
	checkFor = 8 * 7               // days of checking after the goal is reached
	leaveFor = 14 * 24 * time.Hour // supporters may leave after a merge
)

// openGoal is how many supports an idea of the open box needs for an answer.
const openGoal = 100

// Visibility says who may see the idea.
type Visibility string

// The visibilities.
const (
	VisHeld   Visibility = "held"
	VisPublic Visibility = "public"
	VisHidden Visibility = "hidden"
	VisErased Visibility = "erased"
)

// Idea is one idea as the database has it. Pages of the public take a View.
type Idea struct {
	ID         uuid.UUID
	Number     subject.Number
	Call       uuid.UUID // zero: the open box
	Topic      string
	Department uuid.UUID
	Title      string
	Text       string
	Lang       string
	Visibility Visibility
	Status     Status
	StatusAt   time.Time
	Params     Params
	Version    int
	Edition    int
	Point      *subject.Point
	Address    string
	District   string
	CostCents  *int64
	Supports   int
	Goal       int
	ReachedAt  *time.Time
	EndsAt     *time.Time
	AnswerBy   *time.Time
	Decides    string
	DecidesWho string
	DecidesAt  *time.Time
	MergedInto uuid.UUID
	Report     uuid.UUID
	Channel    string
	CreatedAt  time.Time
	ClosedAt   *time.Time
	IsAuthor   bool // the actor who asked is one of its authors
	Staff      bool // the call is for the city's staff only
}

// Ref names the idea across the product.
func (i *Idea) Ref() subject.Ref { return ref(i.ID) }

// Path is its page.
func (i *Idea) Path() string { return Path(i.Number) }

// Path is the page of an idea.
func Path(n subject.Number) string { return "/ideas/" + n.Format(subject.PrefixIdea) }

func ref(id uuid.UUID) subject.Ref { return subject.Ref{Kind: subject.Idea, ID: id} }

// Params is what the sentence of a status needs: dates and words of the city,
// never of people.
type Params struct {
	Until     *time.Time     `json:"until,omitempty"`  // answer by
	Date      *time.Time     `json:"date,omitempty"`   // of the meeting; done since
	Body      string         `json:"body,omitempty"`   // who decides
	Period    string         `json:"period,omitempty"` // "Sommer 2027"
	What      string         `json:"what,omitempty"`
	Not       string         `json:"not,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Change    string         `json:"change,omitempty"`
	Measure   string         `json:"measure,omitempty"` // title of the plan
	Link      string         `json:"link,omitempty"`    // own path or https
	CostCents *int64         `json:"cost,omitempty"`
	Other     subject.Number `json:"other,omitempty"` // the idea that it goes on in
}

// Submission is the first form: three fields, and what goes along.
type Submission struct {
	Draft   uuid.UUID      `json:"draft"` // also the idempotency key; zero: none
	Version int            `json:"-"`     // of the draft as it was read; 0: do not compare
	Call    uuid.UUID      `json:"call"`  // zero: the open box
	Title   string         `json:"title"`
	Text    string         `json:"text"`
	Lang    string         `json:"lang"`
	Topic   string         `json:"topic"` // ""
	Point   *subject.Point `json:"point"` // nil: no place
	Address string         `json:"address"`
	Channel string         `json:"channel"`
	Report  uuid.UUID      `json:"report"`            // the report that it was; zero: none
	Measure subject.Number `json:"measure,omitempty"` // that it is proposed to; 0: none
}

// Validate cleans the entries and checks what needs no database.
func (s *Submission) Validate() error {
	s.Title, s.Text, s.Address = oneLine(s.Title), strings.TrimSpace(s.Text), oneLine(s.Address)
	var wrong fault.Fields
	checkWords(&wrong, s.Title, s.Text)
	if s.Point != nil && !s.Point.Valid() {
		wrong.Add("place", "idea.err.place")
	}
	if utf8.RuneCountInString(s.Address) > maxAddress {
		wrong.Add("place", "idea.err.place")
	}
	return wrong.Err()
}

func checkWords(wrong *fault.Fields, title, text string) {
	switch n := utf8.RuneCountInString(title); {
	case n < minTitle:
		wrong.Add("title", "idea.err.title")
	case n > MaxTitle:
		wrong.Add("title", "idea.err.long", "over", n-MaxTitle, "max", MaxTitle)
	}
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		wrong.Add("text", "idea.err.text")
	case n > MaxText:
		wrong.Add("text", "idea.err.long", "over", n-MaxText, "max", MaxText)
	}
}

// oneLine takes line ends and doubled spaces out of a title.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// words cleans an entry and checks that it is there and not too long.
func words(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.OnField(field, "idea.err."+field)
	}
	if over := utf8.RuneCountInString(text) - most; over > 0 {
		var f fault.Fields
		f.Add(field, "idea.err.long", "over", over, "max", most)
		return "", f.Err()
	}
	return text, nil
}

// Topic is what ideas are about.
type Topic struct {
	Key        string
	Name       i18n.Text
	Department string // key
}

// Change is a new status with what it needs; the answer goes along where the
// status is one.
type Change struct {
	To      Status
	Version int // of the idea as it was read; 0: do not compare
	Params
	Criteria []int // of the call, by place, that the answer refers to
}

// Validate checks that everything the status needs is there. now is the
// database's time.
func (c *Change) Validate(from Status, now time.Time) error {
	if !from.MayBecome(c.To) {
		return fault.New(fault.Conflict, "idea.err.transition")
	}
	for _, p := range []*string{&c.Body, &c.Period, &c.What, &c.Not, &c.Reason, &c.Change, &c.Measure, &c.Link} {
		*p = strings.TrimSpace(*p)
	}
	var wrong fault.Fields
	need := func(name, value string) {
		if value == "" {
			wrong.Add(name, "idea.err."+name)
		}
	}
	for _, n := range c.To.Needs() {
		switch n {
		case NeedBody:
			need("body", c.Body)
		case NeedPeriod:
			need("period", c.Period)
		case NeedWhat:
			need("what", c.What)
		case NeedNot:
			need("not", c.Not)
		case NeedReason:
			need("reason", c.Reason)
		case NeedChange:
			need("change", c.Params.Change)
		case NeedMeasure:
			need("measure", c.Measure)
		case NeedDate:
			if c.Date == nil {
				wrong.Add("date", "idea.err.date")
			} else if c.To == Done && c.Date.After(now) {
				wrong.Add("date", "idea.err.date_future")
			}
		case NeedUntil:
			if c.Until == nil {
				wrong.Add("until", "idea.err.until")
			} else if c.Until.Before(now) {
				wrong.Add("until", "idea.err.until_past")
			}
		}
	}
	for name, text := range map[string]string{"body": c.Body, "period": c.Period, "what": c.What, "not": c.Not, "reason": c.Reason, "change": c.Params.Change, "measure": c.Measure} {
		if over := utf8.RuneCountInString(text) - MaxReason; over > 0 {
			wrong.Add(name, "idea.err.long", "over", over, "max", MaxReason)
		}
	}
	if c.Link != "" && !goodLink(c.Link) {
		wrong.Add("link", "idea.err.link")
	}
	if c.CostCents != nil && (*c.CostCents < 0 || *c.CostCents > maxCost) {
		wrong.Add("cost", "idea.err.cost")
	}
	return wrong.Err()
}

// maxCost is a hundred thousand million euros in cents.
const maxCost = 10_000_000_000_000

func goodLink(s string) bool {
	return len(s) <= 500 && !strings.ContainsAny(s, " \t\n\"<>\\") && (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//"))
}
