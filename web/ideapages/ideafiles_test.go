package ideapages_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// upload sends a form with one file, as a browser without script does.
func upload(t *testing.T, b *kittest.Browser, path, name, content string) *kittest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(content)) // into memory
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := b.Request(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.Do(r)
}

// An author adds a PDF; it is everybody's when the city has released it, leaves
// as a download that runs nothing, and goes when its author removes it.
func TestFilesOfAnIdea(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, author := c.Create(t)
	number := r.Number.Format(subject.PrefixIdea)
	at, desk := "/ideas/"+number, "/desk/ideas/"+number
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, author, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	own, anybody, clerk, away := site.As(author), site.Browser(), site.As(c.Clerk(t, dep.Key)), site.As(c.Clerk(t, "awm"))
	const content = "%PDF-1.4 Plan\n%%EOF\n"

	upload(t, anybody, at+"/files", "Plan.pdf", content).Want(http.StatusForbidden)
	for name, content := range map[string]string{"": "", "Plan.pdf": "<html>", "Foto.png": "\x89PNG\r\n\x1a\n", "viel.pdf": "%PDF-" + strings.Repeat("x", 11<<20)} {
		a := upload(t, own, at+"/files", name, content).Want(http.StatusUnprocessableEntity).WantClean()
		if a.Doc().Find(`.errsum a[href="#f-file"]`).Length() != 1 || a.Doc().Find(`#f-file[aria-invalid="true"][aria-describedby~="f-file-err"]`).Length() != 1 {
			t.Errorf("%q: what is wrong is not said: %s", name, a.Text(".errsum"))
		}
		if strings.Contains(a.Text("#f-file-err"), "{{") || strings.Contains(a.Text("#f-file-err"), "<no value>") {
			t.Errorf("%q: %s", name, a.Text("#f-file-err"))
		}
	}
	upload(t, own, at+"/files", `C:\Pläne\<Lage> "A".PDF`, content).WantRedirect(at + "/edit#dateien")
	a := own.Get(at + "/edit").Want(http.StatusOK).WantClean()
	link := a.Doc().Find(`.talkfiles a`)
	file, ok := strings.CutSuffix(link.AttrOr("href", ""), "/view")
	if !ok || !strings.HasPrefix(file, at+"/files/") || !strings.Contains(link.Text(), "Lage A.pdf") {
		t.Fatalf("%q %q", file, link.Text())
	}
	if l := a.Doc().Find(`form[action$="/remove"] button`).AttrOr("aria-label", ""); !strings.HasSuffix(l, ": Lage A.pdf") {
		t.Errorf("a button without its file: %q", l)
	}

	// held: for its authors and the team; for all others as one that does not exist
	random := anybody.Get(at + "/files/" + uuid.NewString()).Want(http.StatusNotFound)
	if a := anybody.Get(file).Want(http.StatusNotFound); a.Body != random.Body {
		t.Error("a held file answers differently from a random one")
	}
	away.Get(file).Want(http.StatusNotFound)
	for _, view := range []string{file + "/view", file + "/view/1"} {
		anybody.Get(view).Want(http.StatusNotFound)
		away.Get(view).Want(http.StatusNotFound)
		clerk.Get(view).Want(http.StatusOK)
	}
	if a := anybody.Get(at).Want(http.StatusOK); strings.Contains(a.Body, "Lage A") {
		t.Error("everybody reads the name of a held file")
	}
	own.Get(file).Want(http.StatusOK)
	if a := clerk.Get("/desk/ideas").Want(http.StatusOK).WantClean(); a.Doc().Find(`tr[data-row="`+number+`"] .tag`).Length() != 2 {
		t.Errorf("the list does not say that a file waits: %s", a.Text("tbody"))
	}
	if a := clerk.Get(desk).Want(http.StatusOK).WantClean(); a.Doc().Find(`form[action="`+strings.Replace(file, at, desk, 1)+`"] button[value="1"]`).Length() != 1 {
		t.Fatal("no way to release it")
	}
	release := strings.Replace(file, at, desk, 1)
	away.Post(release, url.Values{"on": {"1"}}).Want(http.StatusNotFound)
	clerk.Post(release, url.Values{"on": {"1"}}).WantRedirect(desk)

	if a := anybody.Get(at).Want(http.StatusOK).WantClean(); a.Doc().Find(`[data-files] a[href="`+file+`/view"]`).Length() != 1 || a.Doc().Find(`[data-live-part="files"]`).Length() != 1 {
		t.Error("the page does not show it")
	}
	if a := anybody.Get(file + "/view").Want(http.StatusOK).WantClean(); a.Doc().Find(`.previews img`).Length() != 2 || a.Doc().Find(`a[download][href="`+file+`"]`).Length() != 1 {
		t.Errorf("the preview: %s", a.Text("main"))
	}
	a = anybody.Get(file).Want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": `attachment; filename="Lage A.pdf"`,
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a.Body != content {
		t.Error("not what was sent")
	}
	clerk.Post(release, url.Values{"on": {"0"}}).WantRedirect(desk)
	anybody.Get(file).Want(http.StatusNotFound)

	for _, path := range []string{at + "/files/x", at + "/files/" + strings.ToUpper(uuid.NewString()) + "0"} {
		anybody.Get(path).Want(http.StatusNotFound)
	}
	anybody.Post(file+"/remove", url.Values{}).Want(http.StatusForbidden)
	own.Post(file+"/remove", url.Values{}).WantRedirect(at + "/edit#dateien")
	own.Get(file).Want(http.StatusNotFound)
}

// The desk's list leads on to what does not fit, and back to its beginning.
func TestDeskPager(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	var r subject.Number
	for range 52 {
		one, _ := c.Create(t)
		r = one.Number
	}
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.System, r).Department)
	if err != nil {
		t.Fatal(err)
	}
	b := site.As(c.Clerk(t, dep.Key))
	a := b.Get("/desk/ideas?due=all&q=Trinkbrunnen").Want(http.StatusOK).WantClean()
	next := a.Doc().Find(`nav.pager a[rel="next"]`).AttrOr("href", "")
	if a.Doc().Find("tr[data-row]").Length() != 50 || !strings.Contains(next, "due=all") || !strings.Contains(next, "q=Trinkbrunnen") {
		t.Fatalf("%d rows, then %q", a.Doc().Find("tr[data-row]").Length(), next)
	}
	a = b.Get(next).Want(http.StatusOK).WantClean()
	if a.Doc().Find("tr[data-row]").Length() != 2 || a.Doc().Find(`nav.pager a[rel="next"]`).Length() != 0 || a.Doc().Find(`nav.pager a[href="/desk/ideas?due=all&q=Trinkbrunnen"]`).Length() != 1 {
		t.Errorf("%s", a.Text("nav.pager"))
	}
	b.Get("/desk/ideas?after=x").Want(http.StatusBadRequest)
}
