package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// MonthForm is how a month stands in an address.
const MonthForm = "2006-01"

// SheetMonth is a month of the city's time zone, from its beginning to that of
// the next; "" is the one of now. fault.NotFound for what is none, for one before
// 2000 and for the future.
func SheetMonth(text string, now time.Time, zone *time.Location) (from, to time.Time, err error) {
	here := now.In(zone)
	from = time.Date(here.Year(), here.Month(), 1, 0, 0, 0, 0, zone)
	if text != "" {
		at, err := time.ParseInLocation(MonthForm, text, zone)
		if err != nil || at.After(now) || at.Year() < 2000 {
			return from, to, fault.Missing("month").Because(err)
		}
		from = at
	}
	return from, from.AddDate(0, 1, 0), nil
}

// SheetRow is what happened to one category of a district in a time.
type SheetRow struct {
	Category   string // key; "" in the sum
	New        int    // reported in the time
	Solved     int    // resolved in the time and still so
	Open       int    // not finished at its end
	Late       int    // of the open ones: the target had passed
	MedianDays *int   // from report to solution, of those solved in the time; nil: none
}

// Sheet is a district's month in figures: of public reports, and of what
// everybody may know of them. Where a result may not be told it is not counted as solved.
type Sheet struct {
	Rows []SheetRow
	Sum  SheetRow
}

// SheetOf counts the public reports of a district in [from, to). Everybody gets
// the same; a district that nothing is known of has no rows.
func (s *Service) SheetOf(ctx context.Context, district string, from, to time.Time) (Sheet, error) {
	rows, err := s.db.Query(ctx, sqlSheet, district, from, to)
	if err != nil {
		return Sheet{}, fmt.Errorf("sheet of a district: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SheetRow])
	if err != nil {
		return Sheet{}, fmt.Errorf("sheet of a district: %w", err)
	}
	out := Sheet{Rows: []SheetRow{}}
	for _, r := range list {
		if r.Category == "" {
			out.Sum = r
		} else if r.New+r.Solved+r.Open > 0 {
			out.Rows = append(out.Rows, r)
		}
	}
	return out, nil
}

// the row without a key is the sum: its median is that of all, no sum of medians.
const sqlSheet = `
SELECT coalesce(x.key, ''),
       count(*) FILTER (WHERE x.created_at >= $2)::int,
       count(*) FILTER (WHERE x.solved)::int,
       count(*) FILTER (WHERE x.open)::int,
       count(*) FILTER (WHERE x.open AND x.due_at < least($3, mitwirk_now()))::int,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM x.closed_at - x.created_at) / 86400) FILTER (WHERE x.solved))::int
FROM (SELECT k.key, r.created_at, r.closed_at, c.due_at,
             r.status = 'resolved' AND NOT r.quiet AND r.closed_at >= $2 AND r.closed_at < $3 AS solved,
             r.closed_at IS NULL OR r.closed_at >= $3 AS open
      FROM reports r
      JOIN categories k ON k.id = r.category_id
      LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id AND c.paused_at IS NULL
      WHERE r.visibility = 'public' AND r.district_ref = $1 AND r.created_at < $3
        AND (r.closed_at IS NULL OR r.closed_at >= $2)) x
GROUP BY GROUPING SETS ((x.key), ())
ORDER BY 2 DESC, 1`
