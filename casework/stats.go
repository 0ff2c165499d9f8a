package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// By is what figures are told apart by. There is no figure per employee, and
// none can be asked for: case_facts knows no people.
type By string

// The ways.
const (
	ByCategory   By = "category"
	ByDistrict   By = "district"
	ByDepartment By = "department"
	ByStatus     By = "status"
	ByMonth      By = "month"
)

// Bys lists them for a page.
func Bys() []By { return []By{ByMonth, ByCategory, ByDistrict, ByDepartment, ByStatus} }

// FewFigures is how many cases a statement about their times needs; of fewer a
// person might be recognised.
const FewFigures = 5

// FigureFilter says which cases figures are made of.
type FigureFilter struct {
	From, To   time.Time // what came or was closed from From, before To
	Category   uuid.UUID // zero: all
	District   string    // "": all
	Department uuid.UUID // zero: all
	Zone       string    // of the city, e.g. "Europe/Berlin": where months begin
}

// FigureRow is one row of figures. Times are days; nil where there are too few
// cases.
type FigureRow struct {
	Key                     string // id, ref, status, or month "2026-03"
	In, Out, Open           int    // came in, were closed, are open at the end
	FirstMedian, First90    *float64
	SolvedMedian, Solved90  *float64
	Solved, WithAim, InTime int // solved; of those with a target; of those kept
	Reopened                int // of those that came in
	Happy, SoSo, Unhappy    int

	few int // people who said something but are too few to be shown
}

// Share is how many per cent of the solved ones with a target kept it; ok is
// false for too few.
func (r *FigureRow) Share() (percent int, ok bool) {
	if r.WithAim < FewFigures {
		return 0, false
	}
	return (200*r.InTime + r.WithAim) / (2 * r.WithAim), true
}

// Rated is how many people said whether they were content.
func (r *FigureRow) Rated() int { return r.Happy + r.SoSo + r.Unhappy }

// maxFigureDays is the longest time that is asked for at once.
const maxFigureDays = 5 * 366

// Figures are the desk's: of all cases in the actor's remits, also of what is not
// public.
func Figures(ctx context.Context, q db.Queryer, actor accounts.Actor, by By, f FigureFilter) ([]FigureRow, error) {
	if err := MayRoute(actor, SeeFigures); err != nil {
		return nil, err
	}
	rows, err := figures(ctx, q, by, f, &actor)
	hideMore(rows)
	return rows, err
}

// PublicFigures are made of public reports only, so that nothing can be found
// by taking one figure from another: what few said is hidden with further rows, and
// without whole months (OfWholeMonths) nothing is said of what people said.
func PublicFigures(ctx context.Context, q db.Queryer, by By, f FigureFilter) ([]FigureRow, error) {
	rows, err := figures(ctx, q, by, f, nil)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, q)
	if err != nil {
		return nil, err
	}
	whole, err := OfWholeMonths(f, now)
	if err != nil {
		return nil, err
	}
	if !whole {
		for i := range rows {
			rows[i].hide()
		}
	}
	hideMore(rows)
	return rows, nil
}

// keys are the columns that figures are told apart by, of what came in or is
// open and of what was closed.
func (b By) keys() (in, out string, ok bool) {
	switch b {
	case ByCategory:
		return "f.category_id::text", "f.category_id::text", true
	case ByDistrict:
		return "f.district_ref", "f.district_ref", true
	case ByDepartment:
		return "coalesce(f.department_id::text, '')", "coalesce(f.department_id::text, '')", true
	case ByStatus:
		return "f.status", "f.status", true
	case ByMonth:
		return "to_char(f.created_at AT TIME ZONE $7, 'YYYY-MM')", "to_char(f.closed_at AT TIME ZONE $7, 'YYYY-MM')", true
	}
	return "", "", false
}

