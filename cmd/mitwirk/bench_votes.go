package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/votes/race"
	"github.com/mitwirk/mitwirk/votes/replay"
)

type benchVotesFraud struct {
	Seed uint64 `help:"Of the play; the same seed gives the same figures." default:"1"`
}

// The most that may slip through of a fraud, and be held of honest votes, in per cent.
const (
	fraudMissed = 5.0
	honestHeld  = 0.1
)

// Run plays the frauds that are known through the detectors, among honest votes.
func (b *benchVotesFraud) Run(context.Context, *Globals) error {
	out := replay.Run(b.Seed)
	r := bench.NewReport(os.Stdout)
	missed, held := fraudMissed, honestHeld
	for _, f := range out.Frauds {
		if err := r.Add(bench.Figure{Name: "votes.fraud.counted " + f.Name, Value: 100 * (1 - f.Share()), Unit: "%", Must: &missed, N: f.Votes}); err != nil {
			return err
		}
	}
	if err := r.Add(bench.Figure{Name: "votes.honest.held", Value: 100 * out.Honest.Share(), Unit: "%", Must: &held, N: out.Honest.Votes}); err != nil {
		return err
	}
	return r.Err()
}

type benchVotesRace struct {
	N      int `help:"How many attempts in all." default:"1000000"`
	Clicks int `help:"How many of one person at the same time." default:"16"`
	Copy   int `help:"How many attempts on the copy of the table without the key." default:"16000"`
}

// raceConns is how many connections click at the same time at most: enough that
// each processor has work while others wait for a lock, and below the hundred
// that PostgreSQL takes by default.
const raceConns = 64

// Run lets people click many times in the same moment.
func (b *benchVotesRace) Run(ctx context.Context, g *Globals) error {
	if b.Clicks < 2 || b.Clicks > raceConns || b.N < b.Clicks || b.Copy < b.Clicks {
		return fmt.Errorf("--clicks is from 2 to %d, and --n and --copy are at least as many", raceConns)
	}
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		cfg := pool.Config()
		cfg.MaxConns = int32(raceConns / b.Clicks * b.Clicks)
		// what a power cut would cost is not what is measured
		cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
		wide, err := pgxpool.NewWithConfig(ctx, cfg)
		if err != nil {
			return fmt.Errorf("open database: %w", err)
		}
		defer wide.Close()
		good, err := b.race(ctx, wide, "with the key", b.N, true)
		if err != nil {
			return err
		}
		bad, err := b.race(ctx, wide, "without the key", b.Copy, false)
		if err != nil {
			return err
		}
		none, spared := 0.0, 10.0
		against := 100 * float64(bad.Double) / float64(bad.Supports)
		if err := r.Add(bench.Figure{Name: "votes.double", Value: float64(good.Double + abs(good.Total-good.Supports)), Unit: "supports of " + strconv.Itoa(good.Supports), Must: &none, N: good.Attempts}); err != nil {
			return err
		}
		return r.Add(bench.Figure{Name: "votes.without_key.not_doubled", Value: 100 - against, Unit: "% of supports", Must: &spared, N: bad.Attempts})
	})
}

// race runs one and says on stderr every ten seconds how far it is.
func (b *benchVotesRace) race(ctx context.Context, pool *pgxpool.Pool, what string, attempts int, keyed bool) (race.Result, error) {
	var done atomic.Int64
	r := race.Race{Supports: attempts / b.Clicks, Clicks: b.Clicks, Keyed: keyed, Done: &done}
	stop := bench.Tell(os.Stderr, 10*time.Second, func() string {
		return fmt.Sprintf("votes-race %s: %d of %d attempts", what, done.Load(), r.Supports*r.Clicks)
	})
	defer stop()
	return r.Run(ctx, pool)
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
