package reports

import (
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// View is a report as one actor may see it: everything in it may be shown to
// that actor.
type View struct {
	ID           uuid.UUID
	Number       subject.Number
	Title        i18n.Text
	Category     *categories.Category
	Beside       Beside
	Status       Status
	StatusAt     time.Time
	Params       StatusParams // Question only for the owner and staff
	Version      int
	Lang         string    // of the text
	Text         string    // what this actor may read, "" when nothing
	TextPublic   string    // as released; staff and author only
	TextState    TextState // held with a Text: "Das sehen im Moment nur Sie und das Team"
	Photos       []Photo
	Answers      []Answer
	Point        subject.Point
	Address      string
	PlaceNote    string // owner and staff, or released with the text
	DistrictRef  string
	DistrictName string
	Object       *geo.Object   // what it is about; nil: not said
	Organisation *Organisation // for whom it was made; nil: not for one, or not to be read here
	Department   Department
	OutsideBody  string    // key of the body in charge where the city is not
	OutsideName  i18n.Text // its name
	Wish, Quiet  bool
	Visibility   Visibility
	Publish      categories.Publish
	CreatedAt    time.Time
	ChangedAt    time.Time
	ClosedAt     *time.Time
	Target       Target
	Steps        []TimelineStep // newest first, by audience
	Dialogue     []Message      // owner and staff
	MeToo        int            // how many are concerned, the reporter not counted
	MyMeToo      bool
	FixedYes     int // hints "Ja, gelöst" (staff only)
	FixedNo      int
	MyFixed      int // 0 none, 1 yes, -1 no
	Merged       []Link
	DuplicateOf  *Link
	Actor        May
	Why          map[Action]string // why not, by message keys, for what the actor may not do
}

// Ref names the report across the product.
func (v *View) Ref() subject.Ref { return subject.Ref{Kind: subject.Report, ID: v.ID} }

// Path is the public page.
func (v *View) Path() string { return "/reports/" + v.Number.Format(subject.PrefixReport) }

// May says what the actor who asked may do now; pages show no other buttons.
type May struct {
	Owner, Staff         bool
	SeeHeld              bool
	MeToo, Follow, Hint  bool
	Add, Answer          bool
	Withdraw             bool
	WithdrawHint         bool // too late to withdraw: a hint to staff
	Reopen, Object       bool
	Release, SetStatus   bool
	AddStep, Move        bool
	DecideObjection      bool
	Next                 []Status // statuses that may be set
	ReopenUntil          *time.Time
	TeamLeadOnlyReopened bool // the third reopening
}

// Department is who takes care.
type Department struct {
	ID   uuid.UUID
	Key  string
	Name i18n.Text
}

// Photo is a picture that the actor may see.
type Photo struct {
	ID            uuid.UUID
	Alt           string
	Held          bool
	Width, Height int
}

// Answer is an answer to a question, as it was asked and read.
type Answer struct {
	Question, Shown i18n.Text
	TeamOnly        bool
	typed           bool // free words: public only with the text
}

// Link points at another report.
type Link struct {
	Number subject.Number
	Title  i18n.Text
	Path   string
	Text   string // as released, "" when it is not
}

// Message is one turn of the dialogue with the reporter.
type Message struct {
	Direction string // in, out
	Kind      string // question, answer, addition, objection, withdrawal_hint
	Text      string
	Deadline  *time.Time
	At        time.Time
}

// TimelineStep is one entry of the history.
type TimelineStep struct {
	ID         uuid.UUID
	At         time.Time
	Key        string // "status.received", "step.secured", …: message key with params
	Status     Status // of a status step, else ""
	Params     map[string]any
	Reason     string
	Audience   subject.Audience
	Department *Department
	Photo      *Photo
}

// TargetState is one of the cases of the line under the status.
type TargetState string

// The cases; message keys are "target.<state>".
const (
	TargetNone      TargetState = "none"       // no fixed aim for this kind
	TargetSet       TargetState = "set"        // aim ahead
	TargetStopped   TargetState = "stopped"    // the clock rests
	TargetMissed    TargetState = "missed"     // no new date yet
	TargetMissedNew TargetState = "missed_new" // with a new date
	TargetKept      TargetState = "kept"       // closed in time
	TargetLate      TargetState = "late"       // closed, but late
)

// Target is the aim, and honestly whether it was missed.
type Target struct {
	State       TargetState
	Due         *time.Time // the aim that holds now
	First       *time.Time // the first one
	DaysLeft    int        // working days until Due
	DaysLate    int        // working days after First
	DaysTaken   int        // working days until it was closed
	AnswerBy    *time.Time // missed: the team writes by
	History     *History   // nil below 20 similar ones
	WorkingDays int        // the category's number
}

// History is how long similar reports took, in working days.
type History struct{ Median, NinetyPercent int }

// Item is one row of a list: public things only, unless it comes from Mine or
// Queue.
type Item struct {
	ID          uuid.UUID
	Number      subject.Number
	Title       i18n.Text
	CategoryKey string
	Status      Status
	StatusAt    time.Time
	Params      StatusParams
	Quiet       bool
	Address     string
	DistrictRef string
	Point       subject.Point
	CreatedAt   time.Time
	MeToo       int
	Photo       uuid.UUID // first released photo, or zero
	Due         *time.Time
	Missed      bool
	Distance    float64 // metres, where the query has a centre; else 0
	// Only in Queue and Mine:
	TextHeld   bool // text or photo waits for release
	Department Department
	Visibility Visibility
	// Only in Mine: for whom it was made.
	Organisation string
}

// Path is the public page.
func (i *Item) Path() string { return "/reports/" + i.Number.Format(subject.PrefixReport) }

// Filter is what a list, the map, a tile, a feed and a count share.
type Filter struct {
	Categories []string // keys; empty: all
	Classes    []Class  // open, work, done, other; empty: all
	Statuses   []Status
	District   string
	Street     string     // in any spelling; "Hauptstraße, Laim" where municipalities share it
	From, To   *time.Time // created in [From, To)
	Text       string
	BBox       *subject.BBox
}

// Cursor is a place in a list ordered by (created_at DESC, id DESC).
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Page asks for a part of a list.
type Page struct {
	Before *Cursor // older than this
	After  *Cursor // newer than this
	Limit  int     // 0: 25, at most 100
}

// List is a part of a list with its cursors; nil when there is nothing there.
type List struct {
	Items        []Item
	Newer, Older *Cursor
	Total        int // of the filter, over all pages
}
