package radar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// person is somebody with a role and no session: rights are as given.
func person(t *testing.T, q db.DB, role subject.Role) accounts.Actor {
	t.Helper()
	id := subject.NewID()
	if _, err := q.Exec(t.Context(), `INSERT INTO persons (id, level) VALUES ($1, 1)`, id); err != nil {
		t.Fatal(err)
	}
	a := accounts.Actor{Person: id, Level: accounts.L1, Locale: "de"}
	if role != "" {
		a.Roles = []subject.Role{role}
	}
	return a
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	me := uuid.New()
	for _, tt := range []struct {
		role   subject.Role
		action radar.Action
		by     uuid.UUID
		want   fault.Kind
	}{
		{"", radar.ActDesk, uuid.Nil, fault.NotFound},
		{subject.Caseworker, radar.ActDesk, uuid.Nil, fault.Forbidden},
		{subject.TeamLead, radar.ActDesk, uuid.Nil, ""},
		{subject.TeamLead, radar.ActEdit, uuid.Nil, fault.Forbidden},
		{subject.TeamLead, radar.ActHandIn, uuid.Nil, ""},
		{subject.Editor, radar.ActEdit, uuid.Nil, ""},
		{subject.Editor, radar.ActRelease, uuid.Nil, ""},
		{subject.Editor, radar.ActReview, uuid.New(), ""},
		{subject.Editor, radar.ActReview, me, fault.Forbidden},
		{subject.Admin, radar.ActReview, me, fault.Forbidden},
		{subject.Analyst, radar.ActEdit, uuid.Nil, fault.Forbidden},
	} {
		a := accounts.Actor{Person: me}
		if tt.role != "" {
			a.Roles = []subject.Role{tt.role}
		}
		err := radar.May(a, tt.action, tt.by)
		if (err == nil) != (tt.want == "") || err != nil && !fault.Is(err, tt.want) {
			t.Errorf("%s %s: %v, want %q", tt.role, tt.action, err, tt.want)
		}
	}
}

// TestSecondPerson: a change is public only when another person has approved it,
// and the first promised end stays.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 4)
	one, two := person(t, tx, subject.Editor), person(t, tx, subject.Editor)
	st, err := s.Now(ctx, p)
	if err != nil || len(st.Items) != 4 {
		t.Fatalf("%v, %v", st, err)
	}
	m := st.Items[1].Measure // running
	c := radartest.Content("Neuer Titel")
	c.End, c.FirstEnd = "2028-12-31", "2029-01-01"
	de := c.Texts["de"]
	de.Change = ""
	c.Texts["de"] = de
	if err := s.Save(ctx, one, m.ID, 0, c, "Neues Ende"); err != nil {
		t.Fatal(err)
	}
	if err := s.HandIn(ctx, one, m.ID, 1); !fault.Is(err, fault.Invalid) {
		t.Errorf("handed in without the three answers: %v", err)
	}
	if err := s.Save(ctx, two, m.ID, 7, c, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody's words are lost: %v", err)
	}
	de.Change = "Es ändert sich etwas."
	c.Texts["de"] = de
	if err := s.Save(ctx, one, m.ID, 1, c, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.HandIn(ctx, one, m.ID, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.Approve(ctx, one, m.ID, 3, nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by its writer: %v", err)
	}
	after, _, err := s.Measure(ctx, accounts.Actor{}, m.Number)
	if err != nil || after.Content.Texts["de"].Title == "Neuer Titel" {
		t.Fatalf("public before it was approved: %v", err)
	}
	if err := s.Approve(ctx, two, m.ID, 3, nil); err != nil {
		t.Fatal(err)
	}
	after, _, err = s.Measure(ctx, accounts.Actor{}, m.Number)
	if err != nil || after.Content.Texts["de"].Title != "Neuer Titel" || after.Content.End != "2028-12-31" {
		t.Errorf("not public: %+v, %v", after, err)
	}
	if after.Content.FirstEnd != m.Content.FirstEnd || after.Content.FirstEnd != "2027-06-30" {
		t.Errorf("the first promised end is %s", after.Content.FirstEnd)
	}
	if !after.Content.Late("2026-01-01") {
		t.Error("is not late")
	}
	h, err := s.History(ctx, after)
	if err != nil || len(h) != 2 {
		t.Errorf("history %v, %v", h, err)
	}
}

func TestPublishAtATime(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, now)
	s, p := radartest.New(t, tx, 0)
	one, two := person(t, tx, subject.Editor), person(t, tx, subject.Admin)
	m, err := s.Draft(ctx, one, p, uuid.Nil, radartest.Content("Später"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Measure(ctx, accounts.Actor{}, m.Number); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft is public: %v", err)
	}
	if err := s.HandIn(ctx, one, m.ID, 1); err != nil {
		t.Fatal(err)
	}
	at := now.Add(time.Hour)
	if err := s.Approve(ctx, two, m.ID, 2, &at); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := s.PublishDue(ctx); n != 0 || err != nil {
			t.Fatalf("published %d too early, %v", n, err)
		}
	}
	dbtest.SetNow(t, tx, at)
	if n, err := s.PublishDue(ctx); n != 1 || err != nil {
		t.Fatalf("published %d, %v", n, err)
	}
	if n, err := s.PublishDue(ctx); n != 0 || err != nil { // a second run does nothing
		t.Fatalf("published %d again, %v", n, err)
	}
	if _, _, err := s.Measure(ctx, accounts.Actor{}, m.Number); err != nil {
		t.Error(err)
	}
}

