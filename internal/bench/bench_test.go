package bench_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/bench"
)

func TestReport(t *testing.T) {
	t.Parallel()
	must, slow := 50.0, 400.0
	for _, tt := range []struct {
		name   string
		figure bench.Figure
		want   error
		line   string
	}{
		{"reached", bench.Figure{Name: "a", Value: 4, Unit: "ms", Against: &slow, Must: &must, N: 9}, nil, `{"name":"a","value":4,"unit":"ms","against":400,"ratio":0.01,"spread":0,"must":50,"aim":null,"n":9,"ok":true}`},
		{"missed", bench.Figure{Name: "a", Value: 51, Must: &must}, bench.ErrMissed, `"ok":false`},
		{"nothing asked", bench.Figure{Name: "a", Value: 51}, nil, `"against":null,"ratio":null`},
		{"noisy near its bound", bench.Figure{Name: "a", Value: 45, Must: &must, Spread: 0.9}, bench.ErrNoisy, `"spread":0.9`},
		{"noisy far from it", bench.Figure{Name: "a", Value: 2, Must: &must, Spread: 0.9}, nil, `"ok":true`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := bench.NewReport(&out)
			if err := r.Add(tt.figure); err != nil {
				t.Fatal(err)
			}
			if err := r.Err(); !errors.Is(err, tt.want) {
				t.Errorf("ends with %v, want %v", err, tt.want)
			}
			if !strings.Contains(out.String(), tt.line) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("wrote %s, want %s", out.String(), tt.line)
			}
		})
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	if m, s := bench.Median([]float64{1, 2, 3, 4, 5, 6, 7, 8}); m != 5 || s != 0.4 {
		t.Errorf("median %v, spread %v", m, s)
	}
	if m, s := bench.Median(nil); m != 0 || s != 0 {
		t.Errorf("of nothing: %v, %v", m, s)
	}
}
