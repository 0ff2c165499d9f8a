// Package reportstest builds a city with reports for the tests of other
// packages: the demo's catalogue on a database of the test's own.
package reportstest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// Marienplatz is a place in the middle of the demo city.
var Marienplatz = subject.Point{Lon: 11.5755, Lat: 48.1374} //nolint:gochecknoglobals // a constant in all but name

// City is everything that reports need, on a database of its own.
type City struct {
	Pool       *pgxpool.Pool
	Events     *eventstest.Bundle
	Accounts   *accounts.Service
	Categories *categories.Service
	Geo        *geo.Service
	Files      files.Store
	Photos     *attachments.Service
	Drafts     *drafts.Service
	Reports    *reports.Service
}

// New makes a city without districts and with the demo's catalogue.
func New(t testing.TB) *City {
	t.Helper()
	c := &City{Pool: dbtest.DB(t), Files: files.NewMemory()}
	c.Events = eventstest.New(t, c.Pool)
	var err error
	must := func(e error) {
		t.Helper()
		if e != nil {
			t.Fatal(e)
		}
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	must(err)
	c.Accounts, err = accounts.New(accounts.Config{DB: c.Pool})
	must(err)
	c.Categories, err = categories.New(categories.Config{DB: c.Pool, Bus: c.Events.Bus, Zone: zone})
	must(err)
	parsed, err := categories.Parse(demo.Catalogue)
	must(err)
	_, err = c.Categories.Import(t.Context(), accounts.System, parsed)
	must(err)
	must(c.Categories.Reload(t.Context()))
	c.Geo, err = geo.New(geo.Config{DB: c.Pool, Bus: c.Events.Bus})
	must(err)
	c.Photos, err = attachments.New(attachments.Config{DB: c.Pool, Files: c.Files, Drafts: drafts.Owners{}})
	must(err)
	c.Drafts, err = drafts.New(drafts.Config{DB: c.Pool, Photos: c.Photos})
	must(err)
	c.Reports, err = reports.New(reports.Config{
		DB: c.Pool, Bus: c.Events.Bus, Catalogue: c.Categories, Places: c.Geo, Accounts: c.Accounts, Photos: c.Photos, Forms: c.Drafts, Zone: zone,
	})
	must(err)
	return c
}

// Submission is a report of a dark lamp near the Marienplatz that nothing is
// wrong with.
func Submission() reports.Submission {
	return reports.Submission{
		Category: "laterne", Text: "Die Laterne vor dem Kindergarten ist seit drei Tagen dunkel.", Lang: "de",
		Place:   reports.Place{Point: Marienplatz, Address: "Marienplatz 8"},
		Answers: categories.Answers{"art": {"eine"}},
	}
}

// Create submits a report as a new visitor, who comes back as its owner.
// change may alter the submission.
func (c *City) Create(t testing.TB, change ...func(*reports.Submission)) (reports.Receipt, accounts.Actor) {
	t.Helper()
	owner := accountstest.Visitor(t, c.Pool)
	sub := Submission()
	for _, f := range change {
		f(&sub)
	}
	r, err := c.Reports.Submit(t.Context(), owner, sub)
	if err != nil {
		t.Fatal(err)
	}
	return r, owner
}

// Clerk makes a caseworker of the department with the key.
func (c *City) Clerk(t testing.TB, department string, role ...subject.Role) accounts.Actor {
	t.Helper()
	r := subject.Caseworker
	if len(role) > 0 {
		r = role[0]
	}
	d, err := accounts.DepartmentByKey(t.Context(), c.Pool, department)
	if err != nil {
		t.Fatal(err)
	}
	return accountstest.Staff(t, c.Pool, r, d.ID)
}

// Get is the report as an actor sees it.
func (c *City) Get(t testing.TB, actor accounts.Actor, n subject.Number) *reports.View {
	t.Helper()
	v, err := c.Reports.Get(t.Context(), actor, n)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Draft begins an empty draft of the actor.
func (c *City) Draft(t testing.TB, actor accounts.Actor) uuid.UUID {
	t.Helper()
	id := subject.NewID()
	tx, err := c.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drafts.Create(t.Context(), tx, actor, id, "report", nil); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return id
}
