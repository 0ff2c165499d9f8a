package app

// organisations fills two: one whose name is its members' and the teams' only,
// and one that shows its name beside a report whose text is released.
func (c *town) organisations() {
	c.t.Helper()
	c.person("of the firm", "", "") // owns both, is never asked for
	boss, member := c.actors["of the firm"].Person, c.actors["member of the firm"].Person
	c.exec(`INSERT INTO organisations (id, name, shown) VALUES (gen_random_uuid(), 'Kanarifirma0', false), (gen_random_uuid(), 'Kanariverein0', true)`)
	c.exec(`INSERT INTO organisation_members (organisation_id, person_id, role, name) SELECT id, $1, 'owner', 'Kanariboss0' FROM organisations`, boss)
	c.exec(`INSERT INTO organisation_members (organisation_id, person_id, role, name) SELECT id, $1, 'member', 'Kanarimitglied0' FROM organisations WHERE NOT shown`, member)
	c.exec(`INSERT INTO organisation_invitations (id, token_hash, organisation_id, contact_id, role, invited_by, expires_at)
		SELECT gen_random_uuid(), 'kanariorginvitehash0kanariorginv', o.id, k.id, 'member', $1, mitwirk_now() + interval '7 days'
		FROM organisations o, contacts k WHERE NOT o.shown AND k.person_id = $1 LIMIT 1`, boss)
	c.exec(`INSERT INTO report_organisations (report_id, organisation_id, name)
		SELECT r.id, o.id, 'Kanarifirmafrueher0' FROM reports r, organisations o WHERE r.number = $1 AND NOT o.shown`, int64(c.numbers["held"]))
	c.exec(`INSERT INTO report_organisations (report_id, organisation_id, name, name_read)
		SELECT r.id, o.id, 'Kanarivereinfrueher0', true FROM reports r, organisations o WHERE r.number = $1 AND o.shown`, int64(c.numbers["shown"]))
	c.params["organisation"] = c.column(`SELECT id::text FROM organisations`)
}
