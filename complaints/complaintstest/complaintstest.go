// Package complaintstest builds a city with complaints for the tests of other
// packages, upon reportstest.
package complaintstest

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/preview/previewtest"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// City is a city of reportstest with the private door.
type City struct {
	*reportstest.City

	Complaints *complaints.Service
	Letters    *Letters
}

// Letters collects what would be mailed.
type Letters struct {
	mu   sync.Mutex
	list []mail.Message
}

// Queue implements complaints.Outbox.
func (l *Letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, m)
	return nil
}

// ForgetAbout implements complaints.Outbox.
func (l *Letters) ForgetAbout(context.Context, pgx.Tx, subject.Ref) error { return nil }

// All are the mails so far.
func (l *Letters) All() []mail.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]mail.Message(nil), l.list...)
}

// New makes the city.
func New(t testing.TB) *City {
	t.Helper()
	c := &City{City: reportstest.New(t), Letters: &Letters{}}
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	c.Complaints, err = complaints.New(t.Context(), complaints.Config{
		DB: c.Pool, Accounts: c.Accounts, Days: c.Categories, Forms: c.Drafts, Store: c.Files, Pictures: c.Photos, Drawer: previewtest.Drawer{}, Jobs: c.Events.Jobs, Outbox: c.Letters,
		Messages: messages, BaseURL: "https://mitwirk.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Submission is a complaint that nothing is wrong with.
func Submission() complaints.Submission {
	return complaints.Submission{
		Text: "Ich hatte einen Termin und habe trotzdem drei Stunden gewartet.", Kind: complaints.Complaining, Topic: "waiting", Lang: "de",
		NameKind: complaints.Anonymous, Contact: complaints.ByCode, CodeRead: true,
	}
}

// Create sends one as a new visitor, who comes back as its owner.
func (c *City) Create(t testing.TB, change ...func(*complaints.Submission)) (complaints.Sent, accounts.Actor) {
	t.Helper()
	owner := accountstest.Visitor(t, c.Pool)
	sub := Submission()
	for _, f := range change {
		f(&sub)
	}
	sent, err := c.Complaints.Submit(t.Context(), owner, sub)
	if err != nil {
		t.Fatal(err)
	}
	return sent, owner
}
