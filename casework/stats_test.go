package casework

import "testing"

// What few said does not follow from what a table shows of all others.
func TestHideMore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rows  []FigureRow
		shown []int
	}{
		{"nothing is hidden", []FigureRow{{Happy: 5}, {Happy: 9}}, []int{5, 9}},
		{"one is, and so the smallest goes", []FigureRow{{Happy: 9}, {few: 2}, {Happy: 5, Unhappy: 1}, {Happy: 7}}, []int{9, 0, 0, 7}},
		{"two are few together", []FigureRow{{few: 2}, {few: 2}, {SoSo: 6}, {Happy: 8}}, []int{0, 0, 0, 8}},
		{"two are enough", []FigureRow{{few: 4}, {few: 1}, {SoSo: 6}}, []int{0, 0, 6}},
		{"nobody said anything", []FigureRow{{}, {Happy: 6}}, []int{0, 6}},
	} {
		hideMore(tt.rows)
		for i, want := range tt.shown {
			if got := tt.rows[i].Rated(); got != want {
				t.Errorf("%s: row %d shows %d, want %d", tt.name, i, got, want)
			}
		}
	}
}
