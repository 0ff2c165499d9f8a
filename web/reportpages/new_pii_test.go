package reportpages

import (
	"strings"
	"testing"
)

func TestFindPII(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text  string
		phone, mail bool
	}{
		{"nothing", "Die Laterne vor dem Kindergarten ist dunkel.", false, false},
		{"mobile", "Rufen Sie mich an: 0176 12345678", true, false},
		{"country code", "Tel. +49 (0)89 / 233-96000 bitte", true, false},
		{"dashes", "089-1234567", true, false},
		{"zeros", "0049 89 1234567", true, false},
		{"mail", "Antwort an anna.beispiel@example.org, danke", false, true},
		{"umlaut mail", "jürgen@müller.de", false, true},
		{"both", "anna@example.org oder 089 123456", true, true},
		{"house number", "Vor Hausnummer 12 steht eine Platte hoch.", false, false},
		{"emergency", "Ich habe schon 110 und 112 angerufen.", false, false},
		{"date", "Seit dem 01.03.2026 um 14 Uhr ist es dunkel.", false, false},
		{"short date", "Am 05. 10. 2026 lag es noch da.", false, false},
		{"postcode", "In 80331 München, Haus 7", false, false},
		{"lamp number", "Laterne Nr. 123456", false, false},
		{"measure", "Das Loch ist 0,50 m breit und 30 cm tief.", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := findPII(tt.text)
			if got.Phone != tt.phone || got.Mail != tt.mail {
				t.Errorf("got %+v, want phone %v, mail %v", got, tt.phone, tt.mail)
			}
			if clean := removePII(tt.text); findPII(clean).found() {
				t.Errorf("still there after removing: %q", clean)
			}
		})
	}
	if got := removePII("Bitte 0176 12345678 anrufen."); got != "Bitte … anrufen." {
		t.Errorf("removed: %q", got)
	}
}

func FuzzRemovePII(f *testing.F) {
	for _, s := range []string{"", "0176 12345678", "+49 89 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5", "a@b.c@d.e", "(0) 89/1234567-0 01234567", "00000000000000000000000", "\xff089 1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := removePII(s)
		if findPII(s).found() && got == s {
			t.Errorf("nothing removed from %q", s)
		}
		if !findPII(s).found() && strings.TrimSpace(s) != got {
			t.Errorf("changed %q to %q", s, got)
		}
	})
}
