package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/proposals"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
)

// propose makes ideas and calls, and lets them be discussed and voted on.
func (a *App) propose() (err error) {
	a.ideas, err = ideas.New(ideas.Config{
		DB: a.cfg.Pool, Bus: a.bus, Calendar: a.categories, Places: a.geo, Accounts: a.accounts, Photos: a.photos, Forms: a.drafts, Zone: a.zone, Log: a.cfg.Log,
	})
	if err != nil {
		return err
	}
	a.ideas.UseDiscussion(a.discussion)
	a.ideas.CountHolds()
	a.ideas.KeepCounts()
	a.ideas.UseReports(originOfIdeas{a.reports})
	a.reports.UseIdeas(a.ideas)
	a.ideas.UseMeasures(measuresOfIdeas{a})
	a.ideas.RegisterJobs(a.jobs)
	a.votedOn[subject.Idea] = a.ideas
	return nil
}

// Ideas is for commands that measure them.
func (a *App) Ideas() *ideas.Service { return a.ideas }

// judgeIdeas stands moderation's rules between the words of an idea and the public.
func (a *App) judgeIdeas() { a.ideas.SetGate(ideaGate{a.moderation}) }

// findIdeas keeps the search like the ideas.
func (a *App) findIdeas() {
	a.ideas.Findable().OnChange(func(ctx context.Context, ids []uuid.UUID) error {
		return a.search.Refresh(ctx, subject.Idea, ids...)
	})
}

func (a *App) ideaPages(r *kit.Router) error {
	return ideapages.Register(r, ideapages.Deps{
		DB: a.cfg.Pool, Ideas: a.ideas, Contests: a.contests, Geo: a.geo, Photos: a.photos, Files: a.talkFiles, Forms: a.drafts, Reports: a.reports, Talk: a.discussed, Centre: a.opens, Zone: a.zone, Complaints: a.complaints,
	})
}

// ideaGate is moderation's rules as ideas ask them. An idea is its words: what
// holds the words holds all of it.
type ideaGate struct{ m *moderation.Service }

func (g ideaGate) Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *ideas.Idea, words string, now time.Time) (bool, error) {
	whole := subject.PartOf(i.Ref(), subject.Whole, uuid.Nil)
	wait, _, err := g.m.Arrived(ctx, tx, actor, whole, whole, "", words, now)
	if err != nil || wait {
		return wait, err
	}
	_, held, err := g.m.Within(tx).HeldUntil(ctx, i.Ref())
	return held, err
}

func (g ideaGate) Name(ctx context.Context, tx pgx.Tx, name string) error {
	return g.m.NameFits(ctx, tx, name)
}

// demoIdeas fills the demonstration with calls and ideas.
func (a *App) demoIdeas(ctx context.Context) error {
	cfg := proposals.Config{DB: a.cfg.Pool, Ideas: a.ideas, Discussion: a.discussion, Zone: a.zone, Measures: a.measuresByTitle}
	if err := proposals.Fill(ctx, cfg); err != nil {
		return err
	}
	return proposals.FillContest(ctx, cfg, a.contests)
}
