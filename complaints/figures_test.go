package complaints

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

func someFacts(r *rand.Rand, n int) []Fact {
	pick := func(what string, of int) string { return fmt.Sprintf("%s%d", what, int(r.ExpFloat64()*2)%of) }
	list := make([]Fact, n)
	for i := range list {
		list[i] = Fact{
			At:   time.Date(2025, time.Month(1+r.IntN(24)), 1+r.IntN(27), 12, 0, 0, 0, time.UTC),
			Kind: pick("k", 4), Topic: pick("t", 12), Department: pick("d", 15), Outcome: pick("o", 4), Days: r.IntN(30),
		}
	}
	return list
}

// groups are the unions of cells of a table, as anybody can add and subtract them.
func groups(t Table) []int {
	var out []int
	for mask := range 1 << min(len(t.Cells), 6) {
		n := 0
		for i, c := range t.Cells {
			if mask>>i&1 == 1 {
				n += c.N
			}
		}
		out = append(out, n)
	}
	return out
}

func small(n int) bool { return n > 0 && n < K }

// TestNoCombinationTellsOfASmallGroup takes every cell, every union of cells,
// every difference within a table, and what two and three tables say together
// about intersections (by their bounds): wherever a group's size is certain, it
// is none or at least K.
func TestNoCombinationTellsOfASmallGroup(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	now := time.Date(2027, 1, 15, 0, 0, 0, 0, time.UTC)
	for range 60 {
		for _, p := range Figures(someFacts(r, r.IntN(400)), now) {
			certain := func(what string, n int) {
				if small(n) {
					t.Fatalf("%s of %s to %s tells of a group of %d: %+v", what, p.From, p.To, n, p.Tables)
				}
			}
			certain("the whole", p.N)
			for i, a := range p.Tables {
				sum := 0
				for _, c := range a.Cells {
					sum += c.N
					certain(a.By+" "+c.Key, c.N)
					certain("all but "+c.Key, p.N-c.N)
				}
				if sum != p.N {
					t.Fatalf("%s: cells are %d of %d", a.By, sum, p.N)
				}
				for _, b := range p.Tables[i+1:] {
					for _, x := range groups(a) {
						for _, y := range groups(b) {
							low, high := max(0, x+y-p.N), min(x, y)
							if low == high {
								certain(a.By+" with "+b.By, low)
							}
						}
					}
				}
			}
			for i, a := range p.Tables {
				for j, b := range p.Tables[:i] {
					for _, c := range p.Tables[:j] {
						for _, x := range a.Cells {
							for _, y := range b.Cells {
								for _, z := range c.Cells {
									if low, high := max(0, x.N+y.N+z.N-2*p.N), min(x.N, y.N, z.N); low == high {
										certain("three tables", low)
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// TestLaterFactsChangeNothing: yesterday's publication is the beginning of
// today's, so that the difference of the two is whole periods.
func TestLaterFactsChangeNothing(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	facts := someFacts(r, 500)
	var before []Period
	for month := range 26 {
		now := time.Date(2025, time.Month(1+month), 15, 0, 0, 0, 0, time.UTC)
		var known []Fact
		for _, f := range facts {
			if f.At.Before(now) {
				known = append(known, f)
			}
		}
		after := Figures(known, now)
		if len(after) < len(before) || !reflect.DeepEqual(after[:len(before)], before) && len(before) > 0 {
			t.Fatalf("month %d: what was published has changed", month)
		}
		seen := map[string]bool{}
		for _, p := range after {
			if seen[p.From] || p.To >= now.Format("2006-01") {
				t.Fatalf("period %s to %s overlaps or runs still", p.From, p.To)
			}
			seen[p.From] = true
		}
		before = after
	}
	if len(before) < 3 {
		t.Fatalf("only %d periods", len(before))
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   map[string]int
		want []Cell
	}{
		{"nothing small", map[string]int{"a": 5, "b": 9}, []Cell{{"b", 9}, {"a", 5}}},
		{"a small one takes the next in", map[string]int{"a": 1, "b": 9, "c": 12}, []Cell{{"c", 12}, {Rest, 10}}},
		{"small ones are enough", map[string]int{"a": 2, "b": 3, "c": 12}, []Cell{{"c", 12}, {Rest, 5}}},
		{"all of it", map[string]int{"a": 2, "b": 4}, []Cell{{Rest, 6}}},
	} {
		if got := grouped(tt.in); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
