package site

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	s, err := New(Config{DB: tx, Bus: eventstest.New(t, tx).Bus})
	if err != nil {
		t.Fatal(err)
	}
	return s, tx
}

func munich() City {
	c := DefaultCity()
	c.Name = i18n.Text{"de": "München", "en": "Munich"}
	c.Centre = subject.Point{Lon: 11.5755, Lat: 48.1374}
	c.Area = &subject.BBox{West: 11.36, South: 48.06, East: 11.72, North: 48.25}
	c.Contacts = Contacts{Phone: "115", Mail: "post@example.org", Address: "Marienplatz 8\n80331 München"}
	c.Demo = true
	c.OpeningHours = "Mo-Fr 07:00-18:00"
	return c
}

func city(t *testing.T, s *Service) City {
	t.Helper()
	c, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCity(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	if diff := cmp.Diff(DefaultCity(), city(t, s)); diff != "" {
		t.Errorf("before anybody set it (-want +got):\n%s", diff)
	}
	if err := s.SetCity(t.Context(), accounts.System, munich()); err != nil {
		t.Fatal(err)
	}
	got := city(t, s)
	if diff := cmp.Diff(munich(), got); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
	if got.Zone().String() != "Europe/Berlin" {
		t.Errorf("zone %s", got.Zone())
	}
	if types := eventstest.Types(t.Context(), t, tx, SettingsChanged{}.Subject()); !slices.Equal(types, []string{"settings.changed"}) {
		t.Errorf("events %v", types)
	}
	// a field that an older version did not know has its default
	if _, err := tx.Exec(t.Context(), `UPDATE settings SET value = value - 'targets' - 'languages' - 'zoom'`); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := city(t, s); !c.Targets || c.Zoom != 11 || !slices.Equal(c.Languages, []string{"de", "en"}) || c.Name.In("en") != "Munich" {
		t.Errorf("defaults of missing fields: %+v", c)
	}
}

func TestCityDefault(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	m := munich()
	s, err := New(Config{DB: tx, Default: &m})
	if err != nil {
		t.Fatal(err)
	}
	if c := city(t, s); c.Name.In("de") != "München" {
		t.Errorf("%+v", c)
	}
	if err := s.SetCity(t.Context(), accounts.System, m); err == nil {
		t.Error("a change without a bus")
	}
	m.TimeZone = "Munich"
	if _, err := New(Config{DB: tx, Default: &m}); err == nil {
		t.Error("a default that can't be")
	}
}

func TestCityValidate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, field string
		change      func(c *City)
	}{
		{"right", "", func(*City) {}},
		{"no name", "name", func(c *City) { c.Name = i18n.Text{"en": "Munich"} }},
		{"no zone", "time_zone", func(c *City) { c.TimeZone = "" }},
		{"the machine's zone", "time_zone", func(c *City) { c.TimeZone = "Local" }},
		{"no place", "centre", func(c *City) { c.Centre.Lat = math.NaN() }},
		{"zoom", "zoom", func(c *City) { c.Zoom = math.NaN() }},
		{"area turned round", "area", func(c *City) { c.Area.West, c.Area.East = c.Area.East, c.Area.West }},
		{"no German", "languages", func(c *City) { c.Languages = []string{"en"} }},
		{"unknown language", "languages", func(c *City) { c.Languages = []string{"de", "xx"} }},
		{"phone", "phone", func(c *City) { c.Contacts.Phone = "ruf an" }},
		{"mail", "mail", func(c *City) { c.Contacts.Mail = "Stadt <post@example.org>" }},
		{"hours", "opening_hours", func(c *City) { c.OpeningHours = "7 bis 18" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := munich()
			tt.change(&c)
			err := c.Validate()
			if tt.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if f := fault.As(err); f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != tt.field {
				t.Errorf("got %v, want one field %s", err, tt.field)
			}
		})
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	person := func(r subject.Role) accounts.Actor {
		return accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{r}}
	}
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  fault.Kind // "": may
	}{
		{"visitor", accounts.Actor{}, fault.NotFound},
		{"resident", person(subject.Resident), fault.NotFound},
		{"clerk", person(subject.Caseworker), fault.Forbidden},
		{"editor", person(subject.Editor), fault.Forbidden},
		{"admin", person(subject.Admin), ""},
		{"the product", accounts.System, ""},
	} {
		for what, err := range map[string]error{
			"city":    s.SetCity(t.Context(), tt.actor, munich()),
			"setting": SetSetting(t.Context(), s, tt.actor, "limits", 5),
			"text":    s.SetText(t.Context(), tt.actor, "rules", "de", "Regeln"),
		} {
			if what == "text" && tt.actor.Has(subject.Editor) {
				if err != nil {
					t.Errorf("an editor, text: %v", err)
				}
				continue
			}
			if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
				t.Errorf("%s, %s: %v", tt.name, what, err)
			}
		}
	}
}

func TestSetting(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	type limits struct{ Hour, Burst int }
	fallback := limits{60, 20}
	if got, err := Setting(t.Context(), s, "limits", fallback); err != nil || got != fallback {
		t.Errorf("not set: %v, %v", got, err)
	}
	if err := SetSetting(t.Context(), s, accounts.System, "limits", limits{10, 2}); err != nil {
		t.Fatal(err)
	}
	if got, err := Setting(t.Context(), s, "limits", fallback); err != nil || got != (limits{10, 2}) {
		t.Errorf("set: %v, %v", got, err)
	}
	if got, err := Setting(t.Context(), s, "limits", "text"); err == nil || got != "text" {
		t.Errorf("another type: %v, %v", got, err)
	}
	for _, key := range []string{"", "City", "city", "ä", strings.Repeat("x", 81)} {
		if err := SetSetting(t.Context(), s, accounts.System, key, 1); !fault.Is(err, fault.Invalid) {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	text := func(lang string) string {
		t.Helper()
		body, ok, err := s.Text(t.Context(), "rules", lang)
		if err != nil || ok != (body != "") {
			t.Fatalf("%q, %t, %v", body, ok, err)
		}
		return body
	}
	set := func(lang, body string) {
		t.Helper()
		if err := s.SetText(t.Context(), accounts.System, "rules", lang, body); err != nil {
			t.Fatal(err)
		}
	}
	if got := text("de"); got != "" {
		t.Errorf("nobody wrote it: %q", got)
	}
	set("de", "Regeln")
	if text("de") != "Regeln" || text("en") != "Regeln" || text("de-x-leicht") != "Regeln" {
		t.Error("German stands in")
	}
	set("en", "Rules")
	if text("en") != "Rules" {
		t.Error("English")
	}
	set("en", "  ")
	if text("en") != "Regeln" {
		t.Error("taken away")
	}
	if err := s.SetText(t.Context(), accounts.System, "Rules", "x!", strings.Repeat("x", MaxText+1)); fault.As(err).Kind != fault.Invalid || len(fault.As(err).Fields) != 3 {
		t.Errorf("three wrong fields: %v", err)
	}
}
