package app

import "github.com/mitwirk/mitwirk/subject"

// moderation fills what moderators work with: a notice about a text that is
// public, a decision with its statement and an appeal, a warning, a copy for the
// police, and a text that was hidden.
func (c *town) moderation() {
	c.t.Helper()
	c.person("flagger", subject.Resident, "")
	c.person("decider", subject.Moderator, "")
	c.person("hearer", subject.Moderator, "")
	flagger, decider, hearer := c.actors["flagger"].Person, c.actors["decider"].Person, c.actors["hearer"].Person
	const shown = `(SELECT id FROM reports WHERE text LIKE '%kanaritextshown0%')`
	c.exec(`INSERT INTO mod_items (id, subject_kind, subject_id, part, part_id, harm, due_at)
		SELECT gen_random_uuid(), 'report', r, 'text', r, 2, mitwirk_now() + interval '1 day' FROM ` + shown + ` AS x (r)`)
	const item = `(SELECT id FROM mod_items WHERE subject_id = ` + shown + `)`
	c.exec(`INSERT INTO flags (id, number, item_id, content_version, content_hash, exact_url, ground, category, explanation, legal_ref,
			notifier_kind, notifier_key, person_id, contact_id, name, good_faith)
		SELECT gen_random_uuid(), (2026::bigint << 30) + 77, `+item+`, 1, 'x', 'kanariflagurl0', 'rule', 'rule2', 'kanariflagtext0 mit Erklärung', 'kanariflaglaw0',
			'account', $1, $1, (SELECT id FROM contacts WHERE person_id = $1 LIMIT 1), 'kanariflagname0', true`, flagger)
	c.exec(`WITH d AS (
			INSERT INTO decisions (id, puid, batch_id, item_id, subject_kind, subject_id, part, part_id, content_version, content_hash, author_id, action, visibility,
				ground, rule_no, explanation, facts, source, category, content_type, content_date, asked_at, decided_by, second_by, appeal_until, was_public)
			SELECT gen_random_uuid(), 'mw-canary', gen_random_uuid(), i.id, i.subject_kind, i.subject_id, 'text', i.subject_id, 1, 'x', $3, 'label', 'LABELLED',
				'INCOMPATIBLE', 2, 'kanaridecision0', 'kanarifacts0', 'ARTICLE_16', 'x', '{x}', mitwirk_now(), mitwirk_now(), $1, $2, mitwirk_now() + interval '6 months', false
			FROM mod_items i WHERE i.id = `+item+`
			RETURNING *
		), s AS (
			INSERT INTO statements (id, batch_id, recipient, recipient_key, person_id, contact_id, contact_known, lang, body, rendered_hash, channel)
			SELECT gen_random_uuid(), batch_id, 'author', subject_id, $3, (SELECT id FROM contacts WHERE person_id = $3 LIMIT 1), false, 'de', 'kanaristatement0', 'x', 'page' FROM d
			RETURNING id
		), x AS (
			INSERT INTO appeals (id, decision_id, by_whom, appellant_key, person_id, text, deadline, first_by, first_second, handler, outcome, reasons, decided_at)
			SELECT gen_random_uuid(), id, 'author', subject_id, $3, 'kanariappeal0', mitwirk_now(), $1, $2, $4, 'upheld', 'kanarianswer0', mitwirk_now() FROM d
		), y AS ( -- while it waits, no job forgets the sealed photo
			INSERT INTO appeals (id, decision_id, by_whom, appellant_key, text, deadline, first_by, first_second)
			SELECT gen_random_uuid(), id, 'notifier', gen_random_uuid(), '', mitwirk_now() + interval '1 month', $1, $2 FROM d
		)
		INSERT INTO statement_decisions SELECT s.id, d.id FROM s, d`, decider, c.actors["approver"].Person, c.actors["owner"].Person, hearer)
	c.exec(`INSERT INTO mod_openers (subject_id, person_id) SELECT id, $1 FROM decisions`, c.actors["owner"].Person)
	c.exec(`INSERT INTO restrictions (id, person_id, kind, state, item_id, warned_at, warned_by, reason, days, asked_by, second_by)
		VALUES (gen_random_uuid(), $1, 'notices', 'refused', `+item+`, '2031-05-17 12:00+00', $2, 'kanariwarning0', 7, $2, $3)`, c.actors["owner"].Person, decider, hearer)
	c.exec(`INSERT INTO sealed_copies (id, item_id, authority, file_number, reason, blob, sha256, second_half, asked_by)
		VALUES (gen_random_uuid(), `+item+`, 'kanariauthority0', 'kanarifilenumber0', 'kanaricopy0', 'sealed/kanariblob0.bin', 'x', 'kanarihalf0kanarihalf0kanarihalf', $1)`, decider)
	c.exec(`INSERT INTO sealed_copies (id, item_id, authority, reason, blob, sha256, asked_by, approved_by, approved_at)
		VALUES (gen_random_uuid(), `+item+`, 'x', 'x', 'x', 'x', $1, $2, mitwirk_now())`, decider, hearer)
	c.exec(`INSERT INTO attachment_sealed (id, attachment_id, n, redactions, blob, secret)
		SELECT d.id, a.id, 2, '[]', 'photos/kanarisealedblob0.bin', 'kanarisealedkey0kanarisealedkey0' FROM decisions d, attachments a LIMIT 1`)
	c.exec(`INSERT INTO report_hidden (report_id, part, part_id, text_public)
		SELECT id, 'whole', id, 'kanarihidden0' FROM reports WHERE text LIKE '%kanaritextshown0%'`)
	c.exec(`UPDATE hold_rules SET changed_by = $1 WHERE kind = 'link'`, hearer)
	c.params["mod_item"] = c.column(`SELECT id::text FROM mod_items`)
	c.params["mod_appeal"] = c.column(`SELECT id::text FROM appeals`)
	c.params["mod_copy"] = c.column(`SELECT id::text FROM sealed_copies`)
	c.params["mod_account"] = c.column(`SELECT id::text FROM restrictions`)
	c.params["puid"] = c.column(`SELECT puid FROM decisions`)
	c.params["flag"] = []string{subject.Number(2026<<30 + 77).Format("H")}
}

// column reads the first column of a query as text.
func (c *town) column(sql string) []string {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), sql)
	c.must(err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		c.must(rows.Scan(&v))
		out = append(out, v)
	}
	c.must(rows.Err())
	return out
}
