package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
)

// answerDays is how soon a team writes after a missed target, in working days.
const answerDays = 3

// readDays and checkDays are how soon a report is read and checked where the
// target does not come first, in working days.
const (
	readDays  = 2
	checkDays = 5
)

// targetOf is the line under the status. The first target stays visible when
// it is missed; days are working days.
func targetOf(r *Report, c *casework.Case, days *categories.Calendar, now time.Time) Target {
	t := Target{State: TargetNone, Due: c.DueAt, First: r.FirstDue, WorkingDays: r.TargetDays}
	if r.FirstDue == nil {
		if !r.Status.IsOpen() {
			t.State = ""
		}
		return t
	}
	if !r.Status.IsOpen() {
		t.State = ""
		if r.Status != Resolved || r.ClosedAt == nil {
			return t
		}
		t.DaysTaken = days.WorkingDaysBetween(r.CreatedAt, *r.ClosedAt)
		t.State = TargetKept
		if r.ClosedAt.After(*r.FirstDue) {
			t.State = TargetLate
			t.DaysLate = max(1, days.WorkingDaysBetween(*r.FirstDue, *r.ClosedAt))
		}
		return t
	}
	if c.PausedAt != nil {
		t.State = TargetStopped
		return t
	}
	if c.DueAt == nil {
		return t
	}
	switch {
	case c.DueAt.Before(now):
		t.State = TargetMissed
		by := days.AddWorkingDays(*c.DueAt, answerDays)
		t.AnswerBy = &by
		t.First = c.DueAt
		t.DaysLate = max(1, days.WorkingDaysBetween(*c.DueAt, now))
	case r.FirstDue.Before(now):
		t.State = TargetMissedNew
		t.DaysLate = max(1, days.WorkingDaysBetween(*r.FirstDue, now))
		t.DaysLeft = days.WorkingDaysBetween(now, *c.DueAt)
	default:
		t.State = TargetSet
		t.DaysLeft = days.WorkingDaysBetween(now, *c.DueAt)
	}
	return t
}

// ReadBy is by when a report that has just arrived is read, or one that is
// being checked has a result: not later than its target.
func ReadBy(v *View, days *categories.Calendar) time.Time {
	n := readDays
	if v.Status == InReview {
		n = checkDays
	}
	by := days.AddWorkingDays(v.StatusAt, n)
	if v.Target.Due != nil && v.Target.Due.Before(by) && v.Target.Due.After(v.StatusAt) {
		return *v.Target.Due
	}
	return by
}

// historyOver is the time and the number of similar reports that a statement
// about "mostly" needs.
const (
	historyOver = 180 * 24 * time.Hour
	historyMin  = 20
)

// history is how many working days similar reports took of late, nil when too
// few are known. Calendar days are turned into working days by five sevenths,
// which is exact enough for "mostly".
func history(ctx context.Context, q db.Queryer, category uuid.UUID, now time.Time, _ *categories.Calendar) (*History, error) {
	var n int
	var median, ninety *float64
	if err := q.QueryRow(ctx, sqlHistory, category, now.Add(-historyOver)).Scan(&n, &median, &ninety); err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	if n < historyMin || median == nil || ninety == nil {
		return nil, nil //nolint:nilnil // no statement is a fact here, not a failure
	}
	work := func(calendar float64) int { return max(1, int(calendar*5/7+0.5)) }
	return &History{Median: work(*median), NinetyPercent: work(*ninety)}, nil
}

const sqlHistory = `
SELECT count(*)::int,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 86400),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 86400)
FROM reports
WHERE category_id = $1 AND status = 'resolved' AND visibility = 'public' AND closed_at >= $2`
