package categories

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

func edited(t *testing.T) (*Service, db.DB, accounts.Actor) {
	t.Helper()
	pool := dbtest.DB(t)
	s, err := New(Config{DB: pool, Bus: eventstest.New(t, pool).Bus, Zone: berlin(t)})
	if err != nil {
		t.Fatal(err)
	}
	mustImport(t, s, demoCatalogue(t))
	return s, pool, accountstest.Admin(t, pool)
}

func audited(t *testing.T, d db.DB, action string) (n int) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE action = $1`, action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEditGroups(t *testing.T) {
	t.Parallel()
	s, d, admin := edited(t)
	before := stored(t, s)
	name := func(de, en string) func(*Group) error {
		return func(g *Group) error { g.Name = i18n.Text{i18n.German: de, i18n.English: en}; return nil }
	}
	fresh := Group{Key: "neues", Name: i18n.Text{"de": "Neues", "en": "New things"}}
	for _, who := range []accounts.Actor{{}, accountstest.Resident(t, d), accountstest.Staff(t, d, subject.TeamLead, before.Departments[0].ID)} {
		for what, err := range map[string]error{
			"adds": s.AddGroup(t.Context(), who, fresh), "changes": s.ChangeGroup(t.Context(), who, "weg", "", name("A", "B")),
			"moves": s.MoveGroup(t.Context(), who, "weg", false), "removes": s.RemoveGroup(t.Context(), who, "weg"),
		} {
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("somebody else than an admin %s a group: %v", what, err)
			}
		}
	}
	g, _ := before.Group("weg")
	was := g.Fingerprint()
	for range 2 { // sent twice
		if err := s.ChangeGroup(t.Context(), admin, "weg", was, name("Wege", "Ways")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.ChangeGroup(t.Context(), admin, "weg", was, name("Straßen", "Roads")); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody was faster: %v", err)
	}
	if err := s.ChangeGroup(t.Context(), admin, "weg", "", name("Wege", strings.Repeat("x", 121))); !fault.Is(err, fault.Invalid) {
		t.Errorf("too long: %v", err)
	}
	if err := s.RemoveGroup(t.Context(), admin, "weg"); !fault.Is(err, fault.Conflict) {
		t.Errorf("removed with its categories: %v", err)
	}
	if err := s.AddGroup(t.Context(), admin, Group{Key: "weg", Name: fresh.Name}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key twice: %v", err)
	}
	if err := s.AddGroup(t.Context(), admin, fresh); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveGroup(t.Context(), admin, "neues", true); err != nil {
		t.Fatal(err)
	}
	after := stored(t, s)
	keys := keysOf(after.Groups, func(g Group) string { return g.Key })
	if at := slices.Index(keys, "neues"); at != len(before.Groups)-1 || after.Groups[0].Name["de"] != "Wege" {
		t.Errorf("groups %v, the first is %v", keys, after.Groups[0].Name)
	}
	if len(after.Categories) != len(before.Categories) {
		t.Errorf("%d categories, there were %d", len(after.Categories), len(before.Categories))
	}
	if err := s.RemoveGroup(t.Context(), admin, "neues"); err != nil {
		t.Fatal(err)
	}
	if _, there := stored(t, s).Group("neues"); there {
		t.Error("removed and still there")
	}
	if err := s.AddGroup(t.Context(), admin, fresh); err != nil {
		t.Errorf("it comes back under its key: %v", err)
	}
	if a, c, r := audited(t, d, "category_group.add"), audited(t, d, "category_group.change"), audited(t, d, "category_group.remove"); a != 2 || c != 2 || r != 1 {
		t.Errorf("the log knows %d, %d, %d", a, c, r)
	}
}

// TestEditGroupsAtOnce: 64 editors move one group down at the same time; each
// place is taken once.
func TestEditGroupsAtOnce(t *testing.T) {
	t.Parallel()
	s, _, admin := edited(t)
	n := len(stored(t, s).Groups)
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			if err := s.MoveGroup(t.Context(), admin, "weg", false); err != nil {
				t.Errorf("move: %v", err)
			}
		})
	}
	wait.Wait()
	groups := stored(t, s).Groups
	keys := keysOf(groups, func(g Group) string { return g.Key })
	slices.Sort(keys)
	if len(slices.Compact(keys)) != n || groups[n-1].Key != "weg" {
		t.Errorf("%d groups of %d, the last is %s", len(keys), n, groups[n-1].Key)
	}
}

func TestEditStops(t *testing.T) {
	t.Parallel()
	s, d, admin := edited(t)
	c := stored(t, s)
	danger, ok := c.Stop("gefahr")
	if !ok || len(c.LeadTo("gefahr")) == 0 {
		t.Fatal("the demo has no page for danger")
	}
	retitle := func(stop *Stop) error {
		stop.Title, stop.Tel = i18n.Text{"de": "Ist es gefährlich?", "en": "Is it dangerous?"}, []string{"112"}
		return nil
	}
	for _, who := range []accounts.Actor{{}, accountstest.Resident(t, d), accountstest.Staff(t, d, subject.Moderator)} {
		for what, err := range map[string]error{
			"adds": s.AddStop(t.Context(), who, danger), "changes": s.ChangeStop(t.Context(), who, "gefahr", "", retitle), "removes": s.RemoveStop(t.Context(), who, "gefahr"),
		} {
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("somebody else than an admin %s a stop page: %v", what, err)
			}
		}
	}
	was := danger.Fingerprint()
	for range 2 {
		if err := s.ChangeStop(t.Context(), admin, "gefahr", was, retitle); err != nil {
			t.Fatal(err)
		}
	}
	now, _ := stored(t, s).Stop("gefahr")
	if now.Title["de"] != "Ist es gefährlich?" || !slices.Equal(now.Tel, []string{"112"}) || !sameText(now.Text, danger.Text) {
		t.Errorf("%+v", now)
	}
	if err := s.ChangeStop(t.Context(), admin, "gefahr", was, func(stop *Stop) error { stop.Hard = true; return nil }); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody was faster: %v", err)
	}
	for name, change := range map[string]func(*Stop) error{
		"no words":   func(stop *Stop) error { stop.Text = i18n.Text{"de": "Nur Deutsch"}; return nil },
		"no number":  func(stop *Stop) error { stop.Tel = []string{"javascript:1"}; return nil },
		"many calls": func(stop *Stop) error { stop.Tel = []string{"1", "2", "3", "4", "5"}; return nil },
	} {
		if err := s.ChangeStop(t.Context(), admin, "gefahr", "", change); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.RemoveStop(t.Context(), admin, "gefahr"); !fault.Is(err, fault.Conflict) {
		t.Errorf("answers lead to it: %v", err)
	}
	fresh := Stop{Key: "eis", Title: i18n.Text{"de": "Eis", "en": "Ice"}, Text: i18n.Text{"de": "Bitte gehen Sie nicht darauf.", "en": "Please don't walk on it."}}
	if err := s.AddStop(t.Context(), admin, fresh); err != nil {
		t.Fatal(err)
	}
	if err := s.AddStop(t.Context(), admin, fresh); !fault.Is(err, fault.Invalid) {
		t.Errorf("a key twice: %v", err)
	}
	if err := s.RemoveStop(t.Context(), admin, "eis"); err != nil {
		t.Fatal(err)
	}
	if _, there := stored(t, s).Stop("eis"); there {
		t.Error("removed and still there")
	}
	if a, ch, r := audited(t, d, "stop_page.add"), audited(t, d, "stop_page.change"), audited(t, d, "stop_page.remove"); a != 1 || ch != 1 || r != 1 {
		t.Errorf("the log knows %d, %d, %d", a, ch, r)
	}
}
