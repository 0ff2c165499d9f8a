package ideas_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// An eID takes part in a call as one person, also when the account is deleted and
// its owner comes back: the support that they gave is counted still.
func TestOneEIDTakesPartOnce(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call, other := youthCall(t, c), youthCall(t, c)
	card := eidOf("card")
	first, again := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	if !answerOf(t, c, first, card, call, yes) {
		t.Fatal("the first is refused")
	}
	sub := ideastest.Submission()
	sub.Call = call.ID
	r, err := c.Ideas.Submit(t.Context(), accounts.System, sub)
	if err != nil {
		t.Fatal(err)
	}
	support := func(who accounts.Actor) error {
		_, err := c.Ideas.SetSupport(t.Context(), who, r.Number, true, "")
		return err
	}
	if err := support(first); err != nil {
		t.Fatal(err)
	}
	// the same person proves it once more: also after a no, and when the answer is over
	answerOf(t, c, first, card, call, no)
	if !answerOf(t, c, first, card, call, yes) {
		t.Error("the same person is refused")
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE call_proofs SET until = mitwirk_now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.DropProofs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !answerOf(t, c, first, card, call, yes) {
		t.Error("the same person is refused when their answer was over")
	}
	if answerOf(t, c, again, card, call, yes) {
		t.Error("the eID takes part as a second person")
	}
	// the account is deleted, its vote stays
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		return errors.Join(c.Ideas.ForgetPerson(t.Context(), tx, first.Person), votes.ForgetPerson(t.Context(), tx, first.Person))
	})
	if n := count(t, c, `SELECT count(*) FROM call_eids WHERE person_id IS NULL`); n != 1 {
		t.Errorf("%d eIDs without a person after an erasure", n)
	}
	if answerOf(t, c, again, card, call, yes) {
		t.Error("the eID takes part a second time after its account was deleted")
	}
	if err := support(again); !ideas.NeedsProof(err) {
		t.Errorf("supports a second time: %v", err)
	}
	if p, err := c.Ideas.ProofOf(t.Context(), again, call); err != nil || p != nil {
		t.Errorf("kept of a refused yes: %+v, %v", p, err)
	}
	if v := c.Idea(t, accounts.Actor{}, r.Number); v.Supports != 1 {
		t.Errorf("%d supports of one eID", v.Supports)
	}
	// another call is another matter, and nothing leads from one to the other
	if !answerOf(t, c, again, card, other, yes) {
		t.Error("refused in a call that it has not taken part in")
	}
	if n := count(t, c, `SELECT count(DISTINCT mark) FROM call_eids`); n != 2 {
		t.Errorf("%d marks of one eID in two calls", n)
	}
	if err := c.Ideas.EndCall(t.Context(), accounts.System, call.Number); err != nil {
		t.Fatal(err)
	}
	const left = `SELECT (SELECT count(*) FROM call_eids) * 100 + (SELECT count(*) FROM call_keys) * 10 + (SELECT count(*) FROM call_proofs)`
	if n := count(t, c, left); n != 111 {
		t.Errorf("%d is left when one of two calls has ended", n)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE calls SET state = 'ended'`); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.DropProofs(t.Context()); err != nil || count(t, c, left) != 0 {
		t.Errorf("%d is left after the calls, %v", count(t, c, left), err)
	}
}

// Two accounts that prove themselves with one eID at once: one of them takes part.
func TestOneEIDAtOnce(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := youthCall(t, c)
	who := []accounts.Actor{accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)}
	number := call.Number.Format(subject.PrefixCall)
	q, err := c.Ideas.Asked(t.Context(), who[0], number, false)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs, mine := make([]error, 64), make([]bool, 64)
	for k := range errs {
		wg.Go(func() {
			errs[k] = pgx.BeginFunc(t.Context(), c.Pool, func(tx pgx.Tx) (err error) {
				mine[k], err = c.Ideas.NoteProof(t.Context(), tx, who[k%2], eidOf("card"), number, q, yes)
				return err
			})
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	won := map[int]int{}
	for k := range mine {
		if mine[k] {
			won[k%2]++
		}
	}
	if len(won) != 1 || won[0]+won[1] != 32 {
		t.Errorf("taken part: %v", won)
	}
	if n := count(t, c, `SELECT count(*) FROM call_proofs WHERE yes`); n != 1 {
		t.Errorf("%d of two people have a yes of one eID", n)
	}
}

// clock sets the time of the whole database: every later connection reads it.
func clock(t *testing.T, c *ideastest.City, days int) {
	t.Helper()
	now := time.Now().AddDate(0, 0, days).Format(time.RFC3339)
	if _, err := c.Pool.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET mitwirk.now = %L', current_database(), '`+now+`'); END $$`); err != nil {
		t.Fatal(err)
	}
	c.Pool.Reset()
}

