package complaintpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/subject"
)

// TestTipsAreTakenElsewhere: a text that sounds like a tip about corruption is not
// sent before somebody has read where those are taken.
func TestTipsAreTakenElsewhere(t *testing.T) {
	t.Parallel()
	site, _ := setup(t)
	b := site.Browser()
	a := b.Post("/complaints/new", url.Values{"text": {"Im Amt nimmt jemand Schmiergeld."}, "draft": {subject.NewID().String()}}).Want(http.StatusSeeOther)
	details := a.Header.Get("Location")
	base := strings.TrimSuffix(details, "details")
	b.Post(details, url.Values{"kind": {"complaint"}, "topic": {"waiting"}, "lang": {"de"}}).Want(http.StatusSeeOther)
	b.Post(base+"contact", url.Values{"name_kind": {"anonymous"}, "contact": {"code"}}).Want(http.StatusSeeOther)
	has(t, b.Get(base+"check").Want(http.StatusOK).WantClean(), "input[name=tip_read]")
	has(t, b.Post(base+"check", url.Values{"do": {"next"}, "code_read": {"1"}}).Want(http.StatusUnprocessableEntity).WantClean(), ".errsum a[href='#f-tip_read']")
	b.Post(base+"check", url.Values{"do": {"next"}, "code_read": {"1"}, "tip_read": {"1"}}).Want(http.StatusSeeOther)
}

// TestLettersAtTheDesk: the page offers a letter where it can say something, and
// names it.
func TestLettersAtTheDesk(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, _ := c.Create(t, func(s *complaints.Submission) {
		s.NameKind, s.Name, s.Contact, s.Postal = complaints.Named, "Ida Muster", complaints.ByLetter, "Weg 1\n80331 München"
	})
	at := "/desk/complaints/" + sent.Number.Format(subject.PrefixComplaint)
	desk := site.As(c.Clerk(t, "dir"))
	if desk.Get(at).Want(http.StatusOK).WantClean().Doc().Find("form[action$='/letter']").Length() != 0 {
		t.Error("a button that only refuses")
	}
	desk.Post(at+"/ask", url.Values{"question": {"Wann war das?"}, "ask_days": {"10"}}).WantRedirect(at)
	doc := desk.Get(at).Want(http.StatusOK).WantClean().Doc()
	if got := doc.Find("form[action$='/letter']").Text(); !strings.Contains(got, "Frage als Brief") {
		t.Errorf("the button says %q", got)
	}
	if got := desk.Post(at+"/letter", nil).Want(http.StatusOK); !strings.HasPrefix(got.Body, "%PDF-") {
		t.Error("the letter is no PDF")
	}
}

// TestUnlinkAtTheDesk: a link that was a mistake can be taken away where it stands.
func TestUnlinkAtTheDesk(t *testing.T) {
	t.Parallel()
	site, c := setup(t)
	sent, _ := c.Create(t)
	report, _ := c.City.Create(t)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE reports SET visibility = 'public' WHERE id = $1`, report.Report); err != nil {
		t.Fatal(err)
	}
	number := report.Number.Format(subject.PrefixReport)
	at := "/desk/complaints/" + sent.Number.Format(subject.PrefixComplaint)
	desk := site.As(c.Clerk(t, "dir"))
	desk.Post(at+"/link", url.Values{"number": {number}}).WantRedirect(at)
	form := desk.Get(at).Want(http.StatusOK).WantClean().Doc().Find("form[action$='/unlink']")
	if got := form.Find("[name=number]").AttrOr("value", ""); got != number {
		t.Fatalf("the link is to %q", got)
	}
	desk.Post(at+"/unlink", url.Values{"number": {number}}).WantRedirect(at)
	if desk.Get(at).Want(http.StatusOK).Doc().Find("form[action$='/unlink']").Length() != 0 {
		t.Error("the link is still there")
	}
}
