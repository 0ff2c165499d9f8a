package accountpages

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Outbox is where a demonstration's mails lie, to be read in the browser.
type Outbox interface {
	// Mails lists the latest mails, newest first.
	Mails(ctx context.Context) ([]OutboxMail, error)
	// Mail returns fault.NotFound for an unknown id.
	Mail(ctx context.Context, id uuid.UUID) (OutboxMail, error)
}

// OutboxMail is a mail as it would have been sent.
type OutboxMail struct {
	ID      uuid.UUID
	At      time.Time
	From    string
	To      string
	Subject string
	Text    string // the plain version
}

func (p *pages) outbox(c kit.Context) error {
	mails, err := p.Outbox.Mails(c.Request().Context())
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusOK, outboxPage(page(c, "outbox.title"), mails, kit.Now(c)))
}

func (p *pages) outboxMail(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("mail").Because(err)
	}
	m, err := p.Outbox.Mail(c.Request().Context(), id)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	pg := page(c, "")
	pg.Title = m.Subject
	return kit.Render(c, http.StatusOK, outboxMailPage(pg, m, kit.Now(c)))
}

// word is a piece of a line: text, or a link.
type word struct{ text, url string }

var links = regexp.MustCompile(`https?://[^\s<>"']+`)

// lines cuts a plain mail into lines and finds the links in them.
func lines(text string) [][]word {
	var out [][]word
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		var words []word
		at := 0
		for _, m := range links.FindAllStringIndex(line, -1) {
			end := m[0] + len(strings.TrimRight(line[m[0]:m[1]], ".,;:)"))
			words = append(words, word{text: line[at:m[0]]}, word{text: line[m[0]:end], url: line[m[0]:end]})
			at = end
		}
		out = append(out, append(words, word{text: line[at:]}))
	}
	return out
}

// breakable cuts a long word where a small screen may break it.
func breakable(text string) []string {
	var parts []string
	for part := range slices.Chunk([]rune(text), 16) {
		parts = append(parts, string(part))
	}
	return parts
}
