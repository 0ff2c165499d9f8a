package kit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/logs"
)

// StatusOf is the HTTP status of a kind of fault.
func StatusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.BadRequest:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// defaultKey is what is said when a fault has no words of its own.
func defaultKey(k fault.Kind) string {
	switch k {
	case fault.Invalid:
		return "err.field"
	case fault.Internal:
		return "err.500"
	default:
		return "err." + strconv.Itoa(StatusOf(k))
	}
}

// asFault gives any error that reaches the writer its kind: faults of ours, what
// the database says, what Echo and net/http say. All else is Internal.
func asFault(err error) *fault.Error {
	err = db.Fault(err)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return normal(f)
	}
	var tooLarge *http.MaxBytesError
	var he *echo.HTTPError
	switch {
	case errors.As(err, &tooLarge):
		return fault.New(fault.TooLarge, "err.413").Because(err)
	case errors.Is(err, context.DeadlineExceeded):
		e := fault.New(fault.Unavailable, "err.503").Because(err)
		e.RetryAfter = 30 * time.Second
		return normal(e)
	case errors.As(err, &he):
		switch he.Code {
		case http.StatusNotFound, http.StatusMethodNotAllowed:
			return fault.Missing("route")
		case http.StatusRequestEntityTooLarge:
			return fault.New(fault.TooLarge, "err.413").Because(err)
		case http.StatusUnsupportedMediaType:
			return fault.New(fault.Unsupported, "err.415").Because(err)
		case http.StatusInternalServerError:
			return fault.New(fault.Internal, "err.500").Because(err)
		}
		if he.Code >= 400 && he.Code < 500 {
			return fault.New(fault.BadRequest, "err.400").Because(err)
		}
	}
	return fault.New(fault.Internal, "err.500").Because(err)
}

// normal fills in what the words of a fault need. It never changes the fault,
// which may be shared.
func normal(f *fault.Error) *fault.Error {
	e := *f
	switch {
	case e.Kind == fault.NotFound: // whatever is missing, it is the same answer
		return &fault.Error{Kind: fault.NotFound, Key: "err.404", Cause: e.Cause}
	case e.Kind == fault.Internal, e.Key == "":
		e.Key = defaultKey(e.Kind)
	}
	if e.RetryAfter == 0 && (e.Kind == fault.Unavailable || e.Kind == fault.TooMany) {
		e.RetryAfter = 30 * time.Second
	}
	if e.RetryAfter > 0 && e.Params["n"] == nil {
		n := int(e.RetryAfter.Round(time.Second).Seconds())
		if e.Kind == fault.TooMany {
			n = (n + 59) / 60
		}
		params := map[string]any{"n": max(n, 1)}
		maps.Copy(params, e.Params)
		e.Params = params
	}
	return &e
}

// ErrorText is what a fault says: the sentence in bold and what follows it.
type ErrorText struct {
	Title  string
	Detail string // may be empty
}

// Explain puts an error into words, for pages that show it beside their form.
func Explain(c echo.Context, err error) ErrorText {
	return explain(Loc(c), RequestID(c), asFault(err), false)
}

// explain puts a fault into words. reading: nobody had entered anything.
func explain(loc *i18n.Localizer, id string, e *fault.Error, reading bool) ErrorText {
	key, params := e.Key, map[string]any{}
	maps.Copy(params, e.Params)
	if why, ok := params["why"].(string); ok && loc.Has(why) { // a reason is a message of its own
		params["why"] = loc.T(why)
	}
	if e.Kind == fault.Internal {
		params["id"] = id
	}
	if e.Kind == fault.Invalid && key == "err.field" {
		params["n"] = max(len(e.Fields), 1)
	}
	t := ErrorText{Title: loc.TMap(key, params)}
	if t.Title == key { // a key without words must not be what people read
		key = defaultKey(e.Kind)
		t.Title = loc.TMap(key, params)
	}
	if reading && (e.Kind == fault.Internal || e.Kind == fault.Unavailable) && loc.Has(key+".read.more") {
		key += ".read"
		if loc.Has(key) {
			t.Title = loc.TMap(key, params)
		}
	}
	if more := key + ".more"; loc.Has(more) {
		t.Detail = loc.TMap(more, params)
	}
	return t
}

// problem is an error for machines, by RFC 9457.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Code   string         `json:"code"` // stable, in place of one type per problem
	Errors []problemField `json:"errors,omitempty"`
}

