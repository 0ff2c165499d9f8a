package app

import (
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/subject"
)

// compete makes calls of the kind contest possible.
func (a *App) compete() (err error) {
	a.contests, err = contests.New(contests.Config{DB: a.cfg.Pool, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Zone: a.zone})
	if err != nil {
		return err
	}
	a.ideas.UseContests(a.contests)
	a.contests.RegisterJobs(a.jobs)
	a.votedOn[subject.Call] = a.contests
	return nil
}
