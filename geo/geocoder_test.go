package geo

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

// The answers have the shapes of the projects' own documentation.
const (
	photonBody = `{"type":"FeatureCollection","features":[
 {"type":"Feature","geometry":{"type":"Point","coordinates":[9.18,48.775]},"properties":{"osm_type":"N","osm_id":1,"osm_key":"place","osm_value":"house","type":"house","housenumber":"12","street":"Königstraße","postcode":"70173","city":"Stuttgart","country":"Deutschland"}},
 {"type":"Feature","geometry":{"type":"Point","coordinates":[9.18,48.776]},"properties":{"type":"street","name":"Königstraße","postcode":"70173","city":"Stuttgart","extent":[9.17,48.78,9.19,48.77]}},
 {"type":"Feature","geometry":{"type":"Point","coordinates":[9.18,48.776]},"properties":{"type":"city","name":"Stuttgart"}},
 {"type":"Feature","geometry":{"type":"Point","coordinates":[13.4,52.5]},"properties":{"type":"street","name":"Königstraße","city":"Berlin"}},
 {"type":"Feature","geometry":{"type":"Point","coordinates":[]},"properties":{"name":"nirgends"}}]}`
	nominatimBody = `[{"place_id":1,"licence":"…","osm_type":"way","lat":"48.7750","lon":"9.1800","category":"building","type":"yes","addresstype":"building","name":"","display_name":"12, Königstraße, …",
 "address":{"house_number":"12","road":"Königstraße","suburb":"Mitte","city":"Stuttgart","postcode":"70173","country_code":"de"},"boundingbox":["48.7","48.8","9.1","9.2"]},
 {"lat":"48.77","lon":"9.18","addresstype":"city","name":"Stuttgart","address":{"city":"Stuttgart"}},
 {"lat":"x","lon":"9.18","name":"kaputt"}]`
)

var koenig = Address{Street: "Königstraße", HouseNo: "12", Postcode: "70173", Place: "Stuttgart", Point: subject.Point{Lon: 9.18, Lat: 48.775}} //nolint:gochecknoglobals // what the answers above say

type fakeClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *fakeClock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *fakeClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// server answers with whatever handler says and remembers the requests.
func server(t *testing.T, path string, handler http.HandlerFunc) (g *Geocoder, clock *fakeClock, requests *[]*http.Request) {
	t.Helper()
	requests = &[]*http.Request{}
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		*requests = append(*requests, r.Clone(context.Background()))
		mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(s.Close)
	clock = &fakeClock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	g, err := NewGeocoder(GeocoderConfig{URL: s.URL + path, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	return g, clock, requests
}

func say(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Set-Cookie", "you=known")
		_, _ = w.Write([]byte(body))
	}
}

func TestGeocoderProtocols(t *testing.T) {
	t.Parallel()
	area := &subject.BBox{West: 9, South: 48.6, East: 9.4, North: 48.9}
	for _, tt := range []struct {
		name, path, body string
		reverse          bool
		wantPath         string
		want             url.Values
		found            int
	}{
		{"photon", "/api", photonBody, false, "/api", url.Values{"q": {"Königstr 12"}, "limit": {"5"}, "lang": {"de"}, "bbox": {"9.00000,48.60000,9.40000,48.90000"}}, 3},
		{"photon, reverse", "/photon/api/", photonBody, true, "/photon/reverse", url.Values{"lon": {"9.18000"}, "lat": {"48.77500"}, "lang": {"de"}, "limit": {"1"}, "radius": {"0.2"}}, 3},
		{
			"nominatim", "/search", nominatimBody, false, "/search",
			url.Values{"q": {"Königstr 12"}, "limit": {"5"}, "format": {"jsonv2"}, "addressdetails": {"1"}, "accept-language": {"de"}, "viewbox": {"9.00000,48.90000,9.40000,48.60000"}, "bounded": {"1"}},
			1,
		},
		{
			"nominatim, reverse", "/nominatim", strings.TrimSuffix(strings.TrimPrefix(nominatimBody[:strings.Index(nominatimBody, ",\n {\"lat\":\"48.77\"")], "["), ","), true, "/nominatim/reverse",
			url.Values{"lon": {"9.18000"}, "lat": {"48.77500"}, "format": {"jsonv2"}, "addressdetails": {"1"}, "accept-language": {"de"}, "zoom": {"18"}, "layer": {"address"}},
			1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g, _, requests := server(t, tt.path, say(tt.body))
			var list []Address
			var err error
			for range 2 { // the second time it is remembered
				if tt.reverse {
					list, err = g.Reverse(t.Context(), koenig.Point)
				} else {
					list, err = g.Search(t.Context(), "Königstr 12", area, 5)
				}
				if err != nil || len(list) != tt.found {
					t.Fatalf("%+v, %v", list, err)
				}
			}
			if d := cmp.Diff(koenig, list[0]); d != "" {
				t.Error(d)
			}
			if len(*requests) != 1 {
				t.Fatalf("%d requests", len(*requests))
			}
			r := (*requests)[0]
			if d := cmp.Diff(tt.want, r.URL.Query()); d != "" || r.URL.Path != tt.wantPath {
				t.Errorf("%s %s", r.URL.Path, d)
			}
			for name := range r.Header {
				if name != "User-Agent" && name != "Accept" && name != "Accept-Encoding" {
					t.Errorf("sent the header %s", name)
				}
			}
			if r.Header.Get("User-Agent") != geocoderAgent {
				t.Errorf("agent %q", r.Header.Get("User-Agent"))
			}
		})
	}
}

