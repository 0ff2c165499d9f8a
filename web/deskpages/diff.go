package deskpages

import (
	"slices"
	"strings"
)

// piece is a part of a text: the same in both versions, only in the one that
// was typed (covered), or only in the public one (put in its place).
type piece struct {
	Text  string
	Gone  bool
	Fresh bool
}

// diffMost is the number of words above which only beginning and end are
// compared; a report has 4,000 signs at most.
const diffMost = 1500

// diffWords compares two texts word by word (the longest common subsequence)
// and joins neighbours of the same kind.
func diffWords(typed, public string) []piece {
	a, b := words(typed), words(public)
	var head, tail int
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []piece
	add := func(p piece) {
		if p.Text == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Gone == p.Gone && out[n-1].Fresh == p.Fresh {
			out[n-1].Text += p.Text
			return
		}
		out = append(out, p)
	}
	add(piece{Text: strings.Join(a[:head], "")})
	middle(a[head:len(a)-tail], b[head:len(b)-tail], add)
	add(piece{Text: strings.Join(a[len(a)-tail:], "")})
	return out
}

func middle(a, b []string, add func(piece)) {
	if len(a) > diffMost || len(b) > diffMost {
		add(piece{Text: strings.Join(a, ""), Gone: true})
		add(piece{Text: strings.Join(b, ""), Fresh: true})
		return
	}
	// length[i][j] is that of the longest common subsequence of a[i:] and b[j:]
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := range slices.Backward(a) {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			add(piece{Text: a[i]})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			add(piece{Text: a[i], Gone: true})
			i++
		default:
			add(piece{Text: b[j], Fresh: true})
			j++
		}
	}
	add(piece{Text: strings.Join(a[i:], ""), Gone: true})
	add(piece{Text: strings.Join(b[j:], ""), Fresh: true})
}

// words cuts a text so that joined again it is the same.
func words(text string) []string {
	var out []string
	start, space := 0, false
	for i, r := range text {
		isSpace := r == ' ' || r == '\n' || r == '\t'
		if space && !isSpace {
			out = append(out, text[start:i])
			start = i
		}
		space = isSpace
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}
