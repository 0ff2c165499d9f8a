package feedpages

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) (*reportstest.City, *kittest.Site) {
	t.Helper()
	c := reportstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	city := func(context.Context, string) kit.City { return kit.City{Name: "München"} }
	err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Geo: c.Geo, Zone: time.UTC, City: city})
	if err != nil {
		t.Fatal(err)
	}
	return c, site
}

// secret stands in everything that a person typed and nobody has released.
const secret = "Geheimnis4711"

func withSecrets(s *reports.Submission) {
	s.Text, s.Place.Note, s.Mail = secret, secret, secret+"@example.org"
}

func rows(t *testing.T, body string) [][]string {
	t.Helper()
	list, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCSV(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, _ := c.Create(t, withSecrets, func(s *reports.Submission) { s.Place.Address = `=HYPERLINK("x")` })
	two, _ := c.Create(t, withSecrets)
	c.Create(t, withSecrets, func(s *reports.Submission) { // held: nowhere
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), one.Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	a := site.Browser().Get("/reports.csv").Want(http.StatusOK)
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/csv; charset=utf-8") {
		t.Error(got)
	}
	if strings.Contains(a.Body, secret) {
		t.Error("what nobody has released stands in the file")
	}
	list := rows(t, a.Body)
	if len(list) != 3 || strings.Join(list[0], ",") != strings.Join(heads(), ",") {
		t.Fatalf("%q", list)
	}
	if list[1][0] != two.Number.Format(subject.PrefixReport) || list[2][0] != one.Number.Format(subject.PrefixReport) {
		t.Errorf("order: %q", list)
	}
	row := map[string]string{}
	for i, name := range list[0] {
		row[name] = list[2][i]
	}
	if row["address"] != `'=HYPERLINK("x")` || row["status_key"] != "in_progress" || row["category_key"] != "laterne" || row["longitude"] != "11.575500" || row["url"] != kittest.Base+"/reports/"+row["number"] {
		t.Errorf("%v", row)
	}
	for _, at := range []string{"reported", "status_since", "target"} {
		if _, err := time.Parse(time.RFC3339, row[at]); err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
	if b := site.Browser().Get("/reports.csv?bom=1").Want(http.StatusOK); !strings.HasPrefix(b.Body, "\ufeffnumber,") {
		t.Errorf("%.20q", b.Body)
	}
	if b := site.Browser().Get("/reports.csv?status=in_progress").Want(http.StatusOK); len(rows(t, b.Body)) != 2 {
		t.Error("the filter does not count")
	}
	site.Browser().Get("/reports.csv?status=unsinn").Want(http.StatusBadRequest)
	site.Browser().Get("/reports.csv?before=unsinn").Want(http.StatusBadRequest)
}

func TestUnchangedFilesAreNotSentAgain(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, _ := c.Create(t)
	for _, path := range []string{"/reports.csv", "/reports.geojson", "/reports.atom"} {
		b := site.Browser()
		first := b.Get(path).Want(http.StatusOK)
		tag := first.Header.Get("ETag")
		if tag == "" || first.Header.Get("Last-Modified") == "" || !strings.Contains(first.Header.Get("Cache-Control"), "max-age=5") {
			t.Fatalf("%s: %v", path, first.Header)
		}
		b.Header.Set("If-None-Match", tag)
		if a := b.Get(path).Want(http.StatusNotModified); a.Body != "" {
			t.Errorf("%s: a body", path)
		}
		b.Header.Set("Accept-Language", "en")
		b.Get(path).Want(http.StatusOK)
	}
	b := site.Browser()
	tag := b.Get("/reports.csv").Header.Get("ETag")
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), one.Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	b.Header.Set("If-None-Match", tag)
	b.Get("/reports.csv").Want(http.StatusOK)
}

func TestGeoJSON(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	var file struct {
		Type, License string
		Features      []struct {
			Type, ID string
			Geometry struct {
				Type        string
				Coordinates []float64
			}
			Properties map[string]any
		}
	}
	read := func(body string) {
		t.Helper()
		file.Features = nil
		if err := json.Unmarshal([]byte(body), &file); err != nil || file.Type != "FeatureCollection" || file.License == "" {
			t.Fatalf("%v: %.300s", err, body)
		}
	}
	read(site.Browser().Get("/reports.geojson").Want(http.StatusOK).Body)
	if len(file.Features) != 0 {
		t.Error("features in an empty city")
	}
	one, _ := c.Create(t, withSecrets)
	c.Create(t, withSecrets)
	b := site.Browser()
	b.Header.Set("Accept-Encoding", "gzip")
	a := b.Get("/reports.geojson").Want(http.StatusOK)
	z, err := gzip.NewReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	read(string(raw))
	if bytes.Contains(raw, []byte(secret)) || len(file.Features) != 2 || a.Header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("%s: %s", a.Header.Get("Content-Type"), raw)
	}
	f := file.Features[1]
	if f.ID != one.Number.Format(subject.PrefixReport) || f.Geometry.Type != "Point" || f.Geometry.Coordinates[0] != 11.5755 || f.Properties["status_key"] != "received" {
		t.Errorf("%+v", f)
	}
}

