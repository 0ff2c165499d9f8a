package drafts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// The limits.
const (
	Lifetime = 14 * 24 * time.Hour // from the last change
	MaxBody  = 64 << 10            // bytes of the body as JSON
	MaxOpen  = 30                  // drafts of one person
)

// Body holds the fields of a form by name. A JSON null means "no such field".
type Body map[string]json.RawMessage

// Draft is an unfinished form.
type Draft struct {
	ID        uuid.UUID
	Person    uuid.UUID
	Kind      string // of form, by the caller, e.g. "report"
	Body      Body
	Version   int // counts changes from 1; a form carries the one it was made from
	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt time.Time

	past []change
}

// Field decodes one field; zero when it is absent.
func Field[T any](d Draft, name string) (T, error) {
	var v T
	raw, ok := d.Body[name]
	if !ok {
		return v, nil
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, fmt.Errorf("field %s of a draft: %w", name, err)
	}
	return v, nil
}

// Fields makes a Body of a struct or map, for Save.
func Fields(v any) (Body, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("fields of a draft: %w", err)
	}
	var b Body
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, fmt.Errorf("fields of a draft: %w", err)
	}
	return b, nil
}

// change is what the step to a version replaced.
type change struct {
	Version int  `json:"v"`
	Old     Body `json:"old"`
}

// maxPast is how many changes are remembered: how far a tab may lie behind.
const maxPast = 20

// null stands for a field that was not there before.
func null() json.RawMessage { return json.RawMessage("null") }

// merge applies what a form that was made from version base sends. Fields that
// the form does not send stay. It tells whether anything changed.
func (d Draft) merge(base int, fields Body) (Draft, bool) {
	next := d
	next.Body = make(Body, len(d.Body)+len(fields))
	maps.Copy(next.Body, d.Body)
	old := Body{}
	for k, v := range fields {
		now := d.value(k)
		if len(v) == 0 {
			v = null()
		}
		if same(v, now) || same(v, d.valueAt(base, k)) { // nothing new, or not touched by this form
			continue
		}
		old[k] = now
		if same(v, null()) {
			delete(next.Body, k)
			continue
		}
		next.Body[k] = v
	}
	if len(old) == 0 {
		return d, false
	}
	next.Version++
	next.past = append(append([]change{}, d.past...), change{Version: next.Version, Old: old})
	if n := len(next.past); n > maxPast {
		next.past = next.past[n-maxPast:]
	}
	return next, true
}

func (d Draft) value(field string) json.RawMessage {
	if v, ok := d.Body[field]; ok {
		return v
	}
	return null()
}

// valueAt is what a field held at a version: what the first later change of it
// replaced. For a version that is too old it is the oldest value known.
func (d Draft) valueAt(version int, field string) json.RawMessage {
	for _, c := range d.past {
		if v, ok := c.Old[field]; ok && c.Version > version {
			return v
		}
	}
	return d.value(field)
}

// same compares JSON values, not their spelling: the database writes its own.
func same(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// check refuses bodies that are no JSON or too large.
func (b Body) check() error {
	raw, err := json.Marshal(b)
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(fmt.Errorf("body of a draft: %w", err))
	}
	if bytes.Contains(raw, []byte(`\u0000`)) { // jsonb can't store it
		return fault.New(fault.BadRequest, "err.400").Because(errors.New("NUL in the body of a draft"))
	}
	if len(raw) > MaxBody {
		return fault.New(fault.TooLarge, "err.draft.size").Because(fmt.Errorf("%d bytes", len(raw)))
	}
	return nil
}
