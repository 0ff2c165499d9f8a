package site

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// TestRoleIsGone: what an editor of the site changes stands in the log, and whoever
// lost the role since the page was opened changes nothing.
func TestRoleIsGone(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	now, err := db.Now(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	number, err := s.storeBarrier(t.Context(), Barrier{ID: subject.NewID(), Page: "/map", Text: "Ich komme nicht weiter.", Lang: "de"})
	if err != nil {
		t.Fatal(err)
	}
	until := now.Add(time.Hour)
	runs := Message{ID: subject.NewID(), Kind: Info, Text: i18n.Text{"de": "Heute bis 12 Uhr", "en": "Until noon today"}, From: now.Add(-time.Hour), To: until}
	if err := s.PutMessage(t.Context(), accounts.System, runs); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(actor accounts.Actor) error{
		"city":    func(a accounts.Actor) error { return s.SetCity(t.Context(), a, munich()) },
		"setting": func(a accounts.Actor) error { return SetSetting(t.Context(), s, a, "test.setting", true) },
		"text":    func(a accounts.Actor) error { return s.SetText(t.Context(), a, "page.imprint", "de", "Neu") },
		"version": func(a accounts.Actor) error { return s.SaveText(t.Context(), a, "page.help", "de", "Neu", 0) },
		"message": func(a accounts.Actor) error {
			return s.PutMessage(t.Context(), a, Message{ID: subject.NewID(), Kind: Info, Text: i18n.Text{"de": "Heute bis 12 Uhr", "en": "Until noon today"}, From: now, To: until})
		},
		"end of a message": func(a accounts.Actor) error { return s.EndMessage(t.Context(), a, runs.ID) },
		"barrier":          func(a accounts.Actor) error { return s.FinishBarrier(t.Context(), a, number, true) },
	} {
		admin := accountstest.Staff(t, tx, subject.Admin)
		if err := write(admin); err != nil {
			t.Errorf("%s by an admin: %v", name, err)
		}
		var lines int
		if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM audit_log WHERE actor = $1 AND (action LIKE 'site.%' OR action = 'city.change')`, admin.Person).Scan(&lines); err != nil || lines != 1 {
			t.Errorf("%s: %d lines in the log, %v", name, lines, err)
		}
		if _, err := tx.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, admin.Person); err != nil {
			t.Fatal(err)
		}
		if err := write(admin); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s by somebody who was an admin: %v", name, err)
		}
	}
}
