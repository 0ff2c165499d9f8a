package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// TestPollMail: a mail in the folder becomes a case once and its file goes; one to
// a signed address reaches the dialogue, one to a forged address does not.
func TestPollMail(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	dir, ctx := t.TempDir(), t.Context()
	a.cfg.Settings.InboundDir, a.cfg.Settings.InboundAddress = dir, "meldung@stadt.example"
	if err := os.Mkdir(filepath.Join(dir, "new"), 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(id, to, text string) {
		t.Helper()
		raw := "From: ada@beispiel.example\r\nTo: " + to + "\r\nSubject: Hallo\r\nMessage-ID: <" + id + "@beispiel.example>\r\n\r\n" + text + "\r\n"
		if err := os.WriteFile(filepath.Join(dir, "new", id), []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.PollMail(ctx); err != nil {
			t.Fatal(err)
		}
		if left, err := os.ReadDir(filepath.Join(dir, "new")); err != nil || len(left) != 0 {
			t.Errorf("%d files left, %v", len(left), err)
		}
	}
	mailed := func() (n int) {
		t.Helper()
		if err := a.pool.QueryRow(ctx, `SELECT count(*) FROM reports WHERE channel = 'mail' AND visibility = 'private'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for range 2 {
		put("1", "meldung@stadt.example", "Müll am Weg.")
	}
	if n := mailed(); n != 1 {
		t.Fatalf("%d cases", n)
	}
	r, err := a.reports.Submit(ctx, accounts.Actor{}, reports.Submission{
		Category: "laterne", Text: "Dunkel.", Lang: "de", Place: reports.Place{Point: subject.Point{Lon: 11.571357, Lat: 48.137531}}, Answers: categories.Answers{"art": {"eine"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ref := subject.Ref{Kind: subject.Report, ID: r.Report}
	var address string
	if err := db.Transact(ctx, a.pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		address, err = a.replyTo()(ctx, tx, ref, uuid.Nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if box, _, _ := strings.Cut(address, "@"); len(box) > 64 {
		t.Errorf("%d signs before the @", len(box))
	}
	put("2", strings.ToUpper(address), "Die linke.")
	last := "a"
	if strings.Contains(address, "a@") {
		last = "b"
	}
	at := strings.Index(address, "@")
	forged := address[:at-3] + last + last + last + address[at:]
	put("3", forged, "Gefälscht.")
	list, err := casework.Dialogue(ctx, a.pool, ref)
	if err != nil || len(list) != 1 || list[0].Text != "Die linke." || list[0].Direction != casework.In {
		t.Errorf("%+v, %v", list, err)
	}
	if n := mailed(); n != 2 {
		t.Errorf("%d cases, want the forged one as a case of its own", n)
	}
}
