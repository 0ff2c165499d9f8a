package i18n

import (
	"fmt"
	"time"
)

var (
	daysDE   = [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	monthsDE = [...]string{"", "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
)

func (l *Localizer) german() bool { return l.words.base == German }

// named is an added language that brings the names of months and days.
func (l *Localizer) named() bool { return len(l.words.months) == 12 && len(l.words.days) == 7 }

// Zone is the city's time zone.
func (l *Localizer) Zone() *time.Location { return l.zone }

// Date is "Freitag, 14. März" or "Friday 14 March", with the year when it is
// not that of ref. The zero ref always shows the year.
func (l *Localizer) Date(at, ref time.Time) string {
	at = at.In(l.zone)
	var s string
	switch {
	case l.named():
		s = fmt.Sprintf("%s %d %s", l.words.days[at.Weekday()], at.Day(), l.words.months[at.Month()-1])
	case l.german():
		s = fmt.Sprintf("%s, %d. %s", daysDE[at.Weekday()], at.Day(), monthsDE[at.Month()])
	default:
		s = at.Format("Monday 2 January")
	}
	if ref.IsZero() || ref.In(l.zone).Year() != at.Year() {
		s += fmt.Sprintf(" %d", at.Year())
	}
	return s
}

// Day is the date without the weekday, always with the year: "14. März 2026".
func (l *Localizer) Day(at time.Time) string {
	at = at.In(l.zone)
	if l.named() {
		return fmt.Sprintf("%d %s %d", at.Day(), l.words.months[at.Month()-1], at.Year())
	}
	if l.german() {
		return fmt.Sprintf("%d. %s %d", at.Day(), monthsDE[at.Month()], at.Year())
	}
	return at.Format("2 January 2006")
}

// Month is "März 2026" or "March 2026".
func (l *Localizer) Month(at time.Time) string {
	at = at.In(l.zone)
	if l.named() {
		return fmt.Sprintf("%s %d", l.words.months[at.Month()-1], at.Year())
	}
	if l.german() {
		return fmt.Sprintf("%s %d", monthsDE[at.Month()], at.Year())
	}
	return at.Format("January 2006")
}

// Clock is the time of day: "14:02 Uhr" or "14:02".
func (l *Localizer) Clock(at time.Time) string {
	s := at.In(l.zone).Format("15:04")
	if l.german() {
		s += " Uhr"
	}
	return s
}

// DateTime is the date and the time of day: "Freitag, 14. März, 14:02 Uhr".
func (l *Localizer) DateTime(at, ref time.Time) string {
	return l.Date(at, ref) + ", " + l.Clock(at)
}

// NearDate is a date with "heute", "morgen" or "gestern" where that is shorter.
func (l *Localizer) NearDate(at, now time.Time) string {
	switch daysBetween(now.In(l.zone), at.In(l.zone)) {
	case 0:
		return l.near(keyToday, "heute", "today")
	case 1:
		return l.near(keyTomorrow, "morgen", "tomorrow")
	case -1:
		return l.near(keyYestrday, "gestern", "yesterday")
	}
	return l.Date(at, now)
}

func (l *Localizer) near(key, german, english string) string {
	switch {
	case l.words.keys[key]:
		return l.T(key)
	case l.german():
		return german
	}
	return english
}

func daysBetween(a, b time.Time) int {
	ad := time.Date(a.Year(), a.Month(), a.Day(), 12, 0, 0, 0, time.UTC)
	bd := time.Date(b.Year(), b.Month(), b.Day(), 12, 0, 0, 0, time.UTC)
	return int(bd.Sub(ad).Hours() / 24)
}
