package i18n

import (
	"testing"
	"time"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	c, err := New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.For(English).T("nav.report"); got != "Report" {
		t.Errorf("english: %q", got)
	}
	if got := c.For(Easy).T("nav.crumbs"); got != "Sie sind hier" {
		t.Errorf("easy language must fall back to German: %q", got)
	}
	if got := c.For(German).T("no.such.key"); got != "no.such.key" {
		t.Errorf("missing key: %q", got)
	}
	if c.For(German).Has("no.such.key") || !c.For(English).Has("nav.map") {
		t.Error("Has is wrong")
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		prefs []string
		want  string
	}{
		{"nothing", nil, German},
		{"browser", []string{"", "fr;q=0.9, en-GB;q=0.8, de;q=0.1"}, English},
		{"query first", []string{"de", "en"}, German},
		{"easy", []string{"de-x-leicht", "en"}, Easy},
		{"swiss", []string{"de-CH"}, German},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Match(tt.prefs...); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(berlin)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 13, 23, 30, 0, 0, time.UTC) // already the 14th in Berlin
	de, en := c.For(German), c.For(English)
	for _, tt := range []struct{ name, got, want string }{
		{"date", de.Date(now, now), "Samstag, 14. März"},
		{"date in another year", de.Date(now.AddDate(1, 0, 0), now), "Sonntag, 14. März 2027"},
		{"english", en.Date(now, now), "Saturday 14 March"},
		{"today", de.NearDate(now, now.Add(time.Hour)), "heute"},
		{"tomorrow", en.NearDate(now.AddDate(0, 0, 1), now), "tomorrow"},
		{"clock", de.Clock(now), "00:30 Uhr"},
		{"number", de.Int(1234567), "1.234.567"},
		{"number", en.Decimal(3.25, 1), "3.2"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
