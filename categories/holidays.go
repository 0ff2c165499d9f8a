package categories

import "time"

// Easter is Easter Sunday of a year in the Gregorian calendar, at midnight UTC.
// Source: the anonymous algorithm in Nature, 20 April 1876, as printed in
// Butcher, The Ecclesiastical Calendar (1877), and Meeus, Astronomical
// Algorithms, chapter 8. It is exact for every year from 1583 on.
func Easter(year int) time.Time {
	a := year % 19
	b, c := year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}

// Rules says which of the days that hold only in parts of Bavaria hold in the
// city.
type Rules struct {
	Assumption    bool // Mariä Himmelfahrt: communes with more Catholics than Protestants, such as Munich
	PeaceFestival bool // Friedensfest: the city of Augsburg only
}

// Munich is the rules for the city of Munich.
func Munich() Rules { return Rules{Assumption: true} }

// BavarianHolidays lists the public holidays of a year in Bavaria, at midnight
// UTC, in order. Source: Gesetz über den Schutz der Sonn- und Feiertage
// (Feiertagsgesetz, FTG) of 21 May 1980, Article 1: (1) the days that hold
// everywhere and Mariä Himmelfahrt, (2) the Friedensfest in Augsburg; the third
// of October by Article 2(2) of the Unification Treaty. The Buß- und Bettag is
// no public holiday (Article 4). What was a holiday once only (31 October 2017)
// belongs into the table holidays.
func BavarianHolidays(year int, r Rules) []time.Time {
	day := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }
	easter := Easter(year)
	days := []time.Time{
		day(time.January, 1),     // Neujahr
		day(time.January, 6),     // Heilige Drei Könige
		easter.AddDate(0, 0, -2), // Karfreitag
		easter.AddDate(0, 0, 1),  // Ostermontag
		day(time.May, 1),         // Tag der Arbeit
		easter.AddDate(0, 0, 39), // Christi Himmelfahrt
		easter.AddDate(0, 0, 50), // Pfingstmontag
		easter.AddDate(0, 0, 60), // Fronleichnam
	}
	if r.PeaceFestival {
		days = append(days, day(time.August, 8))
	}
	if r.Assumption {
		days = append(days, day(time.August, 15))
	}
	days = append(days,
		day(time.October, 3),   // Tag der Deutschen Einheit
		day(time.November, 1),  // Allerheiligen
		day(time.December, 25), // Erster Weihnachtstag
		day(time.December, 26), // Zweiter Weihnachtstag
	)
	return sortDays(days)
}
