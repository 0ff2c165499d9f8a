package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

type letters struct{ all []mail.Message }

func (l *letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.all = append(l.all, m)
	return nil
}

// TestDigestOnceADay: a team lead gets one mail a day about all missed targets
// of the department, however often the job runs, and it names no clerk.
func TestDigestOnceADay(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dbtest.SetNow(t, tx, now)
	past := now.Add(-time.Hour)
	ref := open(t, tx, subject.Report, &past)
	open(t, tx, subject.Report, &past) // of another department, without a lead
	department := get(t, tx, ref).Department
	lead := accountstest.Staff(t, tx, subject.TeamLead, department)
	accountstest.Staff(t, tx, subject.Caseworker, department)
	if _, err := casework.TakeMissed(t.Context(), tx, subject.Report, 100); err != nil {
		t.Fatal(err)
	}
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var out letters
	d, err := casework.NewDigest(casework.DigestConfig{DB: tx, Outbox: &out, Messages: messages, BaseURL: "https://mitwirk.example"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Send(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var contact uuid.UUID
	if err := tx.QueryRow(t.Context(), "SELECT id FROM contacts WHERE person_id = $1", lead.Person).Scan(&contact); err != nil {
		t.Fatal(err)
	}
	if len(out.all) != 1 || out.all[0].ToContact != contact || len(out.all[0].Paragraphs) != 1 {
		t.Fatalf("%+v", out.all)
	}
	if text := out.all[0].Lead + out.all[0].Paragraphs[0]; !strings.Contains(text, "1 neu verpasst") {
		t.Errorf("says %q", text)
	}
	dbtest.SetNow(t, tx, now.Add(48*time.Hour)) // nothing new since
	if err := d.Send(t.Context()); err != nil || len(out.all) != 1 {
		t.Errorf("%d mails, %v", len(out.all), err)
	}
}
