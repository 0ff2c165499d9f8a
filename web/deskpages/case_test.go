package deskpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"

	"github.com/jackc/pgx/v5"
)

// TestReadyCase: the ready sentence stands there when a case is opened, and one
// press sends it; it can be taken back.
func TestReadyCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	form := page.Doc().Find("form.c-set")
	if got := form.AttrOr("action", ""); !strings.HasSuffix(got, "/status/in_progress") {
		t.Fatalf("the form at hand is %q", got)
	}
	if !strings.Contains(page.Text("#vorschau-box"), "In Arbeit") || !strings.Contains(page.Text("#vorschau-box"), "In progress") {
		t.Errorf("preview: %s", page.Text("#vorschau-box"))
	}
	for _, key := range []string{"r", "a", "d", "q", "m", "i", "v", "u"} {
		if page.Doc().Find("[data-key='"+key+"']").Length() != 1 {
			t.Errorf("key %s has no aim", key)
		}
	}
	send := b.fresh(t, mine, r)
	send.Set("do", "set")
	mine.Post(path(r)+"/status/in_progress", send).WantRedirect(path(r))
	page = mine.Get(path(r)).Want(http.StatusOK).WantClean()
	undo := page.Doc().Find("form.c-undo")
	if undo.Length() != 1 {
		t.Fatal("it can't be taken back")
	}
	other := b.site.As(b.Clerk(t, garden))
	other.Post(path(r)+"/undo", url.Values{"entry": {undo.Find("[name=entry]").AttrOr("value", "")}}).Want(http.StatusForbidden)
	mine.Post(path(r)+"/undo", url.Values{"entry": {undo.Find("[name=entry]").AttrOr("value", "")}}).WantRedirect(path(r))
	if v := b.Get(t, accounts.Actor{}, r.Number); v.Status != reports.Received || len(v.Steps) != 1 {
		t.Errorf("after the undo: %s, %d steps", v.Status, len(v.Steps))
	}
}

// TestSentenceInBothLanguages: the ready sentence is read in each language; own
// words in theirs only.
func TestSentenceInBothLanguages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	for _, own := range []bool{false, true} {
		r, _ := b.report(t)
		page := mine.Get(path(r) + "/status/resolved").Want(http.StatusOK)
		form := b.fresh(t, mine, r)
		form.Set("done", page.Doc().Find("#f-done").Text())
		if own {
			form.Set("done", "Wir haben den Mast ersetzt.")
		}
		form.Set("seen_by", "crew")
		form.Set("lang", "de")
		form.Set("do", "set")
		mine.Post(path(r)+"/status/resolved", form).WantRedirect(path(r))
		v := b.Get(t, accounts.Actor{}, r.Number)
		de, en := v.Params.DoneFor("de"), v.Params.DoneFor("en")
		if de != form.Get("done") || own != (en == "") || en == de {
			t.Errorf("own %v: %q and %q", own, de, en)
		}
	}
}

// TestTeamOnly: who has the case, notes, resubmission, target; nothing of it for
// others.
func TestTeamOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.report(t)
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) error {
		return accounts.SetPseudonym(t.Context(), tx, b.clerk, b.clerk.Person, "Lena Wirth")
	})
	mate := b.Clerk(t, lamps)
	mine, theirs := b.site.As(b.clerk), b.site.As(mate)
	mine.Post(path(r)+"/assign", url.Values{"me": {"1"}}).WantRedirect(path(r))
	mine.Post(path(r)+"/priority", url.Values{"priority": {"high"}}).WantRedirect(path(r))
	theirs.Post(path(r)+"/note", url.Values{"note": {"@Lena: minus 4 Grad, die Firma wartet."}}).WantRedirect(path(r))
	mine.Post(path(r)+"/resubmit", url.Values{"days": {"7"}}).WantRedirect(path(r))
	mine.Post(path(r)+"/resubmit", url.Values{"on": {"2020-01-01"}}).Want(http.StatusUnprocessableEntity).WantClean()
	day := time.Now().AddDate(0, 0, 21).Format(time.DateOnly)
	form := b.fresh(t, mine, r)
	form.Set("target", day)
	mine.Post(path(r)+"/target", form).Want(http.StatusUnprocessableEntity)
	form.Set("target_reason", "Es war nachts zu kalt.")
	mine.Post(path(r)+"/target", form).WantRedirect(path(r))
	page := mine.Get(path(r)).Want(http.StatusOK).WantClean()
	for _, want := range []string{"Lena Wirth", "Dringend", "minus 4 Grad", "Kommt wieder", "Es war nachts zu kalt."} {
		if !strings.Contains(page.Text("main"), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if got := mine.Get("/desk/mentions").Want(http.StatusOK).WantClean(); !strings.Contains(got.Text("main"), "minus 4 Grad") {
		t.Error("the mention is not listed")
	}
	if got := mine.Get("/desk/resubmissions").Want(http.StatusOK).WantClean(); got.Doc().Find(".desklist li").Length() != 1 {
		t.Error("the resubmission is not listed")
	}
	b.site.As(owner).Get("/desk/mentions").Want(http.StatusSeeOther) // to the sign-in
	other := b.site.As(b.Clerk(t, garden))
	for _, do := range []string{"/assign", "/priority", "/note", "/resubmit", "/target", "/split", "/link", "/undo"} {
		other.Post(path(r)+do, url.Values{"note": {"x"}, "priority": {"normal"}}).Want(http.StatusForbidden)
	}
	other.Post(path(r)+"/here", nil).Want(http.StatusNotFound)
	if got := mine.Post(path(r)+"/here", nil).Want(http.StatusOK); got.Body == "" {
		t.Error("no heartbeat")
	}
	if got := theirs.Post(path(r)+"/here", nil).Want(http.StatusOK); !strings.Contains(got.Body, "Lena Wirth") {
		t.Errorf("who else is here: %s", got.Body)
	}
	printed := mine.Get(path(r) + "/print").Want(http.StatusOK).WantClean()
	if strings.Contains(printed.Text("main"), "minus 4 Grad") {
		t.Error("an internal note on paper")
	}
	other.Get(path(r) + "/print").Want(http.StatusForbidden)
}

// TestSplit: a part has its own number, team and followers.
func TestSplit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.report(t)
	mine := b.site.As(b.clerk)
	form := url.Values{"part_category": {"schlagloch"}, "part_text": {"Davor ist ein Loch im Gehweg."}, "key": {mine.Get(path(r)).Doc().Find("[name=key]").AttrOr("value", "")}}
	for range 2 { // pressed twice
		mine.Post(path(r)+"/split", form).WantRedirect(path(r))
	}
	list, err := b.Reports.Mine(t.Context(), owner, reports.Page{})
	must(t, err)
	if len(list.Items) != 2 {
		t.Fatalf("the person who reported owns %d", len(list.Items))
	}
	if page := mine.Get(path(r)).Want(http.StatusOK).WantClean(); page.Doc().Find(".c-beside li").Length() == 0 {
		t.Error("the part is not linked")
	}
}

