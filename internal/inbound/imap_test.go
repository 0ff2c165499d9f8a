package inbound_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/inbound"
)

// server is a real IMAP server in memory, on the loopback.
type server struct {
	user  *imapmemserver.User
	addr  string
	roots *x509.CertPool
	stop  func()
}

func serve(t *testing.T, direct bool, caps imap.CapSet) *server {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	t.Cleanup(web.Close)
	conf := web.TLS
	mem, user := imapmemserver.New(), imapmemserver.NewUser("meldung@stadt.example", "geheim:1")
	mem.AddUser(user)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: caps, TLSConfig: conf, Logger: log.New(io.Discard, "", 0),
	})
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	roots := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	s := &server{user: user, addr: ln.Addr().String(), roots: roots}
	if direct {
		ln = tls.NewListener(ln, conf)
	}
	var done sync.WaitGroup
	done.Go(func() { _ = srv.Serve(ln) })
	s.stop = sync.OnceFunc(func() { _ = srv.Close(); done.Wait() })
	t.Cleanup(s.stop)
	return s
}

const head = "From: b@x.example\r\n\r\n"

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// put delivers a mail with this text.
func (s *server) put(t *testing.T, folder, text string) {
	t.Helper()
	raw := head + text
	if _, err := s.user.Append(folder, literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		t.Fatal(err)
	}
}

// count is how many mails lie in a folder; -1: there is none.
func (s *server) count(folder string) int {
	data, err := s.user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		return -1
	}
	return int(*data.NumMessages)
}

func (s *server) mailbox(t *testing.T, url, done string, now func() time.Time) *inbound.Mailbox {
	t.Helper()
	b, err := inbound.OpenMailbox(inbound.MailboxConfig{URL: url, Done: done, TLS: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}, Clock: ticking(now)})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type ticking func() time.Time

func (f ticking) Now() time.Time { return f() }

func standing() time.Time { return time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC) }

// TestMailbox: a mail goes once it is taken, stays when it could not be, and what is
// no mail is put aside; with the commands of servers old and new.
func TestMailbox(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, scheme, done string
		caps               imap.CapSet
	}{
		{name: "old server, STARTTLS, deleting", scheme: "imap"},
		{name: "old server, TLS, moving", scheme: "imaps", done: "Erledigt"},
		{name: "MOVE and UIDPLUS, moving", scheme: "imaps", done: "Erledigt", caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapMove: {}, imap.CapUIDPlus: {}}},
		{name: "IMAP4rev2, deleting", scheme: "imaps", caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, tt.scheme == "imaps", tt.caps)
			for _, text := range []string{"a", "fails", "none", "c"} {
				s.put(t, "INBOX", text)
			}
			b := s.mailbox(t, tt.scheme+"://meldung%40stadt.example:geheim%3A1@"+s.addr, tt.done, standing)
			var got []string
			broken := true
			take := func(_ context.Context, raw []byte) error {
				switch text := strings.TrimPrefix(string(raw), head); {
				case text == "fails" && broken:
					return errors.New("database away")
				case text == "none":
					return inbound.ErrNoMail
				default:
					got = append(got, text)
				}
				return nil
			}
			if n, err := b.Poll(t.Context(), 100, take); n != 3 || err == nil {
				t.Errorf("first run: %d, %v", n, err)
			}
			if d := cmp.Diff(map[string]int{"INBOX": 1, inbound.Unreadable: 1}, map[string]int{"INBOX": s.count("INBOX"), inbound.Unreadable: s.count(inbound.Unreadable)}); d != "" {
				t.Error(d)
			}
			// what was refused comes after what is new
			s.put(t, "INBOX", "d")
			broken = false
			if n, err := b.Poll(t.Context(), 100, take); n != 2 || err != nil {
				t.Errorf("second run: %d, %v", n, err)
			}
			if d := cmp.Diff([]string{"a", "c", "d", "fails"}, got); d != "" {
				t.Error(d)
			}
			want := -1
			if tt.done != "" {
				want = 4
			}
			if in, done := s.count("INBOX"), s.count("Erledigt"); in != 0 || done != want {
				t.Errorf("%d mails left, %d kept", in, done)
			}
		})
	}
}

// TestMailboxDies: whoever dies after a mail was taken and before it went sees it
// again, as the same bytes; the limit holds.
func TestMailboxDies(t *testing.T) {
	t.Parallel()
	s := serve(t, true, nil)
	for i := range 5 {
		s.put(t, "INBOX", fmt.Sprintf("mail %d", i))
	}
	seen := map[string]int{}
	for range 6 {
		ctx, die := context.WithCancel(t.Context())
		b := s.mailbox(t, "imaps://meldung%40stadt.example:geheim%3A1@"+s.addr+"/INBOX", "", standing)
		_, err := b.Poll(ctx, 1, func(_ context.Context, raw []byte) error {
			text := strings.TrimPrefix(string(raw), head)
			if seen[text]++; seen[text] == 1 {
				die() // the connection is closed before the mail can be deleted
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		die()
	}
	if d := cmp.Diff(map[string]int{"mail 0": 2, "mail 1": 2, "mail 2": 2}, seen); d != "" {
		t.Error(d)
	}
	if n := s.count("INBOX"); n != 2 {
		t.Errorf("%d left", n)
	}
	// marked as deleted before it died: gone without being taken again
	if _, err := s.user.Append("INBOX", literal{strings.NewReader(head + "mail 0")}, &imap.AppendOptions{Flags: []imap.Flag{imap.FlagDeleted}}); err != nil {
		t.Fatal(err)
	}
	b := s.mailbox(t, "imaps://meldung%40stadt.example:geheim%3A1@"+s.addr+"/INBOX", "", standing)
	if n, err := b.Poll(t.Context(), 9, func(context.Context, []byte) error { return nil }); n != 2 || err != nil || s.count("INBOX") != 0 {
		t.Errorf("%d, %v, %d left", n, err, s.count("INBOX"))
	}
}

// TestMailboxWaits: a server that refuses is asked again after one, two, four
// minutes, never later than after half an hour, and at once when it works again.
func TestMailboxWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, true, nil)
	now := standing()
	b := s.mailbox(t, "imaps://meldung%40stadt.example:falsch@"+s.addr, "", func() time.Time { return now })
	take := func(context.Context, []byte) error { return nil }
	var waits []time.Duration
	for range 8 {
		began := now
		if _, err := b.Poll(t.Context(), 1, take); err == nil {
			t.Fatal("signed in with a wrong password")
		} else if strings.Contains(err.Error(), "falsch") {
			t.Errorf("the password is in the message: %v", err)
		}
		for {
			now = now.Add(30 * time.Second)
			if _, err := b.Poll(t.Context(), 0, take); err != nil {
				break
			}
		}
		waits = append(waits, now.Sub(began))
		now = now.Add(time.Hour)
	}
	if waits[0] != time.Minute || waits[7] != 30*time.Minute {
		t.Errorf("waits %v", waits)
	}
}

func TestOpenMailbox(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "pop3://a:b@c", "imaps://host", "imaps://a:b@", "::"} {
		if _, err := inbound.OpenMailbox(inbound.MailboxConfig{URL: url}); err == nil {
			t.Errorf("%q is taken", url)
		}
	}
}
