package app

import (
	"path/filepath"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/owndata"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// TestWithdrawnAgain: what somebody withdrew after a backup is withdrawn again after
// its restore, by the list; a second time changes nothing, and nothing else is touched.
func TestWithdrawnAgain(t *testing.T) {
	t.Parallel()
	a, ctx := start(t, false), t.Context()
	path := filepath.Join(t.TempDir(), owndata.ListName)
	submit := func() reports.Receipt {
		t.Helper()
		r, err := a.reports.Submit(ctx, accounts.Actor{}, reports.Submission{
			Category: "laterne", Text: "Dunkel.", Lang: "de", Place: reports.Place{Point: subject.Point{Lon: 11.571357, Lat: 48.137531}}, Answers: categories.Answers{"art": {"eine"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	back, stays := submit(), submit()
	if err := owndata.NoteWithdrawn(ctx, a.pool, path, back.Report); err != nil {
		t.Fatal(err)
	}
	if list, err := owndata.ReadListFile(path); err != nil || len(list) != 0 {
		t.Fatalf("an open report is in the list: %v, %v", list, err)
	}
	set := func(status string) {
		t.Helper()
		if _, err := a.pool.Exec(ctx, `UPDATE reports SET status = $2 WHERE id = $1`, back.Report, status); err != nil {
			t.Fatal(err)
		}
	}
	set("withdrawn")
	if err := owndata.NoteWithdrawn(ctx, a.pool, path, back.Report); err != nil { // as the job of the event does
		t.Fatal(err)
	}
	if n, err := owndata.AddToList(ctx, a.pool, path); n != 0 || err != nil {
		t.Errorf("the backup adds %d lines, %v", n, err)
	}
	second := filepath.Join(t.TempDir(), owndata.ListName)
	if n, err := owndata.AddToList(ctx, a.pool, second); n != 1 || err != nil {
		t.Errorf("a new file gets %d lines, %v", n, err)
	}
	set("received") // the backup was older
	list, err := owndata.ReadListFile(path)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	for _, want := range []int{1, 0} {
		done, err := a.EraseAgain(ctx, list)
		if err != nil || done.Withdrawn != want || done.People != 0 {
			t.Errorf("%+v, %v, want %d", done, err, want)
		}
	}
	for _, r := range []struct {
		reports.Receipt
		want string
	}{{back, "withdrawn"}, {stays, "received"}} {
		var status string
		if err := a.pool.QueryRow(ctx, `SELECT status FROM reports WHERE id = $1`, r.Report).Scan(&status); err != nil || status != r.want {
			t.Errorf("%s, want %s, %v", status, r.want, err)
		}
	}
	if _, err := a.EraseAgain(ctx, []accounts.Erased{{Kind: "withdrawn", ID: subject.NewID()}}); err != nil {
		t.Errorf("a report that is not there: %v", err)
	}
}
