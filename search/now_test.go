package search_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// shelf is a source whose things change without the index hearing of it.
type shelf struct{ docs map[uuid.UUID]search.Document }

func (shelf) Kind() subject.Kind { return subject.Report }

func (s shelf) Documents(_ context.Context, _ db.Queryer, ids []uuid.UUID) (list []search.Document, err error) {
	for _, id := range ids {
		if d, ok := s.docs[id]; ok {
			list = append(list, d)
		}
	}
	return list, nil
}

func (shelf) IDs(context.Context, db.Queryer, uuid.UUID, int) ([]uuid.UUID, error) { return nil, nil }

// put writes a report into the shelf and the index.
func (s shelf) put(t *testing.T, x *search.Service, edit func(*search.Document)) search.Document {
	t.Helper()
	d := search.Document{
		Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}, Title: i18n.Text{"de": "Laterne dunkel, Geheimgasse"}, Path: "/reports/x",
		Audience: subject.Public, Facets: map[string]string{"status": "open"},
	}
	edit(&d)
	s.docs[d.ID] = d
	if err := x.Refresh(t.Context(), subject.Report, d.ID); err != nil {
		t.Fatal(err)
	}
	return d
}

func shelved(t *testing.T, groups map[uuid.UUID][]uuid.UUID) (*search.Service, shelf, pgx.Tx) {
	t.Helper()
	tx := dbtest.Tx(t)
	index, err := search.NewPostgres(search.PostgresConfig{DB: tx})
	if err != nil {
		t.Fatal(err)
	}
	s := shelf{map[uuid.UUID]search.Document{}}
	x, err := search.New(search.Config{
		DB: tx, Index: index, Sources: []search.Source{s},
		Groups: func(_ context.Context, person uuid.UUID) ([]uuid.UUID, error) { return groups[person], nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return x, s, tx
}

// Nothing is proposed that was hidden a moment ago, before its job has run.
func TestNothingHiddenIsProposed(t *testing.T) {
	t.Parallel()
	x, s, tx := shelved(t, nil)
	now, err := db.Now(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	const number = "M-2026-7K3QX9"
	d := s.put(t, x, func(d *search.Document) { d.Number, d.At = number, &now })
	proposed := func() int {
		t.Helper()
		list, err := x.Suggest(t.Context(), number, "de", 5)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := proposed(); n != 1 {
		t.Fatalf("%d proposals", n)
	}
	closed := d
	closed.Audience = subject.Owner
	s.docs[d.ID] = closed
	if n := proposed(); n != 0 {
		t.Errorf("%d proposals of what is not public any more", n)
	}
	delete(s.docs, d.ID)
	if n := proposed(); n != 0 {
		t.Errorf("%d proposals of what was erased", n)
	}
}

// What is not public is counted for those only whose it is at this moment; a member of
// a group finds what is the group's, from the moment of joining on.
func TestClosedCountsForItsOwners(t *testing.T) {
	t.Parallel()
	owner, member, group := subject.NewID(), subject.NewID(), subject.NewID()
	groups := map[uuid.UUID][]uuid.UUID{}
	x, s, tx := shelved(t, groups)
	now, err := db.Now(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	d := s.put(t, x, func(d *search.Document) {
		d.At, d.Audience, d.Owners, d.Holders = &now, subject.Owner, []uuid.UUID{owner}, []uuid.UUID{owner, group}
	})
	found := func(who uuid.UUID, what string, want int) {
		t.Helper()
		r, err := x.Search(t.Context(), subject.Viewer{Person: who}, search.Query{Text: "Geheimgasse", Lang: "de"})
		if err != nil {
			t.Fatal(err)
		}
		facets := slices.IndexFunc(r.Facets["status"], func(c search.Count) bool { return c.Value == "open" && c.N == want }) >= 0
		if len(r.Hits) != want || r.Total != want || facets != (want > 0) {
			t.Errorf("%s: %d hits, total %d, %v", what, len(r.Hits), r.Total, r.Facets)
		}
	}
	found(owner, "owner", 1)
	found(member, "nobody's member", 0)
	found(uuid.Nil, "everybody", 0)
	groups[member] = []uuid.UUID{group}
	d.Owners = []uuid.UUID{owner, member} // as its source reads it now; the index has heard of nothing
	s.docs[d.ID] = d
	found(member, "joined", 1)
	delete(groups, member)
	d.Owners = []uuid.UUID{owner}
	s.docs[d.ID] = d
	found(member, "left", 0)
	d.Owners = nil
	s.docs[d.ID] = d
	found(owner, "owner no more", 0)
}

// The closed part is read by whose it is.
func TestClosedHasIndexes(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	for _, sql := range []string{
		`INSERT INTO documents (subject_kind, subject_id, title, path, at, audience, owners, department_id, tsv)
		 SELECT 'report', gen_random_uuid(), '{}', '/x', mitwirk_now(), 'owner', ARRAY[gen_random_uuid()], gen_random_uuid(), to_tsvector('mitwirk_de', 'laterne')
		 FROM generate_series(1, 5000)`,
		`ANALYZE documents`,
	} {
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	plan, err := search.ExplainClosed(t.Context(), tx, subject.Viewer{
		Person: subject.NewID(), Remits: []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{subject.NewID()}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"documents_owners", "documents_department"} {
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("no %s in %q", want, plan)
		}
	}
}
