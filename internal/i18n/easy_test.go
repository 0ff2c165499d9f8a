package i18n

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestEasyRules holds what of the rules of Leichte Sprache can be counted: short
// sentences, no long words without a dot, no subordinate clauses by comma and
// conjunction, no passive with "werden".
func TestEasyRules(t *testing.T) {
	t.Parallel()
	raw, err := locales.ReadFile("locales/leicht.de-x-leicht.toml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	if err := toml.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	passive := regexp.MustCompile(`\b(wird|werden|wurde|wurden|worden)\b`)
	clause := regexp.MustCompile(`, (dass|weil|damit|obwohl|nachdem|sodass)\b`)
	sentence := regexp.MustCompile(`[.!?:]\s|\n`)
	word := regexp.MustCompile(`[\p{L}·-]+`)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		text, ok := all[key].(string)
		if !ok {
			forms, _ := all[key].(map[string]any)
			for _, v := range forms {
				s, _ := v.(string)
				text += s + " "
			}
		}
		if passive.MatchString(text) || clause.MatchString(text) {
			t.Errorf("%s: %q has a passive or a subordinate clause", key, text)
		}
		for _, s := range sentence.Split(text, -1) {
			if n := len(strings.Fields(s)); n > 12 {
				t.Errorf("%s: %d words in %q", key, n, s)
			}
			for _, w := range word.FindAllString(s, -1) {
				for part := range strings.FieldsFuncSeq(w, func(r rune) bool { return r == '·' || r == '-' }) {
					if n := len([]rune(part)); n > 14 {
						t.Errorf("%s: %q has %d letters", key, part, n)
					}
				}
			}
		}
	}
}
