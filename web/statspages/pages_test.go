package statspages_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/statspages"
)

// asked counts the long queries that pages ask.
type asked struct {
	db.DB

	mu                 sync.Mutex
	streets, recurring int
}

func (a *asked) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	a.mu.Lock()
	if strings.Contains(sql, "ST_LongestLine") {
		a.streets++
	}
	if strings.Contains(sql, "ST_ClusterDBSCAN") {
		a.recurring++
	}
	a.mu.Unlock()
	return a.DB.Query(ctx, sql, args...)
}

type bundle struct {
	*reportstest.City

	site  *kittest.Site
	asked *asked
	zone  *time.Location
}

func setup(t *testing.T) bundle {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	b := bundle{City: reportstest.New(t), zone: zone}
	b.asked = &asked{DB: b.Pool}
	b.site = kittest.New(t, b.Pool, nil)
	must(t, statspages.Register(b.site.Router, statspages.Deps{DB: b.asked, Categories: b.Categories, Geo: b.Geo, Zone: zone}))
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b bundle) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	_, err := b.Pool.Exec(t.Context(), sql, args...)
	must(t, err)
}

// TestPlacesOnce: streets are counted once for each limit of whoever asks and the
// recurring places once for the whole city, on pages and for the map; nobody is shown
// what was counted for somebody else.
func TestPlacesOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.exec(t, `INSERT INTO addresses (id, street, house_no, point)
SELECT gen_random_uuid(), s.street, n::text, ST_SetSRID(ST_MakePoint(11.57 + n * 0.001, s.lat), 4326) FROM generate_series(0, 10) n, (VALUES ('Lange Zeile', 48.137), ('Grüne Zeile', 48.1385)) s (street, lat)`)
	for _, at := range []struct {
		place string
		lat   float64
	}{{"Lange Zeile 5", 48.137}, {"Grüne Zeile 5", 48.1385}} {
		for range 5 {
			b.Create(t, func(s *reports.Submission) {
				s.Place.Address, s.Place.Point = at.place, subject.Point{Lon: 11.575, Lat: at.lat}
			})
		}
	}
	lamps, garden := b.Clerk(t, "bau-lic"), b.Clerk(t, "bau-gar")
	for _, table := range []string{"cases", "case_facts"} {
		b.exec(t, `UPDATE `+table+` t SET department_id = $1 FROM reports r WHERE r.id = t.subject_id AND r.address LIKE 'Grüne%'`, garden.Departments[0])
	}
	const mine, theirs = "Lange Zeile", "Grüne Zeile"
	for i, tt := range []struct {
		name               string
		who                *accounts.Actor // nil: everybody
		path               string
		long, green        bool
		streets, recurring int // asked for until then
	}{
		{"the map alone asks for streets", &lamps, "/desk/statistics/streets.json", true, false, 1, 0},
		{"the page", &lamps, "/desk/statistics", true, false, 1, 1},
		{"the page again", &lamps, "/desk/statistics?by=district", true, false, 1, 1},
		{"another team's map", &garden, "/desk/statistics/streets.json", false, true, 2, 1},
		{"another team's page", &garden, "/desk/statistics", false, true, 2, 1},
		{"the first team after it", &lamps, "/desk/statistics/streets.json", true, false, 2, 1},
		{"everybody", nil, "/statistics", true, true, 3, 1},
		{"everybody's map", nil, "/statistics/streets.json", true, true, 3, 1},
		{"the desk of the whole city", new(accountstest.Staff(t, b.Pool, subject.Analyst)), "/desk/statistics", true, true, 3, 1},
	} {
		browser := b.site.Browser()
		if tt.who != nil {
			browser = b.site.As(*tt.who)
		}
		a := browser.Get(tt.path).Want(http.StatusOK)
		if long, green := strings.Contains(a.Body, mine), strings.Contains(a.Body, theirs); long != tt.long || green != tt.green {
			t.Errorf("%d, %s: names %s %v, %s %v", i, tt.name, mine, long, theirs, green)
		}
		if !strings.HasSuffix(tt.path, ".json") {
			both := 0
			for _, there := range []bool{tt.long, tt.green} {
				if there {
					both++
				}
			}
			doc := a.Doc()
			if n, m := doc.Find("#strassen-tabelle tbody tr").Length(), doc.Find("[aria-labelledby=dauerstellen] tbody tr").Length(); n != both || m != both {
				t.Errorf("%d, %s: %d streets and %d recurring places, want %d", i, tt.name, n, m, both)
			}
		}
		if b.asked.streets != tt.streets || b.asked.recurring != tt.recurring {
			t.Errorf("%d, %s: asked %d times for streets and %d times for recurring places, want %d and %d", i, tt.name, b.asked.streets, b.asked.recurring, tt.streets, tt.recurring)
		}
	}
}

// TestContentOfWholeMonths: the public page and its files say how content people are
// for whole months and to today; for other days they leave it out, and the page says so.
func TestContentOfWholeMonths(t *testing.T) {
	t.Parallel()
	b := setup(t)
	now, err := db.Now(t.Context(), b.Pool)
	must(t, err)
	y, m, _ := now.In(b.zone).Date()
	first := time.Date(y, m-2, 1, 0, 0, 0, 0, b.zone)
	b.exec(t, `WITH f AS (
  INSERT INTO case_facts (subject_kind, subject_id, category_id, status, public, created_at, closed_at)
  SELECT 'report', gen_random_uuid(), (SELECT min(id::text)::uuid FROM categories), 'resolved', true, $1, $1 FROM generate_series(1, 12) RETURNING subject_id)
INSERT INTO satisfaction (subject_kind, subject_id, value, department_id) SELECT 'report', subject_id, 3, (SELECT min(id::text)::uuid FROM departments) FROM f`, first.AddDate(0, 0, 9))
	month := "?from=" + first.Format(time.DateOnly) + "&to="
	last := first.AddDate(0, 1, -1)
	const said = "100 % von 12"
	for _, tt := range []struct {
		name, ask string
		said      bool
	}{
		{"as it opens", "", true},
		{"to today", month + now.In(b.zone).Format(time.DateOnly), true},
		{"a month", month + last.Format(time.DateOnly), true},
		{"a day less", month + last.AddDate(0, 0, -1).Format(time.DateOnly), false},
	} {
		for path, want := range map[string]bool{"/statistics": tt.said, "/desk/statistics": true} {
			browser := b.site.Browser()
			if path != "/statistics" {
				browser = b.site.As(accountstest.Admin(t, b.Pool))
			}
			a := browser.Get(path + tt.ask).Want(http.StatusOK).WantClean()
			if got := strings.Contains(a.Text("main"), said); got != want || (a.Doc().Find("[data-unsaid]").Length() == 0) != want || strings.Contains(a.Text(".statstbl"), "Zufrieden") != want {
				t.Errorf("%s, %s: said %v, want %v", path, tt.name, got, want)
			}
			if csv := browser.Get(path + ".csv" + tt.ask).Want(http.StatusOK).Body; strings.Contains(csv, ",0,12,0,0") != want {
				t.Errorf("%s.csv, %s: %s", path, tt.name, csv)
			}
		}
	}
}
