package clock

import "time"

// Clock tells the time.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now is the machine's time.
func (System) Now() time.Time { return time.Now() }

// Fixed is a clock that stands still.
type Fixed time.Time

// Now is always the same.
func (f Fixed) Now() time.Time { return time.Time(f) }
