package ideapages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
)

// A call that asks an eID says for whom it is, on its page, at its ideas and where
// one proposes; the desk sets it up and sees it before it is published.
func TestProofOnPages(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Who, call.Proof = ideas.WhoProved, ideas.Proof{Postcodes: []string{"80331", "80333"}, AgeFrom: 14, AgeTo: 27, Talk: true}
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	r, err := c.Ideas.Submit(t.Context(), accounts.System, ideas.Submission{Title: "Ein Trinkbrunnen am Harras", Text: "Dort fehlt Wasser.", Lang: "de", Topic: "gruen", Call: call.ID})
	if err != nil {
		t.Fatal(err)
	}
	const people = "Menschen, die in der Postleitzahl 80331 oder der Postleitzahl 80333 wohnen und 14 bis 27 Jahre alt sind"
	b := site.As(accountstest.Resident(t, c.Pool))
	for _, path := range []string{call.Path(), ideas.Path(r.Number), "/ideas/new?call=" + call.Number.Format(subject.PrefixCall)} {
		if a := b.Get(path).Want(http.StatusOK).WantClean(); !strings.Contains(a.Text("[data-proof]"), people) || !strings.Contains(a.Text("[data-proof]"), "auch für Kommentare") {
			t.Errorf("%s: %q", path, a.Text("[data-proof]"))
		}
	}
	if a := b.Get(ideas.Path(r.Number)); a.Doc().Find("form[data-support]").Length() != 0 || a.Doc().Find(`a[href="#nachweis"]`).Length() != 1 {
		t.Error("the button for what is refused is there, or no way to the proof")
	}
	b.Post(ideas.Path(r.Number)+"/support", url.Values{"on": {"1"}}).WantRedirect(ideas.Path(r.Number) + "#nachweis")
	form := url.Values{"title": {"Bänke am Harras"}, "text": {"Am Harras fehlen Bänke zum Sitzen."}, "call": {call.Number.Format(subject.PrefixCall)}, "do": {"send"}, "other": {"1"}}
	a := b.Post("/ideas/new", form).Want(http.StatusSeeOther)
	to := a.Header.Get("Location")
	if !strings.HasPrefix(to, "/ideas/new/") || !strings.HasSuffix(to, "#nachweis") {
		t.Fatalf("led to %s", to)
	}
	if a := b.Get(strings.TrimSuffix(to, "#nachweis")).Want(http.StatusOK); a.Doc().Find("#f-title").AttrOr("value", "") != "Bänke am Harras" || a.Doc().Find("[data-proof]").Length() != 1 {
		t.Error("what was written is gone, or the proof is not asked for")
	}
}

// The desk sets the question up; what is wrong with it keeps what was typed.
func TestProofAtTheDesk(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	dep := accountstest.Department(t, c.Pool)
	b := site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID))
	form := url.Values{
		"kind": {"ideas"}, "department": {dep.ID.String()}, "title": {"Jugend fragt"}, "participation": {"consultation"}, "who": {"proved"},
		"proof_postcodes": {"80331, 8033"}, "age_from": {"vierzehn"}, "age_to": {"27"},
	}
	a := b.Post("/desk/calls/new", form).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-age_from").AttrOr("value", "") != "vierzehn" || a.Doc().Find("#f-proof_postcodes").AttrOr("value", "") != "80331, 8033" {
		t.Error("what was typed is gone")
	}
	form.Set("proof_postcodes", "80331, 80333")
	form.Set("age_from", "14")
	at := b.Post("/desk/calls/new", form).Want(http.StatusSeeOther).Header.Get("Location")
	a = b.Get(at).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("[data-proof]"), "14 bis 27 Jahre alt") || a.Doc().Find("#f-age_from").AttrOr("value", "") != "14" {
		t.Errorf("preview: %q", a.Text("[data-proof]"))
	}
	form = url.Values{
		"kind": {"ideas"}, "department": {dep.ID.String()}, "title": {"Jugend fragt"}, "participation": {"consultation"}, "who": {"proved"},
	}
	if a := b.Post(at, form).Want(http.StatusUnprocessableEntity); !strings.Contains(a.Text(".field--err, .err"), "wo die Menschen wohnen") {
		t.Errorf("a question that asks nothing: %q", a.Text(".err"))
	}
}

// The search keeps every status that the list was filtered by.
func TestSearchKeepsStatuses(t *testing.T) {
	t.Parallel()
	_, site := setup(t)
	a := site.Browser().Get("/ideas?status=open&status=checking&q=wasser").Want(http.StatusOK).WantClean()
	var got []string
	for _, n := range a.Doc().Find(`#suche input[name="status"]`).EachIter() {
		got = append(got, n.AttrOr("value", ""))
	}
	if strings.Join(got, " ") != "checking open" {
		t.Errorf("the form sends the statuses %q", got)
	}
}

// The desk's question to merge is taken back on the page of the idea it is about.
func TestWithdrawMergeAtTheDesk(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, author := c.Create(t)
	two, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen für Sendling" })
	if err := c.Ideas.AskMerge(t.Context(), accounts.System, one.Number, two.Number, "Alle wollen Wasser."); err != nil {
		t.Fatal(err)
	}
	clerk := site.As(accountstest.Staff(t, c.Pool, subject.Caseworker, c.Idea(t, accounts.System, one.Number).Department))
	desk := "/desk/ideas/" + one.Number.Format(subject.PrefixIdea)
	if n := clerk.Get(desk).Want(http.StatusOK).WantClean().Doc().Find("[data-merge-withdraw]").Length(); n != 1 {
		t.Fatalf("%d forms", n)
	}
	if n := clerk.Get("/desk/ideas/" + two.Number.Format(subject.PrefixIdea)).Want(http.StatusOK).Doc().Find("[data-merge-withdraw]").Length(); n != 0 {
		t.Error("it is offered at the other idea")
	}
	clerk.Post(desk+"/merge/withdraw", url.Values{"why": {"Doch zwei Dinge."}}).WantRedirect(desk)
	clerk.Post(desk+"/merge/withdraw", nil).Want(http.StatusNotFound)
	if a := site.As(author).Get(ideas.Path(one.Number)).Want(http.StatusOK).WantClean(); a.Doc().Find("[data-merge-asked]").Length() != 0 || !strings.Contains(a.Text("#timeline"), "Doch zwei Dinge.") {
		t.Error("its author is still asked, or not told")
	}
}
