package deskpages_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/deskpages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// The team in charge of lamps in the demo's catalogue, and another one.
const (
	lamps  = "bau-lic"
	garden = "bau-gar"
)

const typed = "Die Laterne vor dem Kindergarten ist dunkel. Rufen Sie Frau Beispiel an: 089 123456."

type bundle struct {
	*reportstest.City
	site  *kittest.Site
	clerk accounts.Actor
}

func setup(t *testing.T) bundle {
	t.Helper()
	b := bundle{City: reportstest.New(t)}
	b.site = kittest.New(t, b.Pool, nil)
	queue, err := casework.NewQueue(casework.QueueConfig{DB: b.Pool, Catalogue: b.Categories, Domains: map[subject.Kind]casework.Domain{subject.Report: b.Reports.Bulk()}})
	must(t, err)
	must(t, deskpages.Register(b.site.Router, deskpages.Deps{
		DB: b.Pool, Reports: b.Reports, Categories: b.Categories, Photos: b.Photos, Messages: b.site.Catalogue, Queue: queue, Places: b.Geo,
	}))
	b.clerk = b.Clerk(t, lamps)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func picture(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 160))
	for i := range 320 * 160 {
		img.SetRGBA(i%320, i/320, color.RGBA{R: 200, G: uint8(i / 320), B: 90, A: 255})
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, img, nil))
	return out.Bytes()
}

// report is a new one with the text and a photo, both held.
func (b bundle) report(t *testing.T, change ...func(*reports.Submission)) (*reports.View, accounts.Actor) {
	t.Helper()
	owner := accountstest.Visitor(t, b.Pool)
	sub := reportstest.Submission()
	sub.Text, sub.Draft = typed, b.Draft(t, owner)
	_, err := b.Photos.Upload(t.Context(), owner, sub.Draft, bytes.NewReader(picture(t)), "Eine dunkle Laterne")
	must(t, err)
	for _, f := range change {
		f(&sub)
	}
	r, err := b.Reports.Submit(t.Context(), owner, sub)
	must(t, err)
	return b.Get(t, accounts.System, r.Number), owner
}

func path(r *reports.View) string {
	return "/desk/reports/" + r.Number.Format(subject.PrefixReport)
}

// fresh are the hidden entries that the page of the case has now.
func (b bundle) fresh(t *testing.T, who *kittest.Browser, r *reports.View) url.Values {
	t.Helper()
	version := who.Get(path(r)).Want(http.StatusOK).Doc().Find("input[name=version]").First().AttrOr("value", "")
	if version == "" {
		version = intText(b.Get(t, accounts.System, r.Number).Version)
	}
	return url.Values{"version": {version}}
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a, _ := b.report(t) // A: kind, place and status at once
	council := accountstest.Staff(t, b.Pool, subject.Council)
	for _, tt := range []struct {
		name       string
		who        *kittest.Browser
		desk, page int
	}{
		{"anonymous", b.site.Browser(), http.StatusSeeOther, http.StatusSeeOther},
		{"a visitor with a session", b.site.As(accountstest.Visitor(t, b.Pool)), http.StatusSeeOther, http.StatusSeeOther},
		{"resident", b.site.As(accountstest.Resident(t, b.Pool)), http.StatusForbidden, http.StatusForbidden},
		{"clerk in charge", b.site.As(b.clerk), http.StatusOK, http.StatusOK},
		{"clerk of another team", b.site.As(b.Clerk(t, garden)), http.StatusOK, http.StatusForbidden},
		{"team lead in charge", b.site.As(b.Clerk(t, lamps, subject.TeamLead)), http.StatusOK, http.StatusOK},
		{"moderator", b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator)), http.StatusSeeOther, http.StatusForbidden},
		{"council", b.site.As(council), http.StatusSeeOther, http.StatusForbidden},
		{"admin", b.site.As(accountstest.Admin(t, b.Pool)), http.StatusSeeOther, http.StatusForbidden},
	} {
		for page, want := range map[string]int{"/desk": tt.desk, path(a): tt.page, path(a) + "/photos/" + a.Photos[0].ID.String(): tt.page} {
			got := tt.who.Get(page)
			if got.Status != want {
				t.Errorf("%s, %s: %d, want %d", tt.name, page, got.Status, want)
			}
			switch got.Status {
			case http.StatusOK:
				got.WantClean()
			case http.StatusSeeOther:
				if to := got.Header.Get("Location"); to != "/login" && tt.name != "admin" && tt.name != "moderator" && tt.name != "council" { // whose desk is another one
					t.Errorf("%s, %s: to %s", tt.name, page, to)
				}
			case http.StatusForbidden:
				if text := got.Text("main"); strings.Contains(text, "report.why") || strings.Contains(text, "desk.why") || !strings.Contains(text, "Team") {
					t.Errorf("%s, %s: no reason in words: %s", tt.name, page, text)
				}
			}
			if tt.page != http.StatusOK && strings.Contains(got.Body, "Frau Beispiel") {
				t.Errorf("%s reads the held text on %s", tt.name, page)
			}
		}
		for _, do := range []string{"/release", "/status/in_progress", "/step", "/move", "/objection"} {
			got := tt.who.Post(path(a)+do, url.Values{"version": {"0"}, "department": {"gibt-es-nicht"}, "decision": {"keep"}, "objection_reason": {"x"}, "step": {"visited"}})
			if got.Status == http.StatusOK || got.Status == http.StatusSeeOther {
				t.Errorf("%s, POST %s: %d", tt.name, do, got.Status)
			}
		}
	}
	if got := b.Get(t, accounts.System, a.Number); got.Version != a.Version || got.Status != reports.Received || got.TextState != reports.TextHeld {
		t.Errorf("something has changed: %+v", got)
	}
}

