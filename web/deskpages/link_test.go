package deskpages_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// oneIdea is all ideas that there are.
type oneIdea struct{ card subject.Card }

func (i oneIdea) PublicIdea(context.Context, db.Queryer, subject.Number) (uuid.UUID, error) {
	return i.card.ID, nil
}

func (i oneIdea) PublicIdeas(context.Context, db.Queryer, []uuid.UUID) ([]subject.Card, error) {
	return []subject.Card{i.card}, nil
}

func (i oneIdea) IdeaAmong(context.Context, db.Queryer, []uuid.UUID, subject.Number) (uuid.UUID, error) {
	return i.card.ID, nil
}

// TestLinkSays: who links a report to another one reads of reports, who links it to an
// idea reads of the idea, and so with cutting.
func TestLinkSays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.report(t)
	other, _ := b.report(t)
	idea := subject.Card{Ref: subject.Ref{Kind: subject.Idea, ID: subject.NewID()}, Number: subject.NewNumber(2026), Title: "Mehr Schatten", Path: "/ideas/x"}
	b.Reports.UseIdeas(oneIdea{idea})
	mine := b.site.As(b.clerk)
	for _, tt := range []struct{ name, other, do, want string }{
		{"a report", other.Number.Format(subject.PrefixReport), "", "Die Meldungen sind verbunden."},
		{"a report cut", other.Number.Format(subject.PrefixReport), "cut", "Die Meldungen sind nicht mehr verbunden."},
		{"an idea", idea.Number.Format(subject.PrefixIdea), "", "Die Meldung ist mit der Idee verbunden."},
		{"an idea cut", idea.Number.Format(subject.PrefixIdea), "cut", "Die Meldung ist nicht mehr mit der Idee verbunden."},
	} {
		mine.Post(path(r)+"/link", url.Values{"link_other": {tt.other}, "do": {tt.do}}).WantRedirect(path(r))
		if said := mine.Get(path(r)).WantClean().Text("[data-flash]"); !strings.Contains(said, tt.want) {
			t.Errorf("%s: %q", tt.name, said)
		}
	}
}
