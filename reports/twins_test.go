package reports_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestSimilarByIndex: residents and clerks ask the same query, and place and
// time are one look into one index.
func TestSimilarByIndex(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	clerk := c.Clerk(t, "bau-lic")
	base := reports.Likeness{At: reportstest.Marienplatz, When: time.Now(), Metres: 100, Days: 60, Category: uuid.New(), Text: "Laterne", Most: 3}
	open := base
	open.Open, open.PublicOnly, open.NotOwn, open.Same = true, true, true, true
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		l     reports.Likeness
	}{{"a resident", accounts.Actor{}, open}, {"a clerk", clerk, base}} {
		if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SET LOCAL enable_seqscan = off`); err != nil { // there are too few rows here for an index to pay
				return err
			}
			plan, err := reports.ExplainSimilar(ctx, tx, tt.actor, tt.l)
			if err == nil && (!strings.Contains(plan, "reports_place_time") || !strings.Contains(plan, "Index Cond: (st_makepoint(")) {
				t.Errorf("%s:\n%s", tt.name, plan)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSimilarTime: place and time bound what is looked at, on both sides.
func TestSimilarTime(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, _ := c.Create(t)
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name         string
		days, within int
		east         float64 // metres
		want         int
	}{
		{"today", 0, 60, 0, 1},
		{"just within", -59, 60, 0, 1},
		{"too old", -61, 60, 0, 0},
		{"just too far on", 61, 60, 0, 0},
		{"near enough", 0, 60, 95, 1},
		{"too far away", 0, 60, 105, 0},
	} {
		l := reports.Likeness{
			At: reportstest.Marienplatz, When: now.AddDate(0, 0, tt.days), Metres: 100, Days: tt.within, Most: 3, Same: true, Text: "Laterne dunkel Marienplatz", PublicOnly: true,
		}
		l.At.Lon += tt.east / (111_195 * 0.66735) // cos 48.1374°
		got, err := reports.Similar(t.Context(), c.Pool, accounts.Actor{}, l)
		if err != nil {
			t.Fatal(err)
		}
		l.Category = c.Get(t, accounts.Actor{}, r.Number).Category.ID
		same, err := reports.Similar(t.Context(), c.Pool, accounts.Actor{}, l)
		if err != nil || len(same) != tt.want || len(got) > len(same) {
			t.Errorf("%s: %d of another kind, %d of the same, want %d, %v", tt.name, len(got), len(same), tt.want, err)
		}
	}
}

// TestNearbyByWords: a report of another kind is asked about only when it uses
// the same words.
func TestNearbyByWords(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "wildermuell", categories.Answers{"was": {"haus"}}
	})
	for text, want := range map[string]int{"": 0, "Die Laterne ist aus": 0, "Hier liegt wilder Müll": 1, "muell": 1} {
		near, err := c.Reports.Nearby(t.Context(), accounts.Actor{}, reportstest.Marienplatz, "laterne", text)
		if err != nil || len(near) != want {
			t.Errorf("%q: %d reports, want %d, %v", text, len(near), want, err)
		}
	}
}

// TestSimilarRights: the condition in the query says what the policy says.
func TestSimilarRights(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	_, owner := c.Create(t)
	c.Create(t, func(s *reports.Submission) { s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}} })
	for _, visibility := range []string{"held", "private", "hidden", "public"} {
		for _, publish := range []string{"A", "P"} {
			r, _ := c.Create(t)
			if _, err := c.Pool.Exec(t.Context(), `UPDATE reports SET visibility = $2, publish = $3 WHERE number = $1`, int64(r.Number), visibility, publish); err != nil {
				t.Fatal(err)
			}
		}
	}
	clerk := c.Clerk(t, "bau-lic")
	limited := clerk
	limited.Limits = []subject.Remit{{Role: subject.Caseworker, Departments: clerk.Departments, Districts: []string{"99"}}}
	for name, actor := range map[string]accounts.Actor{
		"nobody": {}, "owner": owner, "clerk": clerk, "clerk of a district": limited, "clerk elsewhere": c.Clerk(t, "bau-gar"),
		"moderator": c.Clerk(t, "bau-gar", subject.Moderator), "admin": {Person: subject.NewID(), Roles: []subject.Role{subject.Admin}}, "the product": accounts.System,
	} {
		rows, err := c.Pool.Query(t.Context(), `
SELECT r.id, r.visibility, r.publish, r.category_id, r.district_ref, c.department_id, EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = $1)
FROM reports r JOIN cases c ON c.subject_id = r.id`, actor.Person)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		var r reports.Report
		if _, err := pgx.ForEachRow(rows, []any{&r.ID, &r.Visibility, &r.Publish, &r.Category, &r.DistrictRef, &r.DepartmentID, &r.IsOwner}, func() error {
			if reports.MayKnow(actor, &r) {
				want = append(want, r.ID.String())
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		list, err := reports.Similar(t.Context(), c.Pool, actor, reports.Likeness{At: reportstest.Marienplatz, When: time.Now(), Metres: 100, Days: 60, Most: 50})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range list {
			got = append(got, list[i].ID.String())
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: found %d, the policy lets know of %d", name, len(got), len(want))
		}
	}
}
