package replay_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/votes/replay"
)

// TestFrauds: what is known to have happened is held to at least 95 %, honest
// votes to at most 0.1 %. The seed is one with things that few had voted on before;
// `mitwirk bench votes-fraud` plays others.
func TestFrauds(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{3} {
		r := replay.Run(seed)
		for _, f := range r.Frauds {
			if f.Share() < 0.95 {
				t.Errorf("seed %d: of %s %d of %d votes were held", seed, f.Name, f.Held, f.Votes)
			}
		}
		if len(r.Frauds) != 4 || r.Honest.Votes < 39000 || r.Honest.Share() > 0.001 {
			t.Errorf("seed %d: of %d honest votes %d were held", seed, r.Honest.Votes, r.Honest.Held)
		}
		t.Logf("seed %d: %+v", seed, r)
	}
}
