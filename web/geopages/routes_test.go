package geopages_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/geopages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) *kittest.Site {
	t.Helper()
	ctx, tx := t.Context(), dbtest.Tx(t)
	s, err := geo.New(geo.Config{DB: tx, CityName: func(context.Context) (string, error) { return "München", nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportDistricts(ctx, strings.NewReader(string(places.Districts())), "demo", geo.Fields{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ImportResponsibilities(ctx, strings.NewReader(string(places.Responsibilities()))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReplaceBasemap(ctx, strings.NewReader(string(places.Basemap()))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReplaceAddresses(ctx, []geo.Address{
		{Street: "Leopoldstraße", Postcode: "80802", Place: "München", Point: subject.Point{Lon: 11.5850, Lat: 48.1600}},
		{Street: "Leopoldstraße", HouseNo: "12", Postcode: "80802", Place: "München", Point: subject.Point{Lon: 11.5827, Lat: 48.1535}},
		{Street: "Marienplatz", Postcode: "80331", Place: "München", Point: subject.Point{Lon: 11.5755, Lat: 48.1374}},
	}); err != nil {
		t.Fatal(err)
	}
	site := kittest.New(t, tx, nil)
	geopages.Register(site.Router, geopages.Deps{Geo: s})
	return site
}

func read[T any](t *testing.T, a *kittest.Answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("%v: %.300s", err, a.Body)
	}
	return v
}

func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t).Browser()
	got := read[[]geopages.Hit](t, b.Get("/geo/search?q="+url.QueryEscape("leopoldstr 12")+"&lon=11.58&lat=48.15").Want(http.StatusOK))
	want := []geopages.Hit{{
		Label: "Leopoldstraße 12, 80802 München", Street: "Leopoldstraße", HouseNo: "12", Lon: 11.5827, Lat: 48.1535, District: "Maxvorstadt",
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if a := b.Get("/geo/search?q=qqqqqqq").Want(http.StatusOK); strings.TrimSpace(a.Body) != "[]" {
		t.Errorf("nothing found: %s", a.Body)
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	site := setup(t)
	english := site.Browser()
	english.Header.Set("Accept-Language", "en")
	for _, tt := range []struct {
		name, query string
		browser     *kittest.Browser
		want        geopages.Answer
	}{
		{
			name: "the city's", query: "lon=11.5755&lat=48.1374", browser: site.Browser(),
			want: geopages.Answer{Inside: true, Address: "Marienplatz, 80331 München", District: "Altstadt-Lehel", DistrictRef: "1"},
		},
		{
			name: "a park of the state", query: "lon=11.5920&lat=48.1527&category=muelleimer", browser: site.Browser(),
			want: geopages.Answer{
				Inside: true, District: "Altstadt-Lehel", DistrictRef: "1", Body: "schloesser", Note: "Der Park gehört dem Freistaat Bayern.",
				Responsibility: "Hier ist die Bayerische Schlösserverwaltung zuständig, nicht die Stadt. Wir geben Ihre Meldung dorthin weiter. Ob und wann etwas passiert, entscheidet die Bayerische Schlösserverwaltung.",
			},
		},
		{
			name: "outside, in English", query: "lon=11.40&lat=48.08", browser: english,
			want: geopages.Answer{
				Outside: "This place is not in München.", Body: "nachbarort", Note: "This place lies outside the city.", Link: "https://gemeinden.example/",
				Responsibility: "The neighbouring municipality is in charge here, not the city. Please report it there: https://gemeinden.example/. Whether and when something happens is up to the neighbouring municipality.",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := read[geopages.Answer](t, tt.browser.Get("/geo/place?"+tt.query).Want(http.StatusOK))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	b := setup(t).Browser()
	for _, path := range []string{
		"/geo/search", "/geo/search?q=", "/geo/search?q=" + strings.Repeat("x", 201), "/geo/search?q=tal&lon=11", "/geo/search?q=tal&lon=x&lat=48",
		"/geo/place", "/geo/place?lon=11.5", "/geo/place?lon=11.5&lat=", "/geo/place?lon=NaN&lat=48", "/geo/place?lon=1e400&lat=48",
		"/geo/place?lon=181&lat=48", "/geo/place?lon=11.5&lat=-91", "/geo/place?lon=11,5&lat=48", "/geo/place?lon=11.5&lat=48&category=" + strings.Repeat("x", 101),
	} {
		t.Run(path[:min(len(path), 40)], func(t *testing.T) {
			a := b.Get(path).Want(http.StatusBadRequest)
			problem := read[struct {
				Title  string
				Status int
			}](t, a)
			if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") || problem.Status != 400 || len(problem.Title) < 20 {
				t.Errorf("%s: %s", a.Header.Get("Content-Type"), a.Body)
			}
		})
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	b := setup(t).Browser()
	for path, want := range map[string]struct{ features, most int }{
		"/geo/districts.json": {25, 12_000},
		"/geo/basemap.json":   {100, 40_000},
	} {
		t.Run(path, func(t *testing.T) {
			a := b.Get(path).Want(http.StatusOK)
			file := read[struct{ Features []any }](t, a)
			if len(file.Features) < want.features || len(a.Body) > want.most {
				t.Errorf("%d features in %d bytes", len(file.Features), len(a.Body))
			}
			if a.Header.Get("Cache-Control") != "public, max-age=60" {
				t.Errorf("Cache-Control %q", a.Header.Get("Cache-Control"))
			}
			r := b.Request(http.MethodGet, path, nil)
			r.Header.Set("If-None-Match", a.Header.Get("ETag"))
			b.Do(r).Want(http.StatusNotModified)
		})
	}
}
