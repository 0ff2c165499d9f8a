package categories

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Holiday is a day without work.
type Holiday struct {
	Day  time.Time // midnight UTC; only the date counts
	Name i18n.Text
	Own  bool // a row of the table, which can be removed; else a day of the law
}

// Year is the days without work of a year.
type Year struct {
	Region string
	Year   int
	Days   []Holiday // in order
	// Own: exactly these days count, as the operator has them. Otherwise those of
	// the law, and the operator's own besides.
	Own bool
}

// NamedHolidays are BavarianHolidays with their names. Source: see there.
func NamedHolidays(year int, r Rules) []Holiday {
	easter := Easter(year)
	moved := func(days int) time.Time { return easter.AddDate(0, 0, days) }
	fixed := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }
	all := []Holiday{
		{fixed(time.January, 1), i18n.Text{"de": "Neujahr", "en": "New Year's Day"}, false},
		{fixed(time.January, 6), i18n.Text{"de": "Heilige Drei Könige", "en": "Epiphany"}, false},
		{moved(-2), i18n.Text{"de": "Karfreitag", "en": "Good Friday"}, false},
		{moved(1), i18n.Text{"de": "Ostermontag", "en": "Easter Monday"}, false},
		{fixed(time.May, 1), i18n.Text{"de": "Tag der Arbeit", "en": "Labour Day"}, false},
		{moved(39), i18n.Text{"de": "Christi Himmelfahrt", "en": "Ascension Day"}, false},
		{moved(50), i18n.Text{"de": "Pfingstmontag", "en": "Whit Monday"}, false},
		{moved(60), i18n.Text{"de": "Fronleichnam", "en": "Corpus Christi"}, false},
		{fixed(time.August, 8), i18n.Text{"de": "Friedensfest", "en": "Peace Festival"}, false},
		{fixed(time.August, 15), i18n.Text{"de": "Mariä Himmelfahrt", "en": "Assumption Day"}, false},
		{fixed(time.October, 3), i18n.Text{"de": "Tag der Deutschen Einheit", "en": "Day of German Unity"}, false},
		{fixed(time.November, 1), i18n.Text{"de": "Allerheiligen", "en": "All Saints' Day"}, false},
		{fixed(time.December, 25), i18n.Text{"de": "Erster Weihnachtstag", "en": "Christmas Day"}, false},
		{fixed(time.December, 26), i18n.Text{"de": "Zweiter Weihnachtstag", "en": "Boxing Day"}, false},
	}
	days := BavarianHolidays(year, r)
	return slices.DeleteFunc(all, func(h Holiday) bool { return !slices.ContainsFunc(days, h.Day.Equal) })
}

// Holidays is what counts in a year. Only admins may look here; what counts is
// public through the targets.
func (s *Service) Holidays(ctx context.Context, actor accounts.Actor, year int) (Year, error) {
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return Year{}, err
	}
	if err := checkYear(year); err != nil {
		return Year{}, err
	}
	y := Year{Region: s.region, Year: year}
	var err error
	if y.Own, err = db.Exists(ctx, s.db, sqlOwnYear, s.region, year); err != nil {
		return Year{}, fmt.Errorf("holidays: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlHolidaysOf, s.region, year)
	if err != nil {
		return Year{}, fmt.Errorf("holidays: %w", err)
	}
	y.Days, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (h Holiday, err error) {
		h.Own = true
		return h, r.Scan(&h.Day, &h.Name)
	})
	if err != nil {
		return Year{}, fmt.Errorf("holidays: %w", err)
	}
	if !y.Own {
		for _, h := range NamedHolidays(year, s.rules) {
			if !slices.ContainsFunc(y.Days, func(o Holiday) bool { return o.Day.Equal(h.Day) }) {
				y.Days = append(y.Days, h)
			}
		}
		slices.SortFunc(y.Days, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	}
	return y, nil
}

func checkYear(year int) error {
	if year < 1900 || year > 2200 {
		return fault.OnField("year", "field.number")
	}
	return nil
}

// AddHoliday adds a day without work. Targets that are set already stay; those
// set from now on know it.
func (s *Service) AddHoliday(ctx context.Context, actor accounts.Actor, day time.Time, name i18n.Text) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		if err := checkYear(day.Year()); err != nil {
			return accounts.Entry{}, fault.OnField("day", "questions.err.date")
		}
		if name[i18n.German] == "" {
			return accounts.Entry{}, fault.OnField("name_de", "field.required")
		}
		tag, err := tx.Exec(ctx, sqlPutHoliday, s.region, day, name)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("put holiday: %w", err)
		}
		if tag.RowsAffected() == 0 { // sent twice
			return accounts.Entry{}, nil
		}
		return holidayEntry("holiday.add", day), nil
	})
}

