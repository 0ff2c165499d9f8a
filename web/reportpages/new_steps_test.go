package reportpages

import (
	"fmt"
	"testing"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		k    known
		at   step
		want string // step/of, before, after
	}{
		{"start", known{}, stepWhat, "1/6  kind"},
		{"kind is the same step", known{}, stepKind, "1/6 what place"},
		{"place, nothing known of near", known{Category: true, Questions: true}, stepPlace, "2/6 kind near"},
		{"nothing near", known{Category: true, Place: true, Questions: true}, stepPlace, "2/5 kind questions"},
		{"no questions", known{Category: true, Place: true, Near: true}, stepNear, "3/5 place contact"},
		{"neither", known{Category: true, Place: true}, stepContact, "3/4 place check"},
		{"all", known{Category: true, Place: true, Near: true, Questions: true}, stepContact, "5/6 questions check"},
		{"last", known{Category: true, Place: true, Near: true, Questions: true}, stepCheck, "6/6 contact check"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			i, of := tt.k.progress(tt.at)
			if got := fmt.Sprintf("%d/%d %s %s", i, of, tt.k.before(tt.at), tt.k.after(tt.at)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	quick := known{Category: true, Place: true}
	if got := quick.after(stepNear); got != stepContact {
		t.Errorf("after a left out near: %s", got)
	}
	if got := quick.after(stepQuestions); got != stepContact {
		t.Errorf("after left out questions: %s", got)
	}
	if got := quick.before(stepNear); got != stepPlace {
		t.Errorf("before a left out near: %s", got)
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		k    known
		at   step
		want step
	}{
		{"what always", known{}, stepWhat, stepWhat},
		{"kind always", known{}, stepKind, stepKind},
		{"place needs a category", known{}, stepPlace, stepKind},
		{"check needs a category first", known{}, stepCheck, stepKind},
		{"check needs a place", known{Category: true}, stepCheck, stepPlace},
		{"near needs a place", known{Category: true}, stepNear, stepPlace},
		{"all there", known{Category: true, Place: true}, stepCheck, stepCheck},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.k.allowed(tt.at); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
