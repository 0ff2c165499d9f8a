package reportpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// shown is a city with the pages of its reports.
type shown struct {
	*reportstest.City
	site *kittest.Site
}

func newShown(t *testing.T) *shown {
	t.Helper()
	s := &shown{City: reportstest.New(t)}
	s.site = kittest.New(t, s.Pool, nil)
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	must(t, RegisterShow(s.site.Router, ShowDeps{
		DB: s.Pool, Reports: s.Reports, Categories: s.Categories, Geo: s.Geo, Zone: zone, Centre: kit.CentreAt(reportstest.Marienplatz),
	}))
	return s
}

const secret = "Frau Muster wohnt gegenüber"

func pageOf(r reports.Receipt) string { return reportPath(r.Number) }

// TestWhoSeesWhat: one page for each way of publication, seen by everybody.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	other := s.Clerk(t, "awm")
	resident := accountstest.Resident(t, s.Pool)
	for _, tt := range []struct {
		name, category, department string
		answers                    categories.Answers
		public, wordsEver          bool // before release; after it
	}{
		{"A", "laterne", "bau-lic", categories.Answers{"art": {"eine"}}, true, true},
		{"B", "sonstiges", "lotse", categories.Answers{"not": {"nein"}}, false, true},
		{"C", "graffiti", "bau-ing", categories.Answers{"hass": {"nein"}, "wo": {"stadt"}}, true, false},
		{"P", "ratten", "gsr", categories.Answers{"wo": {"park"}}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, owner := s.Create(t, func(sub *reports.Submission) {
				sub.Category, sub.Answers, sub.Text = tt.category, tt.answers, secret
			})
			clerk := s.Clerk(t, tt.department)
			nothing := s.site.Browser().Get("/reports/M-2026-222222").Want(http.StatusNotFound)
			strangers := map[string]*kittest.Browser{"anonymous": s.site.Browser(), "resident": s.site.As(resident), "other clerk": s.site.As(other)}
			for who, b := range strangers {
				a := b.Get(pageOf(r))
				if strings.Contains(a.Body, secret) {
					t.Errorf("%s reads held words", who)
				}
				if !tt.public {
					a.Want(http.StatusNotFound)
					if who == "anonymous" && a.Body != nothing.Body {
						t.Errorf("a held report answers in other words than none:\n%s", a.Body)
					}
					for _, path := range []string{"/metoo", "/follow", "/check", "/add", "/withdraw"} {
						b.Post(pageOf(r)+path, url.Values{"on": {"1"}, "fixed": {"yes"}, "follow": {"a@b.example"}, "add": {"x"}}).Want(http.StatusNotFound)
					}
					if len(s.site.Browser().Cookies) != 0 {
						t.Error("a session for looking at nothing")
					}
					continue
				}
				a.Want(http.StatusOK).WantClean()
				if a.Text(".lead-status .word") != "Eingegangen" || a.Doc().Find(`form[data-metoo] button[aria-pressed="false"]`).Length() != 1 {
					t.Errorf("%s sees no status or can't join: %q", who, a.Text(".lead-status"))
				}
				if a.Doc().Find("main a[href^='/desk/'], a[href$='/withdraw'], form[action$='/add'], form[action$='/reopen'], form[action$='/answer'], .heldmark").Length() != 0 {
					t.Errorf("%s is offered what only the reporter may do", who)
				}
			}
			for who, actor := range map[string]accounts.Actor{"owner": owner, "clerk": clerk} {
				a := s.site.As(actor).Get(pageOf(r)).Want(http.StatusOK).WantClean()
				if !strings.Contains(a.Body, secret) {
					t.Errorf("%s can't read the text", who)
				}
				if cc := a.Header.Get("Cache-Control"); strings.Contains(cc, "public") {
					t.Errorf("%s: %s", who, cc)
				}
			}
			if a := s.site.As(clerk).Get(pageOf(r)); a.Doc().Find(`a[href="/desk`+pageOf(r)+`"]`).Length() != 1 {
				t.Error("no way to the desk for the team")
			}
			mine := s.site.As(owner).Get(pageOf(r))
			switch {
			case tt.name == "P":
				if !strings.Contains(mine.Text(".notice"), "nicht öffentlich") {
					t.Errorf("private, but %q", mine.Text(".notice"))
				}
			case tt.name != "C":
				if !strings.Contains(mine.Text(".heldmark"), "Das sehen im Moment nur Sie und das Team.") {
					t.Errorf("the held text is not marked: %q", mine.Text("main"))
				}
			}
			if mine.Doc().Find("a[href$='/withdraw']").Length() != 1 || mine.Doc().Find("form[action$='/add']").Length() != 1 || mine.Doc().Find("form[data-metoo]").Length() != 0 {
				t.Error("the reporter's buttons are wrong")
			}
			if !tt.wordsEver {
				return
			}
			must(t, s.Reports.Release(t.Context(), clerk, r.Number, reports.Release{TextState: reports.TextReleased, TextPublic: "Bitte ansehen"}))
			a := s.site.Browser().Get(pageOf(r)).Want(http.StatusOK)
			if !strings.Contains(a.Text(".words"), "Bitte ansehen") || strings.Contains(a.Body, secret) {
				t.Errorf("released: %q", a.Text(".words"))
			}
			if cc := a.Header.Get("Cache-Control"); !strings.HasPrefix(cc, "public") {
				t.Errorf("everybody's page is %q", cc)
			}
		})
	}
}

