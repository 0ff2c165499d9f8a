// Package categoriestest gives tests of other packages a catalogue.
package categoriestest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
)

// Demo is the demo city's catalogue, without ids.
func Demo(t testing.TB) *categories.Catalogue {
	t.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok {
		t.Fatal("no source to start from")
	}
	// not the package demo: it imports what wants to be tested
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "demo", "catalogue.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := categories.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Service imports the demo's catalogue into d and returns a service on it, in
// Munich's time zone.
func Service(t testing.TB, d db.DB) *categories.Service {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s, err := categories.New(categories.Config{DB: d, Bus: eventstest.New(t, d).Bus, Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), accounts.System, Demo(t)); err != nil {
		t.Fatal(err)
	}
	return s
}
