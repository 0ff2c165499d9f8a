package kit

import (
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	shortest   = 1000  // runes of a line, unless the tag max says otherwise
	linesMax   = 10000 // runes of a text of several lines, unless …
	choicesMax = 200   // entries of one name
	memoryMax  = 1 << 20
)

// Bind reads a form (of a GET: the query) into a struct. Fields have the tag
// `form:"name"` and may have `max:"200"` (runes) and `lines:"true"` (a text of
// several lines); their types are string, []string, int, int64, float64, bool,
// uuid.UUID and pointers to numbers, which are nil when nothing was entered. Text
// is trimmed, signs that print nothing are taken out. What is too long or no number
// comes back as one fault.Invalid with all fields, and dst holds the rest.
func Bind(c echo.Context, dst any) error {
	values, err := formValues(c)
	if err != nil {
		return err
	}
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("bind: %T is no pointer to a struct", dst)
	}
	var fields fault.Fields
	if err := bindStruct(v.Elem(), values, &fields); err != nil {
		return err
	}
	return fields.Err()
}

func formValues(c echo.Context) (url.Values, error) {
	r := c.Request()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return r.URL.Query(), nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.ContentLength != 0 {
		return nil, fault.New(fault.Unsupported, "err.415").Because(err)
	}
	switch kind {
	case "multipart/form-data":
		err = r.ParseMultipartForm(memoryMax)
	case "application/x-www-form-urlencoded", "":
		err = r.ParseForm()
	default:
		return nil, fault.New(fault.Unsupported, "err.415").Because(fmt.Errorf("content type %q", kind))
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, fault.New(fault.TooLarge, "err.413").Because(err)
	}
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	return r.PostForm, nil
}

func bindStruct(v reflect.Value, values url.Values, fields *fault.Fields) error {
	t := v.Type()
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			if err := bindStruct(v.Field(i), values, fields); err != nil {
				return err
			}
			continue
		}
		name := field.Tag.Get("form")
		if name == "" || name == "-" {
			continue
		}
		longest := shortest
		lines := field.Tag.Get("lines") == "true"
		if lines {
			longest = linesMax
		}
		if tag := field.Tag.Get("max"); tag != "" {
			n, err := strconv.Atoi(tag)
			if err != nil {
				return fmt.Errorf("bind: max of %s: %w", field.Name, err)
			}
			longest = n
		}
		b := binder{name: name, longest: longest, lines: lines, fields: fields}
		if err := b.set(v.Field(i), values[name]); err != nil {
			return fmt.Errorf("bind %s: %w", field.Name, err)
		}
	}
	return nil
}

type binder struct {
	name    string
	longest int
	lines   bool
	fields  *fault.Fields
}

func (b binder) set(v reflect.Value, raw []string) error {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String {
		return b.list(v, raw)
	}
	text := ""
	if len(raw) > 0 {
		var ok bool
		if text, ok = b.text(raw[len(raw)-1]); !ok {
			return nil
		}
	}
	if v.Kind() == reflect.Pointer {
		if text == "" {
			v.SetZero()
			return nil
		}
		fresh := reflect.New(v.Type().Elem())
		n := len(*b.fields)
		if err := b.one(fresh.Elem(), text); err != nil {
			return err
		}
		if len(*b.fields) == n {
			v.Set(fresh)
		}
		return nil
	}
	return b.one(v, text)
}

func (b binder) list(v reflect.Value, raw []string) error {
	if len(raw) > choicesMax {
		b.fields.Add(b.name, "field.choice")
		return nil
	}
	out := reflect.MakeSlice(v.Type(), 0, len(raw))
	for _, r := range raw {
		text, ok := b.text(r)
		if !ok {
			return nil
		}
		if text != "" {
			out = reflect.Append(out, reflect.ValueOf(text).Convert(v.Type().Elem()))
		}
	}
	v.Set(out)
	return nil
}

func (b binder) one(v reflect.Value, text string) error {
	if v.Type() == reflect.TypeFor[uuid.UUID]() {
		id, err := uuid.Parse(text)
		if err != nil && text != "" {
			b.fields.Add(b.name, "field.choice")
			return nil
		}
		v.Set(reflect.ValueOf(id))
		return nil
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(text != "" && text != "0" && text != "false" && text != "off")
	case reflect.Int, reflect.Int64, reflect.Int32:
		if text == "" {
			v.SetInt(0)
			return nil
		}
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			b.fields.Add(b.name, "field.number")
			return nil //nolint:nilerr // what somebody typed is a wrong field, no failure
		}
		v.SetInt(n)
	case reflect.Float64:
		if text == "" {
			v.SetFloat(0)
			return nil
		}
		x, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			b.fields.Add(b.name, "field.number")
			return nil //nolint:nilerr // what somebody typed is a wrong field, no failure
		}
		v.SetFloat(x)
	default:
		return fmt.Errorf("type %s", v.Type())
	}
	return nil
}

// text cleans what was typed; it notes the field and returns false when it is too long.
func (b binder) text(raw string) (string, bool) {
	clean := Clean(raw, b.lines)
	if utf8.RuneCountInString(clean) > b.longest {
		b.fields.Add(b.name, "field.too_long", "n", b.longest)
		return "", false
	}
	return clean, true
}

// Clean takes out of a text what prints nothing or turns the direction of what
// follows it, and spaces at both ends. Lines end with \n; without lines a break
// is a space.
func Clean(text string, lines bool) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			if lines {
				return '\n'
			}
			return ' '
		case r == '\t':
			return ' '
		case r == '\u200d' || r == '\u200c': // joins emoji and some scripts
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	return strings.TrimSpace(text)
}
