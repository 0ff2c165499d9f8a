package attachments

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// State says who may see a photo.
type State string

// The states. A photo begins as held.
const (
	Held     State = "held"     // its owner and the team in charge
	Released State = "released" // everybody who may see the thing it belongs to
	Removed  State = "removed"  // nobody; the bytes are gone
)

// The limits of an upload. Words about them are in the catalogue (err.photo.…).
const (
	MaxBytes  = 12 << 20   // of the file as sent
	MaxPixels = 40_000_000 // width times height
	MaxPhotos = 5          // of a draft
	MaxAlt    = 300        // signs of the alternative text
)

// Sizes of the longer side, in pixels, of the two forms that are kept.
const (
	LargeSide = 2048
	SmallSide = 640
)

// Type is the media type of every photo that is kept.
const Type = "image/jpeg"

// Attachment is one photo.
type Attachment struct {
	ID        uuid.UUID
	Subject   subject.Ref // zero while it belongs to a draft
	Draft     uuid.UUID   // zero once it belongs to a subject
	Owner     uuid.UUID   // the person who uploaded it
	Size      int         // bytes of the large form
	Width     int         // pixels of the large form
	Height    int
	SHA256    []byte // of the large form
	Alt       string // alternative text, may be empty
	Ord       int    // its place in the row, from 0
	State     State
	Version   int // 1: as uploaded; one more with each covering
	CreatedAt time.Time
	ChangedAt time.Time

	// Taken is where the upload says that it was taken: only in what Upload
	// returns, for an offer to whoever sent it, and stored nowhere.
	Taken *subject.Point

	blob, smallBlob string
}

// Path is the address of the large form. It changes with the version, so that
// browsers may keep what they have.
func (a Attachment) Path() string { return fmt.Sprintf("/photos/%s?v=%d", a.ID, a.Version) }

// SmallPath is the address of the small form.
func (a Attachment) SmallPath() string { return fmt.Sprintf("/photos/%s/small?v=%d", a.ID, a.Version) }

// SmallSize is the width and height of the small form in pixels.
func (a Attachment) SmallSize() (width, height int) { return fit(a.Width, a.Height, SmallSide) }

// fit scales a size down so that its longer side is at most side.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(1, (w*side+long/2)/long), max(1, (h*side+long/2)/long)
}

// cleanAlt trims an alternative text and makes it one line. Texts longer than
// MaxAlt are a fault on the field "alt".
func cleanAlt(s string) (string, error) {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if utf8.RuneCountInString(s) > MaxAlt {
		f := fault.OnField("alt", "photo.alt.long")
		f.Fields[0].Params = map[string]any{"max": MaxAlt}
		return "", f.With("n", 1)
	}
	return s, nil
}

// The faults of uploads; the report or draft is kept in any case.
func errType(cause error) error {
	return fault.New(fault.Unsupported, "err.photo.type").Because(cause)
}

func errSize(cause error) error {
	return fault.New(fault.TooLarge, "err.photo.size").Because(cause)
}

func errPixels(w, h int) error {
	return fault.New(fault.TooLarge, "err.photo.pixels").Because(fmt.Errorf("%d x %d pixels", w, h))
}

func errBusy(cause error) error {
	f := fault.New(fault.Unavailable, "err.photo.busy").With("n", int(retryAfter/time.Second)).Because(cause)
	f.RetryAfter = retryAfter
	return f
}

func errMany() error {
	return fault.New(fault.Conflict, "err.photo.many").With("max", MaxPhotos)
}

const retryAfter = 10 * time.Second
