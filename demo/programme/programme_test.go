package programme_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/programme"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/radar"
)

// TestFill: nine fields, about 60 measures, three releases in which some are
// new, move on, move back and are late; a second run changes nothing.
func TestFill(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dbtest.SetNow(t, tx, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	s, err := radar.New(radar.Config{DB: tx, Bus: eventstest.New(t, tx).Bus, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	s.Register()
	for range 2 {
		if err := programme.Fill(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Programme(t.Context(), accounts.Actor{}, "")
	if err != nil || len(p.Fields) != 9 {
		t.Fatalf("%v, %v", p, err)
	}
	st, err := s.Now(t.Context(), p)
	if err != nil || len(st.Items) < 58 {
		t.Fatalf("%d measures, %v", len(st.Items), err)
	}
	late := 0
	for i := range st.Items {
		c := &st.Items[i].Content
		if utf8.RuneCountInString(c.In("de").Title) > 60 || c.In("en").Title == c.In("de").Title {
			t.Errorf("title %q", c.In("de").Title)
		}
		if c.Late(st.On) {
			late++
		}
		if err := c.Validate(p, false); err != nil {
			t.Errorf("%s: %v", c.In("de").Title, err)
		}
	}
	list, err := s.Releases(t.Context(), p)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d releases, %v", len(list), err)
	}
	before, err := s.Since(t.Context(), p, st)
	if err != nil || before == nil {
		t.Fatal(err)
	}
	kinds := map[radar.ChangeKind]int{}
	for _, c := range radar.Changes(before, st) {
		kinds[c.Kind]++
	}
	if late < 5 || kinds[radar.ChangeNew] == 0 || kinds[radar.ChangeIn] < 5 || kinds[radar.ChangeOut] == 0 {
		t.Errorf("%d late, changes %v", late, kinds)
	}
	all, err := s.MainRatings(t.Context(), p, st.Items)
	if err != nil || len(all) < 40 || len(all) == len(st.Items) {
		t.Errorf("%d with ratings, %v", len(all), err)
	}
}
