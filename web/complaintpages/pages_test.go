package complaintpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/complaints/complaintstest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/complaintpages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) (*kittest.Site, *complaintstest.City) {
	t.Helper()
	c := complaintstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	if err := complaintpages.Register(site.Router, complaintpages.Deps{DB: c.Pool, Complaints: c.Complaints, Drafts: c.Drafts, Reports: c.Reports}); err != nil {
		t.Fatal(err)
	}
	return site, c
}

func has(t *testing.T, a *kittest.Answer, selector string) {
	t.Helper()
	if a.Doc().Find(selector).Length() == 0 {
		t.Errorf("nothing is %s", selector)
	}
}

// TestTheWay writes one without script, in four pages.
func TestTheWay(t *testing.T) {
	t.Parallel()
	site, _ := setup(t)
	b := site.Browser()
	has(t, b.Get("/complaints/new").Want(http.StatusOK).WantClean(), "textarea[name=text]")
	a := b.Post("/complaints/new", url.Values{"text": {"Warum warte ich immer noch auf meinen Ausweis?"}, "draft": {subject.NewID().String()}}).Want(http.StatusSeeOther)
	details := a.Header.Get("Location")
	has(t, b.Get(details).Want(http.StatusOK).WantClean(), "input[name=kind][value=question][checked]")
	base := strings.TrimSuffix(details, "details")
	b.Post(details, url.Values{"kind": {"question"}, "topic": {"waiting"}, "lang": {"de"}, "notice": {"1"}}).Want(http.StatusSeeOther)
	b.Get(base + "contact").Want(http.StatusOK).WantClean()
	has(t, b.Post(base+"contact", url.Values{"name_kind": {"name"}, "contact": {"mail"}, "mail": {"nix"}}).Want(http.StatusUnprocessableEntity), ".errsum a[href='#f-mail']") // beside the name that is missing
	b.Post(base+"contact", url.Values{"name_kind": {"anonymous"}, "contact": {"code"}}).Want(http.StatusSeeOther)
	has(t, b.Get(base+"check").Want(http.StatusOK).WantClean(), "input[name=notice_read]")
	has(t, b.Post(base+"check", url.Values{"do": {"next"}}).Want(http.StatusUnprocessableEntity), ".errsum a[href='#f-notice_read']")
	a = b.Post(base+"check", url.Values{"do": {"next"}, "notice_read": {"1"}, "code_read": {"1"}}).Want(http.StatusSeeOther)
	receipt := a.Header.Get("Location")
	has(t, b.Get(receipt).Want(http.StatusOK).WantClean(), "[data-receipt-code]")
	if strings.Contains(b.Get(receipt).Body, "öffentlich)") {
		t.Error("the receipt calls the number of a private case public")
	}
	b.Get(details).Want(http.StatusSeeOther)
	site.Browser().Get(receipt).Want(http.StatusNotFound)
}

// TestSameAsARandomNumber: byte for byte, for whoever may not know of it.
func TestSameAsARandomNumber(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, _ := c.Create(t)
	known, random := sent.Number.Format(subject.PrefixComplaint), subject.NewNumber(2026).Format(subject.PrefixComplaint)
	for _, path := range []string{"/cases/", "/desk/complaints/"} {
		x, y := site.Browser().Get(path+known).Want(http.StatusNotFound), site.Browser().Get(path+random).Want(http.StatusNotFound)
		if strings.ReplaceAll(x.Body, known, random) != y.Body {
			t.Errorf("%s: the pages differ", path)
		}
		for name := range y.Header {
			if name != "X-Request-Id" && name != "Date" && strings.Join(x.Header[name], ",") != strings.Join(y.Header[name], ",") {
				t.Errorf("%s: header %s differs", path, name)
			}
		}
	}
	form := func(number string) url.Values { return url.Values{"number": {number}, "code": {"2222-2222-2222"}} }
	x, y := site.Browser().Post("/cases/open", form(known)).Want(http.StatusUnprocessableEntity), site.Browser().Post("/cases/open", form(random)).Want(http.StatusUnprocessableEntity)
	if strings.ReplaceAll(x.Body, known, random) != y.Body {
		t.Error("a wrong code tells whether the number exists")
	}
}

