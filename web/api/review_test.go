package api_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
)

// TestCodesBesideTransactions: what needs a code, or the map, has it before its
// transaction begins. 64 at once, on a pool of a few connections, are all
// answered: none holds one and waits for a second.
func TestCodesBesideTransactions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.report(t, sent{})
	n := r.Number
	decision := "mw-" + uuid.NewString()
	for name, c := range map[string]struct {
		s    sent
		want int
		many int
	}{
		"read":   {sent{method: "POST", path: "/reports/" + n + "/messages/read", code: r.AccessCode}, 200, 64},
		"rate":   {sent{method: "PUT", path: "/reports/" + n + "/satisfaction", code: r.AccessCode, body: fields{"value": "happy"}}, 409, 64},
		"appeal": {sent{method: "POST", path: "/reports/" + n + "/decisions/" + decision + "/appeal", code: r.AccessCode, body: fields{"text": "Das sehe ich anders."}}, 404, 64},
		"split":  {sent{method: "POST", path: "/desk/reports/" + n + "/parts", bearer: h.bearer["clerk"], body: fields{"parts": []fields{{"category": "laterne", "text": "Der Mast."}}}}, 201, 16},
	} {
		clearRates(t, h.bundle)
		var wait sync.WaitGroup
		var mu sync.Mutex
		got := map[int]int{}
		for range c.many {
			wait.Go(func() {
				a := h.do(t, c.s)
				mu.Lock()
				defer mu.Unlock()
				got[a.Status]++
			})
		}
		wait.Wait()
		if got[c.want] != c.many {
			t.Errorf("%s: %v, want %d times %d", name, got, c.many, c.want)
		}
	}
}

// TestReadOnOneSide: the scope reports:write speaks for whoever reported, and
// never for the team; desk:write for the team, and never for whoever reported.
func TestReadOnOneSide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.report(t, sent{})
	h.coded(t, r, "POST", "/additions", fields{"text": "Jetzt sind es zwei."}, 201, nil)
	unread := func(direction string, want int) {
		t.Helper()
		if got := h.count(t, `SELECT count(*) FROM messages WHERE unread AND direction = '`+direction+`'`); got != want {
			t.Errorf("%d messages (%s) are unread, want %d", got, direction, want)
		}
	}
	unread("in", 1)
	writes := h.personal(t, h.people["clerk"], accounts.ScopeWrite)
	h.do(t, sent{method: "POST", path: "/reports/" + r.Number + "/messages/read", bearer: writes}).want(403)
	unread("in", 1)
	h.send(t, "clerk", "POST", "/desk/reports/"+r.Number+"/messages/read", nil, 200, nil)
	unread("in", 0)
	h.send(t, "clerk", "POST", "/reports/"+r.Number+"/messages", fields{"text": "Danke."}, 201, nil)
	unread("out", 1)
	h.coded(t, r, "POST", "/messages/read", nil, 200, nil)
	unread("out", 0)
}

// TestExportsAsAdmin: a token for the desk does not use its person's role of an
// admin, neither to see what others ask for nor to decide it.
func TestExportsAsAdmin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.report(t, sent{})
	var made struct{ ID string }
	h.send(t, "lead", "POST", "/admin/exports", fields{"source": "cases", "department": lamps, "reason": "Bericht"}, 201, &made)
	_, err := h.Pool.Exec(t.Context(), `UPDATE export_requests SET n = 60 WHERE id = $1`, made.ID)
	must(t, err)
	narrow := h.personal(t, h.people["admin"], accounts.ScopeDeskRead, accounts.ScopeDeskWrite)
	of := "/admin/exports/" + made.ID + "/decision"
	h.do(t, sent{method: "GET", path: "/admin/exports", bearer: narrow}).want(403)
	h.do(t, sent{method: "POST", path: of, bearer: narrow, body: fields{"approve": true}}).want(404)
	h.send(t, "admin", "POST", of, fields{"approve": true}, 200, nil)
}

// TestReasonInNoAddress: why a role is taken away stands in the body; addresses
// are logged on the way.
func TestReasonInNoAddress(t *testing.T) {
	t.Parallel()
	doc := document(t)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for _, p := range op.Parameters {
				if p.Value.In != "header" && slices.Contains([]string{"reason", "note", "text"}, p.Value.Name) {
					t.Errorf("%s %s: %s in the address", method, path, p.Value.Name)
				}
			}
		}
	}
}

// TestBatchNumbers: a number may be typed otherwise than it is shown, and its
// version counts all the same; what is none is named.
func TestBatchNumbers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.another(t)
	o.as(t, "clerk", "PUT", "/desk/reports/"+n+"/priority", fields{"priority": "high"}, nil).want(200) // the case is at version 2 now
	typed := strings.ToLower(strings.ReplaceAll(n, "-", " "))
	var b struct {
		Items []struct{ State string }
	}
	action := fields{"kind": "priority", "priority": "normal"}
	o.as(t, "clerk", "POST", "/desk/batches", fields{"cases": []fields{{"number": typed, "case_version": 1}}, "action": action}, &b)
	if len(b.Items) != 1 || b.Items[0].State != "refused" {
		t.Errorf("a case that was changed since it was read: %+v", b)
	}
	for _, path := range []string{"/desk/batches", "/desk/batches/preview"} {
		p := o.do(t, sent{
			method: "POST", path: path, bearer: o.bearer["clerk"], body: fields{"cases": []fields{{"number": n}, {"number": "Laterne"}}, "action": action},
		}).want(422).problem()
		if len(p.Errors) != 1 || p.Errors[0].Field != "/cases/1/number" {
			t.Errorf("%s: %+v", path, p)
		}
	}
}
