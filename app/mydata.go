package app

import (
	"context"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/moderation"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/web/councilpages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/minepages"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

// ownData exports and erases, over everything that knows people.
func (a *App) ownData() (err error) {
	a.own, err = owndata.New(owndata.Config{
		DB: a.cfg.Pool, Jobs: a.jobs, Reports: a.reports, Drafts: a.drafts, Photos: a.photos, Mails: a.outbox,
		List: a.cfg.Settings.ErasuresLog, Log: a.cfg.Log,
		Steps: []owndata.Step{{Name: "complaints", Do: a.complaints.ForgetPerson}, {Name: "ideas", Do: a.ideas.ForgetPerson}, {Name: "contests", Do: contests.ForgetPerson}, {Name: "moderation", Do: moderation.ForgetPerson}, {Name: "practice", Do: practice.Forget}, {Name: "notices", Do: notify.ForgetPerson}, {Name: "search", Do: search.ForgetPerson}, {Name: "comments", Do: a.discussion.ForgetPerson}, {Name: "radar", Do: radar.ForgetPerson}},
	})
	a.noteWithdrawals()
	return err
}

// EraseAgain deletes what a list says that people had deleted, and withdraws what
// they had withdrawn, in this goroutine: after a restore.
func (a *App) EraseAgain(ctx context.Context, list []accounts.Erased) (owndata.Replayed, error) {
	return a.own.Replay(ctx, list)
}

// minePages puts the doors of what belongs to whoever looks in place, and those
// of what everybody may know of a district.
func (a *App) minePages(r *kit.Router) error {
	if err := councilpages.Register(r, councilpages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Geo: a.geo, Zone: a.zone,
	}); err != nil {
		return err
	}
	return minepages.Register(r, minepages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Drafts: a.drafts, Data: a.own, Row: reportpages.Row,
	})
}
