// Package programme is the demonstration's programme: nine fields, 63 invented
// and plausible measures over five years, three releases, ratings and a few
// discussions.
package programme
