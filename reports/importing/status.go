package importing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mitwirk/mitwirk/reports"
)

// otherWords is the key of Settings.Statuses for every word that it does not
// name.
const otherWords = "*"

// targets are the statuses that history can be brought in with: the others
// need to be told more than a list says (whom it went to, until when, why).
func targets() []reports.Status {
	return []reports.Status{reports.Received, reports.InReview, reports.InProgress, reports.Resolved}
}

// knownWords are what German and English systems call a report's state.
var knownWords = map[reports.Status][]string{ //nolint:gochecknoglobals // a table
	reports.Received:   {"received", "offen", "open", "neu", "new", "eingegangen", "erfasst", "gemeldet", "registriert", "reported", "submitted"},
	reports.InReview:   {"in review", "in prüfung", "wird geprüft", "in klärung", "acknowledged", "confirmed", "angenommen", "zugeordnet", "weitergeleitet", "referred"},
	reports.InProgress: {"in progress", "in bearbeitung", "in arbeit", "bearbeitung", "wird bearbeitet", "begonnen", "beauftragt", "geplant", "planned", "assigned", "started", "investigating", "work in progress"},
	reports.Resolved:   {"resolved", "erledigt", "gelöst", "behoben", "abgeschlossen", "geschlossen", "beendet", "fertig", "closed", "fixed", "done", "completed"},
}

// fold is a word as it is compared.
func foldWord(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "_", " ")), " ")
}

// statusMap is the known words with the operator's own over them.
func statusMap(own map[string]string) (map[string]reports.Status, error) {
	m := map[string]reports.Status{}
	for status, list := range knownWords {
		for _, w := range list {
			m[w] = status
		}
	}
	for word, to := range own {
		status := reports.Status(strings.TrimSpace(to))
		if !slices.Contains(targets(), status) {
			return nil, fmt.Errorf("status: %q can't be imported; expected one of %v", clip(to), targets())
		}
		if w := foldWord(word); w != "" {
			m[w] = status
		}
	}
	return m, nil
}

// statusOf is a row's status: what the word means, resolved where a day of
// closing says so, else received. known is false for a word without a meaning.
func (r *ready) statusOf(word string, closed bool) (s reports.Status, known bool) {
	s, known = r.statuses[foldWord(word)]
	if other, ok := r.statuses[otherWords]; !known && ok {
		s, known = other, true
	}
	switch {
	case closed:
		return reports.Resolved, known || word == ""
	case !known:
		return reports.Received, word == ""
	}
	return s, true
}
