package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

func TestImportAndLocate(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	g := &Globals{Store: config.Store{DatabaseURL: pool.Config().ConnString()}}
	ctx, dir := t.Context(), t.TempDir()
	write := func(name, content string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := (&ImportDistricts{File: write("d.geojson", string(places.Districts()))}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	if err := (&ImportResponsibilities{File: write("r.geojson", string(places.Responsibilities()))}).Run(ctx, g); err != nil {
		t.Fatal(err)
	}
	bad := write("bad.geojson", strings.Replace(string(places.Districts()), `"ref":"2"`, `"ref":"1"`, 1))
	err := (&ImportDistricts{File: bad}).Run(ctx, g)
	if err == nil || !strings.Contains(err.Error(), "bad.geojson") || !strings.Contains(err.Error(), "feature 2: ref \"1\" was used by feature 1") {
		t.Errorf("a bad file: %v", err)
	}
	for _, err := range []error{
		(&ImportDistricts{File: filepath.Join(dir, "none")}).Run(ctx, g),
		(&ImportResponsibilities{File: write("x.geojson", "x")}).Run(ctx, g),
		(&ImportDistricts{File: write("d2.geojson", string(places.Districts())), Ref: "nr"}).Run(ctx, g),
	} {
		if err == nil {
			t.Error("no error")
		}
	}

	service, err := geoService(pool)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	in := "11.5755,48.1374\n11.57 , 47.90\n\nx,y\n 11.6455,48.1010\n200,48\n11.4615,48.15"
	err = locate(ctx, service, strings.NewReader(in), &out)
	want := "1,Altstadt-Lehel\n\n\n\n16,Ramersdorf-Perlach\n\n21,Pasing-Obermenzing\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if err == nil || !strings.Contains(err.Error(), "3 lines") || !strings.Contains(err.Error(), "3, 4, 6") {
		t.Errorf("lines that are no place: %v", err)
	}
}
