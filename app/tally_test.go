package app

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// tally is what a piece of work asked of the database: no time, so that it is the same
// on every machine.
type tally struct{ statements, rows atomic.Int64 }

type tallyKey struct{}

// tallied counts what runs with the context of a tally.
type tallied struct{}

func (tallied) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}

func (tallied) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	if n, ok := ctx.Value(tallyKey{}).(*tally); ok {
		n.statements.Add(1)
		n.rows.Add(d.CommandTag.RowsAffected())
	}
}

// newTallied is a product without workers whose work on the database can be counted.
func newTallied(t *testing.T) *reachCity {
	t.Helper()
	return &reachCity{t: t, product: start(t, false, func(cfg *Config) {
		conf := cfg.Pool.Config()
		conf.ConnConfig.Tracer = tallied{}
		pool, err := pgxpool.NewWithConfig(context.Background(), conf)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		cfg.Pool = pool
	})}
}

// work is how many statements and rows something takes.
func (c *reachCity) work(fn func(ctx context.Context) error) (statements, rows int64) {
	c.t.Helper()
	var n tally
	c.must(fn(context.WithValue(c.t.Context(), tallyKey{}, &n)))
	return n.statements.Load(), n.rows.Load()
}

// crowd has so many others follow what somebody follows.
func (c *reachCity) crowd(ref subject.Ref, n int) {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash)
			SELECT gen_random_uuid(), 'person', gen_random_uuid(), f.target_kind, f.target, f.target_hash
			FROM (SELECT DISTINCT target_kind, target, target_hash FROM follows WHERE target ->> 'id' = $1 AND target ->> 'kind' = $2) f, generate_series(1, $3)`,
			ref.ID.String(), string(ref.Kind), n)
		return err
	})
}

// followed is something that one follows, of which mails tell.
type followed struct {
	name  string
	about subject.Ref // what the mail is about
	of    subject.Ref // what is followed
	news  notify.News
}

// things are an idea, a measure by its programme, and a comment by its discussion; one
// follows each of them.
func (c *reachCity) things(one accounts.Actor) []followed {
	c.t.Helper()
	ctx := c.t.Context()
	r := c.idea(accountstest.Resident(c.t, c.pool), "Mehr Schatten am Markt")
	idea := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	c.must(c.ideas.Follow(ctx, one, r.Number, true, "de"))
	p := radartest.Programme()
	c.must(c.radar.SetProgramme(ctx, accounts.System, p))
	radartest.Fill(ctx, c.t, c.radar, p, 1)
	p, err := c.radar.Programme(ctx, accounts.System, p.Slug)
	c.must(err)
	measure := subject.Ref{Kind: subject.Measure}
	c.must(c.pool.QueryRow(ctx, `SELECT id FROM measures`).Scan(&measure.ID))
	c.must(c.radar.Follow(ctx, one, p.Ref(), true))
	w, err := c.discussion.Write(ctx, accountstest.Resident(c.t, c.pool), discussion.Writing{Ref: idea, Text: "Bitte bald.", Lang: "de"}, "")
	c.must(err)
	_, said, err := c.discussion.Get(ctx, one, w.Number)
	c.must(err)
	c.must(c.discussion.Follow(ctx, one, idea, true))
	return []followed{
		{"an idea", idea, idea, notify.News{What: notify.Status, Detail: string(ideas.Checking)}},
		{"a measure", measure, p.Ref(), notify.News{What: notify.Step}},
		{
			"a comment",
			subject.Ref{Kind: subject.Comment, ID: said.ID},
			subject.Ref{Kind: discussion.KindDiscussion, ID: idea.ID},
			notify.News{What: notify.Step, Owners: true}, // one that arrives is told once
		},
	}
}
