package faults_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// sentWhileAway checks the answer to a form that is sent while nothing can be
// stored: 503 soon, when to come back, and every entry in the page.
func (p *person) sentWhileAway(t *testing.T, what string) {
	t.Helper()
	key := uuid.New()
	typed := "Ein langer Satz, den niemand zweimal tippen will: " + key.String()
	in := url.Values{"draft": {key.String()}, "text": {typed}, "category": {"sonstiges"}, "lon": {"11.57"}, "lat": {"48.13"}, "do": {"next"}}
	began := time.Now()
	a := p.once(t.Context(), http.MethodPost, "/reports/new", formType, []byte(in.Encode()))
	took := time.Since(began)
	t.Logf("%s: %d after %s", what, a.status, took.Round(time.Millisecond))
	if a.status != http.StatusServiceUnavailable {
		t.Errorf("%s: a form is answered %d: %.300s", what, a.status, a.body)
		return
	}
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
		t.Errorf("%s: Retry-After %q", what, a.header.Get("Retry-After"))
	}
	for _, words := range []string{`value="` + typed + `"`, "<li>" + typed + "</li>", "Noch nicht gesendet."} {
		if !strings.Contains(string(a.body), words) {
			t.Errorf("%s: the page does not hold %q", what, words)
		}
	}
	if took > 15*time.Second { // 5 s are meant; a busy machine gets some more
		t.Errorf("%s: answered after %s", what, took)
	}
}

// wantHealth checks what those who watch over the process are told.
func (c *city) wantHealth(t *testing.T, what string, ready int, word string) {
	t.Helper()
	if status, _ := c.ask(t.Context(), "/healthz"); status != http.StatusOK {
		t.Errorf("%s: /healthz says %d", what, status)
	}
	if status, body := c.ask(t.Context(), "/readyz"); status != ready || !strings.Contains(body, word) {
		t.Errorf("%s: /readyz says %d %q, want %d %q", what, status, body, ready, word)
	}
}

// recovered checks that all goes on in the same process.
func (c *city) recovered(t *testing.T, l *ledger, what string) {
	t.Helper()
	began := time.Now()
	awaitAck(t, l)
	t.Logf("%s: the next report is acknowledged %s after the end of the fault", what, time.Since(began).Round(time.Millisecond))
	if !c.running() || c.starts != 1 {
		t.Errorf("%s: the server was started %d times", what, c.starts)
	}
	if !c.waitReady(30 * time.Second) {
		t.Errorf("%s: not ready again", what)
	}
}

// finish ends the load and compares.
func (c *city) finish(t *testing.T, l *ledger, stop chan struct{}, wait func()) {
	t.Helper()
	close(stop)
	wait()
	t.Logf("%+v; answers: %s", c.compare(t, l), l.statuses())
	if l.answers["500"] > 0 {
		t.Errorf("%d times 500: %s", l.answers["500"], c.logged(`"kind":"internal"`))
	}
}

// TestDatabaseAway stops the database, and lets it stand still, under load.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	c.startServer()
	l := newLedger(c)
	stop := make(chan struct{})
	wait := l.load(t, 4, stop)
	awaitAck(t, l)
	away := either(5*time.Second, 30*time.Second)
	someone := l.person(t, 99)
	if a := someone.once(t.Context(), http.MethodGet, "/reports/new", "", nil); a.status != http.StatusOK {
		t.Fatalf("the form: %d", a.status)
	}

	what := "database stands still for " + away.String()
	until := time.After(away)
	main := c.postmaster()
	pids := append(c.backends(), main)
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGSTOP) // a session may have ended meanwhile
	}
	someone.sentWhileAway(t, what)
	c.wantHealth(t, what, http.StatusServiceUnavailable, "database")
	someone.sentWhileAway(t, what+", again")
	<-until
	for _, pid := range append(c.backends(), pids...) {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	c.recovered(t, l, what)

	what = "database stopped for " + away.String()
	must(t, c.cluster.Close(t.Context()))
	until = time.After(away)
	someone.sentWhileAway(t, what)
	c.wantHealth(t, what, http.StatusServiceUnavailable, "database")
	<-until
	someone.sentWhileAway(t, what+", at its end")
	c.cluster = nil
	c.startDB()
	c.recovered(t, l, what)
	c.finish(t, l, stop, wait)
}

// TestMailServerAway: mails wait for a server that does not answer and go out
// once, when it does.
func TestMailServerAway(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	post := freeAddr(t)
	c.env = []string{"MITWIRK_SMTP_URL=smtp://" + post + "?tls=none", "MITWIRK_MAIL_FROM=Mitwirk <mitwirk@example.org>"}
	c.startServer()
	l := newLedger(c)
	l.mail = true
	p := l.person(t, 1)
	const n = 5
	for range n {
		must(t, p.report(t.Context()))
	}
	pool := c.pool()
	waiting := func() (tried, open, failed int) {
		must(t, pool.QueryRow(t.Context(), `
SELECT count(*) FILTER (WHERE tries > 0), count(*) FILTER (WHERE state IN ('queued', 'sending')), count(*) FILTER (WHERE state IN ('failed', 'dropped'))
FROM mails`).Scan(&tried, &open, &failed))
		return tried, open, failed
	}
	within(t, "mails are tried", 60*time.Second, func() bool { tried, _, _ := waiting(); return tried >= n })
	if _, open, failed := waiting(); open != n || failed != 0 {
		t.Errorf("without a server: %d mails wait, %d are given up", open, failed)
	}
	c.wantHealth(t, "mail server away", http.StatusOK, "ready")

	box := newMailbox(t, post)
	began := time.Now()
	within(t, "mails go out", 3*time.Minute, func() bool {
		if !long { // the pause before the next try is a minute; the short form does not wait for it
			_, err := pool.Exec(t.Context(), `UPDATE river.river_job SET scheduled_at = now() WHERE kind = 'mail_send' AND state = 'scheduled'`)
			must(t, err)
		}
		_, open, _ := waiting()
		return open == 0
	})
	got := box.messages()
	t.Logf("%d mails are there %s after the server came back", len(got), time.Since(began).Round(time.Second))
	if len(got) != n {
		t.Errorf("%d mails of %d", len(got), n)
	}
	for id, times := range got {
		if times != 1 {
			t.Errorf("mail %s came %d times", id, times)
		}
	}
	if c.starts != 1 || !c.running() {
		t.Error("the server was started again")
	}
	if sum := c.compare(t, l); sum.Lost+sum.Half+sum.Doubled > 0 {
		t.Errorf("%+v", sum)
	}
}

// within waits until something holds.
func within(t *testing.T, what string, most time.Duration, holds func() bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), most)
	defer stop()
	for !holds() {
		if ctx.Err() != nil {
			t.Fatalf("not within %s: %s", most, what)
		}
		pause(ctx, 200*time.Millisecond)
	}
}
