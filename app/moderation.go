package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/moderationpages"
)

// moderate makes the service and stands it between what people write and the public.
func (a *App) moderate() error {
	counted, err := newRecipients(clock.System{})
	if err != nil {
		return err
	}
	a.moderation, err = moderation.New(moderation.Config{
		DB: a.cfg.Pool, Accounts: a.accounts, Targets: map[subject.Kind]moderation.Target{subject.Report: a.reports.Moderated(), subject.Comment: a.discussion.Moderated(), subject.Idea: a.ideas.Moderated()}, Outbox: a.outbox,
		Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Calendar: a.categories, Files: a.files, Photos: a.photos, Active: counted.active, Log: a.cfg.Log,
	})
	if err != nil {
		return err
	}
	a.reports.SetGate(gate{a.moderation})
	a.judgeIdeas()
	a.discussion.SetGate(commentGate{a.moderation})
	a.moderation.RegisterJobs(a.jobs)
	return nil
}

func (a *App) moderationPages(r *kit.Router) error {
	return moderationpages.Register(r, moderationpages.Deps{DB: a.cfg.Pool, Moderation: a.moderation, Categories: a.categories})
}

// gate is moderation's rules as reports asks them.
type gate struct{ m *moderation.Service }

func gateParts(w reports.Writing) (whole, words subject.Part) {
	ref := w.Report.Ref()
	return subject.PartOf(ref, subject.Whole, uuid.Nil), subject.PartOf(ref, subject.Text, uuid.Nil)
}

func (g gate) Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, w reports.Writing) (bool, error) {
	whole, words := gateParts(w)
	wait, _, err := g.m.Arrived(ctx, tx, actor, whole, words, w.Category, w.Text, w.Now)
	return wait, err
}

func (g gate) Leaves(ctx context.Context, tx pgx.Tx, _ accounts.Actor, w reports.Writing) error {
	whole, words := gateParts(w)
	return g.m.Leaves(ctx, tx, whole, words, w.Text)
}
