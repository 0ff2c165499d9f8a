package radar

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// InquiryKind is the kind of what a department is asked about one measure:
// links and notices are about it.
const InquiryKind subject.Kind = "inquiry"

// The links of an inquiry: who answers, and who releases what was answered.
// They may be opened as often as it is needed.
const (
	PurposeAnswer accounts.Purpose = "inquiry"
	PurposeHead   accounts.Purpose = "inquiry_head"
)

// linkAfter is how long a link is good for after the day on which the answer is due.
const linkAfter = 60 * 24 * time.Hour

// FieldYearly is the text about the inquiry's year; the other fields are
// columns of tables (radar.Cells).
const FieldYearly = "yearly"

// AskFields are the fields that departments can be asked for, in the order of
// the form.
func AskFields() []string {
	return []string{
		"status", FieldYearly, "results_de", "start", "end", "real_end", "reason_de", "estimate", "highlights_de", "outlook_de",
		"change_de", "from_when_de", "where_de", "short_de", "description_de", "goals_de", "budget", "contact", "links",
	}
}

// AnswerState is how far a department's answer is.
type AnswerState string

// The states of an answer.
const (
	AnswerAsked    AnswerState = "asked"
	AnswerDraft    AnswerState = "draft"
	AnswerReturned AnswerState = "returned"  // its head asks for something
	AnswerHandedIn AnswerState = "handed_in" // waits for its head
	AnswerReleased AnswerState = "released"  // waits for the editors
	AnswerTaken    AnswerState = "taken"     // is in a change of the measure
)

// AnswerStates lists them as they follow each other.
func AnswerStates() []AnswerState {
	return []AnswerState{AnswerAsked, AnswerDraft, AnswerReturned, AnswerHandedIn, AnswerReleased, AnswerTaken}
}

// Missing tells that the editors still wait for it.
func (s AnswerState) Missing() bool { return s != AnswerReleased && s != AnswerTaken }

// writable tells that whoever is asked may still write.
func (s AnswerState) writable() bool {
	return s == AnswerAsked || s == AnswerDraft || s == AnswerReturned
}

// Inquiry is what is asked, by when.
type Inquiry struct {
	ID        uuid.UUID
	Programme uuid.UUID
	Title     string
	Note      string
	Year      int
	Due       Day
	Fields    []string // some of AskFields
	Questions []string
	Open      bool
	Created   time.Time
	Counts    map[AnswerState]int // of its answers; Inquiries only
}

// All is how many measures it is about.
func (q *Inquiry) All() int {
	n := 0
	for _, k := range q.Counts {
		n += k
	}
	return n
}

// Missing is how many answers the editors still wait for.
func (q *Inquiry) Missing() int {
	n := 0
	for state, k := range q.Counts {
		if state.Missing() {
			n += k
		}
	}
	return n
}

// QuestionKey is the name of the answer to a question: "q1" is the first.
func QuestionKey(i int) string { return "q" + strconv.Itoa(i+1) }

// keys are all names that an answer may have.
func (q *Inquiry) keys() []string {
	list := slices.Clone(q.Fields)
	for i := range q.Questions {
		list = append(list, QuestionKey(i))
	}
	return list
}

// Ask is one measure of a new inquiry: who is asked.
type Ask struct {
	Measure    uuid.UUID
	Department uuid.UUID // zero: an office without a desk, by mail
	Mail       string    // of whoever answers; "": on the desk only
	HeadMail   string    // of whoever releases; "": on the desk only
}

// InquiryAnswer is one measure of an inquiry.
type InquiryAnswer struct {
	ID         uuid.UUID
	Inquiry    uuid.UUID
	Measure    uuid.UUID
	Department uuid.UUID
	Mail       string
	HeadMail   string
	Body       map[string]string
	State      AnswerState
	Remark     string
	Version    int
	Reminded   int
	RemindedAt *time.Time
	HandedInAt *time.Time
	HandedInBy uuid.UUID
	ReleasedAt *time.Time
	Changed    time.Time
}

// Ref points to it.
func (a *InquiryAnswer) Ref() subject.Ref { return subject.Ref{Kind: InquiryKind, ID: a.ID} }

// Path is its page on the desk.
func (a *InquiryAnswer) Path() string { return "/desk/radar/inquiries/answers/" + a.ID.String() }

// Limits of an inquiry.
const (
	MaxInquiryNote = 2000
	maxQuestions   = 10
	maxAsked       = 500
)

func (q *Inquiry) validate(today Day, asks []Ask) error {
	var wrong fault.Fields
	q.Title, q.Note = strings.TrimSpace(q.Title), strings.TrimSpace(q.Note)
	switch n := utf8.RuneCountInString(q.Title); {
	case n == 0:
		wrong.Add("title", "field.required")
	case n > MaxTitle || strings.Contains(q.Title, "\n"):
		wrong.Add("title", "radar.err.line")
	}
	if utf8.RuneCountInString(q.Note) > MaxInquiryNote {
		wrong.Add("note", "field.too_long", "n", MaxInquiryNote)
	}
	switch {
	case !q.Due.ok():
		wrong.Add("due", "radar.err.day")
	case q.Due < today:
		wrong.Add("due", "inquiry.err.past")
	}
	if q.Year < 1990 || q.Year > 2100 {
		wrong.Add("year", "radar.err.year")
	}
	if len(q.Fields)+len(q.Questions) == 0 || slices.ContainsFunc(q.Fields, func(f string) bool { return !slices.Contains(AskFields(), f) }) {
		wrong.Add("fields", "inquiry.err.fields")
	}
	if len(q.Questions) > maxQuestions || slices.ContainsFunc(q.Questions, func(s string) bool { return s == "" || utf8.RuneCountInString(s) > maxLine }) {
		wrong.Add("questions", "inquiry.err.questions", "max", maxQuestions)
	}
	if len(asks) == 0 || len(asks) > maxAsked {
		wrong.Add("measures", "inquiry.err.measures")
	}
	return wrong.Err()
}

