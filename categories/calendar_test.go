package categories

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func munich(t testing.TB, extra ...time.Time) *Calendar {
	t.Helper()
	return NewCalendar(CalendarConfig{Zone: berlin(t), Rules: Munich(), Extra: extra})
}

// TestEaster: dates as printed in almanacs, the earliest and the latest
// possible among them.
func TestEaster(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{
		1818: "03-22", 1943: "04-25", 1961: "04-02", 2000: "04-23", 2008: "03-23", 2011: "04-24", 2016: "03-27", 2019: "04-21",
		2024: "03-31", 2025: "04-20", 2026: "04-05", 2027: "03-28", 2028: "04-16", 2038: "04-25", 2285: "03-22",
	} {
		if got := Easter(year).Format("01-02"); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
	for year := 1583; year < 4000; year++ {
		e := Easter(year)
		if e.Weekday() != time.Sunday || e.Format("01-02") < "03-22" || e.Format("01-02") > "04-25" {
			t.Fatalf("%s", e)
		}
	}
}

func TestBavarianHolidays(t *testing.T) {
	t.Parallel()
	list := func(r Rules) []string {
		var days []string
		for _, d := range BavarianHolidays(2026, r) {
			days = append(days, d.Format("01-02"))
		}
		return days
	}
	want := []string{"01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "05-25", "06-04", "08-15", "10-03", "11-01", "12-25", "12-26"}
	if got := list(Munich()); !slices.Equal(got, want) {
		t.Errorf("Munich 2026: %v", got)
	}
	if got := list(Rules{PeaceFestival: true}); !slices.Contains(got, "08-08") || slices.Contains(got, "08-15") {
		t.Errorf("only the Friedensfest: %v", got)
	}
}

func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	cal := munich(t, at("2026-12-24 00:00"))
	for _, tt := range []struct {
		name, from string
		n          int
		want       string
	}{
		{"over a weekend", "2026-03-13 09:00", 1, "2026-03-16"},
		{"from a Saturday", "2026-03-14 09:00", 1, "2026-03-16"},
		{"from a Sunday, five days", "2026-03-15 23:59", 5, "2026-03-20"},
		{"late at night is the same day", "2026-03-16 23:59", 1, "2026-03-17"},
		{"over Easter", "2026-04-02 12:00", 1, "2026-04-07"},
		{"over Mariä Himmelfahrt on a Saturday", "2026-08-14 12:00", 1, "2026-08-17"},
		{"no Friedensfest in Munich", "2025-08-07 12:00", 1, "2025-08-08"},
		{"over the operator's own day", "2026-12-23 12:00", 1, "2026-12-28"},
		{"over the turn of the year", "2026-12-30 12:00", 2, "2027-01-04"},
		{"Heilige Drei Könige", "2026-01-05 12:00", 1, "2026-01-07"},
		{"no day at all", "2026-03-14 09:00", 0, "2026-03-14"},
		{"thirty days", "2026-03-02 09:00", 30, "2026-04-15"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := cal.AddWorkingDays(at(tt.from), tt.n)
			if s := got.Format("2006-01-02 15:04:05"); s != tt.want+" 23:59:59" || got.Location().String() != zone.String() {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	// the day is the city's, not the machine's: 23:30 UTC is already the next day in Munich
	utc := time.Date(2026, 3, 16, 23, 30, 0, 0, time.UTC)
	if got := cal.AddWorkingDays(utc, 1).Format(time.DateOnly); got != "2026-03-18" {
		t.Errorf("in the city's zone: %s", got)
	}
}

// TestMoved: a clock that stood for minutes moves no target, one that stood for
// days moves it to a working day, also when the clocks change in between.
func TestMoved(t *testing.T) {
	t.Parallel()
	cal := munich(t)
	for _, c := range []struct {
		due, want string
		stood     time.Duration
	}{
		{"2026-12-04", "2026-12-04", 4 * time.Minute}, // a Friday
		{"2026-12-04", "2026-12-07", 25 * time.Hour},
		{"2026-12-04", "2026-12-07", 72 * time.Hour},
		{"2026-12-04", "2026-12-08", 96 * time.Hour},
		{"2026-12-23", "2026-12-28", 48 * time.Hour},  // Christmas Day
		{"2026-10-23", "2026-10-27", 95 * time.Hour},  // the night with 25 hours
		{"2026-12-04", "2026-12-04", -72 * time.Hour}, // never earlier
	} {
		due, err := time.ParseInLocation(time.DateOnly, c.due, berlin(t))
		if err != nil {
			t.Fatal(err)
		}
		got := cal.Moved(due.Add(24*time.Hour-time.Second), c.stood)
		if text := got.Format("2006-01-02 15:04:05"); text != c.want+" 23:59:59" {
			t.Errorf("%s after %s: %s, want the end of %s", c.due, c.stood, text, c.want)
		}
	}
}

func TestWorkingDaysProperties(t *testing.T) {
	t.Parallel()
	cal := munich(t)
	start := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return start.Add(time.Duration(rapid.Int64Range(0, 25*365*24*3600).Draw(t, "seconds")) * time.Second)
	})
	rapid.Check(t, func(t *rapid.T) {
		from, n := moment.Draw(t, "from"), rapid.IntRange(1, 80).Draw(t, "n")
		due := cal.AddWorkingDays(from, n)
		if !due.After(from) || !cal.IsWorkingDay(due) {
			t.Fatalf("%s + %d is %s", from, n, due)
		}
		if got := cal.WorkingDaysBetween(from, due); got != n {
			t.Fatalf("between %s and %s lie %d, want %d", from, due, got, n)
		}
		if got := cal.WorkingDaysBetween(due, from); got > 0 || got < -n-1 {
			t.Fatalf("backwards from %s to %s: %d", due, from, got)
		}
		if next := cal.AddWorkingDays(from, n+1); !next.After(due) {
			t.Fatalf("one day more is no later: %s, %s", due, next)
		}
		if later := cal.AddWorkingDays(from.Add(36*time.Hour), n); later.Before(due) {
			t.Fatalf("a later start has an earlier target: %s before %s", later, due)
		}
		// counting adds up
		mid, end := moment.Draw(t, "mid"), moment.Draw(t, "end")
		if from.Before(mid) && mid.Before(end) {
			if a, b := cal.WorkingDaysBetween(from, mid)+cal.WorkingDaysBetween(mid, end), cal.WorkingDaysBetween(from, end); a != b {
				t.Fatalf("%s, %s, %s: %d and %d", from, mid, end, a, b)
			}
		}
	})
}

func TestNextReading(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	cal := munich(t)
	saturday, err := ParseHours("Mo-Fr 08:00-12:00,13:00-16:00; Sa 09:00-12:00")
	if err != nil {
		t.Fatal(err)
	}
	night, err := ParseHours("Mo-Su 00:00-24:00")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, now string
		hours     Hours
		want      string
	}{
		{"during the day", "2026-03-13 14:00", Hours{}, "2026-03-13 14:00"},
		{"early", "2026-03-13 05:30", Hours{}, "2026-03-13 07:00"},
		{"on the minute of opening", "2026-03-13 07:00", Hours{}, "2026-03-13 07:00"},
		{"on the minute of closing", "2026-03-12 18:00", Hours{}, "2026-03-13 07:00"},
		{"Friday night", "2026-03-13 20:00", Hours{}, "2026-03-16 07:00"},
		{"before Easter", "2026-04-02 19:00", Hours{}, "2026-04-07 07:00"},
		{"the night of the change to summer time", "2026-03-29 01:30", Hours{}, "2026-03-30 07:00"},
		{"lunch", "2026-03-13 12:30", saturday, "2026-03-13 13:00"},
		{"Saturday", "2026-03-14 10:00", saturday, "2026-03-14 10:00"},
		{"Saturday that is a holiday", "2026-08-15 10:00", saturday, "2026-08-17 08:00"},
		{"day and night", "2026-03-15 03:00", night, "2026-03-15 03:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			now, err := time.ParseInLocation("2006-01-02 15:04", tt.now, zone)
			if err != nil {
				t.Fatal(err)
			}
			got := cal.NextReadingIn(now, tt.hours)
			if s := got.In(zone).Format("2006-01-02 15:04"); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
			if tt.hours.IsZero() && cal.IsOpen(now) != (tt.now == tt.want) {
				t.Errorf("open: %t", cal.IsOpen(now))
			}
		})
	}
}

