package livesocket

import (
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/live"
)

// A message of a client is obeyed or answered with what is wrong about it; it
// neither stops the process nor makes an answer that is no JSON.
func FuzzObey(f *testing.F) {
	f.Add([]byte(`{"type":"subscribe","topic":"reports"}`))
	f.Add([]byte(`{"type":"subscribe","topics":["report:M-2026-7K3QX9","area:11,48,12,49"],"cursor":"1.2.3"}`))
	f.Add([]byte(`{"type":"unsubscribe","topics":["reports","reports",""]}`))
	f.Add([]byte(`{"type":"ping","type":"subscribe","topic":"\u0000"}`))
	f.Add([]byte(`[{}]`))
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Logger: log})
	if err != nil {
		f.Fatal(err)
	}
	bus, err := events.New(events.Config{Jobs: j, Logger: log})
	if err != nil {
		f.Fatal(err)
	}
	broker, err := live.New(live.Config{Bus: bus, Logger: log})
	if err != nil {
		f.Fatal(err)
	}
	h := &Handler{log: log}
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := broker.Open(live.SessionConfig{})
		defer s.Close()
		h.obey(s, raw)
		h.obey(s, []byte(`{"type":"ping"}`)) // there is always an answer to this
		for {
			frame, err := s.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ Type string }
			if err := json.Unmarshal(frame, &got); err != nil {
				t.Fatalf("%q is no answer: %v", frame, err)
			}
			if got.Type == live.TypePing {
				return
			}
		}
	})
}
