package reports_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// fact is a row of the table that all figures are made of.
type fact struct {
	category, department uuid.UUID
	district, status     string
	public               bool
	said                 int // 0: nothing
}

// TestFiguresWithinLimits: whatever a role is limited to, and whatever figures
// are told apart by, no case outside counts and none inside is missing.
func TestFiguresWithinLimits(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	ids := func(sql string) (list [2]uuid.UUID) {
		t.Helper()
		if err := c.Pool.QueryRow(t.Context(), `SELECT a[1], a[2] FROM (SELECT array_agg(id ORDER BY id) AS a FROM `+sql+`) x`).Scan(&list[0], &list[1]); err != nil {
			t.Fatal(err)
		}
		return list
	}
	kinds, teams, places := ids("categories"), ids("departments"), [2]string{"1", "2"}
	var facts []fact
	for i, n := range []int{3, 4, 5, 6, 7, 8, 9, 10} {
		for j := range n {
			f := fact{kinds[i&1], teams[i>>1&1], places[i>>2&1], "received", j%2 == 0, 0}
			if j%3 == 0 {
				f.status, f.said = "resolved", 1+j%3
			}
			facts = append(facts, f)
		}
	}
	for _, f := range facts {
		id := subject.NewID()
		if _, err := c.Pool.Exec(t.Context(), `INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, department_id, status, public, created_at, closed_at)
VALUES ('report', $1, $2, $3, $4, $5, $6, now() - interval '1 minute', CASE $5::text WHEN 'resolved' THEN now() END)`, id, f.category, f.district, f.department, f.status, f.public); err != nil {
			t.Fatal(err)
		}
	}
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	filter := casework.FigureFilter{From: now.Add(-time.Hour), To: now.Add(time.Hour), Zone: "Europe/Berlin"}
	remits := map[string][]subject.Remit{"everywhere": {{}}, "everywhere and in one place": {{Districts: places[:1]}, {}}}
	for mask := 1; mask < 8; mask++ {
		var r subject.Remit
		if mask&1 > 0 {
			r.Departments = teams[:1]
		}
		if mask&2 > 0 {
			r.Categories = kinds[:1]
		}
		if mask&4 > 0 {
			r.Districts = places[:1]
		}
		remits[fmt.Sprintf("limits %03b", mask)] = []subject.Remit{r}
		remits[fmt.Sprintf("limits %03b or another team", mask)] = []subject.Remit{r, {Departments: teams[1:], Districts: places[1:]}}
	}
	checks := 0
	for name, list := range remits {
		for _, role := range []subject.Role{subject.Analyst, subject.Admin, subject.TeamLead} {
			actor := accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{role}, Limits: make([]subject.Remit, len(list))}
			for i, r := range list {
				r.Role = role
				actor.Limits[i] = r
			}
			actor.Limits = append(actor.Limits, subject.Remit{Role: subject.Moderator}) // says nothing about figures
			actor.Roles = append(actor.Roles, subject.Moderator)
			for _, by := range casework.Bys() {
				for _, team := range []uuid.UUID{uuid.Nil, teams[0], teams[1]} {
					want := casework.FigureRow{}
					for _, f := range facts {
						if !actor.Covers(accounts.Place{Department: f.department, Category: f.category, District: f.district}, role) || team != uuid.Nil && team != f.department {
							continue
						}
						if want.In++; f.status == "resolved" {
							want.Out++
						} else {
							want.Open++
						}
					}
					filter.Department = team
					rows, err := casework.Figures(t.Context(), c.Pool, actor, by, filter)
					if err != nil {
						t.Fatalf("%s, %s by %s: %v", name, role, by, err)
					}
					got := casework.FigureRow{}
					for i := range rows {
						got.In, got.Out, got.Open = got.In+rows[i].In, got.Out+rows[i].Out, got.Open+rows[i].Open
					}
					if got.In != want.In || got.Out != want.Out || got.Open != want.Open {
						t.Errorf("%s, %s by %s of %s: %d in, %d out, %d open, want %d, %d, %d", name, role, by, team, got.In, got.Out, got.Open, want.In, want.Out, want.Open)
					}
					checks++
				}
			}
		}
	}
	if checks < 500 {
		t.Errorf("%d checks", checks)
	}
}

// TestStreetsWithinLimits: the map of streets is narrowed too, and a street where
// fewer than five lie outside is not shown: the public figure less this one
// would tell of them.
func TestStreetsWithinLimits(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, street := range []string{"Alleine", "Fastweg", "Beidgasse", "Fremdweg"} {
		exec(`INSERT INTO addresses (id, street, house_no, point)
SELECT gen_random_uuid(), $1, n::text, ST_SetSRID(ST_MakePoint(11.57 + n * 0.001, 48.137), 4326) FROM generate_series(0, 10) n`, street)
	}
	add := func(street, district string, n int) {
		t.Helper()
		exec(`INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, status, public, street, created_at)
SELECT 'report', gen_random_uuid(), (SELECT min(id::text)::uuid FROM categories), $2, 'received', true, (SELECT min(norm) FROM addresses WHERE street = $1), now() - interval '1 hour'
FROM generate_series(1, $3::int)`, street, district, n)
	}
	add("Alleine", "1", 6)
	add("Fastweg", "1", 7)
	add("Fastweg", "2", 4) // too few to be left over
	add("Beidgasse", "1", 5)
	add("Beidgasse", "2", 5)
	add("Fremdweg", "2", 9)
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	names := func(list []casework.StreetFigure, err error) map[string]int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, s := range list {
			got[s.Name] = s.N
		}
		return got
	}
	analyst := accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{subject.Analyst}, Limits: []subject.Remit{{Role: subject.Analyst, Districts: []string{"1"}}}}
	if got, want := fmt.Sprint(names(casework.StreetsOf(t.Context(), c.Pool, analyst, now, 10))), "map[Alleine:6 Beidgasse:5]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	all := fmt.Sprint(names(casework.Streets(t.Context(), c.Pool, now, 10)))
	if want := "map[Alleine:6 Beidgasse:10 Fastweg:11 Fremdweg:9]"; all != want {
		t.Errorf("in public %s, want %s", all, want)
	}
	analyst.Limits[0].Districts = nil
	if got := fmt.Sprint(names(casework.StreetsOf(t.Context(), c.Pool, analyst, now, 10))); got != all {
		t.Errorf("without limits %s", got)
	}
}
