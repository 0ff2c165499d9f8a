package casework

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed plain.json
var plainJSON []byte

// plainList is the word list of reference "Words and tone", section 8. The
// island plain.ts reads the same file, and both pass the same table of tests.
type plainList struct {
	Longest int         `json:"longest"` // words in a sentence
	German  [][2]string `json:"de"`
	English [][2]string `json:"en"`
}

var plainWords = sync.OnceValue(func() plainList {
	var l plainList
	if err := json.Unmarshal(plainJSON, &l); err != nil {
		panic(err) // embedded: a test reads it
	}
	return l
})

// PlainHint is a hint of the plain-language meter. It never blocks anything.
type PlainHint struct {
	Word   string // an office word, as the list has it; or "" for a long sentence
	Better string // what to write instead
	Words  int    // of a sentence that is too long
}

// Name is the word, or the number of words.
func (h PlainHint) Name() string {
	if h.Word != "" {
		return h.Word
	}
	return strconv.Itoa(h.Words)
}

// Plain finds office words and sentences of more than 15 words in a text.
func Plain(text, lang string) []PlainHint {
	list := plainWords()
	words := list.German
	if lang == "en" {
		words = list.English
	}
	low := strings.ToLower(text)
	type found struct {
		at   int
		hint PlainHint
	}
	var all []found
	for _, w := range words {
		if at := wordAt(low, w[0]); at >= 0 {
			all = append(all, found{at, PlainHint{Word: w[0], Better: w[1]}})
		}
	}
	var hints []PlainHint
	for len(all) > 0 { // in the order of the text; the list is short
		first := 0
		for i := range all {
			if all[i].at < all[first].at {
				first = i
			}
		}
		hints = append(hints, all[first].hint)
		all = append(all[:first], all[first+1:]...)
	}
	for _, n := range sentences(text) {
		if n > list.Longest {
			hints = append(hints, PlainHint{Words: n})
		}
	}
	return hints
}

// wordAt is where a word begins in a text in small letters, or -1. Its ending
// may be another: "zeitnahe".
func wordAt(text, word string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		at := from + i
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); at == 0 || !isWord(before) {
			return at
		}
		from = at + len(word)
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// sentences counts the words of each sentence. A line ends one; a point behind
// a digit does not, as in "3. Mai".
func sentences(text string) []int {
	var all []int
	n := 0
	end := func() {
		if n > 0 {
			all = append(all, n)
		}
		n = 0
	}
	for line := range strings.SplitSeq(text, "\n") {
		for word := range strings.FieldsSeq(line) {
			if strings.ContainsFunc(word, isWord) {
				n++
			}
			core := strings.TrimRight(word, `"'“”«»)`)
			last, _ := utf8.DecodeLastRuneInString(core)
			if last == '!' || last == '?' || last == '.' && !digitBefore(core) {
				end()
			}
		}
		end()
	}
	return all
}

func digitBefore(word string) bool {
	if len(word) < 2 {
		return false
	}
	return word[len(word)-2] >= '0' && word[len(word)-2] <= '9'
}
