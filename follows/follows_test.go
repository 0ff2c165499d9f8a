package follows_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

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

// TestMoveKeepsANo: whoever has ended the mails about a thing hears no more of it because
// another thing that they follow became part of it, nor is the no lost when that is undone.
func TestMoveKeepsANo(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b := thing(), thing()
	before, since, both := subject.NewID(), subject.NewID(), subject.NewID()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, person := range []uuid.UUID{before, since, both} {
		check(follows.Subject(t.Context(), tx, follows.Person, person, a, "de"))
	}
	check(follows.Along(t.Context(), tx, both, b, "de"))
	check(follows.Mute(t.Context(), tx, before, b, "de"))
	muted := func(want ...uuid.UUID) {
		t.Helper()
		list, err := follows.Muted(t.Context(), tx, b, []uuid.UUID{before, since, both})
		check(err)
		slices.SortFunc(list, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		if !slices.Equal(list, want) { // ids are in the order in which they were made
			t.Errorf("ended by %v, want %v", list, want)
		}
	}
	moved, err := follows.Move(t.Context(), tx, a, b)
	check(err)
	if !slices.Equal(moved, []uuid.UUID{since}) {
		t.Errorf("moved %v, want %v", moved, since)
	}
	muted(before)
	check(follows.Along(t.Context(), tx, before, b, "de")) // supported it
	muted(before)
	check(follows.Mute(t.Context(), tx, since, b, "de"))
	check(follows.DropOf(t.Context(), tx, b, moved))
	muted(before, since)
	for person, want := range map[uuid.UUID]bool{before: false, since: false, both: true} {
		if is, err := follows.Reaches(t.Context(), tx, b, person, nil); err != nil || is != want {
			t.Errorf("told of it: %t, want %t, %v", is, want, err)
		}
	}
	check(follows.DropAbout(t.Context(), tx, b))
	muted()
}

// TestReaches: a person by their own wish, or by an address of theirs.
func TestReaches(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref, person, contact, other := thing(), subject.NewID(), subject.NewID(), subject.NewID()
	for owner, kind := range map[uuid.UUID]follows.OwnerKind{person: follows.Person, contact: follows.Contact} {
		if err := follows.Subject(t.Context(), tx, kind, owner, ref, "de"); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name     string
		person   uuid.UUID
		contacts []uuid.UUID
		want     bool
	}{
		{"the person", person, nil, true},
		{"an address", other, []uuid.UUID{other, contact}, true},
		{"an address alone", uuid.Nil, []uuid.UUID{contact}, true},
		{"somebody else", other, []uuid.UUID{other}, false},
		{"nobody", uuid.Nil, nil, false},
		{"a person is no address", uuid.Nil, []uuid.UUID{person}, false},
		{"an address is no person", contact, nil, false},
	} {
		if is, err := follows.Reaches(t.Context(), tx, ref, tt.person, tt.contacts); err != nil || is != tt.want {
			t.Errorf("%s: %t, %v", tt.name, is, err)
		}
	}
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
