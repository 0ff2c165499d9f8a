package importing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/importing"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func importer(t *testing.T, c *reportstest.City) *importing.Importer {
	t.Helper()
	im, err := importing.New(importing.Config{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Places: c.Geo})
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func settings() importing.Settings {
	return importing.Settings{
		Source: "list", CreateCategories: true,
		Map: map[importing.Field]string{
			"created": "Eingang", "category": "Art", "address": "Ort", "lat": "Breite", "lon": "Länge", "id": "id", "title": "Titel",
			"description": "Text", "status": "Stand", "closed": "Erledigt am",
		},
	}
}

func file(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func plan(t *testing.T, im *importing.Importer, raw string, s importing.Settings) *importing.Plan {
	t.Helper()
	tab, err := table.Open(strings.NewReader(raw), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := im.Plan(t.Context(), tab, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func count(t *testing.T, c *reportstest.City, sql string, args ...any) (n int) {
	t.Helper()
	if err := c.Pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const everything = `
SELECT (SELECT count(*) FROM reports) + (SELECT count(*) FROM categories) + (SELECT count(*) FROM report_sources)
     + (SELECT count(*) FROM events) + (SELECT count(*) FROM cases) + (SELECT count(*) FROM timeline_entries)`

func TestPlan(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	before := count(t, c, everything)
	p := plan(t, importer(t, c), file(t, "testdata/list.csv"), settings())
	want := []struct {
		row    int
		reason string
	}{
		{6, "lies 612 km"},
		{7, "no coordinates"},
		{8, `created: "gestern"`},
		{9, "in the future"},
		{10, "category: is empty"},
		{11, "projection"},
		{12, "closed: lies before"},
		{13, "3 fields"},
		{14, "id: is empty"},
		{16, "quotes"},
	}
	if len(p.Rejects) != len(want) {
		t.Errorf("%d rejects: %+v", len(p.Rejects), p.Rejects)
	}
	for i, w := range want {
		if i < len(p.Rejects) && (p.Rejects[i].Row != w.row || !strings.Contains(p.Rejects[i].Reason, w.reason)) {
			t.Errorf("reject %d: %+v, want row %d: %s", i, p.Rejects[i], w.row, w.reason)
		}
	}
	if r := p.Rejects[1]; !strings.HasPrefix(r.Raw, "6;02.02.2024 09:00;Wilder Müll;nirgends") {
		t.Errorf("the row as it was: %q", r.Raw)
	}
	if p.Rows != 16 || p.Used != 6 || p.Reports != 5 || p.New != 5 || p.FarRows != 1 || p.FarReports != 1 || p.Texts != 2 {
		t.Errorf("%+v", p)
	}
	made := []importing.NewCategory{
		{Key: "wilder-muell", Name: "Wilder Müll", Rows: 3},
		{Key: "hyperlink-http-x-example", Name: `=HYPERLINK("http://x.example")`, Rows: 1},
	}
	if d := cmp.Diff(made, p.NewCategories); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]importing.Count{{Name: "verstaubt", N: 1}}, p.UnknownStatuses); d != "" {
		t.Error(d)
	}
	if after := count(t, c, everything); after != before {
		t.Errorf("a plan wrote %d rows", after-before)
	}
}

func TestUnknownCategories(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	s := settings()
	s.CreateCategories = false
	p := plan(t, im, file(t, "testdata/list.csv"), s)
	if p.New != 1 || len(p.NewCategories) != 0 || len(p.UnknownCategories) == 0 || p.UnknownCategories[0] != (importing.Count{Name: "Wilder Müll", N: 2}) {
		t.Errorf("%+v %+v", p, p.UnknownCategories)
	}
	s.Categories = map[string]string{"Wilder Müll": "laterne", "wilder müll": "laterne"}
	if p = plan(t, im, file(t, "testdata/list.csv"), s); p.New != 4 {
		t.Errorf("with names: %d", p.New)
	}
	s.Categories["Wilder Müll"] = "keine"
	tab, err := table.Open(strings.NewReader(file(t, "testdata/list.csv")), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := im.Plan(t.Context(), tab, s); err == nil || !strings.Contains(err.Error(), `"keine"`) {
		t.Errorf("a key that is none: %v", err)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	raw := file(t, "testdata/list.csv")
	done, err := im.Run(t.Context(), accounts.System, plan(t, im, raw, settings()), nil)
	if err != nil || done.Made != 5 || len(done.Categories) != 2 {
		t.Fatalf("%+v, %v", done, err)
	}
	find := func(key string) *reports.View {
		t.Helper()
		var n int64
		if err := c.Pool.QueryRow(t.Context(), `SELECT r.number FROM reports r JOIN report_sources s ON s.report_id = r.id WHERE s.source = 'list' AND s.source_key = $1`, key).Scan(&n); err != nil {
			t.Fatal(key, err)
		}
		return c.Get(t, accounts.Actor{}, subject.Number(n))
	}
	lamp := find("id:1")
	if lamp.Status != reports.Resolved || lamp.CreatedAt.Format("2006-01-02T15:04") != "2024-02-01T09:15" || lamp.Title["de"] != "Laterne dunkel oder beschädigt, Marienplatz" {
		t.Errorf("%+v", lamp)
	}
	if lamp.Text != "" || lamp.Target.Due != nil {
		t.Errorf("held words or a target of nobody's: %q %v", lamp.Text, lamp.Target)
	}
	if sofa := find("id:2"); sofa.Status != reports.InProgress || sofa.Title["de"] != "Wilder Müll, Tal" || sofa.Text != "" {
		t.Errorf("%+v", sofa)
	}
	clerk := c.Clerk(t, "lotse")
	if held := c.Get(t, clerk, find("id:2").Number); held.Text != "Sofa\n\nLiegt auf dem Gehweg. Ruf an: 089 1" {
		t.Errorf("the clerk reads %q", held.Text)
	}
	if n := count(t, c, `SELECT count(*) FROM events WHERE type = 'report.imported' AND batch`); n != 1 {
		t.Errorf("%d batch events", n)
	}
	for what, sql := range map[string]string{
		"mails":             `SELECT count(*) FROM mails`,
		"persons":           `SELECT count(*) FROM reports WHERE person_id IS NOT NULL OR contact_id IS NOT NULL`,
		"codes":             `SELECT count(*) FROM receipts`,
		"reports that wait": `SELECT count(*) FROM reports WHERE channel <> 'import'`,
		"open ones closed":  `SELECT count(*) FROM reports WHERE (status_class IN ('done', 'other')) <> (closed_at IS NOT NULL)`,
		"without a case":    `SELECT count(*) FROM reports r WHERE NOT EXISTS (SELECT FROM cases c WHERE c.subject_id = r.id)`,
		"deadlines":         `SELECT count(*) FROM cases WHERE due_at IS NOT NULL`,
	} {
		if n := count(t, c, sql); n != 0 {
			t.Errorf("%s: %d", what, n)
		}
	}
	// the same file again, and one with a row more and one that has changed
	before := count(t, c, everything)
	if done, err = im.Run(t.Context(), accounts.System, plan(t, im, raw, settings()), nil); err != nil || done.Made != 0 || count(t, c, everything) != before {
		t.Errorf("a second run: %+v, %v", done, err)
	}
	raw = strings.Replace(raw, "Sofa", "Sessel", 1) + "15;07.02.2024 09:00;Wilder Müll;Tal 9;48,1362;11,5790;;;offen;\n"
	p := plan(t, im, raw, settings())
	if p.New != 1 || p.Known != 5 || p.Changed != 1 {
		t.Errorf("%+v", p)
	}
	if done, err = im.Run(t.Context(), accounts.System, p, nil); err != nil || done.Made != 1 {
		t.Errorf("the row more: %+v, %v", done, err)
	}
}

func TestReleaseTexts(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	s := settings()
	s.ReleaseTexts = true
	if _, err := im.Run(t.Context(), accounts.System, plan(t, im, file(t, "testdata/list.csv"), s), nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c, `SELECT count(*) FROM reports WHERE text_state = 'released' AND text_public <> ''`); n != 2 {
		t.Errorf("%d texts are public", n)
	}
}

// many is a list without ids in which rows repeat.
func many(n int) string {
	var b strings.Builder
	b.WriteString("t,k,x,y\n")
	for i := range n {
		fmt.Fprintf(&b, "2024-01-%02dT10:%02d:00,Sonstiges,11.%04d,48.1\n", 1+i/60%28, i%60, 5000+i)
		if i%10 == 0 { // word for word the same
			fmt.Fprintf(&b, "2024-01-%02dT10:%02d:00,Sonstiges,11.%04d,48.1\n", 1+i/60%28, i%60, 5000+i)
		}
	}
	return b.String()
}

func bare() importing.Settings {
	return importing.Settings{Source: "bare", CreateCategories: true, Map: map[importing.Field]string{"created": "t", "category": "k", "lon": "x", "lat": "y"}}
}

// TestKilled: a run that ends between two batches goes on where it stood.
func TestKilled(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	raw := many(1000) // 1,100 rows
	ctx, kill := context.WithCancel(t.Context())
	_, err := im.Run(ctx, accounts.System, plan(t, im, raw, bare()), func(done, _ int) {
		if done == 500 {
			kill()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if n := count(t, c, `SELECT count(*) FROM reports`); n != 500 {
		t.Fatalf("%d reports after the first batch", n)
	}
	p := plan(t, im, raw, bare())
	if p.Known != 500 || p.New != 600 {
		t.Errorf("%+v", p)
	}
	if _, err := im.Run(t.Context(), accounts.System, p, nil); err != nil {
		t.Fatal(err)
	}
	if n, keys := count(t, c, `SELECT count(*) FROM reports`), count(t, c, `SELECT count(*) FROM report_sources`); n != 1100 || keys != 1100 {
		t.Errorf("%d reports of %d rows", n, keys)
	}
	if n := count(t, c, `SELECT count(*) FROM events WHERE type = 'report.imported'`); n != 3 {
		t.Errorf("%d batch events", n)
	}
}

// TestTwoAtOnce: two runs of one list make each report once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	raw := many(600)
	var plans []*importing.Plan
	for range 3 {
		plans = append(plans, plan(t, im, raw, bare()))
	}
	var wg sync.WaitGroup
	results := make([]importing.Result, len(plans))
	for i, p := range plans {
		wg.Go(func() {
			var err error
			if results[i], err = im.Run(t.Context(), accounts.System, p, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	made, meanwhile := 0, 0
	for _, r := range results {
		made, meanwhile = made+r.Made, meanwhile+r.Meanwhile
	}
	if n := count(t, c, `SELECT count(*) FROM reports`); n != 660 || made != 660 || meanwhile != 2*660 {
		t.Errorf("%d reports, %d made, %d were there", n, made, meanwhile)
	}
}

// TestFoldAndGrow: rows that are folded belong to one report, also when the
// list has grown since.
func TestFoldAndGrow(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	s := bare()
	s.Dedupe = "category,lat,lon:7d"
	raw := "t,k,x,y\n" +
		"2024-01-01T10:00:00,Sonstiges,11.5,48.1\n2024-01-08T10:00:00,Sonstiges,11.50,48.1\n2024-01-15T10:00:01,Sonstiges,11.5,48.1\n2024-01-02T10:00:00,Laterne dunkel oder beschädigt,11.5,48.1\n"
	if _, err := im.Run(t.Context(), accounts.System, plan(t, im, raw, s), nil); err != nil {
		t.Fatal(err)
	}
	if n, keys := count(t, c, `SELECT count(*) FROM reports`), count(t, c, `SELECT count(*) FROM report_sources`); n != 3 || keys != 4 {
		t.Fatalf("%d reports of %d rows", n, keys)
	}
	raw += "2024-01-20T10:00:00,Sonstiges,11.5,48.1\n"
	done, err := im.Run(t.Context(), accounts.System, plan(t, im, raw, s), nil)
	if err != nil || done.Made != 0 || done.Tied != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if n := count(t, c, `SELECT count(*) FROM report_sources`); n != 5 {
		t.Errorf("%d rows are known", n)
	}
}

// TestAreas: what lies outside is refused by name.
func TestAreas(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	im := importer(t, c)
	raw := "t,k,x,y\n2024-01-01,Sonstiges,11.5,48.1\n2024-01-01,Sonstiges,11.6,48.1\n2024-01-01,Sonstiges,11.7,48.1\n"
	s := bare()
	s.BBox = "11.4,48,11.65,48.2"
	if p := plan(t, im, raw, s); p.New != 2 || len(p.Rejects) != 1 || p.Rejects[0].Reason != "lies outside --bbox" {
		t.Errorf("%+v", p)
	}
	s.BBox, s.WithinKM = "", 5
	if p := plan(t, im, raw, s); p.New != 1 || p.FarRows != 2 {
		t.Errorf("%+v", p)
	}
	im, err := importing.New(importing.Config{
		DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Places: c.Geo,
		Area: func(context.Context) (*subject.BBox, error) {
			return &subject.BBox{West: 11.55, South: 48, East: 12, North: 49}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := plan(t, im, raw, bare()); p.New != 2 || p.Rejects[0].Reason != "lies outside the city's area" {
		t.Errorf("%+v", p)
	}
}

// TestDistricts: with districts only they are the city, and each report knows
// its own.
func TestDistricts(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	if _, err := c.Geo.ImportDistricts(t.Context(), bytes.NewReader(places.Districts()), "demo", geo.Fields{}); err != nil {
		t.Fatal(err)
	}
	im := importer(t, c)
	raw := "t,k,x,y\n2024-01-01,Sonstiges,11.5755,48.1374\n2024-01-02,Sonstiges,11.40,48.08\n"
	p := plan(t, im, raw, bare())
	if p.New != 1 || len(p.Rejects) != 1 || p.Rejects[0].Reason != "lies outside the city's districts" {
		t.Fatalf("%+v", p)
	}
	if _, err := im.Run(t.Context(), accounts.System, p, nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, c, `SELECT count(*) FROM reports WHERE district_ref = '1'`); n != 1 {
		t.Errorf("%d reports in their district", n)
	}
	middle, area, n, err := c.Reports.Extent(t.Context())
	if err != nil || n != 1 || middle != (subject.Point{Lon: 11.5755, Lat: 48.1374}) || !area.Holds(middle) || area.West >= area.East {
		t.Errorf("%v %v %d %v", middle, area, n, err)
	}
}

// TestBatchesAreFound: a list whose newest rows were read again each night.
func TestBatchesAreFound(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	var b strings.Builder
	b.WriteString("t,k,x,y\n")
	for night := range 5 {
		for i := range 12 {
			fmt.Fprintf(&b, "2024-01-%02dT00:30:17,Sonstiges,11.%d,48.1\n", 1+night, 500+i+night)
		}
	}
	fmt.Fprintf(&b, "2024-01-02T00:30:17,Sonstiges,2.35,48.85\n2024-01-02T00:30:17,Sonstiges,2.35,48.85\n") // far away, in no way a different row
	p := plan(t, importer(t, c), b.String(), bare())
	if p.Batches != (importing.Batches{N: 4, Rows: 12}) {
		t.Errorf("%+v", p.Batches)
	}
	if p.Proposal == nil || p.Proposal.Fold.String() != "category,lat,lon:7d" || p.Proposal.Reports != 16 || p.FarReports != 2 {
		t.Errorf("%+v, far %d", p.Proposal, p.FarReports)
	}
}
