package discussion_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// thing is what is discussed in these tests.
type thing struct {
	ref        subject.Ref
	closed     bool
	private    bool
	department uuid.UUID
	owner      uuid.UUID
}

func (th *thing) Discussed(_ context.Context, _ db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
	if id != th.ref.ID || th.private && !actor.System && !actor.Is(th.owner) {
		return discussion.Subject{}, fault.Missing("thing")
	}
	s := discussion.Subject{
		Title: "Trinkbrunnen am Harras", Path: "/things/1", Public: !th.private, Write: !th.closed, InCharge: th.department,
	}
	if actor.Worked(th.department) && !actor.System {
		s.Official, s.Department, s.Role = true, th.department, subject.Caseworker
	}
	if th.owner != uuid.Nil {
		s.Owners = []uuid.UUID{th.owner}
	}
	return s, nil
}

func (th *thing) Introduce(ctx context.Context, q db.Queryer, actor accounts.Actor, ids []uuid.UUID) ([]discussion.Subject, error) {
	return discussion.DomainFunc(th.Discussed).Introduce(ctx, q, actor, ids)
}

type bench struct {
	t     *testing.T
	tx    pgx.Tx
	s     *discussion.Service
	thing *thing
	now   time.Time
}

// gate holds what says so.
type gate struct{ until time.Time }

func (g gate) Comment(_ context.Context, _ pgx.Tx, _ accounts.Actor, c *discussion.Comment, _ time.Time) (bool, time.Time, error) {
	return strings.Contains(c.Text, "halten"), g.until, nil
}

