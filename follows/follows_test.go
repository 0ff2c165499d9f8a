package follows_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

func thing() subject.Ref { return subject.Ref{Kind: subject.Report, ID: subject.NewID()} }

func TestFollowOnceMoveAndBack(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b := thing(), thing()
	both, one := subject.NewID(), subject.NewID()
	follow := func(ref subject.Ref, times int, owner [16]byte) {
		t.Helper()
		for range times {
			if err := follows.Subject(t.Context(), tx, follows.Contact, owner, ref, "de"); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func(ref subject.Ref, want int) {
		t.Helper()
		list, err := follows.Of(t.Context(), tx, ref)
		if err != nil || len(list) != want {
			t.Errorf("%d followers, want %d, %v", len(list), want, err)
		}
	}
	follow(a, 2, both)
	follow(b, 2, both)
	follow(a, 1, one)
	count(a, 2)
	count(b, 1)
	moved, err := follows.Move(t.Context(), tx, a, b)
	if err != nil || len(moved) != 1 || moved[0] != one {
		t.Fatalf("moved %v, %v", moved, err)
	}
	count(b, 2)
	if err := follows.DropOf(t.Context(), tx, b, moved); err != nil {
		t.Fatal(err)
	}
	count(b, 1)
	for range 2 {
		if err := follows.Unfollow(t.Context(), tx, follows.Contact, both, b); err != nil {
			t.Fatal(err)
		}
	}
	count(b, 0)
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	visitor, person := subject.NewID(), subject.NewID()
	a, b := thing(), thing()
	for ref, owners := range map[subject.Ref][][16]byte{a: {visitor, person}, b: {visitor}} {
		for _, o := range owners {
			if err := follows.Subject(t.Context(), tx, follows.Person, o, ref, "de"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := follows.Adopt(t.Context(), tx, visitor, person); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []subject.Ref{a, b} {
		list, err := follows.Of(t.Context(), tx, ref)
		if err != nil || len(list) != 1 || list[0].Owner != person {
			t.Errorf("%v, %v", list, err)
		}
	}
}