// TestGeocoderFails: whatever the server does, an error comes back in time, and
// after three of them it is left alone.
func TestGeocoderFails(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }},
		{"garbage", say("<html>nope")},
		{"another protocol", say(`{"results": []}`)},
		{"numbers", say(`7`)},
		{"huge", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"features":[`))
			for range 3 << 10 {
				_, _ = w.Write([]byte(strings.Repeat(" ", 1024)))
			}
		}},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/?q=secret", http.StatusFound)
		}},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("{"))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g, clock, requests := server(t, "/api", tt.handler)
			for i := range 5 {
				if list, err := g.Search(t.Context(), strings.Repeat("a", i+1), nil, 5); err == nil {
					t.Fatalf("%+v", list)
				} else if strings.Contains(err.Error(), "q=") {
					t.Errorf("the log learns what was typed: %v", err)
				}
			}
			if len(*requests) != failuresMost {
				t.Errorf("%d requests", len(*requests))
			}
			clock.add(restTime)
			for i := range 3 {
				_, _ = g.Search(t.Context(), strings.Repeat("b", i+1), nil, 5)
			}
			if len(*requests) != failuresMost+1 {
				t.Errorf("after a rest one is tried: %d requests", len(*requests))
			}
		})
	}
	t.Run("slow", func(t *testing.T) {
		t.Parallel()
		g, _, _ := server(t, "/api", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-done:
			}
		})
		if _, err := g.Search(t.Context(), "x", nil, 5); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		for range failuresMost {
			if _, err := g.Search(ctx, "x", nil, 5); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		}
		if g.failed != 1 {
			t.Errorf("people who go away count as failures: %d", g.failed)
		}
	})
	t.Run("again", func(t *testing.T) {
		t.Parallel()
		var well atomic.Bool
		g, clock, _ := server(t, "/api", func(w http.ResponseWriter, r *http.Request) {
			if !well.Load() {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			say(photonBody)(w, r)
		})
		for range failuresMost {
			_, _ = g.Search(t.Context(), "x", nil, 5)
		}
		well.Store(true)
		if _, err := g.Search(t.Context(), "x", nil, 5); !errors.Is(err, errResting) {
			t.Errorf("%v", err)
		}
		clock.add(restTime)
		for _, q := range []string{"x", "y"} {
			if list, err := g.Search(t.Context(), q, nil, 5); err != nil || len(list) == 0 {
				t.Errorf("%v", err)
			}
		}
	})
}

// TestGeocoderInService: its answers are limited to the city; without one the
// own table answers.
func TestGeocoderInService(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	g, _, requests := server(t, "/api", func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if strings.Contains(r.URL.RawQuery, "Tal") {
			say(`{"type":"FeatureCollection","features":[]}`)(w, r)
			return
		}
		say(photonBody)(w, r)
	})
	s, err := New(Config{DB: dbtest.Tx(t), Geocoder: g, Area: func(context.Context) (*subject.BBox, error) {
		return &subject.BBox{West: 9, South: 48.6, East: 9.4, North: 48.9}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReplaceAddresses(t.Context(), []Address{
		{Street: "Tal", HouseNo: "1", Place: "Stuttgart", Point: subject.Point{Lon: 9.2, Lat: 48.7}},
		{Street: "Königstraße", HouseNo: "1", Place: "Stuttgart", Point: subject.Point{Lon: 9.1801, Lat: 48.7751}},
	}); err != nil {
		t.Fatal(err)
	}
	me := subject.Point{Lon: 9.123456, Lat: 48.654321}
	hits, err := s.SearchAddress(t.Context(), " Königstr 12 ", &me, 8)
	if err != nil || len(hits) != 2 || hits[0].Short() != "Königstraße 12" {
		t.Errorf("%+v, %v", hits, err)
	}
	if raw := (*requests)[0].URL.RawQuery; strings.Contains(raw, "9.1234") || strings.Contains(raw, "48.6543") {
		t.Errorf("where somebody is was sent: %s", raw)
	}
	if hits, err = s.SearchAddress(t.Context(), "Tal 1", nil, 8); err != nil || len(hits) == 0 || hits[0].Short() != "Tal 1" {
		t.Errorf("it knows nothing: %+v, %v", hits, err)
	}
	if a, ok, err := s.Nearest(t.Context(), koenig.Point); err != nil || !ok || a.Short() != "Königstraße 12" {
		t.Errorf("%+v %v, %v", a, ok, err)
	}
	broken.Store(true)
	if hits, err = s.SearchAddress(t.Context(), "Königstraße 1", nil, 8); err != nil || len(hits) == 0 || hits[0].Short() != "Königstraße 1" {
		t.Errorf("it is broken: %+v, %v", hits, err)
	}
	if a, ok, err := s.Nearest(t.Context(), subject.Point{Lon: 9.1802, Lat: 48.7751}); err != nil || !ok || a.Short() != "Königstraße 1" {
		t.Errorf("it is broken: %+v %v, %v", a, ok, err)
	}
}

func TestGeocoderKind(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Kind{
		"https://x.example/api": Photon, "https://photon.example": Photon, "https://x.example/photon/": Photon, "https://x.example/search": Nominatim,
		"https://nominatim.example/": Nominatim, "https://x.example/nominatim/search.php": Nominatim, "https://x.example/": "",
	} {
		u, err := url.Parse(in)
		if err != nil || GeocoderKind(u) != want {
			t.Errorf("%s: %q", in, GeocoderKind(u))
		}
	}
	for _, in := range []string{"", "ftp://x/api", "https:///api", "https://x.example/", "https://x.example/api?key=1"} {
		if _, err := NewGeocoder(GeocoderConfig{URL: in}); err == nil {
			t.Errorf("%s was taken", in)
		}
	}
	if g, err := NewGeocoder(GeocoderConfig{URL: "https://x.example/geo", Kind: Nominatim}); err != nil || g.base.Path != "/geo" {
		t.Errorf("%v", err)
	}
}

func FuzzGeocoderAnswers(f *testing.F) {
	f.Add([]byte(photonBody))
	f.Add([]byte(nominatimBody))
	f.Add([]byte(`{"error":"Unable to geocode"}`))
	f.Add([]byte(`[{"lat":"1e999","lon":"NaN","name":"\u0000\u202e"}]`))
	f.Add([]byte(`{"features":[{"geometry":{"coordinates":[1,2,3]},"properties":{"name":" \n "}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, parse := range []func([]byte) ([]Address, error){parsePhoton, parseNominatim} {
			list, err := parse(raw)
			if err != nil {
				continue
			}
			for _, a := range list {
				if a.Street == "" || !a.Point.Valid() || strings.ContainsAny(a.Label(), "\x00\n\r\u202e") || len([]rune(a.Label())) > 260 {
					t.Fatalf("%+v", a)
				}
			}
		}
	})
}
