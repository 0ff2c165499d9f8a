package subject

import (
	"testing"

	"pgregory.net/rapid"
)

func TestNumberRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(2000, 9999).Draw(t, "year")
		n := NewNumber(year)
		prefix, got, err := ParseNumber(n.Format(PrefixReport))
		if err != nil || prefix != PrefixReport || got != n {
			t.Fatalf("%s came back as %s %d, %v", n.Format(PrefixReport), prefix, got, err)
		}
	})
}

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, want string
		wantErr          bool
	}{
		{name: "as printed", text: "M-2026-7K3QX9", want: "M-2026-7K3QX9"},
		{name: "lower case, spaces", text: " m 2026 7k3qx9 ", want: "M-2026-7K3QX9"},
		{name: "a sign that is not used", text: "M-2026-7K3QX0", wantErr: true},
		{name: "too short", text: "M-2026-7K3", wantErr: true},
		{name: "unknown prefix", text: "X-2026-7K3QX9", wantErr: true},
		{name: "letters in the year", text: "M-20A6-7K3QX9", wantErr: true},
		{name: "empty", wantErr: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			prefix, n, err := ParseNumber(tt.text)
			if (err != nil) != tt.wantErr {
				t.Fatalf("error %v, want one: %t", err, tt.wantErr)
			}
			if err == nil && n.Format(prefix) != tt.want {
				t.Errorf("got %s, want %s", n.Format(prefix), tt.want)
			}
		})
	}
}

func FuzzParseNumber(f *testing.F) {
	f.Add("M-2026-7K3QX9")
	f.Add("m20267k3qx9")
	f.Add("Ü-2026-7K3QX9")
	f.Fuzz(func(t *testing.T, text string) {
		prefix, n, err := ParseNumber(text)
		if err != nil {
			return
		}
		if _, again, err := ParseNumber(n.Format(prefix)); err != nil || again != n {
			t.Errorf("%q reads as %d but prints as %s", text, n, n.Format(prefix))
		}
	})
}
