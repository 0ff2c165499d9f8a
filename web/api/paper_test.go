package api_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/subject"
)

// TestCasePDF: the file for passing on names nobody, the whole one does, and the
// log says who read it and why.
func TestCasePDF(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, _ := o.Create(t)
	at := "/desk/reports/" + r.Number.Format(subject.PrefixReport) + "/pdf"
	read := func() int {
		return o.count(t, `SELECT count(*) FROM audit_log WHERE action = 'contact.read' AND reason = 'Akte für den Bauhof'`)
	}
	short := o.do(t, sent{method: "GET", path: at, bearer: o.bearer["clerk"]}).want(200)
	if !bytes.HasPrefix(short.Body, []byte("%PDF-")) || short.Header.Get("Content-Type") != "application/pdf" || read() != 0 {
		t.Errorf("%s, %d times in the log: %.20q", short.Header.Get("Content-Type"), read(), short.Body)
	}
	whole := sent{method: "POST", path: at, bearer: o.bearer["clerk"], body: fields{"purpose": "Akte für den Bauhof"}}
	long := o.do(t, whole).want(200)
	if !bytes.HasPrefix(long.Body, []byte("%PDF-")) || len(long.Body) <= len(short.Body) || read() != 1 || !strings.Contains(long.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("%d bytes after %d, %d times in the log, %s", len(long.Body), len(short.Body), read(), long.Header.Get("Cache-Control"))
	}
	whole.body = fields{"purpose": "  "}
	if p := o.do(t, whole).want(422).problem(); len(p.Errors) != 1 || p.Errors[0].Field != "/purpose" {
		t.Errorf("%+v", p)
	}
	whole.body, whole.bearer = fields{"purpose": "Akte für den Bauhof"}, o.bearer["system"]
	o.do(t, whole).want(403) // nobody stands behind it
	if read() != 1 {
		t.Error("a refused reading is in the log")
	}
}

// replayed: a mail that was given up is sent anew, once.
func (h house) replayed(t *testing.T) {
	t.Helper()
	_, err := h.Pool.Exec(t.Context(), `
INSERT INTO mails (id, recipient, kind, lang, content, state, tries, smtp_code, done_at, created_at)
VALUES (gen_random_uuid(), 'weg@beispiel.example', 'report.status', 'de', '{}', 'failed', 9, 550, mitwirk_now(), mitwirk_now())`)
	must(t, err)
	var list struct {
		Items []struct {
			ID    string
			Code  int `json:"smtp_code"`
			Again bool
		}
	}
	a := h.send(t, "admin", "GET", "/admin/deliveries", nil, 200, &list)
	if len(list.Items) != 1 || list.Items[0].Code != 550 || !list.Items[0].Again || bytes.Contains(a.Body, []byte("weg@")) {
		t.Fatalf("%s", a.Body)
	}
	h.send(t, "admin", "POST", "/admin/deliveries/"+list.Items[0].ID+"/replay", nil, 200, nil)
	h.send(t, "admin", "POST", "/admin/deliveries/"+list.Items[0].ID+"/replay", nil, 404, nil)
	if n := h.count(t, `SELECT count(*) FROM mails WHERE state = 'queued' AND kind = 'report.status'`); n != 1 {
		t.Errorf("%d wait", n)
	}
}
