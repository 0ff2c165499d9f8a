package table

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/subject"
)

func all(t *testing.T, raw string, o Options) (*Table, []Row) {
	t.Helper()
	tab, err := Open(strings.NewReader(raw), o)
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	for row, ok := tab.Next(); ok; row, ok = tab.Next() {
		rows = append(rows, row)
	}
	return tab, rows
}

func TestOpen(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("a,b\n1,2\n"))
	_ = z.Close()
	for _, tt := range []struct {
		name, raw string
		o         Options
		sep       rune
		header    []string
		first     []string
	}{
		{"plain", "a,b\n1,2\n", Options{}, ',', []string{"a", "b"}, []string{"1", "2"}},
		{"mark of UTF-8", "\ufeffa,b\r\n1,2\r\n", Options{}, ',', []string{"a", "b"}, []string{"1", "2"}},
		{"semicolons and decimal commas", "a;b;c\n1,5;2,5;x\n3,5;4,5;y", Options{}, ';', []string{"a", "b", "c"}, []string{"1,5", "2,5", "x"}},
		{"tabs", "a\tb\nx, y\tz\n", Options{}, '\t', []string{"a", "b"}, []string{"x, y", "z"}},
		{"pipes", " a |b\n1|2\n", Options{}, '|', []string{"a", "b"}, []string{"1", "2"}},
		{"said", "a,b;c\n1,2;3\n", Options{Separator: ';'}, ';', []string{"a,b", "c"}, []string{"1,2", "3"}},
		{"quotes", "a,b\n\"x, \"\"y\"\"\n2\",z\n", Options{}, ',', []string{"a", "b"}, []string{"x, \"y\"\n2", "z"}},
		{"packed", packed.String(), Options{}, ',', []string{"a", "b"}, []string{"1", "2"}},
		{"latin1", "Stra\xdfe,b\nM\xfcll,2\n", Options{Encoding: "latin1"}, ',', []string{"Straße", "b"}, []string{"Müll", "2"}},
		{"windows", "a,b\n\x845\x80\x93,2\n", Options{Encoding: "windows-1252"}, ',', []string{"a", "b"}, []string{"„5€“", "2"}},
		{"UTF-16 with its mark", "\xff\xfea\x00;\x00b\x00\n\x001\x00;\x002\x00", Options{}, ';', []string{"a", "b"}, []string{"1", "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tab, rows := all(t, tt.raw, tt.o)
			if tab.Separator != tt.sep {
				t.Errorf("separator %q", tab.Separator)
			}
			if d := cmp.Diff(tt.header, tab.Header); d != "" {
				t.Error(d)
			}
			if len(rows) == 0 || rows[0].Err != nil {
				t.Fatalf("rows %+v", rows)
			}
			if d := cmp.Diff(tt.first, rows[0].Fields); d != "" {
				t.Error(d)
			}
			if rows[0].No != 2 {
				t.Errorf("row %d", rows[0].No)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, raw, want string }{
		{"nothing", " \n", "empty"},
		{"not UTF-8", "a,b\n1,2\nM\xfcll,3\n", "not UTF-8 (line 3"},
		{"twice the same column", "a,b,a\n1,2,3\n", `two columns are called "a"`},
		{"a picture", "a,b\n\x00\x01,2\n", "zero byte"},
		{"broken pack", "\x1f\x8b123", "unpack"},
	} {
		if _, err := Open(strings.NewReader(tt.raw), Options{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, err := Open(strings.NewReader("a,b\n1,2\n"), Options{Encoding: "ebcdic"}); err == nil || !strings.Contains(err.Error(), "windows-1252") {
		t.Errorf("unknown encoding: %v", err)
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte("a,b\n"), 1<<20))
	_ = z.Close()
	if _, err := Open(&bomb, Options{MaxBytes: 1 << 20}); err == nil || !strings.Contains(err.Error(), "larger than 1 MB") {
		t.Errorf("a bomb: %v", err)
	}
}

// TestBadRows: a bad row is named with its bytes, and the next one is read.
func TestBadRows(t *testing.T) {
	t.Parallel()
	_, rows := all(t, "a,b\n1,2\nx\"y,3\n4\n\n5,6,7\n8,9\n", Options{})
	want := []struct {
		no  int
		raw string
		bad bool
	}{{2, "1,2", false}, {3, "x\"y,3", true}, {4, "4", true}, {5, "5,6,7", true}, {6, "8,9", false}}
	if len(rows) != len(want) {
		t.Fatalf("%+v", rows)
	}
	for i, w := range want {
		if r := rows[i]; r.No != w.no || r.Raw != w.raw || (r.Err != nil) != w.bad {
			t.Errorf("row %d: %+v", i, r)
		}
	}
}

func TestColumn(t *testing.T) {
	t.Parallel()
	tab, _ := all(t, "Datum,datum2,LAT\n1,2,3\n", Options{})
	for name, want := range map[string]int{"Datum": 0, "datum": 0, " lat ": 2, "x": -1} {
		if got := tab.Column(name); got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]float64{"48.7754": 48.7754, "48,7754": 48.7754, " 9 ": 9, "-1,5": -1.5, "−1,5": -1.5, "1e-3": 0.001, "+4.0": 4} {
		if got, err := Number(in); err != nil || got != want {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "x", "1.234,5", "1,234.5", "NaN", "Inf", "0x10", "1_0", "9° 10'", "1e999", "."} {
		if got, err := Number(in); err == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func TestPoint(t *testing.T) {
	t.Parallel()
	if p, err := Point("9,18", "48,78"); err != nil || p != (subject.Point{Lon: 9.18, Lat: 48.78}) {
		t.Errorf("%v, %v", p, err)
	}
	for _, tt := range []struct{ lon, lat, want string }{
		{"", "48", "no coordinates"},
		{"9", " ", "no coordinates"},
		{"0", "0.0", "0, 0"},
		{"x", "48", "longitude"},
		{"9", "y", "latitude"},
		{"513200", "5402915", "projection"},
		{"9", "98", "no place"},
	} {
		if _, err := Point(tt.lon, tt.lat); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, %s: %v", tt.lon, tt.lat, err)
		}
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in    string
		order DayOrder
		want  string
		day   bool
	}{
		{"2024-01-31T00:27:46", "", "2024-01-31T00:27:46+01:00", false},
		{"2024-07-01 10:15", "", "2024-07-01T10:15:00+02:00", false},
		{"2024-07-01T10:15:00Z", "", "2024-07-01T12:15:00+02:00", false},
		{"2024-07-01T10:15:00.123+00:00", "", "2024-07-01T12:15:00+02:00", false},
		{"2024-07-01 10:15:00+0000", "", "2024-07-01T12:15:00+02:00", false},
		{"2024-07-01 10:15:00 UTC", "", "2024-07-01T12:15:00+02:00", false},
		{"31.01.2024", "", "2024-01-31T00:00:00+01:00", true},
		{"1.2.2024 9:05", "", "2024-02-01T09:05:00+01:00", false},
		{"01.02.2024, 09:05 Uhr", "", "2024-02-01T09:05:00+01:00", false},
		{"01.02.24 09:05:10", "", "2024-02-01T09:05:10+01:00", false},
		{"20240201", "", "2024-02-01T00:00:00+01:00", true},
		{"03/04/2024", "", "2024-04-03T00:00:00+02:00", true},
		{"03/04/2024 03:04:05 PM", MonthFirst, "2024-03-04T15:04:05+01:00", false},
		{"03/04/2024 3:04 pm", MonthFirst, "2024-03-04T15:04:00+01:00", false},
		{"1704063600", "", "2024-01-01T00:00:00+01:00", false},
		{"1704063600000", "", "2024-01-01T00:00:00+01:00", false},
	} {
		got, day, err := Time(tt.in, zone, tt.order)
		if err != nil || got.In(zone).Truncate(time.Second).Format(time.RFC3339) != tt.want || day != tt.day {
			t.Errorf("%q: %v, %v, %v", tt.in, got.In(zone), day, err)
		}
	}
	for _, in := range []string{"", "gestern", "31/31/2024", "2024-13-01", "30.02.2024", "2024-01-01 25:00", "12:00", "2024-01-01 10:00 CST"} {
		if got, _, err := Time(in, zone, ""); err == nil {
			t.Errorf("%q is %v", in, got)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"), "")
	f.Add([]byte("a;b\n\"1;2\n3"), "latin1")
	f.Add([]byte("\xff\xfea\x00;\x00b\x00"), "utf-16")
	f.Add([]byte("\x1f\x8b\x08\x00"), "")
	f.Add([]byte("\ufeffa\tb\r\nx\"y\t\"\"\r\n"), "windows-1252")
	f.Fuzz(func(t *testing.T, raw []byte, encoding string) {
		tab, err := Open(bytes.NewReader(raw), Options{Encoding: encoding, MaxBytes: 1 << 20})
		if err != nil {
			return
		}
		last := 1
		for row, ok := tab.Next(); ok; row, ok = tab.Next() {
			if row.No != last+1 {
				t.Fatalf("row %d after %d", row.No, last)
			}
			last = row.No
			if row.Err == nil && len(row.Fields) != len(tab.Header) {
				t.Fatalf("%d fields for %d columns", len(row.Fields), len(tab.Header))
			}
			if !utf8.ValidString(row.Raw) || strings.ContainsRune(row.Raw, 0) {
				t.Fatalf("raw %q", row.Raw)
			}
		}
	})
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"48,7", "1e9", "31.01.2024 10:00", "2024-01-01T00:00:00Z", "03/04/24 3:04 PM", "1704063600", "−0", "\x00"} {
		f.Add(s, s)
	}
	zone := time.FixedZone("x", 3600)
	f.Fuzz(func(t *testing.T, a, b string) {
		if p, err := Point(a, b); err == nil && !p.Valid() {
			t.Fatalf("%q, %q is %v", a, b, p)
		}
		for _, order := range []DayOrder{DayFirst, MonthFirst} {
			if at, day, err := Time(a, zone, order); err == nil && day && (at.Hour() != 0 || at.Minute() != 0) {
				t.Fatalf("%q is a day at %v", a, at)
			}
		}
		if s := Text(a); s != Text(s) {
			t.Fatalf("%q, then %q", s, Text(s))
		}
	})
}

func TestSeparator(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]rune{"": 0, ";": ';', "tab": '\t', `\t`: '\t', "¦": '¦'} {
		if got, err := Separator(in); err != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for _, in := range []string{";;", `"`, "\n", "\xff"} {
		if _, err := Separator(in); err == nil {
			t.Errorf("%q was taken", in)
		}
	}
}
