package inbound_test

import (
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/inbound"
)

// report is a notification as Postfix writes it.
func report(fields, back string) string {
	return crlf(`Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: meldung@stadt.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4F/mx.example"
Message-Id: <20260101.4F@mx.example>

--4F/mx.example
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4F/mx.example
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 4F
Arrival-Date: Thu,  1 Jan 2026 10:00:00 +0100 (CET)

` + fields + `
--4F/mx.example
` + back + `
--4F/mx.example--
`)
}

const (
	gone = "Final-Recipient: rfc822; anna@beispiel.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
	ours = "Content-Type: message/rfc822\n\nFrom: meldung@stadt.example\nTo: anna@beispiel.example\nMessage-ID: <0198a4c2-0000-7000-8000-000000000009@stadt.example>\nSubject: x\n\nText\n"
	id   = "0198a4c2-0000-7000-8000-000000000009@stadt.example"
)

func TestBounce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, raw string
		want      *inbound.Bounce
	}{
		{"gone", report(gone, ours), &inbound.Bounce{MessageID: id, Failed: true, Status: "5.1.1"}},
		{"headers only", report(gone, "Content-Type: text/rfc822-headers\n\nMessage-Id: <"+id+">\nSubject: x\n"), &inbound.Bounce{MessageID: id, Failed: true, Status: "5.1.1"}},
		{"nothing came back", report(gone, "Content-Type: text/plain\n\n-\n"), &inbound.Bounce{Failed: true, Status: "5.1.1"}},
		{"late", report(strings.ReplaceAll(strings.ReplaceAll(gone, "failed", "delayed"), "5.1.1", "4.4.1"), ours), &inbound.Bounce{MessageID: id, Status: "4.4.1"}},
		{"the server says more", report("Action: failed (bad address)\nStatus: 5.0.0\nDiagnostic-Code: smtp; 552-5.2.2 mailbox full\n", ours), &inbound.Bounce{MessageID: id, Failed: true, Status: "5.2.2"}},
		{"one of two", report("Action: delivered\nStatus: 2.0.0\n\n"+gone, ours), &inbound.Bounce{MessageID: id, Failed: true, Status: "5.1.1"}},
		{"in base64", report(gone, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nTWVzc2FnZS1JRDogPDE5OEBzdGFkdC5leGFtcGxlPgoKVGV4dAo=\n"), &inbound.Bounce{MessageID: "198@stadt.example", Failed: true, Status: "5.1.1"}},
		{"folded id", report(gone, "Content-Type: message/rfc822\n\nMessage-ID:\n <"+id+">\n\nText\n"), &inbound.Bounce{MessageID: id, Failed: true, Status: "5.1.1"}},
		{"a false id", report(gone, "Content-Type: message/rfc822\n\nMessage-ID: anna@beispiel.example\n\nText\n"), &inbound.Bounce{Failed: true, Status: "5.1.1"}},
		{"no machine's part", report(gone, ours)[:strings.Index(report(gone, ours), "Content-Type: message/delivery-status")], nil},
		{"read, not delivered", strings.Replace(report(gone, ours), "report-type=delivery-status", "report-type=disposition-notification", 1), nil},
		{"a person", plain, nil},
	} {
		m, err := inbound.Read([]byte(tt.raw), "stadt.example")
		if err != nil {
			t.Fatal(err)
		}
		if (m.Bounce == nil) != (tt.want == nil) || m.Bounce != nil && *m.Bounce != *tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, m.Bounce, tt.want)
		}
		if tt.want != nil && !m.Machine {
			t.Errorf("%s: a person's", tt.name)
		}
	}
}

func FuzzBounce(f *testing.F) {
	f.Add([]byte(report(gone, ours)))
	f.Add([]byte(report("Action: failed\n\nStatus: 9.9.9\n\n\n", "Content-Type: text/rfc822-headers\n\n: <x>\n")))
	f.Add([]byte("Content-Type: multipart/report; boundary=a\r\n\r\n--a\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n--a--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := inbound.Read(raw, "stadt.example")
		if err != nil || m.Bounce == nil {
			return
		}
		if strings.ContainsAny(m.Bounce.MessageID, "<> \r\n\x00") || len(m.Bounce.MessageID) > 250 || len(m.Bounce.Status) > 9 {
			t.Errorf("%+v", *m.Bounce)
		}
		if s := m.Bounce.Status; s != "" && !strings.ContainsAny(s[:1], "245") {
			t.Errorf("status %q", s)
		}
	})
}
