package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

// at moves the database's time and works what is due by then.
func (b *bundle) at(t *testing.T, now time.Time) {
	t.Helper()
	dbtest.SetNow(t, b.tx, now)
	b.work(t)
}

// TestOutageOfADay: the mail server is away for 24 hours, by the clock of the database;
// half of that time it does not answer at all, the other half it takes a mail and then
// says that it can't. Afterwards every mail is there once, with the Message-ID that it
// had at every try, and those about one thing in their order.
func TestOutageOfADay(t *testing.T) {
	t.Parallel()
	srv := startSMTP(t)
	b := setup(t, srv.url)
	up := b.out.send
	down, err := newSMTP("smtp://127.0.0.1:1?tls=none") // a port that nobody listens on
	if err != nil {
		t.Fatal(err)
	}
	const readers, things = 4, 2
	var contacts [readers]uuid.UUID
	var abouts [things]subject.Ref
	for i := range contacts {
		contacts[i] = subject.NewID()
		b.known[contacts[i]] = string(rune('a'+i)) + "@example.org"
	}
	for i := range abouts {
		abouts[i] = thing()
	}
	start := time.Date(2031, 3, 29, 18, 0, 0, 0, time.UTC) // over the change of the clocks; later than the jobs' own time
	now, queued := start, 0
	b.out.send = down
	srv.answer(nil, refuse(451))
	for ; now.Before(start.Add(24 * time.Hour)); now = now.Add(20 * time.Minute) {
		if now.Equal(start.Add(12 * time.Hour)) {
			b.out.send = up
		}
		dbtest.SetNow(t, b.tx, now)
		m := message(contacts[queued%readers])
		m.About = abouts[queued/readers%things]
		m.Lead = "Nummer " + now.Format(time.RFC3339) + "."
		b.queue(t, m)
		queued++
		b.at(t, now)
	}
	if n := len(srv.got()); n != 0 {
		t.Fatalf("%d mails during the outage", n)
	}
	srv.answer(nil, nil)
	for end := now.Add(6 * time.Hour); now.Before(end); now = now.Add(10 * time.Minute) {
		b.at(t, now)
	}
	var sent, failed int
	if err := b.tx.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state <> 'sent') FROM mails`).Scan(&sent, &failed); err != nil {
		t.Fatal(err)
	}
	got := srv.got()
	if sent != queued || failed != 0 || len(got) != queued {
		t.Errorf("of %d mails %d are sent, %d are not, %d arrived", queued, sent, failed, len(got))
	}
	seen, last := map[string]int{}, map[string]string{}
	for _, w := range got {
		m, err := netmail.ReadMessage(bytes.NewReader([]byte(w.data)))
		if err != nil {
			t.Fatal(err)
		}
		seen[m.Header.Get("Message-Id")]++
		thread := strings.Join(w.to, "") + m.Header.Get("References")
		_, text, _ := strings.Cut(readParts(t, m)["text/plain"], "Nummer ")
		number, _, _ := strings.Cut(text, ".")
		if number <= last[thread] {
			t.Errorf("%s after %s to %s", number, last[thread], w.to)
		}
		last[thread] = number
	}
	if len(last) != readers*things {
		t.Errorf("%d threads, want %d", len(last), readers*things)
	}
	rows, err := b.tx.Query(t.Context(), `SELECT '<' || id || '@mitwirk.example>' FROM mails`)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var id string
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids[id] = true
		if seen[id] != 1 {
			t.Errorf("%s came %d times", id, seen[id])
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if len(srv.tried) < 2*queued {
		t.Errorf("%d tries for %d mails: that was no outage", len(srv.tried), queued)
	}
	for _, id := range srv.tried {
		if !ids[id] {
			t.Errorf("tried as %s, which is no mail's", id)
		}
	}
}

// A mail waits for an older one about the same thing to the same person, and sends it
// first; others do not wait.
func TestThreadsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	srv := startSMTP(t)
	b := setup(t, srv.url)
	anna, bert := subject.NewID(), subject.NewID()
	b.known[anna], b.known[bert] = "anna@example.org", "bert@example.org"
	about, other := thing(), thing()
	begin := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, b.tx, begin)
	mail := func(to uuid.UUID, of subject.Ref, lead string) {
		t.Helper()
		m := message(to)
		m.About, m.Subject = of, lead
		b.queue(t, m)
	}
	srv.answer(nil, refuse(451))
	mail(anna, about, "first")
	for _, after := range []time.Duration{0, time.Minute, 3 * time.Minute, 8 * time.Minute, 23 * time.Minute, 53 * time.Minute, 113 * time.Minute} {
		b.at(t, begin.Add(after)) // from now on it waits two hours
	}
	srv.answer(nil, nil)
	b.at(t, begin.Add(114*time.Minute))
	mail(anna, about, "second")
	mail(anna, other, "beside")
	mail(bert, about, "somebody else")
	b.at(t, begin.Add(115*time.Minute))
	var order []string
	for _, w := range srv.got() {
		m, err := netmail.ReadMessage(bytes.NewReader([]byte(w.data)))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, m.Header.Get("Subject"))
	}
	if got := strings.Join(order, ", "); got != "first, second, beside, somebody else" {
		t.Errorf("%s", got)
	}
	b.at(t, begin.Add(5*time.Hour))
	if n := len(srv.got()); n != 4 {
		t.Errorf("%d mails, want 4", n)
	}
}
