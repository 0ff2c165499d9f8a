package inbound_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/inbound"
)

const plain = "From: Ada <ada@beispiel.example>\r\nTo: meldung@stadt.example\r\nSubject: =?utf-8?q?Laterne_dunkel=3F?=\r\nMessage-ID: <1@beispiel.example>\r\n\r\nVor Haus 8 ist es dunkel.\r\n"

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, raw             string
		wantText, wantSubject string
		wantFiles             []string
		wantMachine           bool
		wantFrom              string
	}{
		{name: "plain", raw: plain, wantText: "Vor Haus 8 ist es dunkel.", wantSubject: "Laterne dunkel?", wantFrom: "ada@beispiel.example"},
		{
			name: "latin 1, quoted-printable", wantText: "Müllsäcke\nseit Tagen", wantFrom: "b@x.example",
			raw: crlf("From: b@x.example\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nM=FClls=E4cke\nseit Tagen\n"),
		},
		{
			name: "unknown charset", wantText: "Grüße", wantFrom: "b@x.example",
			raw: "From: b@x.example\r\nContent-Type: text/plain; charset=x-nichts\r\n\r\nGr\xfc\xdfe\r\n",
		},
		{
			name: "alternatives with a file", wantText: "Siehe Anlage.", wantFiles: []string{"Plan ü.pdf"}, wantFrom: "b@x.example",
			raw: crlf(`From: b@x.example
Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Siehe Anlage.
--b
Content-Type: text/html

<p>Siehe <b>Anlage</b>.</p>
--b--
--a
Content-Type: application/pdf; name="=?utf-8?q?Plan_=C3=BC=2Epdf?="
Content-Disposition: attachment; filename="=?utf-8?q?Plan_=C3=BC=2Epdf?="
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--a--
`),
		},
		{
			name: "HTML only", wantText: "Guten Tag,\n\nes ist dunkel.", wantFrom: "b@x.example",
			raw: crlf("From: b@x.example\nContent-Type: text/html; charset=utf-8\n\n<html><head><style>p{}</style></head><body><p>Guten Tag,</p><div>es ist <b>dunkel</b>.</div><script>x()</script></body></html>\n"),
		},
		{
			name: "answer with a quote", wantText: "Die linke.", wantFrom: "b@x.example",
			raw: crlf("From: b@x.example\n\nDie linke.\n\nAm Mo., 3. März 2026 um 12:00 schrieb Mitwirk <x@stadt.example>:\n> Welche Laterne?\n"),
		},
		{
			name: "answer with a quote below", wantText: "Die linke.", wantFrom: "b@x.example",
			raw: crlf("From: b@x.example\n\nDie linke.\n> Welche Laterne?\n> M-2026\n"),
		},
		{name: "vacation", raw: crlf("From: b@x.example\nAuto-Submitted: auto-replied\n\nIch bin nicht da.\n"), wantText: "Ich bin nicht da.", wantMachine: true, wantFrom: "b@x.example"},
		{name: "a person's", raw: crlf("From: b@x.example\nAuto-Submitted: no\n\nHallo\n"), wantText: "Hallo", wantFrom: "b@x.example"},
		{name: "bounce", raw: crlf("From: MAILER-DAEMON@x.example\nReturn-Path: <>\n\nundeliverable\n"), wantText: "undeliverable", wantMachine: true, wantFrom: "MAILER-DAEMON@x.example"},
		{name: "delivery report", raw: crlf("From: b@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=a\n\n--a\n\nfailed\n--a--\n"), wantText: "failed", wantMachine: true, wantFrom: "b@x.example"},
		{name: "list", raw: crlf("From: b@x.example\nList-Id: <x>\n\nNews\n"), wantText: "News", wantMachine: true, wantFrom: "b@x.example"},
		{name: "our own", raw: crlf("From: b@x.example\nMessage-ID: <1@stadt.example>\n\nx\n"), wantText: "x", wantMachine: true, wantFrom: "b@x.example"},
		{name: "broken base64", raw: crlf("From: b@x.example\nContent-Transfer-Encoding: base64\n\nSGFs***bG8g\nV2VsdA==!\n"), wantText: "Hallo Welt", wantFrom: "b@x.example"},
		{name: "no sender", raw: "Subject: x\r\n\r\ny\r\n", wantText: "y", wantSubject: "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := inbound.Read([]byte(tt.raw), "stadt.example")
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, f := range m.Files {
				names = append(names, f.Name)
			}
			if m.Text != tt.wantText || tt.wantSubject != "" && m.Subject != tt.wantSubject || m.Machine != tt.wantMachine || m.From != tt.wantFrom {
				t.Errorf("text %q, subject %q, machine %t, from %q", m.Text, m.Subject, m.Machine, m.From)
			}
			if d := cmp.Diff(tt.wantFiles, names); d != "" {
				t.Error(d)
			}
			if len(m.Hash) != 32 {
				t.Errorf("hash %x", m.Hash)
			}
		})
	}
	if _, err := inbound.Read([]byte("no mail"), ""); !errors.Is(err, inbound.ErrNoMail) {
		t.Errorf("no mail: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(plain))
	f.Add([]byte("From: b@x.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a--"))
	f.Add([]byte("Content-Type: text/html; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := inbound.Read(raw, "stadt.example")
		if err != nil {
			return
		}
		if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject) || strings.ContainsRune(m.Text, 0) || strings.Contains(m.Subject, "\n") {
			t.Errorf("text %q, subject %q", m.Text, m.Subject)
		}
		again, err := inbound.Read(raw, "stadt.example")
		if err != nil || !bytes.Equal(m.Hash, again.Hash) {
			t.Errorf("read twice: %v", err)
		}
	})
}

// TestPoll: a file goes once its mail is taken, stays when it could not be, and
// what is no mail is put aside.
func TestPoll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"new/1": "a", "new/2": "fails", "cur/3:2,S": "c", "new/4": "none", "new/.hidden": "x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	take := func(_ context.Context, raw []byte) error {
		switch string(raw) {
		case "fails":
			return errors.New("database away")
		case "none":
			return inbound.ErrNoMail
		}
		got = append(got, string(raw))
		return nil
	}
	n, err := inbound.Poll(t.Context(), dir, 100, take)
	if n != 3 || err == nil || strings.Join(got, "") != "ac" {
		t.Errorf("%d, %v, %v", n, err, got)
	}
	for path, want := range map[string]bool{"new/1": false, "new/2": true, "cur/3:2,S": false, "new/4": false, "unreadable/4": true} {
		if _, err := os.Stat(filepath.Join(dir, path)); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if n, err := inbound.Poll(t.Context(), t.TempDir(), 10, take); n != 0 || err != nil {
		t.Errorf("empty: %d, %v", n, err)
	}
}
