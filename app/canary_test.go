package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mitwirk/mitwirk/internal/privacy"
)

// TestCanary puts a sign of its own into every field that fields.yaml calls
// personal, asks every address of the product as everybody who might, reads
// live messages, mails, jobs, events, logs, files and the columns that are
// nobody's, and fails where a sign is seen by somebody it is not for.
//
// It fails as well when a personal column holds no sign (see unmarked for those
// that can't), and when a route has a parameter that nobody has explained to it
// (see fill): new columns and new pages are covered or noticed.
func TestCanary(t *testing.T) {
	t.Parallel()
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := newTown(t)
	c.live()
	c.tell()
	c.settle()
	c.hearLive()
	c.mark()
	marks := c.collect(fields)
	t.Run("every personal column has a sign", func(t *testing.T) { checkCovered(t, fields, marks) })

	found := &findings{seen: map[string]bool{}, read: map[string]bool{}}
	paths := c.paths(t)
	t.Run("pages", func(t *testing.T) {
		for _, v := range c.viewers {
			t.Run(v.name, func(t *testing.T) {
				t.Parallel()
				c.visit(t, v, paths, marks, found)
			})
		}
	})
	t.Run("those it is for see it", func(t *testing.T) { c.checkSeen(t, found) })
	t.Run("a leak would be noticed", func(t *testing.T) { c.checkNotices(t, paths, marks) })
	t.Run("searches", func(t *testing.T) { c.search(t, marks) })
	c.readLive(marks, found)
	c.readMails(marks, found)
	c.readJobsAndEvents(marks, found)
	c.readColumns(fields, marks, found)
	c.readFiles(marks, found)
	c.readLog(marks, found)
	found.report(t)
}

// checkCovered finds personal columns without a sign, and reasons that have
// become wrong.
func checkCovered(t *testing.T, fields privacy.Fields, marks []*mark) {
	t.Helper()
	has := map[string]bool{}
	for _, m := range marks {
		for _, p := range m.places {
			has[p.key] = true
		}
	}
	for _, f := range fields.All() {
		_, excused := unmarked()[f.Key()]
		switch {
		case f.Personal && !has[f.Key()] && !excused:
			t.Errorf("%s holds no sign: let the test's city fill it (tell, mark), or say in unmarked why it can't", f.Key())
		case has[f.Key()] && excused:
			t.Errorf("%s holds a sign: its line in unmarked is not needed any more", f.Key())
		}
	}
	for key := range unmarked() {
		table, column, _ := strings.Cut(key, ".")
		if f, ok := fields.Column(table, column); !ok || !f.Personal {
			t.Errorf("unmarked names %s, which is no personal column", key)
		}
	}
}

// unmarked are the personal columns whose values are no signs, with the reason.
func unmarked() map[string]string {
	const (
		words = "one of a few words that stand everywhere"
		digit = "a small number"
	)
	return map[string]string{
		"call_proofs.yes":             "a yes or a no",
		"persons.level":               digit,
		"complaints.help":             words,
		"complaints.wish_key":         "the key of a department",
		"complaints.about_department": "the id of a department, which stands in forms",
		"ideas.cost_cents":            "an amount, which could stand anywhere",
		"persons.locale":              words,
		"contacts.locale":             words,
		"follows.lang":                words,
		"deliveries.lang":             words,
		"notice_preferences.cadence":  words,
		"quiet_hours.from_minute":     digit,
		"quiet_hours.to_minute":       digit,
		"reports.lang":                words,
		"sessions.assurance":          words,
		"receipts.tries":              digit,
		"votes.value":                 digit,
		"role_grants.role":            words,
		"audit_log.action":            words,
		"audit_log.fields":            words,
		"audit_log.at":                "the log is chained by hashes: no time in it can be set",
		"absences.from_day":           "a day, as any other",
		"absences.to_day":             "a day, as any other",
		"events.body":                 "ids, looked into as a place where signs of others could be",
	}
}

// findings are the leaks, each column, viewer and place once.
type findings struct {
	mu   sync.Mutex
	seen map[string]bool
	read map[string]bool // "viewer: sign" for what was rightly seen
}

// rightly notes that a viewer saw what they may.
func (f *findings) rightly(m *mark, who string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.read[who+": "+m.name] = true
}

func (f *findings) add(m *mark, who, where, at string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen[fmt.Sprintf("%s seen by %s at %s (%q)", m.columns(), who, where, at)] = true
}

func (f *findings) report(t *testing.T) {
	t.Helper()
	for _, line := range slices.Sorted(maps.Keys(f.seen)) {
		t.Error(line)
	}
}

// checkSeen shows that the canaries sing at all: what is held is seen by those
// it is for, so that its absence elsewhere means something.
func (c *town) checkSeen(t *testing.T, found *findings) {
	t.Helper()
	team := []string{"kanaritextheld0", "kanarinoteheld0", "kanarialtheld0", "kanarianswerheld0", "kanariquestion0", "kanarianswer0", "kanariaddition0", "kanariobjection0"}
	for who, signs := range map[string][]string{
		"anonymous":           {"kanaritextshown0", "kanarialtshown0", "kanarigasse0", "kanaripublicreason0"},
		"owner":               append([]string{"kanaritextprivate0", "kanariwann0", "kanarikz0", "kanariunsent0", "kanariunsentmail0", "kanaripasskey0", "kanaridevice0"}, team...),
		"owner by code":       {"kanaritextheld0", "kanaritextprivate0", "kanariquestion0"},
		"clerk in charge":     append([]string{"kanaritexthidden0", "kanarimyview0", "kanariteamview0", "kanarimystart0"}, team...),
		"team lead elsewhere": {"kanaritextprivate0", "kanaristill0"},
		"moderator":           {"kanaritexthidden0", "kanariflagtext0"},
		"other resident":      {"kanaritextshown0", "kanaritextdouble0"},
	} {
		for _, sign := range signs {
			if !found.read[who+": "+sign] {
				t.Errorf("%s does not see %s anywhere: has a page gone, or a route that the canary does not read?", who, sign)
			}
		}
	}
}

// checkNotices claims that what everybody sees is for nobody: that must be
// found on the page, in the files, over the API and, for a place, in a tile.
func (c *town) checkNotices(t *testing.T, paths []address, marks []*mark) {
	t.Helper()
	var claimed []*mark
	for _, m := range marks {
		if m.name == "kanaritextshown0" || m.name == "11.57336,48.13853" {
			claimed = append(claimed, &mark{name: m.name, kind: m.kind, forms: m.forms, places: []place{{key: "reports.text_public"}}})
		}
	}
	if len(claimed) != 2 {
		t.Fatalf("%d signs, want the text and the place of the public report", len(claimed))
	}
	found := &findings{seen: map[string]bool{}, read: map[string]bool{}}
	c.visit(t, c.by["anonymous"], paths, claimed, found)
	for _, route := range []string{"/reports/:number", "/api/v1/reports/:number", "/reports.geojson", "/reports.csv", "/reports.atom", "/tiles/:layer/:z/:x/:y"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(found.seen)), func(line string) bool { return strings.Contains(line, " at "+route+" (") }) {
			t.Errorf("nothing found at %s", route)
		}
	}
}
