// Package ideastest builds a city with ideas for the tests of other packages.
package ideastest

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/preview/previewtest"
	"github.com/mitwirk/mitwirk/internal/scan"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// City is everything that ideas need, on a database of its own.
type City struct {
	*reportstest.City

	Ideas      *ideas.Service
	Discussion *discussion.Service
	Zone       *time.Location
}

// New makes a city without districts and with the demo's catalogue.
func New(t testing.TB) *City {
	t.Helper()
	return On(t, reportstest.New(t))
}

// On adds ideas and discussions to a city that is there.
func On(t testing.TB, city *reportstest.City) *City {
	t.Helper()
	c := &City{City: city}
	var err error
	if c.Zone, err = time.LoadLocation("Europe/Berlin"); err != nil {
		t.Fatal(err)
	}
	if c.Discussion, err = discussion.New(discussion.Config{DB: c.Pool, Bus: c.Events.Bus}); err != nil {
		t.Fatal(err)
	}
	votes.RegisterEvents(c.Events.Bus)
	c.Ideas, err = ideas.New(ideas.Config{
		DB: c.Pool, Bus: c.Events.Bus, Calendar: c.Categories, Places: c.Geo, Accounts: c.Accounts, Photos: c.Photos, Forms: c.Drafts, Zone: c.Zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Ideas.UseDiscussion(c.Discussion)
	return c
}

// TakeFiles lets authors add files; s may be nil: they are not scanned.
func (c *City) TakeFiles(t testing.TB, s scan.Scanner) *casework.Files {
	t.Helper()
	f, err := casework.NewFiles(casework.FilesConfig{DB: c.Pool, Store: c.Files, Pictures: c.Photos, Scanner: s, Drawer: previewtest.Drawer{}, Jobs: c.Events.Jobs})
	if err != nil {
		t.Fatal(err)
	}
	c.Ideas.UseFiles(f)
	return f
}

// Submission is an idea that nothing is wrong with.
func Submission() ideas.Submission {
	return ideas.Submission{Title: "Trinkbrunnen am Harras", Text: "Auf dem Platz gibt es kein Wasser. Ein Brunnen wäre für alle gut.", Lang: "de", Topic: "gruen"}
}

// Create submits an idea as a new visitor, who comes back as its author.
func (c *City) Create(t testing.TB, change ...func(*ideas.Submission)) (ideas.Receipt, accounts.Actor) {
	t.Helper()
	author := accountstest.Visitor(t, c.Pool)
	sub := Submission()
	for _, f := range change {
		f(&sub)
	}
	r, err := c.Ideas.Submit(t.Context(), author, sub)
	if err != nil {
		t.Fatal(err)
	}
	return r, author
}

// Call publishes a call whose phases are days from today.
func (c *City) Call(t testing.TB, change func(*ideas.Call, func(from, to int) (time.Time, *time.Time))) *ideas.Call {
	t.Helper()
	y, m, d := time.Now().In(c.Zone).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	days := func(from, to int) (time.Time, *time.Time) {
		end := today.AddDate(0, 0, to)
		return today.AddDate(0, 0, from), &end
	}
	answer := today.AddDate(0, 0, 100)
	call := ideas.Call{
		Kind: "ideas", Participation: "consultation", Who: "all", Title: i18n.Text{"de": "Mehr Schatten"}, Text: i18n.Text{"de": "Wo fehlt Schatten?"},
		Criteria: []i18n.Text{{"de": "Es hilft vielen."}}, AnswerBy: &answer,
	}
	change(&call, days)
	made, err := c.Ideas.ImportCall(t.Context(), call, today.AddDate(0, 0, -30))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Idea loads an idea as somebody sees it.
func (c *City) Idea(t testing.TB, actor accounts.Actor, n subject.Number) *ideas.View {
	t.Helper()
	v, err := c.Ideas.Get(t.Context(), actor, n)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
