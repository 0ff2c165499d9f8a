package geo

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/subject"
)

// street is a candidate of the address search: a row without a house number.
type street struct {
	Address
	norm      string
	placeNorm string
}

// match is how well a candidate fits what was typed; smaller is better.
type match struct {
	class int // see the constants
	edits int // typing errors, for classTypo
}

const (
	classExact  = iota // the same name
	classPrefix        // the name begins with it
	classInside        // it stands in the name
	classTypo          // the same but for typing errors
	classNone
)

// quality compares a normalised text with the normalised name of a street.
func quality(text, name string) match {
	switch {
	case text == "" || name == "":
		return match{class: classNone}
	case text == name:
		return match{class: classExact}
	case strings.HasPrefix(name, text):
		return match{class: classPrefix}
	case utf8.RuneCountInString(text) >= 3 && strings.Contains(name, text):
		return match{class: classInside}
	}
	whole, begun := edits(text, name)
	if strings.HasSuffix(name, "str") { // a misspelt "straße" was not shortened as the name's was
		long, _ := edits(text, name+"asse")
		whole = min(whole, long)
	}
	allowed := allowedEdits(utf8.RuneCountInString(text))
	switch {
	case whole <= allowed:
		return match{class: classTypo, edits: whole}
	case begun < allowed: // still typing: an error within the first part of a name
		return match{class: classTypo, edits: begun + 1}
	}
	return match{class: classNone}
}

// allowedEdits is how many typing errors a text of n signs may hold.
func allowedEdits(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 7:
		return 1
	case n < 12:
		return 2
	}
	return 3
}

// edits counts insertions, deletions, changes and swaps of neighbours that
// turn a into b (whole), and those that turn a into the best beginning of b
// (begun). (Optimal string alignment, Boytsov 2011.)
func edits(a, b string) (whole, begun int) {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)], slices.Min(last)
}

// rank orders candidates by quality, then by distance to near, then by name,
// and drops those that do not fit.
func rank(found []street, texts []string, postcode string, near *subject.Point) []street {
	type scored struct {
		street
		match
		elsewhere bool
		metres    float64
	}
	var list []scored
	for _, s := range found {
		best := scored{street: s, match: match{class: classNone}}
		for i, t := range texts {
			m := quality(t, s.norm)
			if i > 0 {
				m = withoutTown(m, leftOut(texts[0], t), s.placeNorm)
			}
			if worse(best.match, m) {
				best.match = m
			}
		}
		if best.class == classNone {
			continue
		}
		best.elsewhere = postcode != "" && s.Postcode != "" && s.Postcode != postcode
		if near != nil {
			best.metres = Metres(*near, s.Point)
		}
		list = append(list, best)
	}
	slices.SortStableFunc(list, func(a, b scored) int {
		return cmp.Or(
			cmp.Compare(a.class, b.class),
			cmp.Compare(a.edits, b.edits),
			compareBool(a.elsewhere, b.elsewhere),
			cmp.Compare(a.metres, b.metres),
			cmp.Compare(utf8.RuneCountInString(a.norm), utf8.RuneCountInString(b.norm)),
			cmp.Compare(a.norm, b.norm),
		)
	})
	out := make([]street, len(list))
	for i, s := range list {
		out[i] = s.street
	}
	return out
}

// leftOut is the word that whole has more than part, at its end or beginning.
func leftOut(whole, part string) string {
	if rest, ok := strings.CutPrefix(whole, part); ok {
		return rest
	}
	return strings.TrimSuffix(whole, part)
}

// withoutTown judges a match for which a word was left out: it is as good when
// that word is the municipality, worse when it nearly is, and a guess that
// needs the exact name otherwise.
func withoutTown(m match, word, town string) match {
	if m.class == classNone || town != "" && word == town {
		return m
	}
	if n, _ := edits(word, town); town != "" && n <= allowedEdits(utf8.RuneCountInString(word)) {
		return match{class: classTypo, edits: m.edits + n}
	}
	if m.class == classExact {
		return match{class: classTypo, edits: 2}
	}
	return match{class: classNone}
}

func worse(a, b match) bool {
	return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.edits, b.edits)) > 0
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Metres is the distance of two points on a sphere with the earth's mean
// radius (haversine), exact to half a percent.
func Metres(a, b subject.Point) float64 {
	const radius, rad = 6371008.8, math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad/2, (b.Lon-a.Lon)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}
