package complaintpages_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/subject"
)

// TestNothingTypedIsLost: what can't be taken stands in its form as it was typed,
// beside what is wrong with it.
func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, owner := c.Create(t)
	at := "/desk/complaints/" + sent.Number.Format(subject.PrefixComplaint)
	desk := site.As(c.Clerk(t, "dir"))
	desk.Get(at).Want(http.StatusOK).WantClean()
	for act, form := range map[string]url.Values{
		"reply":   {"text": {"Guten Tag,\n\nwir haben nachgesehen."}, "outcome": {"forwarded"}, "forward_to": {strings.Repeat("Ö", 300)}},
		"ask":     {"question": {"Wann war das?"}, "ask_days": {"bald"}},
		"interim": {"interim_reason": {""}, "interim_days": {"12"}},
		"note":    {"note": {strings.Repeat("ü", 6000)}},
		"link":    {"number": {"so eine wie neulich"}},
	} {
		doc := desk.Post(at+"/"+act, form).Want(http.StatusUnprocessableEntity).Doc()
		part := doc.Find("form[action$='/" + act + "']")
		if part.Find(".err").Length() == 0 {
			t.Errorf("%s: nothing is said to be wrong", act)
		}
		for name, values := range form {
			if got := typedIn(part, name); got != values[0] {
				t.Errorf("%s: %s holds %.60q, want %.60q", act, name, got, values[0])
			}
		}
	}
	clerk := c.Clerk(t, "dir")
	if _, err := c.Complaints.Reply(t.Context(), clerk, sent.Number, complaints.Reply{Text: "So ist es.", Outcome: complaints.Explained}); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"value": {"sehr"}, "opinion": {"Es hat lange gedauert.\nSehr lange."}}
	doc := site.As(owner).Post(complaints.Path(sent.Number)+"/rate", form).Want(http.StatusUnprocessableEntity).Doc()
	if got := typedIn(doc.Find("form[action$='/rate']"), "opinion"); got != form.Get("opinion") {
		t.Errorf("the opinion is %q", got)
	}
}

// TestRefusedStepsKeepTheWords: a step that is not possible any more is refused
// with the words that were typed for it.
func TestRefusedStepsKeepTheWords(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, owner := c.Create(t)
	at := complaints.Path(sent.Number)
	resident, desk := site.As(owner), site.As(c.Clerk(t, "dir"))
	resident.Get(at).Want(http.StatusOK)
	if err := c.Complaints.Withdraw(t.Context(), owner, sent.Number); err != nil { // meanwhile, on another device
		t.Fatal(err)
	}
	const words = "Am Montag war es wieder so.\nIch habe ein Foto."
	for _, form := range []string{"add", "answer", "second", "reopen"} {
		a := resident.Post(at+"/"+form, url.Values{form: {words}}).Want(http.StatusForbidden).WantClean()
		if got := a.Doc().Find(".errsum [data-kept]").Text(); got != words {
			t.Errorf("%s: the words are %q", form, got)
		}
		if a.Doc().Find(".errsum h2").Text() == "" {
			t.Errorf("%s: no reason is said", form)
		}
	}
	a := resident.Post(at+"/rate", url.Values{"value": {"3"}, "opinion": {words}}).Want(http.StatusForbidden)
	if got := a.Doc().Find("[data-kept]").Text(); got != words {
		t.Errorf("rate: the words are %q", got)
	}
	at = "/desk" + strings.Replace(at, "/cases/", "/complaints/", 1)
	for act, form := range map[string]url.Values{
		"reply": {"text": {words}, "outcome": {"explained"}}, "ask": {"question": {words}, "ask_days": {"5"}}, "interim": {"interim_reason": {words}, "interim_days": {"5"}},
	} {
		a := desk.Post(at+"/"+act, form).Want(http.StatusForbidden).WantClean()
		if got := a.Doc().Find(".errsum [data-kept]").Text(); got != words {
			t.Errorf("%s: the words are %q", act, got)
		}
	}
	// who may not know of the case learns nothing, whatever was typed
	stranger := site.Browser().Post(complaints.Path(sent.Number)+"/add", url.Values{"add": {words}}).Want(http.StatusNotFound)
	if strings.Contains(stranger.Body, "Montag") {
		t.Error("a stranger's words stand on the page of what does not exist")
	}
}

// TestOneWrongFileCostsNoOther: the files that can be taken are kept.
func TestOneWrongFileCostsNoOther(t *testing.T) {
	t.Parallel()
	site, _ := setup(t)
	b := site.Browser()
	details := b.Post("/complaints/new", url.Values{"text": {"Der Brief ist nicht zu verstehen."}, "draft": {subject.NewID().String()}}).Want(http.StatusSeeOther).Header.Get("Location")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, data := range map[string]string{"brief.pdf": pdf, "brief.docx": "kein PDF"} {
		f, err := w.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(f, data) // into memory
	}
	_ = w.WriteField("kind", "question")
	_ = w.WriteField("lang", "de")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := b.Request(http.MethodPost, details, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	doc := b.Do(r).Want(http.StatusUnprocessableEntity).Doc()
	if got := doc.Find("#dateien .err").Text(); !strings.Contains(got, "brief.docx") {
		t.Errorf("wrong is %q", got)
	}
	if got := doc.Find(".complaintfiles").Text(); !strings.Contains(got, "brief.pdf") {
		t.Errorf("kept is %q", got)
	}
}

const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// TestWordsForTheirReader: a clerk is not asked what the person was asked, and no
// complaint has a public number.
func TestWordsForTheirReader(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, owner := c.Create(t)
	if err := c.Complaints.Ask(t.Context(), c.Clerk(t, "dir"), sent.Number, "Wann war das?", 5); err != nil {
		t.Fatal(err)
	}
	resident, desk := site.As(owner), site.As(c.Clerk(t, "dir"))
	if got := resident.Get(complaints.Path(sent.Number)).Want(http.StatusOK).Doc().Find(".lead-status").Text(); !strings.Contains(got, "Bitte antworten Sie") {
		t.Errorf("the person reads %q", got)
	}
	path := "/desk/complaints/" + sent.Number.Format(subject.PrefixComplaint)
	for _, at := range []string{path, "/desk/complaints"} {
		text := desk.Get(at).Want(http.StatusOK).Doc().Find("main").Text()
		for _, wrong := range []string{"Bitte antworten Sie", "Frage an Sie", "Ihre Antwort da ist"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s says %q to a clerk", at, wrong)
			}
		}
	}
}

// typedIn is what a field of a form holds.
func typedIn(form *goquery.Selection, name string) string {
	field := form.Find("[name='" + name + "']")
	switch {
	case field.Is("textarea"):
		return strings.TrimPrefix(field.Text(), "\n")
	case field.Is("[type=radio]"):
		return field.Filter("[checked]").AttrOr("value", "")
	}
	return field.AttrOr("value", "")
}
