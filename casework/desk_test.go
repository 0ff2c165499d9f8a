package casework_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// bench is a department with three clerks and one case.
type bench struct {
	dep      uuid.UUID
	a, b, c  accounts.Actor
	ref      subject.Ref
	stranger accounts.Actor // of another department
}

func newBench(t *testing.T, d db.DB) bench {
	t.Helper()
	b := bench{dep: accountstest.Department(t, d).ID, ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}}
	b.a, b.b, b.c = accountstest.Staff(t, d, subject.Caseworker, b.dep), accountstest.Staff(t, d, subject.Caseworker, b.dep), accountstest.Staff(t, d, subject.Caseworker, b.dep)
	b.stranger = accountstest.Staff(t, d, subject.Caseworker, accountstest.Department(t, d).ID)
	accountstest.Do(t, d, func(tx pgx.Tx) error {
		return casework.Open(t.Context(), tx, casework.Facts{Ref: b.ref, StatusClass: "open", Open: true, CreatedAt: now}, b.dep, casework.Normal, nil)
	})
	return b
}

func day(d int) time.Time { return time.Date(2026, 3, d, 0, 0, 0, 0, time.UTC) }

// TestStandIn: at the borders of an absence, new cases of mine go to the deputy,
// mine are shown to the deputy, and both end with it.
func TestStandIn(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := newBench(t, tx)
	ctx := t.Context()
	if _, err := casework.Assign(ctx, tx, b.b, b.ref, b.a.Person, casework.Opt{Today: day(9)}); err != nil {
		t.Fatal(err)
	}
	if err := casework.SetAbsence(ctx, tx, b.a, casework.Absence{From: day(10), To: day(12), Deputy: b.b.Person}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		day  int
		away bool
	}{{9, false}, {10, true}, {11, true}, {12, true}, {13, false}} {
		mine, err := casework.Mine(ctx, tx, b.b.Person, day(tt.day))
		if err != nil {
			t.Fatal(err)
		}
		if (len(mine) == 2) != tt.away {
			t.Errorf("day %d: the deputy sees the cases of %d people", tt.day, len(mine))
		}
		if _, err := casework.Assign(ctx, tx, b.c, b.ref, uuid.Nil, casework.Opt{}); err != nil {
			t.Fatal(err)
		}
		got, err := casework.Assign(ctx, tx, b.c, b.ref, b.a.Person, casework.Opt{Today: day(tt.day)})
		if err != nil {
			t.Fatal(err)
		}
		want := b.a.Person
		if tt.away {
			want = b.b.Person
		}
		if got != want {
			t.Errorf("day %d: assigned to the wrong one", tt.day)
		}
	}
	// the deputy is away too: the next one; in a circle: nobody stands in
	if err := casework.SetAbsence(ctx, tx, b.b, casework.Absence{From: day(11), To: day(11), Deputy: b.c.Person}); err != nil {
		t.Fatal(err)
	}
	if got, err := casework.Assign(ctx, tx, b.c, b.ref, b.a.Person, casework.Opt{Today: day(11)}); err != nil || got != b.c.Person {
		t.Errorf("chain: %v, %v", got == b.c.Person, err)
	}
	if mine, err := casework.Mine(ctx, tx, b.c.Person, day(11)); err != nil || len(mine) != 3 {
		t.Errorf("chain: %d people, %v", len(mine), err)
	}
	if err := casework.SetAbsence(ctx, tx, b.a, casework.Absence{From: day(12), To: day(20), Deputy: b.b.Person}); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		t.Errorf("overlap: %v", err)
	}
	if err := casework.SetAbsence(ctx, tx, b.a, casework.Absence{From: day(22), To: day(23), Deputy: b.stranger.Person}); !fault.Is(err, fault.Invalid) {
		t.Errorf("deputy of another department: %v", err)
	}
	if err := casework.EndAbsence(ctx, tx, b.a, day(10), day(11)); err != nil {
		t.Fatal(err)
	}
	if mine, err := casework.Mine(ctx, tx, b.b.Person, day(11)); err != nil || len(mine) != 1 {
		t.Errorf("ended early: %d people, %v", len(mine), err)
	}
}

