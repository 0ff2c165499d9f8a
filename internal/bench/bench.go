package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// Figure is one line of a benchmark.
type Figure struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Unit    string   `json:"unit"`
	Against *float64 `json:"against"` // the same measured another way in the same run; null: nothing
	Ratio   *float64 `json:"ratio"`   // Value by Against
	Spread  float64  `json:"spread"`  // half of the distance of the quartiles, by the median
	Must    *float64 `json:"must"`    // the most that it may be; null: nothing is asked
	Aim     *float64 `json:"aim"`
	N       int      `json:"n"` // how often it was measured
	OK      bool     `json:"ok"`
}

// Errors that a run ends with.
var (
	ErrMissed = errors.New("a figure does not reach what it must")
	ErrNoisy  = errors.New("too noisy to say")
)

// noisy is the spread from which a figure near its bound says nothing.
const noisy = 0.5

// Report writes figures and keeps what came of them.
type Report struct {
	out           io.Writer
	missed, noisy bool
}

// NewReport writes one line per figure to out.
func NewReport(out io.Writer) *Report { return &Report{out: out} }

// Add writes a figure. With a Must, OK tells whether it is reached.
func (r *Report) Add(f Figure) error {
	f.OK = f.Must == nil || f.Value <= *f.Must
	if f.Must != nil && f.Spread > noisy && f.Value > *f.Must/2 && f.Value < *f.Must*2 {
		r.noisy = true
	}
	r.missed = r.missed || !f.OK
	if f.Against != nil && *f.Against > 0 {
		ratio := round(f.Value / *f.Against)
		f.Ratio = &ratio
	}
	f.Value, f.Spread = round(f.Value), round(f.Spread)
	if f.Against != nil {
		a := round(*f.Against)
		f.Against = &a
	}
	line, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	if _, err := fmt.Fprintf(r.out, "%s\n", line); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// Err is ErrNoisy, ErrMissed or nil, for what was added so far.
func (r *Report) Err() error {
	switch {
	case r.noisy:
		return ErrNoisy
	case r.missed:
		return ErrMissed
	}
	return nil
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// Times runs do n times after one that is not counted, and gives back how long
// each took in milliseconds, sorted.
func Times(ctx context.Context, n int, do func(ctx context.Context) error) ([]float64, error) {
	out := make([]float64, 0, n)
	var watch clock.System
	for i := range n + 1 {
		began := watch.Now()
		if err := do(ctx); err != nil {
			return nil, err
		}
		if took := watch.Now().Sub(began); i > 0 {
			out = append(out, float64(took)/float64(time.Millisecond))
		}
	}
	slices.Sort(out)
	return out, nil
}

// Median is the middle of sorted values, and the spread around it: half of the
// distance of the quartiles, by the median.
func Median(sorted []float64) (median, spread float64) {
	if len(sorted) == 0 {
		return 0, 0
	}
	median = sorted[len(sorted)/2]
	if median > 0 {
		spread = (sorted[len(sorted)*3/4] - sorted[len(sorted)/4]) / 2 / median
	}
	return median, spread
}
