package photopages_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/photopages"
)

// access is the policy of a thing that may be hidden, with an owner and a clerk.
type access struct {
	owner, clerk uuid.UUID
	hidden       bool
}

func (p *access) MaySee(_ context.Context, actor accounts.Actor, a attachments.Attachment) error {
	switch {
	case a.State == attachments.Released && !p.hidden, actor.Is(p.owner), actor.Is(p.clerk):
		return nil
	case actor.Anonymous():
		return fault.Missing("photo")
	}
	return fault.New(fault.Forbidden, "err.403")
}

type bundle struct {
	*kittest.Site
	photos *attachments.Service
	access *access
	me     accounts.Actor
	draft  string
	ref    subject.Ref
}

func setup(t *testing.T) bundle {
	t.Helper()
	d := dbtest.Tx(t)
	b := bundle{Site: kittest.New(t, d, nil), access: &access{}, ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}}
	var err error
	if b.photos, err = attachments.New(attachments.Config{DB: d, Files: files.NewMemory(), Drafts: drafts.Owners{}}); err != nil {
		t.Fatal(err)
	}
	photopages.Register(b.Router, photopages.Deps{Photos: b.photos, Access: b.access})
	b.me = accountstest.Resident(t, d)
	b.access.owner, b.access.clerk = b.me.Person, accountstest.Staff(t, d, subject.Caseworker).Person
	id := subject.NewID()
	b.draft = id.String()
	accountstest.Do(t, d, func(tx pgx.Tx) error {
		_, err := drafts.Create(t.Context(), tx, b.me, id, "report", nil)
		return err
	})
	return b
}

// part is one field of a multipart form.
type part struct{ name, file, value string }

func (b bundle) send(t *testing.T, who *kittest.Browser, accept string, parts ...part) *kittest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		var err error
		var out interface{ Write([]byte) (int, error) }
		if p.name == "photo" {
			out, err = w.CreateFormFile("photo", p.file)
		} else {
			out, err = w.CreateFormField(p.name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write([]byte(p.value)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := who.Request(http.MethodPost, "/uploads", &body)
	r.Header = maps.Clone(r.Header)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Accept", accept)
	return who.Do(r)
}

func photo(t *testing.T, shade uint8) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 1000, 500))
	for i := range 1000 * 500 {
		img.SetRGBA(i%1000, i/1000, color.RGBA{R: shade, G: uint8(i / 2000), A: 255})
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type answer struct {
	ID     uuid.UUID `json:"id"`
	URL    string    `json:"url"`
	Thumb  string    `json:"thumb"`
	Alt    string    `json:"alt"`
	Width  int       `json:"width"`
	Height int       `json:"height"`
	Code   string    `json:"code"`
}

func read(t *testing.T, a *kittest.Answer) answer {
	t.Helper()
	var v answer
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("%v: %.300s", err, a.Body)
	}
	return v
}