// RemoveHoliday makes a day a working day again, also one of the law: then the
// other days of that year become the operator's own. fault.NotFound when it is
// none.
func (s *Service) RemoveHoliday(ctx context.Context, actor accounts.Actor, day time.Time) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		own, err := db.Exists(ctx, tx, sqlOwnYear, s.region, day.Year())
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("holidays: %w", err)
		}
		law := slices.ContainsFunc(BavarianHolidays(day.Year(), s.rules), day.Equal)
		if law && !own {
			if _, err := s.fillYear(ctx, tx, day.Year()); err != nil {
				return accounts.Entry{}, err
			}
		}
		tag, err := tx.Exec(ctx, sqlDropHoliday, s.region, day)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("drop holiday: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return accounts.Entry{}, fault.Missing("holiday")
		}
		return holidayEntry("holiday.remove", day), nil
	})
}

// FillHolidays writes Bavaria's fixed and movable days of a year down, from the
// Easter formula and the FTG (see BavarianHolidays); days that somebody added
// stay. From then on the list of that year is the operator's own.
func (s *Service) FillHolidays(ctx context.Context, actor accounts.Actor, year int) error {
	return s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor) (accounts.Entry, error) {
		if err := checkYear(year); err != nil {
			return accounts.Entry{}, err
		}
		changed, err := s.fillYear(ctx, tx, year)
		if err != nil || !changed {
			return accounts.Entry{}, err
		}
		return accounts.Entry{Action: "holiday.fill", Fields: []string{strconv.Itoa(year)}}, nil
	})
}

// fillYear tells whether anything is different now.
func (s *Service) fillYear(ctx context.Context, tx pgx.Tx, year int) (changed bool, err error) {
	batch := &pgx.Batch{}
	count := func(tag pgconn.CommandTag) error {
		changed = changed || tag.RowsAffected() > 0
		return nil
	}
	for _, h := range NamedHolidays(year, s.rules) {
		batch.Queue(sqlPutHoliday, s.region, h.Day, h.Name).Exec(count)
	}
	batch.Queue(sqlOwnThisYear, s.region, year).Exec(count)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return false, fmt.Errorf("fill holidays: %w", err)
	}
	return changed, nil
}

func holidayEntry(action string, day time.Time) accounts.Entry {
	return accounts.Entry{Action: action, Fields: []string{day.Format(time.DateOnly)}}
}

// loadYears are the years whose days are the operator's own.
func loadYears(ctx context.Context, q db.Queryer, region string) (map[int]bool, error) {
	rows, err := q.Query(ctx, sqlOwnYears, region)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, err
	}
	years := make(map[int]bool, len(list))
	for _, y := range list {
		years[y] = true
	}
	return years, nil
}

const (
	sqlOwnYear  = `SELECT EXISTS (SELECT FROM holiday_years WHERE region = $1 AND year = $2)`
	sqlOwnYears = `SELECT year FROM holiday_years WHERE region = $1 ORDER BY year`

	sqlOwnThisYear = `INSERT INTO holiday_years (region, year) VALUES ($1, $2) ON CONFLICT DO NOTHING`

	sqlHolidaysOf = `
SELECT day, name
FROM holidays
WHERE region = $1
  AND day BETWEEN make_date($2, 1, 1) AND make_date($2, 12, 31)
ORDER BY day`

	sqlPutHoliday = `
INSERT INTO holidays (region, day, name)
VALUES ($1, $2, $3)
ON CONFLICT (region, day) DO UPDATE
SET name = excluded.name
WHERE holidays.name <> excluded.name`

	sqlDropHoliday = `DELETE FROM holidays WHERE region = $1 AND day = $2`
)
