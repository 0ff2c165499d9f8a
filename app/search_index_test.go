package app

import (
	"testing"

	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/search/searchtest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestSearchFigures: the metrics say who answered searches and why, and how the mirror is;
// nothing where there is none.
func TestSearchFigures(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	if list, err := a.searchFigures(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	pg, err := search.NewPostgres(search.PostgresConfig{DB: a.pool})
	if err != nil {
		t.Fatal(err)
	}
	c, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	server := searchtest.NewMeili(t)
	if a.mirror, err = search.NewMeili(search.MeiliConfig{DB: a.pool, Postgres: pg, Jobs: c, URL: server.URL, Key: searchtest.MeiliKey}); err != nil {
		t.Fatal(err)
	}
	figures := func() map[string]float64 {
		t.Helper()
		if _, err := a.mirror.Search(t.Context(), subject.Viewer{}, search.Query{Text: "Laterne", Lang: "de", Sort: search.ByRelevance}); err != nil {
			t.Fatal(err)
		}
		list, err := a.searchFigures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		for _, g := range list {
			out[g.Name+" "+g.Of] = g.Value
		}
		return out
	}
	if f := figures(); f["mitwirk_search_answers postgres_not_ready"] != 1 || f["mitwirk_search_mirror ready"] != 0 {
		t.Errorf("before it is filled: %v", f)
	}
	if err := a.mirror.Rebuild(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	server.Down(true)
	if f := figures(); f["mitwirk_search_answers postgres_failing"] != 1 || f["mitwirk_search_answers meilisearch"] != 0 || f["mitwirk_search_mirror ready"] != 1 {
		t.Errorf("while it is down: %v", f)
	}
	if f := figures(); f["mitwirk_search_answers postgres_resting"] != 1 {
		t.Errorf("after it was down: %v", f)
	}
}
