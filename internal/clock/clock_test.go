package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
)

func TestSystem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c clock.Clock = clock.System{}
		before := c.Now()
		time.Sleep(time.Hour)
		if got := c.Now().Sub(before); got != time.Hour {
			t.Errorf("an hour took %s", got)
		}
	})
}

func TestFixed(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 29, 1, 59, 59, 5, time.UTC)
	var c clock.Clock = clock.Fixed(at)
	if first, second := c.Now(), c.Now(); !first.Equal(at) || !second.Equal(at) || first.Location() != time.UTC {
		t.Errorf("%s, %s", first, second)
	}
	if !(clock.Fixed{}).Now().IsZero() {
		t.Error("a clock that nobody set shows a time")
	}
}