// TestAssignPolicy: only people of the department, by the rights of this moment.
func TestAssignPolicy(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := newBench(t, tx)
	ctx := t.Context()
	if _, err := casework.Assign(ctx, tx, b.stranger, b.ref, b.a.Person, casework.Opt{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another department: %v", err)
	}
	if _, err := casework.Assign(ctx, tx, b.a, b.ref, b.stranger.Person, casework.Opt{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("to another department: %v", err)
	}
	h, err := casework.Lock(ctx, tx, b.ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := casework.SetPriority(ctx, tx, b.a, b.ref, casework.High, casework.Opt{Version: h.Version}); err != nil {
		t.Fatal(err)
	}
	if err := casework.SetPriority(ctx, tx, b.a, b.ref, casework.Normal, casework.Opt{Version: h.Version}); !fault.Is(err, fault.Conflict) {
		t.Errorf("stale version: %v", err)
	}
	lines, err := casework.History(ctx, tx, b.ref)
	if err != nil || len(lines) != 1 || lines[0].What != casework.WhatPriority || lines[0].Actor != b.a.Person {
		t.Errorf("log: %+v, %v", lines, err)
	}
	if err := accounts.RevokeRole(ctx, tx, accounts.System, b.a.Person, subject.Caseworker); err != nil {
		t.Fatal(err)
	}
	if _, err := casework.Assign(ctx, tx, b.a, b.ref, b.b.Person, casework.Opt{}); err == nil {
		t.Error("the role was taken between the check and the write")
	}
}

// TestNotesStayInside: a note is read by its department only, also after the
// case was handed on; mentions reach the mentioned.
func TestNotesStayInside(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := newBench(t, tx)
	ctx := t.Context()
	name := func(who accounts.Actor, name string) {
		if err := accounts.SetPseudonym(ctx, tx, who, who.Person, name); err != nil {
			t.Fatal(err)
		}
	}
	name(b.a, "Lena Wirth")
	name(b.b, "Jana Kolb")
	name(b.c, "Jana Meier")
	if _, err := casework.AddNote(ctx, tx, b.stranger, b.ref, "@Lena hallo"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another department: %v", err)
	}
	for range 2 { // pressed twice
		if _, err := casework.AddNote(ctx, tx, b.b, b.ref, "@lena, @Jana: minus 4 Grad. lena@example.org"); err != nil {
			t.Fatal(err)
		}
	}
	notes, err := casework.Notes(ctx, tx, b.a, b.ref)
	if err != nil || len(notes) != 1 || len(notes[0].Mentions) != 1 || notes[0].Mentions[0] != b.a.Person {
		t.Fatalf("notes: %+v, %v", notes, err)
	}
	if list, err := casework.MentionsOf(ctx, tx, b.a); err != nil || len(list) != 1 {
		t.Errorf("mentions: %v, %v", list, err)
	}
	for _, who := range []accounts.Actor{b.c, b.stranger, {}} {
		if list, err := casework.MentionsOf(ctx, tx, who); err != nil || len(list) != 0 {
			t.Errorf("not mentioned: %v, %v", list, err)
		}
	}
	if err := casework.Move(ctx, tx, b.ref, b.stranger.Departments[0]); err != nil {
		t.Fatal(err)
	}
	for _, who := range []accounts.Actor{b.stranger, {}} {
		if list, err := casework.Notes(ctx, tx, who, b.ref); err != nil || len(list) != 0 {
			t.Errorf("read outside the department: %v, %v", list, err)
		}
	}
	if list, err := casework.MentionsOf(ctx, tx, b.a); err != nil || len(list) != 0 {
		t.Errorf("mentions of a case that is gone: %v, %v", list, err)
	}
}

// TestResubmission: on the day the case stands first, once, for the one who
// wished it or the deputy, until it is done.
func TestResubmission(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := newBench(t, tx)
	ctx := t.Context()
	at := func(d int) casework.Opt { return casework.Opt{Today: day(d)} }
	if err := casework.Resubmit(ctx, tx, b.a, b.ref, day(9), "", at(9)); !fault.Is(err, fault.Invalid) {
		t.Errorf("today: %v", err)
	}
	if err := casework.Resubmit(ctx, tx, b.a, b.ref, day(30), "", at(9)); err != nil {
		t.Fatal(err)
	}
	if err := casework.Resubmit(ctx, tx, b.a, b.ref, day(11), "Firma fragen", at(9)); err != nil {
		t.Fatal(err)
	}
	if err := casework.SetAbsence(ctx, tx, b.a, casework.Absence{From: day(11), To: day(11), Deputy: b.b.Person}); err != nil {
		t.Fatal(err)
	}
	raise := func(d, want int) {
		t.Helper()
		if n, err := casework.RaiseDue(ctx, tx, day(d), 500); err != nil || n != want {
			t.Errorf("day %d: %d raised, want %d; %v", d, n, want, err)
		}
	}
	raise(10, 0)
	raise(11, 1)
	raise(11, 0)
	for _, tt := range []struct {
		who  accounts.Actor
		day  int
		want int
	}{{b.a, 11, 1}, {b.b, 11, 1}, {b.b, 12, 0}, {b.c, 11, 0}, {b.stranger, 11, 0}} {
		list, err := casework.Resubmissions(ctx, tx, tt.who, day(tt.day))
		if err != nil || len(list) != tt.want {
			t.Errorf("day %d: %d, want %d; %v", tt.day, len(list), tt.want, err)
		}
		if len(list) == 1 && (!list[0].Raised || list[0].Note != "Firma fragen") {
			t.Errorf("%+v", list[0])
		}
	}
	if err := casework.EndResubmission(ctx, tx, b.b, b.ref, day(11)); err != nil {
		t.Fatal(err)
	}
	if list, err := casework.Resubmissions(ctx, tx, b.a, day(11)); err != nil || len(list) != 0 {
		t.Errorf("done: %v, %v", list, err)
	}
}

// TestPresence: colleagues see each other while they look, and only then.
func TestPresence(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := newBench(t, tx)
	ctx := t.Context()
	dbtest.SetNow(t, tx, now)
	if _, err := casework.Here(ctx, tx, b.a, b.ref); err != nil {
		t.Fatal(err)
	}
	if list, err := casework.Here(ctx, tx, b.b, b.ref); err != nil || len(list) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	dbtest.SetNow(t, tx, now.Add(time.Minute))
	if list, err := casework.Here(ctx, tx, b.b, b.ref); err != nil || len(list) != 0 {
		t.Errorf("gone, but %v, %v", list, err)
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM presence WHERE subject_id = $1`, b.ref.ID).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows are kept, %v", n, err)
	}
}

// TestAssignInParallel: 64 clerks take a case by its version, one gets it.
func TestAssignInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := newBench(t, pool)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 64 {
		who := []accounts.Actor{b.a, b.b, b.c}[i%3]
		wg.Go(func() {
			err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
				_, err := casework.Assign(ctx, tx, who, b.ref, who.Person, casework.Opt{Version: 1})
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d took it", won)
	}
}
