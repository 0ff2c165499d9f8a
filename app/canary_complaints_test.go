package app

import (
	"strings"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// complained fills one complaint with everything that can be known of it: sent
// with a file, asked about, answered by two, objected to, read, kept.
func (c *town) complained() {
	c.t.Helper()
	ctx, s := c.t.Context(), c.app.complaints
	owner, clerk := c.actors["owner"], c.actors["clerk in charge"]
	sent, err := s.Submit(ctx, owner, complaints.Submission{
		Text: "kanaricomplaint0", Kind: complaints.Complaining, Topic: "fees", Wanted: "kanariwanted0", Place: "kanariwhere0", Happened: "kanariwhen0",
		Earlier: "kanariearlier0", Wish: "bau-lic", Lang: "de", Help: []string{complaints.HelpCall}, Phone: "kanariphone0", OnBehalf: "kanaribehalf0",
		NameKind: complaints.Named, Name: "Kanariname0", Contact: complaints.ByLetter, Postal: "Kanaripostal0 1",
	})
	c.must(err)
	n := sent.Number
	file, err := s.Prepare(ctx, "kanaricomplaintfile0.pdf", strings.NewReader("%PDF-1.4 kanaricomplaintbytes0\n%%EOF\n"))
	c.must(err)
	c.must(s.Add(ctx, owner, n, "Eine Datei dazu.", []complaints.NewFile{file}))
	c.must(s.GiveInterim(ctx, clerk, n, "kanarilonger0", 5))
	_, err = s.Contact(ctx, clerk, n, "kanariread0")
	c.must(err)
	c.must(s.Ask(ctx, clerk, n, "kanariasked0", 5))
	_, err = s.Reply(ctx, clerk, n, complaints.Reply{Text: "kanarireturned0", Outcome: complaints.Forwarded, ForwardTo: "kanaribody0"})
	c.must(err)
	v, err := s.Get(ctx, c.actors["first decider"], n)
	c.must(err)
	c.must(s.Return(ctx, c.actors["first decider"], n, v.Answers[0].ID, "kanarireturnnote0"))
	c.must(s.Hold(ctx, c.actors["first decider"], n, "kanarihold0"))
	c.exec(`UPDATE complaints SET reason = 'kanarilonger0', forwarded_to = 'kanaribody0'`)
	c.exec(`INSERT INTO complaint_opinions (complaint_id, value, text) SELECT id, 1, 'kanarihappy0' FROM complaints`)
	c.exec(`INSERT INTO complaint_reviews (complaint_id, text, first_handler, first_department, department_id, reviewer, due_at)
		SELECT c.id, 'kanarisecond0', $1, k.department_id, (SELECT id FROM departments WHERE key = 'dir'), $2, mitwirk_now()
		FROM complaints c JOIN cases k ON k.subject_id = c.id`, clerk.Person, c.actors["first decider"].Person)
	c.exec(`UPDATE complaint_answers SET released_by = $1`, c.actors["first decider"].Person)
	c.exec(`INSERT INTO complaint_answers (id, complaint_id, stage, text, outcome, state, four_eyes, written_by, released_by, department_id, released_at)
		SELECT gen_random_uuid(), c.id, 'first', 'kanarireleased0', 'explained', 'released', true, $1, $2, k.department_id, mitwirk_now()
		FROM complaints c JOIN cases k ON k.subject_id = c.id`, clerk.Person, c.actors["first decider"].Person)
	_, err = s.WriteLearning(ctx, clerk, "bau-lic", "fees", i18n.Text{i18n.German: "Wir haben etwas geändert."})
	c.must(err)
	c.must(s.Take(ctx, clerk, n))
	c.exec(`UPDATE complaints SET contact_id = (SELECT id FROM contacts WHERE person_id = $1 LIMIT 1)`, owner.Person)
	if _, err := casework.Get(ctx, c.pool, subject.Ref{Kind: subject.Complaint, ID: sent.ID}); err != nil {
		c.t.Fatal(err)
	}
	c.params["number"] = append(c.params["number"], n.Format(subject.PrefixComplaint))
}

// complaintSources tell whose the rows about a complaint are.
func complaintSources() map[string]source {
	about := func(id string) source {
		return source{
			people: "ARRAY(SELECT o.person_id FROM complaint_owners o WHERE o.complaint_id = " + id + ")",
			team:   "(SELECT q.department_id FROM cases q WHERE q.subject_kind = 'complaint' AND q.subject_id = " + id + ")",
		}
	}
	list := map[string]source{"complaints": about("t.id")}
	for _, table := range []string{
		"complaint_owners", "complaint_files", "complaint_answers", "complaint_reviews", "complaint_reads", "complaint_opinions", "complaint_holds",
	} {
		list[table] = about("t.complaint_id")
	}
	answers := list["complaint_answers"] // what is not released is the team's own
	answers.people = "ARRAY(SELECT o.person_id FROM complaint_owners o WHERE o.complaint_id = t.complaint_id AND t.state = 'released')"
	list["complaint_answers"] = answers
	return list
}
