package accounts

import (
	"slices"
	"testing"
	"time"
)

// An eID that answers yes or no by itself is asked for that, and for the birth date
// where it has none for the ages; what it is asked is what the question needs.
func TestReadyAnswers(t *testing.T) {
	t.Parallel()
	ready := Claims{Resident: "lives_here", Over: "age_over_", Birthdate: "birthdate"}
	q := Question{City: true, AgeFrom: 16, AgeTo: 26, On: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
	if got := ready.names(q); !slices.Equal(got, []string{"lives_here", "age_over_16", "age_over_27", "birthdate"}) {
		t.Errorf("asked for %v", got)
	}
	if got := StandardClaims().names(Question{AgeFrom: 16}); !slices.Equal(got, []string{"birthdate"}) {
		t.Errorf("asked for %v", got)
	}
	if got := StandardClaims().names(Question{Postcodes: []string{"80331"}}); !slices.Equal(got, []string{"address.postal_code"}) {
		t.Errorf("asked for %v", got)
	}
	if got, std := ready.spare(q), StandardClaims().spare(q); got != "birthdate" || std != "" {
		t.Errorf("may be kept to oneself: %q and %q", got, std)
	}
	s := &Service{}
	for name, tt := range map[string]struct {
		said map[string]any
		want Answer
	}{
		"yes":             {map[string]any{"lives_here": true, "age_over_16": true, "age_over_27": "false"}, Answer{Verdict: Yes}},
		"too old":         {map[string]any{"lives_here": true, "age_over_16": true, "age_over_27": true}, Answer{Verdict: No, Age: true}},
		"too young":       {map[string]any{"lives_here": true, "age_over_16": false}, Answer{Verdict: No, Age: true}},
		"both":            {map[string]any{"lives_here": "nein", "age_over_16": false}, Answer{Verdict: No, Age: true, Area: true}},
		"half silent":     {map[string]any{"age_over_16": true, "age_over_27": false}, Answer{}},
		"silent, no":      {map[string]any{"age_over_16": false}, Answer{Verdict: No, Age: true}},
		"its birth date":  {map[string]any{"lives_here": true, "birthdate": "2008-11-23"}, Answer{Verdict: Yes}},
		"too young by it": {map[string]any{"lives_here": true, "age_over_27": false, "birthdate": "2012-11-23"}, Answer{Verdict: No, Age: true}},
		"too old by it":   {map[string]any{"lives_here": true, "age_over_16": true, "birthdate": "1980-11-23"}, Answer{Verdict: No, Age: true}},
		"ready before it": {map[string]any{"lives_here": true, "age_over_16": true, "age_over_27": false, "birthdate": "1900-01-01"}, Answer{Verdict: Yes}},
	} {
		if got, err := s.weigh(t.Context(), ready, tt.said, q); err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
