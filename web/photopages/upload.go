package photopages

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// patience is how long an upload may take: 12 MB at 0.8 Mbit/s.
const patience = 2 * time.Minute

// uploaded is the answer for scripts.
type uploaded struct {
	ID     uuid.UUID `json:"id"`
	URL    string    `json:"url"`
	Thumb  string    `json:"thumb"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
	Alt    string    `json:"alt"`
}

func answer(a attachments.Attachment) uploaded {
	return uploaded{ID: a.ID, URL: a.Path(), Thumb: a.SmallPath(), Width: a.Width, Height: a.Height, Alt: a.Alt}
}

func (d Deps) upload(c kit.Context) error {
	if err := kit.Limit(c, accounts.RuleUpload); err != nil {
		return err
	}
	// A server without deadlines would wait for ever; one that has none to set (a test's) does not mind.
	_ = http.NewResponseController(c.Response()).SetReadDeadline(clock.System{}.Now().Add(patience))
	f, err := d.receive(c)
	// What was not read would break the connection before the answer is read.
	_, _ = io.Copy(io.Discard, c.Request().Body)
	switch {
	case f.next != "" && !kit.WantsJSON(c):
		return back(c, f.next, "photo.added", err)
	case err != nil:
		return err
	}
	kit.NoStore(c)
	return c.JSON(http.StatusCreated, answer(f.photo))
}

// form is what came with a photo.
type form struct {
	draft uuid.UUID
	alt   string
	next  string
	photo attachments.Attachment
}

// receive reads the parts as they come, so that the photo is never held in
// memory. The draft must come before it; the other fields may come behind.
func (d Deps) receive(c kit.Context) (form, error) {
	f := form{next: c.QueryParam("next")}
	f.draft, _ = uuid.Parse(c.QueryParam("draft")) // the zero id belongs to nobody
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return f, fault.New(fault.Unsupported, "err.415").Because(err)
	}
	var failed error
	came, described := false, ""
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return f, errors.Join(failed, bodyError(err))
		}
		if part.FormName() != "photo" {
			if err := f.field(part); err != nil {
				return f, errors.Join(failed, err)
			}
			continue
		}
		if came { // one photo per request
			continue
		}
		came, described = true, f.alt
		f.photo, failed = d.Photos.Upload(c.Request().Context(), kit.Actor(c), f.draft, &body{r: part}, f.alt)
		if _, empty := errors.AsType[*emptyError](failed); empty {
			came = false
		}
	}
	switch {
	case !came:
		return f, fault.OnField("photo", "err.photo.missing")
	case failed != nil:
		return f, failed
	case f.alt != described:
		f.photo, err = d.Photos.Describe(c.Request().Context(), kit.Actor(c), f.photo.ID, f.alt)
	}
	return f, err
}

// fieldMax is the longest value of a field that is no photo, in bytes.
const fieldMax = 4 << 10

func (f *form) field(part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, fieldMax+1))
	if err != nil {
		return bodyError(err)
	}
	if len(raw) > fieldMax {
		return fault.New(fault.TooLarge, "err.413").Because(errors.New("a field is too long"))
	}
	text := kit.Clean(string(raw), false)
	switch part.FormName() {
	case "draft":
		f.draft, _ = uuid.Parse(text)
	case "alt":
		f.alt = text
	case "next":
		f.next = text
	}
	return nil
}

// body is the photo as it arrives. It tells an absent file (a form without a
// script sends an empty part) from one that we can't read.
type body struct {
	r   io.Reader
	any bool
}

// emptyError is a file input without a file.
type emptyError struct{}

func (*emptyError) Error() string { return "no file" }

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.any = b.any || n > 0
	switch {
	case errors.Is(err, io.EOF) && !b.any:
		return 0, fault.OnField("photo", "err.photo.missing").Because(&emptyError{})
	case err != nil && !errors.Is(err, io.EOF):
		return n, bodyError(err)
	}
	return n, err
}

// bodyError gives a broken request its words.
func bodyError(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "err.photo.size").Because(err)
	}
	return fault.New(fault.BadRequest, "err.photo.read").Because(fmt.Errorf("read form: %w", err))
}

// back ends a request of a form without a script: to the page it came from, with
// a message, also when the photo was refused, since the form has to stay.
func back(c kit.Context, next, done string, err error) error {
	if err == nil {
		kit.Flash(c, "success", done)
		return kit.Redirect(c, next)
	}
	f := fault.As(err)
	if f.Kind == fault.Internal || f.Kind == fault.NotFound || f.Kind == fault.Unauthenticated {
		return err
	}
	text := kit.Explain(c, err)
	if f.Kind == fault.Invalid && len(f.Fields) > 0 {
		text = kit.ErrorText{Title: kit.Loc(c).TMap(f.Fields[0].Key, f.Fields[0].Params)}
	}
	kit.Flash(c, "danger", "photo.refused", "title", text.Title, "more", text.Detail)
	return kit.Redirect(c, next)
}
