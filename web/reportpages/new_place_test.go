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
		{"search again after a pin", placeInput{do: "search", query: "Tal 5", asked: "Tal 4", settled: true}, placeSearch},
		{"the same search again", placeInput{do: "search", query: "Tal", asked: "Tal"}, placeSearch},
		{"Enter in another field, place set", placeInput{do: "search", query: "Tal 5", asked: "Tal 5", settled: true}, placeNext},
		{"Enter in another field, pin without address", placeInput{do: "search", settled: true}, placeNext},
		{"Enter in another field, pin just set with its address", placeInput{do: "search", query: "Tal 5", asked: "Tal 5", moved: true}, placePoint},
		{"Enter on a hit", placeInput{do: "search", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"on with an address typed after the pin", placeInput{do: "next", query: "Tal 5", asked: "Tal 4", settled: true}, placeSearch},
		{"on with an address typed after a pin just set", placeInput{do: "next", query: "Tal 5", asked: "Tal 4", moved: true}, placeSearch},
		{"on with a pin just set", placeInput{do: "next", query: "Tal 5", asked: "Tal 5", moved: true}, placePoint},
		{"on with a pin and no address", placeInput{do: "next", moved: true}, placePoint},
		{"on with a hit", placeInput{do: "next", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"on past hits of another place", placeInput{do: "next", query: "Tal", asked: "Tal"}, placeNone},
		{"take a hit", placeInput{do: "pick", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"take no hit", placeInput{do: "pick", query: "Tal", asked: "Tal"}, placeNone},
		{"take a district", placeInput{do: "district", district: "5", settled: true}, placeDistrict},
		{"take no district", placeInput{do: "district", settled: true}, placeNone},
		{"on with a district", placeInput{do: "next", district: "5"}, placeDistrict},
		{"on", placeInput{do: "next", settled: true, district: "5"}, placeNext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := decidePlace(tt.in); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
