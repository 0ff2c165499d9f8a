package app

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"github.com/mitwirk/mitwirk/internal/inbound"
)

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// TestPollMailbox: a mail in the mailbox becomes a case, once: also when the
// process dies after it was taken and before it was deleted, when it was delivered
// twice, and when two processes read at the same time. Another mail with the same
// Message-ID is another mail.
func TestPollMailbox(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	a.cfg.Settings.InboundAddress = "meldung@stadt.example"
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	roots := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	mem, user := imapmemserver.New(), imapmemserver.NewUser("stadt", "geheim")
	mem.AddUser(user)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapMove: {}}, Logger: log.New(io.Discard, "", 0),
	})
	ln, err := tls.Listen("tcp", "127.0.0.1:0", web.TLS)
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() { _ = srv.Serve(ln) })
	t.Cleanup(func() { _ = srv.Close(); done.Wait() })

	put := func(id, from, text string) {
		t.Helper()
		raw := "From: " + from + "@beispiel.example\r\nTo: meldung@stadt.example\r\nSubject: Hallo\r\nMessage-ID: <" + id + "@beispiel.example>\r\n\r\n" + text + "\r\n"
		if _, err := user.Append("INBOX", literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	box := func() *inbound.Mailbox {
		t.Helper()
		b, err := inbound.OpenMailbox(inbound.MailboxConfig{URL: "imaps://stadt:geheim@" + ln.Addr().String() + "/INBOX", TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	mailed := func() (n int) {
		t.Helper()
		if err := a.pool.QueryRow(t.Context(), `SELECT count(*) FROM reports WHERE channel = 'mail' AND visibility = 'private'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	left := func() uint32 {
		t.Helper()
		s, err := user.Status("INBOX", &imap.StatusOptions{NumMessages: true})
		if err != nil {
			t.Fatal(err)
		}
		return *s.NumMessages
	}

	put("1", "ada", "Müll am Weg.")
	ctx, die := context.WithCancel(t.Context())
	if _, err := box().Poll(ctx, 10, func(ctx context.Context, raw []byte) error { defer die(); return a.takeMail(ctx, raw) }); err == nil {
		t.Error("whoever dies has not finished")
	}
	if mailed() != 1 || left() != 1 {
		t.Fatalf("%d cases, %d mails left", mailed(), left())
	}
	put("1", "ada", "Müll am Weg.") // delivered by a second address
	put("1", "bob", "Die Laterne ist dunkel.")
	for i := range 10 {
		put("x"+string(rune('a'+i)), "cem", "Noch etwas.")
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := a.pollMailbox(t.Context(), box()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if mailed() != 12 || left() != 0 {
		t.Errorf("%d cases, %d mails left", mailed(), left())
	}

	// a server that is away is no failure of the job
	_ = srv.Close()
	if err := a.pollMailbox(t.Context(), box()); err != nil {
		t.Error(err)
	}
}
