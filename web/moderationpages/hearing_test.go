package moderationpages_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// withPhoto is a public report with a public photo, and its author.
func (b bundle) withPhoto(t *testing.T) (number string, photo uuid.UUID, owner accounts.Actor) {
	t.Helper()
	owner = accountstest.Resident(t, b.Pool)
	sub := reportstest.Submission()
	sub.Text, sub.Draft = said, b.Draft(t, owner)
	var buf bytes.Buffer
	must(t, jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	_, err := b.Photos.Upload(t.Context(), owner, sub.Draft, &buf, "Eine Laterne")
	must(t, err)
	r, err := b.Reports.Submit(t.Context(), owner, sub)
	must(t, err)
	photo = b.Get(t, accounts.System, r.Number).Photos[0].ID
	must(t, b.Reports.Release(t.Context(), accounts.System, r.Number, reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{photo: true}}))
	return r.Number.Format(subject.PrefixReport), photo, owner
}

// TestHearingShowsThePhoto: whoever hears an appeal about a picture sees it, blurred
// until they open it; who decided first is told why they don't.
func TestHearingShowsThePhoto(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, photo, owner := b.withPhoto(t)
	first := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	second := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	item := first.Get("/desk/moderation/look?number=" + number + "&part=photo&photo=" + photo.String()).Want(http.StatusSeeOther).Header.Get("Location")
	pick, _ := first.Get(item).Want(http.StatusOK).Doc().Find("input[name=pick]").Attr("value")
	first.Post(item, url.Values{"pick": {pick}, "action": {"hide"}, "ground": {"rule"}, "rule_no": {"2"}, "explanation": {"Ein Gesicht ist zu sehen."}}).Want(http.StatusSeeOther)
	author := b.site.As(owner)
	why, _ := author.Get("/reports/" + number).Doc().Find("[data-stub=photo] a").First().Attr("href")
	author.Post(why+"/appeal", url.Values{"text": {"Das bin ich selbst."}}).Want(http.StatusSeeOther)
	hearing, _ := second.Get("/desk/moderation/appeals").Want(http.StatusOK).Doc().Find(".modrow a").Attr("href")
	page := second.Get(hearing).Want(http.StatusOK).WantClean()
	if page.Doc().Find("details.blurred:not([open]) > img[src='/photos/"+photo.String()+"']").Length() != 1 {
		t.Errorf("the picture is not there: %s", page.Text("main"))
	}
	if a := first.Get(hearing).Want(http.StatusOK).WantClean(); a.Doc().Find("main .blurred, main textarea").Length() != 0 || !strings.Contains(a.Text("main"), "Das bin ich selbst.") {
		t.Errorf("who decided first: %s", a.Text("main"))
	}
}

// TestSurroundings: beside a picture stands what was written with it, beside the
// words the pictures, and what was decided before with its reasons.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, photo, _ := b.withPhoto(t)
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	open := func(part string) string {
		t.Helper()
		return desk.Get("/desk/moderation/look?number=" + number + "&part=" + part).Want(http.StatusSeeOther).Header.Get("Location")
	}
	text := open("text")
	if a := desk.Get(text).Want(http.StatusOK).WantClean(); a.Doc().Find("section[aria-labelledby=umfeld-h] .blurred").Length() != 1 {
		t.Error("the pictures are not beside the words")
	}
	pick, _ := desk.Get(text).Doc().Find("input[name=pick]").Attr("value")
	desk.Post(text, url.Values{"pick": {pick}, "action": {"keep"}, "explanation": {"Kritik an der Stadt ist erlaubt."}}).Want(http.StatusSeeOther)
	page := desk.Get(open("photo&photo=" + photo.String())).Want(http.StatusOK).WantClean()
	if around := page.Text("[data-around]"); around != said {
		t.Errorf("around the picture: %q", around)
	}
	if past := page.Text("section[aria-labelledby=umfeld-h] ul"); !strings.Contains(past, "Kritik an der Stadt ist erlaubt.") {
		t.Errorf("past decisions: %q", past)
	}
}

// TestQueueLeadsOn: what waits behind the first page is one click away.
func TestQueueLeadsOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 52 {
		r, _ := b.Create(t)
		_, err := b.Pool.Exec(t.Context(), `
INSERT INTO mod_items (id, subject_kind, subject_id, part, part_id, harm, due_at)
VALUES (gen_random_uuid(), 'report', $1, 'whole', '00000000-0000-0000-0000-000000000000', 1, mitwirk_now())`, r.Report)
		must(t, err)
	}
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	page := desk.Get("/desk/moderation").Want(http.StatusOK).WantClean()
	next, ok := page.Doc().Find("nav.pager a[rel=next]").Attr("href")
	if n := page.Doc().Find(".modrow").Length(); n != 50 || !ok {
		t.Fatalf("%d rows, next %v", n, ok)
	}
	page = desk.Get(next).Want(http.StatusOK).WantClean()
	if n := page.Doc().Find(".modrow").Length(); n != 2 || page.Doc().Find("nav.pager a[rel=next]").Length() != 0 || page.Doc().Find("nav.pager a[href='/desk/moderation']").Length() != 1 {
		t.Errorf("%d rows on the second page", n)
	}
}

// TestPreviewStatement: the statement of reasons can be read before it leaves;
// nothing is decided by looking.
func TestPreviewStatement(t *testing.T) {
	t.Parallel()
	b := setup(t)
	number, _ := b.public(t)
	desk := b.site.As(accountstest.Staff(t, b.Pool, subject.Moderator))
	item := desk.Get("/desk/moderation/look?number=" + number + "&part=text").Want(http.StatusSeeOther).Header.Get("Location")
	pick, _ := desk.Get(item).Want(http.StatusOK).Doc().Find("input[name=pick]").Attr("value")
	form := url.Values{"pick": {pick}, "key": {uuid.NewString()}, "action": {"hide"}, "ground": {"rule"}, "rule_no": {"3"}, "do": {"preview"}}
	if a := desk.Post(item, form).Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find("[data-statement]").Length() != 0 || a.Text(".errsum") == "" {
		t.Error("a statement without reasons")
	}
	form.Set("explanation", "Der Satz beleidigt eine Person.")
	page := desk.Post(item, form).Want(http.StatusOK).WantClean()
	if body := page.Text("[data-statement]"); !strings.Contains(body, "Regel 3") || !strings.Contains(body, "Der Satz beleidigt eine Person.") || !strings.Contains(body, number) {
		t.Errorf("statement: %s", body)
	}
	if typed := page.Doc().Find("#f-explanation").Text(); typed != "Der Satz beleidigt eine Person." {
		t.Errorf("typed: %q", typed)
	}
	if a := b.site.Browser().Get("/reports/" + number); !strings.Contains(a.Body, said) {
		t.Error("looking has hidden it")
	}
	form.Set("action", "keep")
	if a := desk.Post(item, form).Want(http.StatusOK).WantClean(); a.Doc().Find("[data-statement]").Length() != 0 || a.Doc().Find("form [role=status]").Length() != 1 {
		t.Error("what takes nothing away has a statement")
	}
	form.Set("do", "")
	form.Set("action", "hide")
	desk.Post(item, form).Want(http.StatusSeeOther) // with the same key
}
