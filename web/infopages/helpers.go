package infopages

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/accounts"
)

// ruleFeedback counts answers and barriers with everything else that writes.
const ruleFeedback = accounts.RulePost

func langAttrs(lang string) templ.Attributes {
	if lang == "" {
		return nil
	}
	return templ.Attributes{"lang": lang}
}

func splitLines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
