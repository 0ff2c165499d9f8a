package ideas_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The map shows what the list's filter lets through, and of staff's calls nothing.
func TestTileFilters(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	at := subject.Point{Lon: 11.54, Lat: 48.117}
	c.Create(t, func(s *ideas.Submission) { s.Point, s.Call = &at, call.ID })
	number := call.Number.Format(subject.PrefixCall)
	for query, want := range map[string]bool{"": true, "topic=gruen": true, "topic=plaetze": false, "state=done": false, "call=" + number: true, "call=box": false, "q=Brunnen": true, "q=Elefant": false} {
		params, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		tile, err := c.Ideas.Tile(t.Context(), params, 0, 0, 0)
		if err != nil || len(tile) > 0 != want {
			t.Errorf("%q: %d bytes, %v", query, len(tile), err)
		}
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE calls SET audience = 'staff' WHERE id = $1`, call.ID); err != nil {
		t.Fatal(err)
	}
	if tile, err := c.Ideas.Tile(t.Context(), url.Values{}, 0, 0, 0); err != nil || len(tile) > 0 {
		t.Errorf("an idea of the staff is on the map: %d bytes, %v", len(tile), err)
	}
	if _, err := c.Ideas.Tile(t.Context(), url.Values{"call": {number}}, 0, 0, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("the map of the staff's call: %v", err)
	}
}
