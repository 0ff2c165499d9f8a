package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ideaSplits are the city's question whether a part of an idea may be one of its
// own, and the authors' answer.
func (a *api) ideaSplits() {
	type newIdeaSplit struct {
		Title     string `json:"title" minLength:"1" maxLength:"100" doc:"Of the new idea."`
		Text      string `json:"text" minLength:"1" maxLength:"5000"`
		RestTitle string `json:"rest_title" minLength:"1" maxLength:"100" doc:"Of what stays."`
		RestText  string `json:"rest_text" minLength:"1" maxLength:"5000"`
		Why       string `json:"why" minLength:"1" maxLength:"1000" doc:"The authors read it."`
		Edition   int    `json:"edition,omitempty" minimum:"0" doc:"Of the words as you read them: 409 when they were changed since."`
	}
	type splitIn struct {
		IdeaParam
		OnceParam
		Body newIdeaSplit
	}
	ideaDeskWrites(a, ideaDeskOp("askSplit", http.MethodPut, "/desk/ideas/{number}/split", "Ask whether a part of an idea may be one of its own",
		"Nothing happens before an author has agreed (answerSplit); never while a call's ideas are supported."),
		func(ctx context.Context, w *ideaWork, in *splitIn) error {
			b := &in.Body
			return renamed(w.ideas.AskSplit(ctx, w.actor, w.n, ideaParts(b.Title, b.Text, b.RestTitle, b.RestText, b.Why, b.Edition)), map[string]string{"why": "/why"})
		})
	type ideaSplitBack struct {
		Part string `json:"part" maxLength:"40" doc:"Number of the idea that was split off." example:"I-2026-7K3QX9"`
		Why  string `json:"why" minLength:"1" maxLength:"1000"`
	}
	type backIn struct {
		IdeaParam
		OnceParam
		Body ideaSplitBack
	}
	ideaDeskWrites(a, ideaDeskOp("undoSplit", http.MethodPost, "/desk/ideas/{number}/split/undo", "Take a split back",
		"What was split off goes on in the idea that it was a part of, with its supports, followers and comments."),
		func(ctx context.Context, w *ideaWork, in *backIn) error {
			part, err := numbered(in.Body.Part, subject.PrefixIdea, "split")
			if err != nil {
				return err
			}
			return w.ideas.UndoSplit(ctx, w.actor, part, kit.Clean(in.Body.Why, true))
		})
	type splitAnswer struct {
		Agree bool `json:"agree"`
	}
	type splitDone struct {
		Number string `json:"number,omitempty" doc:"Of the new idea." example:"I-2026-7K3QX9"`
		Code   string `json:"access_code,omitempty" doc:"Of the new idea; shown this once."`
		Held   bool   `json:"held" doc:"A moderator looks first."`
	}
	type answerIn struct {
		IdeaParam
		OnceParam
		Body splitAnswer
	}
	ideaWrites(a, ideaOp("answerSplit", http.MethodPut, "/ideas/{number}/split", "Agree to a split, or not",
		"By an author. With a yes the part is an idea of its own with the same authors; supporters have 14 days to choose.").byPeople(),
		func(ctx context.Context, w *ideaWork, in *answerIn) (splitDone, error) {
			r, err := w.ideas.AgreeSplit(ctx, w.actor, w.n, in.Body.Agree)
			out := splitDone{Code: r.Code, Held: r.Held}
			if r.Number != 0 {
				out.Number = r.Number.Format(subject.PrefixIdea)
			}
			return out, err
		})
}

func ideaParts(title, text, restTitle, restText, why string, edition int) ideas.Parts {
	return ideas.Parts{
		Title: kit.Clean(title, false), Text: kit.Clean(text, true), RestTitle: kit.Clean(restTitle, false), RestText: kit.Clean(restText, true),
		Why: kit.Clean(why, true), Edition: edition,
	}
}
