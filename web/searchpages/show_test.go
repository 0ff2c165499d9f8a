package searchpages_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/searchpages"
)

type city struct {
	*reportstest.City
	site   *kittest.Site
	search *search.Service
}

// setup is a city whose reports and kinds can be found.
func setup(t *testing.T) *city {
	t.Helper()
	c := &city{City: reportstest.New(t)}
	index, err := search.NewPostgres(search.PostgresConfig{DB: c.Pool})
	if err != nil {
		t.Fatal(err)
	}
	c.search, err = search.New(search.Config{DB: c.Pool, Index: index, Sources: []search.Source{c.Categories.Findable(), c.Reports.Findable()}})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.Findable().OnChange(func(ctx context.Context, ids []uuid.UUID) error { return c.search.Refresh(ctx, subject.Report, ids...) })
	c.site = kittest.New(t, c.Pool, nil)
	if err := searchpages.Register(c.site.Router, searchpages.Deps{DB: c.Pool, Search: c.search, Categories: c.Categories, Geo: c.Geo}); err != nil {
		t.Fatal(err)
	}
	return c
}

// settle runs all jobs that wait.
func (c *city) settle(t *testing.T) {
	t.Helper()
	if _, err := c.Events.Jobs.Drain(t.Context(), c.Pool); err != nil {
		t.Fatal(err)
	}
}

func find(text string, more ...string) string {
	v := url.Values{"q": {text}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Add(more[i], more[i+1])
	}
	return "/search?" + v.Encode()
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	c := setup(t)
	r, owner := c.Create(t, func(s *reports.Submission) { s.Place.Address = "Rosenheimer Straße 12" })
	held, _ := c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "sonstiges", nil
		s.Place.Address = "Geheimgasse 1"
	})
	if err := c.search.Walk(t.Context()); err != nil { // what was there before the search
		t.Fatal(err)
	}
	c.settle(t)
	anybody := c.site.Browser()

	start := anybody.Get("/search").Want(http.StatusOK).WantClean()
	if start.Doc().Find("form[role=search] input[name=q]").Length() != 1 || start.Doc().Find(".searchstart a").Length() != 3 {
		t.Error("the empty page has no box or no examples")
	}

	page := anybody.Get(find("Rosenheimer Laternen")).Want(http.StatusOK).WantClean()
	row := page.Doc().Find(".items .item").First()
	if got := row.Find("h3").Text(); got != "Laterne dunkel oder beschädigt, Rosenheimer Straße 12" {
		t.Errorf("first hit %q", got)
	}
	if href, _ := row.Find("h3 a").Attr("href"); href != "/reports/"+r.Number.Format(subject.PrefixReport) {
		t.Errorf("leads to %s", href)
	}
	if got := row.Find("mark").First().Text(); got != "Laterne" {
		t.Errorf("marked %q", got)
	}
	if strings.Contains(page.Doc().Text(), "Kindergarten") {
		t.Error("text that waits for its release is shown")
	}

	wrong := anybody.Get(find("Latrene")).Want(http.StatusOK)
	if got := wrong.Text(".searchnote"); !strings.Contains(got, "Das sind Treffer für „Laterne“") {
		t.Errorf("note %q", got)
	}
	if wrong.Doc().Find(".items .item").Length() != 2 { // the kind and the report
		t.Errorf("%d hits", wrong.Doc().Find(".items .item").Length())
	}
	kinds := anybody.Get(find("Laterne", "kind", "category")).Want(http.StatusOK)
	if href, _ := kinds.Doc().Find(".items h3 a").Attr("href"); href != "/reports/new?category=laterne" {
		t.Errorf("a kind leads to %s", href)
	}
	if got := anybody.Get(find("Wolkenkuckucksheim")).Want(http.StatusOK).Text(".empty"); !strings.Contains(got, "haben wir nichts gefunden") {
		t.Errorf("nothing found: %q", got)
	}
	anybody.Get(find(strings.ToLower(r.Number.Format(subject.PrefixReport)))).WantRedirect("/reports/" + r.Number.Format(subject.PrefixReport))
	anybody.Get(find(strings.Repeat("x", 300))).Want(http.StatusBadRequest)

	// what is held is found by its team and its author only
	for name, tt := range map[string]struct {
		actor accounts.Actor
		want  int
	}{
		"anybody": {accounts.Actor{}, 0}, "somebody else": {owner, 0}, "clerk": {c.Clerk(t, departmentOf(t, c, held)), 1}, "clerk elsewhere": {c.Clerk(t, "awm"), 0},
	} {
		browser := anybody
		if tt.actor.Person != uuid.Nil {
			browser = c.site.As(tt.actor)
		}
		if got := browser.Get(find("Geheimgasse", "exact", "1")).Want(http.StatusOK).Doc().Find(".items .item").Length(); got != tt.want {
			t.Errorf("%s finds %d, want %d", name, got, tt.want)
		}
	}

	var list []searchpages.Proposal
	if err := json.Unmarshal([]byte(anybody.Get("/search/suggestions?q=later").Want(http.StatusOK).Body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) < 2 || list[0].Text != "Laterne" {
		t.Errorf("proposals %+v", list)
	}
}