// When supporting is over, who has proved it still chooses between the parts of an
// idea, and proposes other words; when no phase is left, nobody is asked any more.
func TestProofLastsAsLongAsTheCall(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := youthCall(t, c, func(call *ideas.Call) {
		collect := call.Spans[0]
		from, to := collect.To.AddDate(0, 0, 1), collect.To.AddDate(0, 0, 18)
		call.Proof.Talk = false
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Decide, From: from, To: &to})
	})
	author, fan, slow := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	for _, who := range []accounts.Actor{author, fan, slow} {
		answer(t, c, who, call, yes)
	}
	sub := ideastest.Submission()
	sub.Call = call.ID
	r, err := c.Ideas.Submit(t.Context(), author, sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []accounts.Actor{fan, slow} {
		if _, err := c.Ideas.SetSupport(t.Context(), who, r.Number, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	clock(t, c, 26) // long after the supports
	if err := c.Ideas.DropProofs(t.Context()); err != nil {
		t.Fatal(err)
	}
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, author, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.Propose(t.Context(), fan, r.Number, ideas.Edit{Title: "Zwei Trinkbrunnen", Text: "Zwei sind besser.", Why: "Der Platz ist groß."}); err != nil {
		t.Errorf("other words: %v", err)
	}
	if err := c.Ideas.AskSplit(t.Context(), c.Clerk(t, dep.Key), r.Number, parts()); err != nil {
		t.Fatal(err)
	}
	part, err := c.Ideas.AgreeSplit(t.Context(), author, r.Number, true)
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, fan, part.Number); !v.May.Support {
		t.Error("who supported the whole is not offered the part")
	}
	if _, err := c.Ideas.SetSupport(t.Context(), fan, part.Number, true, ""); err != nil {
		t.Errorf("chooses: %v", err)
	}
	late := accountstest.Resident(t, c.Pool)
	if v := c.Idea(t, late, r.Number); !v.NeedsProof || !v.Amendable || v.May.Amend {
		t.Errorf("somebody without a proof: %+v", v.May)
	}
	if _, err := c.Ideas.Asked(t.Context(), late, call.Number.Format(subject.PrefixCall), false); err != nil {
		t.Errorf("nobody can prove it for other words: %v", err)
	}
	clock(t, c, 29) // every phase is over
	if _, err := c.Ideas.Asked(t.Context(), late, call.Number.Format(subject.PrefixCall), false); !fault.Is(err, fault.NotFound) {
		t.Errorf("a proof that nothing is left for: %v", err)
	}
	if _, err := c.Ideas.Asked(t.Context(), late, call.Number.Format(subject.PrefixCall), true); err != nil {
		t.Errorf("back from the eID after midnight: %v", err)
	}
	// A split may come so late that the proof is over before the time to choose is.
	if _, err := c.Pool.Exec(t.Context(), `DELETE FROM call_proofs WHERE person_id = $1`, slow.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Ideas.SetSupport(t.Context(), slow, part.Number, true, ""); err != nil { // 14 days from the split on
		t.Errorf("chooses after the last phase: %v", err)
	}
}

// withEID is a city with an eID that can be asked; it is called what name gives.
func withEID(t *testing.T, name *string) *ideastest.City {
	t.Helper()
	city := reportstest.New(t)
	var err error
	city.Accounts, err = accounts.New(accounts.Config{DB: city.Pool, Base: "https://stadt.example", Providers: []accounts.Provider{
		{Key: "eid", Issuer: "https://id.example", Client: "us", Label: "eID", Level: accounts.L3, Claims: accounts.StandardClaims()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if city.Geo, err = geo.New(geo.Config{DB: city.Pool, Town: func(context.Context) (string, error) { return *name, nil }}); err != nil {
		t.Fatal(err)
	}
	return ideastest.On(t, city)
}

// Nobody can prove to live in a city whose name nobody has said.
func TestProofOfACityWithoutName(t *testing.T) {
	t.Parallel()
	name := ""
	c := withEID(t, &name)
	from, answerBy := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 20), time.Now().UTC().AddDate(0, 0, 60)
	to := from.AddDate(0, 0, 20)
	dep := accountstest.Department(t, c.Pool)
	n, err := c.Ideas.SaveCall(t.Context(), accounts.System, ideas.Call{
		Kind: "ideas", Participation: "consultation", Who: ideas.WhoProved, Proof: ideas.Proof{City: true}, Department: dep.ID, Title: i18n.Text{"de": "Für uns"},
		Text: i18n.Text{"de": "Was fehlt?"}, Criteria: []i18n.Text{{"de": "Es hilft."}}, AnswerBy: &answerBy, Spans: []ideas.Span{{Phase: ideas.Collect, From: from, To: &to}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if f := fault.As(c.Ideas.PublishCall(t.Context(), accounts.System, n)); f == nil || len(f.Fields) != 1 || f.Fields[0].Key != "idea.err.proof_town" {
		t.Errorf("published: %v", f)
	}
	name = "Vogelstadt"
	if err := c.Ideas.PublishCall(t.Context(), accounts.System, n); err != nil {
		t.Error(err)
	}
}

// A call that runs can be saved although the districts that it names were replaced:
// what it asks is fixed, and not what is being changed.
func TestSaveAfterDistrictsWereReplaced(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := youthCall(t, c, func(call *ideas.Call) { call.Proof = ideas.Proof{Districts: []string{"old-7"}} })
	change := *call
	change.Title = i18n.Text{"de": "Ein besserer Titel"}
	change.Proof = ideas.Proof{AgeFrom: 999} // what a form sends of a fixed field is not looked at
	if _, err := c.Ideas.SaveCall(t.Context(), accounts.System, change); err != nil {
		t.Fatal(err)
	}
	now, err := c.Ideas.Call(t.Context(), accounts.Actor{}, call.Number)
	if err != nil || now.Title["de"] != "Ein besserer Titel" || now.Proof.Rule() != call.Proof.Rule() {
		t.Errorf("%+v, %v", now, err)
	}
}
