package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxWord  = 60     // signs of a word; what is longer is no word
	maxBody  = 20_000 // signs of a text that are looked at
	maxTerms = 8      // of a query
)

// fold makes words comparable however they are typed: lower case, no accents,
// ae/oe/ue as a/o/u, ß as ss. mitwirk_fold in the database does the same.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ø', r == 'œ':
			b.WriteByte('o')
		case r == 'ł':
			b.WriteByte('l')
		case r == 'đ':
			b.WriteByte('d')
		case r == 'ı':
			b.WriteByte('i')
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("ae", "a", "oe", "o", "ue", "u").Replace(b.String())
}

// token is a word of a text: where it stands, and folded.
type token struct {
	from, to int // bytes
	folded   string
}

// tokens are the words of a text. Signs between letters divide them.
func tokens(text string) []token {
	var list []token
	start := -1
	end := func(at int) {
		if start < 0 {
			return
		}
		if w := text[start:at]; utf8.RuneCountInString(w) <= maxWord {
			if f := fold(w); f != "" {
				list = append(list, token{start, at, f})
			}
		}
		start = -1
	}
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) && start >= 0 {
			if start < 0 {
				start = i
			}
			continue
		}
		end(i)
	}
	end(len(text))
	return list
}

// plain is a text as the database splits it into words exactly as tokens does.
func plain(text string) string {
	if len(text) > maxBody {
		text = strings.ToValidUTF8(text[:maxBody], "")
	}
	list := tokens(text)
	words := make([]string, len(list))
	for i, t := range list {
		words[i] = t.folded
	}
	return strings.Join(words, " ")
}

// teaches tells whether a word belongs into the vocabulary: letters only.
func teaches(folded string) bool {
	n := utf8.RuneCountInString(folded)
	return n >= 3 && n <= 40 && !strings.ContainsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
}

// isFiller tells whether a folded word says nothing in a query. The database
// knows the German ones only as they are written, not folded.
func isFiller(w string) bool {
	switch w {
	case "fur", "uber", "konnen", "mussen", "wahrend", "durfen", "the", "of", "to", "is", "are", "on", "at", "by", "for", "with", "and", "or":
		return true
	}
	return false
}

// Typos is the number of signs that have to be changed, added, left out or
// swapped with their neighbour to make b of a; limit+1 when it is more than
// limit (optimal string alignment, Damerau 1964).
func Typos(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	var before, last []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, last, row = last, row, make([]int, len(y)+1)
		row[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
	}
	return min(row[len(y)], limit+1)
}

// typosIn is how many typing errors a word of this length may have.
func typosIn(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4:
		return 0
	case n < 8:
		return 1
	default:
		return 2
	}
}
