package race_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/votes/race"
)

// TestParallelClicks: nobody counts twice, however often and however parallel
// they click; check-then-insert without a key doubles nearly all of them.
// `mitwirk bench votes-race` makes a million attempts.
func TestParallelClicks(t *testing.T) {
	t.Parallel()
	cfg := dbtest.DB(t).Config()
	cfg.MaxConns = 12
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const clicks = 12
	good, err := race.Clicks(t.Context(), pool, 60, clicks, true)
	if err != nil {
		t.Fatal(err)
	}
	if good.Double != 0 || good.Total != good.Voters {
		t.Errorf("with the key: %+v", good)
	}
	bad, err := race.Clicks(t.Context(), pool, 60, clicks, false)
	if err != nil {
		t.Fatal(err)
	}
	if bad.Double*10 < bad.Voters*9 {
		t.Errorf("without the key only %d of %d voters were doubled: the test proves nothing", bad.Double, bad.Voters)
	}
}
