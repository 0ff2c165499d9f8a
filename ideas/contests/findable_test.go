package contests_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// TestFound: the search finds a public contest by its words and those of its
// challenges; no contest for employees, no draft, and no call that is none.
func TestFound(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	ctx := t.Context()
	index, err := search.NewPostgres(search.PostgresConfig{DB: c.Pool})
	if err != nil {
		t.Fatal(err)
	}
	x, err := search.New(search.Config{DB: c.Pool, Index: index, Sources: []search.Source{contests.Findable{}}})
	if err != nil {
		t.Fatal(err)
	}
	call := func(title string, change func(*ideas.Call)) *ideas.Call {
		return c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
			call.Kind, call.Title = ideas.KindContest, i18n.Text{"de": title}
			for n, p := range []ideas.Phase{ideas.Collect, ideas.Check, ideas.Support} {
				from, to := days(n*10-5, n*10+4)
				call.Spans = append(call.Spans, ideas.Span{Phase: p, From: from, To: to})
			}
			change(call)
		})
	}
	public := call("Amt ohne Warten: Wettbewerb Quittenbaum", func(*ideas.Call) {})
	staff := call("Wettbewerb Quittenbaum für Beschäftigte", func(call *ideas.Call) { call.StaffOnly = true })
	draft := call("Wettbewerb Quittenbaum im Entwurf", func(*ideas.Call) {})
	plain := call("Aufruf Quittenbaum", func(call *ideas.Call) { call.Kind = "ideas" })
	do := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Pool.Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`UPDATE calls SET state = 'draft' WHERE id = $1`, draft.ID)
	for _, of := range []*ideas.Call{public, staff} {
		do(`INSERT INTO contests (call_id) VALUES ($1)`, of.ID)
		do(`INSERT INTO contest_challenges (id, call_id, ord, title, text) VALUES (gen_random_uuid(), $1, 0, '{"de": "Briefe"}', '{"de": "Wer fragt Mispelholz?"}')`, of.ID)
	}
	finds := func(text string, who subject.Viewer, want ...string) {
		t.Helper()
		got, err := x.Search(ctx, who, search.Query{Text: text, Lang: "de"})
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for _, h := range got.Hits {
			paths = append(paths, h.Path)
		}
		if len(paths) != len(want) || len(want) == 1 && paths[0] != want[0] || got.Total != len(want) {
			t.Errorf("%q finds %v, not %v", text, paths, want)
		}
	}
	all := []uuid.UUID{public.ID, staff.ID, draft.ID, plain.ID}
	clerk := subject.Viewer{Person: uuid.New(), Departments: []uuid.UUID{staff.Department}, Roles: []subject.Role{subject.Caseworker}}
	for range 2 {
		if err := x.Refresh(ctx, subject.Call, all...); err != nil {
			t.Fatal(err)
		}
		for _, who := range []subject.Viewer{{}, clerk} {
			finds("Quittenbaum", who, public.Path())
			finds("Mispelholz", who, public.Path())
			finds("Beschäftigte", who)
		}
	}
	// one that was public and is for employees from now on is found no more
	do(`UPDATE calls SET audience = 'staff' WHERE id = $1`, public.ID)
	if err := x.Refresh(ctx, subject.Call, all...); err != nil {
		t.Fatal(err)
	}
	finds("Quittenbaum", subject.Viewer{})
}
