package partnerpages

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func partnerView(t *testing.T, state casework.HandoverState) *view {
	t.Helper()
	messages, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	v := &view{Page: kit.Page{Loc: messages.For("de")}, C: &reports.PartnerCase{View: &reports.View{}}}
	v.C.View.Point = subject.Point{Lon: 11.5362, Lat: 48.1178}
	v.C.Handover.State = state
	return v
}

// Who has said that they take it is not asked again, and nothing else is left out.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		state casework.HandoverState
		want  int
		taken bool
	}{{"asked", casework.HandoverSent, 4, true}, {"taken", casework.HandoverTaken, 3, false}} {
		v := partnerView(t, tt.state)
		v.Kind = reports.PartnerDone
		list, taken, on := v.kinds(), false, 0
		for _, o := range list {
			taken = taken || o.Value == reports.PartnerTaken
			if o.On {
				on++
			}
			if o.Label == "" || o.Label == "talk.partner.kind."+o.Value {
				t.Errorf("%s: %q has no words", tt.name, o.Value)
			}
		}
		if len(list) != tt.want || taken != tt.taken || on != 1 {
			t.Errorf("%s: %d answers, to take it: %t, chosen: %d", tt.name, len(list), taken, on)
		}
	}
}

func TestGeoURI(t *testing.T) {
	t.Parallel()
	if s := geoURI(partnerView(t, "")); s != "geo:48.117800,11.536200" { // RFC 5870: latitude first
		t.Error(s)
	}
}
