package importing

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports"
)

func TestParseMap(t *testing.T) {
	t.Parallel()
	got, err := ParseMap("created=Datum, category = Art des Falls,lat=y,lon=x,")
	want := map[Field]string{Created: "Datum", Category: "Art des Falls", Lat: "y", Lon: "x"}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	for in, why := range map[string]string{"created": "no FIELD=COLUMN", "created=": "no FIELD=COLUMN", "farbe=x": "unknown field", "id=a,id=b": "twice"} {
		if _, err := ParseMap(in); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestReadSettings(t *testing.T) {
	t.Parallel()
	got, err := ReadSettings([]byte("map: {created: \"Datum, Zeit\", lat: y}\ndedupe: category,lat,lon:7d\nstatuses: {weg: resolved}\n"))
	want := Settings{Map: map[Field]string{Created: "Datum, Zeit", Lat: "y"}, Dedupe: "category,lat,lon:7d", Statuses: map[string]string{"weg": "resolved"}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(err, d)
	}
	for _, in := range []string{"mpa: {}", "map: {farbe: x}", "map: [", "within_km: weit"} {
		if _, err := ReadSettings([]byte(in)); err == nil {
			t.Errorf("%s was taken", in)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	good := Settings{Source: "x", Map: map[Field]string{Created: "a", Category: "b", Lat: "c", Lon: "d"}}
	if _, err := good.check(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		want   string
		change func(*Settings)
	}{
		{"which column is lat", func(s *Settings) { s.Map = map[Field]string{Created: "a", Category: "b", Lon: "d"} }},
		{"timezone", func(s *Settings) { s.Timezone = "Europe/Stuttgart" }},
		{"dates", func(s *Settings) { s.Dates = "ymd" }},
		{"bbox", func(s *Settings) { s.BBox = "1,2,3" }},
		{"nothing lies", func(s *Settings) { s.BBox = "12,48,11,49" }},
		{"within", func(s *Settings) { s.WithinKM = -1 }},
		{"not FIELDS:SPAN", func(s *Settings) { s.Dedupe = "category" }},
		{"can't be compared", func(s *Settings) { s.Dedupe = "status:7d" }},
		{"address is not mapped", func(s *Settings) { s.Dedupe = "address:7d" }},
		{"source", func(s *Settings) { s.Source = " " }},
		{"can't be imported", func(s *Settings) { s.Statuses = map[string]string{"x": "duplicate"} }},
	} {
		s := good
		tt.change(&s)
		if _, err := s.check(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	own, err := statusMap(map[string]string{"Weg": "resolved"})
	if err != nil {
		t.Fatal(err)
	}
	all, err := statusMap(map[string]string{"*": "in_review"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		m      map[string]reports.Status
		word   string
		closed bool
		want   reports.Status
		known  bool
	}{
		{own, "", false, reports.Received, true},
		{own, "", true, reports.Resolved, true},
		{own, " IN  Bearbeitung", false, reports.InProgress, true},
		{own, "in_progress", false, reports.InProgress, true},
		{own, "weg", false, reports.Resolved, true},
		{own, "verstaubt", false, reports.Received, false},
		{own, "verstaubt", true, reports.Resolved, false},
		{own, "offen", true, reports.Resolved, true},
		{all, "verstaubt", false, reports.InReview, true},
		{all, "", false, reports.InReview, true},
	} {
		r := ready{statuses: tt.m}
		if got, known := r.statusOf(tt.word, tt.closed); got != tt.want || known != tt.known {
			t.Errorf("%q closed %v: %s, %v", tt.word, tt.closed, got, known)
		}
	}
}

func TestFoldRows(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2024, 1, day, 0, 30, 0, 0, time.UTC) }
	row := func(no, day int, category string) *record {
		return &record{row: no, key: string(rune('a' + no)), created: at(day), category: category}
	}
	f := &Fold{Fields: []Field{Category}, Within: 7 * 24 * time.Hour}
	for _, tt := range []struct {
		name string
		rows []*record
		f    *Fold
		want [][]int
	}{
		{"no folding", []*record{row(1, 1, "x"), row(2, 1, "x")}, nil, [][]int{{1}, {2}}},
		{"within", []*record{row(1, 1, "x"), row(2, 8, "x")}, f, [][]int{{1, 2}}},
		{"after the last row, not the first", []*record{row(1, 1, "x"), row(2, 7, "x"), row(3, 13, "x")}, f, [][]int{{1, 2, 3}}},
		{"too late", []*record{row(1, 1, "x"), row(2, 9, "x"), row(3, 10, "x")}, f, [][]int{{1}, {2, 3}}},
		{"another kind", []*record{row(1, 1, "x"), row(2, 1, "y"), row(3, 2, "x")}, f, [][]int{{1, 3}, {2}}},
		{"newest first", []*record{row(1, 8, "x"), row(2, 1, "x")}, f, [][]int{{2, 1}}},
	} {
		var got [][]int
		for _, g := range foldRows(tt.rows, tt.f) {
			var rows []int
			for _, r := range g {
				rows = append(rows, r.row)
			}
			got = append(got, rows)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestStreetOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                    "",
		"Oberschlesische Straße 89":           "Oberschlesische Straße",
		"In der Nähe von Wiener Straße 155":   "Wiener Straße",
		"Inselstraße 144A, 70327 Stuttgart":   "Inselstraße",
		"Tal 12-14":                           "Tal",
		"Außerhalb Stuttgarts":                "Außerhalb Stuttgarts",
		"Straße des 17. Juni":                 "Straße des 17. Juni",
		"B 14":                                "B",
		"Landschaftsschutzgebiet Frauenkopf ": "Landschaftsschutzgebiet Frauenkopf",
	} {
		if got := streetOf(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Straße - Schäden": "strasse-schaeden", "Brunnen / Gewässer": "brunnen-gewaesser", "3D": "k-3d", "!!!": "k", "日本": "k",
		strings.Repeat("ab ", 30): "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-a",
	} {
		if got := slug(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"created=a,lat=b", "category,lat,lon:7d", "1,2,3,4", "map: {id: x}", "a=b=c", ":7d", "NaN,1,2,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		_, _ = ParseMap(in)
		if fold, err := ParseFold(in); err == nil {
			again, err := ParseFold(fold.String())
			if err != nil || again.Within != fold.Within {
				t.Fatalf("%q is %q: %v", in, fold, err)
			}
		}
		if b, err := ParseBBox(in); err == nil && b != nil && !(b.West < b.East && b.South < b.North) {
			t.Fatalf("%q is %v", in, b)
		}
		_, _ = ReadSettings([]byte(in))
		if k := slug(in); len(k) > maxKey || k == "" || k[0] < 'a' || k[0] > 'z' || strings.Trim(k, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Fatalf("key %q of %q", k, in)
		}
		_ = streetOf(in)
	})
}

func FuzzRows(f *testing.F) {
	f.Add("2024-01-01,Müll,48.1,11.5,x,1,t,d,offen,")
	f.Add("01.02.2024 10:00,\"a\"\"b\",\"48,1\",\"11,5\",,,,,erledigt,03.02.2024")
	f.Add("1704063600,\x7f,1e9,NaN,=1,,,,,2099-01-01")
	f.Fuzz(func(t *testing.T, line string) {
		s := Settings{Source: "x", Map: map[Field]string{}}
		names := make([]string, 0, len(Fields()))
		for _, f := range Fields() {
			s.Map[f] = string(f)
			names = append(names, string(f))
		}
		r, err := s.check()
		if err != nil {
			t.Fatal(err)
		}
		tab, err := table.Open(strings.NewReader(strings.Join(names, ",")+"\n"+line), table.Options{Separator: ','})
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		m, err := newMapper(&r, tab, now)
		if err != nil {
			t.Fatal(err)
		}
		for row, ok := tab.Next(); ok; row, ok = tab.Next() {
			got, err := m.read(row)
			if err != nil {
				continue
			}
			if !got.point.Valid() || got.category == "" || got.created.After(now) || got.key == "" || len(got.text) > 4*reports.MaxText || strings.ContainsRune(got.text+got.address+got.category, 0) {
				t.Fatalf("%+v", got)
			}
			if got.closed != nil && got.closed.Before(got.created) {
				t.Fatalf("%+v", got)
			}
		}
	})
}
