package capturepages

import (
	"strings"
	"testing"
)

func TestSpell(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, lang, code, want string }{
		{"German cities", "de", "K7z-x", "Köln sieben Zwickau Xanten"},
		{"the alphabet of pilots", "en", "K7z-x", "Kilo seven Zulu X-ray"},
		{"only signs that are said", "de", " – ", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, l := range spell(tt.lang, tt.code) {
				got = append(got, l.Word)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("%q, want %q", s, tt.want)
			}
		})
	}
	for _, lang := range []string{"de", "en"} { // each letter is told by its own word
		seen := map[string]bool{}
		for _, l := range spell(lang, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") {
			if seen[l.Word] {
				t.Errorf("%s: %q is said twice", lang, l.Word)
			}
			seen[l.Word] = true
		}
		if len(seen) != 36 {
			t.Errorf("%s: %d words", lang, len(seen))
		}
	}
}
