package ideas_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Sending an idea needs one connection: a second one inside of the transaction
// would wait for ever where all are in use.
func TestSubmitWithOneConnection(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	author := accountstest.Visitor(t, c.Pool)
	cfg := c.Pool.Config()
	cfg.MaxConns = 1
	narrow, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer narrow.Close()
	s, err := ideas.New(ideas.Config{
		DB: narrow, Bus: c.Events.Bus, Calendar: c.Categories, Places: c.Geo, Accounts: c.Accounts, Photos: c.Photos, Forms: c.Drafts, Zone: c.Zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	if _, err := s.Submit(ctx, author, ideastest.Submission()); err != nil {
		t.Error(err)
	}
}

// A city need not have districts: then it has no border either.
func TestSubmitWithoutDistricts(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t, func(s *ideas.Submission) { s.Point = &subject.Point{Lon: 9.18, Lat: 48.78} })
	i, err := c.Ideas.Get(t.Context(), author, r.Number)
	if err != nil || i.Point == nil || i.District != "" {
		t.Errorf("%+v, %v", i, err)
	}
}

// holding holds every idea that says "halten".
type holding struct{}

func (holding) Arrived(_ context.Context, _ pgx.Tx, _ accounts.Actor, _ *ideas.Idea, words string, _ time.Time) (bool, error) {
	return strings.Contains(words, "halten"), nil
}

func (holding) Name(_ context.Context, _ pgx.Tx, name string) error {
	if name == "0151 2345678" {
		return fault.OnField("name", "moderation.err.name")
	}
	return nil
}

// Words that waited are in no version once others have taken their place.
func TestHeldWordsAreNoVersion(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	c.Ideas.SetGate(holding{})
	r, author := c.Create(t, func(s *ideas.Submission) { s.Title, s.Text = "Bitte halten", "gemeine Worte" })
	if err := c.Ideas.SetText(t.Context(), author, r.Number, ideas.Edit{Title: "Mehr Bänke", Text: "freundliche Worte", Edition: 1}); err != nil {
		t.Fatal(err)
	}
	if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error {
		return c.Ideas.Moderated().Publish(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: r.Idea}, subject.Whole, uuid.Nil))
	}); err != nil {
		t.Fatal(err)
	}
	i, list, err := c.Ideas.Versions(t.Context(), accounts.Actor{}, r.Number)
	if err != nil || i.Visibility != ideas.VisPublic || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if slices.ContainsFunc(list, func(v ideas.Version) bool {
		return strings.Contains(v.Title+v.Text, "halten") || strings.Contains(v.Text, "gemein")
	}) {
		t.Errorf("held words in public: %+v", list)
	}
}

// two ideas whose authors are asked whether they become one; the second has said yes.
func asked(t *testing.T, c *ideastest.City) (from, into ideas.Receipt, author accounts.Actor) {
	t.Helper()
	from, author = c.Create(t)
	into, other := c.Create(t, func(s *ideas.Submission) { s.Title = "Wasser für den Harras" })
	if err := c.Ideas.AskMerge(t.Context(), accounts.System, from.Number, into.Number, "Beide wollen Wasser."); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.AnswerMerge(t.Context(), other, into.Number, 0, true); err != nil {
		t.Fatal(err)
	}
	return from, into, author
}

// A support and a merge at the same moment: nobody waits in a circle, and no
// support stays behind in an idea that goes on elsewhere.
func TestSupportWhileMerging(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	from, into, author := asked(t, c)
	first := accountstest.Visitor(t, c.Pool)
	if _, err := c.Ideas.SetSupport(t.Context(), first, from.Number, true, ""); err != nil {
		t.Fatal(err)
	}
	second := accountstest.Visitor(t, c.Pool)
	merged := make(chan error, 1)
	if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error { // a support in its steps
		if _, err := votes.Cast(ctx, tx, second, votes.Ballot{Scope: "ideas", Ref: subject.Ref{Kind: subject.Idea, ID: from.Idea}, Aspect: votes.Support, Value: 1}); err != nil {
			return err
		}
		go func() { merged <- c.Ideas.AnswerMerge(t.Context(), author, from.Number, 0, true) }()
		for there := false; !there; {
			var err error
			if there, err = db.Exists(ctx, c.Pool, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `SELECT FROM ideas WHERE id = $1 FOR UPDATE`, from.Idea)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-merged; err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, accounts.Actor{}, into.Number); v.Supports != 2 {
		t.Errorf("%d supports moved", v.Supports)
	}
	if _, err := c.Ideas.SetSupport(t.Context(), accountstest.Visitor(t, c.Pool), from.Number, true, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a support of a merged idea: %v", err)
	}
}

// The history of an idea names one that went on in it only as long as that one
// can be read.
func TestHiddenTitleIsInNoHistory(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	from, into, author := asked(t, c)
	if err := c.Ideas.AnswerMerge(t.Context(), author, from.Number, 0, true); err != nil {
		t.Fatal(err)
	}
	named := func() int {
		n := 0
		for _, s := range c.Idea(t, accounts.Actor{}, into.Number).Steps {
			if s.Params["title"] == "Trinkbrunnen am Harras" {
				n++
			}
		}
		return n
	}
	if named() == 0 {
		t.Fatal("the merge is not told")
	}
	if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error {
		return c.Ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: from.Idea}, subject.Whole, uuid.Nil))
	}); err != nil {
		t.Fatal(err)
	}
	if n := named(); n != 0 {
		t.Errorf("a hidden title stands in %d steps", n)
	}
}

func TestFollowNeedsSomebody(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, _ := c.Create(t)
	if err := c.Ideas.Follow(t.Context(), accounts.Actor{}, r.Number, true, "de"); !fault.Is(err, fault.Unauthenticated) {
		t.Error(err)
	}
}
