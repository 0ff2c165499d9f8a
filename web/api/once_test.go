package api_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
)

func (b bundle) count(t testing.TB, sql string) int {
	t.Helper()
	var n int
	must(t, b.Pool.QueryRow(t.Context(), sql).Scan(&n))
	return n
}

// TestOnce: the same key and body give the same answer and do nothing twice,
// another body is refused.
func TestOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)
	me := b.visitor(t)
	r := b.report(t, sent{})
	one := "/reports/" + r.Number
	for _, tt := range []struct {
		name        string
		send        sent
		other       any
		count       string
		made        int
		path        string
		sameForAll  bool
		otherStatus int
	}{
		{name: "visitor", send: sent{path: "/visitors"}, count: `SELECT count(*) FROM sessions`, made: 1},
		{name: "photo", send: sent{path: "/photos", bearer: me, body: picture(t, 1)}, other: picture(t, 2), count: `SELECT count(*) FROM attachments`, made: 1},
		{name: "report", send: sent{path: "/reports", body: lamp()}, other: lamp(func(f fields) { f["text"] = "anders" }), count: `SELECT count(*) FROM reports`, made: 1},
		{name: "addition", send: sent{path: one + "/additions", code: r.AccessCode, body: fields{"text": "Auch daneben."}}, other: fields{"text": "anders"}, count: `SELECT count(*) FROM messages`, made: 1},
		{name: "withdrawal", send: sent{path: one + "/withdrawal", code: r.AccessCode}, count: `SELECT count(*) FROM timeline_entries WHERE key = 'status.withdrawn'`, made: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.send.method, tt.send.key = "POST", uuid.NewString()
			before := b.count(t, tt.count)
			first := b.do(t, tt.send)
			second := b.do(t, tt.send)
			if first.Status >= 300 || second.Status != first.Status || string(second.Body) != string(first.Body) ||
				second.Header.Get("Location") != first.Header.Get("Location") {
				t.Errorf("first %d %s\nsecond %d %s", first.Status, first.Body, second.Status, second.Body)
			}
			if made := b.count(t, tt.count) - before; made != tt.made {
				t.Errorf("made %d", made)
			}
			if tt.other == nil {
				return
			}
			tt.send.body = tt.other
			if p := b.do(t, tt.send).want(422).problem(); !p.wrong("Idempotency-Key", "api.err.idem_body") {
				t.Errorf("%+v", p)
			}
			if made := b.count(t, tt.count) - before; made != tt.made {
				t.Errorf("the other body made %d", made-tt.made)
			}
		})
	}
}

// TestOnceInParallel: sixteen at the same time are one report, and all who got
// an answer got the same number and code.
func TestOnceInParallel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 16
	key := uuid.NewString()
	got := make([]receipt, n)
	status := make([]int, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			a := b.do(t, sent{method: "POST", path: "/reports", body: lamp(), key: key})
			status[i] = a.Status
			if a.Status == 201 {
				a.json(&got[i])
			}
		})
	}
	wait.Wait()
	var first receipt
	for i, s := range status {
		switch {
		case s == 201 && first.Number == "":
			first = got[i]
		case s == 201 && got[i].Number != first.Number, s == 201 && got[i].AccessCode != first.AccessCode, s != 201 && s != 409:
			t.Errorf("%d: %d %+v, the first %+v", i, s, got[i], first)
		}
	}
	if made := b.count(t, `SELECT count(*) FROM reports`); made != 1 {
		t.Errorf("%d reports", made)
	}
}

// TestPhotosOfOthers: a photo belongs to who uploaded it, and to one report.
func TestPhotosOfOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me, you := b.visitor(t), b.visitor(t)
	var shot struct{ ID uuid.UUID }
	b.do(t, sent{method: "POST", path: "/photos", bearer: me, body: picture(t, 5)}).want(201).json(&shot)
	with := lamp(func(f fields) { f["photos"] = []fields{{"id": shot.ID}} })
	twice := lamp(func(f fields) { f["photos"] = []fields{{"id": shot.ID}, {"id": shot.ID}} })
	for _, s := range []sent{{body: with}, {body: with, bearer: you}, {body: twice, bearer: me}} {
		s.method, s.path = "POST", "/reports"
		b.do(t, s).want(422)
	}
	r := b.report(t, sent{body: with, bearer: me})
	b.do(t, sent{method: "POST", path: "/reports", body: with, bearer: me}).want(422)
	var full struct {
		Photos []struct {
			ID   uuid.UUID
			Held bool
		}
	}
	b.do(t, sent{method: "GET", path: "/reports/" + r.Number, code: r.AccessCode}).want(200).json(&full)
	if len(full.Photos) != 1 || full.Photos[0].ID != shot.ID || !full.Photos[0].Held {
		t.Errorf("photos %+v", full.Photos)
	}
	b.do(t, sent{method: "GET", path: "/reports/" + r.Number}).want(200).json(&full)
	if len(full.Photos) != 0 {
		t.Errorf("everybody sees %+v", full.Photos)
	}
	if left := b.count(t, `SELECT count(*) FROM drafts WHERE kind = 'api'`); left != 0 {
		t.Errorf("%d drafts are left", left)
	}
}

// TestUnusedPhotos: what was uploaded a day ago and never used makes room.
func TestUnusedPhotos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	system := b.token(t, "", accounts.ScopeWrite)
	b.do(t, sent{method: "POST", path: "/photos", bearer: system, body: picture(t, 1)}).want(201)
	_, err := b.Pool.Exec(t.Context(), `UPDATE drafts SET created_at = created_at - interval '25 hours'`)
	must(t, err)
	b.do(t, sent{method: "POST", path: "/photos", bearer: system, body: picture(t, 2)}).want(201)
	if left := b.count(t, `SELECT count(*) FROM attachments`); left != 1 {
		t.Errorf("%d photos are left", left)
	}
}

// TestCodeWithoutOwner: a report of nobody we know is opened by its code, also
// by many at the same time.
func TestCodeWithoutOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.report(t, sent{})
	if n := b.count(t, `SELECT count(*) FROM report_owners`); n != 0 {
		t.Fatalf("%d owners", n)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { b.do(t, sent{method: "GET", path: "/reports/" + r.Number, code: r.AccessCode}).want(200) })
	}
	wait.Wait()
	if n := b.count(t, `SELECT count(*) FROM report_owners`); n != 1 {
		t.Errorf("%d owners", n)
	}
}