// TestHeldIsNowhere: a report that waits for its release does not exist for the
// others, byte by byte like a number nobody has.
func TestHeldIsNowhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t, func(s *reports.Submission) { s.Category, s.Answers = b.kindOf(t, "B"), nil })
	if r.Visibility != reports.VisHeld {
		t.Fatalf("visibility %s", r.Visibility)
	}
	other := b.site.As(b.Clerk(t, otherThan(r.Department.Key)))
	gone := other.Get(path(r)).Want(http.StatusNotFound)
	none := other.Get("/desk/reports/M-2026-222222").Want(http.StatusNotFound)
	if gone.Body != none.Body {
		t.Error("a held report answers otherwise than none")
	}
	for _, page := range []string{"/desk", "/desk?held=any", "/desk?q=Beispiel", "/desk?q=" + r.Number.Format("M")} {
		if got := other.Get(page).Want(http.StatusOK); strings.Contains(got.Body, r.Number.Format("M")+`</`) || strings.Contains(got.Body, "Frau Beispiel") {
			t.Errorf("%s shows another team's held report", page)
		}
	}
	mine := b.site.As(b.Clerk(t, r.Department.Key))
	if got := mine.Get("/desk?held=any"); !strings.Contains(got.Body, r.Number.Format("M")) {
		t.Error("the team in charge does not see it")
	}
	for _, team := range []string{r.Department.Key, "gibt-es-nicht"} {
		other.Get("/desk?team=" + team).Want(http.StatusNotFound)
	}
}

func otherThan(key string) string {
	if key == garden {
		return lamps
	}
	return garden
}

// kindOf is a category that publishes like that and asks nothing that must be answered.
func (b bundle) kindOf(t *testing.T, publish string) string {
	t.Helper()
	cat, err := b.Categories.Catalogue(t.Context())
	must(t, err)
	for _, c := range cat.Categories {
		asks := slices.ContainsFunc(c.Questions, func(q categories.Question) bool { return q.Required })
		if string(c.Publish) == publish && !c.Wish && !asks {
			return c.Key
		}
	}
	t.Fatalf("no category publishes like %s", publish)
	return ""
}

