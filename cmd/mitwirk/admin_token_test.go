package main

import (
	"testing"
	"time"
)

func TestLifetime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want time.Duration
	}{
		{"365d", 365 * 24 * time.Hour},
		{"1d", 24 * time.Hour},
		{"12h", 12 * time.Hour},
		{"0d", 0},
		{"-1d", 0},
		{"d", 0},
		{"99999d", 0},
		{"", 0},
		{"-5h", 0},
		{"a year", 0},
	} {
		got, err := lifetime(tt.text)
		if got != tt.want || (err == nil) != (tt.want > 0) {
			t.Errorf("%q: %s, %v", tt.text, got, err)
		}
	}
}
