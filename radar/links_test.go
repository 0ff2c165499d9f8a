package radar_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
)

// Evidence leads to a page of this site or to an address of the web, never
// elsewhere by a path that is none, and no list or text is without end.
func TestEvidenceAndLimits(t *testing.T) {
	t.Parallel()
	p := &radar.Programme{Fields: []radar.Field{{Key: "klima"}}}
	wrong := func(change func(*radar.Content)) []string {
		c := radar.Content{Field: "klima", Status: radar.Planned, Texts: map[string]radar.Texts{"de": {Title: "Solardächer"}}}
		change(&c)
		var names []string
		if err := c.Validate(p, true); err != nil {
			for _, f := range fault.As(err).Fields {
				names = append(names, f.Name)
			}
		}
		return names
	}
	link := func(url string) func(*radar.Content) {
		return func(c *radar.Content) { c.Links = []radar.Link{{Kind: "page", Title: "Beschluss", URL: url}} }
	}
	for _, url := range []string{"/", "/ideas/I-2026-7K3QX9?stay=1#a", "https://stadt.example/a", "http://stadt.example/a"} {
		if got := wrong(link(url)); len(got) != 0 {
			t.Errorf("%q: %v", url, got)
		}
	}
	for _, url := range []string{"", "//evil.example", `/\\evil.example`, `/a\\b`, "/a b", "javascript:alert(1)", "data:text/html,x", "ideas", "/" + strings.Repeat("a", 600)} {
		if got := wrong(link(url)); !slices.Contains(got, "links") {
			t.Errorf("%q is a link", url)
		}
	}
	for _, tt := range []struct {
		name, field string
		change      func(*radar.Content)
	}{
		{"many links", "links", func(c *radar.Content) {
			c.Links = slices.Repeat([]radar.Link{{Kind: "page", Title: "a", URL: "/a"}}, 31)
		}},
		{"a long title of a link", "links", func(c *radar.Content) {
			c.Links = []radar.Link{{Kind: "page", Title: strings.Repeat("a", 301), URL: "/a"}}
		}},
		{"a long result in English", "results_en", func(c *radar.Content) {
			c.Results = []radar.Result{{Title: i18n.Text{"de": "Fertig", "en": strings.Repeat("a", 301)}}}
		}},
		{"a long year", "yearly_de", func(c *radar.Content) {
			c.Yearly = []radar.Yearly{{Year: 2026, Text: i18n.Text{"de": strings.Repeat("a", 6001)}}}
		}},
	} {
		if got := wrong(tt.change); !slices.Contains(got, tt.field) {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