func TestQueue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	page := mine.Get("/desk").Want(http.StatusOK).WantClean()
	row := page.Doc().Find(".qrow")
	if row.Length() != 1 || !strings.Contains(row.Text(), "Marienplatz 8") || !strings.Contains(row.Text(), "Zu prüfen") {
		t.Errorf("rows: %s", row.Text())
	}
	if to, _ := row.Find("h2 a").Attr("href"); to != path(r) {
		t.Errorf("leads to %s", to)
	}
	if n := page.Text(".rail-nav a[href='/desk?held=any'] .n"); n != "1" {
		t.Errorf("%q to release", n)
	}
	if strings.Contains(page.Body, "Frau Beispiel") {
		t.Error("the list shows typed text")
	}
	mine.Get("/desk?q=" + strings.ToLower(r.Number.Format("M"))).WantRedirect(path(r))
	for q, want := range map[string]int{"marienplatz": 1, "Sendlinger": 0, "%": 0} {
		if n := mine.Get("/desk?q=" + url.QueryEscape(q)).Want(http.StatusOK).Doc().Find(".qrow").Length(); n != want {
			t.Errorf("%q finds %d", q, n)
		}
	}
	mine.Get("/desk?after=unsinn").Want(http.StatusBadRequest)
	mine.Get("/desk?state=unsinn").Want(http.StatusBadRequest)
	for range 2 {
		b.report(t)
	}
	hint := accountstest.Visitor(t, b.Pool)
	must(t, b.Reports.Hint(t.Context(), hint, r.Number, true))
	if text := mine.Get("/desk").Text(".qrow"); !strings.Contains(text, "Gelöst? 1 ja") {
		t.Errorf("no hint: %s", text)
	}
	// next leads through the whole list once
	seen := map[string]bool{}
	at, _ := mine.Get("/desk").Doc().Find(".qrow h2 a").First().Attr("href")
	for range 5 {
		if at == "" {
			break
		}
		seen[at] = true
		at = mine.Get(at).Want(http.StatusOK).Doc().Find("[data-key=n]").AttrOr("href", "")
	}
	if len(seen) != 3 || at != "" {
		t.Errorf("next: %d cases, then %q", len(seen), at)
	}
}

func TestReleaseReachesThePublic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	if !strings.Contains(page.Text(".c-what"), "Frau Beispiel") || page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the clerk does not read what was typed, or it is kept")
	}
	form := b.fresh(t, mine, r)
	photo := r.Photos[0].ID
	form.Set("show_text", "1")
	form.Set("text_public", "Die Laterne vor dem Kindergarten ist dunkel. Rufen Sie […] an.")
	form.Set("show", photo.String())
	form.Set("alt-"+photo.String(), "Laterne ohne Licht")

	form.Set("do", "preview")
	preview := mine.Post(path(r)+"/release", form).Want(http.StatusOK)
	if gone := preview.Text(".c-text del"); !strings.Contains(gone, "Frau Beispiel") || !strings.Contains(gone, "089") {
		t.Errorf("covered: %q", gone)
	}
	form.Set("do", "release")
	mine.Post(path(r)+"/release", form).WantRedirect(path(r))
	public := b.Get(t, accounts.Actor{}, r.Number)
	if public.Text != form.Get("text_public") || len(public.Photos) != 1 || public.Photos[0].Alt != "Laterne ohne Licht" {
		t.Errorf("the public sees %q and %+v", public.Text, public.Photos)
	}
	after := mine.Get(path(r)).Want(http.StatusOK)
	if after.Doc().Find("[name=text_public]").Text() != public.Text {
		t.Error("the form does not hold the public version")
	}
	if !strings.Contains(after.Text("[data-flash]"), "Gespeichert") {
		t.Error("nothing is said")
	}
	// the second press of the button comes from an older page
	stale := mine.Post(path(r)+"/release", form).Want(http.StatusConflict)
	if stale.Doc().Find("[name=text_public]").Text() != public.Text {
		t.Error("what was typed is lost")
	}
}