// MayAnswer tells whether somebody may see and write what a department is asked:
// its own people, and the editors.
func MayAnswer(actor accounts.Actor, a *InquiryAnswer) error {
	if actor.System || actor.Has(subject.Editor, subject.Admin) ||
		a.Department != uuid.Nil && actor.Covers(accounts.Place{Department: a.Department}, subject.Caseworker, subject.TeamLead) {
		return nil
	}
	return fault.Missing("inquiry") // others need not know who is asked what
}

// MayReleaseAnswer tells whether somebody may release it: the department's head,
// or an editor for them; never who handed it in.
func MayReleaseAnswer(actor accounts.Actor, a *InquiryAnswer) error {
	if actor.System {
		return nil
	}
	if err := MayAnswer(actor, a); err != nil {
		return err
	}
	head := a.Department != uuid.Nil && actor.Covers(accounts.Place{Department: a.Department}, subject.TeamLead)
	if !head && !actor.Has(subject.Editor, subject.Admin) {
		return fault.New(fault.Forbidden, "inquiry.err.head")
	}
	if actor.Is(a.HandedInBy) {
		return fault.New(fault.Forbidden, "radar.err.second_person")
	}
	return nil
}

// With is the document with the fields of an answer taken over. What can't be
// read is said by column.
func (q *Inquiry) With(c *Content, body map[string]string, fields []string) (*Content, error) {
	cells := Cells(c)
	delete(cells, "no") // those of the measure stay
	delete(cells, "number")
	var wrong fault.Fields
	for _, f := range fields {
		if f == FieldYearly || !slices.Contains(q.Fields, f) {
			continue
		}
		cells[f] = body[f]
	}
	results := slices.Contains(fields, "results_de") && slices.Contains(q.Fields, "results_de")
	if results { // other languages go by the German words: lines may have come or gone
		for _, lang := range Languages()[1:] {
			delete(cells, Column("results", lang))
		}
	}
	out, bad := FromCells(cells)
	for _, b := range bad {
		wrong = append(wrong, fault.Field{Name: b.Column, Key: b.Key, Params: b.Params})
	}
	if results {
		out.translateResults(c.Results)
	}
	if slices.Contains(fields, FieldYearly) && slices.Contains(q.Fields, FieldYearly) {
		out.setYear(q.Year, body[FieldYearly])
	}
	return out, wrong.Err()
}

// translateResults gives results the words that those of the same German title
// had in other languages.
func (c *Content) translateResults(old []Result) {
	for i := range c.Results {
		r := &c.Results[i]
		for _, o := range old {
			if o.Title[i18n.German] != r.Title[i18n.German] {
				continue
			}
			maps.Copy(r.Title, o.Title)
		}
	}
}

// setYear writes the German text about a year; "" takes the year away.
func (c *Content) setYear(year int, text string) {
	i := slices.IndexFunc(c.Yearly, func(y Yearly) bool { return y.Year == year })
	if i < 0 {
		if text == "" {
			return
		}
		c.Yearly = append(c.Yearly, Yearly{Year: year, Text: i18n.Text{i18n.German: text}})
		slices.SortStableFunc(c.Yearly, func(a, b Yearly) int { return a.Year - b.Year })
		return
	}
	if text == "" {
		c.Yearly = slices.Delete(c.Yearly, i, i+1)
		return
	}
	c.Yearly[i].Text[i18n.German] = text
}

// LastYear is the text about the year before, or the nearest one before that.
func (q *Inquiry) LastYear(c *Content) (year int, text string) {
	for _, y := range c.Yearly {
		if y.Year < q.Year && y.Year >= year && y.Text[i18n.German] != "" {
			year, text = y.Year, y.Text[i18n.German]
		}
	}
	return year, text
}

// Now is what a field of the measure says now, as the form has it.
func (q *Inquiry) Now(c *Content, field string) string {
	if field != FieldYearly {
		return Cells(c)[field]
	}
	for _, y := range c.Yearly {
		if y.Year == q.Year {
			return y.Text[i18n.German]
		}
	}
	return ""
}

// check tells what of an answer is wrong: only fields that were asked for are
// looked at, so that nobody has to mend what they were not asked.
func (q *Inquiry) check(p *Programme, c *Content, body map[string]string) error {
	for i := range q.Questions {
		if utf8.RuneCountInString(body[QuestionKey(i)]) > maxText {
			return fault.OnField(QuestionKey(i), "inquiry.err.long")
		}
	}
	out, err := q.With(c, body, q.Fields)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if utf8.RuneCountInString(body[FieldYearly]) > maxText {
		wrong.Add(FieldYearly, "field.too_long", "n", maxText)
	}
	if f := fault.As(out.Validate(p, true)); f != nil {
		for _, w := range f.Fields {
			if slices.Contains(q.Fields, w.Name) {
				wrong = append(wrong, w)
			}
		}
	}
	return wrong.Err()
}
