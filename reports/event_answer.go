package reports

import (
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// EventStatuses are those that one answer can give to all reports of an event;
// "" is only the words.
func EventStatuses() []Status { return []Status{"", InReview, Planned, InProgress, Resolved} }

// CheckEventAnswer checks the status of such an answer and reads its day, which
// counts to its end: what is planned needs one ahead. "" is none, and nil then.
func CheckEventAnswer(status Status, day string, zone *time.Location, now time.Time) (*time.Time, error) {
	if !slices.Contains(EventStatuses(), status) {
		return nil, fault.OnField("status", "field.choice")
	}
	if day == "" {
		if status == Planned {
			return nil, fault.OnField("until", "event.err.until")
		}
		return nil, nil //nolint:nilnil // most answers need none
	}
	until, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return nil, fault.OnField("until", "event.err.until").Because(err)
	}
	until = until.AddDate(0, 0, 1).Add(-time.Second)
	if until.Before(now) {
		return nil, fault.OnField("until", "event.err.until")
	}
	return &until, nil
}
