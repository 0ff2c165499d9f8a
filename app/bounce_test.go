package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

const bounced = `Return-Path: <>
From: MAILER-DAEMON@mx.example
To: meldung@stadt.example
Message-Id: <%[5]s@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; anna@beispiel.example
Action: %[3]s
Status: %[4]s

--b
Content-Type: message/rfc822

Message-ID: <%[1]s@%[2]s>

Text
--b--
`

// TestBouncesSwitchOff: an address whose mails come back three times gets no more;
// what is only late, what speaks of contents, what was seen before and what names no
// mail of ours counts for nothing, and none of it becomes a case.
func TestBouncesSwitchOff(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	dir, ctx := t.TempDir(), t.Context()
	a.cfg.Settings.InboundDir, a.cfg.Settings.InboundAddress = dir, "meldung@stadt.example"
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	base, err := url.Parse(a.cfg.Settings.Base())
	if err != nil {
		t.Fatal(err)
	}
	var contact uuid.UUID
	if err := db.Transact(ctx, a.pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		if contact, err = accounts.AddContact(ctx, tx, accounts.Actor{}, "anna@beispiel.example"); err != nil {
			return err
		}
		contact, err = accounts.ConfirmContact(ctx, tx, contact)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sent := func() uuid.UUID {
		t.Helper()
		id := subject.NewID()
		if _, err := a.pool.Exec(ctx, `INSERT INTO mails (id, contact_id, kind, lang, state, done_at) VALUES ($1, $2, 'report.status', 'de', 'sent', mitwirk_now())`, id, contact); err != nil {
			t.Fatal(err)
		}
		return id
	}
	reachable := func(what string, want bool) {
		t.Helper()
		c, err := accounts.ContactByID(ctx, a.pool, contact)
		if err != nil || c.Reachable() != want {
			t.Errorf("%s: reachable %t, %v", what, c.Reachable(), err)
		}
	}
	comes := func(name string, id uuid.UUID, host, action, status string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "new", name), fmt.Appendf(nil, bounced, id, host, action, status, name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.PollMail(ctx); err != nil {
			t.Fatal(err)
		}
	}
	here := base.Hostname()
	policy, other, first, second, third := sent(), sent(), sent(), sent(), sent()
	comes("policy", policy, here, "failed", "5.7.1")
	comes("elsewhere", other, "elsewhere.example", "failed", "5.1.1")
	comes("unknown", subject.NewID(), here, "failed", "5.1.1")
	comes("late", third, here, "delayed", "4.4.1")
	for range 3 {
		comes("first", first, here, "failed", "5.1.1")
	}
	comes("first again", first, here, "failed", "5.1.1")
	comes("second", second, here, "failed", "5.0.0")
	reachable("two came back", true)
	comes("third", third, here, "failed", "5.2.1")
	reachable("three came back", false)
	var cases, noted int
	if err := a.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM reports WHERE channel = 'mail'), (SELECT count(*) FROM mails WHERE bounced_at IS NOT NULL)`).Scan(&cases, &noted); err != nil {
		t.Fatal(err)
	}
	if cases != 0 || noted != 3 {
		t.Errorf("%d cases, %d mails that came back", cases, noted)
	}
}
