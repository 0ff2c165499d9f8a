package attachments_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/attachments/attachmentstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestPosition: where a photo was taken is handed back once and kept nowhere.
func TestPosition(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		at   subject.Point
		want bool
	}{
		{"Munich", subject.Point{Lon: 11.5755, Lat: 48.1374}, true},
		{"south and west", subject.Point{Lon: -70.6483, Lat: -33.4569}, true},
		{"no fix", subject.Point{}, false},
		{"no place", subject.Point{Lon: 11.5, Lat: 97}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, dbtest.Tx(t))
			raw := attachmentstest.WithPosition(photo(t, 1), tt.at)
			a, err := b.s.Upload(t.Context(), b.me, b.draft, bytes.NewReader(raw), "")
			if err != nil {
				t.Fatal(err)
			}
			if (a.Taken != nil) != tt.want || tt.want && (math.Abs(a.Taken.Lon-tt.at.Lon) > 1e-5 || math.Abs(a.Taken.Lat-tt.at.Lat) > 1e-5) {
				t.Errorf("taken at %v, want %v", a.Taken, tt.at)
			}
			again, err := b.s.Upload(t.Context(), b.me, b.draft, bytes.NewReader(raw), "")
			if err != nil || again.ID != a.ID || (again.Taken != nil) != tt.want {
				t.Errorf("sent again: %+v, %v", again, err)
			}
			kept, err := attachments.ByID(t.Context(), b.db, a.ID)
			if err != nil || kept.Taken != nil {
				t.Errorf("kept: %v, %v", kept.Taken, err)
			}
			for _, small := range []bool{false, true} {
				data, err := b.s.Bytes(t.Context(), a, small)
				if err != nil || bytes.Contains(data, []byte("Exif")) || bytes.Contains(data, attachmentstest.Position(tt.at)[26:]) {
					t.Errorf("small %t: metadata is kept, %v", small, err)
				}
			}
			var row string
			err = b.db.QueryRow(t.Context(), `
SELECT (SELECT string_agg(a::text, ' ') FROM attachments a) || (SELECT string_agg(v::text, ' ') FROM attachment_versions v)
  || (SELECT string_agg(d::text, ' ') FROM drafts d)`).Scan(&row)
			if err != nil || strings.Contains(row, "11.57") || strings.Contains(row, "48.13") || strings.Contains(row, "70.64") {
				t.Errorf("rows hold a position: %v %s", err, row)
			}
		})
	}
}
