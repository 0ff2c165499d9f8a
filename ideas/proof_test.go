package ideas_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// youthCall asks an eID for an age; it collects and is supported now.
func youthCall(t *testing.T, c *ideastest.City, change ...func(*ideas.Call)) *ideas.Call {
	t.Helper()
	return c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Who, call.Proof = ideas.WhoProved, ideas.Proof{AgeFrom: 14, AgeTo: 27, Talk: true}
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
		for _, f := range change {
			f(call)
		}
	})
}

// answer is what somebody's own eID has said.
func answer(t *testing.T, c *ideastest.City, who accounts.Actor, call *ideas.Call, a accounts.Answer) {
	t.Helper()
	if !answerOf(t, c, who, eidOf(who.Person.String()), call, a) {
		t.Error("their own eID is somebody else's")
	}
}

func eidOf(sub string) accounts.Identity {
	return accounts.Identity{Issuer: "https://id.example", Sub: sub}
}

// answerOf is what an eID has said about somebody.
func answerOf(t *testing.T, c *ideastest.City, who accounts.Actor, id accounts.Identity, call *ideas.Call, a accounts.Answer) (mine bool) {
	t.Helper()
	number := call.Number.Format(subject.PrefixCall)
	q, err := c.Ideas.Asked(t.Context(), who, number, false)
	if err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		mine, err = c.Ideas.NoteProof(t.Context(), tx, who, id, number, q, a)
		return err
	})
	return mine
}

var (
	yes = accounts.Answer{Verdict: accounts.Yes}
	no  = accounts.Answer{Verdict: accounts.No, Age: true}
)

// In a call that asks an eID only those propose, support, change and comment of
// whom it has said yes; a later no ends that, and what was given can be taken back.
func TestProofIsNeeded(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := youthCall(t, c)
	young, old, visitor := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Visitor(t, c.Pool)
	answer(t, c, young, call, yes)
	answer(t, c, old, call, no)
	answer(t, c, visitor, call, accounts.Answer{}) // not told: nothing is kept
	sub := ideastest.Submission()
	sub.Call = call.ID
	for name, who := range map[string]accounts.Actor{"an eID said no": old, "nobody asked": accountstest.Resident(t, c.Pool), "it said nothing": visitor} {
		if _, err := c.Ideas.Submit(t.Context(), who, sub); !ideas.NeedsProof(err) {
			t.Errorf("%s, proposes: %v", name, err)
		}
	}
	r, err := c.Ideas.Submit(t.Context(), young, sub)
	if err != nil {
		t.Fatal(err)
	}
	edit := ideas.Edit{Title: "Zwei Trinkbrunnen am Harras", Text: "Zwei sind besser.", Why: "Der Platz ist groß."}
	for name, who := range map[string]accounts.Actor{"an eID said no": old, "it said nothing": visitor} {
		if _, err := c.Ideas.SetSupport(t.Context(), who, r.Number, true, ""); !ideas.NeedsProof(err) {
			t.Errorf("%s, supports: %v", name, err)
		}
		if err := c.Ideas.Propose(t.Context(), who, r.Number, edit); !ideas.NeedsProof(err) {
			t.Errorf("%s, another wording: %v", name, err)
		}
		about, err := c.Discussion.About(t.Context(), who, subject.Ref{Kind: subject.Idea, ID: r.Idea})
		if err != nil || about.Write || about.WhyNot != ideas.WhyProof {
			t.Errorf("%s, comments: %+v, %v", name, about, err)
		}
		if v := c.Idea(t, who, r.Number); !v.NeedsProof || v.May.Support || v.May.Amend {
			t.Errorf("%s: the page offers %+v", name, v.May)
		}
	}
	s, err := c.Ideas.SetSupport(t.Context(), young, r.Number, true, "")
	if err != nil || s.Count != 1 || !s.Counted {
		t.Errorf("a yes does not count: %+v, %v", s, err)
	}
	about, err := c.Discussion.About(t.Context(), young, subject.Ref{Kind: subject.Idea, ID: r.Idea})
	if err != nil || !about.Write {
		t.Errorf("who may take part may not comment: %+v, %v", about, err)
	}
	answer(t, c, young, call, no) // asked again: the last answer counts
	if v := c.Idea(t, young, r.Number); !v.NeedsProof || !v.May.Support || !v.Mine {
		t.Errorf("after a no: %+v", v.May)
	}
	if s, err = c.Ideas.SetSupport(t.Context(), young, r.Number, false, ""); err != nil || s.Count != 0 {
		t.Errorf("what was given can't be taken back: %+v, %v", s, err)
	}
	if _, err := c.Ideas.SetSupport(t.Context(), young, r.Number, true, ""); !ideas.NeedsProof(err) {
		t.Errorf("after a no: %v", err)
	}
}

