package app

// notices fills an inbox, wishes, and what is followed and to be mailed.
func (c *town) notices() {
	c.t.Helper()
	reader := c.actors["other resident"].Person
	number := int64(c.numbers["shown"])
	c.exec(`INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, geom, centre, radius_m, label)
		SELECT gen_random_uuid(), 'person', $1, 'area', '{"kanari": "kanariarea0"}', 'kanariareahash0', ST_Envelope(ST_Buffer(p, 0.01)), p, 100, 'kanariplace0'
		FROM (SELECT ST_SetSRID(ST_MakePoint(11.71234, 48.21234), 4326) AS p) AS x`, reader)
	c.exec(`INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, district_ref)
		VALUES (gen_random_uuid(), 'person', $1, 'area', '{"kanari": "kanariarea1"}', 'kanariareahash1', 'kanaridistrict0')`, reader)
	c.exec(`INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, anchor)
		VALUES (gen_random_uuid(), 'person', $1, 'search', '{"text": "kanarisearch0", "terms": [{"stems": ["kanarisearch0"]}]}', 'kanarisearchhash0', 'kanarianchor0')`, reader)
	c.exec(`INSERT INTO push_subscriptions (endpoint_hash, id, person_id, endpoint, p256dh, auth, lang)
		VALUES ('kanaripushhash0', gen_random_uuid(), $1, 'https://push.example/kanaripush0', sha512('kanarikey0') || '\x01', substring(sha256('kanariauth0') FOR 16), 'de')`, reader)
	c.exec(`INSERT INTO notices (id, person_id, event_id, subject_kind, subject_id, kind, what, at, read_at)
		SELECT gen_random_uuid(), $1, 0, 'report', r.id, 'followed', 'new', mitwirk_now(), '2031-04-04 12:00Z' FROM reports r WHERE r.number = $2`, reader, number)
	c.exec(`INSERT INTO notice_preferences (person_id, kind, cadence) VALUES ($1, 'own', 'daily')`, reader)
	c.exec(`INSERT INTO quiet_hours (person_id, from_minute, to_minute) VALUES ($1, 1320, 420)`, reader)
	c.exec(`INSERT INTO deliveries (id, event_id, contact_id, subject_kind, subject_id, kind, what, lang, cadence, at, due_at)
		SELECT gen_random_uuid(), 0, k.id, 'report', r.id, 'followed', 'status', 'de', 'daily', mitwirk_now(), mitwirk_now() + interval '1 day'
		FROM reports r, contacts k WHERE r.number = $1 ORDER BY k.person_id = $2 DESC LIMIT 1`, number, reader)
}
