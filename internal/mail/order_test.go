package mail

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

// refusing is a server that can't take mails to an address now.
type refusing struct {
	transport

	to string
}

func (r refusing) send(ctx context.Context, m *gomail.Msg) error {
	if r.to != "" && strings.Contains(strings.Join(m.GetToString(), " "), r.to) {
		return errors.New("not now")
	}
	return r.transport.send(ctx, m)
}

// TestOrderOfAReader: mails about one thing reach one person in their order, also where
// one address was given twice, while the server can't; one that was not tried yet at
// another address of theirs goes first, too, but an address that can't be reached holds
// up no other.
func TestOrderOfAReader(t *testing.T) {
	t.Parallel()
	given, account, other := subject.NewID(), subject.NewID(), subject.NewID()
	for _, tt := range []struct {
		name     string
		first    uuid.UUID
		second   uuid.UUID
		refused  string // the address that can't now
		wantNow  []string
		wantThen []string
	}{
		{"one address, given twice", given, account, "anna@", nil, []string{"Nummer 1.", "Nummer 2."}},
		{"two addresses", other, account, "", []string{"Nummer 1.", "Nummer 2."}, []string{"Nummer 1.", "Nummer 2."}},
		{"another address that can't be reached", other, account, "fern@", []string{"Nummer 2."}, []string{"Nummer 2.", "Nummer 1."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := startSMTP(t)
			b := setup(t, srv.url)
			b.known[given], b.known[account], b.known[other] = "anna@example.org", "anna@example.org", "fern@example.org"
			b.out.cfg.Readers = func(_ context.Context, _ db.Queryer, contact uuid.UUID) (Readers, error) {
				if contact == other {
					return Readers{Others: []uuid.UUID{given, account}}, nil
				}
				return Readers{Address: []uuid.UUID{given, account}, Others: []uuid.UUID{other}}, nil
			}
			up := b.out.send
			b.out.send = refusing{up, tt.refused}
			start := time.Date(2031, 3, 29, 18, 0, 0, 0, time.UTC)
			for i, contact := range []uuid.UUID{tt.first, tt.second} {
				dbtest.SetNow(t, b.tx, start.Add(time.Duration(i)*time.Second))
				m := message(contact)
				m.Lead = "Nummer " + string(rune('1'+i)) + "."
				b.queue(t, m)
			}
			var newest uuid.UUID
			if err := b.tx.QueryRow(t.Context(), `SELECT id FROM mails ORDER BY created_at DESC LIMIT 1`).Scan(&newest); err != nil {
				t.Fatal(err)
			}
			if err := b.out.work(t.Context(), sendArgs{Mail: newest}); (err != nil) != (tt.wantNow == nil) { // the second one's job comes first
				t.Error(err)
			}
			said := func() (list []string) {
				for _, m := range srv.got() {
					for _, what := range []string{"Nummer 1.", "Nummer 2."} {
						if strings.Contains(m.data, what) {
							list = append(list, what)
						}
					}
				}
				return list
			}
			b.work(t)
			if got := said(); !slices.Equal(got, tt.wantNow) {
				t.Errorf("now %q, want %q", got, tt.wantNow)
			}
			b.out.send = up
			b.at(t, start.Add(time.Hour))
			b.at(t, start.Add(2*time.Hour))
			if got := said(); !slices.Equal(got, tt.wantThen) {
				t.Errorf("then %q, want %q", got, tt.wantThen)
			}
		})
	}
}
