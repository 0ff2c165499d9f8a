package geo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

func square(ref, name string, x, y, w string) string {
	x2, y2 := x+w, y+w
	return `{"type":"Feature","properties":{"ref":"` + ref + `","name":"` + name + `"},"geometry":{"type":"Polygon","coordinates":[[[` +
		x + `,` + y + `],[` + x2 + `,` + y + `],[` + x2 + `,` + y2 + `],[` + x + `,` + y2 + `],[` + x + `,` + y + `]]]}}`
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestDistrictSets(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, err := geo.New(geo.Config{DB: tx})
	if err != nil {
		t.Fatal(err)
	}
	var bad geo.BadFile
	for _, file := range []string{"", "{}", collection(), collection(square("", "x", "11.5", "48.1", "1"))} {
		if _, err := s.StageDistricts(t.Context(), strings.NewReader(file), "x"); !errors.As(err, &bad) {
			t.Errorf("%.60s: %v", file, err)
		}
	}
	stage := func(name, file string) uuid.UUID {
		id, err := s.StageDistricts(t.Context(), strings.NewReader(file), name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	switchTo := func(id uuid.UUID) (changed bool) {
		if err := pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) (err error) {
			changed, err = s.ActivateDistricts(t.Context(), tx, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return changed
	}
	// "11.5"+"1" is 11.51: a hundredth of a degree
	old := stage("alt.geojson", collection(square("1", "Altstadt", "11.5", "48.1", "1"), square("2", "Au", "11.6", "48.1", "1")))
	if list, err := s.Districts(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("a staged set is in force: %v, %v", list, err)
	}
	switchTo(old)
	fresh := stage("neu.geojson", collection(square("1", "Altstadt-Lehel", "11.5", "48.1", "1"), square("3", "Pasing", "11.7", "48.1", "1")))
	p, err := s.PreviewDistricts(t.Context(), fresh)
	if err != nil || p.N != 2 || p.Active || len(p.Gone) != 1 || p.Gone[0].Ref != "2" || p.Renamed != 1 || !p.Districts[1].New {
		t.Errorf("preview %+v, %v", p, err)
	}
	if p.Lost < 0.5 || p.Lost > 1 || p.Gained < 0.5 || p.Gained > 1 {
		t.Errorf("lost %f, gained %f km²", p.Lost, p.Gained)
	}
	if !switchTo(fresh) || switchTo(fresh) {
		t.Error("switching twice is switching once")
	}
	if l, ok, err := s.DistrictByRef(t.Context(), "3"); err != nil || !ok || l.Name != "Pasing" {
		t.Errorf("after the switch: %+v, %t, %v", l, ok, err)
	}
	if !switchTo(old) {
		t.Error("no way back")
	}
	if _, ok, err := s.DistrictByRef(t.Context(), "2"); err != nil || !ok {
		t.Errorf("after the way back: %t, %v", ok, err)
	}
	if err := s.DiscardDistricts(t.Context(), tx, fresh); !fault.Is(err, fault.NotFound) {
		t.Errorf("a set that was in force is removed: %v", err)
	}
	if err := s.DiscardDistricts(t.Context(), tx, stage("x", collection(square("1", "A", "11.5", "48.1", "1")))); err != nil {
		t.Error(err)
	}
	if sets, err := s.DistrictSets(t.Context()); err != nil || len(sets) != 2 {
		t.Errorf("sets %+v, %v", sets, err)
	}
}
