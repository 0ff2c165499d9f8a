package archtest_test

import (
	"fmt"
	"go/ast"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// catalogue reads all messages of a language: key to text ("one" and "other"
// of plurals one after the other).
func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "internal/i18n/locales/*."+lang+".toml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no messages in %s: %v", lang, err)
	}
	all := map[string]string{}
	for _, f := range files {
		raw := map[string]any{}
		if _, err := toml.DecodeFile(f, &raw); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		for key, v := range raw {
			if _, twice := all[key]; twice {
				t.Errorf("%s: %q stands in another file too", f, key)
			}
			switch v := v.(type) {
			case string:
				all[key] = v
			case map[string]any:
				for _, form := range slices.Sorted(maps.Keys(v)) {
					if form != "description" {
						all[key] += fmt.Sprintln(v[form])
					}
				}
				if _, ok := v["other"]; !ok {
					t.Errorf("%s: %q has no \"other\"; does a key begin with another one and a dot?", f, key)
				}
			default:
				t.Errorf("%s: %q is a %T", f, key, v)
			}
		}
	}
	return all
}

var parameter = regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)

func parameters(text string) []string {
	found := map[string]bool{}
	for _, m := range parameter.FindAllStringSubmatch(text, -1) {
		found[strings.ToLower(m[1])] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// TestTwins: every message exists in both languages and names the same things.
func TestTwins(t *testing.T) {
	t.Parallel()
	de, en := catalogue(t, "de"), catalogue(t, "en")
	for _, key := range slices.Sorted(maps.Keys(de)) {
		other, ok := en[key]
		switch {
		case !ok:
			t.Errorf("%q has no English text", key)
		case !slices.Equal(parameters(de[key]), parameters(other)):
			t.Errorf("%q: parameters %v in German, %v in English", key, parameters(de[key]), parameters(other))
		}
		if strings.TrimSpace(de[key]) == "" {
			t.Errorf("%q is empty", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if _, ok := de[key]; !ok {
			t.Errorf("%q has no German text", key)
		}
	}
}

// TestUmlauts finds transcriptions that a keyboard without umlauts leaves.
func TestUmlauts(t *testing.T) {
	t.Parallel()
	wrong := regexp.MustCompile(`(?i)\b(fuer|ueber|koennen|koennte\w*|moechte\w*|muess\w+|waehl\w+|pruef\w+|oeffn\w+|zurueck|strasse\w*|gross\w*|naechst\w*|spaeter|loesch\w+|bestaetig\w+|aender\w+|gueltig\w*|ungueltig\w*)\b`)
	for key, text := range catalogue(t, "de") {
		if found := wrong.FindString(text); found != "" {
			t.Errorf("%q: %q", key, found)
		}
	}
}

var templKey = regexp.MustCompile(`\.(?:T|TMap)\("([^"]+)"\s*[,)]`)

// TestKeysExist: what code says has words.
func TestKeysExist(t *testing.T) {
	t.Parallel()
	de := catalogue(t, "de")
	check := func(where, key string) {
		if _, ok := de[key]; !ok {
			t.Errorf("%s: there is no message %q", where, key)
		}
	}
	for _, s := range allSources(t) {
		if s.test() || s.helper() || s.generated() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			before, name := called(call)
			i := -1
			switch {
			case (name == "T" || name == "TMap") && before != "" && len(call.Args) > 0:
				i = 0
			case name == "New" && before == "fault", name == "OnField":
				i = 1
			case name == "Add" && len(call.Args) >= 2:
				if _, ok := literal(call.Args[0]); ok { // Fields.Add("name", "key"), not a time's or a wait group's
					i = 1
				}
			}
			if i < 0 || i >= len(call.Args) {
				return true
			}
			if key, ok := literal(call.Args[i]); ok && (name != "Add" || strings.Contains(key, ".")) {
				check(at(call), key)
			}
			return true
		})
	}
	for path, text := range templates(t, ".templ") {
		for _, m := range templKey.FindAllStringSubmatch(text, -1) {
			check(path, m[1])
		}
	}
}
