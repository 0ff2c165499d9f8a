package accounts

import (
	"strings"
	"testing"
)

// An access code means the same however it is typed, and cleaning it twice
// changes nothing.
func FuzzCleanCode(f *testing.F) {
	f.Add("7K3Q-X9AB-CDEF")
	f.Add(" 7k3q x9ab.cdef\u00a0")
	f.Add("ıſß\x00\xff")
	f.Fuzz(func(t *testing.T, typed string) {
		code := cleanCode(typed)
		if again := cleanCode(code); again != code {
			t.Errorf("%q is cleaned to %q, that to %q", typed, code, again)
		}
		if strings.ContainsAny(code, "- \t.\u00a0") {
			t.Errorf("%q keeps what only separates: %q", typed, code)
		}
		if got := cleanCode(strings.ReplaceAll(newCode(), "-", " ")); len(got) != codeSigns {
			t.Errorf("our own code has %d signs", len(got))
		}
	})
}
