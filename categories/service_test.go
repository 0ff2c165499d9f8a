package categories

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

func setup(t *testing.T) (*Service, db.DB) {
	t.Helper()
	tx := dbtest.Tx(t)
	s, err := New(Config{DB: tx, Bus: eventstest.New(t, tx).Bus, Zone: berlin(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s, tx
}

func mustImport(t *testing.T, s *Service, c *Catalogue) Imported {
	t.Helper()
	done, err := s.Import(t.Context(), accounts.System, c)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func stored(t *testing.T, s *Service) *Catalogue {
	t.Helper()
	c, err := s.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestImportExport(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	want := demoCatalogue(t)
	if got := stored(t, s); len(got.Categories) != 0 || got.Unknown() != nil {
		t.Fatalf("before the import: %d categories", len(got.Categories))
	}
	done := mustImport(t, s, want)
	if done.Categories != 36 || done.Questions != 100 || len(done.Retired) != 0 {
		t.Errorf("imported %+v", done)
	}
	if diff := cmp.Diff(want, stored(t, s), sameCatalogue); diff != "" {
		t.Errorf("read from the database (-file +database):\n%s", diff)
	}
	raw, err := s.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(raw)
	if err != nil {
		t.Fatalf("the export: %v", err)
	}
	if diff := cmp.Diff(want, again, sameCatalogue); diff != "" {
		t.Errorf("exported and read again (-want +got):\n%s", diff)
	}
	if got := eventstest.Types(t.Context(), t, tx, CatalogueChanged{}.Subject()); !slices.Equal(got, []string{"catalogue.changed"}) {
		t.Errorf("events: %v", got)
	}
}

// TestImportAgain: ids stay, what is gone is switched off but can be found, and
// comes back with its id.
func TestImportAgain(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	mustImport(t, s, demoCatalogue(t))
	before := stored(t, s)
	if _, err := tx.Exec(t.Context(), `UPDATE departments SET mail = 'mse@example.org' WHERE key = 'mse'`); err != nil {
		t.Fatal(err)
	}

	fewer := demoCatalogue(t)
	fewer.Categories = slices.DeleteFunc(fewer.Categories, func(k Category) bool { return k.Key == "plakat" })
	k := &fewer.Categories[0]
	k.Name = i18n.Text{"de": "Loch", "en": "Hole"}
	k.Questions = k.Questions[:1]
	k.Questions[0].Options = k.Questions[0].Options[1:]
	fewer.Signposts = fewer.Signposts[1:]
	done := mustImport(t, s, fewer)
	if !slices.Equal(done.Retired, []string{"plakat"}) {
		t.Errorf("retired %v", done.Retired)
	}
	after := stored(t, s)
	if len(after.Categories) != 35 || len(after.Signposts) != 9 {
		t.Errorf("%d categories, %d signposts", len(after.Categories), len(after.Signposts))
	}
	old, was := after.ByKey("plakat"), before.ByKey("plakat")
	if old == nil || old.Active || old.ID != was.ID || after.ByID(was.ID) != old {
		t.Errorf("the retired category: %+v", old)
	}
	if _, err := s.ByKey(t.Context(), "plakat"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a retired category is offered: %v", err)
	}
	hole := after.ByKey("schlagloch")
	if hole.ID != before.ByKey("schlagloch").ID || hole.Questions[0].ID != before.ByKey("schlagloch").Questions[0].ID {
		t.Error("ids have changed")
	}
	if hole.Name.In("de") != "Loch" || len(hole.Questions) != 1 || len(hole.Questions[0].Options) != 3 {
		t.Errorf("the changed category: %+v", hole)
	}
	var mail string
	if err := tx.QueryRow(t.Context(), `SELECT mail FROM departments WHERE key = 'mse'`).Scan(&mail); err != nil || mail == "" {
		t.Errorf("the department's address is gone: %q, %v", mail, err)
	}

	mustImport(t, s, demoCatalogue(t))
	if diff := cmp.Diff(before, stored(t, s), cmpopts.IgnoreUnexported(Catalogue{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("all back with the same ids (-before +after):\n%s", diff)
	}
}

func TestImportRights(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	c := demoCatalogue(t)
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  fault.Kind
	}{
		{"a visitor", accounts.Actor{}, fault.NotFound},
		{"a clerk", accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{subject.Caseworker}}, fault.Forbidden},
	} {
		if _, err := s.Import(t.Context(), tt.actor, c); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if got := stored(t, s); len(got.Categories) != 0 {
		t.Error("something was written")
	}
	admin := accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{subject.Admin}}
	if _, err := s.Import(t.Context(), admin, c); err != nil {
		t.Errorf("an admin: %v", err)
	}
}

// TestImportWhole: an import that fails half-way leaves nothing behind.
func TestImportWhole(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	mustImport(t, s, demoCatalogue(t))
	before := stored(t, s)
	broken := demoCatalogue(t)
	broken.Categories = broken.Categories[:3]
	broken.Categories[2].Publish = "X" // the database refuses it
	if _, err := s.Import(t.Context(), accounts.System, broken); err == nil {
		t.Fatal("a broken catalogue was imported")
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, stored(t, s), cmpopts.IgnoreUnexported(Catalogue{})); diff != "" {
		t.Errorf("something has changed (-before +after):\n%s", diff)
	}
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	mustImport(t, s, demoCatalogue(t))
	first := stored(t, s)
	if stored(t, s) != first {
		t.Error("the catalogue is read again each time")
	}
	other, err := New(Config{DB: tx, Zone: berlin(t)})
	if err != nil {
		t.Fatal(err)
	}
	theirs := stored(t, other)
	fewer := demoCatalogue(t)
	fewer.Categories = fewer.Categories[:5]
	mustImport(t, s, fewer)
	if got := stored(t, s); got == first || len(got.Categories) != 5 {
		t.Errorf("own import not seen: %d", len(got.Categories))
	}
	if stored(t, other) != theirs {
		t.Error("another process can't know yet")
	}
	if err := other.Reload(t.Context()); err != nil || len(stored(t, other).Categories) != 5 {
		t.Errorf("after Reload: %d, %v", len(stored(t, other).Categories), err)
	}
	if _, err := other.Import(t.Context(), accounts.System, fewer); err == nil {
		t.Error("an import without a bus")
	}
}

func TestServiceTime(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	c := demoCatalogue(t)
	c.Departments[0].Hours, _ = ParseHours("Sa 10:00-12:00")
	key := c.Departments[0].Key
	mustImport(t, s, c)
	if _, err := tx.Exec(t.Context(), `INSERT INTO holidays (region, day) VALUES ('DE-BY', '2026-03-16'), ('DE-NW', '2026-03-17')`); err != nil {
		t.Fatal(err)
	}
	dbtest.SetNow(t, tx, time.Date(2026, 3, 13, 20, 0, 0, 0, berlin(t))) // a Friday
	at, open, err := s.NextReading(t.Context(), "")
	if err != nil || open || at.Format("2006-01-02 15:04") != "2026-03-17 07:00" {
		t.Errorf("the city reads %s, open %t, %v", at, open, err)
	}
	at, _, err = s.NextReading(t.Context(), key)
	if err != nil || at.Format("2006-01-02 15:04") != "2026-03-14 10:00" {
		t.Errorf("the department reads %s, %v", at, err)
	}
	cal, err := s.Calendar(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := cal.AddWorkingDays(time.Date(2026, 3, 13, 20, 0, 0, 0, berlin(t)), 1).Format(time.DateOnly); got != "2026-03-17" {
		t.Errorf("target: %s", got)
	}
	got, err := s.Suggest(t.Context(), "Der Gehweg ist glatt", nil)
	if err != nil || len(got.Categories) == 0 || got.Categories[0].Category.Key != "winter" {
		t.Errorf("in March: %v, %v", keys(got), err)
	}
	if got.Categories[0].Category != stored(t, s).ByKey("winter") {
		t.Error("a suggestion is not of the snapshot")
	}
}
