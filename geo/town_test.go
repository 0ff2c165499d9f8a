package geo

import "testing"

// TestTownLike: ranks and ways to write a name make no other municipality; what
// tells two of a name apart does.
func TestTownLike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want likeness
	}{
		{"München", "Landeshauptstadt München", sameTown},
		{"München", "München, Landeshauptstadt", sameTown},
		{"MUENCHEN", "München", sameTown},
		{"Stadt Fürth", "Fürth", sameTown},
		{"Dachau", "Große Kreisstadt Dachau", sameTown},
		{"Hamburg", "Freie und Hansestadt Hamburg", sameTown},
		{"Lübeck", "Hansestadt Lübeck", sameTown},
		{"Marburg", "Universitätsstadt Marburg", sameTown},
		{"Musterstadt (Stadt)", "Musterstadt", sameTown},
		{"Frankfurt am Main", "Frankfurt a. M.", sameTown},
		{"Frankfurt am Main", "Frankfurt a.M.", sameTown},
		{"Halle (Saale)", "Halle/Saale", sameTown},
		{"Halle (Saale)", "Halle an der Saale", sameTown},
		{"Neustadt a.d.Aisch", "Neustadt an der Aisch", sameTown},
		{"Frankfurt am Main", "Frankfurt", maybeTown},
		{"Frankfurt am Main", "Frankfurt (Oder)", otherTown},
		{"Neustadt", "Neustadt (Wied)", maybeTown},
		{"Markt Schwaben", "Schwaben", otherTown},
		{"Musterstadt", "Musterstadt-Süd", otherTown},
		{"Musterstadt", "Neu Musterstadt", otherTown},
		{"Bad Imnau", "Bad", otherTown},
		{"Stadt", "Stadt", otherTown},
		{"", "", otherTown},
	} {
		if got := townOf(tt.a).like(townOf(tt.b)); got != tt.want {
			t.Errorf("%q and %q: %d, %+v, %+v", tt.a, tt.b, got, townOf(tt.a), townOf(tt.b))
		}
		if got := townOf(tt.b).like(townOf(tt.a)); got != tt.want {
			t.Errorf("%q and %q: %d", tt.b, tt.a, got)
		}
	}
}
