package complaintpages_test

import (
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
