package reportpages

import "testing"

func TestDecidePlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   placeInput
		want placeAct
	}{
		{"nothing", placeInput{do: "next"}, placeNone},
		{"search", placeInput{do: "search", query: "Tal 5"}, placeSearch},
		{"search for nothing", placeInput{do: "search"}, placeNone},
		{"Enter in another field, pin set", placeInput{do: "search", set: true}, placeNext},
		{"Enter on a hit", placeInput{do: "search", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"Enter with the found place", placeInput{do: "search", query: "Tal 5", asked: "Tal 5", set: true, settled: true}, placeNext},
		{"the same search again", placeInput{do: "search", query: "Tal", asked: "Tal"}, placeSearch},
		{"on with a new address typed", placeInput{do: "next", query: "Tal 5", asked: "Tal 4", set: true}, placeSearch},
		{"on with a hit", placeInput{do: "next", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"take a hit", placeInput{do: "pick", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"take no hit", placeInput{do: "pick", query: "Tal", asked: "Tal"}, placeNone},
		{"a pin by script wins over its address", placeInput{do: "next", query: "Tal 5", moved: true}, placePoint},
		{"a pin by script, Enter", placeInput{do: "search", moved: true}, placePoint},
		{"take a district", placeInput{do: "district", district: "5", set: true}, placeDistrict},
		{"take no district", placeInput{do: "district", set: true}, placeNone},
		{"on with a district", placeInput{do: "next", district: "5"}, placeDistrict},
		{"on", placeInput{do: "next", set: true, district: "5"}, placeNext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := decidePlace(tt.in); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
