package tiles

import (
	"fmt"
	"testing"
)

// A tile has one spelling, and no address lies outside of the world.
func FuzzParseAddress(f *testing.F) {
	f.Add("0", "0", "0")
	f.Add("14", "8716", "5684")
	f.Add("1", "2", "0")
	f.Add("+1", "01", "-0")
	f.Add("99999999999999999999", "1", "1")
	f.Fuzz(func(t *testing.T, z, x, y string) {
		a, err := parse(z, x, y)
		if err != nil {
			return
		}
		if got := fmt.Sprint(a.z, a.x, a.y); got != z+" "+x+" "+y {
			t.Errorf("%q %q %q was read as %s", z, x, y, got)
		}
		if a.z < 0 || a.z > MaxZoom || a.x < 0 || a.y < 0 || a.x >= 1<<a.z || a.y >= 1<<a.z {
			t.Errorf("%+v is no tile", a)
		}
	})
}
