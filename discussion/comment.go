package discussion

import (
	"crypto/sha256"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Stance is what a comment is: a reason for or against, a question, or none of it.
type Stance string

// The stances.
const (
	Neither  Stance = ""
	Pro      Stance = "pro"
	Contra   Stance = "contra"
	Question Stance = "question"
)

// Stances lists them in the order of a form.
func Stances() []Stance { return []Stance{Neither, Pro, Contra, Question} }

// Visibility says who sees a comment.
type Visibility string

// The visibilities.
const (
	VisHeld    Visibility = "held"    // its author, until moderation has read it
	VisPublic  Visibility = "public"  // everybody
	VisHidden  Visibility = "hidden"  // nobody: a stub says why
	VisRemoved Visibility = "removed" // nobody: its author took it back
)

// Sort is an order of the comments of a discussion.
type Sort string

// The orders.
const (
	Newest   Sort = "newest"
	Answered Sort = "answered"
	Best     Sort = "best"
)

// Sorts lists them in the order of the menu.
func Sorts() []Sort { return []Sort{Newest, Answered, Best} }

// Valid tells whether s is one of the three.
func (s Sort) Valid() bool { return slices.Contains(Sorts(), s) }

const (
	// EditFor is how long an author may change what they wrote.
	EditFor = 15 * time.Minute
	// MaxText is how long a comment may be, in signs.
	MaxText = 4000
	minText = 2
	// PageSize is how many comments with their answers a page has.
	PageSize = 20
	// FirstAnswers is how many answers are shown before somebody asks for all.
	FirstAnswers = 3
)

// Comment is one comment as a viewer may read it. Text is empty where only a
// stub is left.
type Comment struct {
	ID         uuid.UUID
	Number     subject.Number
	Ref        subject.Ref // what is discussed
	Parent     uuid.UUID   // zero: a comment of its own
	Author     uuid.UUID   // zero: the account is gone
	AuthorName string      // "": the account is gone
	Stance     Stance
	Text       string
	Lang       string
	Visibility Visibility
	Version    int
	Official   bool
	Department uuid.UUID // of an official answer
	Role       subject.Role
	Pinned     bool
	Helpful    int
	Answers    int // public ones
	HeldUntil  *time.Time
	CreatedAt  time.Time
	EditedAt   *time.Time // what it said in public before is in Versions; nil: never
	Redacted   bool       // moderation has covered some words

	score     float64
	unhelpful int
	known     bool // not hidden, or public before that

	// Mine: the viewer wrote it. MayEdit and MayRemove follow from it.
	Mine, MayEdit, MayRemove bool
	MyVote                   int16     // 1 helpful, -1 not, 0 nothing
	Replies                  []Comment // the first ones, oldest first
	MoreReplies              int       // beyond those
}

// PublicNumber is the number as people read it.
func (c *Comment) PublicNumber() string { return c.Number.Format(subject.PrefixComment) }

// Path leads to the comment wherever it stands.
func (c *Comment) Path() string { return "/comments/" + c.PublicNumber() }

// Anchor is the id of the comment on a page.
func (c *Comment) Anchor() string { return "k-" + strings.ToLower(c.PublicNumber()) }

// Stub tells that there are no words to read, only that there were some.
func (c *Comment) Stub() bool { return c.Visibility == VisHidden || c.Visibility == VisRemoved }

// waits tells that nobody but its author and moderation may know of it.
func (c *Comment) waits() bool { return c.Visibility == VisHeld || !c.known }

// Writing is a comment on its way.
type Writing struct {
	Ref      subject.Ref
	Parent   subject.Number // of the comment that is answered; 0: none
	Stance   Stance
	Text     string
	Lang     string
	Official bool // for the city
}

// Validate finds what is wrong: fault Invalid by field.
func (w *Writing) Validate() error {
	w.Text = strings.TrimSpace(w.Text)
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(w.Text); {
	case n < minText:
		wrong.Add("text", "discussion.err.empty")
	case n > MaxText:
		wrong.Add("text", "field.too_long", "n", MaxText)
	}
	if !slices.Contains(Stances(), w.Stance) {
		wrong.Add("stance", "field.choice")
	}
	if w.Lang != "de" && w.Lang != "en" && !reLang.MatchString(w.Lang) {
		wrong.Add("lang", "field.choice")
	}
	return wrong.Err()
}

var reLang = regexp.MustCompile(`^[a-z]{2,3}$`)

// Languages lists those that a comment can be marked with, besides any of the
// page: those that most people of a German city write in.
func Languages() []string {
	return []string{"de", "en", "tr", "ar", "uk", "ru", "pl", "hr", "it", "el", "ro", "fr", "es"}
}

// guestName makes the name of somebody who has chosen none: the same in one
// discussion, another in the next, so that nobody can be followed through all.
func guestName(about subject.Ref, person uuid.UUID) string {
	const signs = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	sum := sha256.Sum256(append(append([]byte("guest\x00"), about.ID[:]...), person[:]...))
	name := make([]byte, 4)
	for i := range name {
		name[i] = signs[int(sum[i])%len(signs)]
	}
	return "Gast " + string(name)
}

// reMention is "@Name" or "@Gast-7K3Q": as people type names into a text.
var reMention = regexp.MustCompile(`(?:^|[\s(,;:])@([\p{L}\p{N}][\p{L}\p{N}._-]{1,58}[\p{L}\p{N}])`)

// mentions lists the names that a text speaks to, at most ten, folded.
func mentions(text string) []string {
	var out []string
	for _, m := range reMention.FindAllStringSubmatch(text, -1) {
		if n := foldName(m[1]); !slices.Contains(out, n) && len(out) < 10 {
			out = append(out, n)
		}
	}
	return out
}

// MentionOf is how somebody with this name is spoken to.
func MentionOf(name string) string {
	if name == "" {
		return ""
	}
	return "@" + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

func foldName(name string) string {
	return strings.ToLower(strings.TrimPrefix(MentionOf(name), "@"))
}
