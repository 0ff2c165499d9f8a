package categories

import (
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Signpost is a short answer to something people search for that is no report.
// No data is taken.
type Signpost struct {
	ID    uuid.UUID
	Key   string
	Words map[string][]string // per language; all words of one entry must be there
	Body  i18n.Text           // may hold {link}
	Stop  string              // key of a stop page that is shown in place of the text
	Link  Link
	Door  Door
}

// Link points outside. The zero value is none.
type Link struct {
	URL   string
	Label i18n.Text
}

// Door names a part of this product: "report", "complaint" or "idea". Pages
// show it only where that part exists. The zero value is none.
type Door struct {
	To   string
	Text i18n.Text
}

// linkMark stands in the text where the link goes.
const linkMark = "{link}"

// Sentences splits the text of a language around its link: before it and after
// it. Without a link the sentence that needs one is left out whole.
func (s *Signpost) Sentences(lang string) (before, after string, hasLink bool) {
	text := s.Body.In(lang)
	i := strings.Index(text, linkMark)
	if i < 0 {
		return text, "", false
	}
	if s.Link.URL != "" {
		return text[:i], text[i+len(linkMark):], true
	}
	// the sentence with the mark runs from the last full stop before it to the first one after it
	from := strings.LastIndexAny(text[:i], ".!?") + 1
	to := len(text)
	if end := strings.IndexAny(text[i:], ".!?"); end >= 0 {
		to = i + end + 1
	}
	return strings.TrimSpace(text[:from] + text[to:]), "", false
}
