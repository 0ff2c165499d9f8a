package deskpages

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiffWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, typed, public string
		want                []piece
	}{
		{"same", "ein Text", "ein Text", []piece{{Text: "ein Text"}}},
		{"empty", "", "", nil},
		{"covered", "Bei Frau Muster ist es dunkel", "Bei […] ist es dunkel", []piece{
			{Text: "Bei "}, {Text: "Frau Muster ", Gone: true}, {Text: "[…] ", Fresh: true}, {Text: "ist es dunkel"},
		}},
		{"cut off", "dunkel. Anrufen: 089", "dunkel. ", []piece{{Text: "dunkel. "}, {Text: "Anrufen: 089", Gone: true}}},
		{"new lines", "a\nb", "a\n\nb", []piece{{Text: "a\n", Gone: true}, {Text: "a\n\n", Fresh: true}, {Text: "b"}}},
	} {
		if diff := cmp.Diff(tt.want, diffWords(tt.typed, tt.public)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// FuzzDiffWords: without what is gone the pieces are the public text, without
// what is fresh the typed one.
func FuzzDiffWords(f *testing.F) {
	f.Add("Bei Frau Muster", "Bei […]")
	f.Add(strings.Repeat("a b ", 1000), strings.Repeat("b a ", 1000))
	f.Add("", " \n ")
	f.Fuzz(func(t *testing.T, typed, public string) {
		if len(typed) > 5000 || len(public) > 5000 {
			return
		}
		var a, b strings.Builder
		for _, p := range diffWords(typed, public) {
			if !p.Fresh {
				a.WriteString(p.Text)
			}
			if !p.Gone {
				b.WriteString(p.Text)
			}
		}
		if a.String() != typed || b.String() != public {
			t.Errorf("%q and %q became %q and %q", typed, public, a.String(), b.String())
		}
	})
}
