package archtest_test

import (
	"regexp"
	"strings"
	"testing"
)

// templates are the files of the product with one of the endings, by path.
func templates(t *testing.T, endings ...string) map[string]string {
	t.Helper()
	dir, err := root()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	err = walk(dir, func(path string) error {
		for _, e := range endings {
			if strings.HasSuffix(path, e) {
				found[path] = read(t, path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestNothingInline: the content security policy knows no 'unsafe-inline', so
// an inline script, style or handler would silently do nothing.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	for name, wrong := range map[string]*regexp.Regexp{
		"an inline style element":  regexp.MustCompile(`(?i)<style\b`),
		"a style attribute":        regexp.MustCompile(`(?i)<[a-z][^<>]*\sstyle\s*=`),
		"an event handler":         regexp.MustCompile(`(?i)<[a-z][^<>]*\son[a-z]+\s*=`),
		"a javascript: address":    regexp.MustCompile(`(?i)["'\s]javascript:`),
		"templ's script or css":    regexp.MustCompile(`(?m)^(script|css)\s+\w+\(`),
		"templ's own inline parts": regexp.MustCompile(`templ\.(JSFuncCall|JSUnsafeFuncCall|OnceHandle|NewOnceHandle|ComponentScript|SafeCSS)`),
	} {
		for path, text := range templates(t, ".templ", ".html", ".svg") {
			if found := wrong.FindString(text); found != "" {
				t.Errorf("%s: %s: %s", path, name, found)
			}
		}
	}
	script := regexp.MustCompile(`(?is)<script\b([^>]*)>`)
	for path, text := range templates(t, ".templ", ".html", ".svg") {
		for _, m := range script.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "src=") && !strings.Contains(m[1], `type="application/json"`) {
				t.Errorf("%s: an inline script: %s", path, m[0])
			}
		}
	}
}

// TestNothingFromElsewhere: a page loads nothing from other people's servers.
func TestNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	loads := regexp.MustCompile(`(?i)<(?:script|img|iframe|source|video|audio|embed|object|use|image)\b[^>]*\s(?:src|srcset|data|href|xlink:href)\s*=\s*"(?:https?:)?//[^"]*"|<link\b[^>]*rel="(?:stylesheet|preload|icon|preconnect|dns-prefetch)"[^>]*href="(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//`)
	for path, text := range templates(t, ".templ", ".html", ".svg", ".css") {
		if found := loads.FindString(text); found != "" {
			t.Errorf("%s loads from elsewhere: %s", path, found)
		}
	}
}

// TestUnfinished: what is begun is finished, or it is an issue.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	marks := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)
	for path, text := range templates(t, ".go", ".templ", ".ts", ".css", ".sql", ".sh", "Makefile", ".yaml") {
		if path == "internal/archtest/templates_test.go" || path == ".golangci.yaml" || strings.HasSuffix(path, "package-lock.json") {
			continue
		}
		if found := marks.FindString(text); found != "" {
			t.Errorf("%s: %s", path, found)
		}
	}
}
