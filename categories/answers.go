package categories

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Longest answers, in characters.
const (
	MaxShort = 200
	MaxLong  = 2000
)

// maxDigits keeps a number within what every side counts exactly.
const maxDigits = 9

// Answers are what somebody filled in: the values of the form by the key of
// the question. Only "several" has more than one; yes/no is "ja" or "nein".
type Answers map[string][]string

// InputName is the name of a question's input in a form.
func InputName(question string) string { return "q_" + question }

// FromForm picks the answers out of a submitted form.
func FromForm(form map[string][]string) Answers {
	a := Answers{}
	for name, values := range form {
		if key, ok := strings.CutPrefix(name, InputName("")); ok {
			a[key] = values
		}
	}
	return a
}

// The functions below have twins of the same name in web/islands/questions.ts.

var (
	reInt     = regexp.MustCompile(`^-?[0-9]{1,` + strconv.Itoa(maxDigits) + `}$`)
	reISODate = regexp.MustCompile(`^([0-9]{4})-([0-9]{2})-([0-9]{2})$`)
	reDEDate  = regexp.MustCompile(`^([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})$`)
	reBreaks  = regexp.MustCompile(`\r\n?`)
	reControl = regexp.MustCompile(`[\x00-\x08\x0B-\x1F\x7F]`)
	reLine    = regexp.MustCompile(`[\n\t]+`)
)

// blank is what trim takes off both ends: the same signs on both sides, since
// the languages' own ideas of white space differ.
const blank = " \t\n\u00a0"

// clean makes one text out of an input: line breaks as \n, no other control
// signs, no blanks at the ends; one line when there may be only one.
func clean(s string, oneLine bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = reBreaks.ReplaceAllString(s, "\n")
	s = reControl.ReplaceAllString(s, "")
	if oneLine {
		s = reLine.ReplaceAllString(s, " ")
	}
	return strings.Trim(s, blank)
}

// length counts characters (code points).
func length(s string) int { return utf8.RuneCountInString(s) }

// wholeNumber reads a whole number of at most nine digits.
func wholeNumber(s string) (int, bool) {
	if !reInt.MatchString(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// isoDate reads 2026-03-14 or 14.3.2026 and writes the former; "" for anything
// that is no day between 1900 and 2100.
func isoDate(s string) string {
	var y, m, d int
	if p := reISODate.FindStringSubmatch(s); p != nil {
		y, m, d = atoi(p[1]), atoi(p[2]), atoi(p[3])
	} else if p := reDEDate.FindStringSubmatch(s); p != nil {
		y, m, d = atoi(p[3]), atoi(p[2]), atoi(p[1])
	}
	if y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return ""
	}
	return pad(y, 4) + "-" + pad(m, 2) + "-" + pad(d, 2)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func pad(n, width int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// atoi is for digits that a pattern has already checked.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
