package statspages

import (
	"slices"
	"testing"

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
