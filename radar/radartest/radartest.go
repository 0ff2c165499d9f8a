// Package radartest builds programmes for the tests of other packages.
package radartest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
)

// Programme is one with three fields and three questions, in no database.
func Programme() *radar.Programme {
	text := func(de, en string) i18n.Text { return i18n.Text{i18n.German: de, i18n.English: en} }
	return &radar.Programme{
		Slug: "digital", Name: text("Digitalisierung", "Digitalisation"), Rings: radar.ByStatus, Public: true,
		Fields: []radar.Field{
			{Key: "mobilitaet", Name: text("Mobilität", "Mobility"), Weight: 1},
			{Key: "bildung", Name: text("Bildung", "Education"), Weight: 1},
			{Key: "klima", Name: text("Klima und Umwelt", "Climate and environment"), Weight: 1},
		},
		Questions: []radar.Question{
			{Key: "importance", Text: text("Wie wichtig ist Ihnen das?", "How important is this to you?"), Low: text("gar nicht", "not at all"), High: text("sehr", "very")},
			{Key: "progress", Text: text("Wie zufrieden sind Sie mit dem Fortschritt?", "How content are you with the progress?"), Low: text("gar nicht", "not at all"), High: text("sehr", "very")},
		},
	}
}

// Content is a document that may be published.
func Content(title string) *radar.Content {
	return &radar.Content{
		Field: "mobilitaet", Status: radar.Running, Start: "2025-01-01", End: "2027-06-30", Lead: "Mobilitätsreferat",
		Texts: map[string]radar.Texts{i18n.German: {
			Title: title, Change: "Ihr Bus steht seltener an Rot.", FromWhen: "Ab Sommer 2027", WhereTo: "In der ganzen Stadt", Description: "Ampeln erkennen Busse.",
		}},
		Results: []radar.Result{
			{Title: i18n.Text{i18n.German: "Erste Linie"}, Due: "2025-06-30", Reached: "2025-06-12"},
			{Title: i18n.Text{i18n.German: "Alle Linien"}, Due: "2027-06-30"},
		},
	}
}

// New is a service on d with the programme and n published measures.
func New(t testing.TB, d db.DB, n int) (*radar.Service, *radar.Programme) {
	t.Helper()
	s, err := radar.New(radar.Config{DB: d, Bus: eventstest.New(t, d).Bus, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	s.Register()
	p := Programme()
	p.Slug += "-" + uuid.NewString()[:8] // parallel tests with the same one would wait for each other
	if err := s.SetProgramme(t.Context(), accounts.System, p); err != nil {
		t.Fatal(err)
	}
	Fill(t.Context(), t, s, p, n)
	if p, err = s.Programme(t.Context(), accounts.System, p.Slug); err != nil {
		t.Fatal(err)
	}
	return s, p
}

// Fill imports n measures.
func Fill(ctx context.Context, t testing.TB, s *radar.Service, p *radar.Programme, n int) {
	t.Helper()
	rows := make([]radar.Row, n)
	for i := range rows {
		c := Content(fmt.Sprintf("Vorhaben Nummer %d", i+1))
		c.Field, c.Status = p.Fields[i%len(p.Fields)].Key, radar.Statuses()[i%4]
		de := c.Texts[i18n.German]
		de.Reason = "Es geht nicht anders."
		c.Texts[i18n.German] = de
		rows[i] = radar.Row{No: i + 2, ChartNo: i + 1, Content: *c}
	}
	if n == 0 {
		return
	}
	if _, err := s.Import(ctx, accounts.System, p, rows, radar.ImportAs{}); err != nil {
		t.Fatal(err)
	}
}
