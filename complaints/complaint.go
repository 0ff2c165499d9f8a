package complaints

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Kind is what somebody writes to the city.
type Kind string

// The kinds.
const (
	Complaining Kind = "complaint"
	Praise      Kind = "praise"
	Question    Kind = "question"
	Request     Kind = "request"
)

// Kinds lists all of them.
func Kinds() []Kind { return []Kind{Complaining, Praise, Question, Request} }

// Who somebody says that they are, and how the answer reaches them.
const (
	Anonymous = "anonymous"
	Pseudonym = "pseudonym"
	Named     = "name"

	ByMail   = "mail"
	ByLetter = "letter"
	ByCode   = "code" // with number and access code only
)

// The kinds of help that somebody can ask for.
const (
	HelpEasy = "easy" // Leichte Sprache
	HelpSign = "sign" // sign language
	HelpCall = "call" // call back
)

// Limits of what somebody writes, in characters.
const (
	MaxText   = 5000
	MaxWanted = 1000
	MaxLine   = 200
	MaxKey    = 40 // of a department
	MaxPostal = 400
	MaxSaid   = 4000 // one message
	MaxFiles  = 10
)

// Submission is a finished form.
type Submission struct {
	Text     string   `json:"text"`
	Kind     Kind     `json:"kind"`
	Topic    string   `json:"topic"`
	Wanted   string   `json:"wanted"`
	Place    string   `json:"place"`
	Happened string   `json:"happened"` // the day, as typed
	Earlier  string   `json:"earlier"`  // earlier case numbers
	Wish     string   `json:"wish"`     // key of the department that they think of; "": unknown
	Lang     string   `json:"lang"`
	Help     []string `json:"help"`
	Phone    string   `json:"phone"`
	OnBehalf string   `json:"on_behalf"` // for whom; "": for themselves
	NameKind string   `json:"name_kind"`
	Name     string   `json:"name"`
	Contact  string   `json:"contact"`
	Mail     string   `json:"mail"`
	Postal   string   `json:"postal"`

	Notice     bool      `json:"notice"` // about an official decision
	NoticeRead bool      `json:"notice_read"`
	Person     bool      `json:"person"`    // about a certain person
	PersonAt   string    `json:"person_at"` // key of the department that this person works in; "": unknown
	CodeRead   bool      `json:"code_read"` // a lost code can't be replaced
	TipRead    bool      `json:"tip_read"`  // tips about corruption and the like are taken elsewhere
	Draft      uuid.UUID `json:"draft"`     // its files come along
	Version    int       `json:"version"`   // of the draft as it was read; 0: whatever it is
}

// Clean trims and fills in what follows from the rest.
func (s *Submission) Clean() {
	for _, t := range []*string{&s.Text, &s.Wanted, &s.Place, &s.Happened, &s.Earlier, &s.Wish, &s.PersonAt, &s.Phone, &s.OnBehalf, &s.Name, &s.Mail, &s.Postal} {
		*t = strings.TrimSpace(*t)
	}
	if s.Lang != i18n.English {
		s.Lang = i18n.German
	}
	if s.NameKind == "" {
		s.NameKind = Anonymous
	}
	if s.NameKind == Anonymous {
		s.Name = ""
	}
	if s.Contact == "" {
		s.Contact = ByCode
	}
	if s.Contact != ByMail {
		s.Mail = ""
	}
	if s.Contact != ByLetter {
		s.Postal = ""
	}
	if !s.Person {
		s.PersonAt = ""
	}
	if !slices.Contains(s.Help, HelpCall) {
		s.Phone = ""
	}
}

// Validate checks a cleaned form; faults on the fields by their JSON names.
func (s *Submission) Validate() error {
	var wrong fault.Fields
	if s.Text == "" {
		wrong.Add("text", "complaint.err.text")
	}
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"text", s.Text, MaxText},
		{"wanted", s.Wanted, MaxWanted},
		{"place", s.Place, MaxLine},
		{"happened", s.Happened, 100},
		{"earlier", s.Earlier, MaxLine},
		{"phone", s.Phone, 60},
		{"on_behalf", s.OnBehalf, MaxLine},
		{"name", s.Name, MaxLine},
		{"postal", s.Postal, MaxPostal},
	} {
		if over := utf8.RuneCountInString(f.value) - f.most; over > 0 {
			wrong.Add(f.name, "report.err.long", "n", over, "max", f.most)
		}
	}
	if utf8.RuneCountInString(s.Wish) > MaxKey {
		wrong.Add("wish", "complaint.err.department")
	}
	if !slices.Contains(Kinds(), s.Kind) {
		wrong.Add("kind", "complaint.err.kind")
	}
	for _, h := range s.Help {
		if h != HelpEasy && h != HelpSign && h != HelpCall {
			wrong.Add("help", "field.choice")
		}
	}
	if slices.Contains(s.Help, HelpCall) && s.Phone == "" {
		wrong.Add("phone", "complaint.err.phone")
	}
	s.validateWho(&wrong)
	if s.Notice && !s.NoticeRead {
		wrong.Add("notice_read", "complaint.err.notice")
	}
	if LooksLikeTip(s.Text) && !s.TipRead {
		wrong.Add("tip_read", "complaint.err.tip_read")
	}
	if s.Contact == ByCode && !s.CodeRead {
		wrong.Add("code_read", "complaint.err.code_read")
	}
	return wrong.Err()
}

