package app

// practice fills the practice desk of a clerk: nobody else ever sees it.
func (c *town) practice() {
	c.t.Helper()
	c.exec(`INSERT INTO practice_desks (person_id, cases, expires_at)
		VALUES ($1, '{"lamp": {"status": "received", "release": "released", "public": "Kanariuebung0", "since": "2026-01-01T00:00:00Z"}}', mitwirk_now() + interval '12 hours')`,
		c.actors["clerk in charge"].Person)
	c.params["practice"] = []string{"lamp"}
}
