package site

import (
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func TestOpens(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	opens := func() (subject.Point, float64) {
		t.Helper()
		p, z, err := s.Opens(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p, z
	}
	if p, z := opens(); p != DefaultCity().Centre || z != 11 {
		t.Errorf("before anything: %v %v", p, z)
	}
	stuttgart := Extent{Centre: subject.Point{Lon: 9.18, Lat: 48.78}, Area: subject.BBox{West: 9.06, South: 48.71, East: 9.28, North: 48.85}}
	if err := s.SetExtent(t.Context(), accounts.System, stuttgart); err != nil {
		t.Fatal(err)
	}
	if p, z := opens(); p != stuttgart.Centre || z < 10 || z > 11.5 {
		t.Errorf("with data: %v %v", p, z)
	}
	if err := s.SetExtent(t.Context(), accounts.System, Extent{Centre: stuttgart.Centre}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an area without size: %v", err)
	}
	if err := s.SetCity(t.Context(), accounts.System, munich()); err != nil {
		t.Fatal(err)
	}
	if p, z := opens(); p != munich().Centre || z != 11 {
		t.Errorf("the operator's word counts: %v %v", p, z)
	}
	if err := s.SetExtent(t.Context(), accounts.Actor{}, stuttgart); !fault.Is(err, fault.NotFound) {
		t.Errorf("a visitor: %v", err)
	}
}

func TestZoomFor(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		area subject.BBox
		want float64
	}{
		{"the world", subject.BBox{West: -180, South: -90, East: 180, North: 90}, minZoom},
		{"a point", subject.BBox{West: 9, South: 48, East: 9, North: 48}, maxZoom},
		{"a degree", subject.BBox{West: 9, South: 48.9, East: 10, North: 49}, 8.7},
	} {
		if got := zoomFor(tt.area); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestNameCity(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	done, err := s.NameCity(t.Context(), accounts.System, " Stuttgart ")
	if err != nil || !done {
		t.Fatal(done, err)
	}
	want := DefaultCity()
	if c := city(t, s); c.Name.In("de") != "Stuttgart" || c.Name.In("en") != "Stuttgart" || c.Centre != want.Centre || !c.Targets || c.Contacts != want.Contacts {
		t.Errorf("%+v", c)
	}
	if done, err := s.NameCity(t.Context(), accounts.System, "Esslingen"); err != nil || done {
		t.Errorf("named twice: %v, %v", done, err)
	}
	if _, err := s.NameCity(t.Context(), accounts.System, "  "); !fault.Is(err, fault.Invalid) {
		t.Errorf("no name: %v", err)
	}
	if _, err := s.NameCity(t.Context(), accounts.Actor{}, "X"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a visitor: %v", err)
	}
}
