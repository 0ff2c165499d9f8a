package categories

import (
	"slices"
	"sync"
	"time"
)

// Calendar counts working days: Monday to Friday without the public holidays
// of the city and the operator's own. It is safe for concurrent use.
type Calendar struct {
	zone  *time.Location
	rules Rules
	extra map[date]bool
	own   map[int]bool // years in which extra is all
	hours Hours

	mu    sync.Mutex
	years map[int]map[date]bool // public holidays that have been computed
}

// date is a calendar day.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// at is a moment of the day, minutes after midnight, by the clock on the wall.
func (d date) at(minutes int, zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, minutes/60, minutes%60, 0, 0, zone)
}

// noon stands for the day where only the date counts: no change to summer time
// falls on it.
func (d date) noon() time.Time { return time.Date(d.year, d.month, d.day, 12, 0, 0, 0, time.UTC) }

func (d date) plus(days int) date { return dateOf(d.noon().AddDate(0, 0, days)) }

// CalendarConfig makes a Calendar.
type CalendarConfig struct {
	Zone  *time.Location // nil: UTC
	Rules Rules
	Extra []time.Time  // further days without work; only their dates count
	Years map[int]bool // years in which those of Extra are all: the law's do not count
	Hours Hours        // when staff read; zero: DefaultHours
}

// NewCalendar makes a calendar.
func NewCalendar(cfg CalendarConfig) *Calendar {
	c := &Calendar{zone: cfg.Zone, rules: cfg.Rules, hours: cfg.Hours, own: cfg.Years, extra: map[date]bool{}, years: map[int]map[date]bool{}}
	if c.zone == nil {
		c.zone = time.UTC
	}
	if c.hours.empty() {
		c.hours = DefaultHours()
	}
	for _, d := range cfg.Extra {
		c.extra[dateOf(d)] = true
	}
	return c
}

// Zone is the city's time zone.
func (c *Calendar) Zone() *time.Location { return c.zone }

// IsWorkingDay tells whether at falls on a working day of the city.
func (c *Calendar) IsWorkingDay(at time.Time) bool { return c.works(dateOf(at.In(c.zone))) }

func (c *Calendar) works(d date) bool {
	switch d.noon().Weekday() {
	case time.Saturday, time.Sunday:
		return false
	default:
		return !c.extra[d] && !c.holiday(d)
	}
}

func (c *Calendar) holiday(d date) bool {
	if c.own[d.year] {
		return false // extra has them
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	days, ok := c.years[d.year]
	if !ok {
		days = map[date]bool{}
		for _, h := range BavarianHolidays(d.year, c.rules) {
			days[dateOf(h)] = true
		}
		c.years[d.year] = days
	}
	return days[d]
}

// AddWorkingDays is the end (23:59:59 in the city) of the n-th working day
// after the day of from. The day of from itself never counts; n of zero or less
// is the end of that day.
func (c *Calendar) AddWorkingDays(from time.Time, n int) time.Time {
	d := dateOf(from.In(c.zone))
	for n > 0 {
		d = d.plus(1)
		if c.works(d) {
			n--
		}
	}
	return time.Date(d.year, d.month, d.day, 23, 59, 59, 0, c.zone)
}

// Moved is the end of the day to which a target goes whose clock stood for some
// time: later by those days, rounded, and on the first working day from there on.
func (c *Calendar) Moved(due time.Time, stood time.Duration) time.Time {
	const day = 24 * time.Hour
	return c.AddWorkingDays(due.In(c.zone).AddDate(0, 0, int((max(stood, 0)+day/2)/day)-1), 1)
}

// WorkingDaysBetween counts the working days after the day of from up to and
// with the day of to: "noch 3 Werktage". It is negative when to lies before.
func (c *Calendar) WorkingDaysBetween(from, to time.Time) int {
	a, b := dateOf(from.In(c.zone)), dateOf(to.In(c.zone))
	sign := 1
	if b.noon().Before(a.noon()) {
		a, b, sign = b, a, -1
	}
	n := 0
	for d := a; d != b; {
		d = d.plus(1)
		if c.works(d) {
			n++
		}
	}
	return sign * n
}

// NextReading is when staff read next by the city's hours: now itself while
// they do.
func (c *Calendar) NextReading(now time.Time) time.Time { return c.NextReadingIn(now, c.hours) }

// IsOpen tells whether staff read now by the city's hours.
func (c *Calendar) IsOpen(now time.Time) bool { return c.NextReading(now).Equal(now) }

// NextReadingIn is NextReading by other hours, those of a department; empty
// ones mean the city's. On holidays nobody reads.
func (c *Calendar) NextReadingIn(now time.Time, hours Hours) time.Time {
	if hours.empty() {
		hours = c.hours
	}
	local := now.In(c.zone)
	d := dateOf(local)
	// Somebody reads on some day of the week; a year without a working day does not exist.
	for range 370 {
		if !c.extra[d] && !c.holiday(d) {
			for _, s := range hours[d.noon().Weekday()] {
				if opens := d.at(s.Opens, c.zone); now.Before(opens) {
					return opens
				}
				if now.Before(d.at(s.Closes, c.zone)) {
					return now
				}
			}
		}
		d = d.plus(1)
	}
	return now
}

func sortDays(days []time.Time) []time.Time {
	slices.SortFunc(days, time.Time.Compare)
	return days
}
