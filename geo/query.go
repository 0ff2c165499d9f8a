package geo

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// query is what somebody typed into the address search, taken apart.
type query struct {
	street   string // everything that is no number or postcode
	houseNo  string // "12a", "12-14"; may be empty
	postcode string // five digits; may be empty
}

const maxQuery = 200 // signs; what is longer is cut

var (
	postcodeText = regexp.MustCompile(`\b\d{5}\b`)
	// A number at the end: "12", "12a", "12 a", "12-14", "12/14", "Nr. 12". A single letter counts only after a number.
	numberAtEnd = regexp.MustCompile(`(?i)^(.*?\pL.*?)[\s,]*(?:\b(?:nr|no|hausnr|hausnummer)\b\.?\s*)?(\d{1,4})\s?([a-z])?(?:\s?[-/–]\s?(\d{1,4})\s?([a-z])?)?$`)
	// A number with the municipality behind it: "Tal 5 München"; not "Platz des 8. Mai".
	numberInside = regexp.MustCompile(`(?i)^(.*?\pL.*?)\s(\d{1,4})([a-z])?\s+\pL[\pL\s.-]+$`)
	numberFirst  = regexp.MustCompile(`(?i)^(\d{1,4})\s?([a-z])?[\s,]+(\pL.*)$`)
)

// readQuery takes a typed address apart. Which part is the street and which
// the municipality only the data can tell, see variants.
func readQuery(text string) query {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
	if r := []rune(text); len(r) > maxQuery {
		text = string(r[:maxQuery])
	}
	var q query
	if q.postcode = postcodeText.FindString(text); q.postcode != "" {
		// what follows a postcode is the municipality: "Tal 5, 80331 München"
		before, after, _ := strings.Cut(text, q.postcode)
		if text = strings.Trim(before, " ,;"); text == "" {
			text = after
		}
	}
	head, _, _ := strings.Cut(strings.Trim(text, " ,;."), ",")
	tail := strings.Trim(strings.TrimPrefix(strings.Trim(text, " ,;."), head), " ,;")
	if unicode.IsDigit(firstRune(tail)) && !strings.ContainsFunc(head, unicode.IsDigit) {
		head += " " + tail // "Leopoldstraße, 12"
	}
	head = strings.Join(strings.Fields(head), " ")
	if m := numberAtEnd.FindStringSubmatch(head); m != nil {
		q.street, q.houseNo = m[1], strings.ToLower(m[2]+m[3])
		if m[4] != "" {
			q.houseNo += "-" + strings.ToLower(m[4]+m[5])
		}
	} else if m := numberInside.FindStringSubmatch(head); m != nil {
		q.street, q.houseNo = m[1], strings.ToLower(m[2]+m[3])
	} else if m := numberFirst.FindStringSubmatch(head); m != nil {
		q.street, q.houseNo = m[3], strings.ToLower(m[1]+m[2])
	} else {
		q.street = head
	}
	q.street = strings.Trim(q.street, " ,;-")
	return q
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// variants are the texts that may be the street's name: all of it, and without
// its last or first word, which may be the municipality ("Tal München").
func (q query) variants() []string {
	out := []string{q.street}
	if words := strings.Fields(q.street); len(words) > 1 {
		out = append(out, strings.Join(words[:len(words)-1], " "), strings.Join(words[1:], " "))
	}
	return out
}

// tidyHouseNo is the one way in which house numbers are stored and compared:
// "12 A" is "12a", "12 - 14" is "12-14".
func tidyHouseNo(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "–", "-", "/", "-").Replace(strings.TrimSpace(s)))
}

// houseNumbers are the numbers to look for, the best first: as typed, the
// first of a range, without the letter.
func (q query) houseNumbers() []string {
	if q.houseNo == "" {
		return nil
	}
	out := []string{q.houseNo}
	first, _, isRange := strings.Cut(q.houseNo, "-")
	if isRange {
		out = append(out, first)
	}
	if bare := strings.TrimRight(first, "abcdefghijklmnopqrstuvwxyz"); bare != first {
		out = append(out, bare)
	}
	return out
}
