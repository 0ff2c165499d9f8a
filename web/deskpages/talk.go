package deskpages

import (
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/reports"
)

// talkBox is the dialogue on the case's page.
type talkBox struct {
	reports.Conversation

	now time.Time
}

func (p *pages) talkOf(v *visit) (talkBox, error) {
	c, err := p.Reports.Conversation(v.ctx, v.r)
	return talkBox{c, v.now}, err
}

// handoverState is the state of a hand-over for people: one that was reminded of
// is no longer just sent.
func handoverState(h *casework.Handover) casework.HandoverState {
	if h.State == casework.HandoverSent && h.Reminded > 0 {
		return "reminded"
	}
	return h.State
}
