package links_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// What one subject gets from another goes again, and nothing else: neither what
// it had before nor what somebody made anew since.
func TestCarryAndTakeBack(t *testing.T) {
	t.Parallel()
	ctx, tx := t.Context(), dbtest.Tx(t)
	idea := func() subject.Ref { return subject.Ref{Kind: subject.Idea, ID: subject.NewID()} }
	measure := func() subject.Ref { return subject.Ref{Kind: subject.Measure, ID: subject.NewID()} }
	from, to, both, one, two := idea(), idea(), measure(), measure(), measure()
	link := func(of, m subject.Ref, rel links.Relation) {
		t.Helper()
		if err := links.Make(ctx, tx, of, m, rel, uuid.Nil); err != nil {
			t.Fatal(err)
		}
	}
	link(from, both, links.BelongsTo)
	link(to, both, links.BelongsTo)
	link(from, one, links.ProposedTo)
	link(from, two, links.BelongsTo)
	link(from, thing(), links.Became) // another kind stays where it is
	list, err := links.Carry(ctx, tx, from, to, subject.Measure)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if again, err := links.Carry(ctx, tx, from, to, subject.Measure); err != nil || len(again) != 0 {
		t.Errorf("carried twice: %+v, %v", again, err)
	}
	if err := links.Cut(ctx, tx, to, one, links.ProposedTo); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO links (from_kind, from_id, to_kind, to_id, relation, at) VALUES ('idea', $1, 'measure', $2, 'proposed_to', now() + interval '1 hour')`, to.ID, one.ID); err != nil {
		t.Fatal(err)
	}
	gone, err := links.TakeBack(ctx, tx, to, subject.Measure, list)
	if err != nil || len(gone) != 1 || gone[0].To != two.ID || gone[0].Relation != links.BelongsTo {
		t.Errorf("%+v, %v", gone, err)
	}
	var left, kept int
	if err := tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE from_id = $1), count(*) FILTER (WHERE from_id = $2) FROM links`, to.ID, from.ID).Scan(&left, &kept); err != nil {
		t.Fatal(err)
	}
	if left != 2 || kept != 4 {
		t.Errorf("%d links are left, %d kept", left, kept)
	}
}
