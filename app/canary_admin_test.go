package app

import "github.com/mitwirk/mitwirk/subject"

// admin fills what the city sets up for itself: an invitation that was taken, a
// request for data of many people, and a set of districts.
func (c *town) admin() {
	c.t.Helper()
	c.person("invited", subject.Analyst, "")
	c.person("exporter", subject.TeamLead, "awm")
	c.person("approver", subject.Admin, "")
	c.exec(`INSERT INTO invitations (id, token_hash, contact_id, pseudonym, role, reason, invited_by, expires_at, used_at, used_by)
		SELECT gen_random_uuid(), 'kanariinvitationhash0kanariinvit', k.id, 'kanariinvited0', 'analyst', 'kanariinvitation0', $1, mitwirk_now() + interval '7 days', mitwirk_now(), $2
		FROM contacts k WHERE k.person_id = $2 LIMIT 1`, c.actors["approver"].Person, c.actors["invited"].Person)
	c.exec(`INSERT INTO export_requests (id, source, params, contacts, reason, n, asked_by, decided_by, decided_at, approved, expires_at)
		SELECT gen_random_uuid(), 'cases', jsonb_build_object('department', d.id), true, 'kanariexport0', 51, $1, $2, mitwirk_now(), true, mitwirk_now() + interval '1 day'
		FROM departments d WHERE d.key = 'awm'`, c.actors["exporter"].Person, c.actors["approver"].Person)
	c.exec(`INSERT INTO district_sets (id, source, filled_at) VALUES (gen_random_uuid(), 'bezirke.geojson', mitwirk_now())`)
	c.params["person"] = []string{c.actors["invited"].Person.String()}
	c.params["department"] = []string{"bau-lic", "awm"}
	c.params["question"] = []string{"art", "new"}
}
