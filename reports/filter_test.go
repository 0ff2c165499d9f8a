package reports

import (
	"net/url"
	"reflect"
	"testing"
	"time"
)

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{
		"", "category=laterne&status=open&status=resolved&district=05", "from=2026-01-01&to=2026-12-31&q=Straße", "bbox=11.5,48.1,11.6,48.2",
		"bbox=NaN,1,2,3", "from=0000-00-00", "status=x", "q=%00", "bbox=1,1,0,0", "from=9999-12-31",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filter, err := ParseFilter(v, time.UTC)
		if err != nil {
			return
		}
		again, err := ParseFilter(filter.Values(time.UTC), time.UTC)
		if err != nil {
			t.Fatalf("%q does not come back: %v", query, err)
		}
		again.BBox, filter.BBox = nil, nil // rounded to 6 digits
		if !reflect.DeepEqual(again, filter) {
			t.Errorf("%q: %+v came back as %+v", query, filter, again)
		}
	})
}

func TestParseFilterRefuses(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"status=kaputt", "from=gestern", "to=2026-13-01", "bbox=1,2,3", "bbox=NaN,0,1,1", "bbox=2,0,1,1", "q=%00"} {
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseFilter(v, time.UTC); err == nil {
			t.Errorf("%s was taken", q)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("abc.0190b8a0-0000-7000-8000-000000000000")
	f.Add(".")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil || c == nil {
			return
		}
		if again, err := ParseCursor(c.String()); err != nil || *again != *c {
			t.Errorf("%q came back as %v, %v", s, again, err)
		}
	})
}
