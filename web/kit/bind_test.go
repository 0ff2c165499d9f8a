package kit_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

type place struct {
	Lon *float64 `form:"lon"`
	Lat *float64 `form:"lat"`
}

type form struct {
	place
	Title string    `form:"title" max:"10"`
	Text  string    `form:"text" lines:"true"`
	Kinds []string  `form:"kind" max:"5"`
	Count int       `form:"count"`
	Size  float64   `form:"size"`
	On    bool      `form:"on"`
	Draft uuid.UUID `form:"draft"`
	Other string
}

func TestBind(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	var got form
	var err error
	handler := func(c kit.Context) error {
		got = form{}
		err = kit.Bind(c, &got)
		return nil
	}
	site.GET("/f", handler)
	site.POST("/f", handler)
	id := uuid.New()
	lon := 11.5
	for _, tt := range []struct {
		name   string
		in     url.Values
		want   form
		fields []string
	}{
		{name: "nothing", in: url.Values{}, want: form{Kinds: []string{}}},
		{
			name: "all", in: url.Values{"title": {"  Loch\r\nda "}, "text": {"eins\r\nzwei\x00\u202e"}, "kind": {"a", "", "b"}, "count": {"7"}, "size": {"1,5"}, "on": {"1"}, "draft": {id.String()}, "Other": {"x"}, "lon": {"11.5"}},
			want: form{place: place{Lon: &lon}, Title: "Loch da", Text: "eins\nzwei", Kinds: []string{"a", "b"}, Count: 7, Size: 1.5, On: true, Draft: id},
		},
		{name: "too long counts runes", in: url.Values{"title": {strings.Repeat("ß", 10)}}, want: form{Title: strings.Repeat("ß", 10), Kinds: []string{}}},
		{name: "too long", in: url.Values{"title": {strings.Repeat("ß", 11)}, "on": {"on"}}, want: form{On: true, Kinds: []string{}}, fields: []string{"title"}},
		{name: "no numbers", in: url.Values{"count": {"7.5"}, "size": {"NaN"}, "lon": {"east"}, "draft": {"x"}}, want: form{Kinds: []string{}}, fields: []string{"lon", "count", "size", "draft"}},
		{name: "too many", in: url.Values{"kind": make([]string, 201)}, fields: []string{"kind"}},
		{name: "broken text", in: url.Values{"title": {"a\xffb"}}, want: form{Title: "ab", Kinds: []string{}}},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if method == http.MethodGet {
				site.Browser().Get("/f?" + tt.in.Encode())
			} else {
				site.Browser().Post("/f", tt.in)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(form{})); diff != "" {
				t.Errorf("%s, %s: %s", tt.name, method, diff)
			}
			var names []string
			if err != nil {
				for _, f := range fault.As(err).Fields {
					names = append(names, f.Name)
				}
			}
			if diff := cmp.Diff(tt.fields, names); diff != "" {
				t.Errorf("%s, %s: wrong fields: %s", tt.name, method, diff)
			}
		}
	}
	// a POST does not read the query
	site.Browser().Post("/f?title=query", url.Values{})
	if got.Title != "" {
		t.Errorf("the query got into a form: %q", got.Title)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("title", "Teile")
	_ = w.Close()
	r := site.Browser().Request(http.MethodPost, "/f", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	site.Browser().Do(r)
	if err != nil || got.Title != "Teile" {
		t.Errorf("multipart: %q, %v", got.Title, err)
	}
	r = site.Browser().Request(http.MethodPost, "/f", strings.NewReader("<a/>"))
	r.Header.Set("Content-Type", "text/xml")
	site.Browser().Do(r)
	if !fault.Is(err, fault.Unsupported) {
		t.Errorf("xml: %v", err)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\r\nb", true)
	f.Add("\u202eevil\x00", false)
	f.Fuzz(func(t *testing.T, text string, lines bool) {
		got := kit.Clean(text, lines)
		if strings.ContainsAny(got, "\x00\r\t\u202e\u2066") || !lines && strings.Contains(got, "\n") {
			t.Errorf("%q becomes %q", text, got)
		}
		if again := kit.Clean(got, lines); again != got {
			t.Errorf("%q becomes %q and then %q", text, got, again)
		}
	})
}
