package reports_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// objectsIn imports a lamp at the Marienplatz and one far away, and gives the first.
func objectsIn(t *testing.T, c *reportstest.City) (near, far *geo.Object) {
	t.Helper()
	file, err := geo.ReadObjects(strings.NewReader("kind,number,place,lon,lat\nlamp,1,Marienplatz 8,11.5755,48.1374\nlamp,2,Fern 1,11.6,48.15\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Geo.ImportObjects(t.Context(), file, false, nil); err != nil {
		t.Fatal(err)
	}
	list, _, _, err := c.Geo.Objects(t.Context(), geo.ObjectFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return &list[0], &list[1]
}

func TestReportOnAnObject(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	near, far := objectsIn(t, c)
	about := func(id uuid.UUID) func(*reports.Submission) {
		return func(s *reports.Submission) { s.Object = id }
	}
	got, owner := c.Create(t, about(near.ID))
	if v := c.Get(t, accounts.Actor{}, got.Number); v.Object == nil || v.Object.Code != near.Code {
		t.Errorf("object %+v", v.Object)
	}
	for name, id := range map[string]uuid.UUID{"too far away": far.ID, "unknown": subject.NewID()} {
		other, _ := c.Create(t, about(id))
		if v := c.Get(t, accounts.Actor{}, other.Number); v.Object != nil {
			t.Errorf("%s: %+v", name, v.Object)
		}
	}
	held, _ := c.Create(t, about(near.ID), func(s *reports.Submission) { // B: nothing before release
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	list, err := c.Reports.OfObject(t.Context(), accounts.Actor{}, near.ID, 10)
	if err != nil || len(list) != 1 || list[0].Number != got.Number || list[0].First == nil || !list[0].Open {
		t.Fatalf("%+v, %v (held: %s)", list, err, held.Number.Format("M"))
	}
	if _, err := c.Reports.Withdraw(t.Context(), owner, got.Number); err != nil {
		t.Fatal(err)
	}
	if list, err := c.Reports.OfObject(t.Context(), owner, near.ID, 10); err != nil || len(list) != 0 {
		t.Errorf("withdrawn: %+v, %v", list, err)
	}
}

func TestLinkObjects(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	lamp, _ := c.Create(t)
	bin, _ := c.Create(t, func(s *reports.Submission) { s.Category, s.Answers = "schlagloch", nil })
	near, _ := objectsIn(t, c)
	if _, err := c.Reports.LinkObjects(t.Context(), accounts.Actor{}, 20); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	for i, want := range []int{1, 0} {
		if n, err := c.Reports.LinkObjects(t.Context(), accounts.System, 20); err != nil || n != want {
			t.Errorf("run %d: %d, %v", i, n, err)
		}
	}
	if v := c.Get(t, accounts.Actor{}, lamp.Number); v.Object == nil || v.Object.ID != near.ID {
		t.Errorf("%+v", v.Object)
	}
	if v := c.Get(t, accounts.Actor{}, bin.Number); v.Object != nil {
		t.Errorf("a pothole is no lamp: %+v", v.Object)
	}
}

func streetFilter(t *testing.T, street string) reports.Filter {
	t.Helper()
	f, err := reports.ParseFilter(url.Values{"street": {street}}, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := reports.ParseFilter(f.Values(time.UTC), time.UTC); err != nil || cmp.Diff(f, again) != "" {
		t.Errorf("%+v became %+v, %v", f, again, err)
	}
	return f
}

func TestReportsInAStreet(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	var houses []geo.Address
	for i, a := range []struct {
		street, place string
		at            subject.Point
	}{
		{"Hauptstraße", "Laim", reportstest.Marienplatz},
		{"Hauptstraße", "Pasing", subject.Point{Lon: 11.46, Lat: 48.14}},
		{"Nebenstraße", "Laim", subject.Point{Lon: 11.5765, Lat: 48.1380}},
	} {
		houses = append(houses, geo.Address{Street: a.street, Place: a.place, HouseNo: fmt.Sprint(i + 1), Point: a.at})
	}
	if _, err := c.Geo.ReplaceAddresses(t.Context(), houses); err != nil {
		t.Fatal(err)
	}
	at := func(address string, p subject.Point) func(*reports.Submission) {
		return func(s *reports.Submission) { s.Place = reports.Place{Point: p, Address: address} }
	}
	laim, _ := c.Create(t, at("Hauptstr. 12a, 80687 Laim", houses[0].Point))
	pasing, _ := c.Create(t, at("Hauptstraße 3", houses[1].Point))
	other, _ := c.Create(t, at("Nebenstraße 1", houses[2].Point))
	c.Create(t, at("Hauptstraße 1", houses[0].Point), func(s *reports.Submission) { // held: nowhere
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	for street, want := range map[string][]reports.Receipt{
		"hauptstrasse":         {pasing, laim},
		"Hauptstraße, Laim":    {laim},
		"Hauptstr., pasing":    {pasing},
		"Nebenstr":             {other},
		"Haupt":                {},
		"Hauptstraße, Bogenau": {},
	} {
		f := streetFilter(t, street)
		list, err := c.Reports.List(t.Context(), accounts.Actor{}, f, reports.Page{})
		if err != nil {
			t.Fatal(err)
		}
		got := []subject.Number{}
		for _, i := range list.Items {
			got = append(got, i.Number)
		}
		numbers := []subject.Number{}
		for _, r := range want {
			numbers = append(numbers, r.Number)
		}
		if d := cmp.Diff(numbers, got); d != "" || list.Total != len(want) {
			t.Errorf("%s: %d: %s", street, list.Total, d)
		}
	}
	for street, want := range map[string]string{"hauptstr": "Hauptstraße", "Haupt": "", "": ""} {
		if got, err := c.Reports.StreetSpelled(t.Context(), street); err != nil || got != want {
			t.Errorf("%q is spelled %q, %v", street, got, err)
		}
	}
	if busy, err := c.Reports.BusyStreets(t.Context(), 5); err != nil || len(busy) != 2 || !strings.HasPrefix(busy[0], "Hauptstr") {
		t.Errorf("%v, %v", busy, err)
	}
	if _, err := reports.ParseFilter(url.Values{"street": {strings.Repeat("x", 500)}}, time.UTC); !fault.Is(err, fault.BadRequest) {
		t.Error(err)
	}
}

func TestExtractAndWalk(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	var all []subject.Number
	for range 7 {
		r, _ := c.Create(t)
		all = append(all, r.Number)
	}
	slices.Reverse(all)
	c.Create(t, func(s *reports.Submission) { s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}} }) // held
	walk := func(before *reports.Cursor, limit int) (got []subject.Number) {
		t.Helper()
		err := c.Reports.Walk(t.Context(), accounts.Actor{}, reports.Filter{}, before, limit, func(i *reports.Item) error {
			got = append(got, i.Number)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	extract := func(before *reports.Cursor, limit int) reports.Extract {
		t.Helper()
		x, err := c.Reports.Extract(t.Context(), reports.Filter{}, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if d := cmp.Diff(all, walk(nil, 1000)); d != "" {
		t.Error(d)
	}
	var paged []subject.Number
	var at *reports.Cursor
	for {
		x := extract(at, 3)
		part := walk(at, 3)
		if len(part) != x.N {
			t.Fatalf("%d rows, said %d", len(part), x.N)
		}
		paged = append(paged, part...)
		if at = x.Next; at == nil {
			break
		}
	}
	if d := cmp.Diff(all, paged); d != "" {
		t.Error("in parts: ", d)
	}
	if x := extract(nil, 7); x.Next != nil {
		t.Error("a part after the last")
	}
	before := extract(nil, 10)
	if again := extract(nil, 10); cmp.Diff(before, again) != "" {
		t.Error("the print changes by itself")
	}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), all[3], reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	if after := extract(nil, 10); after.Print == before.Print || !after.Changed.After(before.Changed) {
		t.Error("a new status does not show in the print")
	}
	if recent, err := c.Reports.Recent(t.Context(), accounts.Actor{}, reports.Filter{}, 3); err != nil || len(recent) != 3 || recent[0].Number != all[3] {
		t.Errorf("%v, %v", recent, err)
	}
	if x, err := c.Reports.Extract(t.Context(), streetFilter(t, "Nirgends"), nil, 10); err != nil || x.N != 0 || !x.Changed.IsZero() || x.Next != nil {
		t.Errorf("%+v, %v", x, err)
	}
}
