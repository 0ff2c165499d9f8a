package adminpages

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// The ways in which an act gets its name for the audit log.
var reActs = []*regexp.Regexp{ //nolint:gochecknoglobals // constants in all but name
	regexp.MustCompile(`Entry\{\s*Action: "([a-z_]+\.[a-z_]*)"`),
	regexp.MustCompile(`(?:groupEntry|stopEntry|holidayEntry|signpostEntry)\("([a-z_.]+)"`),
	regexp.MustCompile(`auditOrganisation\(ctx, tx, [a-z]+, "([a-z_.]+)"`),
	regexp.MustCompile(`\.setUp\(ctx, actor, "([a-z_.]+)"`),
	regexp.MustCompile(`\b(?:action|e\.Action|editedAction) :?= "([a-z_]+\.[a-z_]+)"`),
	regexp.MustCompile(`return "(districts\.[a-z_]+)", `),
}

// acts are those whose names are put together.
func acts() map[string][]string {
	return map[string][]string{
		"moderation.":    {"keep", "hide", "redact", "label"},
		"radar.release_": {"made", "dropped"},
		"routing.":       {"added", "changed", "moved", "removed", "switched_off"},
		"votes.":         {"released", "void"},
	}
}

// TestActsHaveWords: whoever reads the log reads what was done in words, for
// everything that any package writes into it.
func TestActsHaveWords(t *testing.T) {
	t.Parallel()
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	root := filepath.Join("..", "..")
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{"node_modules", "dist", ".git", "bin"}, d.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, re := range reActs {
			for _, m := range re.FindAllSubmatch(raw, -1) {
				names = append(names, string(m[1]))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for begin, ends := range acts() {
		if !slices.Contains(names, begin) {
			t.Errorf("nothing begins with %q any more", begin)
		}
		for _, end := range ends {
			names = append(names, begin+end)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 60 {
		t.Fatalf("only %d acts are found", len(names))
	}
	for _, name := range names {
		if _, parts := acts()[name]; parts {
			continue
		}
		for _, lang := range []string{i18n.German, i18n.English} {
			if !messages.For(lang).Has("admin.act." + name) {
				t.Errorf("%q has no words in %s", name, lang)
			}
		}
	}
}
