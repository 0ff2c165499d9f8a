package categories

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

func TestChangeCategory(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, err := New(Config{DB: pool, Bus: eventstest.New(t, pool).Bus, Zone: berlin(t)})
	if err != nil {
		t.Fatal(err)
	}
	mustImport(t, s, demoCatalogue(t))
	admin := accountstest.Admin(t, pool)
	c := stored(t, s)
	lamp := c.ByKey("laterne")
	was := lamp.Fingerprint()
	rename := func(k *Category) error { k.Name = i18n.Text{"de": "Lampe", "en": "Lamp"}; return nil }
	for _, who := range []accounts.Actor{{}, accountstest.Resident(t, pool), accountstest.Staff(t, pool, subject.TeamLead, c.Departments[0].ID)} {
		if err := s.ChangeCategory(t.Context(), who, "laterne", was, rename); err == nil {
			t.Error("somebody else than an admin changes the catalogue")
		}
	}
	if err := s.ChangeCategory(t.Context(), admin, "laterne", was, rename); err != nil {
		t.Fatal(err)
	}
	if err := s.ChangeCategory(t.Context(), admin, "laterne", was, rename); err != nil {
		t.Errorf("sent twice: %v", err)
	}
	if err := s.ChangeCategory(t.Context(), admin, "laterne", was, func(k *Category) error { k.NearM = 99; return nil }); !fault.Is(err, fault.Conflict) {
		t.Errorf("somebody was faster: %v", err)
	}
	// the answer that a later question leans on can't go, the question can
	err = s.ChangeCategory(t.Context(), admin, "laterne", "", func(k *Category) error {
		i := slices.IndexFunc(k.Questions, func(q Question) bool { return q.Key == "art" })
		k.Questions[i].Options = slices.DeleteFunc(k.Questions[i].Options, func(o Option) bool { return o.Key == "mehrere" })
		return nil
	})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("an answer that others lean on: %v", err)
	}
	if err := s.ChangeCategory(t.Context(), admin, "laterne", "", func(k *Category) error {
		k.Questions = slices.DeleteFunc(k.Questions, func(q Question) bool { return q.Key == "zahl" })
		k.Active = false
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	next := stored(t, s)
	k := next.ByKey("laterne")
	if _, there := k.Question("zahl"); there || k.Active || k.Name["de"] != "Lampe" || slices.ContainsFunc(next.Categories, func(c Category) bool { return c.Key == "laterne" }) {
		t.Errorf("after the change: %+v", k)
	}
	var rows int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM questions WHERE key = 'zahl' AND category_id = $1 AND NOT active`, k.ID).Scan(&rows); err != nil || rows != 1 {
		t.Errorf("the question is kept: %d, %v", rows, err)
	}
	if err := s.ChangeCategory(t.Context(), admin, "laterne", "", func(k *Category) error { k.Active = true; return nil }); err != nil {
		t.Fatal(err)
	}
	// everything that was not touched is as it was
	want := *lamp
	want.Name, want.Questions = k.Name, slices.DeleteFunc(slices.Clone(lamp.Questions), func(q Question) bool { return q.Key == "zahl" })
	if diff := cmp.Diff(want, *stored(t, s).ByKey("laterne")); diff != "" {
		t.Errorf("changed besides:\n%s", diff)
	}
	// whatever is edited can be written to a file and read again
	file, err := s.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(file); err != nil {
		t.Errorf("the export can't be read: %v", err)
	}
	lines, _, err := accounts.AuditLines(t.Context(), pool, admin, accounts.AuditFilter{Action: "category."})
	if err != nil || len(lines) != 3 || lines[2].Fields[0] != "name" {
		t.Errorf("log %+v, %v", lines, err)
	}
	// two editors who saw the same: one of them is told
	was = stored(t, s).ByKey("gehweg").Fingerprint()
	errs := make(chan error, 64)
	for i := range 64 {
		go func() {
			errs <- s.ChangeCategory(t.Context(), admin, "gehweg", was, func(k *Category) error { k.NearM = 100 + i; return nil })
		}()
	}
	ok := 0
	for range 64 {
		if err := <-errs; err == nil {
			ok++
		} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
	}
	if ok != 1 {
		t.Errorf("%d of 64 changed what they saw", ok)
	}
}

func TestAddCategory(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	mustImport(t, s, demoCatalogue(t))
	admin := accountstest.Admin(t, tx)
	k := Category{
		Key: "brunnen-neu", Group: "gruen", Department: "bau-ing", Name: i18n.Text{"de": "Brunnen", "en": "Fountain"},
		Publish: PublishAtOnce, Photo: PhotoOptional, Days: 5, TargetOn: true, Retention: DefaultRetention(), Active: true,
	}
	if err := s.AddCategory(t.Context(), admin, k); err != nil {
		t.Fatal(err)
	}
	if err := s.AddCategory(t.Context(), admin, k); fault.As(err).Fields[0].Key != "admin.err.key_taken" {
		t.Errorf("twice: %v", err)
	}
	k.Key, k.Department, k.NearM, k.Name = "x1", "nix", 9999, i18n.Text{"de": "Y"}
	if err := s.AddCategory(t.Context(), admin, k); len(fault.As(err).Fields) != 3 {
		t.Errorf("wrong entries: %v", err)
	}
	if got := stored(t, s).ByKey("brunnen-neu"); got == nil || got.Kinds[0] != "report" {
		t.Errorf("added: %+v", got)
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	none := func(string) bool { return false }
	for text, want := range map[string]string{
		"Wie groß ist es?": "wie-gross-ist-es", "12 Äpfel": "aepfel", "???": "x", "Ein sehr langer Text über alles Mögliche": "ein-sehr-langer-text-ueb",
	} {
		if got := KeyOf(text, none); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := KeyOf("Art", func(k string) bool { return k == "art" }); got != "art-2" {
		t.Errorf("taken: %q", got)
	}
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	admin := accountstest.Admin(t, tx)
	day := func(d string) time.Time {
		at, err := time.Parse(time.DateOnly, d)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	works := func(d string) bool {
		c, err := s.Calendar(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.IsWorkingDay(day(d).Add(12 * time.Hour))
	}
	y, err := s.Holidays(t.Context(), admin, 2027)
	if err != nil || len(y.Days) != 13 || y.Own || y.Days[2].Name["de"] != "Karfreitag" || !y.Days[2].Day.Equal(day("2027-03-26")) {
		t.Errorf("by law: %+v, %v", y, err)
	}
	if err := s.AddHoliday(t.Context(), admin, day("2027-02-09"), i18n.Text{"de": "Faschingsdienstag"}); err != nil {
		t.Fatal(err)
	}
	if works("2027-02-09") || works("2027-03-26") {
		t.Error("the day that was added, or one of the law, is a working day")
	}
	if err := s.RemoveHoliday(t.Context(), admin, day("2027-01-06")); err != nil {
		t.Fatal(err)
	}
	if !works("2027-01-06") || works("2027-02-09") || works("2027-03-26") || works("2028-01-06") {
		t.Error("Epiphany of 2027 was taken out, and nothing else")
	}
	if err := s.FillHolidays(t.Context(), admin, 2027); err != nil {
		t.Fatal(err)
	}
	if works("2027-01-06") {
		t.Error("filling brings the day back")
	}
	if y, err = s.Holidays(t.Context(), admin, 2027); err != nil || len(y.Days) != 14 || !y.Own {
		t.Errorf("filled: %+v, %v", y, err)
	}
	if err := s.RemoveHoliday(t.Context(), admin, day("2027-01-07")); !fault.Is(err, fault.NotFound) {
		t.Errorf("no holiday: %v", err)
	}
	if err := s.FillHolidays(t.Context(), accountstest.Staff(t, tx, subject.Moderator), 2027); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a moderator: %v", err)
	}
}
