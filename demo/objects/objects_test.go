package objects

import (
	"testing"

	"github.com/mitwirk/mitwirk/geo"
)

func TestAll(t *testing.T) {
	t.Parallel()
	list := All()
	if len(list) < 3000 || len(list) > 20_000 {
		t.Fatalf("%d objects", len(list))
	}
	seen := map[[2]string]bool{}
	for _, o := range list {
		key := [2]string{o.Kind, o.Number}
		if seen[key] || !o.Point.Valid() {
			t.Fatalf("%+v", o)
		}
		seen[key] = true
	}
	if again := All(); again[len(again)-1] != list[len(list)-1] {
		t.Error("not the same twice")
	}
	if m := geo.Metres(list[0].Point, list[1].Point); m < 40 || m > 60 {
		t.Errorf("two lamps stand %f m apart", m)
	}
}
