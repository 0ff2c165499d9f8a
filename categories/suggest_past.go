package categories

import (
	"math"

	"github.com/mitwirk/mitwirk/search"
)

// How much past reports say. The sums are logarithms of how much more frequent
// a word (or a place) is among the reports of a category than among all
// (naive Bayes), shrunk towards "no more frequent" as long as few are known.
const (
	weightPast  = 0.55
	weightNear  = 0.35 // beside a text
	weightAlone = 3.0  // without one: of the part that it makes up
	weightPrior = 0.15 // how often a category is reported at all

	pastFew    = 12.0 // texts of a category that count as much as knowing nothing
	nearFew    = 1.5  // the same for the weights of reports nearby
	mostOfWord = 4.0  // what one word can say
	leastOf    = -1.5 // and how much against
	leastAlike = 3    // reports that are worth being named as a reason
	leastRatio = 1.6  // so much more frequent a word must be to be a reason
)

// evidence is what the past says for a category.
type evidence struct {
	words float64
	place float64 // beside words
	here  float64 // the category's part of what is reported nearby
	word  string  // that says most; "" when none says enough to be a reason
	alike int     // texts of the category that have it
	near  int     // reports of the category nearby
}

func evidenceOf(p *search.Past, k *Category) evidence {
	var e evidence
	if p.Reports == 0 {
		return e
	}
	own := p.Kinds[k.ID]
	e.near = own.Near
	most := math.Log(leastRatio)
	for i := range p.Words {
		w := &p.Words[i]
		all := float64(w.N) / float64(max(p.Texts, 1))
		if all <= 0 {
			continue
		}
		of := (float64(w.In[k.ID]) + pastFew*all) / (float64(own.Texts) + pastFew)
		says := min(max(math.Log(of/all), leastOf), mostOfWord)
		e.words += weightPast * says
		if says > most && w.In[k.ID] >= leastAlike {
			most, e.word, e.alike = says, w.Typed, w.In[k.ID]
		}
	}
	// Of all reports, so that kinds whose texts are never public are counted as well.
	share := (float64(own.Reports) + 1) / (float64(p.Reports) + float64(len(p.Kinds)) + 1)
	if len(p.Words) > 0 {
		e.words += weightPrior * math.Log(share*float64(len(p.Kinds)+1))
	}
	if p.Near > 0 {
		here := (own.NearWeight + nearFew*share) / (p.NearWeight + nearFew)
		e.here, e.place = here, math.Log(here/share)
	}
	return e
}

// placeScore is how much the place says: beside a text how unusual the category
// is elsewhere, alone simply how likely it is here.
func (e *evidence) placeScore(typed []word) float64 {
	if len(typed) == 0 {
		return weightAlone * e.here
	}
	return weightNear * e.place
}
