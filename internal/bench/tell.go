package bench

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// Tell writes what say says to out, with the seconds since it was called, now
// and in each interval, until stop is called; stop writes the last line. A run of
// minutes is then not taken for one that hangs.
func Tell(out io.Writer, each time.Duration, say func() string) (stop func()) {
	var watch clock.System
	began := watch.Now()
	line := func() { _, _ = fmt.Fprintf(out, "%s, %.0f s\n", say(), watch.Now().Sub(began).Seconds()) } // progress only
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(each)
		defer tick.Stop()
		line()
		for {
			select {
			case <-quit:
				line()
				return
			case <-tick.C:
				line()
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(quit)
		<-ended
	})
}
