package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// findTalk keeps what people say about an idea like the idea itself: nobody finds
// a comment on what is hidden, and none names what has another title or is erased.
func (a *App) findTalk() {
	const name = "search_talk"
	again := func(ctx context.Context, idea uuid.UUID) error {
		ids, err := discussion.OfThing(ctx, a.cfg.Pool, subject.Ref{Kind: subject.Idea, ID: idea})
		if err != nil {
			return err
		}
		return a.search.Refresh(ctx, subject.Comment, ids...)
	}
	events.OnJob(a.bus, name, func(ctx context.Context, d events.Delivery[ideas.Hidden]) error {
		if d.Event.Part == subject.Photo {
			return nil
		}
		return again(ctx, d.Event.Idea)
	})
	events.OnJob(a.bus, name, func(ctx context.Context, d events.Delivery[ideas.Erased]) error { return again(ctx, d.Event.Idea) })
	events.OnJob(a.bus, name, func(ctx context.Context, d events.Delivery[ideas.Changed]) error { return again(ctx, d.Event.Idea) })
	// comments go along with a merge, and come back from it
	events.OnJob(a.bus, name, func(ctx context.Context, d events.Delivery[ideas.StepAdded]) error {
		if d.Event.Key != "idea.step.merged" && d.Event.Key != "idea.step.unmerged" {
			return nil
		}
		return again(ctx, d.Event.Idea)
	})
	events.OnJob(a.bus, name, func(ctx context.Context, d events.Delivery[ideas.StatusChanged]) error {
		if d.Event.From != ideas.Merged {
			return nil
		}
		return again(ctx, d.Event.Idea)
	})
}
