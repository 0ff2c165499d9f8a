package reports_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
)

type box struct {
	mu    sync.Mutex
	mails []mail.Message
}

func (b *box) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, m)
	return nil
}

// TestOneAddressGetsOneMail: somebody who typed an address twice and confirmed
// both gets each status once, nobody before confirming, and nothing held.
func TestOneAddressGetsOneMail(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	out := &box{}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	words, err := i18n.New(zone)
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: out, Messages: words, BaseURL: "https://mitwirk.example"})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SubscribeMails(post)
	r, _ := c.Create(t, func(s *reports.Submission) { s.Mail = "anna@beispiel.example" })
	for _, address := range []string{"anna@beispiel.example", "bert@beispiel.example", "nie@beispiel.example"} {
		if err := c.Reports.Follow(t.Context(), accountstest.Visitor(t, c.Pool), r.Number, address, "de"); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := c.Pool.Query(t.Context(), `SELECT id FROM contacts WHERE address NOT LIKE 'nie@%' ORDER BY created_at`)
	if err != nil {
		t.Fatal(err)
	}
	contacts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(contacts) != 3 {
		t.Fatalf("%d contacts, %v", len(contacts), err)
	}
	for _, id := range contacts {
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			_, err := accounts.ConfirmContact(t.Context(), tx, id)
			return err
		})
	}
	// a step of the product itself can't be taken back, so its mails need not wait
	if err := c.Reports.SetStatus(t.Context(), accounts.System, r.Number, reports.Change{To: reports.InReview}); err != nil {
		t.Fatal(err)
	}
	c.Events.Work(t)
	if len(out.mails) != 2 {
		t.Fatalf("%d mails, want one for each confirmed address: %+v", len(out.mails), out.mails)
	}
	for _, m := range out.mails {
		if m.StopURL == "" || m.Kind != "report.status" {
			t.Errorf("%+v", m)
		}
		if own := m.ToContact == contacts[0]; own != (len(m.Button.URL) > 0 && m.Button.URL[:len("https://mitwirk.example/reports/open/")] == "https://mitwirk.example/reports/open/") {
			t.Errorf("the author's link and only theirs opens the report as its author: %s", m.Button.URL)
		}
	}
}
