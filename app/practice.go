package app

import (
	"time"

	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/practicepages"
)

// practiceDesk is the practice mode: it gets the database and nothing else.
func (a *App) practiceDesk() (*practice.Service, error) {
	return practice.New(practice.Config{DB: a.cfg.Pool})
}

// practicePages puts its pages in place.
func (a *App) practicePages(r *kit.Router) error {
	desk, err := a.practiceDesk()
	if err != nil {
		return err
	}
	return practicepages.Register(r, practicepages.Deps{Practice: desk, Zone: a.zone})
}

// practiceJobs forgets what is over.
func (a *App) practiceJobs() {
	if desk, err := a.practiceDesk(); err == nil { // practicePages says what is wrong
		jobs.Periodic(a.jobs, "practice_forget", time.Hour, desk.ForgetOld)
	}
}
