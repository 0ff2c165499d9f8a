package ideas

import (
	"slices"
	"strings"
)

// Piece is a part of a text with what became of it.
type Piece struct {
	Text string
	Op   string // "" kept, "ins" new, "del" gone
}

// maxDiff is how many words of a text are compared; longer ones are shown as a
// whole, old and new.
const maxDiff = 1500

// Diff says word by word what changed between two texts. What is kept and what
// is put together read as they stand.
func Diff(from, to string) []Piece {
	a, b := split(from), split(to)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var out []Piece
	out = push(out, "", a[:start]...)
	out = middle(out, a[start:len(a)-end], b[start:len(b)-end])
	return push(out, "", a[len(a)-end:]...)
}

// middle compares what differs by the longest common subsequence.
func middle(out []Piece, a, b []string) []Piece {
	if len(a) > maxDiff || len(b) > maxDiff {
		return push(push(out, "del", a...), "ins", b...)
	}
	long := make([][]int16, len(a)+1)
	for i := range long {
		long[i] = make([]int16, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			out = push(out, "", a[i])
			i, j = i+1, j+1
		case long[i+1][j] >= long[i][j+1]:
			out = push(out, "del", a[i])
			i++
		default:
			out = push(out, "ins", b[j])
			j++
		}
	}
	return push(push(out, "del", a[i:]...), "ins", b[j:]...)
}

// push adds words to the pieces, to the last one where that is of the same sort.
func push(out []Piece, op string, words ...string) []Piece {
	for _, w := range words {
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += w
			continue
		}
		out = append(out, Piece{w, op})
	}
	return out
}

// split cuts a text into words, each with the space behind it.
func split(text string) []string {
	var out []string
	for text != "" {
		n := strings.IndexAny(text, " \n")
		if n < 0 {
			return append(out, text)
		}
		for n < len(text) && (text[n] == ' ' || text[n] == '\n') {
			n++
		}
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}
