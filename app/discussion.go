package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// discuss makes the discussions, before the domains that plug themselves in
// (a.discussion.Plug), and what votes do in the background.
func (a *App) discuss() (err error) {
	if a.discussion, err = discussion.New(discussion.Config{DB: a.cfg.Pool, Bus: a.bus}); err != nil {
		return err
	}
	a.told = votes.RegisterEvents(a.bus)
	votes.RegisterJobs(a.jobs, a.cfg.Pool, a.told)
	return nil
}

// discussPages puts the doors in place; other pages embed what it returns.
func (a *App) discussPages(r *kit.Router) (err error) {
	a.discussed, err = discusspages.New(discusspages.Deps{
		DB: a.cfg.Pool, Discussion: a.discussion, Stubs: a.moderation, Told: a.told, Describe: a.votedOn,
	})
	if err != nil {
		return err
	}
	a.discussed.Register(r)
	return nil
}

// commentGate is moderation's rules as discussions ask them. A comment is words
// only, and the name that stands beside them: what holds the words holds all of it.
type commentGate struct{ m *moderation.Service }

func (g commentGate) Comment(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *discussion.Comment, now time.Time) (bool, time.Time, error) {
	ref := subject.Ref{Kind: subject.Comment, ID: c.ID}
	whole := subject.PartOf(ref, subject.Whole, uuid.Nil)
	wait, until, err := g.m.Arrived(ctx, tx, actor, whole, whole, "", c.AuthorName+"\n"+c.Text, now)
	if err != nil || wait {
		return wait, until, err
	}
	_, held, err := g.m.Within(tx).HeldUntil(ctx, ref)
	return held, until, err
}

// heldVotes tells moderators who look at the list that it has changed.
func (a *App) heldVotes() live.Source {
	return live.SourceFunc(func(_ context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
		if e.Type != (votes.HoldsChanged{}).EventType() || votes.MayDecideHolds(accounts.ActorOf(viewer)) != nil {
			return nil, nil //nolint:nilerr // who may not decide is told nothing
		}
		return []live.Message{{Topic: live.Holds, Type: e.Type, Data: map[string]string{"number": e.Ref.ID.String()}}}, nil
	})
}
