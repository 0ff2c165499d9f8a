package categories

import (
	"slices"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, err := New(Config{DB: tx, Bus: eventstest.New(t, tx).Bus})
	if err != nil {
		t.Fatal(err)
	}
	same := func(s string) i18n.Text { return i18n.Text{"de": s, "en": s} }
	kind := func(key string) Category {
		return Category{
			Key: key, Group: "anliegen", Department: "lotse", Name: same(key), Kinds: []string{"report"}, Publish: PublishAtOnce, Photo: PhotoOptional,
			TargetOn: true, Retention: DefaultRetention(), Active: true,
		}
	}
	c := &Catalogue{
		Departments: []Department{{Key: "lotse", Name: same("Lotsenstelle"), Door: "desk"}},
		Groups:      []Group{{Key: "anliegen", Name: same("Anliegen")}},
		Categories:  []Category{kind("muell"), kind("ampel")},
	}
	if _, err := s.Add(t.Context(), accounts.Actor{}, c); fault.As(err) == nil {
		t.Errorf("a visitor: %v", err)
	}
	made, err := s.Add(t.Context(), accounts.System, c)
	if err != nil || !slices.Equal(made, []string{"muell", "ampel"}) {
		t.Fatal(made, err)
	}
	second := kind("muell")
	second.Name = same("Anders")
	c.Categories = []Category{second, kind("baum")}
	if made, err = s.Add(t.Context(), accounts.System, c); err != nil || !slices.Equal(made, []string{"baum"}) {
		t.Fatal(made, err)
	}
	got, err := s.Catalogue(t.Context())
	if err != nil || len(got.Categories) != 3 || len(got.Groups) != 1 || got.ByKey("muell").Name.In("de") != "muell" {
		t.Errorf("%+v, %v", got, err)
	}
	if d, ok := got.Department("lotse"); !ok || got.ByKey("baum").Department != d.Key {
		t.Errorf("department %+v", d)
	}
	raw, err := s.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(raw); err != nil { // what an import made can be exported, edited and imported
		t.Errorf("%v\n%s", err, raw)
	}
	c.Categories = []Category{{Key: "ohne", Group: "keine", Department: "lotse"}}
	if _, err := s.Add(t.Context(), accounts.System, c); err == nil {
		t.Error("a category of no group")
	}
}
