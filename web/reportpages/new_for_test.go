package reportpages

import (
	"strings"
	"testing"
)

// TestReportForOrganisation: whoever acts for one chooses whom the report is
// for; whoever does not is not asked. One that they have left is told.
func TestReportForOrganisation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.send(b.toQuestions("Laterne aus", "laterne", "Rosenheimer Straße"), "q_art", "eine")
	p.at(stepContact)
	if p.Find("input[name=organisation]").Length() != 0 {
		t.Error("somebody without an organisation is asked")
	}
	exec := func(sql string) {
		t.Helper()
		_, err := s.Pool.Exec(t.Context(), sql)
		must(t, err)
	}
	exec(`INSERT INTO organisations (id, name) VALUES ('01900000-0000-7000-8000-000000000001', 'Verein Lindenhof')`)
	exec(`INSERT INTO organisation_members (organisation_id, person_id, role, name)
		SELECT o.id, d.person_id, 'owner', 'Anna' FROM organisations o, drafts d`)
	p = b.get(p.path)
	if p.Find("fieldset legend").First().Text() == "" || p.Find(`input[name=organisation][value=""][checked]`).Length() != 1 {
		t.Fatalf("the choice: %s", text(p.Find("form.wizform")))
	}
	id, _ := p.Find(`input[name=organisation]:not([value=""])`).Attr("value")
	contact := p.path
	p = b.send(p, "organisation", id)
	p.at(stepCheck)
	p.wants("dl.check", "Für Verein Lindenhof")
	if b.get(contact).Find(`input[name=organisation][checked]`).AttrOr("value", "") != id {
		t.Error("the choice is forgotten")
	}
	exec(`DELETE FROM organisation_members`)
	p = b.send(b.get(strings.Replace(contact, "contact", "check", 1)), "do", "send")
	p.wants(".errsum", "Für diese Organisation können Sie nicht mehr melden.")
	exec(`INSERT INTO organisation_members (organisation_id, person_id, role, name)
		SELECT o.id, d.person_id, 'owner', 'Anna' FROM organisations o, drafts d`)
	p = b.send(b.get(strings.Replace(contact, "contact", "check", 1)), "do", "send")
	p.wants("h1", "Danke. Ihre Meldung ist da.")
	if s.count(t, "report_organisations") != 1 || s.count(t, "report_owners") != 0 {
		t.Error("it belongs to the wrong one")
	}
}