// figures are those of an actor, or of everybody: nil.
func figures(ctx context.Context, q db.Queryer, by By, f FigureFilter, actor *accounts.Actor) ([]FigureRow, error) {
	in, out, ok := by.keys()
	if !ok {
		return nil, fault.New(fault.BadRequest, "stats.err.by")
	}
	if !f.To.After(f.From) || f.To.Sub(f.From) > maxFigureDays*24*time.Hour {
		return nil, fault.OnField("from", "stats.err.time")
	}
	if f.Zone == "" {
		f.Zone = "UTC"
	}
	var where db.Where
	for _, arg := range []any{f.From, f.To, idOrNull(f.Category), f.District, idOrNull(f.Department), actor == nil, f.Zone} {
		where.Arg(arg)
	}
	within := ""
	if actor != nil {
		within = inRemits(&where, *actor)
	}
	args := where.Args()
	rows := map[string]*FigureRow{}
	at := func(key string) *FigureRow {
		if rows[key] == nil {
			rows[key] = &FigureRow{Key: key}
		}
		return rows[key]
	}
	steps := []struct {
		what, sql string
		scan      func(row pgx.CollectableRow) error
	}{
		{"came in", "SELECT " + in + sqlPartIn, func(row pgx.CollectableRow) error {
			var key string
			var n, reopened, answered int
			var median, ninety *float64
			if err := row.Scan(&key, &n, &reopened, &answered, &median, &ninety); err != nil {
				return err
			}
			r := at(key)
			r.In, r.Reopened = n, reopened
			if answered >= FewFigures {
				r.FirstMedian, r.First90 = median, ninety
			}
			return nil
		}},
		{"were closed", "SELECT " + out + sqlPartOut, func(row pgx.CollectableRow) error {
			var key string
			var n int
			var median, ninety *float64
			var solved, withAim, inTime, happy, soSo, unhappy, quiet int
			if err := row.Scan(&key, &n, &solved, &withAim, &inTime, &median, &ninety, &happy, &soSo, &unhappy, &quiet); err != nil {
				return err
			}
			r := at(key)
			r.Out, r.Solved, r.WithAim, r.InTime = n, solved, withAim, inTime
			if solved >= FewFigures {
				r.SolvedMedian, r.Solved90 = median, ninety
			}
			// Less what the public page says of the same, a few would be left.
			if happy+soSo+unhappy >= FewFigures && (quiet == 0 || quiet >= FewFigures) {
				r.Happy, r.SoSo, r.Unhappy = happy, soSo, unhappy
			} else {
				r.few = happy + soSo + unhappy
			}
			return nil
		}},
	}
	if by != ByMonth { // the stock of a month follows from the flow: see monthStock
		steps = append(steps, struct {
			what, sql string
			scan      func(row pgx.CollectableRow) error
		}{"are open", "SELECT " + in + sqlPartOpen, func(row pgx.CollectableRow) error {
			var key string
			var n int
			if err := row.Scan(&key, &n); err != nil {
				return err
			}
			at(key).Open = n
			return nil
		}})
	}
	for _, s := range steps {
		list, err := q.Query(ctx, s.sql+within+"\nGROUP BY 1", args...)
		if err != nil {
			return nil, fmt.Errorf("figures: %s: %w", s.what, err)
		}
		if _, err := pgx.CollectRows(list, func(row pgx.CollectableRow) (struct{}, error) { return struct{}{}, s.scan(row) }); err != nil {
			return nil, fmt.Errorf("figures: %s: %w", s.what, err)
		}
	}
	all := make([]FigureRow, 0, len(rows))
	for _, r := range rows {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b FigureRow) int { return strings.Compare(a.Key, b.Key) })
	if by == ByMonth {
		return all, monthStock(ctx, q, within, args, all)
	}
	return all, nil
}