// TestTemplates: a template is offered where it fits, filled; unknown blanks are
// refused; another team does not see it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	dep := b.clerk.Departments[0].String()
	form := url.Values{"name": {"Mast"}, "text": {"Am {Datm} kommen wir."}, "lang": {"de"}, "status": {"in_progress"}, "department": {dep}}
	mine.Post("/desk/templates", form).Want(http.StatusUnprocessableEntity).WantClean()
	form.Set("text", "{Team} ersetzt den Mast: {Ort}.")
	mine.Post("/desk/templates", form).WantRedirect("/desk/templates")
	page := mine.Get(path(r)).Want(http.StatusOK)
	link := page.Doc().Find("form.c-set a[href*='template=']")
	if link.Length() != 1 {
		t.Fatalf("%d templates are offered", link.Length())
	}
	taken := mine.Get(strings.Split(link.AttrOr("href", ""), "#")[0]).Want(http.StatusOK).WantClean()
	if got := taken.Doc().Find("#f-reason").Text(); !strings.Contains(got, "ersetzt den Mast: Marienplatz 8.") {
		t.Errorf("filled: %q", got)
	}
	mine.Get("/desk/templates").Want(http.StatusOK).WantClean()
	other := b.site.As(b.Clerk(t, garden))
	if got := other.Get("/desk/templates").Want(http.StatusOK); got.Doc().Find(".desklist li").Length() != 0 {
		t.Error("another team sees it")
	}
	id := mine.Get("/desk/templates").Doc().Find(".desklist a").AttrOr("href", "")
	other.Get(id).Want(http.StatusNotFound)
	other.Post(id, form).Want(http.StatusNotFound)
	mine.Post(id+"/drop", nil).WantRedirect("/desk/templates")
}

// TestAbsencePage: an absence is entered and ended; wrong days are said.
func TestAbsencePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mate := b.Clerk(t, lamps)
	mine := b.site.As(b.clerk)
	from, to := time.Now().AddDate(0, 0, 2).Format(time.DateOnly), time.Now().AddDate(0, 0, 9).Format(time.DateOnly)
	mine.Post("/desk/absences", url.Values{"from": {to}, "to": {from}, "deputy": {mate.Person.String()}}).Want(http.StatusUnprocessableEntity).WantClean()
	form := url.Values{"from": {from}, "to": {to}, "deputy": {mate.Person.String()}}
	mine.Post("/desk/absences", form).WantRedirect("/desk/absences")
	mine.Post("/desk/absences", form).Want(http.StatusUnprocessableEntity).WantClean()
	if got := b.site.As(mate).Get("/desk/absences").Want(http.StatusOK).WantClean(); got.Doc().Find(".desklist li").Length() != 1 {
		t.Error("the deputy does not see it")
	}
	mine.Post("/desk/absences/"+from+"/end", nil).WantRedirect("/desk/absences")
	if got := mine.Get("/desk/absences"); got.Doc().Find(".desklist li").Length() != 0 {
		t.Error("it goes on")
	}
}
