package faults_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
)

// readerBox is a slow mail server that keeps what each reader sees: per recipient and
// thread (one per report) the Message-IDs, and how often each came.
type readerBox struct {
	mu    sync.Mutex
	seen  map[[2]string]map[string]int
	n     int
	fresh chan struct{}
}

func newReaderBox(t testing.TB, addr string) *readerBox {
	t.Helper()
	box := &readerBox{seen: map[[2]string]map[string]int{}, fresh: make(chan struct{}, 1)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &reading{box: box}, nil }))
	server.Domain, server.AllowInsecureAuth = "localhost", true
	l, err := net.Listen("tcp", addr)
	must(t, err)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return box
}

// await waits for the next mail.
func (b *readerBox) await(t *testing.T, c *city) {
	t.Helper()
	select {
	case <-b.fresh:
	default:
	}
	select {
	case <-b.fresh:
	case <-time.After(2 * time.Minute):
		t.Fatalf("no mail for two minutes: %s", c.lastWords())
	}
}

type reading struct {
	box *readerBox
	to  string
}

func (*reading) Mail(string, *smtp.MailOptions) error { return nil }
func (r *reading) Rcpt(to string, _ *smtp.RcptOptions) error {
	r.to = to
	return nil
}
func (*reading) Reset()        {}
func (*reading) Logout() error { return nil }

// Data takes its time before and after the mail is in the box: a server that dies then
// has sent it, or not, and knows neither.
func (r *reading) Data(in io.Reader) error {
	raw, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	b := r.box
	b.mu.Lock()
	key := [2]string{r.to, m.Header.Get("References")}
	if b.seen[key] == nil {
		b.seen[key] = map[string]int{}
	}
	b.seen[key][m.Header.Get("Message-Id")]++
	b.n++
	b.mu.Unlock()
	select {
	case b.fresh <- struct{}{}:
	default:
	}
	time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	return nil
}

// areaReaders makes people who follow the whole city by mail.
func areaReaders(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	for i := range n {
		must(t, db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
			id, err := accounts.AddContact(ctx, tx, accounts.Actor{}, fmt.Sprintf("reader%d@beispiel.example", i))
			if err != nil {
				return err
			}
			if id, err = accounts.ConfirmContact(ctx, tx, id); err != nil {
				return err
			}
			_, err = follows.FollowArea(ctx, tx, follows.AreaFollow{Area: follows.Area{News: follows.New}, Kind: follows.Contact, Owner: id, Cadence: follows.Each, Lang: "de"})
			return err
		}))
	}
}

// TestKillWhileMailing ends the server by SIGKILL while it mails. Afterwards each reader
// has a mail of each report: none is lost, and none is two to the reader's eye, since
// what came twice has the same Message-ID.
func TestKillWhileMailing(t *testing.T) {
	t.Parallel()
	kills, readers := either(4, 200), 5
	c := newCity(t)
	post := freeAddr(t)
	c.env = []string{"MITWIRK_SMTP_URL=smtp://" + post + "?tls=none", "MITWIRK_MAIL_FROM=Mitwirk <mitwirk@example.org>"}
	box := newReaderBox(t, post)
	c.startServer()
	pool := c.pool()
	areaReaders(t, pool, readers)
	l := newLedger(c)
	l.lamp = true // public at once
	stop := make(chan struct{})
	wait := l.load(t, 1, stop)
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for i := range kills {
		box.await(t, c)
		pause(t.Context(), time.Duration(rnd.IntN(either(60, 300)))*time.Millisecond)
		c.killServer()
		if !long {
			elapse(t, pool)
		}
		c.startServer()
		if i%20 == 19 {
			t.Logf("%d kills, %d reports acknowledged", i+1, l.acks.Load())
		}
	}
	close(stop)
	wait()
	within(t, "every mail goes out", 6*time.Minute, func() bool {
		if !long {
			elapse(t, pool)
		}
		var open int
		must(t, pool.QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM mails WHERE state IN ('queued', 'sending')) + (SELECT count(*) FROM deliveries WHERE state = 'waiting')
     + (SELECT count(*) FROM reports r, contacts k
        WHERE k.address LIKE 'reader%' AND NOT EXISTS (SELECT FROM deliveries d WHERE d.subject_id = r.id AND d.contact_id = k.id))`).Scan(&open))
		return open == 0
	})
	var reports, lost int
	must(t, pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM mails WHERE state <> 'sent')`).Scan(&reports, &lost))
	box.mu.Lock()
	defer box.mu.Unlock()
	again := 0
	for key, ids := range box.seen {
		if len(ids) != 1 {
			t.Errorf("%s has %d mails of one report", key[0], len(ids))
		}
		for _, n := range ids {
			again += n - 1
		}
	}
	t.Logf("%d kills, %d reports, %d readers: %d mails expected, %d there, %d of them came again with the same Message-ID", kills, reports, readers, reports*readers, len(box.seen), again)
	if len(box.seen) != reports*readers || lost != 0 || reports == 0 {
		t.Errorf("%d mails of %d, %d not sent", len(box.seen), reports*readers, lost)
	}
	if again > kills*8 { // what eight workers had under way
		t.Errorf("%d mails came again after %d kills", again, kills)
	}
}

// elapse lets the minute pass after which the work of a dead process is taken over: the
// short form does not wait for it. Its server may be running: only what nobody has
// touched since it started is taken away.
func elapse(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE mails SET claimed_until = mitwirk_now() - interval '1 second'
		 WHERE state = 'sending' AND claimed_until < mitwirk_now() + interval '43 seconds'`,
		`UPDATE river.river_job SET state = 'available', scheduled_at = now()
		 WHERE state = 'running' AND attempted_at < now() - interval '2 seconds'`,
		`UPDATE river.river_job SET scheduled_at = now() WHERE state IN ('scheduled', 'retryable') AND kind IN ('mail_send', 'notify_send')`,
	} {
		_, err := pool.Exec(t.Context(), sql)
		must(t, err)
	}
}
