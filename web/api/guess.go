package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// newGuess is what somebody has typed so far. It travels in the body: addresses
// end up in logs.
type newGuess struct {
	Text  string  `json:"text,omitempty" maxLength:"2000" doc:"What is the matter, in people's own words." example:"Hier ist es zappenduster"`
	Point *lonLat `json:"point,omitempty" doc:"WGS 84; one of text and point is needed."`
}

// guessed is a category that it may be about.
type guessed struct {
	Category string `json:"category" doc:"Key." example:"laterne"`
	Name     names  `json:"name" doc:"By language: de, en."`
	Reason   string `json:"reason" doc:"Why, in the language of the answer." example:"Wie 38 ähnliche Meldungen mit „dunkel“"`
	Word     string `json:"word,omitempty" doc:"The word of the text that says most; absent when it was the place."`
	Alike    int    `json:"alike" doc:"Past public reports of the category with that word, or near that place; 0: the catalogue's own words led there."`
}

type guessedList struct {
	Items []guessed `json:"items" nullable:"false" doc:"At most three, the likeliest first. None: nothing is known of such a text."`
}

// newSimilar is a report that is about to be made.
type newSimilar struct {
	Category string `json:"category" doc:"Key." example:"laterne"`
	Point    lonLat `json:"point" doc:"WGS 84."`
	Text     string `json:"text,omitempty" maxLength:"5000" doc:"Reports of other kinds are found only by the same words."`
}

type similarReport struct {
	Report listed `json:"report"`
	Metres int    `json:"metres" doc:"How far away."`
}

type similarList struct {
	Items []similarReport `json:"items" nullable:"false" doc:"At most three, the likeliest first."`
}

// guesses adds what helps while somebody reports: the likeliest categories, and
// what has been reported there already. Nothing is stored.
func (a *api) guesses() {
	type guessInput struct{ Body newGuess }
	reads(a, op{
		id: "suggestCategories", method: http.MethodPost, path: "/categories/suggestions", tag: tagCatalogue, scope: accounts.ScopeRead, open: true,
		summary: "Guess which category a text belongs to",
		detail:  "From the catalogue's words and from the city's own past public reports: in which categories the words of the text stood, and what was reported nearby. Nothing is stored.",
	}, func(ctx context.Context, k *call, _ accounts.Actor, in *guessInput) (guessedList, error) {
		var at *subject.Point
		if p := in.Body.Point; p != nil {
			here := subject.Point{Lon: p.Lon, Lat: p.Lat}
			if !here.Valid() {
				return guessedList{}, fault.OnField("/point", "api.err.outside")
			}
			at = &here
		}
		found, err := a.Categories.Suggest(ctx, in.Body.Text, at)
		if err != nil {
			return guessedList{}, err
		}
		out := guessedList{Items: make([]guessed, len(found.Categories))}
		for i := range found.Categories {
			s := &found.Categories[i]
			out.Items[i] = guessed{Category: s.Category.Key, Name: namesOf(s.Category.Name), Reason: s.Message(k.loc()), Word: s.Word, Alike: s.Alike}
		}
		return out, nil
	})
	type similarInput struct{ Body newSimilar }
	reads(a, op{
		id: "findSimilarReports", method: http.MethodPost, path: "/reports/similar", tag: tagRead, scope: accounts.ScopeRead, open: true,
		summary: "Has this been reported already?",
		detail: "Open public reports that may be the same: those of the category within its own radius and days, and others there with the same words. " +
			"None where the category asks for none, and none of your own. Nothing is stored.",
	}, func(ctx context.Context, k *call, actor accounts.Actor, in *similarInput) (similarList, error) {
		at := subject.Point{Lon: in.Body.Point.Lon, Lat: in.Body.Point.Lat}
		if !at.Valid() {
			return similarList{}, fault.OnField("/point", "api.err.outside")
		}
		if _, err := a.Categories.ByKey(ctx, in.Body.Category); err != nil {
			return similarList{}, fault.OnField("/category", "search.err.category")
		}
		list, err := a.Reports.Nearby(ctx, actor, at, in.Body.Category, in.Body.Text)
		if err != nil {
			return similarList{}, err
		}
		out := similarList{Items: make([]similarReport, len(list))}
		for i := range list {
			out.Items[i] = similarReport{a.listed(k, &list[i]), int(list[i].Distance + 0.5)}
		}
		return out, nil
	})
}