func departmentOf(t *testing.T, c *city, r reports.Receipt) string {
	t.Helper()
	return c.Get(t, accounts.System, r.Number).Department.Key
}

// What moderation hides is gone at once, and from the index with the job; what
// comes back is found again. Every job may run twice.
func TestHiddenAndErased(t *testing.T) {
	t.Parallel()
	c := setup(t)
	r, _ := c.Create(t, func(s *reports.Submission) { s.Place.Address = "Balanstraße 7" })
	c.settle(t)
	hits := func() int {
		return c.site.Browser().Get(find("Balanstraße")).Want(http.StatusOK).Doc().Find(".items .item").Length()
	}
	if hits() != 1 {
		t.Fatal("not found")
	}
	var target moderation.Target = c.Reports.Moderated()
	part := subject.PartOf(subject.Ref{Kind: subject.Report, ID: r.Report}, subject.Whole, uuid.Nil)
	inTx(t, c, func(ctx context.Context, tx pgx.Tx) error { return target.Hide(ctx, tx, part) })
	if hits() != 0 {
		t.Error("a hidden report is shown from its old row")
	}
	c.settle(t)
	for range 2 { // a job that runs again
		if err := c.search.Refresh(t.Context(), subject.Report, r.Report); err != nil {
			t.Fatal(err)
		}
	}
	var rows, words int
	if err := c.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM documents WHERE subject_kind = 'report'), (SELECT count(*) FROM vocabulary WHERE word = 'balanstrasse')`).Scan(&rows, &words); err != nil {
		t.Fatal(err)
	}
	if rows != 0 || words != 0 {
		t.Errorf("the index still has %d documents, %d words", rows, words)
	}
	inTx(t, c, func(ctx context.Context, tx pgx.Tx) error { return target.Restore(ctx, tx, part) })
	c.settle(t)
	if hits() != 1 {
		t.Error("what came back is not found")
	}
	var before int
	for i, fresh := range []bool{true, false, true} {
		if err := c.search.Rebuild(t.Context(), fresh, nil); err != nil {
			t.Fatal(err)
		}
		n := vocabulary(t, c)
		if i > 0 && n != before || hits() != 1 {
			t.Errorf("after a rebuild (fresh: %t) %d hits, %d words, before %d", fresh, hits(), n, before)
		}
		before = n
	}
}

func inTx(t *testing.T, c *city, fn func(ctx context.Context, tx pgx.Tx) error) {
	t.Helper()
	if err := db.Transact(t.Context(), c.Pool, fn); err != nil {
		t.Fatal(err)
	}
}

func vocabulary(t *testing.T, c *city) (n int) {
	t.Helper()
	if err := c.Pool.QueryRow(t.Context(), `SELECT coalesce(sum(n), 0) FROM vocabulary`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
