package votes_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/votes"
)

// id is a thing that is the same in each run.
func id(n byte) uuid.UUID { return uuid.UUID{15: n} }

func TestTableJoinsSmallGroups(t *testing.T) {
	t.Parallel()
	got := votes.TableOf(map[uuid.UUID][4]int{id(1): {30, 3, 44, 0}, id(2): {14, 4, 21, 0}, id(3): {0, 0, 0, 0}}, 0)
	if got == nil || len(got.Cells) != 2 {
		t.Fatalf("got %+v, want two groups", got)
	}
	if _, empty := got.Rows[id(3)]; empty {
		t.Error("a thing without votes has a row")
	}
	for _, c := range got.Cells {
		if c.N < 10 || c.N%10 != 0 {
			t.Errorf("group %+v is not in tens from ten on", c)
		}
	}
}

func TestTableTellsNothingOfOneGroup(t *testing.T) {
	t.Parallel()
	if got := votes.TableOf(map[uuid.UUID][4]int{id(1): {200, 3, 1, 0}}, 0); got != nil {
		t.Errorf("got %+v, want nothing", got)
	}
	if got := votes.TableOf(map[uuid.UUID][4]int{id(1): {200, 3, 50, 0}}, 2); got != nil {
		t.Errorf("levels that do not count are told: %+v", got)
	}
}

// One row that is left out would be the whole less the others.
func TestTableLeavesNoRowAlone(t *testing.T) {
	t.Parallel()
	got := votes.TableOf(map[uuid.UUID][4]int{id(1): {50, 0, 50, 0}, id(2): {60, 0, 70, 0}, id(3): {40, 0, 4, 0}}, 0)
	if got == nil {
		t.Fatal("no table")
	}
	if _, shown := got.Rows[id(3)]; shown {
		t.Error("a row with a group of four is shown")
	}
	if _, shown := got.Rows[id(1)]; shown {
		t.Error("the smallest of the others is shown: the difference tells of four people")
	}
	if len(got.Rows) != 1 {
		t.Errorf("%d rows, want 1", len(got.Rows))
	}
}

func TestTableByDifference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		by := map[uuid.UUID][4]int{}
		for n := range byte(1 + r.IntN(6)) {
			by[id(n)] = [4]int{r.IntN(60), r.IntN(20), r.IntN(60), r.IntN(12)}
		}
		got := votes.TableOf(by, 0)
		if got == nil {
			continue
		}
		rest, left := make([]int, len(got.Cells)), false
		for what, row := range by {
			cells := make([]int, len(got.Cells))
			for k, c := range got.Cells {
				for level := c.From; level <= c.To; level++ {
					cells[k] += row[level]
				}
			}
			shown, ok := got.Rows[what]
			for k := range cells {
				if ok && (cells[k] < 10 || shown[k]%10 != 0) {
					t.Fatalf("%v: row %v shows a group of %d", by, shown, cells[k])
				}
				if !ok {
					left = left || cells[k] > 0
					rest[k] += cells[k]
				}
			}
		}
		for k := range rest {
			if left && rest[k] < 10 {
				t.Fatalf("%v: the whole less the rows leaves a group of %d", by, rest[k])
			}
		}
	}
}
