package table

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/subject"
)

// Text is a field as people read it: trimmed, without control signs but line
// ends.
func Text(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\u00a0':
			return ' '
		case r != '\n' && (r < ' ' || (r >= 0x7f && r < 0xa0)), r == '\ufeff':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

var (
	errNoNumber = errors.New("is no number")
	rePlain     = regexp.MustCompile(`^[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?$`)
)

// Number reads a number with a point or a comma before its decimals, without
// marks between thousands.
func Number(s string) (float64, error) {
	s = strings.ReplaceAll(Text(s), "\u2212", "-")
	if !rePlain.MatchString(s) {
		return 0, errNoNumber
	}
	n, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsInf(n, 0) {
		return 0, errNoNumber
	}
	return n, nil
}

// Point reads a place in degrees of WGS 84. What looks like metres of a
// projection is named as such.
func Point(lon, lat string) (subject.Point, error) {
	x, errX := Number(lon)
	y, errY := Number(lat)
	p := subject.Point{Lon: x, Lat: y}
	switch {
	case Text(lon) == "" || Text(lat) == "":
		return subject.Point{}, errors.New("has no coordinates")
	case errX != nil:
		return subject.Point{}, fmt.Errorf("the longitude %q %w", clip(lon), errX)
	case errY != nil:
		return subject.Point{}, fmt.Errorf("the latitude %q %w", clip(lat), errY)
	case x == 0 && y == 0:
		return subject.Point{}, errors.New("has the coordinates 0, 0")
	case math.Abs(x) > 1000 && math.Abs(y) > 1000:
		return subject.Point{}, errors.New("the coordinates are metres of a projection (UTM, Gauss-Krüger?), not degrees of WGS 84")
	case !p.Valid():
		return subject.Point{}, fmt.Errorf("longitude %s, latitude %s is no place on earth", clip(lon), clip(lat))
	}
	return p, nil
}

// DayOrder says how a date with slashes is read.
type DayOrder string

// The orders of a date with slashes.
const (
	DayFirst   DayOrder = "dmy"
	MonthFirst DayOrder = "mdy"
)

// The ways in which lists write times. With a dot the day comes first, with
// dashes the year; what slashes mean is the caller's to know.
var (
	dateLayouts = []string{ //nolint:gochecknoglobals // a table
		"2006-1-2", "2006/1/2", "2.1.2006", "2.1.06", "20060102", "2006.1.2",
	}
	slashLayouts = map[DayOrder][]string{ //nolint:gochecknoglobals // a table
		DayFirst:   {"2/1/2006", "2/1/06", "2-1-2006"},
		MonthFirst: {"1/2/2006", "1/2/06", "1-2-2006"},
	}
	clockLayouts = []string{ //nolint:gochecknoglobals // a table
		"15:04:05", "15:04", "15.04", "3:04:05 PM", "3:04 PM", "150405", "15:04:05Z07:00", "15:04Z07:00", "15:04:05Z0700", "15:04:05 Z07:00", "15:04:05 Z0700", "15:04:05 MST",
	}
	reEpoch  = regexp.MustCompile(`^\d{10}(\d{3})?$`)
	reSpaces = regexp.MustCompile(`\s+`)
	reZone   = regexp.MustCompile(`[A-Z]{3,}$`)
)

// Time reads a date with or without a time of day. Without a zone of its own
// it is local to zone; day tells that no time of day was there (then it is the
// day's beginning). Ten or thirteen digits are seconds or milliseconds since
// 1970.
func Time(s string, zone *time.Location, order DayOrder) (at time.Time, day bool, err error) {
	s = strings.TrimSuffix(reSpaces.ReplaceAllString(Text(s), " "), " Uhr")
	if s == "" {
		return at, false, errors.New("is empty")
	}
	if reEpoch.MatchString(s) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return at, false, errors.New("is no date")
		}
		if len(s) == 13 {
			return time.UnixMilli(n).In(zone), false, nil
		}
		return time.Unix(n, 0).In(zone), false, nil
	}
	if order == "" {
		order = DayFirst
	}
	date, clock := s, ""
	if i := strings.IndexAny(s, "T "); i > 0 {
		date, clock = strings.TrimSuffix(s[:i], ","), strings.TrimPrefix(s[i+1:], "um ")
	}
	for _, layouts := range [][]string{dateLayouts, slashLayouts[order]} {
		for _, l := range layouts {
			if _, err := time.Parse(l, date); err != nil {
				continue
			}
			if clock == "" {
				at, err := time.ParseInLocation(l, date, zone)
				return at, true, err
			}
			for _, c := range clockLayouts {
				if strings.HasSuffix(c, "MST") && reZone.FindString(clock) != "UTC" { // other names of zones mean several things
					continue
				}
				if at, err := time.ParseInLocation(l+" "+c, date+" "+strings.ToUpper(clock), zone); err == nil {
					return at, false, nil
				}
			}
		}
	}
	return at, false, fmt.Errorf("%q is no date that is understood", clip(s))
}
