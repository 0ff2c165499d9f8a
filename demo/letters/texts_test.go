package letters

import (
	"regexp"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/complaints"
)

// transliterated is German without its umlauts, as nobody writes it any more.
var transliterated = regexp.MustCompile(`(?i)\b(fuer|ueber|strasse|koennen|muessen|gruen|spaet|zurueck)`)

// Every story is something that somebody could have sent, and comes to the end
// that its course names.
func TestStories(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range stories() {
		if !slices.Contains(complaints.Kinds(), s.kind) || s.topic == "" {
			t.Errorf("%q: kind %q, topic %q", s.text, s.kind, s.topic)
		}
		for _, text := range []string{s.text, s.again} {
			if text == "" {
				continue
			}
			if seen[text] {
				t.Errorf("told twice: %q", text)
			}
			seen[text] = true
			if first, _ := utf8.DecodeRuneInString(text); !unicode.IsUpper(first) || utf8.RuneCountInString(text) > complaints.MaxText || transliterated.MatchString(text) {
				t.Errorf("no sentence of a letter: %q", text)
			}
		}
		if s.text == "" || s.reply == "" || transliterated.MatchString(s.reply) {
			t.Errorf("%q is answered by %q", s.text, s.reply)
		}
		for i, e := range s.events(3) {
			if e.after < 1 {
				t.Errorf("%q: event %d comes before the one that it follows", s.text, i)
			}
			if e.what == "reply" && !slices.Contains(complaints.Outcomes(), e.outcome) {
				t.Errorf("%q: an answer with the outcome %q", s.text, e.outcome)
			}
			if e.outcome == complaints.Forwarded && e.to == "" {
				t.Errorf("%q is forwarded to nobody", s.text)
			}
		}
	}
}
