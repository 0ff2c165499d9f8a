package deskpages

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
)

// statusKeys are the keys of the statuses that are set most often. A key opens
// the form with its ready sentence; Enter sends it.
func statusKeys() map[string]string {
	return map[string]string{
		string(reports.InProgress): "p", string(reports.Resolved): "d", string(reports.Forwarded): "w", string(reports.Waiting): "q",
		string(reports.Commissioned): "c", string(reports.Planned): "e", string(reports.NoAction): "o", string(reports.InReview): "f",
	}
}

// barKeys stand in the bar below the case, allKeys in the help.
func barKeys() []string { return []string{"r", "a", "p", "d", "m", "v", "n"} }

func allKeys() []string {
	return []string{"r", "a", "y", "p", "d", "w", "q", "f", "c", "e", "o", "m", "g", "i", "v", "l", "s", "t", "x", "b", "k", "h", "z", "n", "u"}
}

// keyAt gives the first of several the key.
func keyAt(i int, key string) templ.Attributes {
	if i == 0 {
		return templ.Attributes{"data-key": key}
	}
	return nil
}

// alsoHere says who else looks at a case; "" for nobody.
func alsoHere(loc *i18n.Localizer, names []string) string {
	known := names[:0:0]
	for _, n := range names {
		if n == "" {
			n = loc.T("case.colleague")
		}
		known = append(known, n)
	}
	if len(known) == 0 {
		return ""
	}
	return loc.T("case.here", "names", strings.Join(known, ", "), "n", len(known))
}