func (s *Submission) validateWho(wrong *fault.Fields) {
	switch s.NameKind {
	case Anonymous:
	case Pseudonym, Named:
		if s.Name == "" {
			wrong.Add("name", "complaint.err.name")
		}
	default:
		wrong.Add("name_kind", "field.choice")
	}
	switch s.Contact {
	case ByCode:
	case ByMail:
		if s.Mail == "" {
			wrong.Add("mail", "report.err.mail")
		}
	case ByLetter:
		if s.Postal == "" {
			wrong.Add("postal", "complaint.err.postal")
		} else if s.NameKind != Named {
			wrong.Add("name_kind", "complaint.err.letter_name")
		}
	default:
		wrong.Add("contact", "field.choice")
	}
}

// content is what a receipt is about: the words and files as they were sent.
type content struct {
	Kind     Kind          `json:"kind"`
	Text     string        `json:"text"`
	Wanted   string        `json:"wanted,omitempty"`
	Place    string        `json:"place,omitempty"`
	Happened string        `json:"happened,omitempty"`
	Earlier  string        `json:"earlier,omitempty"`
	OnBehalf string        `json:"on_behalf,omitempty"`
	Lang     string        `json:"lang"`
	Files    []contentFile `json:"files,omitempty"`
}

type contentFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

func (s *Submission) content(files []File) ([]byte, error) {
	c := content{
		Kind: s.Kind, Text: s.Text, Wanted: s.Wanted, Place: s.Place, Happened: s.Happened, Earlier: s.Earlier, OnBehalf: s.OnBehalf, Lang: s.Lang,
	}
	for _, f := range files {
		c.Files = append(c.Files, contentFile{Name: f.Name, Size: f.Size, SHA256: hex.EncodeToString(f.sum)})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	return b.Bytes(), nil
}

// Complaint is one of them with what its policy asks about.
type Complaint struct {
	ID         uuid.UUID
	Number     subject.Number
	Person     uuid.UUID
	Contact    uuid.UUID
	Kind       Kind
	Topic      string
	Text       string
	Wanted     string
	Place      string
	Happened   string
	Earlier    string
	Wish       string
	Lang       string
	Help       []string
	Phone      string
	OnBehalf   string
	NameKind   string
	Name       string
	ContactBy  string
	Postal     string
	Notice     bool
	AboutHuman bool
	AboutDep   uuid.UUID // zero: none, or unknown
	Status     Status
	StatusAt   time.Time
	Erased     bool
	Outcome    Outcome
	ForwardTo  string
	InterimDue *time.Time
	AnswerAsk  *time.Time // until when the person may answer the question
	Asked      string     // the question
	Reason     string     // why it takes longer
	Reopened   int
	FirstAt    *time.Time // of the first answer
	FirstDep   uuid.UUID
	Version    int
	CreatedAt  time.Time
	ClosedAt   *time.Time
	Archive    string

	Department uuid.UUID // that has it
	Assignee   uuid.UUID
	Due        *time.Time
	Missed     *time.Time
	Reviewed   bool      // a second review was asked for
	Reviewer   uuid.UUID // who makes it; zero: nobody yet
	FirstBy    uuid.UUID // who wrote the first answer
	IsOwner    bool
}

// Ref points to it.
func (c *Complaint) Ref() subject.Ref { return subject.Ref{Kind: subject.Complaint, ID: c.ID} }

// Path is its page's.
func (c *Complaint) Path() string { return Path(c.Number) }

// Path is the page of a number.
func Path(n subject.Number) string { return "/cases/" + n.Format(subject.PrefixComplaint) }
