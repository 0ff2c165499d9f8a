package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// Event is something that happened, in the past tense: a struct of ids and
// enums whose JSON stays readable for 90 days.
type Event interface {
	// EventType names it, e.g. "report.submitted". It must not depend on the
	// value: it is asked of the zero value too.
	EventType() string
	// Subject is what it happened to. A batch may leave the id empty.
	Subject() subject.Ref
}

// Batcher is an event that can stand for many rows at once. Mail never follows
// from a batch.
type Batcher interface{ IsBatch() bool }

// Many is embedded by an event that imports and the demo append once per 500
// rows; the single event leaves it empty.
type Many struct {
	IDs []uuid.UUID `json:"ids,omitempty"`
}

// IsBatch implements Batcher.
func (m Many) IsBatch() bool { return len(m.IDs) > 0 }

// MaxBatch is the largest number of rows that one batch event may stand for.
const MaxBatch = 500

// Delivery is an event as an OnJob subscriber gets it. ID is the same when it
// comes a second time.
type Delivery[E Event] struct {
	ID    int64
	At    time.Time
	Batch bool
	Event E
}

// Envelope is an event as it lies in the table.
type Envelope struct {
	Epoch int32
	XID   uint64
	ID    int64
	Type  string
	Ref   subject.Ref
	Batch bool
	Body  json.RawMessage
	At    time.Time
}

// Cursor is the envelope's place in the order of all events.
func (e Envelope) Cursor() Cursor { return Cursor{Epoch: e.Epoch, XID: e.XID, ID: e.ID} }

// ErrResync says that a cursor can't be continued: it belongs to another epoch
// or is older than the retention. Whoever holds it reads everything anew.
var ErrResync = errors.New("events: cursor can't be continued")

// Cursor is a place between two events: all up to and including it are known.
// It is no credential; rights are checked for each event.
type Cursor struct {
	Epoch int32
	XID   uint64
	ID    int64
}

// IsZero tells whether c is no place at all.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// Compare is negative when c lies before o, positive when after, else 0.
func (c Cursor) Compare(o Cursor) int {
	switch {
	case c.Epoch != o.Epoch:
		return sign(c.Epoch < o.Epoch)
	case c.XID != o.XID:
		return sign(c.XID < o.XID)
	case c.ID != o.ID:
		return sign(c.ID < o.ID)
	}
	return 0
}

func sign(before bool) int {
	if before {
		return -1
	}
	return 1
}

// String is the cursor as clients keep it: "epoch.xid.id".
func (c Cursor) String() string {
	return strconv.FormatInt(int64(c.Epoch), 10) + "." + strconv.FormatUint(c.XID, 10) + "." + strconv.FormatInt(c.ID, 10)
}

// ParseCursor reads what String wrote. Anything else, the cursor of a negative
// or zero epoch included, is an error.
func ParseCursor(text string) (Cursor, error) {
	bad := fmt.Errorf("events: %q is no cursor", text)
	if len(text) > 60 {
		return Cursor{}, errors.New("events: no cursor")
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Cursor{}, bad
	}
	epoch, err1 := strconv.ParseInt(parts[0], 10, 32)
	xid, err2 := strconv.ParseUint(parts[1], 10, 64)
	id, err3 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || epoch < 1 || id < 0 {
		return Cursor{}, bad
	}
	c := Cursor{Epoch: int32(epoch), XID: xid, ID: id}
	if c.String() != text { // "+1", "01": one place has one spelling
		return Cursor{}, bad
	}
	return c, nil
}
