package notify

import (
	"time"

	"github.com/mitwirk/mitwirk/follows"
)

// Quiet are the hours in which somebody wants no mail, in minutes of the city's
// day, from the first to before the second; the second may lie on the next day.
// The zero value is none.
type Quiet struct{ From, To int }

// IsZero tells that there are none.
func (q Quiet) IsZero() bool { return q.From == q.To }

// Valid tells whether both are minutes of a day.
func (q Quiet) Valid() bool {
	return q.From >= 0 && q.From < 24*60 && q.To >= 0 && q.To < 24*60
}

// end is when the quiet hours that hold at are over; at itself where none do.
func (q Quiet) end(at time.Time) time.Time {
	if q.IsZero() {
		return at
	}
	minute := at.Hour()*60 + at.Minute()
	day := at
	switch {
	case q.From < q.To && minute >= q.From && minute < q.To:
	case q.From > q.To && minute >= q.From:
		day = at.AddDate(0, 0, 1)
	case q.From > q.To && minute < q.To:
	default:
		return at
	}
	return time.Date(day.Year(), day.Month(), day.Day(), q.To/60, q.To%60, 0, 0, at.Location())
}

// digestHour is when digests go out; the weekly one on digestDay.
const (
	digestHour = 7
	digestDay  = time.Monday
)

// Due is when something that is queued at now is mailed: at the city's clock, the
// next morning for a digest, never within quiet hours.
func Due(now time.Time, cadence follows.Cadence, quiet Quiet, zone *time.Location) time.Time {
	at := now.In(zone)
	if cadence == follows.Daily || cadence == follows.Weekly {
		next := time.Date(at.Year(), at.Month(), at.Day(), digestHour, 0, 0, 0, zone)
		for !next.After(at) || cadence == follows.Weekly && next.Weekday() != digestDay {
			next = time.Date(next.Year(), next.Month(), next.Day()+1, digestHour, 0, 0, 0, zone)
		}
		at = next
	}
	return quiet.end(at)
}
