package subject

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Number is a public number: year<<30 | n with a random n below 31^6, so that
// it neither counts nor can be guessed from its neighbours. The same value is
// the feature id in vector tiles.
type Number int64

// Prefix is the first letter of a public number.
type Prefix string

// The prefixes by kind.
const (
	PrefixReport    Prefix = "M"
	PrefixComplaint Prefix = "B"
	PrefixIdea      Prefix = "I"
	PrefixCall      Prefix = "A"
	PrefixMeasure   Prefix = "R"
	PrefixComment   Prefix = "K"
)

// PrefixOf is the first letter of the numbers of a kind; "" for kinds without.
func PrefixOf(kind Kind) Prefix {
	switch kind {
	case Report:
		return PrefixReport
	case Complaint:
		return PrefixComplaint
	case Idea:
		return PrefixIdea
	case Call:
		return PrefixCall
	case Measure:
		return PrefixMeasure
	case Comment:
		return PrefixComment
	}
	return ""
}

// numberAlphabet leaves out 0 1 I L O, which people mix up on paper and phone.
const numberAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const (
	numberSigns = 6
	numberBits  = 30
	numberSpace = 31 * 31 * 31 * 31 * 31 * 31 // 887,503,681 < 2^30
)

// ErrNumber is returned for a text that is no public number.
var ErrNumber = errors.New("not a public number")

// NewNumber draws a number for a calendar year. Uniqueness is the database's
// business: callers retry on a violated unique constraint.
func NewNumber(year int) Number {
	n, err := rand.Int(rand.Reader, big.NewInt(numberSpace))
	if err != nil {
		panic(err) // no randomness: nothing that follows would be safe
	}
	return Number(int64(year)<<numberBits | n.Int64())
}

// Format shows the number as people know it, e.g. "M-2026-7K3QX9".
func (n Number) Format(p Prefix) string {
	rest := int64(n) & (1<<numberBits - 1)
	var signs [numberSigns]byte
	for i := numberSigns - 1; i >= 0; i-- {
		signs[i] = numberAlphabet[rest%31]
		rest /= 31
	}
	return fmt.Sprintf("%s-%04d-%s", p, int64(n)>>numberBits, signs[:])
}

// ParseNumber reads a public number as people type it: upper or lower case,
// with or without dashes and spaces. It returns ErrNumber for anything else.
func ParseNumber(text string) (Prefix, Number, error) {
	clean := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == '–' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(text)))
	if len(clean) != 1+4+numberSigns {
		return "", 0, ErrNumber
	}
	prefix := Prefix(clean[:1])
	switch prefix {
	case PrefixReport, PrefixComplaint, PrefixIdea, PrefixCall, PrefixMeasure, PrefixComment:
	default:
		return "", 0, ErrNumber
	}
	var year int64
	for _, d := range clean[1:5] {
		if d < '0' || d > '9' {
			return "", 0, ErrNumber
		}
		year = year*10 + int64(d-'0')
	}
	var rest int64
	for _, s := range clean[5:] {
		i := strings.IndexRune(numberAlphabet, s)
		if i < 0 {
			return "", 0, ErrNumber
		}
		rest = rest*31 + int64(i)
	}
	return prefix, Number(year<<numberBits | rest), nil
}
