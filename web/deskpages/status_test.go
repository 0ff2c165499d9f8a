package deskpages_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func intText(n int) string { return strconv.Itoa(n) }

// complete fills in what a status needs.
func complete(form url.Values, to reports.Status, other string) url.Values {
	for _, need := range to.Mechanics().Needs {
		switch need {
		case reports.NeedUntil, reports.NeedPeriod:
			form.Set("until", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
		case reports.NeedSeenBy:
			form.Set("seen_by", "crew")
		case reports.NeedHow:
			form.Set("how", "mail")
		case reports.NeedOther:
			form.Set("other", other)
		default:
			form.Set(string(need), "Das ist der Satz dazu.")
		}
	}
	return form
}

// TestEveryStatus sets each status that is offered, by its page, with what the
// page asks for; without it the entries come back.
func TestEveryStatus(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	first, _ := b.report(t)
	for _, to := range first.Actor.Next {
		r, _ := b.report(t)
		page := mine.Get(path(r) + "/status/" + string(to)).Want(http.StatusOK).WantClean()
		if n := page.Doc().Find(".c-preview [lang]").Length(); n != 2 {
			t.Errorf("%s: %d previews", to, n)
		}
		form := url.Values{"version": {page.Doc().Find("#status input[name=version]").AttrOr("value", "")}, "do": {"set"}}
		if len(to.Mechanics().Needs) > 0 {
			got := mine.Post(path(r)+"/status/"+string(to), form).Want(http.StatusUnprocessableEntity)
			for _, f := range to.Mechanics().Needs {
				name := string(f)
				if f == reports.NeedPeriod {
					name = "until"
				}
				if got.Doc().Find(".errsum [href='#f-"+name+"']").Length() != 1 || got.Doc().Find("#f-"+name).Length() != 1 {
					t.Errorf("%s: no error that leads to %s", to, name)
				}
			}
		}
		mine.Post(path(r)+"/status/"+string(to), complete(form, to, first.Number.Format("M"))).WantRedirect(path(r))
		if got := b.Get(t, accounts.System, r.Number).Status; got != to {
			t.Errorf("status %s, want %s", got, to)
		}
		if text := mine.Get(path(r)).Text("[data-flash]"); !strings.Contains(text, "Neuer Status") {
			t.Errorf("%s: %q", to, text)
		}
	}
}

func TestMissingEntriesKeepTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	to := path(r) + "/status/forwarded"
	form := b.fresh(t, mine, r)
	form.Set("body", "Deutsche Bahn")
	form.Set("until", "2020-01-01")
	form.Set("reason", "Das ist ihr <b>Grundstück</b>.")
	got := mine.Post(to, form).Want(http.StatusUnprocessableEntity).WantClean()
	doc := got.Doc()
	if doc.Find("#f-body").AttrOr("value", "") != "Deutsche Bahn" || doc.Find("#f-until").AttrOr("value", "") != "2020-01-01" ||
		doc.Find("#f-reason").Text() != "Das ist ihr <b>Grundstück</b>." {
		t.Error("what was typed is lost")
	}
	if doc.Find("#f-how").Length() != 1 || doc.Find("#f-until-err").Length() != 1 || doc.Find("#f-body-err").Length() != 0 {
		t.Error("the wrong entries are marked")
	}
	// preview says what the public will read, in both languages, and changes nothing
	form.Set("do", "preview")
	text := mine.Post(to, form).Want(http.StatusOK).Text(".c-preview")
	if strings.Count(text, "Deutsche Bahn") < 2 || !strings.Contains(text, "Weitergegeben") || !strings.Contains(text, "Passed on") {
		t.Errorf("preview: %s", text)
	}
	if b.Get(t, accounts.System, r.Number).Version != r.Version {
		t.Error("a preview changed the report")
	}
}

func TestReadySentence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	de, en := r.ReadySentence("de"), r.ReadySentence("en")
	if de == "" || de == en {
		t.Fatalf("the category has no ready sentence: %q, %q", de, en)
	}
	for ready, want := range map[string]string{"": de, "de": de, "en": en, "both": de + "\n" + en, "unsinn": de} {
		if got := mine.Get(path(r) + "/status/resolved?ready=" + ready).Want(http.StatusOK).Doc().Find("#f-done").Text(); got != want {
			t.Errorf("%q: %q, want %q", ready, got, want)
		}
	}
}

func TestStaleVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	form := b.fresh(t, mine, r)
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, r.Number, reports.Change{To: reports.InReview}))
	form.Set("done", "Lampe getauscht, sie leuchtet wieder.")
	form.Set("seen_by", "crew")
	got := mine.Post(path(r)+"/status/resolved", form).Want(http.StatusConflict)
	doc := got.Doc()
	if doc.Find("#f-done").Text() != form.Get("done") || !strings.Contains(got.Text(".c-do [role=alert]"), "Wird geprüft") {
		t.Errorf("not both versions: %s", got.Text(".c-do"))
	}
	// the page now holds the new version: pressing again is a decision
	form.Set("version", doc.Find("#status input[name=version]").AttrOr("value", ""))
	mine.Post(path(r)+"/status/resolved", form).WantRedirect(path(r))

	// what does not go any more is said, and what goes is offered
	late := mine.Get(path(r) + "/status/planned").Want(http.StatusConflict)
	if n := late.Doc().Find(".c-status a").Length(); n != 1 || late.Doc().Find("#f-until").Length() != 0 {
		t.Errorf("%d statuses are offered", n)
	}
	late = mine.Post(path(r)+"/status/planned", b.fresh(t, mine, r)).Want(http.StatusConflict)
	if late.Doc().Find("[role=alert]").Length() != 1 {
		t.Error("no reason")
	}
	mine.Get(path(r) + "/status/gibt-es-nicht").Want(http.StatusNotFound)
}

func TestMove(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	r, _ := b.report(t)
	if got := mine.Post(path(r)+"/move", url.Values{"department": {""}}).Want(http.StatusUnprocessableEntity); got.Doc().Find("#f-department-err").Length() != 1 {
		t.Error("no team, no error")
	}
	mine.Post(path(r)+"/move", url.Values{"department": {"gibt-es-nicht"}}).Want(http.StatusUnprocessableEntity)
	none := mine.Post(path(r)+"/move", url.Values{"department": {garden}, "move_reason": {"  "}}).Want(http.StatusUnprocessableEntity).WantClean()
	if none.Doc().Find("#f-move_reason-err").Length() != 1 || none.Doc().Find("[name=department] option[selected]").AttrOr("value", "") != garden {
		t.Error("no reason, no error")
	}
	const why = "Die Laterne steht im Park."
	mine.Post(path(r)+"/move", url.Values{"department": {garden}, "move_reason": {why}}).WantRedirect("/desk")
	if text := mine.Get("/desk").Text("[data-flash]"); !strings.Contains(text, "Zuständig ist jetzt") {
		t.Errorf("%q", text)
	}
	mine.Get(path(r)).Want(http.StatusForbidden)
	theirs := b.site.As(b.Clerk(t, garden)).Get(path(r)).Want(http.StatusOK)
	if !strings.Contains(theirs.Text(".track"), "Neues Team") {
		t.Error("the history does not say it")
	}
	if !strings.Contains(theirs.WantClean().Text(".c-handed"), why) || !strings.Contains(theirs.Text(".c-log"), why) {
		t.Error("the team that gets it does not read why")
	}
}

