package infopages

import (
	"strings"

	"github.com/mitwirk/mitwirk/accounts"
)

// ruleFeedback counts answers and barriers with everything else that writes.
const ruleFeedback = accounts.RulePost

func splitLines(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
