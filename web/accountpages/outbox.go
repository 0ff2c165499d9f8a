package accountpages

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Outbox is where a demonstration's mails lie, to be read in the browser: the
// local outbox of internal/mail.
type Outbox interface {
	List(ctx context.Context) ([]mail.Entry, error)
	// Get returns fault.NotFound for an unknown or forgotten mail.
	Get(ctx context.Context, id uuid.UUID) (mail.Letter, error)
}

var _ Outbox = (*mail.Outbox)(nil)

func (p *pages) outbox(c kit.Context) error {
	mails, err := p.Outbox.List(c.Request().Context())
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
	m, err := p.Outbox.Get(c.Request().Context(), id)
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

// outboxTitle is the subject, or the kind of a mail whose subject is forgotten.
func outboxTitle(m mail.Entry) string { return cmp.Or(m.Subject, m.Kind) }

func outboxMeta(p kit.Page, m mail.Entry, now time.Time) string {
	parts := []string{p.Loc.DateTime(m.At, now)}
	if m.To != "" {
		parts = append(parts, p.T("outbox.to")+": "+m.To)
	}
	if state := "outbox.state." + m.State; m.State != "sent" && p.Loc.Has(state) {
		parts = append(parts, p.T(state))
	}
	return strings.Join(parts, " · ")
}
