package search

import (
	"strings"
	"unicode/utf8"
)

// Marks knows the words that made a document a hit.
type Marks struct {
	words map[string]bool // folded
	stems []string        // beginnings that are long enough to say it
	// inside also marks words that hold one of the stems elsewhere: who found the
	// hits does not say by which words.
	inside bool
}

func newMarks(terms []term) Marks {
	m := Marks{words: map[string]bool{}}
	for _, t := range terms {
		if t.not {
			continue
		}
		for _, w := range t.written {
			m.words[w] = true
		}
		for i, w := range t.words {
			m.words[w] = true
			if i < len(t.stems) && utf8.RuneCountInString(t.stems[i]) >= 4 {
				m.stems = append(m.stems, t.stems[i])
			}
		}
	}
	return m
}

func (m Marks) has(folded string) bool {
	if m.words[folded] {
		return true
	}
	for _, s := range m.stems {
		if strings.HasPrefix(folded, s) || m.inside && strings.Contains(folded, s) {
			return true
		}
	}
	return false
}

// Piece is a part of a text; one with Mark is a word that was searched for.
type Piece struct {
	Text string
	Mark bool
}

// Text cuts a text into pieces.
func (m Marks) Text(text string) []Piece {
	var out []Piece
	done := 0
	add := func(to int, mark bool) {
		if to > done {
			out = append(out, Piece{text[done:to], mark})
			done = to
		}
	}
	for _, t := range tokens(text) {
		if m.has(t.folded) {
			add(t.from, false)
			add(t.to, true)
		}
	}
	add(len(text), false)
	return out
}

// Excerpt is about n signs of a text around the words that were searched for,
// its beginning when it has none.
func (m Marks) Excerpt(text string, n int) []Piece {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return m.Text(text)
	}
	first := 0
	for _, t := range tokens(text) {
		if m.has(t.folded) {
			first = t.from
			break
		}
	}
	from := 0
	if first > n/2 { // some words before it
		from = first - n/3
		if at := strings.IndexByte(text[from:first], ' '); at >= 0 {
			from += at + 1
		} else {
			from = first
		}
	}
	for from > 0 && !utf8.RuneStart(text[from]) {
		from++
	}
	to := from
	for k := 0; to < len(text) && k < n; k++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	if to < len(text) {
		if at := strings.LastIndexByte(text[from:to], ' '); at > n/2 {
			to = from + at
		}
	}
	out := m.Text(text[from:to])
	if from > 0 {
		out = append([]Piece{{Text: "… "}}, out...)
	}
	if to < len(text) {
		out = append(out, Piece{Text: " …"})
	}
	return out
}
