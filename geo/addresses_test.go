package geo

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/subject"
)

func open(t testing.TB, raw string) *table.Table {
	t.Helper()
	tab, err := table.Open(strings.NewReader(raw), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

const someAddresses = "Straßenname;Haus-Nr;Zusatz;PLZ;Ort;Länge;Breite\n" +
	"Tal;1;;80331;München;11,5780;48,1360\n" +
	"Tal;3;A;80331;München;11,5790;48,1361\n" +
	"Tal;5;;80331;München;11,5800;48,1362\n" +
	"Tal;3;a;80331;München;11,5791;48,1361\n" + // the same, elsewhere
	"Marienplatz;0;;80331;München;11,5755;48,1374\n" +
	";7;;80331;München;11,5755;48,1374\n" +
	"Tal;7;;80331;München;;\n" +
	"Tal;9;;80331;München;691607;5334760\n" +
	"Tal;11;;80331;München;10,0;53,55\n" +
	"Tal;13\n"

func TestReadAddresses(t *testing.T) {
	t.Parallel()
	list, bad, err := ReadAddresses(open(t, someAddresses), AddressColumns{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(street, no string, lon, lat float64) Address {
		return Address{Street: street, HouseNo: no, Postcode: "80331", Place: "München", Point: subject.Point{Lon: lon, Lat: lat}}
	}
	want := []Address{at("Tal", "1", 11.578, 48.136), at("Tal", "3a", 11.5791, 48.1361), at("Tal", "5", 11.58, 48.1362), at("Marienplatz", "", 11.5755, 48.1374)}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
	reasons := []string{"street is empty", "no coordinates", "projection", "lies 612 km", "2 fields"}
	if len(bad) != len(reasons) {
		t.Fatalf("%+v", bad)
	}
	for i, b := range bad {
		if b.Row != 7+i || !strings.Contains(b.Reason, reasons[i]) || b.Raw == "" {
			t.Errorf("%+v, want %s", b, reasons[i])
		}
	}
	if _, _, err := ReadAddresses(open(t, "weg,lon,lat\nTal,1,2\n"), AddressColumns{}); err == nil || !strings.Contains(err.Error(), "--street") {
		t.Errorf("no street: %v", err)
	}
	if list, _, err := ReadAddresses(open(t, "weg,lon,lat\nTal,1,2\n"), AddressColumns{Street: "weg"}); err != nil || len(list) != 1 {
		t.Errorf("said: %v, %v", list, err)
	}
	if _, _, err := ReadAddresses(open(t, "weg,lon,lat\nTal,1,2\n"), AddressColumns{Street: "wge"}); err == nil || !strings.Contains(err.Error(), `no column "wge"`) {
		t.Errorf("wrongly said: %v", err)
	}
}

func TestImportAddresses(t *testing.T) {
	t.Parallel()
	s, err := New(Config{DB: dbtest.Tx(t)})
	if err != nil {
		t.Fatal(err)
	}
	run := func(raw string, replace bool) AddressChange {
		t.Helper()
		list, _, err := ReadAddresses(open(t, raw), AddressColumns{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.PlanAddresses(t.Context(), list, replace)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		if err := s.ApplyAddresses(t.Context(), c, func(done, of int) { n = of - done }); err != nil || n != 0 {
			t.Fatal(n, err)
		}
		return c
	}
	numbers := func(c AddressChange) [4]int { return [4]int{c.Same, c.Added, c.Moved, c.Removed} }
	if got := numbers(run(someAddresses, false)); got != [4]int{0, 5, 0, 0} { // four, and the middle of the street
		t.Errorf("first: %v", got)
	}
	if got := numbers(run(someAddresses, false)); got != [4]int{5, 0, 0, 0} {
		t.Errorf("again: %v", got)
	}
	hits, err := s.SearchAddress(t.Context(), "Tal 3a", nil, 3)
	if err != nil || len(hits) == 0 || hits[0].Short() != "Tal 3a" || hits[0].Point.Lon != 11.5791 {
		t.Errorf("%+v, %v", hits, err)
	}
	if a, ok, err := s.Nearest(t.Context(), subject.Point{Lon: 11.5801, Lat: 48.1362}); err != nil || !ok || a.Short() != "Tal 5" {
		t.Errorf("%+v, %v", a, err)
	}
	moved := "street,number,postcode,city,lon,lat\nTal,1,80331,München,11.5781,48.1360\nRosental,2,80331,München,11.5740,48.1350\n"
	if got := numbers(run(moved, false)); got != [4]int{1, 2, 1, 0} { // the street's middle stays
		t.Errorf("moved: %v", got)
	}
	if got := numbers(run(moved, true)); got[3] != 3 || got[1] != 0 { // 3a, 5 and the Marienplatz go
		t.Errorf("replaced: %v", got)
	}
	if got := numbers(run(moved, true)); got != [4]int{4, 0, 0, 0} {
		t.Errorf("replaced again: %v", got)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.ApplyAddresses(ctx, AddressChange{add: []Address{{Street: "x"}}}, nil); err == nil {
		t.Error("went on")
	}
}

func FuzzReadAddresses(f *testing.F) {
	f.Add(someAddresses)
	f.Add("street,lon,lat\n\x00,1,2\n")
	f.Add("strasse|hnr|x|y\nA|1 - 3|9|48")
	f.Fuzz(func(t *testing.T, raw string) {
		tab, err := table.Open(strings.NewReader(raw), table.Options{MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		list, _, err := ReadAddresses(tab, AddressColumns{})
		if err != nil {
			return
		}
		seen := map[addressKey]bool{}
		for _, a := range list {
			if a.Street == "" || !a.Point.Valid() || seen[keyOf(a)] || strings.ContainsRune(a.Label(), 0) {
				t.Fatalf("%+v", a)
			}
			seen[keyOf(a)] = true
		}
	})
}
