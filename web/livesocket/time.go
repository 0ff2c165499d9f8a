package livesocket

import (
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// deadline is d from now, by the machine's clock: the network's, not the city's.
func deadline(d time.Duration) time.Time { return clock.System{}.Now().Add(d) }
