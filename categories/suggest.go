package categories

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Suggestion is a category that a text may be about.
type Suggestion struct {
	Category *Category
	Reason   string // message key of the catalogue of words: suggest.reason.…
	Word     string // the word of the text that led there, as typed; "" when it was the place
	Alike    int    // past reports of the category with that word, or at that place; 0: the catalogue's own words led there
	Score    float64
}

// Suggestions is what a sentence leads to.
type Suggestions struct {
	Categories []Suggestion // the likeliest first, at most three
	Signposts  []Signpost   // what is no report; shown above the categories
}

// maxSuggestions is how many categories are offered.
const maxSuggestions = 3

// weights of where a word of the catalogue stands.
const (
	weightKeyword = 3.0
	weightName    = 2.5
	weightOption  = 1.4
	weightAsked   = 0.5
	weightShare   = 0.4 // one that makes up all of the city's: decides between equals only
	leastScore    = 1.0 // below it a word alone is no reason
)

// Suggest names the three likeliest categories for a text, by its words and by
// what the city's past reports say about them and the place, and the signposts
// that match it. Categories out of season at now are left out. Without a text
// only the place counts. It is pure; texts in any language of the catalogue
// work.
func (c *Catalogue) Suggest(text string, now time.Time, past search.Past) Suggestions {
	words := wordsOf(text)
	typed := telling(words)
	var list []Suggestion
	for i := range c.Categories {
		k := &c.Categories[i]
		if !now.IsZero() && !k.Season.Holds(now) {
			continue
		}
		score, why := c.index.score(i, typed)
		e := evidenceOf(&past, k)
		s := Suggestion{Category: k, Reason: "suggest.reason.word", Word: why, Score: score + e.words + e.placeScore(typed)}
		switch {
		case e.word != "":
			s.Reason, s.Word, s.Alike = "suggest.reason.past", e.word, e.alike
		case score >= leastScore && e.near > 0 && e.place > 0:
			s.Reason = "suggest.reason.word_place"
		case score >= leastScore:
		case e.near > 0:
			s.Reason, s.Word, s.Alike = "suggest.reason.near", "", e.near
		default:
			continue
		}
		s.Score += weightShare * float64(k.Share) / 1000
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return cmp.Compare(b.Score, a.Score) })
	return Suggestions{Categories: list[:min(len(list), maxSuggestions)], Signposts: c.index.signposts(c, words)}
}

