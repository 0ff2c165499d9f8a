package reportpages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func numbersIn(a *kittest.Answer) []string {
	return a.Doc().Find(".items .item").Map(func(_ int, s *goquery.Selection) string {
		n, _ := s.Attr("data-row")
		return n
	})
}

func href(a *kittest.Answer, selector string) string {
	v, _ := a.Doc().Find(selector).First().Attr("href")
	return v
}

// TestListPages: every report once, newest first, older and back.
func TestListPages(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	var want []string
	for range 27 {
		r, _ := s.Create(t)
		want = append(want, r.Number.Format(subject.PrefixReport))
	}
	held, _ := s.Create(t, func(sub *reports.Submission) {
		sub.Category, sub.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	slices.Reverse(want)
	for _, at := range []string{"/reports", "/map"} {
		b := s.site.Browser()
		first := b.Get(at + "?category=laterne").Want(http.StatusOK).WantClean()
		older := href(first, "a[rel=next]")
		if !strings.Contains(older, "category=laterne") || !strings.HasPrefix(older, at+"?") || href(first, "a[rel=prev]") != "" {
			t.Fatalf("%s: older is %q, newer %q", at, older, href(first, "a[rel=prev]"))
		}
		second := b.Get(older).Want(http.StatusOK)
		if got := slices.Concat(numbersIn(first), numbersIn(second)); !slices.Equal(got, want) {
			t.Errorf("%s: %d rows %v\nwant %v", at, len(got), got, want)
		}
		if back := b.Get(href(second, "a[rel=prev]")); !slices.Equal(numbersIn(back), numbersIn(first)) {
			t.Errorf("%s: back shows %v", at, numbersIn(back))
		}
		if strings.Contains(first.Body+second.Body, held.Number.Format(subject.PrefixReport)) {
			t.Errorf("%s lists what is held", at)
		}
		if !strings.Contains(first.Text("main"), "27 Meldungen") {
			t.Errorf("%s: the count is wrong", at)
		}
	}
}

// TestFiltersStay: what is chosen is in the form, the chips, the links, the map's
// tiles, and can be taken away one by one.
func TestFiltersStay(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	const query = "?category=laterne&category=schlagloch&status=open&from=2026-01-02&to=2099-03-04&q=Marienplatz&bbox=11.500000,48.100000,11.600000,48.200000"
	b := s.site.Browser()
	a := b.Get("/map" + query).Want(http.StatusOK).WantClean()
	if !slices.Equal(numbersIn(a), []string{r.Number.Format(subject.PrefixReport)}) {
		t.Errorf("found %v", numbersIn(a))
	}
	doc := a.Doc()
	for selector, want := range map[string]string{
		"#f-q": "Marienplatz", "#f-from": "2026-01-02", "#f-to": "2099-03-04", "#f-category option[selected]": "laterne",
		"#f-status option[selected]": "open", "input[type=hidden][name=category]": "schlagloch",
		"input[type=hidden][name=bbox]": "11.500000,48.100000,11.600000,48.200000",
	} {
		if got, _ := doc.Find(selector).Attr("value"); got != want {
			t.Errorf("%s is %q, want %q", selector, got, want)
		}
	}
	if n := doc.Find(".chips .chip").Length(); n != 6 {
		t.Errorf("%d chips, want 6", n)
	}
	for _, chip := range doc.Find(".chips .chip").EachIter() {
		to, _ := chip.Attr("href")
		u, err := url.Parse(to)
		must(t, err)
		n := 0
		for _, list := range u.Query() {
			n += len(list)
		}
		if n != 6 { // of seven values one is gone
			t.Errorf("%q leads to %q", chip.Text(), to)
		}
	}
	other, err := url.Parse(href(a, ".listhead a"))
	must(t, err)
	want, err := url.ParseQuery(query[1:])
	must(t, err)
	if other.Path != "/reports" || other.Query().Encode() != want.Encode() {
		t.Errorf("the list is %q", other)
	}
	tiles, _ := doc.Find("[data-map]").Attr("data-tiles")
	if !strings.Contains(tiles, "/{z}/{x}/{y}.mvt?") || !strings.Contains(tiles, "q=Marienplatz") || strings.Contains(tiles, "bbox") {
		t.Errorf("tiles %q", tiles)
	}
	if count, _ := doc.Find("[data-list]").Attr("data-count"); count != "1" {
		t.Errorf("count %q", count)
	}
	if got := href(b.Get("/reports"+query), "link[rel=canonical]"); got != kittest.Base+"/reports" {
		t.Errorf("canonical %q", got)
	}
}

func TestListOddRequests(t *testing.T) {
	t.Parallel()
	s := newShown(t)
	r, _ := s.Create(t)
	held, owner := s.Create(t, func(sub *reports.Submission) {
		sub.Category, sub.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	b := s.site.Browser()
	for _, query := range []string{"status=nonsense", "from=gestern", "bbox=1,2,3", "before=x", "after=zz.1", "district=" + strings.Repeat("x", 50)} {
		for _, at := range []string{"/reports?", "/map?"} {
			if a := b.Get(at + query).Want(http.StatusBadRequest); a.Text("h1") == "" || strings.Contains(a.Text("h1"), "report.err") {
				t.Errorf("%s%s says %q", at, query, a.Text("h1"))
			}
		}
	}
	number := strings.ToLower(strings.ReplaceAll(r.Number.Format(subject.PrefixReport), "-", " "))
	b.Get("/reports?q=" + url.QueryEscape(number)).WantRedirect(pageOf(r))
	// a held number answers as one that does not exist, except to its reporter
	a := b.Get("/reports?q=" + held.Number.Format(subject.PrefixReport)).Want(http.StatusOK)
	unknown := b.Get("/reports?q=M-2026-222222").Want(http.StatusOK)
	if a.Text(".empty") == "" || a.Text(".empty") != unknown.Text(".empty") {
		t.Errorf("%q, %q", a.Text(".empty"), unknown.Text(".empty"))
	}
	s.site.As(owner).Get("/reports?q=" + held.Number.Format(subject.PrefixReport)).WantRedirect(pageOf(held))
	if a := b.Get("/reports?category=unbekannt"); a.Want(http.StatusOK).Doc().Find(".item").Length() != 0 || a.Text(".empty p") == "" {
		t.Error("an unknown kind finds something")
	}
	if a := b.Get("/reports?fragment=list").Want(http.StatusOK); a.Doc().Find("#list .items .item").Length() != 1 || a.Doc().Find("h1, footer").Length() != 0 {
		t.Error("the fragment is no list")
	}
	if a := b.Get("/reports?lang=en"); a.Text("h1") != "Reports" {
		t.Errorf("English %q", a.Text("h1"))
	}
}