func (b bundle) upload(t *testing.T, shade uint8) answer {
	t.Helper()
	a := b.send(t, b.As(b.me), "application/json", part{"draft", "", b.draft}, part{"photo", "loch.jpg", photo(t, shade)})
	return read(t, a.Want(http.StatusCreated))
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.As(b.me)
	got := read(t, b.send(t, mine, "application/json",
		part{"draft", "", b.draft}, part{"alt", "", " Ein  Loch "}, part{"photo", "../../etc/passwd", photo(t, 1)}).Want(http.StatusCreated))
	if got.Width != 1000 || got.Height != 500 || got.Alt != "Ein Loch" || got.URL != "/photos/"+got.ID.String()+"?v=1" {
		t.Errorf("%+v", got)
	}
	later := read(t, b.send(t, mine, "application/json",
		part{"draft", "", b.draft}, part{"photo", "a.jpg", photo(t, 2)}, part{"alt", "", "Danach"}).Want(http.StatusCreated))
	if later.Alt != "Danach" {
		t.Errorf("a text behind the photo: %q", later.Alt)
	}
	img := mine.Get(got.URL).Want(http.StatusOK)
	if ct, cc := img.Header.Get("Content-Type"), img.Header.Get("Cache-Control"); ct != "image/jpeg" || cc != "no-store" {
		t.Errorf("own photo: %s, %s", ct, cc)
	}
	if c, err := jpeg.DecodeConfig(strings.NewReader(mine.Get(got.Thumb).Want(http.StatusOK).Body)); err != nil || c.Width != 640 || c.Height != 320 {
		t.Errorf("small form: %+v, %v", c, err)
	}
	for name, who := range map[string]*kittest.Browser{
		"a stranger": b.Browser(), "another resident": b.As(accountstest.Resident(t, b.DB)), "an admin": b.As(accountstest.Admin(t, b.DB)),
	} {
		if a := who.Get(got.URL); a.Status != http.StatusNotFound {
			t.Errorf("%s sees a draft's photo: %d", name, a.Status)
		}
		if a := b.send(t, who, "application/json", part{"draft", "", b.draft}, part{"photo", "a.jpg", photo(t, 3)}); a.Status != http.StatusNotFound {
			t.Errorf("%s uploads: %d", name, a.Status)
		}
		if a := who.Do(who.Request(http.MethodDelete, "/uploads/"+got.ID.String(), nil)); a.Status != http.StatusNotFound {
			t.Errorf("%s deletes: %d", name, a.Status)
		}
	}
	mine.Do(mine.Request(http.MethodDelete, "/uploads/"+got.ID.String(), nil)).Want(http.StatusNoContent)
	mine.Get(got.URL).Want(http.StatusNotFound)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, me, ok := b.As(b.me), part{"draft", "", b.draft}, photo(t, 1)
	for _, tt := range []struct {
		name       string
		parts      []part
		wantStatus int
		wantCode   string
	}{
		{"SVG", []part{me, {"photo", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"/>`}}, 415, "err.photo.type"},
		{"HEIC", []part{me, {"photo", "a.heic", "\x00\x00\x00\x24ftypheic" + strings.Repeat("x", 100_000)}}, 415, "err.photo.type"},
		{"text named .jpg", []part{me, {"photo", "a.jpg", "nur Text"}}, 415, "err.photo.type"},
		{"13 MB", []part{me, {"photo", "a.jpg", ok + strings.Repeat("x", 13<<20)}}, 413, "err.photo.size"},
		{"40 MB", []part{me, {"photo", "a.jpg", ok + strings.Repeat("x", 40<<20)}}, 413, "err.photo.size"},
		{"no file", []part{me, {"photo", "", ""}}, 422, "err.field"},
		{"no photo", []part{me}, 422, "err.field"},
		{"no draft", []part{{"photo", "a.jpg", ok}}, 404, "err.404"},
		{"draft behind the photo", []part{{"photo", "a.jpg", ok}, me}, 404, "err.404"},
		{"draft that is no id", []part{{"draft", "", "x"}, {"photo", "a.jpg", ok}}, 404, "err.404"},
		{"a long field", []part{me, {"alt", "", strings.Repeat("x", 5000)}, {"photo", "a.jpg", ok}}, 413, "err.413"},
		{"a long text", []part{me, {"alt", "", strings.Repeat("x", 301)}, {"photo", "a.jpg", ok}}, 422, "err.field"},
	} {
		a := b.send(t, mine, "application/json", tt.parts...)
		if a.Status != tt.wantStatus || read(t, a).Code != tt.wantCode {
			t.Errorf("%s: %d %.200s", tt.name, a.Status, a.Body)
		}
	}
	r := mine.Request(http.MethodPost, "/uploads", strings.NewReader("draft=x"))
	r.Header = maps.Clone(r.Header)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	mine.Do(r).Want(http.StatusUnsupportedMediaType)
	b.upload(t, 9) // the draft is as it was
}

// TestNoScript: a plain form goes back to its page, whatever became of the photo.
func TestNoScript(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine, next := b.As(b.me), "/reports/new/photos?draft="+b.draft
	me, back := part{"draft", "", b.draft}, part{"next", "", next}
	b.send(t, mine, "text/html", me, back, part{"photo", "a.jpg", photo(t, 1)}).WantRedirect(next)
	b.send(t, mine, "text/html", me, back, part{"photo", "a.jpg", "nur Text"}).WantRedirect(next)
	b.send(t, mine, "text/html", me, part{"photo", "", ""}, back).WantRedirect(next)
	b.send(t, mine, "text/html", me, part{"next", "", "https://evil.example/"}, part{"photo", "a.jpg", photo(t, 1)}).WantRedirect("/")
	all, err := attachments.ForDraft(t.Context(), b.DB, uuid.MustParse(b.draft))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d photos, %v", len(all), err)
	}
	id := all[0].ID.String()
	mine.Post("/uploads/"+id+"/alt", map[string][]string{"alt": {"Ein Loch"}, "next": {next}}).WantRedirect(next)
	if a, err := b.photos.Get(t.Context(), all[0].ID); err != nil || a.Alt != "Ein Loch" {
		t.Errorf("alt %q, %v", a.Alt, err)
	}
	mine.Post("/uploads/"+id+"/delete", map[string][]string{"next": {next}}).WantRedirect(next)
	mine.Post("/uploads/"+id+"/delete", map[string][]string{"next": {next}}).Want(http.StatusNotFound)
}

func TestServe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	up := b.upload(t, 1)
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error {
		_, err := attachments.MoveFromDraft(t.Context(), tx, uuid.MustParse(b.draft), b.ref)
		return err
	})
	owner, clerk := b.As(b.me), b.As(accounts.Actor{Person: b.access.clerk})
	nobody, other := b.Browser(), b.As(accountstest.Resident(t, b.DB))
	unknown := nobody.Get("/photos/" + subject.NewID().String()).Want(http.StatusNotFound)
	unseen := func(when string, who *kittest.Browser, path string) {
		t.Helper()
		a := who.Get(path)
		for _, h := range []http.Header{a.Header, unknown.Header} {
			h.Del("X-Request-ID")
		}
		if who == nobody { // others get the same page with their own menu
			if diff := cmp.Diff(unknown.Body, a.Body); diff != "" {
				t.Errorf("%s: another page: %s", when, diff)
			}
			if diff := cmp.Diff(unknown.Header, a.Header); diff != "" {
				t.Errorf("%s: other headers: %s", when, diff)
			}
		}
		if a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", when, a.Status)
		}
	}
	state := func(to attachments.State) {
		t.Helper()
		accountstest.Do(t, b.DB, func(tx pgx.Tx) error { return attachments.SetState(t.Context(), tx, b.me, to, up.ID) })
	}
	held := func(when string) {
		t.Helper()
		unseen(when, nobody, up.URL)
		unseen(when, nobody, up.Thumb)
		unseen(when, other, up.URL)
		for name, who := range map[string]*kittest.Browser{"owner": owner, "clerk": clerk} {
			if a := who.Get(up.URL); a.Status != http.StatusOK || a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("ETag") != "" {
				t.Errorf("%s, %s: %d %s", when, name, a.Status, a.Header.Get("Cache-Control"))
			}
		}
	}
	held("held")

	state(attachments.Released)
	for name, who := range map[string]*kittest.Browser{"nobody": nobody, "other": other, "owner": owner} {
		a := who.Get(up.URL).Want(http.StatusOK)
		want := map[string]string{
			"Cache-Control": "public, max-age=31536000, s-maxage=2, immutable", "Content-Type": "image/jpeg", "Content-Disposition": "inline",
			"X-Content-Type-Options": "nosniff", "Set-Cookie": "", "Vary": "", "Content-Length": strconv.Itoa(len(a.Body)),
		}
		for h, v := range want {
			if got := a.Header.Get(h); got != v {
				t.Errorf("%s: %s is %q, want %q", name, h, got, v)
			}
		}
	}
	for _, path := range []string{"/photos/" + up.ID.String(), "/photos/" + up.ID.String() + "?v=7"} {
		if got := nobody.Get(path).Want(http.StatusOK).Header.Get("Cache-Control"); got != "public, no-cache" {
			t.Errorf("%s: %s", path, got)
		}
	}
	r := nobody.Request(http.MethodGet, up.URL, nil)
	r.Header = maps.Clone(r.Header)
	r.Header.Set("If-None-Match", nobody.Get(up.URL).Header.Get("ETag"))
	if a := nobody.Do(r).Want(http.StatusNotModified); a.Body != "" {
		t.Error("a body with 304")
	}
	if nobody.Get(up.URL).Header.Get("ETag") == nobody.Get(up.Thumb).Header.Get("ETag") {
		t.Error("both forms have the same tag")
	}

	b.access.hidden = true
	held("the thing is hidden")
	b.access.hidden = false
	state(attachments.Held)
	held("held again")

	accountstest.Do(t, b.DB, func(tx pgx.Tx) error { return b.photos.Remove(t.Context(), tx, b.me, up.ID) })
	unseen("removed", nobody, up.URL)
	unseen("removed", owner, up.URL)
	for _, path := range []string{"/photos/x", "/photos/" + strings.ReplaceAll(up.ID.String(), "-", ""), "/photos/%00"} {
		unseen(path, nobody, path)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.As(b.me)
	limit := accounts.DefaultLimits()[accounts.RuleUpload][0].N
	for i := range limit {
		if a := b.send(t, mine, "application/json", part{"draft", "", b.draft}, part{"photo", "a", "text"}); a.Status != http.StatusUnsupportedMediaType {
			t.Fatalf("%d: %d", i, a.Status)
		}
	}
	a := b.send(t, mine, "application/json", part{"draft", "", b.draft}, part{"photo", "a", "text"}).Want(http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
