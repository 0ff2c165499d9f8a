package main

import (
	"context"
	"os"
	"strconv"

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

// Run lets people click many times in the same moment.
func (b *benchVotesRace) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error {
		cfg := pool.Config()
		cfg.MaxConns = int32(max(2*b.Clicks, 4))
		wide, err := pgxpool.NewWithConfig(ctx, cfg)
		if err != nil {
			return err
		}
		defer wide.Close()
		good, err := race.Clicks(ctx, wide, b.N/b.Clicks, b.Clicks, true)
		if err != nil {
			return err
		}
		bad, err := race.Clicks(ctx, wide, b.Copy/b.Clicks, b.Clicks, false)
		if err != nil {
			return err
		}
		none, spared := 0.0, 10.0
		against := 100 * float64(bad.Double) / float64(bad.Voters)
		if err := r.Add(bench.Figure{Name: "votes.double", Value: float64(good.Double + abs(good.Total-good.Voters)), Unit: "voters of " + strconv.Itoa(good.Voters), Must: &none, N: good.Attempts}); err != nil {
			return err
		}
		return r.Add(bench.Figure{Name: "votes.without_key.not_doubled", Value: 100 - against, Unit: "% of voters", Must: &spared, N: bad.Attempts})
	})
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