// monthStock counts what is open at the end, and goes back from there.
func monthStock(ctx context.Context, q db.Queryer, within string, args []any, months []FigureRow) error {
	var open int
	if err := q.QueryRow(ctx, "SELECT coalesce(sum(n), 0)::int FROM (SELECT ''"+sqlPartOpen+within+") x", args...).Scan(&open); err != nil {
		return fmt.Errorf("figures: stock: %w", err)
	}
	for i := len(months) - 1; i >= 0; i-- {
		months[i].Open = open
		open += months[i].Out - months[i].In
	}
	return nil
}

// The parts of the statements behind the key, with one set of parameters: from,
// to, category, district, department, public, zone. Each lists all of them, so
// that PostgreSQL knows their types.
const (
	sqlPartOf = `
  AND ($3::uuid IS NULL OR f.category_id = $3)
  AND ($4::text = '' OR f.district_ref = $4)
  AND ($5::uuid IS NULL OR f.department_id = $5)
  AND (f.public OR NOT $6::boolean)
  AND $7::text <> ''`
	sqlPartIn = `,
       count(*)::int,
       count(*) FILTER (WHERE f.reopened > 0)::int,
       count(f.answered_at)::int,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.answered_at - f.created_at) / 86400),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM f.answered_at - f.created_at) / 86400)
FROM case_facts f
WHERE f.created_at >= $1 AND f.created_at < $2` + sqlPartOf
	sqlPartOut = `,
       count(*)::int,
       count(*) FILTER (WHERE f.status = 'resolved')::int,
       count(*) FILTER (WHERE f.status = 'resolved' AND f.target_at IS NOT NULL)::int,
       count(*) FILTER (WHERE f.status = 'resolved' AND f.closed_at <= f.target_at)::int,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.closed_at - f.created_at) / 86400) FILTER (WHERE f.status = 'resolved'),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM f.closed_at - f.created_at) / 86400) FILTER (WHERE f.status = 'resolved'),
       count(*) FILTER (WHERE s.value = 3)::int,
       count(*) FILTER (WHERE s.value = 2)::int,
       count(*) FILTER (WHERE s.value = 1)::int,
       count(*) FILTER (WHERE s.value IN (1, 2, 3) AND NOT f.public)::int
FROM case_facts f
LEFT JOIN satisfaction s ON s.subject_kind = f.subject_kind AND s.subject_id = f.subject_id
WHERE f.closed_at >= $1 AND f.closed_at < $2` + sqlPartOf
	sqlPartOpen = `,
       count(*)::int AS n
FROM case_facts f
WHERE (f.closed_at IS NULL OR f.closed_at >= $2) AND f.created_at < $2 AND f.created_at > $1::timestamptz - interval '100 years'` + sqlPartOf
)

// Pace is the public figure of one category: how long its solved reports took
// of late, and how many kept their target.
type Pace struct {
	N       int     // solved reports of the last 180 days
	Median  float64 // days
	Percent int     // in time; -1: too few had a target
}

// paceDays is the time that a pace looks back.
const paceDays = 180

// PaceOf is the pace of a category, of public reports only; ok is false for
// fewer than FewFigures.
func PaceOf(ctx context.Context, q db.Queryer, category uuid.UUID) (p Pace, ok bool, err error) {
	var r FigureRow
	var median *float64
	if err := q.QueryRow(ctx, sqlPace, category, paceDays).Scan(&p.N, &median, &r.WithAim, &r.InTime); err != nil {
		return p, false, fmt.Errorf("pace of a category: %w", err)
	}
	if p.N < FewFigures || median == nil {
		return Pace{}, false, nil
	}
	p.Median, p.Percent = *median, -1
	if share, ok := r.Share(); ok {
		p.Percent = share
	}
	return p, true, nil
}

const sqlPace = `
SELECT count(*)::int,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.closed_at - f.created_at) / 86400),
       count(f.target_at)::int,
       count(*) FILTER (WHERE f.closed_at <= f.target_at)::int
FROM case_facts f
WHERE f.category_id = $1 AND f.status = 'resolved' AND f.public AND f.closed_at >= mitwirk_now() - make_interval(days => $2)`
