package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// ideaMeasure is a measure that an idea belongs to.
type ideaMeasure struct {
	Number string `json:"number" example:"R-2026-7K3QX9"`
	Title  names  `json:"title"`
	Part   bool   `json:"part" doc:"The city says that the idea is part of it; else its authors proposed it."`
	Page   string `json:"page" format:"uri"`
}

func (a *api) ideaMeasuresOf(v *ideas.View) []ideaMeasure {
	out := make([]ideaMeasure, len(v.Measures))
	for i, m := range v.Measures {
		out[i] = ideaMeasure{Number: m.Number.Format(subject.PrefixMeasure), Title: namesOf(m.Title), Part: m.Part, Page: a.router.URL(m.Path)}
	}
	return out
}

// measureIdea is an idea to a measure.
type measureIdea struct {
	Number   string `json:"number" example:"I-2026-7K3QX9"`
	Title    string `json:"title"`
	Language string `json:"language" doc:"Of the title."`
	Status   string `json:"status"`
	Supports int    `json:"supports"`
	Part     bool   `json:"part" doc:"The city says that it is part of the measure; else its authors proposed it."`
	Page     string `json:"page" format:"uri"`
}

// measureIdeasOf are the ideas of a measure that the caller may see.
func (a *api) measureIdeasOf(ctx context.Context, actor accounts.Actor, m *radar.Measure) ([]measureIdea, error) {
	list, err := a.Ideas.OfMeasure(ctx, actor, m.ID)
	out := make([]measureIdea, len(list))
	for i := range list {
		it := &list[i]
		out[i] = measureIdea{
			Number: it.Number.Format(subject.PrefixIdea), Title: it.Title, Language: it.Lang, Status: string(it.Status), Supports: it.Supports, Part: it.Part,
			Page: a.router.URL(ideas.Path(it.Number)),
		}
	}
	return out, err
}

// LinkedMeasureParam is an idea and a measure in a path; huma reads exported
// parts only.
type LinkedMeasureParam struct {
	Measure string `path:"measure" maxLength:"40" doc:"The measure's public number." example:"R-2026-7K3QX9"`
}

func (a *api) ideaMeasures() {
	type linkIn struct {
		IdeaParam
		LinkedMeasureParam
		OnceParam
	}
	ideaDeskWrites(a, ideaDeskOp("linkIdeaToMeasure", http.MethodPut, "/desk/ideas/{number}/measures/{measure}", "Say that an idea is part of a measure",
		"Its authors and supporters are told once; the status of the idea stays. Only public measures."),
		func(ctx context.Context, w *ideaWork, in *linkIn) error {
			if err := works(ctx, w); err != nil {
				return err
			}
			return renamed(w.ideas.LinkMeasure(ctx, w.actor, w.n, in.Measure), map[string]string{"measure": "/measure"})
		})
	ideaDeskWrites(a, ideaDeskOp("unlinkIdeaFromMeasure", http.MethodDelete, "/desk/ideas/{number}/measures/{measure}", "Take an idea out of a measure",
		"Also one that its authors proposed it to. Nobody is told. 409 while the status of the idea names the measure."),
		func(ctx context.Context, w *ideaWork, in *linkIn) error {
			if err := works(ctx, w); err != nil {
				return err
			}
			v, err := w.ideas.Get(ctx, w.actor, w.n)
			if err != nil {
				return err
			}
			for _, m := range v.Measures {
				if m.Number.Format(subject.PrefixMeasure) == in.Measure {
					return w.ideas.UnlinkMeasure(ctx, w.actor, w.n, m.ID)
				}
			}
			return fault.Missing("measure")
		})
}

// works refuses who does not work on the idea: editors link on the measure.
func works(ctx context.Context, w *ideaWork) error {
	v, err := w.ideas.Get(ctx, w.actor, w.n)
	if err == nil && !v.May.Work {
		err = fault.Missing("idea")
	}
	return err
}