// TestReleases: what was decided stays, marks move only when their ring or
// sector changes, and the differences are said.
func TestReleases(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	dbtest.SetNow(t, tx, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	s, p := radartest.New(t, tx, 24)
	if err := s.Decide(ctx, accounts.System, p, "2026-07-01", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Decide(ctx, accounts.System, p, "2026-07-01", nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice the same day: %v", err)
	}
	before, err := s.At(ctx, p, "2026-07-01")
	if err != nil {
		t.Fatal(err)
	}
	// number 2 was running and is completed now, a new one comes, number 4 goes
	c := before.Items[1].Content
	c.Status, c.RealEnd = radar.Completed, "2026-09-01"
	rows := []radar.Row{{No: 2, ChartNo: 2, Content: c}, {No: 3, Content: *radartest.Content("Ganz neu")}}
	if _, err := s.Import(ctx, accounts.System, p, rows, radar.ImportAs{}); err != nil {
		t.Fatal(err)
	}
	if err := s.TakeOut(ctx, accounts.System, before.Items[3].ID); err != nil {
		t.Fatal(err)
	}
	if p, err = s.Programme(ctx, accounts.System, p.Slug); err != nil {
		t.Fatal(err)
	}
	after, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	changes := radar.Changes(before, after)
	var kinds []radar.ChangeKind
	for _, ch := range changes {
		kinds = append(kinds, ch.Kind)
	}
	if d := cmp.Diff([]radar.ChangeKind{radar.ChangeIn, radar.ChangeGone, radar.ChangeNew}, kinds); d != "" {
		t.Error(d)
	}
	moves := radar.Moves(changes)
	for i := range after.Items {
		it := &after.Items[i]
		old := before.Find(it.ID)
		if old != nil && old.Spot.Ring == it.Spot.Ring && old.Spot != it.Spot {
			t.Errorf("number %d moved without a reason", it.No)
		}
		if it.No == 2 && moves[it.ID] != chart.In {
			t.Errorf("number 2: %q", moves[it.ID])
		}
	}
	again, err := s.At(ctx, p, "2026-07-01")
	if err != nil || len(again.Items) != 24 {
		t.Errorf("the release has changed: %v", err)
	}
	past := []radar.Row{{No: 2, ChartNo: 1, Content: before.Items[0].Content}, {No: 3, ChartNo: 90, Content: *radartest.Content("Längst vergangen")}}
	if _, err := s.Import(ctx, accounts.System, p, past, radar.ImportAs{Release: "2024-07-01"}); err != nil {
		t.Fatal(err)
	}
	old, err := s.At(ctx, p, "2024-07-01")
	if err != nil || len(old.Items) != 2 || old.Items[0].Spot != before.Items[0].Spot {
		t.Errorf("back-dated: %+v, %v", old, err)
	}
	if since, err := s.Since(ctx, p, after); err != nil || since == nil || since.On != "2024-07-01" {
		t.Errorf("compared with %v, %v", since, err)
	}
}

// TestImportAllOrNothing: one wrong row, and nothing is imported.
func TestImportAllOrNothing(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, p := radartest.New(t, tx, 1)
	rows := []radar.Row{{No: 2, Content: *radartest.Content("Gut")}, {No: 3, Number: "R-2026-222222", Content: *radartest.Content("Unbekannt")}}
	if _, err := s.Import(t.Context(), accounts.System, p, rows, radar.ImportAs{}); err == nil {
		t.Error("accepted")
	}
	all, err := s.All(t.Context(), accounts.System, p)
	if err != nil || len(all) != 1 {
		t.Errorf("%d measures, %v", len(all), err)
	}
	if _, err := s.Import(t.Context(), person(t, tx, subject.Editor), p, rows[:1], radar.ImportAs{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("public without a second person: %v", err)
	}
	if done, err := s.Import(t.Context(), person(t, tx, subject.Editor), p, rows[:1], radar.ImportAs{Drafts: true}); err != nil || done.New != 1 {
		t.Errorf("%v, %v", done, err)
	}
}

// TestRate: once per person, changed at will; nothing below ten; "Kenne ich
// nicht" is in no mean.
func TestRate(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 1)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[0].Measure
	rate := func(a accounts.Actor, v int) {
		t.Helper()
		if err := s.Rate(ctx, a, m.Number, map[string]int{"importance": v}, ""); err != nil {
			t.Fatal(err)
		}
	}
	n := func() int {
		t.Helper()
		all, err := s.MainRatings(ctx, p, st.Items)
		if err != nil {
			t.Fatal(err)
		}
		return all[m.ID].N
	}
	me := person(t, tx, "")
	rate(me, 2)
	rate(me, radar.Unknown)
	if mine, err := s.Mine(ctx, me, p, m); err != nil || mine["importance"] != radar.Unknown {
		t.Errorf("mine %v, %v", mine, err)
	}
	rate(me, 5)
	if mine, err := s.Mine(ctx, me, p, m); err != nil || mine["importance"] != 5 {
		t.Errorf("mine %v, %v", mine, err)
	}
	for range 8 {
		rate(person(t, tx, ""), 4)
	}
	if n() != 0 {
		t.Error("shown below ten")
	}
	rate(person(t, tx, ""), 4)
	if n() != 10 {
		t.Errorf("%d shown of ten", n())
	}
	rate(person(t, tx, ""), 1)
	if n() != 10 {
		t.Error("a single rating can be read from the difference")
	}
	if err := s.Rate(ctx, me, m.Number, map[string]int{"importance": 6}, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("six of five: %v", err)
	}
	if err := s.Rate(ctx, accounts.Actor{}, m.Number, map[string]int{"importance": 3}, ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody rates: %v", err)
	}
}
