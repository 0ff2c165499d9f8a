package app

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestHelpersAreTold: who takes part in what a measure asks for finds what the city
// writes, and what came of it, in their inbox, by the real queue of jobs; nobody
// else does.
func TestHelpersAreTold(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	ctx, s := t.Context(), c.App.radar
	p := radartest.Programme()
	c.must(s.SetProgramme(ctx, accounts.System, p))
	radartest.Fill(ctx, t, s, p, 1)
	p, err := s.Programme(ctx, accounts.System, p.Slug)
	c.must(err)
	st, err := s.Now(ctx, p)
	c.must(err)
	m := &st.Items[0].Measure
	one, two := accountstest.Staff(t, c.pool, subject.Editor), accountstest.Staff(t, c.pool, subject.Editor)
	helper := accountstest.Resident(t, c.pool)
	h := radar.Help{ID: uuid.New(), Kind: "testers", Wanted: i18n.Text{"de": "Wer testet?"}, Until: "2099-01-01"}
	c.must(s.AskHelp(ctx, one, m.ID, h))
	c.must(s.ApproveHelp(ctx, two, m.ID, h.ID))
	c.must(s.OfferHelp(ctx, helper, m.Number, h.ID, true))
	before := c.inboxOf(c.reader)
	c.must(s.WriteHelpers(ctx, one, m.ID, h.ID, uuid.New(), i18n.Text{"de": "Treffpunkt am Brunnen."}))
	c.becomes("a message to who takes part", 1, settle, func() int { return c.inboxOf(helper) })
	c.must(s.SetOutcome(ctx, one, h.ID, i18n.Text{"de": "Zehn haben getestet."}))
	c.must(s.ApproveHelp(ctx, two, m.ID, h.ID))
	c.becomes("what came of it", 2, settle, func() int { return c.inboxOf(helper) })
	if got := c.inboxOf(c.reader); got != before {
		t.Errorf("somebody else has %d notices instead of %d", got, before)
	}
}
