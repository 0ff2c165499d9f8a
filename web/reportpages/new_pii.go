package reportpages

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What looks like a way to reach a person in a text that everybody may read
// one day. A hint, never a refusal: house numbers, dates and the emergency
// numbers must not set it off.
var (
	reMail  = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`)
	rePhone = regexp.MustCompile(`(?:\+|\b00|\b0|\(0)[\d()/ .\-\x{2013}\x{00a0}]{5,24}\d`)
)

// minPhoneDigits keeps short service numbers and years out, maxPhoneDigits
// what is no number anybody can call.
const (
	minPhoneDigits = 7
	maxPhoneDigits = 15
)

// pii is what a text seems to contain.
type pii struct{ Phone, Mail bool }

// found tells whether there is anything to ask about.
func (p pii) found() bool { return p.Phone || p.Mail }

// key is the message of the hint.
func (p pii) key() string {
	switch {
	case p.Phone && p.Mail:
		return "pii.hint.both"
	case p.Mail:
		return "pii.hint.mail"
	}
	return "pii.hint"
}

// findPII looks for phone numbers and mail addresses.
func findPII(text string) pii {
	return pii{Phone: len(phones(text)) > 0, Mail: reMail.MatchString(text)}
}

// removePII takes them out and tidies the blanks that are left.
func removePII(text string) string {
	text = reMail.ReplaceAllString(text, "…")
	for _, at := range slices.Backward(phones(text)) {
		text = text[:at[0]] + "…" + text[at[1]:]
	}
	return strings.TrimSpace(text)
}

// phones are the places of what has the digits of a phone number.
func phones(text string) [][]int {
	var list [][]int
	for _, at := range rePhone.FindAllStringIndex(text, -1) {
		if isDate(text[at[0]:at[1]]) {
			continue
		}
		if n := digits(text[at[0]:at[1]]); n >= minPhoneDigits && n <= maxPhoneDigits {
			list = append(list, at)
		}
	}
	return list
}

var reDate = regexp.MustCompile(`^0?\d{1,2}\. ?\d{1,2}\. ?\d{2,4}`)

// isDate keeps "01.03.2026, 14" from being taken for a number.
func isDate(s string) bool { return reDate.MatchString(s) }

func digits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