// A proof is for one question of one call, until its time is over; it goes with the
// call and with the person.
func TestProofEnds(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call, other := youthCall(t, c), youthCall(t, c, func(call *ideas.Call) { call.Proof = ideas.Proof{AgeFrom: 60} })
	who, erased := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	answer(t, c, who, call, yes)
	answer(t, c, erased, call, yes)
	p, err := c.Ideas.ProofOf(t.Context(), who, call)
	if err != nil || p == nil || !p.Yes {
		t.Fatalf("%+v, %v", p, err)
	}
	if last, ok := call.Span(ideas.Collect); !ok || p.Until.After(last.To.AddDate(0, 0, 16)) { // 14 days to choose after a split
		t.Errorf("kept until %s, the call is over on %s", p.Until, last.To)
	}
	if p, err := c.Ideas.ProofOf(t.Context(), who, other); err != nil || p != nil {
		t.Errorf("a proof counts for another call: %+v, %v", p, err)
	}
	number := call.Number.Format(subject.PrefixCall)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		_, err := c.Ideas.NoteProof(t.Context(), tx, who, eidOf("x"), number, accounts.Question{AgeFrom: 99}, yes)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the answer to another question is taken: %v", err)
		}
		return nil
	})
	count := func() (n int) {
		if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM call_proofs`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return c.Ideas.ForgetPerson(t.Context(), tx, erased.Person) })
	if n := count(); n != 1 {
		t.Errorf("%d after an erasure", n)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE call_proofs SET until = mitwirk_now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	sub := ideastest.Submission()
	sub.Call = call.ID
	if _, err := c.Ideas.Submit(t.Context(), who, sub); !ideas.NeedsProof(err) {
		t.Errorf("a proof whose time is over: %v", err)
	}
	if err := c.Ideas.DropProofs(t.Context()); err != nil || count() != 0 {
		t.Errorf("%d are left, %v", count(), err)
	}
	answer(t, c, who, call, yes)
	if err := c.Ideas.EndCall(t.Context(), accounts.System, call.Number); err != nil || count() != 0 {
		t.Errorf("%d are left after the call, %v", count(), err)
	}
	if _, err := c.Ideas.Asked(t.Context(), who, number, false); !fault.Is(err, fault.NotFound) {
		t.Errorf("a call that has ended asks: %v", err)
	}
}

// The rule is fixed before the call starts, and a call that nobody could prove
// anything to is not published.
func TestProofIsFixed(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := youthCall(t, c)
	change := *call
	change.Proof, change.Version = ideas.Proof{City: true}, 0
	if _, err := c.Ideas.SaveCall(t.Context(), accounts.System, change); err != nil {
		t.Fatal(err)
	}
	now, err := c.Ideas.Call(t.Context(), accounts.Actor{}, call.Number)
	if err != nil || now.Proof.Rule() != call.Proof.Rule() || !now.Proof.Talk {
		t.Errorf("the rule of a call that runs: %+v, %v", now.Proof, err)
	}
	draft := *call
	draft.ID, draft.Number, draft.Version, draft.Title = uuid.Nil, 0, 0, i18n.Text{"de": "Später"}
	draft.Proof = ideas.Proof{City: true, Postcodes: []string{"80331", "80331"}}
	later := time.Now().AddDate(0, 0, 20).Truncate(24 * time.Hour)
	end := later.AddDate(0, 0, 20)
	draft.Spans = []ideas.Span{{Phase: ideas.Collect, From: later, To: &end}}
	n, err := c.Ideas.SaveCall(t.Context(), accounts.System, draft)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := c.Ideas.Call(t.Context(), accounts.System, n)
	if err != nil || !saved.Proof.City || len(saved.Proof.Districts)+len(saved.Proof.Postcodes) != 0 {
		t.Errorf("the whole city and parts of it: %+v, %v", saved.Proof, err)
	}
	if f := fault.As(c.Ideas.PublishCall(t.Context(), accounts.System, n)); f == nil || len(f.Fields) != 1 || f.Fields[0].Key != "idea.err.proof_nobody" {
		t.Errorf("published without anybody who can confirm it: %v", f)
	}
	for name, p := range map[string]ideas.Proof{
		"nothing": {Talk: true}, "no postcode": {Postcodes: []string{"8033"}}, "upside down": {AgeFrom: 30, AgeTo: 20}, "too old": {AgeFrom: 130}, "no such district": {Districts: []string{"99"}},
	} {
		wrong := draft
		wrong.Proof = p
		if _, err := c.Ideas.SaveCall(t.Context(), accounts.System, wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// a question that is not asked is not kept either
	draft.Who, draft.Proof = "mail", ideas.Proof{AgeFrom: 16}
	if n, err = c.Ideas.SaveCall(t.Context(), accounts.System, draft); err != nil {
		t.Fatal(err)
	}
	if saved, err = c.Ideas.Call(t.Context(), accounts.System, n); err != nil || saved.Proof.Age() {
		t.Errorf("%+v, %v", saved.Proof, err)
	}
}

// Of one person and one call there is one answer, however many come at once.
func TestProofOnce(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call, who := youthCall(t, c), accountstest.Resident(t, c.Pool)
	number := call.Number.Format(subject.PrefixCall)
	q, err := c.Ideas.Asked(t.Context(), who, number, false)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 64)
	for k := range errs {
		wg.Go(func() {
			errs[k] = pgx.BeginFunc(t.Context(), c.Pool, func(tx pgx.Tx) error {
				_, err := c.Ideas.NoteProof(t.Context(), tx, who, eidOf("one"), number, q, []accounts.Answer{yes, no}[k%2])
				return err
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	var n int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM call_proofs WHERE person_id = $1`, who.Person).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d answers, %v", n, err)
	}
}
