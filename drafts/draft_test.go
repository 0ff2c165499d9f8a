package drafts

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mitwirk/mitwirk/internal/fault"
)

func body(pairs ...string) Body {
	b := Body{}
	for i := 0; i+1 < len(pairs); i += 2 {
		b[pairs[i]] = json.RawMessage(pairs[i+1])
	}
	return b
}

func TestMerge(t *testing.T) {
	t.Parallel()
	type step struct {
		base int
		send Body
	}
	for _, tt := range []struct {
		name        string
		steps       []step
		want        Body
		wantVersion int
	}{
		{
			name:        "fields of two steps",
			steps:       []step{{0, body("text", `"Loch"`)}, {1, body("place", `{"lon":11.5}`)}},
			want:        body("text", `"Loch"`, "place", `{"lon":11.5}`),
			wantVersion: 2,
		},
		{
			name: "a tab that is behind sends what it did not touch",
			steps: []step{
				{0, body("text", `"Loch"`, "kind", `"a"`)},
				{1, body("text", `"Tiefes Loch"`, "kind", `"a"`)},
				{1, body("text", `"Loch"`, "kind", `"b"`)},
			},
			want:        body("text", `"Tiefes Loch"`, "kind", `"b"`),
			wantVersion: 3,
		},
		{
			name: "both changed the same field: the later one counts",
			steps: []step{
				{0, body("text", `"Loch"`)},
				{1, body("text", `"eins"`)},
				{1, body("text", `"zwei"`)},
			},
			want:        body("text", `"zwei"`),
			wantVersion: 3,
		},
		{
			name: "a tab that is behind and empty deletes nothing",
			steps: []step{
				{0, body("kind", `"a"`)},
				{1, body("text", `"Lang getippt"`)},
				{1, body("text", `null`, "kind", `"b"`)},
			},
			want:        body("text", `"Lang getippt"`, "kind", `"b"`),
			wantVersion: 3,
		},
		{
			name:        "null deletes",
			steps:       []step{{0, body("text", `"Loch"`, "kind", `"a"`)}, {1, body("text", `null`)}},
			want:        body("kind", `"a"`),
			wantVersion: 2,
		},
		{
			name:        "the same value in another spelling is no change",
			steps:       []step{{0, body("place", `{"lon":11.5,"lat":48}`)}, {1, body("place", `{ "lat": 48.0, "lon": 11.5 }`)}},
			want:        body("place", `{"lon":11.5,"lat":48}`),
			wantVersion: 1,
		},
		{
			name:        "an empty value is null",
			steps:       []step{{0, body("text", `"Loch"`)}, {1, body("text", ``)}},
			want:        body(),
			wantVersion: 2,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var d Draft
			for _, s := range tt.steps {
				d, _ = d.merge(s.base, s.send)
			}
			if diff := cmp.Diff(tt.want, d.Body); diff != "" {
				t.Error(diff)
			}
			if d.Version != tt.wantVersion {
				t.Errorf("version %d, want %d", d.Version, tt.wantVersion)
			}
		})
	}
}

// TestMergeLosesNothing: whatever other tabs do, a field that only one tab
// writes ends with what that tab wrote last. A tab either is a plain form, which
// sends all that it shows and then shows the answer, or sends what it changed.
func TestMergeLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var d Draft
		names := []string{"a", "b", "c"}
		tabs := make([]struct {
			plain bool
			seen  int
			shown Body
			last  json.RawMessage
		}, len(names))
		for i := range tabs {
			tabs[i].plain = rapid.Bool().Draw(t, "plain")
		}
		for range rapid.IntRange(1, maxPast).Draw(t, "saves") {
			i := rapid.IntRange(0, len(tabs)-1).Draw(t, "tab")
			tab := &tabs[i]
			send := Body{}
			if tab.plain {
				maps.Copy(send, tab.shown)
			}
			tab.last = json.RawMessage(rapid.SampledFrom([]string{`1`, `2`, `3`, `"x"`}).Draw(t, "value"))
			send[names[i]] = tab.last
			d, _ = d.merge(tab.seen, send)
			tab.seen, tab.shown = d.Version, d.Body
		}
		for i, tab := range tabs {
			if tab.last != nil && !same(d.Body[names[i]], tab.last) {
				t.Fatalf("field %s is %s, the tab wrote %s", names[i], d.Body[names[i]], tab.last)
			}
		}
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		body Body
		want fault.Kind
	}{
		{"fine", body("text", `"`+strings.Repeat("a", MaxBody-20)+`"`), ""},
		{"too large", body("text", `"`+strings.Repeat("a", MaxBody)+`"`), fault.TooLarge},
		{"no JSON", body("text", `{`), fault.BadRequest},
		{"NUL", body("text", `"a\u0000b"`), fault.BadRequest},
	} {
		err := tt.body.check()
		if (tt.want == "") != (err == nil) || (err != nil && !fault.Is(err, tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	type form struct {
		Text string `json:"text"`
		N    int    `json:"n"`
	}
	b, err := Fields(form{Text: "Loch", N: 3})
	if err != nil {
		t.Fatal(err)
	}
	d, _ := Draft{}.merge(0, b)
	text, err := Field[string](d, "text")
	if err != nil || text != "Loch" {
		t.Errorf("text %q, %v", text, err)
	}
	if n, err := Field[int](d, "absent"); err != nil || n != 0 {
		t.Errorf("absent: %d, %v", n, err)
	}
	if _, err := Field[int](d, "text"); err == nil {
		t.Error("a text was read as a number")
	}
}
