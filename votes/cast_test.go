package votes_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

func idea() subject.Ref { return subject.Ref{Kind: subject.Idea, ID: subject.NewID()} }

func cast(t *testing.T, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, aspect votes.Aspect, value int16, net string) votes.Outcome {
	t.Helper()
	o, err := votes.Cast(t.Context(), tx, actor, votes.Ballot{Scope: "ideas", Ref: ref, Aspect: aspect, Value: value, Network: net})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func total(t *testing.T, q db.Queryer, ref subject.Ref, aspect votes.Aspect, least int) int {
	t.Helper()
	tally, err := votes.Totals(t.Context(), q, ref, aspect, least)
	if err != nil {
		t.Fatal(err)
	}
	return tally.N
}

// TestClaimed: a visitor's support is claimed by signing in, counts once, and
// from then on as one of a confirmed address.
func TestClaimed(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	visitor, person, ref := accountstest.Visitor(t, tx), accountstest.Resident(t, tx), idea()
	first := cast(t, tx, visitor, ref, votes.Support, 1, "")
	if first.Receipt == "" || total(t, tx, ref, votes.Support, accounts.L1) != 0 {
		t.Fatalf("%+v", first)
	}
	for range 2 {
		if err := votes.Adopt(t.Context(), tx, visitor.Person, person.Person); err != nil {
			t.Fatal(err)
		}
		if again := cast(t, tx, person, ref, votes.Support, 1, ""); again.Changed {
			t.Error("doubled")
		}
	}
	if a, b := total(t, tx, ref, votes.Support, accounts.L0), total(t, tx, ref, votes.Support, accounts.L1); a != 1 || b != 1 {
		t.Errorf("%d in all, %d confirmed", a, b)
	}
	if wrong, err := votes.Repair(t.Context(), tx); err != nil || wrong != 0 {
		t.Errorf("%d wrong totals, %v", wrong, err)
	}
	if p, err := votes.Verify(t.Context(), tx, first.Receipt); err != nil || p.State != votes.Counted || p.Withdrawn || p.Sealed != nil {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := votes.Take(t.Context(), tx, person, "ideas", ref, votes.Support); err != nil {
		t.Fatal(err)
	}
	if p, err := votes.Verify(t.Context(), tx, first.Receipt); err != nil || !p.Withdrawn {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestHeldOverNetwork: 30 new visitors one after the other over one connection
// are held, what follows them too, and none of it by signing in set free; released
// they count.
func TestHeldOverNetwork(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref := idea()
	now := time.Date(2030+int(ref.ID[15]), time.Month(1+ref.ID[14]%12), 1+int(ref.ID[13]%28), 12, 0, 0, 0, time.UTC) // a day that no other test makes a secret for
	dbtest.SetNow(t, tx, now)
	honest := accountstest.Visitor(t, tx)
	if _, err := votes.Watch(t.Context(), tx, nil); err != nil { // makes the secret of the day
		t.Fatal(err)
	}
	cast(t, tx, honest, ref, votes.Support, 1, "192.0.2.9")
	var last accounts.Actor
	for i := range 90 {
		dbtest.SetNow(t, tx, now.Add(time.Duration(i)*25*time.Second+time.Duration(i%7)*time.Second))
		last = accountstest.Visitor(t, tx)
		if o := cast(t, tx, last, ref, votes.Support, 1, "198.51.100.7"); o.State != votes.Counted {
			t.Fatalf("held at once: %+v", o)
		}
	}
	told := 0
	watch := func() int {
		t.Helper()
		n, err := votes.Watch(t.Context(), tx, func(context.Context, pgx.Tx, votes.HoldsChanged) error { told++; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := watch(); n != 90 || total(t, tx, ref, votes.Support, 0) != 1 {
		t.Fatalf("held %d, %d count", n, total(t, tx, ref, votes.Support, 0))
	}
	if n := watch(); n != 0 || told != 1 {
		t.Errorf("a second look held %d, told %d", n, told)
	}
	if o := cast(t, tx, accountstest.Visitor(t, tx), ref, votes.Support, 1, "198.51.100.7"); o.State != votes.Held {
		t.Errorf("the next: %+v", o)
	}
	person := accountstest.Resident(t, tx)
	cast(t, tx, person, idea(), votes.Support, 1, "") // has a voter of their own
	if err := votes.Adopt(t.Context(), tx, last.Person, person.Person); err != nil {
		t.Fatal(err)
	}
	if n := total(t, tx, ref, votes.Support, 0); n != 1 {
		t.Errorf("signing in freed a vote: %d", n)
	}
	moderator := accountstest.Staff(t, tx, subject.Moderator)
	if _, err := votes.Holds(t.Context(), tx, accountstest.Admin(t, tx), true); !fault.Is(err, fault.NotFound) {
		t.Errorf("an admin sees holds: %v", err)
	}
	list, err := votes.Holds(t.Context(), tx, moderator, true)
	if err != nil || len(list) != 1 || list[0].Pattern != votes.OneSource {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := votes.Decide(t.Context(), tx, moderator, list[0].ID, list[0].N-1, true, "Das war ein Stand auf dem Markt."); !fault.Is(err, fault.Conflict) {
		t.Errorf("another number was seen: %v", err)
	}
	if _, err := votes.Decide(t.Context(), tx, moderator, list[0].ID, list[0].N, true, "Das war ein Stand auf dem Markt."); err != nil {
		t.Fatal(err)
	}
	if n := total(t, tx, ref, votes.Support, 0); n != 92 { // 90, the one that followed, and the honest one
		t.Errorf("%d count after the release", n)
	}
	if n := watch(); n != 0 {
		t.Errorf("released votes were held again: %d", n)
	}
	if wrong, err := votes.Repair(t.Context(), tx); err != nil || wrong != 0 {
		t.Errorf("%d wrong totals, %v", wrong, err)
	}
}

// TestBatches: nothing below ten, then only in batches of five people, so that
// no difference is one person's rating.
func TestBatches(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	const question votes.Aspect = "importance"
	ref := subject.Ref{Kind: subject.Measure, ID: subject.NewID()}
	for range 2 {
		if err := votes.Publish(t.Context(), tx, ref, question); err != nil {
			t.Fatal(err)
		}
	}
	published := func() votes.Tally {
		t.Helper()
		all, err := votes.Published(t.Context(), tx, ref.Kind, []uuid.UUID{ref.ID}, question)
		if err != nil {
			t.Fatal(err)
		}
		return all[ref.ID]
	}
	raters := make([]accounts.Actor, 20)
	seen := []int{}
	for i := range raters {
		raters[i] = accountstest.Visitor(t, tx)
		cast(t, tx, raters[i], ref, question, int16(i%5+1), "")
		seen = append(seen, published().N)
	}
	for i, n := range seen {
		want := 0
		if i+1 >= 10 {
			want = (i + 1) / 5 * 5
		}
		if n != want {
			t.Errorf("after %d ratings %d are public, want %d", i+1, n, want)
		}
	}
	if tally := published(); tally.Mean() != 3 {
		t.Errorf("mean %v", tally.Mean())
	}
	for range 8 { // one person who changes their mind is one person
		for _, v := range []int16{1, 5} {
			cast(t, tx, raters[0], ref, question, v, "")
		}
	}
	if tally := published(); tally.By[5] != 4 {
		t.Errorf("one person's changes are public: %+v", tally)
	}
}

func TestSeals(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	day, ref := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), idea()
	scope := "call/" + uuid.NewString()
	vote := func(actor accounts.Actor, value int16) votes.Outcome {
		t.Helper()
		o, err := votes.Cast(t.Context(), tx, actor, votes.Ballot{Scope: scope, Ref: ref, Aspect: votes.Support, Value: value})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	dbtest.SetNow(t, tx, day)
	anna := accountstest.Visitor(t, tx)
	o := vote(anna, 1)
	vote(accountstest.Visitor(t, tx), 1)
	dbtest.SetNow(t, tx, day.AddDate(0, 0, 1))
	vote(anna, 0)
	vote(accountstest.Visitor(t, tx), 1)
	dbtest.SetNow(t, tx, day.AddDate(0, 0, 2))
	for range 2 { // a second time seals nothing
		if _, err := votes.SealDays(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	seals, err := votes.Seals(t.Context(), tx, scope)
	if err != nil || len(seals) != 2 || seals[0].N != 2 || seals[1].N != 2 {
		t.Fatalf("%+v, %v", seals, err)
	}
	sum := 0
	if err := votes.Ledger(t.Context(), tx, scope, func(e votes.Entry) error {
		sum += int(e.Delta)
		return nil
	}); err != nil || sum != total(t, tx, ref, votes.Support, 0) || sum != 2 {
		t.Errorf("recounted %d, %v", sum, err)
	}
	if p, err := votes.Verify(t.Context(), tx, o.Receipt); err != nil || !p.Withdrawn {
		t.Errorf("%+v, %v", p, err)
	}
	if bad, err := votes.VerifySeals(t.Context(), tx, scope); err != nil || !bad.IsZero() {
		t.Errorf("broken on %v, %v", bad, err)
	}
	// nobody changes a row; whoever disables the trigger is found out
	for _, sql := range []string{`ALTER TABLE vote_ledger DISABLE TRIGGER vote_ledger_sealed`, `UPDATE vote_ledger SET value = 2 WHERE scope = $1`} {
		args := []any{scope}
		if sql[0] == 'A' {
			args = nil
		}
		if _, err := tx.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	if bad, err := votes.VerifySeals(t.Context(), tx, scope); err != nil || bad.IsZero() {
		t.Errorf("a changed row was not found, %v", err)
	}
}

// What counts only from a level on is in the ledger from then on: whoever counts
// again comes to what is shown.
func TestLedgerFromALevelOn(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	day, ref, scope := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), idea(), "call/"+uuid.NewString()
	dbtest.SetNow(t, tx, day)
	if err := votes.SetFloor(t.Context(), tx, scope, accounts.L1); err != nil {
		t.Fatal(err)
	}
	vote := func(actor accounts.Actor, value int16) {
		t.Helper()
		if _, err := votes.Cast(t.Context(), tx, actor, votes.Ballot{Scope: scope, Ref: ref, Aspect: votes.Support, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	recount := func(after int) (sum int) {
		t.Helper()
		dbtest.SetNow(t, tx, day.AddDate(0, 0, after))
		if _, err := votes.SealDays(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		if err := votes.Ledger(t.Context(), tx, scope, func(e votes.Entry) error {
			sum += int(e.Delta)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return sum
	}
	low, leaves := accountstest.Visitor(t, tx), accountstest.Visitor(t, tx)
	vote(low, 1)
	vote(leaves, 1)
	vote(accountstest.Resident(t, tx), 1)
	if n := recount(2); n != 1 {
		t.Errorf("%d in the ledger, 1 counts", n)
	}
	vote(leaves, 0) // never counted: nothing to take back
	for range 2 {   // the second time changes nothing
		if _, err := tx.Exec(t.Context(), `UPDATE persons SET level = 1 WHERE id = $1`, low.Person); err != nil {
			t.Fatal(err)
		}
		if err := votes.Raise(t.Context(), tx, low.Person); err != nil {
			t.Fatal(err)
		}
	}
	if n := recount(4); n != 2 || total(t, tx, ref, votes.Support, 1) != 2 {
		t.Errorf("%d in the ledger, 2 count", n)
	}
	vote(low, 0)
	if n := recount(6); n != 1 {
		t.Errorf("%d in the ledger after one was withdrawn", n)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref, actor := idea(), accountstest.Visitor(t, tx)
	cast(t, tx, actor, ref, votes.Support, 1, "")
	if err := votes.Close(t.Context(), tx, "ideas"); err != nil {
		t.Fatal(err)
	}
	_, err := votes.Cast(t.Context(), tx, actor, votes.Ballot{Scope: "ideas", Ref: ref, Aspect: votes.Support})
	if !fault.Is(err, fault.Gone) {
		t.Errorf("closed: %v", err)
	}
	if err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error { // behind the service's back
		_, err := votes.Set(ctx, tx, actor, "ideas", ref, votes.Support, 0)
		return err
	}); err == nil {
		t.Error("the trigger let a change through")
	}
}

func TestSplitOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		by   [4]int
		want []votes.Cell
	}{
		{"few are joined to a neighbour", [4]int{84, 397, 800, 3}, []votes.Cell{{From: 0, To: 0, N: 80}, {From: 1, To: 1, N: 400}, {From: 2, To: 3, N: 800}}},
		{"nothing left to tell", [4]int{3, 500, 2, 0}, nil},
		{"all few", [4]int{4, 4, 4, 4}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := votes.SplitOf(tt.by)
			if len(got) != len(tt.want) {
				t.Fatalf("%v, want %v", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] || got[i].N%10 != 0 {
					t.Errorf("%v, want %v", got, tt.want)
				}
			}
		})
	}
}
