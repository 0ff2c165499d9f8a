package geo

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestReadQuery(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, street, houseNo, postcode string
	}{
		{"Leopoldstraße", "Leopoldstraße", "", ""},
		{"Leopoldstraße 12", "Leopoldstraße", "12", ""},
		{"Leopoldstr.12", "Leopoldstr.", "12", ""},
		{"Leopoldstr 12a", "Leopoldstr", "12a", ""},
		{"leopoldstr 12 A", "leopoldstr", "12a", ""},
		{"Leopoldstraße 12-14", "Leopoldstraße", "12-14", ""},
		{"Leopoldstraße 12 / 14b", "Leopoldstraße", "12-14b", ""},
		{"Leopoldstraße Nr. 12", "Leopoldstraße", "12", ""},
		{"Leopoldstraße, 12", "Leopoldstraße", "12", ""},
		{"Leopoldstraße 12, 80802 München", "Leopoldstraße", "12", "80802"},
		{"80802 München, Leopoldstraße 12", "München", "", "80802"},
		{"80802 Leopoldstraße 12", "Leopoldstraße", "12", "80802"},
		{"Tal 5 München", "Tal", "5", ""},
		{"12 Leopoldstraße", "Leopoldstraße", "12", ""},
		{"Straße des 17. Juni", "Straße des 17. Juni", "", ""},
		{"Straße des 17. Juni 135", "Straße des 17. Juni", "135", ""},
		{"Platz des 8. Mai", "Platz des 8. Mai", "", ""},
		{"  Tal\t5 ", "Tal", "5", ""},
		{"12", "12", "", ""},
		{"", "", "", ""},
		{"80802", "", "", "80802"},
		{"a\xffb", "ab", "", ""},
	} {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			got := readQuery(tt.text)
			want := query{street: tt.street, houseNo: tt.houseNo, postcode: tt.postcode}
			if d := cmp.Diff(want, got, cmp.AllowUnexported(query{})); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestHouseNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{"": nil, "12": {"12"}, "12a": {"12a", "12"}, "12a-14": {"12a-14", "12a", "12"}} {
		if d := cmp.Diff(want, query{houseNo: text}.houseNumbers()); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	if got := tidyHouseNo(" 12 A–14/B"); got != "12a-14-b" {
		t.Error(got)
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b         string
		whole, begun int
	}{
		{"", "", 0, 0},
		{"abc", "", 3, 3},
		{"", "abc", 3, 0},
		{"leopold", "leopold", 0, 0},
		{"loepold", "leopold", 1, 1},
		{"leopld", "leopold", 1, 1},
		{"leppold", "leopold", 1, 1},
		{"leo", "leopold", 4, 0},
		{"leeo", "leopold", 4, 1},
	} {
		if whole, begun := edits(tt.a, tt.b); whole != tt.whole || begun != tt.begun {
			t.Errorf("edits(%q, %q) = %d, %d; want %d, %d", tt.a, tt.b, whole, begun, tt.whole, tt.begun)
		}
	}
}

func FuzzReadQuery(f *testing.F) {
	for _, s := range []string{"Leopoldstraße 12a, 80802 München", "80802", "12 / 14", "Ä\xff9", "Platz des 8. Mai 3", "\u0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := readQuery(text)
		if !utf8.ValidString(q.street) || strings.ContainsRune(q.street, 0) || utf8.RuneCountInString(q.street) > maxQuery {
			t.Errorf("%q gives %q", text, q.street)
		}
		if q.houseNo != tidyHouseNo(q.houseNo) {
			t.Errorf("%q gives the number %q", text, q.houseNo)
		}
		for _, v := range q.variants() {
			quality(v, "leopoldstr")
		}
	})
}
