package kit

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// keptField is one entry of a form that could not be stored.
type keptField struct{ Name, Value string }

// shown tells whether people would recognise the entry as what they wrote.
func (f keptField) shown() bool { return strings.ContainsAny(strings.TrimSpace(f.Value), " \n@") }

const (
	keptMost  = 200       // entries
	keptBytes = 256 << 10 // of all entries together
	keptBody  = 64 << 20  // what is read to find them: a form with five photos
)

// keptForm is what somebody sent with a form while we can store nothing: the
// page that says so offers to send it again, so that nothing has to be typed
// twice, with or without script. Photos are not kept.
func keptForm(c echo.Context, e *fault.Error) []keptField {
	req := c.Request()
	if e.Kind != fault.Unavailable || req.Method != http.MethodPost || strings.HasPrefix(req.URL.Path, "/uploads") {
		return nil
	}
	in := sentForm(c)
	var kept []keptField
	size := 0
	for name, values := range in {
		for _, v := range values {
			if _, inURL := req.URL.Query()[name]; inURL {
				continue
			}
			kept = append(kept, keptField{name, v})
			size += len(name) + len(v)
		}
	}
	if len(kept) > keptMost || size > keptBytes {
		return nil // no form of ours
	}
	slices.SortFunc(kept, func(a, b keptField) int { return strings.Compare(a.Name+"\x00"+a.Value, b.Name+"\x00"+b.Value) })
	return kept
}

// sentForm reads the form, unless the handler has done so already. What can't
// be read is left out: this is a courtesy.
func sentForm(c echo.Context) url.Values {
	req := c.Request()
	if len(req.PostForm) > 0 {
		return req.PostForm
	}
	limit(c, keptBody)
	kind := req.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "multipart/form-data") {
		if !strings.HasPrefix(kind, "application/x-www-form-urlencoded") || req.ParseForm() != nil {
			return nil
		}
		return req.PostForm
	}
	if req.MultipartForm != nil {
		return req.MultipartForm.Value
	}
	parts, err := req.MultipartReader()
	if err != nil {
		return nil
	}
	in := url.Values{}
	for {
		part, err := parts.NextPart()
		if err != nil { // the end, or no more than this
			return in
		}
		if part.FileName() != "" || part.FormName() == "" {
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, keptBytes))
		if err != nil && !errors.Is(err, io.EOF) {
			return in
		}
		in.Add(part.FormName(), string(value))
	}
}
