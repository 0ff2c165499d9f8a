package links_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

func thing() subject.Ref { return subject.Ref{Kind: subject.Report, ID: subject.NewID()} }

func TestRootFollowsTheChain(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b, c := thing(), thing(), thing()
	for _, l := range [][2]subject.Ref{{a, b}, {b, c}, {a, b}} { // the last one again: no error
		if err := links.Make(t.Context(), tx, l[0], l[1], links.DuplicateOf, uuid.Nil); err != nil {
			t.Fatal(err)
		}
	}
	if root, err := links.Root(t.Context(), tx, a, links.DuplicateOf); err != nil || root != c {
		t.Errorf("root %v, %v", root, err)
	}
	if ids, err := links.Sources(t.Context(), tx, b, links.DuplicateOf, subject.Report); err != nil || len(ids) != 1 || ids[0] != a.ID {
		t.Errorf("sources %v, %v", ids, err)
	}
	if err := links.Make(t.Context(), tx, c, a, links.DuplicateOf, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	if _, err := links.Root(t.Context(), tx, a, links.DuplicateOf); err != nil { // a circle must end
		t.Error(err)
	}
}

func TestUndoOnce(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b := thing(), thing()
	want := links.Moved{Voters: []uuid.UUID{uuid.New()}, Author: uuid.New()}
	if err := links.Record(t.Context(), tx, a, b, want); err != nil {
		t.Fatal(err)
	}
	to, moved, ok, err := links.Undo(t.Context(), tx, a)
	if err != nil || !ok || to != b || len(moved.Voters) != 1 || moved.Voters[0] != want.Voters[0] || moved.Author != want.Author {
		t.Errorf("%v %v %t %v", to, moved, ok, err)
	}
	if _, _, ok, err := links.Undo(t.Context(), tx, a); ok || err != nil {
		t.Errorf("undone twice: %t, %v", ok, err)
	}
}
