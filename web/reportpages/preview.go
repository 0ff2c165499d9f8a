package reportpages

import (
	"encoding/json"
	"fmt"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/web/kit"
)

// PreviewStop is a stop page as residents see it, before the report goes on.
func PreviewStop(p kit.Page, s *categories.Stop) templ.Component {
	lang := p.Loc.Lang()
	return previewStop(p, stopPage{Title: s.Title.In(lang), Text: s.Text.In(lang), Tel: s.Tel}, s.Hard)
}

// PreviewGroup is a group with its categories, as they stand in the list of all
// kinds of reports.
func PreviewGroup(p kit.Page, g *categories.Group, offered []*categories.Category) templ.Component {
	lang := p.Loc.Lang()
	view := kindGroup{Key: g.Key, Name: g.Name.In(lang), Icon: iconOf(g.Key), Open: true}
	for _, k := range offered {
		view.Options = append(view.Options, kindOption{Key: k.Key, Name: k.Name.In(lang), Icon: iconOf(k.Group)})
	}
	return previewGroup(view)
}

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
