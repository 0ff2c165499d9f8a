package app

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// competed fills a contest with a team, an entry that nobody else may see and a
// member of the jury who says something about it.
func (c *town) competed() {
	c.t.Helper()
	ctx, s := c.t.Context(), c.app.ideas
	owner, other, clerk := c.actors["owner"], c.actors["other resident"], c.actors["clerk in charge"]
	call := ideas.Blueprint(ideas.KindContest, time.Now().AddDate(0, 0, -10))
	call.Department, call.Title, call.Text = clerk.Departments[0], i18n.Text{"de": "Wettbewerb für den Platz"}, i18n.Text{"de": "Wir suchen Lösungen."}
	n, err := s.SaveCall(ctx, accounts.System, call)
	c.must(err)
	var id uuid.UUID
	c.must(c.app.cfg.Pool.QueryRow(ctx, `SELECT id FROM calls WHERE number = $1`, int64(n)).Scan(&id))
	c.params["call"] = append(c.params["call"], n.Format(subject.PrefixCall))
	// the finalists are named: from then on a team reads why it is none of them
	c.exec(`INSERT INTO contests (call_id, named_at) VALUES ($1, mitwirk_now())`, id)
	c.exec(`INSERT INTO contest_challenges (id, call_id, ord, title, text) VALUES (gen_random_uuid(), $1, 0, '{"de": "Aufgabe"}', '{"de": "Lösen."}')`, id)
	c.must(s.PublishCall(ctx, accounts.System, n))
	team, entry, juror := subject.NewID(), subject.NewID(), subject.NewID()
	c.do(func(tx pgx.Tx) error {
		for _, q := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO contest_teams (id, call_id, name) VALUES ($1, $2, 'Kanaricontestteam0')`, []any{team, id}},
			{`INSERT INTO contest_members (call_id, person_id, team_id, lead) VALUES ($1, $2, $3, true)`, []any{id, owner.Person, team}},
			{`INSERT INTO contest_jury (id, call_id, person_id, shown_name) VALUES ($1, $2, $3, 'Kanaricontestjury0')`, []any{juror, id, other.Person}},
			{`INSERT INTO contest_entries (id, call_id, team_id, challenge_id, state, title, summary, plan, needs, reason, win_reason, sent_at)
			  SELECT $1, $2, $3, h.id, 'sent', 'Kanaricontesttitle0', 'kanaricontestsummary0', 'kanaricontestplan0', 'kanaricontestneeds0',
			         'kanaricontestreason0', 'kanaricontestwin0', mitwirk_now() FROM contest_challenges h WHERE h.call_id = $2`, []any{entry, id, team}},
			{`INSERT INTO contest_reviews (entry_id, juror_id, conflict, why, reason) VALUES ($1, $2, false, 'kanaricontestwhy0', 'kanaricontestopinion0')`, []any{entry, juror}},
			{`INSERT INTO contest_invitations (token_hash, call_id, team_id, expires_at) VALUES ('kanaricontestinvitation0', $1, $2, mitwirk_now() + interval '1 day')`, []any{id, team}},
		} {
			if _, err := tx.Exec(ctx, q.sql, q.args...); err != nil {
				return err
			}
		}
		return nil
	})
	c.employeesOnly(call)
}

// employeesOnly publishes a contest that nobody outside may know of.
func (c *town) employeesOnly(call ideas.Call) {
	c.t.Helper()
	ctx, s := c.t.Context(), c.app.ideas
	call.StaffOnly, call.Title = true, i18n.Text{"de": "Kanarinurintern0"}
	n, err := s.SaveCall(ctx, accounts.System, call)
	c.must(err)
	c.params["call"] = append(c.params["call"], n.Format(subject.PrefixCall))
	c.exec(`INSERT INTO contests (call_id) SELECT id FROM calls WHERE number = $1`, int64(n))
	c.exec(`INSERT INTO contest_challenges (id, call_id, ord, title, text) SELECT gen_random_uuid(), id, 0, '{"de": "Aufgabe"}', '{"de": "Lösen."}' FROM calls WHERE number = $1`, int64(n))
	c.must(s.PublishCall(ctx, accounts.System, n))
}

// contestSources tell whose the rows of a contest are: the team's, the office's
// and, of what was sent in, the jury's.
func contestSources() map[string]source {
	about := func(call, team string) source {
		return source{
			people: "ARRAY(SELECT m.person_id FROM contest_members m WHERE m.team_id = " + team + " UNION SELECT j.person_id FROM contest_jury j WHERE j.call_id = " + call + ")",
			narrow: "true",
			team:   "(SELECT k.department_id FROM calls k WHERE k.id = " + call + ")",
		}
	}
	juror := "ARRAY(SELECT j.person_id FROM contest_jury j WHERE j.id = t.juror_id)"
	return map[string]source{
		"calls":               {narrow: "t.audience <> 'public'"},
		"contest_teams":       about("t.call_id", "t.id"),
		"contest_entries":     about("t.call_id", "t.team_id"),
		"contest_members":     {people: "ARRAY[t.person_id]"},
		"contest_jury":        {people: "ARRAY[t.person_id]"},
		"contest_invitations": {people: "ARRAY[NULL::uuid]"},
		"contest_reviews": {
			people: juror, narrow: "true",
			team: "(SELECT k.department_id FROM calls k JOIN contest_entries e ON e.call_id = k.id WHERE e.id = t.entry_id)",
		},
	}
}
