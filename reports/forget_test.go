package reports_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// TestRoutingForgets: who changed a rule, who answered for an event, and whom
// its mails went to are forgotten in time, not before, and twice is no other.
func TestRoutingForgets(t *testing.T) {
	t.Parallel()
	c, r, admin := routed(t)
	rule := lampRule(departmentID(t, c, "awm"))
	rule.Person = c.Clerk(t, "awm").Person
	inForce(t, r, admin, rule)
	e := storm(t, c, admin)
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := casework.NewUmbrella(casework.UmbrellaConfig{DB: c.Pool, Jobs: c.Events.Jobs, Outbox: &post{}, Messages: messages, BaseURL: "https://mitwirk.example"})
	if err != nil {
		t.Fatal(err)
	}
	a := casework.EventAnswer{ID: subject.NewID(), Event: e.ID, Words: i18n.Text{"de": "Wir räumen.", "en": "We are clearing."}}
	if err := u.Answer(t.Context(), admin, a); err != nil {
		t.Fatal(err)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO umbrella_mailed (answer_id, contact_id) SELECT $1, id FROM contacts WHERE person_id = $2`, a.ID, accountstest.Resident(t, c.Pool).Person)
	for _, tt := range []struct {
		name, age             string
		rules, named, by, met int
	}{
		{"new", "", 1, 1, 1, 1},
		{"the answer is still given", `UPDATE umbrella_answers SET at = at - interval '100 days', done_at = NULL`, 1, 1, 1, 1},
		{"90 days", `UPDATE umbrella_answers SET done_at = mitwirk_now() - interval '91 days'`, 1, 1, 1, 0},
		{"a year", `UPDATE umbrella_answers SET at = at - interval '270 days'`, 1, 1, 0, 0},
		{"two years", `UPDATE routing_rule_versions SET at = at - interval '2 years'`, 1, 1, 0, 0},
		{"three years", `UPDATE routing_rule_versions SET at = at - interval '13 months'`, 0, 0, 0, 0},
	} {
		if tt.age != "" {
			exec(tt.age)
		}
		for range 2 {
			if err := r.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := u.Forget(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var rules, named, by, met int
		if err := c.Pool.QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM routing_rule_versions WHERE changed_by = $1),
       (SELECT count(*) FROM routing_rule_versions WHERE rule ->> 'person' = $2),
       (SELECT count(*) FROM umbrella_answers WHERE made_by = $1),
       (SELECT count(*) FROM umbrella_mailed)`, admin.Person, rule.Person.String()).Scan(&rules, &named, &by, &met); err != nil {
			t.Fatal(err)
		}
		if rules != tt.rules || named != tt.named || by != tt.by || met != tt.met {
			t.Errorf("%s: %d authors of rules, %d named, %d answered, %d mailed", tt.name, rules, named, by, met)
		}
	}
	history, err := r.History(t.Context(), admin)
	if err != nil || len(history) != 1 || history[0].By != "" || history[0].Rule.Name != rule.Name {
		t.Errorf("the change itself: %+v, %v", history, err)
	}
}
