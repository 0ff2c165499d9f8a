package faults_test

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/mail"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// mailbox is a mail server that counts what it is given.
type mailbox struct {
	mu  sync.Mutex
	ids map[string]int
}

func newMailbox(t testing.TB, addr string) *mailbox {
	t.Helper()
	box := &mailbox{ids: map[string]int{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{box}, nil }))
	server.Domain, server.AllowInsecureAuth = "localhost", true
	l, err := net.Listen("tcp", addr)
	must(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return box
}

// messages is how often each Message-ID came.
func (b *mailbox) messages() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.ids)
}

type delivery struct{ box *mailbox }

func (*delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (*delivery) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (*delivery) Reset()                               {}
func (*delivery) Logout() error                        { return nil }

func (d *delivery) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	d.box.mu.Lock()
	defer d.box.mu.Unlock()
	d.box.ids[m.Header.Get("Message-Id")]++
	return nil
}