// problemField is one wrong entry and what to do about it.
type problemField struct {
	Field  string `json:"field"` // a JSON pointer into the body, or the name of a parameter
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// writeError is the one function that writes error answers.
func (r *Router) writeError(err error, c echo.Context) {
	st := of(c)
	ctx := c.Request().Context()
	if why := context.Cause(ctx); fault.Is(why, fault.Unavailable) { // ended by us, not by whoever asked
		err = fmt.Errorf("%w (%w)", why, err)
	} else if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return // nobody is there any more
	}
	c.SetRequest(c.Request().WithContext(context.WithoutCancel(ctx))) // the answer is rendered also when time is over
	e := asFault(err)
	r.logFault(c, st, e)
	if c.Response().Committed {
		return
	}
	status := StatusOf(e.Kind)
	m := c.Request().Method
	reading := m == http.MethodGet || m == http.MethodHead
	text := explain(st.loc, st.id, e, reading)
	h := c.Response().Header()
	h.Del("Set-Cookie") // an error changes nothing, and a 404 looks like any other
	for _, name := range []string{"ETag", "Last-Modified", "Content-Disposition", "Vary", "Link"} {
		h.Del(name)
	}
	NoStore(c)
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	var werr error
	if WantsJSON(c) {
		werr = r.writeProblem(c, status, e, text)
	} else {
		p := bare(c)
		p.Title = text.Title
		p.Robots = "noindex"
		werr = Render(c, status, errorPage(p, errorView{Fault: e, Text: text, Fields: errorFields(st.loc, e), ID: st.id, At: retryAt(st.loc, e, r.cfg.Clock.Now()), Kept: keptForm(c, e), Reading: reading}))
	}
	if werr != nil {
		r.log.Error("write error answer", "request", st.id, "error", werr)
	}
}

// errorView is what an error page says.
type errorView struct {
	Fault  *fault.Error
	Text   ErrorText
	Fields Errors
	ID     string // of the request
	At     string // when to try again; "" where waiting does not help
	Kept   []keptField

	Reading bool // nobody had entered anything: the same address can be asked again
}

// danger tells whether somebody may just have wanted to report something urgent.
func (v errorView) danger() bool {
	switch v.Fault.Kind {
	case fault.TooMany, fault.Unavailable, fault.Internal:
		return true
	}
	return false
}

// retryAt is the time of day from which it is worth while to try again.
func retryAt(loc *i18n.Localizer, e *fault.Error, now time.Time) string {
	if e.RetryAfter < time.Minute || e.RetryAfter > 12*time.Hour {
		return ""
	}
	return loc.Clock(now.Add(e.RetryAfter).Add(time.Minute - 1).Truncate(time.Minute))
}

func (r *Router) writeProblem(c echo.Context, status int, e *fault.Error, text ErrorText) error {
	loc := Loc(c)
	p := problem{Type: "about:blank", Title: text.Title, Status: status, Detail: text.Detail, Code: e.Key}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, problemField{Field: f.Name, Code: f.Key, Detail: loc.TMap(f.Key, f.Params)})
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	if err := enc.Encode(p); err != nil {
		return err
	}
	return Send(c, status, "application/problem+json; charset=utf-8", buf.Bytes())
}

func errorFields(loc *i18n.Localizer, e *fault.Error) Errors {
	var out Errors
	for _, f := range e.Fields {
		out = append(out, FieldError{Name: f.Name, Text: loc.TMap(f.Key, f.Params)})
	}
	return out
}

// logFault writes what went wrong for those who run the product: the route's
// pattern and the private cause, no path, no query, no address.
func (r *Router) logFault(c echo.Context, st *state, e *fault.Error) {
	level, name := slog.LevelDebug, "request.fail"
	switch e.Kind {
	case fault.Internal:
		level = slog.LevelError
	case fault.Unavailable:
		level, name = slog.LevelWarn, "dep.down"
	case fault.TooMany:
		level, name = slog.LevelInfo, "rate.hit"
	case fault.Forbidden:
		level, name = slog.LevelInfo, "authz.deny"
		if e.Key == "err.csrf" {
			name = "csrf.deny"
		}
	case fault.Unauthenticated:
		level, name = slog.LevelInfo, "auth.fail"
	}
	attrs := []any{"request", st.id, "method", method(c.Request().Method), "route", c.Path(), "kind", string(e.Kind), "key", e.Key}
	if e.Cause != nil && e.Kind != fault.Invalid { // the cause of a wrong entry can hold the entry
		attrs = append(attrs, "cause", logs.Error(e.Cause.Error()))
	}
	r.log.Log(c.Request().Context(), level, name, attrs...) //nolint:sloglint // one of the few names above
}
