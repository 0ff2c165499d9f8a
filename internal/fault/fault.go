package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is what went wrong, for machines. web maps it to an HTTP status.
type Kind string

// The kinds and the HTTP status that web answers with.
const (
	Invalid         Kind = "invalid"         // 422: fields need a change
	BadRequest      Kind = "bad_request"     // 400: not understood at all
	Unauthenticated Kind = "unauthenticated" // 401
	Forbidden       Kind = "forbidden"       // 403: existence is public, the act is not allowed
	NotFound        Kind = "not_found"       // 404: does not exist, or nobody may know that it does
	Conflict        Kind = "conflict"        // 409: somebody else was faster
	Gone            Kind = "gone"            // 410
	TooLarge        Kind = "too_large"       // 413
	Unsupported     Kind = "unsupported"     // 415
	TooMany         Kind = "too_many"        // 429
	Unavailable     Kind = "unavailable"     // 503: try again later, nothing was saved
	Internal        Kind = "internal"        // 500
)

// Field is one wrong entry of a form or body.
type Field struct {
	Name   string         // the input's name, or a JSON pointer
	Key    string         // message key of the catalogue
	Params map[string]any // for the message
}

// Error is an error with a public side (Kind, Key, Params, Fields) and a
// private one (Cause).
type Error struct {
	Kind       Kind
	Key        string         // message key of the catalogue, e.g. "err.404"
	Params     map[string]any // for the message
	Fields     []Field
	RetryAfter time.Duration // for TooMany, Unavailable, Conflict
	Cause      error
}

// Error is the text for the log.
func (e *Error) Error() string {
	words := []string{string(e.Kind)}
	if e.Key != "" {
		words = append(words, e.Key)
	}
	for _, f := range e.Fields {
		words = append(words, f.Name+":"+f.Key)
	}
	s := strings.Join(words, " ")
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with a message key.
func New(kind Kind, key string) *Error { return &Error{Kind: kind, Key: key} }

// With adds a parameter of the message and returns e.
func (e *Error) With(name string, value any) *Error {
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	e.Params[name] = value
	return e
}

// Because adds the private cause and returns e.
func (e *Error) Because(cause error) *Error {
	e.Cause = cause
	return e
}

// Missing is the NotFound of a thing; what goes into the log only.
func Missing(what string) *Error {
	return &Error{Kind: NotFound, Key: "err.404", Cause: fmt.Errorf("%s not found", what)}
}

// OnField is an Invalid error about a single field.
func OnField(name, key string) *Error {
	return &Error{Kind: Invalid, Key: "err.field", Fields: []Field{{Name: name, Key: key}}}
}

// Fields collects the wrong entries of one input.
type Fields []Field //nolint:recvcheck // Add grows it, Err only reads

// Add notes a wrong entry; params are name, value, name, value and so on.
func (f *Fields) Add(name, key string, params ...any) {
	field := Field{Name: name, Key: key}
	for i := 0; i+1 < len(params); i += 2 {
		if field.Params == nil {
			field.Params = map[string]any{}
		}
		field.Params[fmt.Sprint(params[i])] = params[i+1]
	}
	*f = append(*f, field)
}

// Err returns nil when nothing was added, else one Invalid error with all fields.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Key: "err.field", Params: map[string]any{"n": len(f)}, Fields: f}
}

// As returns the Error inside err, or an Internal one around it. As(nil) is nil.
func As(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Key: "err.500", Cause: err}
}

// Is tells whether err is, or wraps, an Error of the kind.
func Is(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
