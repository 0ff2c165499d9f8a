package categories

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Hours are when somebody reads, by weekday (time.Sunday is 0), each day in
// order and without overlap. The zero value is "not known".
type Hours [7][]Span

// Span is one stretch of a day, in minutes after midnight by the city's clock.
type Span struct{ Opens, Closes int }

// weekdays as they are written: the syntax of the OpenStreetMap key
// opening_hours, of which ParseHours reads "Mo-Fr 07:00-18:00; Sa 09:00-12:00".
var weekdayNames = [7]string{"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}

var (
	reRule = regexp.MustCompile(`^([A-Z][a-z](?:[-,][A-Z][a-z])*) ([0-9:,-]+)$`)
	reSpan = regexp.MustCompile(`^([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})$`)
)

// ErrHours is wrapped by what ParseHours returns.
var ErrHours = errors.New(`opening hours are written like "Mo-Fr 07:00-18:00; Sa 09:00-12:00"`)

// DefaultHours are Monday to Friday, 7 to 18.
func DefaultHours() Hours {
	var h Hours
	for d := time.Monday; d <= time.Friday; d++ {
		h[d] = []Span{{Opens: 7 * 60, Closes: 18 * 60}}
	}
	return h
}

func (h Hours) empty() bool {
	for _, spans := range h {
		if len(spans) > 0 {
			return false
		}
	}
	return true
}

// IsZero tells whether no hours are known.
func (h Hours) IsZero() bool { return h.empty() }

// ParseHours reads opening hours. A day that is named again gets further hours.
// "" is the zero value.
func ParseHours(text string) (Hours, error) {
	var h Hours
	if strings.TrimSpace(text) == "" {
		return h, nil
	}
	for rule := range strings.SplitSeq(text, ";") {
		g := reRule.FindStringSubmatch(strings.TrimSpace(rule))
		if g == nil {
			return Hours{}, fmt.Errorf("%w: %q", ErrHours, rule)
		}
		days, err := parseDays(g[1])
		if err != nil {
			return Hours{}, err
		}
		for part := range strings.SplitSeq(g[2], ",") {
			s := reSpan.FindStringSubmatch(part)
			if s == nil {
				return Hours{}, fmt.Errorf("%w: %q", ErrHours, part)
			}
			span := Span{atoi(s[1])*60 + atoi(s[2]), atoi(s[3])*60 + atoi(s[4])}
			if atoi(s[2]) > 59 || atoi(s[4]) > 59 || span.Closes > 24*60 || span.Opens >= span.Closes {
				return Hours{}, fmt.Errorf("%w: %q", ErrHours, part)
			}
			for _, d := range days {
				h[d] = append(h[d], span)
			}
		}
	}
	for d := range h {
		slices.SortFunc(h[d], func(a, b Span) int { return cmp.Compare(a.Opens, b.Opens) })
		for i := 1; i < len(h[d]); i++ {
			if h[d][i].Opens < h[d][i-1].Closes {
				return Hours{}, fmt.Errorf("%w: %s has hours that overlap", ErrHours, weekdayNames[d])
			}
		}
	}
	return h, nil
}

// parseDays reads "Mo-Fr,Su".
func parseDays(text string) ([]int, error) {
	var days []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, b := slices.Index(weekdayNames[:], first), slices.Index(weekdayNames[:], last)
		if a < 0 || b < 0 {
			return nil, fmt.Errorf("%w: %q", ErrHours, part)
		}
		for d := a; ; d = (d + 1) % 7 { // Sa-Mo runs over the end of the week
			if slices.Contains(days, d) {
				return nil, fmt.Errorf("%w: %s stands there twice", ErrHours, weekdayNames[d])
			}
			days = append(days, d)
			if d == b {
				break
			}
		}
	}
	return days, nil
}

// String writes the hours as ParseHours reads them, days with the same hours
// together; "" for the zero value.
func (h Hours) String() string {
	var rules []string
	week := [7]int{1, 2, 3, 4, 5, 6, 0} // from Monday
	for i := 0; i < len(week); {
		j := i
		for j+1 < len(week) && slices.Equal(h[week[j+1]], h[week[i]]) {
			j++
		}
		if spans := h[week[i]]; len(spans) > 0 {
			days := weekdayNames[week[i]]
			if j > i {
				days += "-" + weekdayNames[week[j]]
			}
			parts := make([]string, len(spans))
			for k, s := range spans {
				parts[k] = fmt.Sprintf("%02d:%02d-%02d:%02d", s.Opens/60, s.Opens%60, s.Closes/60, s.Closes%60)
			}
			rules = append(rules, days+" "+strings.Join(parts, ","))
		}
		i = j + 1
	}
	return strings.Join(rules, "; ")
}