func TestObjection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.report(t)
	mine, second := b.site.As(b.clerk), b.site.As(b.Clerk(t, lamps))
	must(t, b.Reports.SetStatus(t.Context(), b.clerk, r.Number, reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Die Stelle ist hell genug."}}))
	if mine.Get(path(r)).Doc().Find(".c-object").Length() != 0 {
		t.Error("an objection that nobody made")
	}
	must(t, b.Reports.Object(t.Context(), owner, r.Number, "Es ist stockdunkel."))
	if n := second.Get("/desk?state=all&objection=1").Doc().Find(".qrow").Length(); n != 1 {
		t.Errorf("%d objections in the list", n)
	}
	page := second.Get(path(r)).Want(http.StatusOK)
	if page.Doc().Find(".c-object").Length() != 1 || !strings.Contains(page.Text(".c-talk"), "stockdunkel") {
		t.Error("the objection is not shown")
	}
	got := second.Post(path(r)+"/objection", url.Values{"objection_reason": {""}}).Want(http.StatusUnprocessableEntity)
	if got.Doc().Find(".errsum a").Length() != 2 {
		t.Errorf("errors: %s", got.Text(".errsum"))
	}
	form := url.Values{"decision": {"reopen"}, "objection_reason": {"Wir messen noch einmal."}}
	refused := mine.Post(path(r)+"/objection", form).Want(http.StatusForbidden)
	if !strings.Contains(refused.Text("[role=alert]"), "andere Person") || refused.Doc().Find("#f-objection_reason").Text() != "Wir messen noch einmal." {
		t.Errorf("the first person decides: %s", refused.Text(".c-do"))
	}
	second.Post(path(r)+"/objection", form).WantRedirect(path(r))
	if v := b.Get(t, accounts.System, r.Number); v.Status != reports.Reopened {
		t.Errorf("status %s", v.Status)
	}
	if second.Get(path(r)).Doc().Find(".c-object").Length() != 0 {
		t.Error("a decided objection is asked about again")
	}
	second.Post(path(r)+"/objection", form).Want(http.StatusConflict)
}

// TestNothingOfThePerson: neither the code nor the address of the person who
// reported stands on a page of the desk.
func TestNothingOfThePerson(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rec, _ := b.Create(t, func(s *reports.Submission) { s.Mail = "wer@beispiel.example" })
	mine := b.site.As(b.clerk)
	one := "/desk/reports/" + rec.Number.Format(subject.PrefixReport)
	for _, page := range []string{"/desk", one, one + "/status/waiting", one + "/status/resolved"} {
		body := mine.Get(page).Want(http.StatusOK).Body
		if strings.Contains(body, rec.Code) || strings.Contains(body, "wer@beispiel") {
			t.Errorf("%s shows it", page)
		}
	}
}

func TestEnglish(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	mine := b.site.As(b.clerk)
	mine.Header.Set("Accept-Language", "en")
	for page, want := range map[string]string{"/desk": "To check", path(r): "Release text and photos", path(r) + "/status/waiting": "The question"} {
		got := mine.Get(page).Want(http.StatusOK)
		if !strings.Contains(got.Body, want) || strings.Contains(got.Text("main"), "desk.") {
			t.Errorf("%s: %q is missing, or a key shows", page, want)
		}
	}
}

// TestEveryNextIsReachable: from every status that staff can reach, each status
// offered has a page.
func TestEveryNextIsReachable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(b.clerk)
	other, _ := b.report(t)
	for _, from := range []reports.Status{reports.Waiting, reports.Planned, reports.Commissioned, reports.Resolved, reports.Forwarded, reports.NotResponsible} {
		r, _ := b.report(t)
		step(t, b, mine, r, from, other)
		page := mine.Get(path(r)).Want(http.StatusOK)
		var offered []string
		page.Doc().Find(".c-status a").Each(func(_ int, a *goquery.Selection) { offered = append(offered, a.AttrOr("href", "")) })
		want := len(from.Mechanics().Next)
		if from == reports.NotResponsible { // "Wieder offen" is the answer to an objection there
			want--
		}
		if len(offered) != want {
			t.Errorf("%s: offered %v", from, offered)
		}
		for _, to := range offered {
			mine.Get(strings.TrimSuffix(to, "#tun")).Want(http.StatusOK)
		}
		if !slices.Contains(from.Mechanics().Next, reports.Waiting) && page.Doc().Find("[href*='/status/waiting']").Length() != 0 {
			t.Errorf("%s offers what does not go", from)
		}
	}
}

func step(t *testing.T, b bundle, who *kittest.Browser, r *reports.View, to reports.Status, other *reports.View) {
	t.Helper()
	who.Post(path(r)+"/status/"+string(to), complete(b.fresh(t, who, r), to, other.Number.Format("M"))).WantRedirect(path(r))
}
