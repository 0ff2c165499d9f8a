package kit

import "strings"

// FilmProps is a film in sign language: our own file, captions and its text.
type FilmProps struct {
	URL      string
	Captions string // address of a WebVTT file; may be empty
	Text     string // what is said in it
}

// paragraphs splits a plain text at its empty lines and breaks.
func paragraphs(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