func TestParseHours(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{"Mo-Fr 07:00-18:00", "Mo-Fr 07:00-18:00"},
		{"Mo,We 08:00-12:00", "Mo 08:00-12:00; We 08:00-12:00"},
		{"Sa-Su 10:00-11:00; Mo 09:00-10:00", "Mo 09:00-10:00; Sa-Su 10:00-11:00"},
		{"Mo 13:00-16:00; Mo 08:00-12:00", "Mo 08:00-12:00,13:00-16:00"},
		{"Fr-Mo 00:00-24:00", "Mo 00:00-24:00; Fr-Su 00:00-24:00"},
	} {
		h, err := ParseHours(tt.text)
		if err != nil || h.String() != tt.want {
			t.Errorf("%q: got %q, %v, want %q", tt.text, h, err, tt.want)
		}
	}
	for _, text := range []string{"Mo", "Mo-Fr 7-18", "Xx 07:00-18:00", "Mo 18:00-07:00", "Mo 07:00-24:30", "Mo 07:60-08:00", "Mo 07:00-09:00,08:00-10:00", "Mo,Mo 07:00-08:00", ";"} {
		if h, err := ParseHours(text); !errors.Is(err, ErrHours) {
			t.Errorf("%q: got %q, %v, want an error", text, h, err)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("Mo-Fr 07:00-18:00; Sa 09:00-12:00")
	f.Add("Su-Mo 00:00-24:00,")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHours(text)
		if err != nil {
			return
		}
		if again, err := ParseHours(h.String()); err != nil || again.String() != h.String() {
			t.Errorf("%q reads as %q, which reads as %q, %v", text, h, again, err)
		}
	})
}

func TestSeason(t *testing.T) {
	t.Parallel()
	c := demoCatalogue(t)
	for _, tt := range []struct {
		key, day string
		want     bool
	}{
		{"winter", "2026-11-01", true},
		{"winter", "2026-10-31", false},
		{"winter", "2026-02-28", true},
		{"winter", "2026-03-31", true},
		{"winter", "2026-04-01", false},
		{"brunnen", "2026-04-01", true},
		{"brunnen", "2026-11-01", false},
		{"laterne", "2026-07-01", true},
	} {
		day, err := time.Parse(time.DateOnly, tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.ByKey(tt.key).Season.Holds(day); got != tt.want {
			t.Errorf("%s on %s: %t", tt.key, tt.day, got)
		}
	}
	july := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, k := range c.InGroup("weg", july) {
		if k.Key == "winter" {
			t.Error("winter is offered in July")
		}
	}
}
