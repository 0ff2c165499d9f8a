package statspages

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/casework"
)

// Streets are sorted into parts of the same size; the same figure has the same
// colour, and what has no length has none.
func TestLevels(t *testing.T) {
	t.Parallel()
	streets := []casework.StreetFigure{
		{KM: 1, PerKM: 1}, {KM: 1, PerKM: 2}, {KM: 1, PerKM: 3}, {KM: 1, PerKM: 4}, {KM: 1, PerKM: 5}, {}, {KM: 2, PerKM: 5},
	}
	if got := levels(streets); !slices.Equal(got, []int{1, 1, 2, 3, 4, 0, 4}) {
		t.Error(got)
	}
	if got := levels(nil); len(got) != 0 {
		t.Error(got)
	}
}

// Figures are counted once in ten minutes, an error is kept by nobody, and the
// memory does not grow without end.
func TestKept(t *testing.T) {
	t.Parallel()
	k, now, counts := newKept[int, int](), time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), 0
	get := func(key int, at time.Time) int {
		t.Helper()
		v, _, err := k.get(key, at, func() (int, error) { counts++; return counts, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b := get(1, now), get(1, now.Add(keepFor-time.Second)); a != 1 || b != 1 {
		t.Errorf("%d, then %d", a, b)
	}
	if v := get(1, now.Add(keepFor)); v != 2 {
		t.Errorf("after ten minutes %d", v)
	}
	broken := errors.New("no database")
	if _, _, err := k.get(2, now, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
	if v := get(2, now); v != 3 {
		t.Errorf("an error was kept: %d", v)
	}
	for i := range 3 * keepMost {
		get(i, now)
	}
	if len(k.of) > keepMost {
		t.Errorf("%d are kept", len(k.of))
	}
}

func TestChart(t *testing.T) {
	t.Parallel()
	rows := []casework.FigureRow{{In: 200, Out: 100}, {}}
	got := chart([]row{{Name: "a"}, {Name: "b"}}, rows, 200)
	if len(got) != 2 || got[0].InW != "100.0" || got[0].OutW != "50.0" || got[1].InW != "0.4" { // a bar is seen also where nothing is
		t.Errorf("%+v", got)
	}
	if got := chart(make([]row, chartRows+1), make([]casework.FigureRow, chartRows+1), 1); got != nil {
		t.Errorf("%d bars", len(got))
	}
}
