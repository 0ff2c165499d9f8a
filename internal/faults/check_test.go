package faults_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/subject"
)

// found is what the database holds of one report.
type found struct {
	Number                                         int64
	Timeline, Cases, Events, Receipts, Photos, Own int
}

// tally is what the comparison of ledger and database says.
type tally struct {
	Acknowledged, Stored        int
	Lost, Doubled, Half, Wrong  int // Wrong: stored under another number than the receipt showed
	Photos, PhotosLost, Damaged int
	Unasked                     int // stored and never acknowledged
}

const sqlFound = `
SELECT r.text, r.number,
       (SELECT count(*) FROM timeline_entries t WHERE t.subject_kind = 'report' AND t.subject_id = r.id AND t.key = 'status.received'),
       (SELECT count(*) FROM cases c WHERE c.subject_kind = 'report' AND c.subject_id = r.id),
       (SELECT count(*) FROM events e WHERE e.subject_id = r.id AND e.type = 'report.submitted'),
       (SELECT count(*) FROM receipts k WHERE k.subject_kind = 'report' AND k.subject_id = r.id),
       (SELECT count(*) FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.draft_id IS NULL),
       (SELECT count(*) FROM report_owners o WHERE o.report_id = r.id)
FROM reports r
WHERE r.text LIKE 'Ledger %'`

// compare checks that what was acknowledged exists once and whole.
func (c *city) compare(t testing.TB, l *ledger) tally {
	t.Helper()
	pool := c.pool()
	rows, err := pool.Query(t.Context(), sqlFound)
	must(t, err)
	all := map[string][]found{}
	var text string
	var f found
	_, err = pgx.ForEachRow(rows, []any{&text, &f.Number, &f.Timeline, &f.Cases, &f.Events, &f.Receipts, &f.Photos, &f.Own}, func() error {
		all[text] = append(all[text], f)
		return nil
	})
	must(t, err)
	sum := tally{Acknowledged: len(l.entries)}
	asked := map[string]bool{}
	for _, e := range l.entries {
		asked[words(e.Key)] = true
		there := all[words(e.Key)]
		if len(there) == 0 {
			sum.Lost++
			t.Errorf("lost: %s, acknowledged as %s", e.Key, e.Number)
			continue
		}
		f := there[0]
		want := found{Number: f.Number, Timeline: 1, Cases: 1, Events: 1, Receipts: 1, Photos: len(e.Photos), Own: 1}
		if f != want {
			sum.Half++
			t.Errorf("half: %s has %+v, want %+v", e.Number, f, want)
		}
		if subject.Number(f.Number).Format(subject.PrefixReport) != e.Number {
			sum.Wrong++
			t.Errorf("%s is stored as another number than %s", e.Key, e.Number)
		}
		for _, p := range e.Photos {
			sum.Photos++
			c.checkPhoto(t, pool, p, &sum)
		}
	}
	for text, there := range all {
		sum.Stored += len(there)
		if len(there) > 1 {
			sum.Doubled++
			t.Errorf("doubled: %q is there %d times", text, len(there))
		}
		if !asked[text] {
			sum.Unasked++
		}
		for _, f := range there {
			if f.Timeline != 1 || f.Cases != 1 || f.Events != 1 || f.Receipts != 1 {
				sum.Half++
				t.Errorf("half: %q has %+v", text, f)
			}
		}
	}
	return sum
}

// checkPhoto looks for the row and for the bytes, and that both agree with what
// the client was given.
func (c *city) checkPhoto(t testing.TB, pool *pgxpool.Pool, p photo, sum *tally) {
	t.Helper()
	id, err := uuid.Parse(p.ID)
	must(t, err)
	var blob, small string
	var want []byte
	if err := pool.QueryRow(t.Context(), `SELECT blob, small_blob, sha256 FROM attachments WHERE id = $1`, id).Scan(&blob, &small, &want); err != nil {
		sum.PhotosLost++
		t.Errorf("photo %s: %v", p.ID, err)
		return
	}
	data, err := os.ReadFile(filepath.Join(c.files, blob))
	_, errSmall := os.Stat(filepath.Join(c.files, small))
	if err != nil || errSmall != nil {
		sum.PhotosLost++
		t.Errorf("photo %s: %v %v", p.ID, err, errSmall)
		return
	}
	got := sha256.Sum256(data)
	if !bytes.Equal(got[:], want) || p.Sum != "" && hex.EncodeToString(got[:]) != p.Sum {
		sum.Damaged++
		t.Errorf("photo %s has other bytes than acknowledged", p.ID)
	}
}
