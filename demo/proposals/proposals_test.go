package proposals

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/ideas"
)

// The tables hold ideas that could have been sent: each once, with a status, a
// number and a place in Munich where there is one.
func TestTables(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	check := func(name string, line int, title, text, place, supports string) {
		t.Helper()
		sub := ideas.Submission{Title: title, Text: text, Point: point(place)}
		if err := sub.Validate(); err != nil || seen[title] {
			t.Errorf("%s, line %d: %v, twice: %t", name, line, err, seen[title])
		}
		seen[title] = true
		if p := sub.Point; place != "" && (p == nil || p.Lon < 11.3 || p.Lon > 11.8 || p.Lat < 48.0 || p.Lat > 48.3) {
			t.Errorf("%s, line %d: no place in the city: %q", name, line, place)
		}
		if n, err := strconv.Atoi(supports); err != nil || n < 0 {
			t.Errorf("%s, line %d: %q supports", name, line, supports)
		}
	}
	for n, line := range strings.Split(strings.TrimSpace(ideasTable), "\n") {
		c := strings.Split(line, "|")
		if len(c) < 7 {
			t.Fatalf("ideas, line %d has %d columns", n+1, len(c))
		}
		if !ideas.Status(c[5]).Known() {
			t.Errorf("ideas, line %d: status %q", n+1, c[5])
		}
		check("ideas", n+1, c[0], c[1], c[4], c[6])
	}
	for n, line := range strings.Split(strings.TrimSpace(placesTable), "\n") {
		c := strings.Split(line, "|")
		if len(c) != 5 {
			t.Fatalf("places, line %d has %d columns", n+1, len(c))
		}
		check("places", n+1, c[0], c[1], c[3], c[4])
	}
}

// Every line of the measures is about an idea of the box and a measure of the
// demonstration's programme.
func TestMeasures(t *testing.T) {
	t.Parallel()
	of, err := measureOf()
	if err != nil || len(of) < 4 {
		t.Fatalf("%v, %v", of, err)
	}
	measures, err := os.ReadFile("../programme/measures.txt")
	if err != nil {
		t.Fatal(err)
	}
	for idea, measure := range of {
		if !strings.Contains("\n"+ideasTable, "\n"+idea+"|") {
			t.Errorf("no idea %q", idea)
		}
		if !strings.Contains(string(measures), "|"+measure+"|") {
			t.Errorf("no measure %q", measure)
		}
	}
}

func TestPoint(t *testing.T) {
	t.Parallel()
	if p := point("11.5 48.25"); p == nil || p.Lon != 11.5 || p.Lat != 48.25 {
		t.Errorf("%+v", p)
	}
	for _, s := range []string{"", "11.5", "Harras", "11.5 nord"} {
		if p := point(s); p != nil {
			t.Errorf("%q is a place: %+v", s, p)
		}
	}
}