// Find lists the categories whose name, keywords or answers fit a search, the
// best first: the search box over the groups.
func (c *Catalogue) Find(text string, now time.Time) []*Category {
	var list []Suggestion
	typed := telling(wordsOf(text))
	for i := range c.Categories {
		if k := &c.Categories[i]; k.Season.Holds(now) {
			if score, _ := c.index.score(i, typed); score > 0 {
				list = append(list, Suggestion{Category: k, Score: score})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Suggestion) int { return cmp.Compare(b.Score, a.Score) })
	found := make([]*Category, len(list))
	for i, s := range list {
		found[i] = s.Category
	}
	return found
}

// Suggest is Catalogue.Suggest on the present catalogue at the database's time,
// with the city's past; the place may be nil.
func (s *Service) Suggest(ctx context.Context, text string, at *subject.Point) (Suggestions, error) {
	c, err := s.Catalogue(ctx)
	if err != nil {
		return Suggestions{}, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return Suggestions{}, err
	}
	past, err := search.PastOf(ctx, s.db, text, at)
	if err != nil {
		return Suggestions{}, err
	}
	return c.Suggest(text, now, past), nil
}

// index is the words of a catalogue, made once per snapshot.
type index struct {
	terms [][]term // by category
	posts [][]phrase
}

// term is a word of a category and how much it says.
type term struct {
	word
	weight float64
}

// phrase is words that must all be there.
type phrase []word

func newIndex(c *Catalogue) *index {
	x := &index{terms: make([][]term, len(c.Categories)), posts: make([][]phrase, len(c.Signposts))}
	all := map[string]float64{} // by stem: the squares of its weights in all categories
	for i := range c.Categories {
		x.terms[i] = termsOf(&c.Categories[i])
		for _, t := range x.terms[i] {
			all[t.stem] += t.weight * t.weight
		}
	}
	for i := range x.terms {
		for j := range x.terms[i] {
			// A word that many categories have says little (inverse document frequency), least where it says
			// less than elsewhere: "Haltestelle" is an answer in many, but the name of one.
			t := &x.terms[i][j]
			t.weight /= 1 + math.Log(all[t.stem]/(t.weight*t.weight))
		}
	}
	for i := range c.Signposts {
		for _, lang := range languages() {
			for _, w := range c.Signposts[i].Words[lang] {
				if p := phrase(wordsOf(w)); len(p) > 0 {
					x.posts[i] = append(x.posts[i], p)
				}
			}
		}
	}
	return x
}

// termsOf collects the words of a category; one that stands at several places
// counts where it weighs most.
func termsOf(k *Category) []term {
	var list []term
	add := func(text string, weight float64) {
		for _, w := range telling(wordsOf(text)) {
			i := slices.IndexFunc(list, func(t term) bool { return t.stem == w.stem })
			if i < 0 {
				list = append(list, term{w, weight})
			} else if weight > list[i].weight {
				list[i] = term{w, weight}
			}
		}
	}
	for _, lang := range languages() {
		for _, w := range k.Words[lang] {
			add(w, weightKeyword)
		}
		add(k.Name[lang], weightName)
		for _, q := range k.Questions {
			if q.Common || q.Type == YesNo {
				continue // they say the same everywhere
			}
			for _, o := range q.Options {
				add(o.Name[lang], weightOption)
			}
			if q.Type != Notice {
				add(q.Name[lang], weightAsked)
			}
		}
	}
	return list
}

// score adds up what the words of a text say for one category, and names the
// word that says most. A typed word counts for the one word of the category
// that it fits best, and that one counts once.
func (x *index) score(category int, typed []word) (float64, string) {
	terms := x.terms[category]
	said := make(map[int]float64, len(typed))
	most, why := 0.0, ""
	for _, w := range typed {
		best, at := 0.0, -1
		for j := range terms {
			if terms[j].weight > best { // else no likeness could make it the best
				if s := likeness(w, terms[j].word) * terms[j].weight; s > best {
					best, at = s, j
				}
			}
		}
		if at >= 0 {
			said[at] = max(said[at], best)
		}
		if best > most {
			most, why = best, w.typed
		}
	}
	total := 0.0
	for j := range terms { // in order, so that the sum is always the same
		total += said[j]
	}
	return total, why
}

// signposts are those of which one phrase stands in the text. They ask for more
// likeness than categories: a wrong one would be in the way.
func (x *index) signposts(c *Catalogue, typed []word) []Signpost {
	var list []Signpost
	for i, phrases := range x.posts {
		if slices.ContainsFunc(phrases, func(p phrase) bool { return p.in(typed) }) {
			list = append(list, c.Signposts[i])
		}
	}
	return list
}

// in tells whether every word of the phrase stands in the text: itself, in
// another form, with a typing error, or as the end or beginning of a compound
// when it is long enough not to be there by chance.
func (p phrase) in(typed []word) bool {
	for _, known := range p {
		if !slices.ContainsFunc(typed, func(w word) bool {
			l := likeness(w, known)
			return l >= 0.95 || l >= 0.7 && len(known.stem) >= 6 && len(w.stem) >= len(known.stem)-1
		}) {
			return false
		}
	}
	return true
}

// Message is the reason as key and parameters of the localizer.
func (s *Suggestion) Message(l *i18n.Localizer) string {
	return l.T(s.Reason, "word", s.Word, "n", s.Alike)
}
