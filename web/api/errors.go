package api

import (
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// problem is what kit's writer answers, for the document.
type problem struct {
	Type   string         `json:"type" doc:"Always about:blank: code tells problems apart." example:"about:blank"`
	Title  string         `json:"title" doc:"What happened, in the caller's language." example:"Please check 1 entry."`
	Status int            `json:"status" example:"422"`
	Detail string         `json:"detail,omitempty" doc:"What to do, in the caller's language."`
	Code   string         `json:"code" doc:"Stable name of the problem." example:"err.field"`
	Errors []problemField `json:"errors,omitempty" nullable:"false"`
}

type problemField struct {
	Field  string `json:"field" doc:"A JSON pointer into the body, or the name of a parameter or header." example:"/place/lon"`
	Code   string `json:"code" example:"field.required"`
	Detail string `json:"detail" doc:"What to do about it, in the caller's language." example:"Please fill in this field."`
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// say gives errors the words of an API, where those of the pages speak of
// pages, and the headers that go with them.
func (k *call) say(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	e := *f
	switch e.Key {
	case "err.idem_key":
		e = fault.Error{Kind: fault.Invalid, Key: "err.field", Fields: []fault.Field{{Name: idempotencyKey, Key: "api.err.idem_key"}}, Cause: e.Cause}
	case "err.idem_body":
		e = fault.Error{Kind: fault.Invalid, Key: "err.field", Fields: []fault.Field{{Name: idempotencyKey, Key: "api.err.idem_body"}}, Cause: e.Cause}
	case "err.idem_running":
		e.Key = "api.err.idem_running"
	case "err.outside":
		e.Fields = []fault.Field{{Name: "/place", Key: "api.err.outside"}}
	case "report.err.hard_stop":
		e.Fields = []fault.Field{{Name: "/answers", Key: "report.err.hard_stop"}}
	case "err.429", "err.429.tries":
		e.Key = "api.err.429"
	case "err.draft.many":
		e.Key = "api.err.photos_many"
	case "report.err.version":
		e.Key = "api.err.version"
	case "err.photo.missing":
		e.Key = "api.err.photo_missing"
	}
	if e.Kind == fault.Unauthenticated {
		h := `Bearer realm="Mitwirk"`
		if e.Key == "api.err.token" {
			h += `, error="invalid_token"`
		}
		k.c.Response().Header().Set("WWW-Authenticate", h)
	}
	return &e
}

// pointers are the domain's names of entries that lie elsewhere in a body.
var pointers = map[string]string{"note": "/place/note", "mail": "/mail", "place": "/place"}

// inBody turns the domain's names of entries into JSON pointers.
func inBody(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = slices.Clone(f.Fields)
	for i := range e.Fields {
		name := e.Fields[i].Name
		switch question, isAnswer := strings.CutPrefix(name, "q_"); {
		case strings.HasPrefix(name, "/"), name == idempotencyKey, name == ifMatch:
		case isAnswer:
			e.Fields[i].Name = "/answers/" + question
		case pointers[name] != "":
			e.Fields[i].Name = pointers[name]
		default:
			e.Fields[i].Name = "/" + strings.ReplaceAll(name, ".", "/")
		}
	}
	return &e
}

// refused puts what huma found into words of ours. Values that were sent are
// left out: they may be personal.
func refused(m *huma.ErrorModel) error {
	switch m.Status {
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "api.err.413").With("n", maxBody>>10)
	case http.StatusUnsupportedMediaType:
		return fault.New(fault.Unsupported, "api.err.json_type")
	case http.StatusBadRequest, http.StatusRequestTimeout:
		e := fault.New(fault.BadRequest, "api.err.json")
		if len(m.Errors) == 0 {
			e = e.Because(errNoBody)
		}
		return e
	case http.StatusUnprocessableEntity:
	case http.StatusInternalServerError:
		if m.Detail == "cannot read request body" { // the line broke
			return fault.New(fault.BadRequest, "api.err.json")
		}
		return fault.New(fault.Internal, "err.500").Because(errors.New(m.Detail))
	default:
		return fault.New(fault.Internal, "err.500").Because(errors.New(m.Detail))
	}
	var wrong fault.Fields
	for _, d := range m.Errors {
		if d == nil {
			continue
		}
		if strings.HasPrefix(d.Location, "path.") {
			return fault.Missing("report")
		}
		f := field(d)
		if !slices.ContainsFunc(wrong, func(o fault.Field) bool { return o.Name == f.Name }) { // one is enough for each
			wrong = append(wrong, f)
		}
	}
	if len(wrong) == 0 {
		return fault.New(fault.BadRequest, "api.err.json")
	}
	return wrong.Err()
}

var index = regexp.MustCompile(`\[(\d+)\]`)

// field is one finding of huma: where, and what to do.
func field(d *huma.ErrorDetail) fault.Field {
	var name string
	switch place, rest, _ := strings.Cut(d.Location, "."); {
	case d.Location == "body" || strings.HasPrefix(d.Location, "body[") || place == "body":
		name = index.ReplaceAllString(strings.TrimPrefix(d.Location, "body"), "/$1")
		name = strings.ReplaceAll(name, ".", "/")
	default:
		name = rest
	}
	key, params := finding(d.Message)
	if missing, ok := params["property"].(string); ok {
		name += "/" + missing
	}
	if name == "" {
		name = "/"
	}
	return fault.Field{Name: name, Key: key, Params: params}
}

// findings are huma's sentences and ours. The value is what is filled in.
var findings = []struct{ theirs, key, param string }{
	{validation.MsgUnexpectedProperty, "api.field.unknown", ""},
	{"unknown query parameter", "api.field.unknown", ""},
	{validation.MsgExpectedRequiredProperty, "field.required", "property"},
	{validation.MsgExpectedString, "api.field.string", ""},
	{validation.MsgExpectedNumber, "api.field.number", ""},
	{validation.MsgExpectedInteger, "api.field.integer", ""},
	{"invalid integer", "api.field.integer", ""},
	{validation.MsgExpectedBoolean, "api.field.boolean", ""},
	{validation.MsgExpectedArray, "api.field.array", ""},
	{validation.MsgExpectedObject, "api.field.object", ""},
	{validation.MsgExpectedOneOf, "api.field.choice", "list"},
	{validation.MsgExpectedMinLength, "api.field.short", "n"},
	{validation.MsgExpectedMaxLength, "field.too_long", "n"},
	{validation.MsgExpectedMinimumNumber, "api.field.min", "min"},
	{validation.MsgExpectedMaximumNumber, "api.field.max", "max"},
	{validation.MsgExpectedMaxItems, "api.field.items", "n"},
	{validation.MsgExpectedMaxProperties, "api.field.items", "n"},
	{validation.MsgExpectedRFC4122UUID, "api.field.id", ""},
	{validation.MsgExpectedRFC3339Date, "api.field.day", ""},
}

func finding(said string) (key string, params map[string]any) {
	for _, f := range findings {
		if !strings.ContainsRune(f.theirs, '%') {
			if said == f.theirs {
				return f.key, nil
			}
			continue
		}
		before, after, _ := strings.Cut(f.theirs, "%")
		after = after[1:] // the verb
		value, ok := strings.CutPrefix(said, before)
		if !ok || !strings.HasSuffix(value, after) {
			continue
		}
		value = strings.TrimSuffix(value, after)
		if f.param == "" {
			return f.key, nil
		}
		var v any = value
		if n, err := strconv.Atoi(value); err == nil && f.param == "n" {
			v = n
		}
		return f.key, map[string]any{f.param: v}
	}
	return "api.field.wrong", nil
}
