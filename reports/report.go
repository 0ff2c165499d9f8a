package reports

import (
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Limits of what people write, in characters.
const (
	MaxText   = 4000
	MaxNote   = 300
	MaxReason = 2000
)

// TextState says what became of the text that a person wrote.
type TextState string

// The states of a text.
const (
	TextHeld     TextState = "held"     // nobody has read it yet
	TextReleased TextState = "released" // public
	TextWithheld TextState = "withheld" // stays with the team
)

// Visibility says who may know of the report at all.
type Visibility string

// The visibilities.
const (
	VisDraft   Visibility = "draft"
	VisHeld    Visibility = "held"
	VisPublic  Visibility = "public"
	VisPrivate Visibility = "private"
	VisHidden  Visibility = "hidden"
	VisErased  Visibility = "erased"
)

// Report is one report as the database has it. It holds personal data: pages
// of the public take a View.
type Report struct {
	ID           uuid.UUID
	Number       subject.Number
	Person       uuid.UUID // zero: none
	Contact      uuid.UUID // zero: none
	Category     uuid.UUID
	Title        i18n.Text
	Text         string // as typed
	TextPublic   string // as released
	TextState    TextState
	Lang         string
	Publish      categories.Publish
	Visibility   Visibility
	Status       Status
	StatusAt     time.Time
	Params       StatusParams
	Version      int
	Point        subject.Point
	Address      string
	PlaceNote    string
	DistrictRef  string
	Wish, Quiet  bool
	OutsideBody  string
	TargetDays   int        // 0: no target
	FirstDue     *time.Time // the first target
	ReopenedN    int
	Objected     bool
	Channel      string
	CreatedAt    time.Time
	ChangedAt    time.Time
	ClosedAt     *time.Time
	DepartmentID uuid.UUID // of the case
	IsOwner      bool      // of the actor who asked
}

// Ref names the report across the product.
func (r *Report) Ref() subject.Ref { return subject.Ref{Kind: subject.Report, ID: r.ID} }

// Path is the public page.
func (r *Report) Path() string { return "/reports/" + r.Number.Format(subject.PrefixReport) }

// StatusParams is what the sentence of a status needs. It is public: ids,
// dates and words of the city, never of the reporter.
type StatusParams struct {
	Until    *time.Time     `json:"until,omitempty"`    // answer by, finished by, period's end, ask again on
	Question string         `json:"question,omitempty"` // shown to the owner only (timeline audience owner)
	Done     string         `json:"done,omitempty"`     // what was done
	DoneIn   i18n.Text      `json:"done_in,omitempty"`  // Done by language, where the ready sentence or its language is known
	SeenBy   string         `json:"seen_by,omitempty"`  // crew, photo, partner
	Body     string         `json:"body,omitempty"`     // whom it was given to, or whom to ask
	How      string         `json:"how,omitempty"`      // mail, letter, phone, system
	Reason   string         `json:"reason,omitempty"`
	Other    subject.Number `json:"other,omitempty"`
	Secured  bool           `json:"secured,omitempty"` // "until then": the place has been made safe
}

// Place is where it is.
type Place struct {
	Point   subject.Point `json:"point"`
	Address string        `json:"address"`
	Note    string        `json:"note"` // "Genauer: vor dem Eingang"
}

// Submission is a finished form.
type Submission struct {
	Draft    uuid.UUID          `json:"draft"`    // its photos move along; also the idempotency key. Zero: none
	Category string             `json:"category"` // key
	Text     string             `json:"text"`
	Lang     string             `json:"lang"` // of the text: de or en
	Place    Place              `json:"place"`
	Answers  categories.Answers `json:"answers"`
	Version  int                `json:"version"` // of the draft as it was read; 0: do not compare
	Mail     string             `json:"mail"`    // "": no mails
	Channel  string             `json:"channel"` // web, phone, api
	// Object is what it is about, where a sticker or the map said so. Zero: not
	// said. One that is not at the place is left out.
	Object uuid.UUID `json:"object,omitzero"`
	// Organisation is for whom it is made; the actor acts for it. Zero: themselves.
	Organisation uuid.UUID `json:"organisation,omitzero"`
}

// Receipt is what the person who reported takes along.
type Receipt struct {
	Report uuid.UUID      `json:"report"`
	Number subject.Number `json:"number"`
	Code   string         `json:"code"` // XXXX-XXXX-XXXX, shown this once
}

// Validate checks what needs no database.
func (s *Submission) Validate() error {
	var wrong fault.Fields
	if s.Category == "" {
		wrong.Add("category", "report.err.category")
	}
	if !s.Place.Point.Valid() || (s.Place.Point == subject.Point{}) {
		wrong.Add("place", "report.err.place")
	}
	if n := utf8.RuneCountInString(s.Text); n > MaxText {
		wrong.Add("text", "report.err.long", "n", n-MaxText, "max", MaxText)
	}
	if n := utf8.RuneCountInString(s.Place.Note); n > MaxNote {
		wrong.Add("note", "report.err.long", "n", n-MaxNote, "max", MaxNote)
	}
	return wrong.Err()
}

// Change is a new status with what it needs.
type Change struct {
	To      Status
	Version int // of the report as it was read; 0: do not compare
	StatusParams
	Lang   string    // in which Done is written, "de" or "en"; "": not known
	Photo  uuid.UUID // a photo of the report that shows the work, or zero
	Upload *Upload   // a new photo of the city instead
}

// Upload is a photo that the city adds: public at once, with what it shows in
// words.
type Upload struct {
	attachments.Prepared

	Alt string
}

// Validate checks that everything the status needs is there. now is the
// database's time.
func (c *Change) Validate(from Status, now time.Time) error {
	if !from.MayBecome(c.To) {
		return fault.New(fault.Conflict, "report.err.transition").With("from", string(from)).With("to", string(c.To))
	}
	var wrong fault.Fields
	for _, need := range c.To.Mechanics().Needs {
		switch need {
		case NeedQuestion:
			needText(&wrong, "question", c.Question)
		case NeedDone:
			needText(&wrong, "done", c.Done)
		case NeedReason:
			needText(&wrong, "reason", c.Reason)
		case NeedBody:
			needText(&wrong, "body", c.Body)
		case NeedHow:
			needText(&wrong, "how", c.How)
		case NeedSeenBy:
			if c.SeenBy != "crew" && c.SeenBy != "photo" && c.SeenBy != "partner" {
				wrong.Add("seen_by", "report.err.seen_by")
			} else if c.SeenBy == "photo" && c.Photo == uuid.Nil && c.Upload == nil {
				wrong.Add("photo", "report.err.photo_missing")
			}
		case NeedUntil, NeedPeriod:
			switch {
			case c.Until == nil:
				wrong.Add("until", "report.err.until")
			case c.Until.Before(now):
				wrong.Add("until", "report.err.until_past")
			}
		case NeedOther:
			if c.Other == 0 {
				wrong.Add("other", "report.err.other")
			}
		}
	}
	if n := utf8.RuneCountInString(c.Reason); n > MaxReason {
		wrong.Add("reason", "report.err.long", "n", n-MaxReason, "max", MaxReason)
	}
	return wrong.Err()
}

func needText(wrong *fault.Fields, name, value string) {
	if value == "" {
		wrong.Add(name, "report.err."+name)
	} else if n := utf8.RuneCountInString(value); n > MaxReason {
		wrong.Add(name, "report.err.long", "n", n-MaxReason, "max", MaxReason)
	}
}

// StepKind is a step of the timeline that is no status.
type StepKind string

// The steps that staff document.
const (
	StepSecured  StepKind = "secured"
	StepVisited  StepKind = "visited"
	StepDonePart StepKind = "done_part"
	StepAsked    StepKind = "asked"
)

// StepKinds lists them for a form.
func StepKinds() []StepKind { return []StepKind{StepSecured, StepVisited, StepDonePart, StepAsked} }

// Step is something the city did without a new status.
type Step struct {
	Kind StepKind
	// Version is that of the report as it was read; 0: do not compare.
	Version int
	Done    string // done_part: what
	Left    string // done_part: what is still to do
	Body    string // asked: whom
	Reason  string
	Photo   uuid.UUID
	Upload  *Upload
}
