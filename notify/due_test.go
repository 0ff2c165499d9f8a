package notify_test

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/notify"
)

func TestDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	night := notify.Quiet{From: 22 * 60, To: 7*60 + 30}
	noon := notify.Quiet{From: 12 * 60, To: 14 * 60}
	for _, test := range []struct {
		name    string
		now     string
		cadence follows.Cadence
		quiet   notify.Quiet
		want    string
	}{
		{"at once", "2026-11-20T15:00", follows.Each, notify.Quiet{}, "2026-11-20T15:00"},
		{"at once, awake", "2026-11-20T15:00", follows.Each, night, "2026-11-20T15:00"},
		{"at once, before midnight", "2026-11-20T23:10", follows.Each, night, "2026-11-21T07:30"},
		{"at once, after midnight", "2026-11-21T02:00", follows.Each, night, "2026-11-21T07:30"},
		{"quiet hours begin", "2026-11-20T22:00", follows.Each, night, "2026-11-21T07:30"},
		{"quiet hours are over", "2026-11-21T07:30", follows.Each, night, "2026-11-21T07:30"},
		{"quiet at noon", "2026-11-21T12:30", follows.Each, noon, "2026-11-21T14:00"},
		{"daily, before seven", "2026-11-20T06:59", follows.Daily, notify.Quiet{}, "2026-11-20T07:00"},
		{"daily, at seven", "2026-11-20T07:00", follows.Daily, notify.Quiet{}, "2026-11-21T07:00"},
		{"daily, and then quiet", "2026-11-20T09:00", follows.Daily, night, "2026-11-21T07:30"},
		{"daily over the change of the clocks", "2026-03-28T09:00", follows.Daily, notify.Quiet{}, "2026-03-29T07:00"},
		{"daily over the other change", "2026-10-24T09:00", follows.Daily, notify.Quiet{}, "2026-10-25T07:00"},
		{"quiet hours end in the hour that is not", "2026-03-29T01:30", follows.Each, notify.Quiet{From: 60, To: 150}, "2026-03-29T03:30"},
		{"weekly, on a Friday", "2026-11-20T15:00", follows.Weekly, notify.Quiet{}, "2026-11-23T07:00"},
		{"weekly, on a Monday after seven", "2026-11-23T08:00", follows.Weekly, notify.Quiet{}, "2026-11-30T07:00"},
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", test.now, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := notify.Due(now.UTC(), test.cadence, test.quiet, zone).In(zone).Format("2006-01-02T15:04"); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
