package app

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// TestFollowedSearchesOfAllKinds: who follows a search hears of new ideas and
// measures that it finds, of each once, and of none that is not public.
func TestFollowedSearchesOfAllKinds(t *testing.T) {
	t.Parallel()
	a := start(t, true)
	follow := func(s search.Saved) accounts.Actor {
		reader := accountstest.Resident(t, a.pool)
		accountstest.Do(t, a.pool, func(tx pgx.Tx) error {
			_, err := follows.FollowSearch(t.Context(), tx, follows.SearchFollow{
				Saved: s, Kind: follows.Person, Owner: reader.Person, Cadence: follows.Daily, Lang: i18n.German,
			})
			return err
		})
		return reader
	}
	all := follow(search.Saved{Text: "Quastenflosser"})
	reports := follow(search.Saved{Text: "Quastenflosser", Kinds: []subject.Kind{subject.Report}})
	finished := follow(search.Saved{Text: "Quastenflosser", Facets: map[string][]string{"status": {"done"}}})
	loc := a.messages.For(i18n.German)
	inbox := func(who accounts.Actor) []notify.Notice {
		t.Helper()
		page, err := a.notify.Inbox(t.Context(), who, loc, uuid.Nil, 50)
		if err != nil {
			t.Fatal(err)
		}
		return page.Notices
	}
	reach := func(n int, about subject.Ref) {
		t.Helper()
		began := clockNow()
		for every := time.NewTicker(50 * time.Millisecond); ; <-every.C {
			if list := inbox(all); len(list) == n {
				if list[0].About != about || list[0].Kind != notify.Search || list[0].What != notify.Arrived {
					t.Fatalf("the newest notice: %+v", list[0])
				}
				return
			}
			if time.Since(began) > 30*time.Second {
				t.Fatalf("%d notices, want %d", len(inbox(all)), n)
			}
		}
	}
	propose := func(text string) subject.Ref {
		t.Helper()
		r, err := a.ideas.Submit(t.Context(), accountstest.Resident(t, a.pool), ideas.Submission{Title: "Ein Quastenflosser im Brunnen", Text: text, Lang: "de", Topic: "gruen"})
		if err != nil {
			t.Fatal(err)
		}
		return subject.Ref{Kind: subject.Idea, ID: r.Idea}
	}
	held := propose("Fragen Sie mich unter 089 12345678 danach.") // before the other one, which is told of
	reach(1, propose("Aus Bronze."))
	part := subject.PartOf(held, subject.Whole, uuid.Nil)
	for range 2 { // the second time there is nothing left to let through
		if err := db.Transact(t.Context(), a.pool, func(ctx context.Context, tx pgx.Tx) error {
			return a.ideas.Moderated().Publish(ctx, tx, part)
		}); err != nil {
			t.Fatal(err)
		}
	}
	reach(2, held)

	programme := radartest.Programme()
	if err := a.radar.SetProgramme(t.Context(), accounts.System, programme); err != nil {
		t.Fatal(err)
	}
	programme, err := a.radar.Programme(t.Context(), accounts.System, programme.Slug)
	if err != nil {
		t.Fatal(err)
	}
	one, two := accountstest.Staff(t, a.pool, subject.Editor), accountstest.Staff(t, a.pool, subject.Editor)
	m, err := a.radar.Draft(t.Context(), one, programme, subject.NewID(), radartest.Content("Quastenflosser zählen"), "")
	if err != nil {
		t.Fatal(err)
	}
	handIn := func(m *radar.Measure) {
		t.Helper()
		e, _, err := a.radar.OpenEdit(t.Context(), one, m.ID)
		if err == nil {
			err = a.radar.HandIn(t.Context(), one, m.ID, e.Version)
		}
		if err == nil {
			err = a.radar.Approve(t.Context(), two, m.ID, e.Version+1, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	handIn(m)
	reach(3, m.Ref())

	done := radartest.Content("Quastenflosser zählen")
	done.Status, done.RealEnd = radar.Completed, "2026-01-31"
	for i := range done.Results {
		done.Results[i].Reached = "2026-01-31"
	}
	e, _, err := a.radar.OpenEdit(t.Context(), one, m.ID)
	if err == nil {
		err = a.radar.Save(t.Context(), one, m.ID, e.Version, done, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	handIn(m)
	began := clockNow()
	for every := time.NewTicker(50 * time.Millisecond); len(inbox(finished)) == 0; <-every.C {
		if time.Since(began) > 30*time.Second {
			t.Fatal("a search for what is done hears nothing of it")
		}
	}
	if list := inbox(finished); len(list) != 1 || list[0].About != m.Ref() || list[0].What != notify.Status {
		t.Errorf("what is done: %+v", list)
	}
	if list := inbox(reports); len(list) != 0 {
		t.Errorf("a search for reports hears of %+v", list)
	}
	if list := inbox(all); len(list) != 3 {
		t.Errorf("a search without a status hears of %d things", len(list))
	}
}

// TestKindsHaveNames: what the search finds is called by a name, alone and as a group.
func TestKindsHaveNames(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	for _, lang := range []string{i18n.German, i18n.English} {
		loc := a.messages.For(lang)
		for _, kind := range a.search.Kinds() {
			for _, key := range []string{"search.kind.", "search.kinds."} {
				if !loc.Has(key + string(kind)) {
					t.Errorf("%s: %s%s has no words", lang, key, kind)
				}
			}
		}
	}
}