func TestAtom(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, _ := c.Create(t, withSecrets)
	c.Create(t, withSecrets)
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), one.Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	a := site.Browser().Get("/reports.atom?category=laterne").Want(http.StatusOK)
	var f struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  struct {
			Name string `xml:"name"`
		} `xml:"author"`
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Summary string `xml:"summary"`
			Point   string `xml:"http://www.georss.org/georss point"`
			Cat     struct {
				Term string `xml:"term,attr"`
			} `xml:"category"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(a.Body), &f); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	self := kittest.Base + "/reports.atom?category=laterne"
	if f.ID != self || f.Links[0].Rel != "self" || f.Links[0].Href != self || f.Author.Name == "" || !strings.Contains(f.Title, "Laterne") || strings.Contains(a.Body, secret) {
		t.Errorf("%+v", f)
	}
	if len(f.Entries) != 2 {
		t.Fatal(a.Body)
	}
	e := f.Entries[0] // changed last
	if e.ID != kittest.Base+"/reports/"+one.Number.Format(subject.PrefixReport) || e.Updated != f.Updated || e.Point != "48.137400 11.575500" || e.Cat.Term != "laterne" || !strings.Contains(e.Summary, "In Arbeit") {
		t.Errorf("%+v", e)
	}
	if got := a.Header.Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
		t.Error(got)
	}
}

func TestFilesAreLimited(t *testing.T) {
	t.Parallel()
	_, site := setup(t)
	b := site.Browser()
	for range 60 {
		b.Get("/reports.atom").Want(http.StatusOK)
	}
	if a := b.Get("/reports.atom").Want(http.StatusTooManyRequests); a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// FuzzFilter: whatever stands in an address, it is a filter that survives being
// written and read again, or fault.BadRequest.
func FuzzFilter(f *testing.F) {
	for _, q := range []string{
		"category=laterne&status=open", "street=Rosenheimer+Str.", "bbox=11,48,12,49", "from=2026-02-30", "q=%00", "street=%ff", "status=%3D1", "bbox=NaN,0,1,1",
		"street=,", "district=" + strings.Repeat("x", 50), "from=2026-01-01&to=2025-01-01", "street=Hauptstra%C3%9Fe,+Laim",
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		got, err := reports.ParseFilter(v, time.UTC)
		if err != nil {
			if !fault.Is(err, fault.BadRequest) {
				t.Fatal(err)
			}
			return
		}
		once := got.Values(time.UTC)
		again, err := reports.ParseFilter(once, time.UTC)
		if err != nil || again.Values(time.UTC).Encode() != once.Encode() {
			t.Fatalf("%q became %q, then %q, %v", query, once.Encode(), again.Values(time.UTC).Encode(), err)
		}
	})
}