// TestJoinAndHintWithoutScript: forms that work by themselves.
func TestJoinAndHintWithoutScript(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	b := s.site.Browser()
	b.Post(pageOf(r)+"/metoo", url.Values{"on": {"1"}}).WantRedirect(pageOf(r))
	a := b.Get(pageOf(r)).Want(http.StatusOK)
	if a.Text("[data-flash]") == "" || a.Text("[data-metoo-count]") != "1" || a.Text("[data-metoo-word]") != "Sie sind dabei" {
		t.Errorf("joined: %q %q", a.Text("[data-flash]"), a.Text("form[data-metoo]"))
	}
	if v, _ := a.Doc().Find("form[data-metoo] button").Attr("value"); v != "0" {
		t.Errorf("the next press sends %q", v)
	}
	req := b.Request(http.MethodPost, pageOf(r)+"/metoo", strings.NewReader("on=0"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if got := b.Do(req).Want(http.StatusOK).Body; got != `{"count":0,"on":false}` {
		t.Errorf("JSON %s", got)
	}
	b.Post(pageOf(r)+"/check", url.Values{"fixed": {"no"}}).WantRedirect(pageOf(r))
	a = b.Get(pageOf(r))
	if a.Doc().Find(`button[name=fixed][value=no][aria-pressed=true]`).Length() != 1 || a.Text(".lead-status .word") != "Eingegangen" {
		t.Error("the hint is not shown, or it changed the status")
	}
	b.Post(pageOf(r)+"/check", url.Values{"fixed": {"maybe"}}).Want(http.StatusBadRequest)
}

// TestReporterActs: add, answer, withdraw, reopen, object, each as a form.
func TestReporterActs(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	clerk := s.Clerk(t, "bau-lic")
	set := func(n subject.Number, ch reports.Change) {
		t.Helper()
		must(t, s.Reports.SetStatus(t.Context(), clerk, n, ch))
	}
	soon := time.Now().AddDate(0, 0, 7)

	r, owner := s.Create(t)
	b := s.site.As(owner)
	a := b.Post(pageOf(r)+"/add", url.Values{"add": {"  "}}).Want(http.StatusUnprocessableEntity)
	if a.Text("[data-error-summary] a") == "" || a.Doc().Find(`details[open] #f-add[aria-invalid=true]`).Length() != 1 {
		t.Errorf("an empty addition: %q", a.Text("[data-error-summary]"))
	}
	long := strings.Repeat("ä", reports.MaxReason+1)
	if a = b.Post(pageOf(r)+"/add", url.Values{"add": {long}}).Want(http.StatusUnprocessableEntity); a.Doc().Find("#f-add").Text() != long {
		t.Error("what was typed is lost")
	}
	b.Post(pageOf(r)+"/add", url.Values{"add": {"Auch die zweite Laterne."}}).WantRedirect(pageOf(r))
	if a = b.Get(pageOf(r)); !strings.Contains(a.Text(".dialogue"), "Auch die zweite Laterne.") {
		t.Error("the reporter does not see the addition")
	}
	if strings.Contains(s.site.Browser().Get(pageOf(r)).Body, "zweite Laterne") {
		t.Error("everybody reads the addition")
	}

	set(r.Number, reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche Nummer steht am Mast?", Until: &soon}})
	if a = b.Get(pageOf(r)); !strings.Contains(a.Text(".ask"), "Welche Nummer") || !strings.Contains(a.Text(".ask"), "Bitte antworten Sie bis") {
		t.Errorf("asked: %q", a.Text(".ask"))
	}
	if a.Doc().Find(".kern-btn--primary").Length() != 1 {
		t.Errorf("%d primary buttons", a.Doc().Find(".kern-btn--primary").Length())
	}
	if a = s.site.Browser().Get(pageOf(r)); strings.Contains(a.Body, "Welche Nummer") || a.Text(".lead-status .word") != "Rückfrage" {
		t.Error("everybody reads the question")
	}
	b.Post(pageOf(r)+"/answer", url.Values{"answer": {"27"}}).WantRedirect(pageOf(r))
	if got := b.Get(pageOf(r)).Text(".lead-status .word"); got != "Wird geprüft" {
		t.Errorf("answered, but %q", got)
	}

	if a = b.Get(pageOf(r) + "/withdraw").Want(http.StatusOK).WantClean(); a.Text("h1") != "Meldung zurückziehen?" {
		t.Errorf("asks %q", a.Text("h1"))
	}
	if a := s.site.Browser().Get(pageOf(r) + "/withdraw").Want(http.StatusForbidden); !strings.Contains(a.Text("main"), "Das kann nur die Person, die das gemeldet hat.") {
		t.Errorf("refused without a reason: %q", a.Text("main"))
	}
	b.Post(pageOf(r)+"/withdraw", nil).WantRedirect(pageOf(r))
	if got := b.Get(pageOf(r)).Text(".lead-status .word"); got != "Zurückgezogen" {
		t.Errorf("withdrawn, but %q", got)
	}

	r, owner = s.Create(t)
	b = s.site.As(owner)
	set(r.Number, reports.Change{To: reports.InProgress})
	if a = b.Get(pageOf(r) + "/withdraw").Want(http.StatusOK); a.Text("h1") != "Ist es nicht mehr nötig?" {
		t.Errorf("too late, but asks %q", a.Text("h1"))
	}
	set(r.Number, reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Die Lampe ist neu.", SeenBy: "crew"}})
	if a = b.Get(pageOf(r)); !strings.Contains(a.Text(".lead-status .next"), "können Sie die Meldung wieder öffnen") {
		t.Errorf("the reporter is told %q", a.Text(".lead-status .next"))
	}
	b.Post(pageOf(r)+"/reopen", url.Values{"reopen": {"Sie ist wieder dunkel."}}).WantRedirect(pageOf(r))
	if got := b.Get(pageOf(r)).Text(".lead-status .word"); got != "Wieder offen" {
		t.Errorf("reopened, but %q", got)
	}
	set(r.Number, reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Der Weg wird abgebaut"}})
	b.Post(pageOf(r)+"/object", url.Values{"object": {"Dort gehen Kinder."}}).WantRedirect(pageOf(r))
	if a := b.Post(pageOf(r)+"/object", url.Values{"object": {"Noch einmal."}}).Want(http.StatusForbidden); !strings.Contains(a.Text("main"), "Das geht nur einmal.") {
		t.Errorf("refused without a reason: %q", a.Text("main"))
	}
	s.site.Browser().Post(pageOf(r)+"/add", url.Values{"add": {"fremd"}}).Want(http.StatusForbidden)
}

func TestOpenWithCode(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	number := r.Number.Format(subject.PrefixReport)
	b := s.site.Browser()
	if v, _ := b.Get("/reports/open?number=" + number).Want(http.StatusOK).WantClean().Doc().Find("#f-number").Attr("value"); v != number {
		t.Errorf("the number is not filled in: %q", v)
	}
	wrong := b.Post("/reports/open", url.Values{"number": {number}, "code": {"2222-2222-2222"}}).Want(http.StatusUnprocessableEntity)
	unknown := b.Post("/reports/open", url.Values{"number": {"M-2026-222222"}, "code": {"2222-2222-2222"}}).Want(http.StatusUnprocessableEntity)
	if got := wrong.Text("[data-error-summary] h2"); got != "Nummer und Zugangscode passen nicht zusammen." {
		t.Errorf("says %q", got)
	}
	if strings.ReplaceAll(unknown.Body, "M-2026-222222", number) != wrong.Body {
		t.Error("a wrong code and a wrong number can be told apart")
	}
	b.Post("/reports/open", url.Values{"number": {strings.ToLower(number)}, "code": {strings.ToLower(r.Code)}}).WantRedirect(pageOf(r))
	if a := b.Get(pageOf(r)); a.Doc().Find("form[action$='/add']").Length() != 1 {
		t.Error("opened, but nothing can be added")
	}
	if a := b.Get("/reports/mine").Want(http.StatusOK).WantClean(); a.Doc().Find(".item").Length() != 1 {
		t.Error("the report is not listed on this device")
	}
	if a := s.site.Browser().Get("/reports/mine").Want(http.StatusOK); a.Doc().Find(".item").Length() != 0 {
		t.Error("somebody else's reports are listed")
	}
	guess := s.site.Browser()
	guess.Remote = "198.51.100.7:1"
	limited := false
	for range 21 { // the limit is 10, and a window may end in between
		a := guess.Post("/reports/open", url.Values{"number": {"x"}, "code": {"x"}})
		if limited = a.Status == http.StatusTooManyRequests && a.Header.Get("Retry-After") != ""; limited {
			break
		}
	}
	if !limited {
		t.Error("codes can be tried without end")
	}
	s.site.Browser().Get("/reports/open/nonsense").Want(http.StatusGone)
}

// TestFragment: an open page takes over steps and status, no frame, and never
// from a cache.
func TestFragment(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	b := s.site.Browser()
	page := b.Get(pageOf(r))
	slot := page.Doc().Find("#timeline .live-slot")
	if topic, _ := slot.Attr("data-live"); topic != "report:"+r.Number.Format(subject.PrefixReport) {
		t.Errorf("listens to %q", topic)
	}
	must(t, s.Reports.SetStatus(t.Context(), s.Clerk(t, "bau-lic"), r.Number, reports.Change{To: reports.InReview, StatusParams: reports.StatusParams{}}))
	a := b.Get(pageOf(r) + "?fragment=timeline").Want(http.StatusOK)
	if a.Doc().Find("header, footer, h1").Length() != 0 || strings.Contains(a.Header.Get("Cache-Control"), "public") {
		t.Errorf("fragment with frame or cached: %s", a.Header.Get("Cache-Control"))
	}
	var rows []string
	for _, sel := range a.Doc().Find("#timeline .track > li[data-row]").EachIter() {
		rows = append(rows, sel.Find("h3").Text())
	}
	if strings.Join(rows, ",") != "Wird geprüft,Eingegangen" {
		t.Errorf("rows %v", rows)
	}
	if got := a.Text(`[data-live-part="status"] .word`); got != "Wird geprüft" {
		t.Errorf("status %q", got)
	}
	old, _ := page.Doc().Find("#timeline .track > li").First().Attr("data-row")
	kept, _ := a.Doc().Find("#timeline .track > li").Last().Attr("data-row")
	if old == "" || old != kept {
		t.Errorf("a step is %q, then %q", old, kept)
	}
}

func TestFollowSaysTheSame(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	b := s.site.Browser()
	a := b.Post(pageOf(r)+"/follow", url.Values{"follow": {"kein Postfach"}}).Want(http.StatusUnprocessableEntity)
	if v, _ := a.Doc().Find("#f-follow[aria-invalid=true]").Attr("value"); v != "kein Postfach" {
		t.Errorf("what was typed is %q", v)
	}
}

func TestNumberIsSpelledOneWay(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	b := s.site.Browser()
	b.Get("/reports/" + strings.ToLower(r.Number.Format(subject.PrefixReport))).WantRedirect(pageOf(r))
	b.Get("/reports/unsinn").Want(http.StatusNotFound)
	a := b.Get(pageOf(r))
	if href, _ := a.Doc().Find("link[rel=canonical]").Attr("href"); href != kittest.Base+pageOf(r) {
		t.Errorf("canonical %q", href)
	}
	if strings.Contains(a.Body, "Sachbearbeit") {
		t.Error("a clerk is named")
	}
}
