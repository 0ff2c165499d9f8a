package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// names is a text in all languages that it has.
type names map[string]string

func namesOf(t i18n.Text) names {
	n := names{}
	for lang, text := range t {
		if text != "" {
			n[lang] = text
		}
	}
	return n
}

type catalogue struct {
	Groups     []group    `json:"groups" nullable:"false" doc:"Headings, in order."`
	Categories []category `json:"categories" nullable:"false" doc:"What can be reported, in order."`
	Stops      []stop     `json:"stops" nullable:"false" doc:"What to show before a report goes on, where an option says so."`
}

type group struct {
	Key  string `json:"key" example:"licht"`
	Name names  `json:"name" doc:"By language: de, en."`
}

type category struct {
	Key        string     `json:"key" example:"laterne"`
	Group      string     `json:"group" doc:"Key of its group."`
	Name       names      `json:"name" doc:"By language: de, en."`
	Publish    string     `json:"publish" enum:"A,B,C,P" doc:"A: kind, place and status are public at once, text and photo after they were checked. B: all is public after it was checked. C: kind, place and status at once, text and photo never. P: private."`
	Photo      string     `json:"photo" enum:"recommended,optional,none" doc:"Whether photos are asked for; none is ever required."`
	TargetDays int        `json:"target_days,omitempty" doc:"Aim in working days; absent: none."`
	Wish       bool       `json:"wish" doc:"A wish, not a defect."`
	InSeason   bool       `json:"in_season" doc:"Offered at this time of the year."`
	Questions  []question `json:"questions" nullable:"false"`
}

type question struct {
	Key      string      `json:"key"`
	Type     string      `json:"type" enum:"short,long,number,one,several,date,yesno,notice" doc:"yesno has the options ja and nein; notice is no question but something to know."`
	Name     names       `json:"name" doc:"By language: de, en."`
	Required bool        `json:"required"`
	ShownIf  []condition `json:"shown_if" nullable:"false" doc:"Asked when all of these hold; answers to questions that are not asked are dropped."`
	Options  []option    `json:"options" nullable:"false"`
	Min      *int        `json:"min,omitempty"`
	Max      *int        `json:"max,omitempty"`
	TeamOnly bool        `json:"team_only" doc:"The answer never becomes public."`
}

type condition struct {
	Question string   `json:"question"`
	Any      []string `json:"any" nullable:"false" doc:"Keys of options."`
}

type option struct {
	Key  string `json:"key"`
	Name names  `json:"name" doc:"By language: de, en."`
	Stop string `json:"stop,omitempty" doc:"Key of what to show when this is chosen."`
}

type stop struct {
	Key   string   `json:"key"`
	Hard  bool     `json:"hard" doc:"No report is taken: it is a case for the telephone."`
	Phone []string `json:"phone" nullable:"false" doc:"Numbers, the most urgent first."`
	Title names    `json:"title"`
	Text  names    `json:"text"`
}

func (a *api) categories() {
	type output struct{ Body catalogue }
	add(a, operation{Operation: huma.Operation{
		OperationID: "listCategories", Method: http.MethodGet, Path: "/categories", Tags: []string{tagCatalogue},
		Summary: "List what can be reported", Description: "Groups, categories and their questions, with names in all languages.",
	}}, func(ctx context.Context, _ *call, _ *struct{}) (*output, error) {
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return nil, err
		}
		now, err := a.now(ctx)
		if err != nil {
			return nil, err
		}
		out := catalogue{Groups: []group{}, Categories: []category{}, Stops: []stop{}}
		for _, g := range cat.Groups {
			out.Groups = append(out.Groups, group{Key: g.Key, Name: namesOf(g.Name)})
		}
		for i := range cat.Categories {
			c := &cat.Categories[i]
			one := categoryOf(c)
			one.InSeason = c.Season.Holds(now)
			out.Categories = append(out.Categories, one)
		}
		for _, s := range cat.Stops {
			out.Stops = append(out.Stops, stop{
				Key: s.Key, Hard: s.Hard, Phone: append([]string{}, s.Tel...), Title: namesOf(s.Title), Text: namesOf(s.Text),
			})
		}
		return &output{out}, nil
	})
}

func categoryOf(c *categories.Category) category {
	photo := map[categories.Photo]string{
		categories.PhotoRecommended: "recommended", categories.PhotoOptional: "optional", categories.PhotoNone: "none",
	}[c.Photo]
	out := category{
		Key: c.Key, Group: c.Group, Name: namesOf(c.Name), Publish: string(c.Publish), Photo: photo, TargetDays: c.TargetDays(),
		Wish: c.Wish, Questions: []question{},
	}
	for i := range c.Questions {
		q := &c.Questions[i]
		one := question{
			Key: q.Key, Type: string(q.Type), Name: namesOf(q.Name), Required: q.Required, Min: q.Min, Max: q.Max, TeamOnly: q.TeamOnly,
			ShownIf: []condition{}, Options: []option{},
		}
		for _, s := range q.ShownIf {
			one.ShownIf = append(one.ShownIf, condition{Question: s.Question, Any: append([]string{}, s.Any...)})
		}
		for _, o := range q.Options {
			one.Options = append(one.Options, option{Key: o.Key, Name: namesOf(o.Name), Stop: o.Effects.Stop})
		}
		out.Questions = append(out.Questions, one)
	}
	return out
}
