package ideas_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Asking for a merge tells nothing of an idea that may not be known of: neither
// as the one that stays nor as the one that goes.
func TestMergeTellsNothing(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	open, _ := c.Create(t)
	hidden, _ := c.Create(t)
	clerk := accountstest.Staff(t, c.Pool, subject.Caseworker, c.Idea(t, accounts.System, open.Number).Department)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'hidden' WHERE id = $1`, hidden.Idea); err != nil {
		t.Fatal(err)
	}
	random := subject.NewNumber(2026)
	for _, tt := range []struct {
		name       string
		from, into subject.Number
		want       fault.Kind
	}{
		{"into a hidden one", open.Number, hidden.Number, fault.Invalid},
		{"into none", open.Number, random, fault.Invalid},
		{"a hidden one", hidden.Number, random, fault.NotFound},
		{"none", random, open.Number, fault.NotFound},
		{"a hidden one into an open one", hidden.Number, open.Number, fault.NotFound},
	} {
		if err := c.Ideas.AskMerge(t.Context(), clerk, tt.from, tt.into, "Beide wollen dasselbe."); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
