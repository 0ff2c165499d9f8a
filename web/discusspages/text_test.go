package discusspages

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPieces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, line string
		want       []piece
	}{
		{"words", "nur Worte", []piece{{Text: "nur Worte"}}},
		{"link in a sentence", "Siehe https://stadt.example/plan, dort.", []piece{{Text: "Siehe "}, {Text: "https://stadt.example/plan", URL: "https://stadt.example/plan"}, {Text: ", dort."}}},
		{"in brackets", "(https://a.example/x_(y))", []piece{{Text: "("}, {Text: "https://a.example/x_(y)", URL: "https://a.example/x_(y)"}, {Text: ")"}}},
		{"no other scheme", "javascript:alert(1) data:text/html,x ftp://x.example", []piece{{Text: "javascript:alert(1) data:text/html,x ftp://x.example"}}},
		{"no name and password", "https://gut.example@boese.example/", []piece{{Text: "https://gut.example@boese.example/"}}},
		{"mention", "Danke, @Gast-7K3Q!", []piece{{Text: "Danke, "}, {Text: "@Gast-7K3Q", Mention: true}, {Text: "!"}}},
		{"a mail address is no mention", "an mail@stadt.example", []piece{{Text: "an mail@stadt.example"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, pieces(tt.line)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzPieces(f *testing.F) {
	for _, s := range []string{"https://a.example/(b)", "x https://", "@a @bb https://[::1]/x]", "https://a\"onmouseover=alert(1)", "HTTPS://A", "https://a.example/@name"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var all strings.Builder
		for _, p := range pieces(line) {
			all.WriteString(p.Text)
			if p.URL == "" {
				continue
			}
			u, err := url.Parse(p.URL)
			if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				t.Errorf("%q became the link %q", line, p.URL)
			}
		}
		if all.String() != line {
			t.Errorf("%q came back as %q", line, all.String())
		}
	})
}
