package kit_test

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/web/kit"
)

// What covers parts of a photo is numbers, and only those that were typed.
func FuzzCoverRows(f *testing.F) {
	f.Add("10,20", "5", "30", "100")
	f.Add("", "NaN", "1e309", "-0")
	f.Add("1", "NaN", "2", "3")
	f.Add("12,5", "0x10", " 3 ", "Inf")
	f.Fuzz(func(t *testing.T, x, y, w, h string) {
		split := func(s string) []string { return strings.Split(s, ";") }
		rows, rects, err := kit.ReadCover(url.Values{"x": split(x), "y": split(y), "w": split(w), "h": split(h)})
		if err != nil {
			return
		}
		if len(rects) > len(rows) {
			t.Errorf("%d parts out of %d rows", len(rects), len(rows))
		}
		for _, r := range rects {
			for _, v := range []float64{r.X, r.Y, r.W, r.H} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%+v is no part of a photo", r)
				}
			}
		}
	})
}
