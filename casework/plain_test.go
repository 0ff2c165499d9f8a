package casework_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/casework"
)

// TestPlain: the island plain.ts passes the same table.
func TestPlain(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/plain.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Name, Lang, Text string
		Want             []string
	}
	if err := json.Unmarshal(raw, &tests); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.Name, func(t *testing.T) {
			t.Parallel()
			got := []string{}
			for _, h := range casework.Plain(tt.Text, tt.Lang) {
				got = append(got, h.Name())
			}
			if d := cmp.Diff(tt.Want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("Die Reparatur erfolgt zeitnah.", "de")
	f.Add("3. Mai.\n\xff{", "en")
	f.Fuzz(func(_ *testing.T, text, lang string) { casework.Plain(text, lang) })
}

func TestFill(t *testing.T) {
	t.Parallel()
	b := casework.Blanks{Date: "Freitag, 14. März", Place: "Rosenheimer Straße 42", Team: "Straßenunterhalt"}
	got := casework.Fill("{Team} kommt am {datum} zur {Ort}. {Nummer} {anderes}", b)
	if want := "Straßenunterhalt kommt am Freitag, 14. März zur Rosenheimer Straße 42. {Nummer} {anderes}"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	bad := casework.Template{Lang: "de", Name: "x", Text: "Am {Datm} kommen wir."}
	if bad.Validate() == nil {
		t.Error("an unknown placeholder was let through")
	}
}
