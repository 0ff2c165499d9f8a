package casework_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

var now = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant in all but name

func open(t *testing.T, tx pgx.Tx, kind subject.Kind, due *time.Time) subject.Ref {
	t.Helper()
	ref := subject.Ref{Kind: kind, ID: subject.NewID()}
	f := casework.Facts{Ref: ref, CategoryID: subject.NewID(), StatusClass: "open", Open: true, CreatedAt: now}
	if err := casework.Open(t.Context(), tx, f, accountstest.Department(t, tx).ID, casework.Normal, due); err != nil {
		t.Fatal(err)
	}
	return ref
}

func get(t *testing.T, tx pgx.Tx, ref subject.Ref) *casework.Case {
	t.Helper()
	c, err := casework.Get(t.Context(), tx, ref)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStoppedClock: the target moves by the time that the clock stood.
func TestStoppedClock(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	due := now.Add(48 * time.Hour)
	dbtest.SetNow(t, tx, now)
	ref := open(t, tx, subject.Report, &due)
	for range 2 {
		if err := casework.Pause(t.Context(), tx, ref); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.SetNow(t, tx, now.Add(72*time.Hour))
	if get(t, tx, ref).PausedAt == nil {
		t.Error("the clock runs")
	}
	for range 2 {
		if err := casework.Resume(t.Context(), tx, ref); err != nil {
			t.Fatal(err)
		}
	}
	c := get(t, tx, ref)
	if c.PausedAt != nil || !c.DueAt.Equal(due.Add(72*time.Hour)) {
		t.Errorf("due %v, want %v", c.DueAt, due.Add(72*time.Hour))
	}
}

// TestTakeMissedOnce: each missed target is taken once, a stopped one never.
func TestTakeMissedOnce(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	kind := subject.Kind("t-" + accountstest.Random()) // nobody else's cases
	dbtest.SetNow(t, tx, now)
	past, ahead := now.Add(-time.Hour), now.Add(time.Hour)
	late := open(t, tx, kind, &past)
	open(t, tx, kind, &ahead)
	open(t, tx, kind, nil)
	if err := casework.Pause(t.Context(), tx, open(t, tx, kind, &past)); err != nil {
		t.Fatal(err)
	}
	list, err := casework.TakeMissed(t.Context(), tx, kind, 10)
	if err != nil || len(list) != 1 || list[0].Ref != late {
		t.Fatalf("%v, %v", list, err)
	}
	if list, err = casework.TakeMissed(t.Context(), tx, kind, 10); err != nil || len(list) != 0 {
		t.Errorf("again: %v, %v", list, err)
	}
	// a new target that is missed too is another one
	if err := casework.SetDue(t.Context(), tx, late, &ahead); err != nil {
		t.Fatal(err)
	}
	dbtest.SetNow(t, tx, now.Add(2*time.Hour))
	if list, err = casework.TakeMissed(t.Context(), tx, kind, 10); err != nil || len(list) != 2 {
		t.Errorf("after the new target: %v, %v", list, err)
	}
}

func TestMoveAndDialogue(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref := open(t, tx, subject.Report, nil)
	other := accountstest.Department(t, tx)
	if err := casework.Move(t.Context(), tx, ref, other.ID); err != nil {
		t.Fatal(err)
	}
	if c := get(t, tx, ref); c.Department != other.ID || c.DepartmentKey != other.Key {
		t.Errorf("department %s", c.DepartmentKey)
	}
	if err := casework.Say(t.Context(), tx, casework.Message{Ref: ref, Direction: casework.In, Kind: casework.Addition, Text: "Noch etwas."}); err != nil {
		t.Fatal(err)
	}
	if err := casework.Forget(t.Context(), tx, ref); err != nil {
		t.Fatal(err)
	}
	list, err := casework.Dialogue(t.Context(), tx, ref)
	if err != nil || len(list) != 1 || list[0].Text != "" {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := casework.Get(t.Context(), tx, subject.Ref{Kind: subject.Report, ID: subject.NewID()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a case that does not exist: %v", err)
	}
}
