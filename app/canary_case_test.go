package app

import (
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/reports"
)

// casework fills what the team alone knows of a case: notes, who comes back to
// it, who stands in, who looks.
func (c *town) casework() {
	c.t.Helper()
	ctx, r := c.t.Context(), c.app.reports
	clerk, mate := c.actors["clerk in charge"], c.actors["second decider"]
	now := time.Now()
	file, err := c.app.talkFiles.Prepare(ctx, "kanarinotefile0.pdf", strings.NewReader("%PDF-1.4 kanarinotebytes0\n%%EOF\n"))
	c.must(err)
	c.must(r.NoteWith(ctx, clerk, c.numbers["held"], reports.Said{Text: "kanariinternal0", Files: []casework.NewFile{file}}))
	c.must(r.Note(ctx, mate, c.numbers["held"], "kanarimatenote0"))
	c.exec(`UPDATE notes SET mentions = ARRAY[$1::uuid] WHERE text = 'kanariinternal0'`, mate.Person)
	c.must(r.Resubmit(ctx, clerk, c.numbers["held"], casework.DayOf(now.AddDate(0, 0, 9), time.UTC), "kanarireminder0"))
	c.exec(`INSERT INTO absences (person_id, from_day, to_day, deputy_id) VALUES ($1, '2031-06-01', '2031-06-02', $2)`, clerk.Person, mate.Person)
	c.exec(`INSERT INTO case_log (id, subject_kind, subject_id, actor, change)
		SELECT gen_random_uuid(), 'report', id, $2, '{"what": "priority", "to": "high", "reason": "kanarichange0"}' FROM reports WHERE number = $1`, int64(c.numbers["held"]), clerk.Person)
	_, err = r.Here(ctx, clerk, c.numbers["held"])
	c.must(err)
	c.do(func(tx pgx.Tx) error {
		id, err := casework.SaveTemplate(ctx, tx, clerk, casework.Template{Department: clerk.Departments[0], Lang: "de", Name: "Mast", Text: "{Team} kommt."})
		c.params["template"] = []string{id.String()}
		return err
	})
	c.params["from"] = []string{"2031-06-01"}
}
