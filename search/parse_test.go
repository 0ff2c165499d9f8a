package search

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"Straße", "strasse"},
		{"MÜLL", "mull"},
		{"Muell", "mull"},
		{"Mu\u0308ll", "mull"},
		{"Café", "cafe"},
		{"Łódź", "lodz"},
	} {
		if got := fold(tt.in); got != tt.want {
			t.Errorf("fold(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	terms := []term{{typed: "Laterne", words: []string{"laterne"}, stems: []string{"latern"}}}
	m := newMarks(terms)
	text := strings.Repeat("Vor dem Haus liegt Laub. ", 20) + "Die Laternen sind dunkel. " + strings.Repeat("Seit Tagen schon. ", 20)
	var all, marked strings.Builder
	for _, p := range m.Excerpt(text, 80) {
		all.WriteString(p.Text)
		if p.Mark {
			marked.WriteString(p.Text)
		}
	}
	if got := all.String(); marked.String() != "Laternen" || utf8.RuneCountInString(got) > 90 || !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") {
		t.Errorf("%q, marked %q", got, marked.String())
	}
}

// Whatever people type, the query for the database is well formed as far as
// quotes and brackets go, and marking changes no text.
func FuzzParse(f *testing.F) {
	f.Add(`Laterne -Park "tiefes Loch"`)
	f.Add(`„offen`)
	f.Add(`-- "" ' & | ! :* ( \`)
	f.Add("ﬀ\u0308ß\xff")
	f.Fuzz(func(t *testing.T, text string) {
		terms := parse(text)
		if len(terms) > maxTerms {
			t.Fatalf("%d terms", len(terms))
		}
		for i := range terms {
			terms[i].stems = terms[i].words
			terms[i].forms = terms[i].words[:1]
			for _, w := range terms[i].words {
				if w == "" || strings.ContainsAny(w, " '\\") {
					t.Errorf("word %q", w)
				}
			}
		}
		all, exact := tsquery(terms, false)
		for _, q := range []string{all, exact} {
			if strings.Count(q, "'")%2 != 0 || strings.Count(q, "(") != strings.Count(q, ")") {
				t.Errorf("%q became %s", text, q)
			}
		}
		var b strings.Builder
		for _, p := range newMarks(terms).Text(text) {
			b.WriteString(p.Text)
		}
		if b.String() != text {
			t.Errorf("marking changed %q to %q", text, b.String())
		}
		newMarks(terms).Excerpt(text, 40)
	})
}
