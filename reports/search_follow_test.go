package reports_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

func (c noticed) search(t *testing.T, f follows.SearchFollow) (id uuid.UUID, err error) {
	t.Helper()
	f.Lang = "de"
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		id, err = follows.FollowSearch(t.Context(), tx, f)
		return nil
	})
	return id, err
}

// A search that is followed tells of what it would find: by words, parts of compounds,
// phrases and what must not stand there, by kind and facets; once, by inbox and mail.
func TestFollowedSearches(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	facet := func(name string, values ...string) map[string][]string { return map[string][]string{name: values} }
	for name, tt := range map[string]struct {
		saved search.Saved
		want  bool
	}{
		"a word":             {search.Saved{Text: "Laterne"}, true},
		"another form":       {search.Saved{Text: "laternen"}, true},
		"two words":          {search.Saved{Text: "dunkel laterne"}, true},
		"the address":        {search.Saved{Text: "Marienplatz"}, true},
		"part of a compound": {search.Saved{Text: "platz"}, true},
		"another word":       {search.Saved{Text: "Schlagloch"}, false},
		"one of two":         {search.Saved{Text: "Laterne Schlagloch"}, false},
		"without":            {search.Saved{Text: "Laterne -Marienplatz"}, false},
		"without another":    {search.Saved{Text: "Laterne -Ampel"}, true},
		"a phrase":           {search.Saved{Text: `"laterne dunkel"`}, true},
		"no such phrase":     {search.Saved{Text: `"dunkel laterne"`}, false},
		"unreleased words":   {search.Saved{Text: "Kindergarten"}, false}, // of the text, which nobody has read yet
		"its kind":           {search.Saved{Text: "Laterne", Kinds: []subject.Kind{subject.Report}}, true},
		"another kind":       {search.Saved{Text: "Laterne", Kinds: []subject.Kind{search.Page}}, false},
		"its category":       {search.Saved{Text: "Laterne", Facets: facet("category", "laterne", "ampel")}, true},
		"another category":   {search.Saved{Text: "Laterne", Facets: facet("category", "ampel")}, false},
		"solved ones":        {search.Saved{Text: "Laterne", Facets: facet("status", "done")}, false},
	} {
		reader := accountstest.Resident(t, c.Pool)
		f := follows.SearchFollow{Saved: tt.saved, Kind: follows.Person, Owner: reader.Person, Cadence: follows.Each}
		id, err := c.search(t, f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := c.search(t, f); err != nil || again != id {
			t.Errorf("%s: followed twice: %v, %v", name, again, err)
		}
		r, _ := c.Create(t)
		c.Events.Work(t)
		want := 0
		if tt.want {
			want = 1
		}
		p, err := c.n.Inbox(t.Context(), reader, c.loc, uuid.Nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		mails := c.box.to(c.address(t, reader))
		if len(p.Notices) != want || len(mails) != want {
			t.Errorf("%s: %d notices and %d mails, want %d", name, len(p.Notices), len(mails), want)
			continue
		}
		if want == 1 && (p.Notices[0].Kind != notify.Search || mails[0].About.ID != r.Report || !strings.Contains(mails[0].Reason, "Suche")) {
			t.Errorf("%s: %+v, %+v", name, p.Notices[0], mails[0])
		}
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return follows.EndArea(t.Context(), tx, follows.Person, reader.Person, id) })
	}
	for _, text := range []string{"", "  ", "-Laterne", "und der", `""`} {
		if _, err := c.search(t, follows.SearchFollow{Saved: search.Saved{Text: text}, Kind: follows.Person, Owner: subject.NewID(), Cadence: follows.Each}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A search for what is solved hears when that comes true, one without a status does not
// hear of it again.
func TestSearchForStatus(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	solvedOnes, plain := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	for who, saved := range map[uuid.UUID]search.Saved{
		solvedOnes.Person: {Text: "Laterne", Facets: map[string][]string{"status": {"done"}}}, plain.Person: {Text: "Laterne"},
	} {
		if _, err := c.search(t, follows.SearchFollow{Saved: saved, Kind: follows.Person, Owner: who, Cadence: follows.Daily}); err != nil {
			t.Fatal(err)
		}
	}
	r, _ := c.Create(t)
	c.Events.Work(t)
	c.inbox(t, solvedOnes, 0)
	c.inbox(t, plain, 1)
	for _, ch := range solved() {
		c.set(t, r.Number, ch)
	}
	if got := c.inbox(t, solvedOnes, 1); got[0].What != notify.Status || got[0].Detail != string(reports.Resolved) {
		t.Errorf("%+v", got[0])
	}
	c.inbox(t, plain, 1)
	c.due(t)
	for who, want := range map[uuid.UUID]int{c.address(t, solvedOnes): 1, c.address(t, plain): 1} {
		if n := len(c.box.to(who)); n != want {
			t.Errorf("%d digests, want %d", n, want)
		}
	}
}

// Nobody follows more than thirty searches, also by many requests at once.
func TestSearchesAreBounded(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	owner := subject.NewID()
	for i := range follows.MaxSearches + 2 {
		_, err := c.search(t, follows.SearchFollow{Saved: search.Saved{Text: "Laterne " + strings.Repeat("a", i+3)}, Kind: follows.Person, Owner: owner, Cadence: follows.Never})
		if (err != nil) != (i >= follows.MaxSearches) || err != nil && !fault.Is(err, fault.Conflict) {
			t.Errorf("search %d: %v", i+1, err)
		}
	}
	list, err := follows.Searches(t.Context(), c.Pool, follows.Person, owner)
	if err != nil || len(list) != follows.MaxSearches {
		t.Errorf("%d searches, %v", len(list), err)
	}
}