// TestWithdraw: the page says first what becomes of the data, and afterwards what
// has; the desk says so too, and nobody is asked for an answer any more.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, owner := c.Create(t)
	at := complaints.Path(sent.Number)
	b, desk := site.As(owner), site.As(c.Clerk(t, "dir"))
	page := b.Get(at).Want(http.StatusOK).WantClean()
	form := page.Doc().Find("form[action='" + at + "/withdraw']")
	if form.Length() != 1 || !strings.Contains(form.Text(), "30") || form.Find("button").Length() != 1 {
		t.Fatalf("the way to withdraw: %q", form.Text())
	}
	site.Browser().Post(at+"/withdraw", url.Values{}).Want(http.StatusNotFound)
	b.Post(at+"/withdraw", url.Values{}).Want(http.StatusSeeOther)
	page = b.Get(at).Want(http.StatusOK).WantClean()
	if word := page.Doc().Find(".lead-status .word").Text(); word != "Zurückgezogen" {
		t.Errorf("the page says %q", word)
	}
	if page.Doc().Find("form[action^='"+at+"']").Length() != 0 {
		t.Error("something can still be done with it")
	}
	seen := desk.Get("/desk/complaints/" + sent.Number.Format(subject.PrefixComplaint)).Want(http.StatusOK).WantClean()
	if word := seen.Doc().Find(".lead-status .word").Text(); word != "Zurückgezogen" || seen.Doc().Find("form[action$='/reply']").Length() != 0 {
		t.Errorf("the desk says %q", word)
	}
	list := desk.Get("/desk/complaints?state=closed").Want(http.StatusOK).WantClean()
	if !strings.Contains(list.Doc().Find("table").Text(), "Zurückgezogen") {
		t.Error("the desk's list does not say so")
	}
}

// TestFiguresInWords: the files of the figures have a label beside each key, in the
// reader's language; and only whoever leads a department is offered to publish.
func TestFiguresInWords(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	for range 20 {
		sent, _ := c.Create(t)
		if _, err := c.Pool.Exec(t.Context(), `
UPDATE complaints
SET first_answer_at = date_trunc('month', mitwirk_now()) - interval '40 days', answer_days = 3, first_outcome = 'explained', first_topic = topic, first_kind = kind,
    first_department = (SELECT id FROM departments WHERE key = 'dir')
WHERE id = $1`, sent.ID); err != nil {
			t.Fatal(err)
		}
	}
	name, err := accounts.DepartmentByKey(t.Context(), c.Pool, "dir")
	if err != nil {
		t.Fatal(err)
	}
	b := site.Browser()
	for _, lang := range []string{"de", "en"} {
		for _, kind := range []string{"csv", "json"} {
			a := b.Get("/complaints/statistics." + kind + "?lang=" + lang).Want(http.StatusOK)
			for _, want := range []string{"explained", "outcome", "dir", name.Name.In(lang), site.Catalogue.For(lang).T("complaint.outcome.explained"), site.Catalogue.For(lang).T("complaint.stats.by.outcome")} {
				if !strings.Contains(a.Body, want) {
					t.Errorf("%s in %s lacks %q: %s", kind, lang, want, a.Body)
				}
			}
		}
	}
	lead := c.Clerk(t, "dir", subject.TeamLead)
	if _, err := c.Complaints.WriteLearning(t.Context(), lead, "dir", "waiting", i18n.Text{"de": "Wir öffnen länger."}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]int{"clerk": 0, "lead": 1} {
		actor := lead
		if who == "clerk" {
			actor = c.Clerk(t, "dir")
		}
		doc := site.As(actor).Get("/desk/complaints/notes").Want(http.StatusOK).WantClean().Doc()
		if n := doc.Find("form[action^='/desk/complaints/notes/']").Length(); n != want {
			t.Errorf("%s is offered %d times to publish", who, n)
		}
	}
}

func TestReceiptPageAndFigures(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, owner := c.Create(t)
	file, _, err := c.Complaints.Proof(t.Context(), owner, sent.Number)
	if err != nil {
		t.Fatal(err)
	}
	b := site.Browser()
	b.Get("/receipts").Want(http.StatusOK).WantClean()
	has(t, b.Post("/receipts", url.Values{"text": {string(file)}}).Want(http.StatusOK).WantClean(), ".notice.ok, .note--ok, [role=status]")
	b.Get("/receipts/keys.json").Want(http.StatusOK)
	b.Get("/complaints/statistics").Want(http.StatusOK).WantClean()
	b.Get("/complaints/statistics.csv").Want(http.StatusOK)
	a := b.Get("/complaints/statistics.json").Want(http.StatusOK)
	if !strings.Contains(a.Body, `"periods":[]`) {
		t.Errorf("one complaint shows: %s", a.Body)
	}
	if complaints.K != 5 {
		t.Error("the smallest group has changed: say so on the page")
	}
}
