package app

import "github.com/mitwirk/mitwirk/subject"

// radar fills a programme whose one measure is being changed by two people and
// is helped by a third.
func (c *town) radar() {
	c.t.Helper()
	c.person("writes a plan", subject.Editor, "")
	c.person("approves a plan", subject.Editor, "")
	c.person("helps a plan", "", "")
	c.exec(`INSERT INTO programmes (id, slug, name, public) VALUES (gen_random_uuid(), 'kanari', '{"de":"Programm"}', true)`)
	c.exec(`INSERT INTO programme_fields (id, programme_id, key, ord, name) SELECT gen_random_uuid(), id, 'feld', 0, '{"de":"Feld"}' FROM programmes`)
	c.exec(`INSERT INTO rating_questions (programme_id, key, ord, text, low, high)
		SELECT id, 'importance', 0, '{"de":"Wichtig?"}', '{"de":"nein"}', '{"de":"ja"}' FROM programmes`)
	c.exec(`INSERT INTO measures (id, programme_id, number, no, visibility, content, version)
		SELECT gen_random_uuid(), id, (2026::bigint << 30) + 4711, 1, 'public', '{"field":"feld","status":"running","texts":{"de":{"title":"Plan"}}}', 1 FROM programmes`)
	c.exec(`INSERT INTO measure_edits (id, measure_id, content, base, state, proposed_by, reviewed_by, publish_at)
		SELECT gen_random_uuid(), id, content, 1, 'approved', $1, $2, mitwirk_now() + interval '1 year' FROM measures`,
		c.actors["writes a plan"].Person, c.actors["approves a plan"].Person)
	c.person("asks for help", subject.Editor, "")
	c.person("says what came of it", subject.Editor, "")
	c.exec(`INSERT INTO help_requests (id, measure_id, kind, wanted, until_on, asked_by, approved_at, outcome_draft, outcome_by)
		SELECT gen_random_uuid(), id, 'testers', '{"de":"Wer hilft?"}', '2099-01-01', $1, mitwirk_now(), '{"de":"Drei haben geholfen."}', $2 FROM measures`,
		c.actors["asks for help"].Person, c.actors["says what came of it"].Person)
	c.person("hands in a release", subject.Editor, "")
	c.person("approves a release", subject.Editor, "")
	c.exec(`INSERT INTO release_drafts (id, programme_id, decided_on, state, made_by, reviewed_by)
		SELECT gen_random_uuid(), id, '2026-01-01', 'made', $1, $2 FROM programmes`, c.actors["hands in a release"].Person, c.actors["approves a release"].Person)
	c.exec(`INSERT INTO help_offers (request_id, person_id) SELECT id, $1 FROM help_requests`, c.actors["helps a plan"].Person)
	c.person("writes to who helps", subject.Editor, "")
	c.exec(`INSERT INTO help_messages (id, request_id, text, written_by) SELECT gen_random_uuid(), id, '{"de":"Es geht los."}', $1 FROM help_requests`,
		c.actors["writes to who helps"].Person)
	c.person("asks a department", subject.Editor, "")
	c.person("answers an inquiry", subject.Caseworker, "")
	c.person("releases an answer", subject.TeamLead, "")
	c.exec(`INSERT INTO inquiries (id, programme_id, title, year, due_on, fields, made_by)
		SELECT gen_random_uuid(), id, 'Stand der Vorhaben', 2026, '2099-01-01', '{yearly,status}', $1 FROM programmes`, c.actors["asks a department"].Person)
	c.exec(`INSERT INTO inquiry_answers (id, inquiry_id, measure_id, mail, state, body, handed_in_by, handed_in_at, released_by, released_at)
		SELECT gen_random_uuid(), q.id, m.id, 'stelle@example.org', 'released', '{"yearly":"Es geht voran."}', $1, mitwirk_now(), $2, mitwirk_now()
		FROM inquiries q, measures m`, c.actors["answers an inquiry"].Person, c.actors["releases an answer"].Person)
	c.person("edits a programme", subject.Editor, "")
	c.exec(`WITH p AS (INSERT INTO programmes (id, slug, name) VALUES (gen_random_uuid(), 'kanari-zwei', '{"de":"Programm mit Redaktion"}') RETURNING id)
		INSERT INTO programme_editors (programme_id, person_id) SELECT id, $1 FROM p`, c.actors["edits a programme"].Person)
	c.params["inquiry"] = c.column(`SELECT id::text FROM inquiries`)
	c.params["answer"] = c.column(`SELECT id::text FROM inquiry_answers`)
	c.params["measure"] = []string{subject.Number(2026<<30 + 4711).Format(subject.PrefixMeasure)}
	c.params["release"] = c.column(`SELECT id::text FROM release_drafts`)
	c.params["request"] = c.column(`SELECT id::text FROM help_requests`)
}