func TestRefusedReleases(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	form := b.fresh(t, mine, r)
	form.Set("do", "release")
	form.Set("show_text", "1")
	if got := mine.Post(path(r)+"/release", form).Want(http.StatusUnprocessableEntity); got.Doc().Find("[href='#f-text_public']").Length() != 1 {
		t.Error("no link to the empty text")
	}
	form.Set("do", "withhold")
	if got := mine.Post(path(r)+"/release", form).Want(http.StatusUnprocessableEntity); got.Doc().Find("#f-withhold_reason-err").Length() != 1 {
		t.Error("no reason is asked for")
	}
	form.Set("withhold_reason", "Name einer Nachbarin")
	mine.Post(path(r)+"/release", form).WantRedirect(path(r))
	public := b.Get(t, accounts.Actor{}, r.Number)
	if public.Text != "" || len(public.Photos) != 0 {
		t.Errorf("shown all the same: %+v", public)
	}
	if body := mine.Get(path(r)).Body; strings.Contains(b.publicWords(t, r), "Nachbarin") || !strings.Contains(body, "Text bleibt beim Team") {
		t.Error("the reason is public, or the state is not said")
	}
	// a kind whose text is never public says so and has no form
	never, _ := b.report(t, func(s *reports.Submission) { s.Category, s.Answers = b.kindOf(t, "C"), nil })
	owner := b.site.As(b.Clerk(t, never.Department.Key))
	got := owner.Get(path(never)).Want(http.StatusOK)
	if got.Doc().Find("[name=text_public]").Length() != 0 || !strings.Contains(got.Text(".c-do"), "nie öffentlich") {
		t.Error("a text that is never public can be released")
	}
	if got := owner.Post(path(never)+"/release", url.Values{"version": {intText(never.Version)}, "do": {"release"}}); got.Status != http.StatusForbidden ||
		!strings.Contains(got.Text(".c-do [role=alert]"), "nie öffentlich") {
		t.Errorf("POST: %d", got.Status)
	}
}

func (b bundle) publicWords(t *testing.T, r *reports.View) string {
	t.Helper()
	var all strings.Builder
	for _, s := range b.Get(t, accounts.Actor{}, r.Number).Steps {
		all.WriteString(s.Reason)
	}
	return all.String()
}

// send posts a form with a file.
func send(t *testing.T, who *kittest.Browser, to string, form url.Values, photo []byte) *kittest.Answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			must(t, w.WriteField(name, v))
		}
	}
	f, err := w.CreateFormFile("photo", "foto.jpg")
	must(t, err)
	_, err = io.Copy(f, bytes.NewReader(photo))
	must(t, err)
	must(t, w.Close())
	r := who.Request(http.MethodPost, to, &body)
	r.Header = maps.Clone(r.Header)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return who.Do(r)
}

func TestStepWithPhoto(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	form := b.fresh(t, mine, r)
	form.Set("step", "secured")
	if got := send(t, mine, path(r)+"/step", form, picture(t)).Want(http.StatusUnprocessableEntity); got.Doc().Find("#f-photo_alt-err").Length() != 1 {
		t.Error("a photo without words is taken")
	}
	form.Set("photo_alt", "Eine Absperrung")
	if got := send(t, mine, path(r)+"/step", form, []byte("kein Bild")); got.Status != http.StatusUnsupportedMediaType || !strings.Contains(got.Text("[role=alert]"), "Bild") {
		t.Errorf("a text as photo: %d %s", got.Status, got.Text("[role=alert]"))
	}
	send(t, mine, path(r)+"/step", form, picture(t)).WantRedirect(path(r))
	public := b.Get(t, accounts.Actor{}, r.Number)
	if len(public.Photos) != 1 || public.Photos[0].Alt != "Eine Absperrung" || public.Steps[0].Key != "step.secured" || public.Steps[0].Photo == nil {
		t.Errorf("the public sees %+v and %+v", public.Photos, public.Steps[0])
	}
	send(t, mine, path(r)+"/step", form, picture(t)).Want(http.StatusConflict) // pressed twice
	if got := b.Get(t, accounts.System, r.Number); len(got.Photos) != 2 {
		t.Errorf("%d photos", len(got.Photos))
	}
	form = b.fresh(t, mine, r)
	form.Set("step", "done_part")
	form.Set("step_done", "Mast gerade")
	got := mine.Post(path(r)+"/step", form).Want(http.StatusUnprocessableEntity)
	if got.Doc().Find("#f-step_left-err").Length() != 1 || got.Doc().Find("#f-step_done").AttrOr("value", "") != "Mast gerade" {
		t.Error("what is missing is not said, or what was typed is lost")
	}
}

