package i18n

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNoHoleIsLeftOpen: a message of the server has its parameters as {{.name}};
// {name} is for scripts (js.*), and stands on the page as it is everywhere else.
func TestNoHoleIsLeftOpen(t *testing.T) {
	t.Parallel()
	filledByScript := []string{
		"queue.bulk.chosen", "search.proposals.many", // handed over in data attributes
		"sitedesk.text.hint", // names the words that a text of the city may hold
	}
	single := regexp.MustCompile(`(^|[^{])\{[a-zA-Z0-9_]+\}([^}]|$)`)
	name := regexp.MustCompile(`^\[?"([^"]+)"`)
	files, err := filepath.Glob("locales/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no locales: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		key := ""
		for i, line := range strings.Split(string(data), "\n") {
			if m := name.FindStringSubmatch(line); m != nil {
				key = m[1]
			}
			_, value, _ := strings.Cut(line, "=")
			if strings.HasPrefix(key, "js.") || slices.Contains(filledByScript, key) || !single.MatchString(value) {
				continue
			}
			t.Errorf("%s:%d: %s shows its parameter as it is: %s", file, i+1, key, strings.TrimSpace(value))
		}
	}
}
