package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Saved is a search that somebody follows: what a new document has to be and to say,
// without order and page.
type Saved struct {
	Text   string              `json:"text"`
	Kinds  []subject.Kind      `json:"kinds,omitempty"`  // empty: all
	Facets map[string][]string `json:"facets,omitempty"` // any of the values of each name
}

// Tidy is the same search in one form, so that two of them can be compared. fault
// Invalid on the field q where no word must stand there.
func (s Saved) Tidy() (Saved, error) {
	out := Saved{Text: strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(s.Text, "\x00", ""), "")), " ")}
	if r := []rune(out.Text); len(r) > MaxQuery {
		out.Text = string(r[:MaxQuery])
	}
	if !slices.ContainsFunc(parse(out.Text), func(t term) bool { return !t.not }) {
		return out, fault.OnField("q", "search.err.follow")
	}
	out.Kinds = slices.Compact(slices.Sorted(slices.Values(s.Kinds)))
	for name, values := range s.Facets {
		list := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(values))), func(v string) bool { return v == "" })
		if len(list) > 0 {
			if out.Facets == nil {
				out.Facets = map[string][]string{}
			}
			out.Facets[name] = list
		}
	}
	return out, nil
}

// Query finds what there is of it already, newest first.
func (s Saved) Query(lang string) Query {
	return Query{Text: s.Text, Exact: true, Lang: lang, Kinds: s.Kinds, Facets: maps.Clone(s.Facets), Sort: ByNewest}
}

// Fits tells whether a document is of the kinds and has the facets.
func (s Saved) Fits(d *Document) bool {
	if len(s.Kinds) > 0 && !slices.Contains(s.Kinds, d.Kind) {
		return false
	}
	for name, values := range s.Facets {
		if !slices.Contains(values, d.Facets[name]) {
			return false
		}
	}
	return true
}

// Needle is the words of a saved search as they are compared: made once, stored with
// who follows it. One of its words, the anchor, leads from a document to it.
type Needle struct {
	Terms []NeedleTerm `json:"terms"`
}

// NeedleTerm is a word, or a phrase; "" stands for a word that says nothing.
type NeedleTerm struct {
	Stems []string `json:"stems"`
	Not   bool     `json:"not,omitempty"`
}

// Needle takes the words apart. fault Invalid on the field q where none says anything.
func (s Saved) Needle(ctx context.Context, q db.Queryer) (n Needle, anchor string, err error) {
	terms := parse(s.Text)
	var words []string
	for i := range terms {
		words = append(words, terms[i].words...)
	}
	stems, err := stemsOf(ctx, q, words)
	if err != nil {
		return n, "", err
	}
	for i := range terms {
		t := &terms[i]
		of := NeedleTerm{Stems: stems[:len(t.words)], Not: t.not}
		stems = stems[len(t.words):]
		if !slices.ContainsFunc(of.Stems, func(s string) bool { return s != "" }) {
			continue
		}
		n.Terms = append(n.Terms, of)
		if of.Not {
			continue
		}
		for _, s := range of.Stems { // a long word is a rare one
			if len(s) > len(anchor) {
				anchor = s
			}
		}
	}
	if anchor == "" {
		return n, "", fault.OnField("q", "search.err.follow")
	}
	return n, anchor, nil
}

func stemsOf(ctx context.Context, q db.Queryer, words []string) ([]string, error) {
	rows, err := q.Query(ctx, sqlStems, words)
	if err != nil {
		return nil, fmt.Errorf("stems: %w", err)
	}
	stems, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("stems: %w", err)
	}
	return stems, nil
}

// Haystack is what a document says, as stems in the order of its words.
type Haystack struct {
	texts [][]string        // title, keywords, body
	has   map[string]bool   // every stem
	parts map[string]string // what a compound is found by, and one that has it
}

const (
	maxHay      = 1000 // words of a text that are looked at
	leastPart   = 4    // signs of a word that is found as a part of another
	leastBefore = 3    // signs of a compound's other part, where it stands in front
)

// HaystackOf reads the words of a document.
func HaystackOf(ctx context.Context, q db.Queryer, d *Document) (Haystack, error) {
	h := Haystack{has: map[string]bool{}, parts: map[string]string{}}
	var words []string
	var sizes []int
	for _, text := range []string{d.titles(), d.Keywords, d.Body} {
		list := folded(text[:min(len(text), maxBody)])
		list = list[:min(len(list), maxHay)]
		words, sizes = append(words, list...), append(sizes, len(list))
	}
	stems, err := stemsOf(ctx, q, words)
	if err != nil {
		return h, err
	}
	for _, n := range sizes {
		h.texts = append(h.texts, stems[:n])
		stems = stems[n:]
	}
	for _, text := range h.texts {
		for _, s := range text {
			if s == "" || h.has[s] {
				continue
			}
			h.has[s] = true
			r := []rune(s)
			for from := range r {
				if from > 0 && from < leastBefore {
					continue
				}
				for to := from + leastPart; to <= len(r); to++ {
					h.parts[string(r[from:to])] = s
				}
			}
		}
	}
	return h, nil
}

// Anchors are all words by which a saved search may lead here.
func (h *Haystack) Anchors() []string {
	list := make([]string, 0, len(h.parts)+len(h.has))
	for s := range h.parts {
		list = append(list, s)
	}
	for s := range h.has {
		if _, again := h.parts[s]; !again {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, cmp.Compare)
	return list
}

// In tells whether a document has all the words, as a search for them would find it.
func (n *Needle) In(h *Haystack) bool {
	for _, t := range n.Terms {
		if t.in(h) == t.Not {
			return false
		}
	}
	return len(n.Terms) > 0
}

// in tells whether a document has a word, alone or in a compound, or a phrase.
func (t *NeedleTerm) in(h *Haystack) bool {
	if len(t.Stems) > 1 {
		return slices.ContainsFunc(h.texts, t.within)
	}
	_, part := h.parts[t.Stems[0]]
	return part || h.has[t.Stems[0]]
}

// within tells whether a phrase stands in a text.
func (t *NeedleTerm) within(text []string) bool {
	for from := 0; from+len(t.Stems) <= len(text); from++ {
		fits := true
		for i, s := range t.Stems {
			fits = fits && (s == "" || s == text[from+i])
		}
		if fits {
			return true
		}
	}
	return false
}
