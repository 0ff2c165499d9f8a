package kit_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// TestFormIsNotLost: who sends a form while nothing can be stored can send it
// again from the page that says so.
func TestFormIsNotLost(t *testing.T) {
	t.Parallel()
	site := failing(t, map[string]error{"down": fault.New(fault.Unavailable, "err.503"), "wrong": fault.New(fault.Conflict, "err.409")})
	in := url.Values{"text": {"Das ist <b>kaputt</b> & tief"}, "draft": {"17"}, "q[]": {"a", "b"}}
	kept := func(doc *goquery.Document) url.Values {
		got := url.Values{}
		doc.Find("form[data-resend][method=post] input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
			name, _ := s.Attr("name")
			value, _ := s.Attr("value")
			got.Add(name, value)
		})
		return got
	}
	res := site.Browser().Post("/fail/down", in).Want(http.StatusServiceUnavailable).WantClean()
	if got := kept(res.Doc()); got.Encode() != in.Encode() {
		t.Errorf("kept %v, want %v", got, in)
	}
	if got := res.Text("form[data-resend] li"); got != "Das ist <b>kaputt</b> & tief" {
		t.Errorf("shown: %q", got)
	}

	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range in {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	part, _ := w.CreateFormFile("photo", "photo.jpg")
	_, _ = part.Write(bytes.Repeat([]byte("x"), 2<<20)) // more than other forms may have
	_ = w.WriteField("after", "the photo")
	_ = w.Close()
	req := site.Browser().Request(http.MethodPost, "/fail/down", &b)
	req.Header.Set("Content-Type", w.FormDataContentType())
	want := url.Values{"after": {"the photo"}}
	maps.Copy(want, in)
	if got := kept(site.Browser().Do(req).Want(http.StatusServiceUnavailable).Doc()); got.Encode() != want.Encode() {
		t.Errorf("of a form with a photo: %v, want %v", got, want)
	}

	if n := site.Browser().Get("/fail/down").Doc().Find("form[data-resend]").Length(); n != 0 {
		t.Error("a page that was only looked at offers to be sent")
	}
	if n := site.Browser().Post("/fail/wrong", in).Doc().Find("form[data-resend]").Length(); n != 0 {
		t.Error("a conflict offers to be sent again as it is")
	}
}

// TestEndedByUs: a request that we end because the database is away is
// answered; one whose sender has gone is not.
func TestEndedByUs(t *testing.T) {
	t.Parallel()
	site := failing(t, nil)
	site.GET("/ended", func(c kit.Context) error {
		ctx, end := context.WithCancelCause(c.Request().Context())
		end(fault.New(fault.Unavailable, "err.503"))
		c.SetRequest(c.Request().WithContext(ctx))
		return fmt.Errorf("query: %w", ctx.Err())
	})
	res := site.Browser().Get("/ended").Want(http.StatusServiceUnavailable)
	if res.Text("h1") == "" {
		t.Error("the page is empty")
	}
}