func TestCover(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine, id := b.site.As(b.clerk), r.Photos[0].ID
	page := path(r) + "/photos/" + id.String()
	mine.Get(page).Want(http.StatusOK).WantClean()
	mine.Get(path(r) + "/photos/" + uuid.NewString()).Want(http.StatusNotFound)
	empty := []string{"", "", ""}
	in := func(x, y, w, h string) url.Values {
		return url.Values{"x": append([]string{x}, empty...), "y": append([]string{y}, empty...), "w": append([]string{w}, empty...), "h": append([]string{h}, empty...)}
	}
	for _, wrong := range []url.Values{in("10", "", "10", "10"), in("10", "10", "0", "10"), in("-1", "10", "5", "5"), in("x", "1", "1", "1"), in("101", "1", "1", "1")} {
		got := mine.Post(page, wrong).Want(http.StatusUnprocessableEntity)
		if v := got.Doc().Find("input[name='x[]']").First().AttrOr("value", "?"); v != wrong["x"][0] {
			t.Errorf("typed %q, shown %q", wrong["x"][0], v)
		}
	}
	mine.Post(page, in("10", "12,5", "20", "95")).WantRedirect(path(r))
	got, err := attachments.Covered(t.Context(), b.Pool, id)
	must(t, err)
	if len(got) != 1 || got[0].X != 0.1 || got[0].Y != 0.125 || got[0].W != 0.2 || got[0].H != 0.875 {
		t.Errorf("covered %+v", got)
	}
	// a second visit begins with what is covered already
	again := mine.Get(page).Want(http.StatusOK).Doc()
	if v := again.Find("input[name='y[]']").First().AttrOr("value", ""); v != "12.5" {
		t.Errorf("y is %q", v)
	}
}

// TestQueuePlaces: the list knows a drawn area, one event, and one object by
// its number or its code; what is on stands as a chip and in the form.
func TestQueuePlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Create(t)
	clerk := b.site.As(b.Clerk(t, "bau-lic"))
	var code string
	if err := b.Pool.QueryRow(t.Context(), `INSERT INTO objects (id, kind, number, code, place, point)
VALUES (gen_random_uuid(), 'lamp', '4711', 'ABCDEFGH', '', ST_SetSRID(ST_MakePoint(11.5755, 48.1374), 4326)), (gen_random_uuid(), 'bench', '12', 'ABCDEFGJ', '', ST_SetSRID(ST_MakePoint(11.5755, 48.1374), 4326)),
       (gen_random_uuid(), 'lamp', '12', 'ABCDEFGK', '', ST_SetSRID(ST_MakePoint(11.5755, 48.1374), 4326)) RETURNING code`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"4711", "abcd-efgh"} {
		to := clerk.Get("/desk?thing=" + typed).Want(http.StatusSeeOther).Header.Get("Location")
		doc := clerk.Get(to).Want(http.StatusOK).WantClean().Doc()
		if doc.Find("#f-thing").AttrOr("value", "") != "ABCDEFGH" || !strings.Contains(doc.Find(".chips").Text(), "4711") || doc.Find("[data-row]").Length() != 0 {
			t.Errorf("%s: %s", typed, doc.Find(".chips").Text())
		}
	}
	clerk.Get("/desk?thing=0815").Want(http.StatusUnprocessableEntity)
	clerk.Get("/desk?thing=12").Want(http.StatusUnprocessableEntity) // a bench and a lamp
	area := "area=" + url.QueryEscape("11.5, 48.1\r\n11.7, 48.1\r\n11.6, 48.2")
	doc := clerk.Get("/desk?" + area).Want(http.StatusOK).WantClean().Doc()
	if doc.Find("[data-row]").Length() != 1 || doc.Find("textarea[name=area]").Text() == "" || doc.Find("details[open] [data-map=area]").Length() != 1 {
		t.Errorf("inside: %d rows", doc.Find("[data-row]").Length())
	}
	if n := clerk.Get("/desk?area=11.5_48.1~11.51_48.1~11.51_48.11").Want(http.StatusOK).Doc().Find("[data-row]").Length(); n != 0 {
		t.Errorf("outside: %d rows", n)
	}
	doc = clerk.Get("/desk?event=" + uuid.NewString()).Want(http.StatusOK).Doc()
	if doc.Find("select[name=event] option[selected]").AttrOr("value", "") == "" || doc.Find(".chips .chip").Length() != 1 {
		t.Errorf("an event that is gone: %s", doc.Find(".chips").Text())
	}
}
