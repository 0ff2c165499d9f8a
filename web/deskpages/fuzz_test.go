package deskpages

import (
	"math"
	"strings"
	"testing"
)

// A place in the queue is read back as it was written.
func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add("2026-03-14T12:00:00Z~2026-03-14T11:00:00.5Z~0192d3a4-0000-7000-8000-000000000001")
	f.Add("~~")
	f.Add("2026-03-14T12:00:00+23:59~0000-01-01T00:00:00Z~{0192d3a4-0000-7000-8000-000000000001}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		if err != nil || c == nil {
			return
		}
		again, err := parseCursor(formatCursor(*c))
		if err != nil {
			return // a year before 0 or after 9999, in another zone
		}
		if !again.Due.Equal(c.Due) || !again.At.Equal(c.At) || again.ID != c.ID {
			t.Errorf("%q came back as %q", text, formatCursor(*c))
		}
	})
}

// What covers parts of a photo is numbers, and only those that were typed.
func FuzzCoverRows(f *testing.F) {
	f.Add("10,20", "5", "30", "100")
	f.Add("", "NaN", "1e309", "-0")
	f.Add("12,5", "0x10", " 3 ", "Inf")
	f.Fuzz(func(t *testing.T, x, y, w, h string) {
		split := func(s string) []string { return strings.Split(s, ";") }
		rows, rects, err := coverRows(split(x), split(y), split(w), split(h))
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
