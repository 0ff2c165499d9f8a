package reportpages

import (
	"encoding/json"
	"fmt"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Preview is the questions of a category as residents see them, for the desk
// where they are written. With the island they show and hide as they will; what
// is chosen goes nowhere.
func Preview(p kit.Page, k *categories.Category) (templ.Component, error) {
	rules, err := json.Marshal(k.Form())
	if err != nil {
		return nil, fmt.Errorf("rules of the questions: %w", err)
	}
	v := &visit{loc: p.Loc, category: k}
	for _, q := range k.Questions { // without an answer every one is looked at, also those that others call for
		v.outcome.Shown = append(v.outcome.Shown, q.Key)
	}
	view := questionsView{Kind: k.Name.In(p.Loc.Lang()), Rules: string(rules)}
	view.Page = p
	for _, q := range k.Questions {
		view.Asks = append(view.Asks, v.ask(q, nil))
	}
	return previewQuestions(view), nil
}