func setup(t *testing.T) *bench {
	t.Helper()
	tx := dbtest.Tx(t)
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	bus, err := events.New(events.Config{Jobs: j, DB: tx, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, tx: tx, thing: &thing{ref: subject.Ref{Kind: subject.Idea, ID: subject.NewID()}, department: accountstest.Department(t, tx).ID}}
	if b.s, err = discussion.New(discussion.Config{DB: tx, Bus: bus, Domains: map[subject.Kind]discussion.Domain{subject.Idea: b.thing}}); err != nil {
		t.Fatal(err)
	}
	if b.now, err = db.Now(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	b.s.SetGate(gate{until: b.now.Add(14 * time.Hour)})
	return b
}

func (b *bench) write(actor accounts.Actor, text string, opts ...func(*discussion.Writing)) discussion.Written {
	b.t.Helper()
	w := discussion.Writing{Ref: b.thing.ref, Text: text, Lang: "de"}
	for _, o := range opts {
		o(&w)
	}
	done, err := b.s.Write(b.t.Context(), actor, w, "")
	if err != nil {
		b.t.Fatal(err)
	}
	return done
}

func to(n subject.Number) func(*discussion.Writing) {
	return func(w *discussion.Writing) { w.Parent = n }
}

func as(s discussion.Stance) func(*discussion.Writing) {
	return func(w *discussion.Writing) { w.Stance = s }
}

func official(w *discussion.Writing) { w.Official = true }

func (b *bench) list(actor accounts.Actor, f discussion.Filter) discussion.Page {
	b.t.Helper()
	_, p, err := b.s.List(b.t.Context(), actor, b.thing.ref, f)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func texts(list []discussion.Comment) string {
	var out []string
	for i := range list {
		line := list[i].Text
		for j := range list[i].Replies {
			line += ">" + list[i].Replies[j].Text
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}

func TestThreadsAreTwoLevelsDeep(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := accountstest.Visitor(t, b.tx), accountstest.Resident(t, b.tx)
	one := b.write(anna, "eins", as(discussion.Pro))
	answer := b.write(bert, "zwei", to(one.Number))
	b.write(anna, "drei", to(answer.Number)) // an answer to an answer stands beside it
	dbtest.SetNow(t, b.tx, b.now.Add(time.Minute))
	b.write(bert, "vier")
	p := b.list(accounts.Actor{}, discussion.Filter{})
	if got := texts(p.List); got != "vier | eins>zwei>drei" {
		t.Errorf("got %s", got)
	}
	if p.Counts.All != 4 || p.Counts.Threads != 2 || p.Counts.ByStance[discussion.Pro] != 1 || p.List[1].Answers != 2 {
		t.Errorf("counts %+v, answers %d", p.Counts, p.List[1].Answers)
	}
	if name := p.List[1].AuthorName; !strings.HasPrefix(name, "Gast ") || name != p.List[1].Replies[1].AuthorName || name == p.List[0].AuthorName {
		t.Errorf("names %q, %q, %q", name, p.List[1].Replies[1].AuthorName, p.List[0].AuthorName)
	}
}

// What is held is seen by its author only, and counts nowhere, until moderation
// has let it through.
func TestHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	done := b.write(anna, "bitte halten")
	if !done.Held || done.Until == nil || !done.Until.Equal(b.now.Add(14*time.Hour)) {
		t.Fatalf("%+v", done)
	}
	for name, actor := range map[string]accounts.Actor{"anybody": {}, "another": accountstest.Resident(t, b.tx)} {
		if p := b.list(actor, discussion.Filter{}); len(p.List) != 0 || p.Counts.All != 0 {
			t.Errorf("%s sees %s", name, texts(p.List))
		}
		if _, _, err := b.s.Get(t.Context(), actor, done.Number); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p := b.list(anna, discussion.Filter{}); len(p.List) != 1 || p.Counts.All != 0 {
		t.Errorf("its author sees %s", texts(p.List))
	}
	_, c, err := b.s.Get(t.Context(), anna, done.Number)
	if err != nil {
		t.Fatal(err)
	}
	part := subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Whole, uuid.Nil)
	for range 2 { // a second time changes nothing
		if err := b.s.Moderated().Publish(t.Context(), b.tx, part); err != nil {
			t.Fatal(err)
		}
	}
	if p := b.list(accounts.Actor{}, discussion.Filter{}); len(p.List) != 1 {
		t.Error("nobody sees what was let through")
	}
	if n, err := b.s.CountSince(t.Context(), accounts.Actor{}, b.thing.ref, b.now.Add(-time.Second)); err != nil || n != 1 {
		t.Errorf("%d new, %v", n, err)
	}
}

func TestHideLeavesAStubAndRestoreBringsBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	done := b.write(anna, "grob")
	_, c, err := b.s.Get(t.Context(), anna, done.Number)
	if err != nil {
		t.Fatal(err)
	}
	part, m := subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Whole, uuid.Nil), b.s.Moderated()
	if err := m.Hide(t.Context(), b.tx, part); err != nil {
		t.Fatal(err)
	}
	if err := m.Hide(t.Context(), b.tx, part); !fault.Is(err, fault.Conflict) {
		t.Errorf("hidden twice: %v", err)
	}
	p := b.list(anna, discussion.Filter{})
	if len(p.List) != 1 || p.List[0].Text != "" || p.List[0].AuthorName != "" || !p.List[0].Stub() || p.Counts.All != 0 {
		t.Errorf("stub %+v", p.List)
	}
	if docs, err := b.s.Findable().Documents(t.Context(), b.tx, []uuid.UUID{c.ID}); err != nil || len(docs) != 0 {
		t.Errorf("the search finds %v, %v", docs, err)
	}
	if err := m.Restore(t.Context(), b.tx, part); err != nil {
		t.Fatal(err)
	}
	if p := b.list(accounts.Actor{}, discussion.Filter{}); texts(p.List) != "grob" {
		t.Errorf("restored %s", texts(p.List))
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	n := b.write(anna, "alt", as(discussion.Pro)).Number
	edit := func(actor accounts.Actor, version int, text string) error {
		_, err := b.s.Edit(t.Context(), actor, n, version, discussion.Writing{Ref: b.thing.ref, Text: text, Lang: "de"})
		return err
	}
	if err := edit(bert, 1, "fremd"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another person: %v", err)
	}
	if err := edit(anna, 1, "neu"); err != nil {
		t.Fatal(err)
	}
	if err := edit(anna, 1, "von einem alten Stand"); !fault.Is(err, fault.Conflict) {
		t.Errorf("stale: %v", err)
	}
	_, _, list, err := b.s.Versions(t.Context(), accounts.Actor{}, n)
	if err != nil || len(list) != 2 || list[0].Text != "alt" || list[1].Text != "neu" {
		t.Errorf("versions %+v, %v", list, err)
	}
	dbtest.SetNow(t, b.tx, b.now.Add(discussion.EditFor+time.Second))
	if err := edit(anna, 2, "zu spät"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("late: %v", err)
	}
	// what moderation has covered is in no version either
	_, c, _ := b.s.Get(t.Context(), anna, n)
	part := subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Text, uuid.Nil)
	if err := b.s.Moderated().Redact(t.Context(), b.tx, part, "n**"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := b.s.Versions(t.Context(), accounts.Actor{}, n); !fault.Is(err, fault.NotFound) {
		t.Errorf("versions of a covered comment: %v", err)
	}
}

func TestOfficialAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	clerk := accountstest.Staff(t, b.tx, subject.Caseworker, b.thing.department)
	if _, err := b.s.Write(t.Context(), anna, discussion.Writing{Ref: b.thing.ref, Text: "ich bin die Stadt", Lang: "de", Official: true}, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a visitor answers for the city: %v", err)
	}
	question := b.write(anna, "Wann kommt er?", as(discussion.Question)).Number
	if open, err := b.s.Unanswered(t.Context(), b.tx, subject.Idea, []uuid.UUID{b.thing.ref.ID}, b.now.Add(time.Hour)); err != nil || len(open) != 1 {
		t.Errorf("open questions %d, %v", len(open), err)
	}
	b.write(clerk, "Im Mai.", official, to(question))
	n := b.write(clerk, "Wir bauen ihn.", official).Number
	for _, actor := range []accounts.Actor{anna, accountstest.Staff(t, b.tx, subject.Caseworker, accountstest.Department(t, b.tx).ID)} {
		if err := b.s.Pin(t.Context(), actor, n, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("pinned by somebody else: %v", err)
		}
	}
	if err := b.s.Pin(t.Context(), clerk, n, true); err != nil {
		t.Fatal(err)
	}
	p := b.list(anna, discussion.Filter{Sort: discussion.Best})
	if texts(p.Pinned) != "Wir bauen ihn." || p.Pinned[0].AuthorName != "" || p.Pinned[0].Department != b.thing.department || texts(p.List) != "Wann kommt er?>Im Mai." {
		t.Errorf("pinned %+v, list %s", p.Pinned, texts(p.List))
	}
	if open, err := b.s.Unanswered(t.Context(), b.tx, subject.Idea, []uuid.UUID{b.thing.ref.ID}, b.now.Add(time.Hour)); err != nil || len(open) != 0 {
		t.Errorf("answered questions %d, %v", len(open), err)
	}
}

// A single early vote is worth less than many good ones; a vote counts once.
func TestBestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	author := accountstest.Visitor(t, b.tx)
	early, good := b.write(author, "früh").Number, b.write(author, "gut").Number
	vote := func(n subject.Number, value int16, times int) {
		t.Helper()
		for range times {
			actor := accountstest.Visitor(t, b.tx)
			for range 2 {
				if _, err := b.s.Vote(t.Context(), actor, n, value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	vote(early, 1, 1)
	vote(good, 1, 9)
	vote(good, -1, 1)
	p := b.list(accounts.Actor{}, discussion.Filter{Sort: discussion.Best})
	if texts(p.List) != "gut | früh" || p.List[0].Helpful != 9 {
		t.Errorf("best %s, helpful %d", texts(p.List), p.List[0].Helpful)
	}
	if _, err := b.s.Vote(t.Context(), author, good, 1); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a vote for one's own: %v", err)
	}
}

// Every order pages through all comments once.
func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	var numbers []subject.Number
	for i := range 13 {
		dbtest.SetNow(t, b.tx, b.now.Add(time.Duration(i/3)*time.Minute)) // several at the same time
		n := b.write(anna, fmt.Sprintf("Beitrag %d", i)).Number
		numbers = append(numbers, n)
		for range i % 3 {
			b.write(bert, "Antwort", to(n))
		}
		if i%4 == 0 {
			if _, err := b.s.Vote(t.Context(), bert, n, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, sort := range discussion.Sorts() {
		seen, after := map[subject.Number]int{}, ""
		for range 10 {
			p := b.list(accounts.Actor{}, discussion.Filter{Sort: sort, After: after, Limit: 4})
			for i := range p.List {
				seen[p.List[i].Number]++
			}
			if after = p.Next; after == "" {
				break
			}
		}
		for _, n := range numbers {
			if seen[n] != 1 {
				t.Errorf("%s: %s was shown %d times", sort, n.Format(subject.PrefixComment), seen[n])
			}
		}
	}
	if _, _, err := b.s.List(t.Context(), accounts.Actor{}, b.thing.ref, discussion.Filter{After: "kein Schlüssel"}); !fault.Is(err, fault.BadRequest) {
		t.Errorf("a wrong key: %v", err)
	}
}

func TestRemoveAndForget(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	alone, answered := b.write(anna, "allein").Number, b.write(anna, "mit Antwort").Number
	b.write(bert, "Antwort", to(answered))
	waits := b.write(anna, "bitte halten").Number
	if err := b.s.Remove(t.Context(), bert, alone); !fault.Is(err, fault.Forbidden) {
		t.Errorf("removed by another: %v", err)
	}
	for _, n := range []subject.Number{alone, answered} {
		if err := b.s.Remove(t.Context(), anna, n); err != nil {
			t.Fatal(err)
		}
	}
	if p := b.list(accounts.Actor{}, discussion.Filter{}); texts(p.List) != ">Antwort" {
		t.Errorf("left %q", texts(p.List))
	}
	kept := b.write(anna, "bleibt").Number
	for range 2 {
		if err := b.s.ForgetPerson(t.Context(), b.tx, anna.Person); err != nil {
			t.Fatal(err)
		}
	}
	_, c, err := b.s.Get(t.Context(), accounts.Actor{}, kept)
	if err != nil || c.AuthorName != "" || c.Author != uuid.Nil || c.Text != "bleibt" {
		t.Errorf("kept %+v, %v", c, err)
	}
	if _, _, err := b.s.Get(t.Context(), anna, waits); !fault.Is(err, fault.NotFound) {
		t.Errorf("what waited: %v", err)
	}
	var left int
	if err := b.tx.QueryRow(t.Context(), `SELECT count(*) FROM comments WHERE author_id = $1`, anna.Person).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d left, %v", left, err)
	}
}

func TestWhomAnswersConcern(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert, carl, dora := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	emil, fred := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx) // follows it; nothing to do with it
	if err := b.s.Follow(t.Context(), emil, b.thing.ref, true); err != nil {
		t.Fatal(err)
	}
	b.thing.owner = dora.Person
	one := b.write(anna, "eins").Number
	b.write(bert, "zwei")
	if err := b.s.Follow(t.Context(), carl, b.thing.ref, true); err != nil {
		t.Fatal(err)
	}
	_, said, err := b.s.Get(t.Context(), bert, b.list(bert, discussion.Filter{}).List[0].Number)
	if err != nil {
		t.Fatal(err)
	}
	done := b.write(carl, "Ja, "+discussion.MentionOf(said.AuthorName)+", genau", to(one))
	_, c, err := b.s.Get(t.Context(), carl, done.Number)
	if err != nil {
		t.Fatal(err)
	}
	people, err := b.s.Concerned(t.Context(), b.tx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := map[uuid.UUID]bool{anna.Person: true, bert.Person: true, dora.Person: true, emil.Person: true}
	concerns := func(of uuid.UUID, want map[uuid.UUID]bool) {
		t.Helper()
		for _, p := range []uuid.UUID{anna.Person, bert.Person, carl.Person, dora.Person, emil.Person, fred.Person, uuid.Nil} {
			if is, err := b.s.Concerns(t.Context(), b.tx, of, p); err != nil || is != want[p] {
				t.Errorf("asked of one it concerns them: %t, want %t, %v", is, want[p], err)
			}
		}
	}
	concerns(c.ID, want)
	concerns(subject.NewID(), nil)
	for _, p := range people {
		if !want[p] {
			t.Errorf("told somebody else, or the author: %v", p)
		}
		delete(want, p)
	}
	if len(want) != 0 {
		t.Errorf("not told: %v", want)
	}
	if err := b.s.Remove(t.Context(), carl, done.Number); err != nil {
		t.Fatal(err)
	}
	concerns(c.ID, nil)
}

// Whoever may not know of the thing knows of none of its comments.
func TestPrivateThing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := accountstest.Visitor(t, b.tx)
	b.thing.private, b.thing.owner = true, owner.Person
	n := b.write(owner, "unter uns").Number
	other := accountstest.Resident(t, b.tx)
	for name, err := range map[string]error{
		"list":   func() error { _, _, err := b.s.List(t.Context(), other, b.thing.ref, discussion.Filter{}); return err }(),
		"get":    func() error { _, _, err := b.s.Get(t.Context(), other, n); return err }(),
		"thread": func() error { _, _, err := b.s.Thread(t.Context(), other, n); return err }(),
		"since":  func() error { _, _, _, err := b.s.Since(t.Context(), other, b.thing.ref, b.now); return err }(),
		"write": func() error {
			_, err := b.s.Write(t.Context(), other, discussion.Writing{Ref: b.thing.ref, Text: "hallo", Lang: "de"}, "")
			return err
		}(),
		"vote":   func() error { _, err := b.s.Vote(t.Context(), other, n, 1); return err }(),
		"follow": b.s.Follow(t.Context(), other, b.thing.ref, true),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if docs, err := b.s.Findable().IDs(t.Context(), b.tx, uuid.Nil, 10); err != nil || len(docs) == 0 {
		t.Fatalf("%v, %v", docs, err)
	} else if found, err := b.s.Findable().Documents(t.Context(), b.tx, docs); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v", found, err)
	}
}

// A second click brings the same comment, and 16 at once only one.
func TestWriteOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	key := uuid.NewString()
	w := discussion.Writing{Ref: b.thing.ref, Text: "einmal", Lang: "de"}
	first, err := b.s.Write(t.Context(), anna, w, key)
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.s.Write(t.Context(), anna, w, key)
	if err != nil || again.Number != first.Number {
		t.Errorf("%v, %v, %v", first, again, err)
	}
	if p := b.list(anna, discussion.Filter{}); len(p.List) != 1 {
		t.Errorf("%d comments", len(p.List))
	}
	b.thing.closed = true
	_, err = b.s.Write(t.Context(), anna, w, "")
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Forbidden {
		t.Errorf("closed: %v", err)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	n := b.write(anna, "eins").Number
	b.write(anna, "zwei", to(n))
	other := subject.Ref{Kind: subject.Idea, ID: subject.NewID()}
	moved, err := discussion.Move(t.Context(), b.tx, b.thing.ref, other)
	if err != nil || len(moved) != 2 {
		t.Fatalf("%d, %v", len(moved), err)
	}
	if p := b.list(anna, discussion.Filter{}); len(p.List) != 0 {
		t.Error("some stayed")
	}
	if err := discussion.MoveBack(t.Context(), b.tx, b.thing.ref, moved); err != nil {
		t.Fatal(err)
	}
	if p := b.list(anna, discussion.Filter{}); texts(p.List) != "eins>zwei" {
		t.Errorf("back: %s", texts(p.List))
	}
}
