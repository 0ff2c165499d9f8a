package demo_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// The demo city has all that its story needs: departments, kinds with questions,
// and every name in German and English.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	c, err := categories.Parse(demo.Catalogue)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Categories) < 30 || len(c.Groups) < 5 {
		t.Errorf("%d kinds in %d groups", len(c.Categories), len(c.Groups))
	}
	questions := 0
	for _, k := range c.Categories {
		questions += len(k.Questions)
		for _, lang := range []string{i18n.German, i18n.English} {
			if k.Name[lang] == "" {
				t.Errorf("%s has no name in %s", k.Key, lang)
			}
		}
	}
	if questions == 0 {
		t.Error("nothing is asked")
	}
}
