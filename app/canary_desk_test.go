package app

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// desk fills what the team keeps beside its cases: filters, steps over many cases,
// the way of a day, rules, a big event. What is somebody's own stands there twice:
// from the clerk in charge and from a colleague in the same department.
func (c *town) desk() {
	c.t.Helper()
	clerk, mate := c.actors["clerk in charge"].Person, c.actors["second decider"].Person
	dept := c.actors["clerk in charge"].Departments[0]

	c.exec(`INSERT INTO saved_views (id, person_id, department_id, name, query) VALUES
		(gen_random_uuid(), $1, NULL, 'kanarimyview0', 'q=kanarimyquery0'),
		(gen_random_uuid(), $2, NULL, 'kanarimateview0', 'q=kanarimatequery0'),
		(gen_random_uuid(), $2, $3, 'kanariteamview0', 'q=kanariteamquery0')`, clerk, mate, dept)
	for who, sign := range map[uuid.UUID]string{clerk: "my", mate: "mate"} {
		id := subject.NewID()
		c.exec(`INSERT INTO batches (id, person_id, action) VALUES ($1, $2, jsonb_build_object('kind', 'note', 'note', 'kanari' || $3 || 'batch0'))`, id, who, sign)
		c.exec(`INSERT INTO batch_items (batch_id, subject_kind, subject_id, state, before, version)
			SELECT $1, 'report', id, 'done', jsonb_build_object('priority', 'normal', 'clerk', 'kanari' || $2 || 'before0'), 1 FROM reports WHERE number = $3`, id, sign, int64(c.numbers["held"]))
		c.params["batch"] = append(c.params["batch"], id.String())
	}
	const today = `(mitwirk_now() AT TIME ZONE 'Europe/Berlin')::date`
	c.exec(`INSERT INTO shortlists (person_id, day, start_at, start) VALUES
		($1, `+today+`, ST_SetSRID(ST_MakePoint(11.591919, 48.151515), 4326), 'Kanarimystart0 1'),
		($2, `+today+`, ST_SetSRID(ST_MakePoint(11.592929, 48.152525), 4326), 'Kanarimatestart0 1')`, clerk, mate)
	c.exec(`INSERT INTO shortlist_items (person_id, day, subject_kind, subject_id, position, done_at)
		SELECT s.person_id, s.day, 'report', r.id, 1, CASE s.person_id WHEN $1 THEN timestamptz '2031-08-09 12:00Z' ELSE '2031-08-10 12:00Z' END
		FROM shortlists s, reports r WHERE r.number = $2`, clerk, int64(c.numbers["held"]))

	// a rule, and who changed it
	c.person("named by a rule", subject.Caseworker, "bau-lic")
	c.person("rule maker", subject.Admin, "")
	c.exec(`WITH r AS (
			INSERT INTO routing_rules (stage, id, position, name, expr, department_id, person_id)
			VALUES ('live', gen_random_uuid(), 1, 'Sturm', '{"is": "words", "in": ["orkan"]}', $1, $2)
			RETURNING id
		)
		INSERT INTO routing_rule_versions (rule_id, n, change, rule, changed_by)
		SELECT id, 1, 'added', jsonb_build_object('id', id, 'name', 'Sturm', 'when', '{"is": "words", "in": ["orkan"]}'::jsonb, 'department', $1, 'person', $2, 'active', true), $3 FROM r`,
		dept, c.actors["named by a rule"].Person, c.actors["rule maker"].Person)
	c.params["rule"] = append(c.column(`SELECT id::text FROM routing_rules`), "new")

	// who had the mail about missed targets; who answered for an event and had the answer
	c.person("reminded", subject.TeamLead, "bau-lic")
	c.exec(`INSERT INTO missed_digests (person_id, day) VALUES ($1, '2031-08-11')`, c.actors["reminded"].Person)
	c.person("answered for an event", subject.TeamLead, "bau-lic")
	c.exec(`INSERT INTO umbrella_events (id, title, text, from_at, to_at) VALUES
		(gen_random_uuid(), '{"de": "Sturm", "en": "Storm"}', '{"de": "Viele Lampen sind dunkel.", "en": "Many lamps are dark."}', mitwirk_now() - interval '2 hours', mitwirk_now() - interval '1 hour')`)
	c.exec(`INSERT INTO umbrella_members (event_id, subject_kind, subject_id)
		SELECT e.id, 'report', r.id FROM umbrella_events e, reports r WHERE r.number = ANY ($1)`, []int64{int64(c.numbers["held"]), int64(c.numbers["shown"]), int64(c.numbers["private"])})
	c.exec(`INSERT INTO umbrella_answers (id, event_id, department_id, made_by, answer, done_at)
		SELECT gen_random_uuid(), id, $1, $2, '{"words": {"de": "Wir arbeiten daran.", "en": "We are working on it."}}', mitwirk_now() FROM umbrella_events`, dept, c.actors["answered for an event"].Person)
	c.exec(`INSERT INTO umbrella_mailed (answer_id, contact_id)
		SELECT a.id, k.id FROM umbrella_answers a, contacts k WHERE k.address = 'kanaricontactshown0@beispiel.example'`)
	c.params["event"] = c.column(`SELECT id::text FROM umbrella_events`)
}

// hide takes a report out as moderation does.
func (c *town) hide(name string) {
	c.t.Helper()
	c.do(func(tx pgx.Tx) error {
		var id uuid.UUID
		if err := tx.QueryRow(c.t.Context(), `SELECT id FROM reports WHERE number = $1`, int64(c.numbers[name])).Scan(&id); err != nil {
			return err
		}
		return c.app.reports.Moderated().Hide(c.t.Context(), tx, subject.PartOf(subject.Ref{Kind: subject.Report, ID: id}, subject.Whole, uuid.Nil))
	})
}
