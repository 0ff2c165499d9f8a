package reports_test

import (
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func queueOf(t *testing.T, c *reportstest.City) *casework.Queue {
	t.Helper()
	q, err := casework.NewQueue(casework.QueueConfig{
		DB: c.Pool, Catalogue: c.Categories, Domains: map[subject.Kind]casework.Domain{subject.Report: c.Reports.Bulk()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestQueue: pages, counts and the numbers beside them show the team's cases and
// nobody else's, by what reports tell casework.
func TestQueue(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	var made []reports.Receipt
	for i := range 3 {
		v, _ := c.Create(t, func(s *reports.Submission) { s.Text = fmt.Sprintf("Laterne %d", i) })
		made = append(made, v)
	}
	c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "wildermuell", categories.Answers{"was": {"haus"}}
	})
	clerk := c.Clerk(t, "bau-lic")
	l, err := q.List(t.Context(), clerk, casework.QueueFilter{}, casework.Page{Limit: 2})
	if err != nil || l.Count.N != 3 || len(l.Rows) != 2 || l.Next == "" {
		t.Fatalf("queue: %+v, %v", l, err)
	}
	rest, err := q.List(t.Context(), clerk, casework.QueueFilter{}, casework.Page{Limit: 2, After: l.Next})
	if err != nil || len(rest.Rows) != 1 || rest.Next != "" {
		t.Errorf("rest: %+v, %v", rest, err)
	}
	if next, err := q.After(t.Context(), clerk, casework.QueueFilter{}, l.Rows[1].Ref); err != nil || next != rest.Rows[0].Number {
		t.Errorf("behind the second comes %v, %v", next, err)
	}
	// what happens to a report shows in the list at once
	if _, err := c.Reports.MeToo(t.Context(), accountstest.Resident(t, c.Pool), made[0].Number, true); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, made[1].Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		query string
		want  int
	}{
		{"", 3},
		{"held=any", 3},
		{"held=photo", 0},
		{"metoo=1", 1},
		{"metoo=2", 0},
		{"status=in_progress", 1},
		{"status=in_progress&status=received", 3},
		{"team=bau-lic&who=nobody", 3},
		{"who=me", 0},
		{"state=closed", 0},
		{"state=all", 3},
		{"category=laterne-dunkel-falsch", 0},
		{"q=laterne", 3},
		{"q=atern", 3},
		{"q=Zeppelin", 0},
		{"q=" + made[2].Number.Format(subject.PrefixReport), 1},
		{"photo=yes", 0},
		{"photo=no", 3},
		{"channel=web", 3},
		{"channel=phone", 0},
		{"reopened=1", 0},
		{"objection=1", 0},
		{"notes=1", 0},
		{"resubmit=due", 0},
		{"moved=1", 0},
		{"paused=1", 0},
		{"waiting=1", 0},
		{"answered=1", 0},
		{"fixed=1", 0},
		{"due=late", 0},
		{"due=late3", 0},
		{"object=any", 0},
		{"event=" + uuid.NewString(), 0},
		{"from=2020-01-01&to=2099-01-01&since=2020-01-01&till=2099-01-01", 3},
		{"from=2099-01-01", 0},
		{"bbox=5,40,6,41", 0},
		{"near=5,40&m=100", 0},
		{"area=11.5_48.1~11.7_48.1~11.6_48.2", 3},
		{"area=11.5_48.1~11.501_48.1~11.501_48.101", 0},
		{"sort=new", 3},
		{"sort=old", 3},
	} {
		values, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		f, err := casework.ParseQueue(values, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
			continue
		}
		l, err := q.List(t.Context(), clerk, f, casework.Page{})
		if err != nil || len(l.Rows) != tt.want || l.Count.N != tt.want {
			t.Errorf("%s finds %d of %d, want %d; %v", tt.query, len(l.Rows), l.Count.N, tt.want, err)
		}
	}
	if _, err := q.List(t.Context(), clerk, casework.QueueFilter{Teams: []string{"bau-gar"}}, casework.Page{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team: %v", err)
	}
	for _, who := range []accounts.Actor{accountstest.Visitor(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Staff(t, c.Pool, subject.Moderator)} {
		if _, err := q.List(t.Context(), who, casework.QueueFilter{}, casework.Page{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v: %v", who.Roles, err)
		}
	}
	if l, err := q.List(t.Context(), c.Clerk(t, "gsr"), casework.QueueFilter{State: "all"}, casework.Page{}); err != nil || l.Count.N != 0 {
		t.Errorf("another team sees %d, %v", l.Count.N, err)
	}
	if tile, err := q.Tile(t.Context(), clerk, casework.QueueFilter{}, 0, 0, 0); err != nil || len(tile) == 0 {
		t.Errorf("tile: %d bytes, %v", len(tile), err)
	}
	if tile, err := q.Tile(t.Context(), c.Clerk(t, "gsr"), casework.QueueFilter{}, 0, 0, 0); err != nil || len(tile) != 0 {
		t.Errorf("tile of another team: %d bytes, %v", len(tile), err)
	}
}

// TestNoFigureAboutPeople: a list of one colleague's cases has no count, and
// what somebody has finished is no list at all.
func TestNoFigureAboutPeople(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	c.Create(t)
	lead, other := c.Clerk(t, "bau-lic", subject.TeamLead), c.Clerk(t, "bau-lic")
	l, err := q.List(t.Context(), lead, casework.QueueFilter{Who: other.Person.String()}, casework.Page{})
	if err != nil || !l.Count.None || l.Count.N != 0 {
		t.Errorf("a colleague's cases are counted: %+v, %v", l.Count, err)
	}
	counts, err := q.Counts(t.Context(), lead, []casework.QueueFilter{{Who: other.Person.String()}, {Who: "me"}})
	if err != nil || !counts[0].None || counts[1].None {
		t.Errorf("counts %+v, %v", counts, err)
	}
	_, err = casework.ParseQueue(url.Values{"who": {other.Person.String()}, "state": {"closed"}}, time.UTC)
	if !fault.Is(err, fault.BadRequest) {
		t.Errorf("what a colleague has finished: %v", err)
	}
}

// TestBulk: a preview changes nothing and says what apply then does; parallel
// applications of one step change each case once; the undo leaves alone what
// somebody has changed since.
func TestBulk(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	for range 4 {
		c.Create(t)
	}
	clerk := c.Clerk(t, "bau-lic")
	rows, more, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
	if err != nil || more || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	chosen := func() (list []casework.Chosen) {
		rows, _, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			list = append(list, casework.Chosen{Ref: r.Ref, Version: r.Version})
		}
		return list
	}
	set := casework.BulkAction{Kind: casework.BulkStatus, Status: &casework.StatusStep{To: "in_progress"}}
	if err := c.Reports.SetStatus(t.Context(), clerk, rows[0].Number, reports.Change{To: reports.InProgress}); err != nil {
		t.Fatal(err)
	}
	rows, _, err = q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	before := chosen()
	items, err := q.Preview(t.Context(), clerk, set, rows)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, it := range items {
		if it.Why != "" {
			refused++
		}
	}
	if after := chosen(); refused != 1 || fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the preview refuses %d, want 1; before %v, after %v", refused, before, after)
	}

	id := subject.NewID()
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if err := q.Apply(t.Context(), clerk, id, set, before); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("apply: %v", err)
			}
		})
	}
	all.Wait()
	b, err := q.BatchOf(t.Context(), clerk, id)
	if err != nil || b.N["done"] != 3 || b.N["refused"] != 1 {
		t.Fatalf("batch %+v, %v", b, err)
	}
	var steps int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM timeline_entries WHERE key = 'status.in_progress'`).Scan(&steps); err != nil || steps != 4 {
		t.Errorf("%d steps in public, want 4; %v", steps, err)
	}
	if _, err := q.BatchOf(t.Context(), c.Clerk(t, "bau-lic"), id); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's step: %v", err)
	}
	// somebody goes on with one of them: the undo leaves it alone
	var moved subject.Number
	for _, it := range b.Items {
		if it.State == "done" {
			moved = it.Number
		}
	}
	if err := c.Reports.AddStep(t.Context(), clerk, moved, reports.Step{Kind: reports.StepVisited}); err != nil {
		t.Fatal(err)
	}
	if err := q.Undo(t.Context(), clerk, id); err != nil {
		t.Fatal(err)
	}
	if b, err = q.BatchOf(t.Context(), clerk, id); err != nil || b.N["undone"] != 2 || b.N["stays"] != 1 || b.UndoneAt == nil {
		t.Errorf("after the undo: %+v, %v", b, err)
	}
}

// TestBulkKinds: each kind does what it says, and its undo brings back what was.
func TestBulkKinds(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	c.Create(t)
	clerk := c.Clerk(t, "bau-lic", subject.TeamLead)
	garden, err := accounts.DepartmentByKey(t.Context(), c.Pool, "bau-gar")
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := casework.DayOf(time.Now().AddDate(0, 0, 2), time.UTC) // a day ahead of the database's
	for _, tt := range []struct {
		name   string
		action casework.BulkAction
		undone int
	}{
		{"assign", casework.BulkAction{Kind: casework.BulkAssign, Person: clerk.Person}, 1},
		{"priority", casework.BulkAction{Kind: casework.BulkPriority, Priority: casework.High}, 1},
		{"note", casework.BulkAction{Kind: casework.BulkNote, Note: "Leiter nötig"}, 1},
		{"resubmission", casework.BulkAction{Kind: casework.BulkResubmit, Day: &tomorrow, Note: "nachsehen"}, 1},
		{"move", casework.BulkAction{Kind: casework.BulkMove, Department: garden.ID, Note: "Baumschnitt nötig"}, 1},
	} {
		rows, _, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
		if err != nil || len(rows) != 1 {
			t.Fatalf("%s: %d rows, %v", tt.name, len(rows), err)
		}
		id := subject.NewID()
		if err := q.Apply(t.Context(), clerk, id, tt.action, []casework.Chosen{{Ref: rows[0].Ref, Version: rows[0].Version}}); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		b, err := q.BatchOf(t.Context(), clerk, id)
		if err != nil || b.N["done"] != 1 {
			t.Fatalf("%s: %+v, %v", tt.name, b, err)
		}
		if err := q.Undo(t.Context(), clerk, id); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if b, err = q.BatchOf(t.Context(), clerk, id); err != nil || b.N["undone"] != tt.undone {
			t.Errorf("%s: after the undo %+v, %v", tt.name, b, err)
		}
	}
	rows, _, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
	if err != nil || len(rows) != 1 || rows[0].Person != uuid.Nil || rows[0].Priority != casework.Normal {
		t.Errorf("in the end: %+v, %v", rows, err)
	}
}

// TestBulkAfterTheRoleIsGone: a step is refused when the role is taken between
// choosing and applying.
func TestBulkAfterTheRoleIsGone(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	rows, _, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
	if err != nil || len(rows) != 1 {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), `DELETE FROM role_grant_limits WHERE grant_id IN (SELECT id FROM role_grants WHERE person_id = $1)`, clerk.Person); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, clerk.Person); err != nil {
		t.Fatal(err)
	}
	if clerk.Session == uuid.Nil {
		t.Fatal("the builder makes no session: rights are read with one only")
	}
	err = q.Apply(t.Context(), clerk, subject.NewID(), casework.BulkAction{Kind: casework.BulkPriority, Priority: casework.High}, []casework.Chosen{{Ref: rows[0].Ref}})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("without the role: %v", err)
	}
}

// TestShortlist: stops in order, ticked off, seen by nobody else, gone with the case.
func TestShortlist(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	for range 3 {
		c.Create(t)
	}
	clerk := c.Clerk(t, "bau-lic")
	today, err := casework.Today(t.Context(), c.Pool, q.Zone())
	if err != nil {
		t.Fatal(err)
	}
	rows, _, err := q.Select(t.Context(), clerk, casework.QueueFilter{}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	var refs []subject.Ref
	for _, r := range rows {
		refs = append(refs, r.Ref)
	}
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if _, err := q.AddStops(t.Context(), clerk, today, refs); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("add: %v", err)
			}
		})
	}
	all.Wait()
	if err := q.Tick(t.Context(), clerk, today, refs[1], true); err != nil {
		t.Fatal(err)
	}
	if err := q.Arrange(t.Context(), clerk, today, &subject.Point{Lon: 11.57, Lat: 48.13}, "Marienplatz 1"); err != nil {
		t.Fatal(err)
	}
	l, err := q.ShortlistOf(t.Context(), clerk, today)
	if err != nil || len(l.Stops) != 3 || l.StartAt != "Marienplatz 1" {
		t.Fatalf("%+v, %v", l, err)
	}
	done := 0
	for _, s := range l.Stops {
		if s.Done != nil {
			done++
		}
	}
	if done != 1 {
		t.Errorf("%d ticked off, want 1", done)
	}
	if l, err := q.ShortlistOf(t.Context(), c.Clerk(t, "bau-lic"), today); err != nil || len(l.Stops) != 0 {
		t.Errorf("a colleague sees %d stops, %v", len(l.Stops), err)
	}
	if _, err := q.AddStops(t.Context(), c.Clerk(t, "gsr"), today, refs); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team adds: %v", err)
	}
	if err := q.DropStop(t.Context(), clerk, today, refs[0]); err != nil {
		t.Fatal(err)
	}
	if err := q.Tick(t.Context(), clerk, today, refs[0], true); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stop that is gone: %v", err)
	}
}

// TestViews: one name once, one's own and the team's, for whoever may.
func TestViews(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	clerk, colleague := c.Clerk(t, "bau-lic"), c.Clerk(t, "bau-lic")
	lights, err := accounts.DepartmentByKey(t.Context(), c.Pool, "bau-lic")
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if err := q.KeepView(t.Context(), clerk, casework.View{Name: " Alte  Lampen ", Filter: casework.QueueFilter{Sort: "old"}}); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("keep: %v", err)
			}
		})
	}
	all.Wait()
	if err := q.KeepView(t.Context(), clerk, casework.View{Name: "Team", Team: lights.ID, Filter: casework.QueueFilter{Fixed: true}}); err != nil {
		t.Fatal(err)
	}
	own, err := q.Views(t.Context(), clerk)
	if err != nil || len(own) != 2 || own[0].Name != "Alte Lampen" || own[0].Filter.Sort != "old" {
		t.Fatalf("%+v, %v", own, err)
	}
	theirs, err := q.Views(t.Context(), colleague)
	if err != nil || len(theirs) != 1 || theirs[0].Name != "Team" || theirs[0].Mine {
		t.Errorf("a colleague sees %+v, %v", theirs, err)
	}
	if err := q.DropView(t.Context(), colleague, own[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a colleague deletes: %v", err)
	}
	if err := q.DropView(t.Context(), c.Clerk(t, "bau-lic", subject.TeamLead), own[1].ID); err != nil {
		t.Errorf("the lead deletes: %v", err)
	}
	if err := q.KeepView(t.Context(), c.Clerk(t, "gsr"), casework.View{Name: "x", Team: lights.ID}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team keeps: %v", err)
	}
}
