package app

// comments fills a discussion with one comment that everybody may read were its
// thing there, one that waits and one that is hidden, and votes that are held.
func (c *town) comments() {
	c.t.Helper()
	author, other := c.actors["other resident"].Person, c.actors["clerk in charge"].Person
	const thing = `'01985f00-0000-7000-8000-00000000c0de'::uuid`
	c.exec(`INSERT INTO comments (id, number, subject_kind, subject_id, author_id, author_name, text, redacted_from, visibility, before)
		SELECT gen_random_uuid(), (2026::bigint << 30) + 771000 + n, 'idea', `+thing+`, $1, 'kanariname' || n, 'kanarisaid' || n, 'kanaricovered' || n, v, CASE WHEN v = 'hidden' THEN 'public' ELSE '' END
		FROM unnest(ARRAY['public', 'held', 'hidden']) WITH ORDINALITY AS x (v, n)`, author)
	c.exec(`INSERT INTO comment_versions (comment_id, version, stance, text, at)
		SELECT id, 1, '', 'kanaribefore' || number, mitwirk_now() FROM comments WHERE author_id = $1`, author)
	c.exec(`INSERT INTO comment_mentions (comment_id, person_id) SELECT id, $2 FROM comments WHERE author_id = $1`, author, other)
	c.exec(`WITH v AS (INSERT INTO voters (id, scope, level) VALUES (gen_random_uuid(), 'kanari', 0) RETURNING id),
		h AS (INSERT INTO vote_holds (id, scope, subject_kind, subject_id, aspect, pattern, net, from_at, to_at, state, decided_by, decided_at, reason)
			VALUES (gen_random_uuid(), 'kanari', 'idea', `+thing+`, 'support', 'one_source', sha256('kanarinet0'), mitwirk_now(), mitwirk_now(), 'void', $1, mitwirk_now(), 'kanarireason771') RETURNING id),
		t AS (INSERT INTO vote_traces (subject_kind, subject_id, aspect, voter_id, value, net, domain, fresh)
			SELECT 'idea', `+thing+`, 'support', id, 1, sha256('kanarinet1'), sha256('kanaridomain1'), true FROM v),
		b AS (INSERT INTO votes (subject_kind, subject_id, aspect, voter_id, value, state, receipt)
			SELECT 'idea', `+thing+`, 'support', id, 1, 'void', sha256('kanarireceipt1') FROM v)
		INSERT INTO vote_hold_items (hold_id, voter_id) SELECT h.id, v.id FROM h, v`, c.actors["moderator"].Person)
}
