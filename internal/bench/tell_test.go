package bench_test

import (
	"bytes"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mitwirk/mitwirk/internal/bench"
)

func TestTell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		n := 0
		stop := bench.Tell(&out, 10*time.Second, func() string { n++; return "step " + strconv.Itoa(n) })
		time.Sleep(25 * time.Second)
		stop()
		stop()
		if got, want := out.String(), "step 1, 0 s\nstep 2, 10 s\nstep 3, 20 s\nstep 4, 25 s\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
