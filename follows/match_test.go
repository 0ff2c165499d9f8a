package follows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const sqlTestCategory = `
INSERT INTO categories (id, key, group_id, name, department_id, publish, photo, position, retain_text_days, retain_photo_days, retain_contact_days)
SELECT $1, $2, g.id, '{"de":"Art"}', d.id, 'A', 'o', 1, 1, 1, 1 FROM category_groups g, departments d LIMIT 1`

func at(lon, lat float64) *subject.Point { return &subject.Point{Lon: lon, Lat: lat} }

func area(t *testing.T, tx pgx.Tx, a follows.Area) uuid.UUID {
	t.Helper()
	id, err := follows.FollowArea(t.Context(), tx, follows.AreaFollow{Area: a, Kind: follows.Person, Owner: subject.NewID(), Cadence: follows.Each, Lang: "de"})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func matches(t *testing.T, tx pgx.Tx, id uuid.UUID, thing follows.Thing) bool {
	t.Helper()
	if thing.Before.IsZero() {
		now, err := db.Now(t.Context(), tx)
		if err != nil {
			t.Fatal(err)
		}
		thing.Before = now.Add(time.Second)
	}
	hits, err := follows.Match(t.Context(), tx, thing)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range hits {
		if h.ID == id {
			n++
		}
	}
	if n > 1 {
		t.Errorf("the follow matches %d times", n)
	}
	return n == 1
}

// A report inside or on the border of the drawn area is in it, one beside it not.
func TestMatchRing(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	// an L: the notch at the upper right lies inside its bounds and outside of it
	ring := []subject.Point{{Lon: 11.50, Lat: 48.10}, {Lon: 11.60, Lat: 48.10}, {Lon: 11.60, Lat: 48.15}, {Lon: 11.55, Lat: 48.15}, {Lon: 11.55, Lat: 48.20}, {Lon: 11.50, Lat: 48.20}}
	id := area(t, tx, follows.Area{Ring: ring})
	for _, test := range []struct {
		name string
		p    subject.Point
		want bool
	}{
		{"inside", subject.Point{Lon: 11.52, Lat: 48.12}, true},
		{"on a side", subject.Point{Lon: 11.50, Lat: 48.15}, true},
		{"on a corner", subject.Point{Lon: 11.60, Lat: 48.10}, true},
		{"on the inner corner", subject.Point{Lon: 11.55, Lat: 48.15}, true},
		{"a step outside a side", subject.Point{Lon: 11.4999999, Lat: 48.15}, false},
		{"a step inside a side", subject.Point{Lon: 11.5000001, Lat: 48.15}, true},
		{"in the notch", subject.Point{Lon: 11.58, Lat: 48.18}, false},
		{"far away", subject.Point{Lon: 12, Lat: 49}, false},
	} {
		if got := matches(t, tx, id, follows.Thing{Point: test.p, News: follows.New}); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// A circle is measured in metres on the earth, not in degrees.
func TestMatchCircle(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	const lon, lat = 11.571357, 48.137531
	id := area(t, tx, follows.Area{Centre: at(lon, lat), Radius: 500})
	for _, angle := range []float64{0, 0.7, 1.5707963, 2.4, 3.1415926, 4, 5} {
		for metres, want := range map[float64]bool{0: true, 499.9: true, 500.1: false, 600: false} {
			var x, y float64
			if err := tx.QueryRow(t.Context(), `SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Project(ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography, $3, $4)::geometry AS p) x`, lon, lat, metres, angle).Scan(&x, &y); err != nil {
				t.Fatal(err)
			}
			if got := matches(t, tx, id, follows.Thing{Point: subject.Point{Lon: x, Lat: y}, News: follows.New}); got != want {
				t.Errorf("%v m at %v: %v, want %v", metres, angle, got, want)
			}
		}
	}
}

// Place, category and news must all fit.
func TestMatchCombined(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	lamp, road := category(t, tx), category(t, tx)
	here := subject.Point{Lon: 11.5, Lat: 48.1}
	ids := map[string]uuid.UUID{
		"everything":       area(t, tx, follows.Area{}),
		"district 5":       area(t, tx, follows.Area{District: "5"}),
		"district 5, lamp": area(t, tx, follows.Area{District: "5", Category: lamp}),
		"lamp":             area(t, tx, follows.Area{Category: lamp}),
		"circle, lamp":     area(t, tx, follows.Area{Centre: &here, Radius: 100, Category: lamp}),
		"circle, done":     area(t, tx, follows.Area{Centre: &here, Radius: 100, News: follows.Done}),
		"lamp, new":        area(t, tx, follows.Area{Category: lamp, News: follows.New}),
	}
	for _, test := range []struct {
		name  string
		thing follows.Thing
		want  []string
	}{
		{"a new lamp in 5", follows.Thing{Point: here, District: "5", Category: lamp, News: follows.New}, []string{"circle, lamp", "district 5", "district 5, lamp", "everything", "lamp", "lamp, new"}},
		{"a lamp in 5 is mended", follows.Thing{Point: here, District: "5", Category: lamp, News: follows.Done}, []string{"circle, done", "circle, lamp", "district 5", "district 5, lamp", "everything", "lamp"}},
		{"a new hole in 5", follows.Thing{Point: here, District: "5", Category: road, News: follows.New}, []string{"district 5", "everything"}},
		{"a new lamp in no district", follows.Thing{Point: subject.Point{Lon: 11.9, Lat: 48.1}, Category: lamp, News: follows.New}, []string{"everything", "lamp", "lamp, new"}},
		{"before anybody followed", follows.Thing{Point: here, District: "5", Category: lamp, News: follows.New, Before: time.Now().Add(-time.Hour)}, nil},
	} {
		var got []string
		for name, id := range ids {
			if matches(t, tx, id, test.thing) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func category(t *testing.T, tx pgx.Tx) uuid.UUID {
	t.Helper()
	id := subject.NewID()
	for _, sql := range []string{
		`INSERT INTO departments (id, key, name) SELECT gen_random_uuid(), 'follows-test', '{"de":"x"}' WHERE NOT EXISTS (SELECT FROM departments)`,
		`INSERT INTO category_groups (id, key, name, position) SELECT gen_random_uuid(), 'follows-test', '{"de":"x"}', 1 WHERE NOT EXISTS (SELECT FROM category_groups)`,
	} {
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tx.Exec(t.Context(), sqlTestCategory, id, "k"+id.String()[24:]); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAreaOnceAndBounds(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	owner, a := subject.NewID(), follows.Area{District: "5"}
	f := follows.AreaFollow{Area: a, Kind: follows.Person, Owner: owner, Cadence: follows.Each, Lang: "de"}
	first, err := follows.FollowArea(t.Context(), tx, f)
	if err != nil {
		t.Fatal(err)
	}
	f.Cadence = follows.Daily
	again, err := follows.FollowArea(t.Context(), tx, f)
	if err != nil || again != first {
		t.Fatalf("%v, %v, %v", first, again, err)
	}
	list, err := follows.Areas(t.Context(), tx, follows.Person, owner)
	if err != nil || len(list) != 1 || list[0].Cadence != follows.Daily || list[0].District != "5" {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := follows.EndArea(t.Context(), tx, follows.Person, subject.NewID(), first); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else ends it: %v", err)
	}
	for i := range follows.MaxAreas - 1 {
		f.Area = follows.Area{Centre: at(11.5, 48.1), Radius: 100 + i}
		if _, err := follows.FollowArea(t.Context(), tx, f); err != nil {
			t.Fatal(err)
		}
	}
	f.Area.Radius = 3000
	if _, err := follows.FollowArea(t.Context(), tx, f); !fault.Is(err, fault.Conflict) {
		t.Errorf("one too many: %v", err)
	}
	for name, a := range map[string]follows.Area{
		"two places": {District: "5", Centre: at(1, 1), Radius: 100}, "too wide": {Centre: at(1, 1), Radius: 50_000}, "two corners": {Ring: []subject.Point{{}, {Lon: 1}}},
		"unknown news": {News: "x"},
	} {
		f.Area = a
		if _, err := follows.FollowArea(t.Context(), tx, f); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
