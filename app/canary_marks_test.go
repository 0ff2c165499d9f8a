package app

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/subject"
)

// mark is a sign: a value that stands in personal columns and means nothing else.
type mark struct {
	name   string   // for people
	kind   markKind // text, id, secret
	forms  [][]byte // how it would look in an answer, in lower case
	places []place  // where it stands; whoever may see one of them may see it
}

type markKind int

const (
	markText   markKind = iota // what somebody wrote, when, where
	markID                     // who it is, as an id: jobs and logs may hold it
	markSecret                 // nobody may see it, and it is stored nowhere but in its column
)

// place is one row's column and who may see it there.
type place struct {
	key      string // table.column
	audience []privacy.Audience
	authors  []uuid.UUID
	dept     uuid.UUID
	publish  string // of the report: A, B, C, P; "": none
	narrow   bool   // not public yet, or never: the audience public does not count
	hidden   bool   // of a report that moderation has hidden
	own      bool   // the department's tool, but one person's: their colleagues do not count
}

func (m *mark) columns() string {
	var keys []string
	for _, p := range m.places {
		keys = append(keys, p.key)
	}
	slices.Sort(keys)
	return m.name + ": " + strings.Join(slices.Compact(keys), ", ")
}

func (m *mark) in(body []byte) (string, bool) {
	for _, f := range m.forms {
		if i := bytes.Index(body, f); i >= 0 {
			return string(body[max(0, i-60):min(len(body), i+len(f)+20)]), true
		}
	}
	return "", false
}

// viewer is somebody who asks.
type viewer struct {
	name        string
	person      uuid.UUID
	session     string // cookie
	bearer      string // token of another system
	code        string // access code of the report "held", for the API
	remote      string
	roles       []subject.Role
	departments []uuid.UUID
}

func (v *viewer) has(roles ...subject.Role) bool {
	return slices.ContainsFunc(roles, func(r subject.Role) bool { return slices.Contains(v.roles, r) })
}

// known are the columns that a moderator knows of every report that may ever
// become public (reports/policy.go, ActView): where it is. What somebody wrote
// is theirs to read only when moderation has hidden it (ActSeeHeld), never while
// it waits for the department's release.
func known() []string {
	return []string{
		"reports.title", "reports.address", "reports.street_norm", "reports.point", "cases.title", "cases.titles", "cases.place", privateNumber,
	}
}

// privateNumber is the key of numbers of reports that are not public.
const privateNumber = "reports.number of one that is not public"

// may tells whether the viewer is in the audience. The audience department is
// whoever works on a report (reports/policy.go): clerks and team leads of the
// department in charge, never an admin; and moderators, see known.
func (m *mark) may(v *viewer) bool {
	return slices.ContainsFunc(m.places, func(p place) bool {
		return slices.ContainsFunc(p.audience, func(a privacy.Audience) bool {
			switch a {
			case privacy.Public:
				return !p.narrow
			case privacy.Author:
				return v.person != uuid.Nil && slices.Contains(p.authors, v.person)
			case privacy.Department:
				if p.own {
					return v.person != uuid.Nil && slices.Contains(p.authors, v.person)
				}
				return v.has(subject.Caseworker, subject.TeamLead) && slices.Contains(v.departments, p.dept) ||
					v.has(subject.Moderator) && (p.publish == "A" || p.publish == "B") && (p.hidden || slices.Contains(known(), p.key))
			case privacy.Staff:
				return len(v.roles) > 0
			case privacy.Moderators:
				return v.has(subject.Moderator)
			case privacy.Admin:
				return v.has(subject.Admin)
			}
			return false
		})
	})
}

// source tells of a table's rows whose they are.
type source struct {
	report string // the report's id; "": none
	people string // uuid[] of those whom it is from or about, besides the report's owners
	narrow string // true where the audience public does not count
	team   string // the department, of what belongs to no report
	own    string // true where the audience department is those people only
	not    string // true for rows whose values are no signs
}

func sources() map[string]source {
	// that somebody read the contact of a complaint is for whoever sent it, in their export
	const complainants = "ARRAY(SELECT o.person_id FROM complaint_owners o WHERE t.subject_kind = 'complaint' AND o.complaint_id = t.subject_id)"
	report := func(column string) source { return source{report: column} }
	return map[string]source{
		"attachments":         {report: "t.subject_id", people: "ARRAY[t.owner_id]", narrow: "t.state <> 'released'"},
		"attachment_versions": {report: "(SELECT subject_id FROM attachments WHERE id = t.attachment_id)"},
		// the id of a public idea stands in its page
		"mails":                    {not: "t.v::text = t.about_id::text AND EXISTS (SELECT FROM ideas i WHERE i.id = t.about_id AND i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff'))"},
		"drafts":                   {people: "ARRAY[t.person_id]"},
		"draft_handovers":          {people: "ARRAY[t.from_person]"},
		"persons":                  {people: "ARRAY[t.id]"},
		"contacts":                 {report: "(SELECT id FROM reports WHERE contact_id = t.id LIMIT 1)", people: "ARRAY[t.person_id]"},
		"sessions":                 {people: "ARRAY[t.person_id]"},
		"role_grants":              {people: "ARRAY[t.person_id]"},
		"passkeys":                 {people: "ARRAY[t.person_id]"},
		"passkey_challenges":       {people: "ARRAY[t.person_id]"},
		"totp":                     {people: "ARRAY[t.person_id]"},
		"recovery_codes":           {people: "ARRAY[t.person_id]"},
		"identities":               {people: "ARRAY[t.person_id]"},
		"api_tokens":               {people: "ARRAY[t.person_id]"},
		"audit_log":                {people: "ARRAY[t.actor] || " + complainants, report: "CASE WHEN t.subject_kind = 'report' THEN t.subject_id END", team: "CASE WHEN t.subject_kind = 'department' THEN t.subject_id END", not: "t.subject_kind = 'partner'"}, // a body, whose id stands in the list to choose from
		"invitations":              {people: "ARRAY[t.used_by]"},
		"export_requests":          {people: "ARRAY[t.asked_by, t.decided_by]"},
		"flags":                    {people: "ARRAY[t.person_id]"},
		"decisions":                report("t.subject_id"),
		"statements":               {people: "ARRAY[t.person_id]"},
		"appeals":                  {people: "ARRAY[t.person_id]"},
		"restrictions":             {people: "ARRAY[t.person_id]"},
		"report_hidden":            report("t.report_id"),
		"follows":                  {people: "ARRAY[t.owner_id, (SELECT person_id FROM contacts WHERE id = t.owner_id)]"},
		"notices":                  {people: "ARRAY[t.person_id]"},
		"notice_preferences":       {people: "ARRAY[t.person_id]"},
		"quiet_hours":              {people: "ARRAY[t.person_id]"},
		"push_subscriptions":       {people: "ARRAY[t.person_id]"},
		"deliveries":               {people: "ARRAY[(SELECT person_id FROM contacts WHERE id = t.contact_id)]"},
		"cases":                    report("t.subject_id"),
		"documents":                {report: "CASE WHEN t.subject_kind = 'report' THEN t.subject_id END", narrow: "t.audience <> 'public'"},
		"case_facts":               report("t.subject_id"),
		"links":                    report("t.from_id"),
		"messages":                 report("t.subject_id"),
		"message_files":            report("t.subject_id"),
		"satisfaction":             report("t.subject_id"),
		"handovers":                report("t.subject_id"),
		"handover_answers":         report("(SELECT subject_id FROM handovers WHERE id = t.handover_id)"),
		"objections":               report("t.report_id"),
		"report_answers":           {report: "t.report_id", narrow: "t.team_only OR (SELECT type IN ('short', 'long') FROM questions WHERE id = t.question_id)"}, // typed words stay with the team
		"report_decisions":         report("t.report_id"),
		"report_owners":            {report: "t.report_id", people: "ARRAY[t.person_id]"},
		"organisations":            {people: "ARRAY(SELECT person_id FROM organisation_members WHERE organisation_id = t.id)"},
		"organisation_members":     {people: "ARRAY(SELECT m.person_id FROM organisation_members m WHERE m.organisation_id = t.organisation_id)"},
		"organisation_invitations": {people: "ARRAY[t.invited_by]"},
		"report_organisations":     {report: "t.report_id", narrow: "NOT t.name_read OR NOT (SELECT shown FROM organisations WHERE id = t.organisation_id)"},
		"practice_desks":           {people: "ARRAY[t.person_id]"},
		"reports":                  report("t.id"),
		"comments":                 {people: "ARRAY[t.author_id]", narrow: "t.visibility <> 'public'"},
		"comment_versions":         {people: "ARRAY(SELECT c.author_id FROM comments c WHERE c.id = t.comment_id)", narrow: "(SELECT c.visibility <> 'public' FROM comments c WHERE c.id = t.comment_id)"},
		"comment_mentions":         {people: "ARRAY[t.person_id]"},
		"voter_persons":            {people: "ARRAY[t.person_id]"},
		"timeline_entries":         report("t.subject_id"),
		"case_log":                 report("t.subject_id"),
		"notes":                    report("t.subject_id"),
		"note_files":               report("t.subject_id"),
		"resubmissions":            report("t.subject_id"),
		"presence":                 report("t.subject_id"),
		"report_undos":             report("t.report_id"),
		"absences":                 {people: "ARRAY[t.person_id, t.deputy_id]"},
		"umbrella_answers":         {team: "t.department_id"},
		"saved_views":              {people: "ARRAY[t.person_id]", team: "t.department_id", own: "t.department_id IS NULL"},
		"batches":                  {people: "ARRAY[t.person_id]", own: "true"},
		"batch_items":              {people: "ARRAY(SELECT person_id FROM batches WHERE id = t.batch_id)", own: "true"},
		"shortlists":               {people: "ARRAY[t.person_id]", own: "true"},
		"shortlist_items":          {people: "ARRAY[t.person_id]", own: "true"},
	}
}

// extras are values in columns that are not personal by themselves, but whose
// rows say who may see them.
func extras() map[string]string {
	reason := `(COALESCE(t.reason, '') || ' ' || t.params::text)`
	return map[string]string{
		"timeline_entries.reason for the owner|author,department": "SELECT " + reason + " AS v, t.* FROM timeline_entries AS t WHERE t.audience = 'owner'",
		"timeline_entries.reason for the team|department":         "SELECT " + reason + " AS v, t.* FROM timeline_entries AS t WHERE t.audience = 'department'",
		"timeline_entries.reason for all|public":                  "SELECT " + reason + " AS v, t.* FROM timeline_entries AS t WHERE t.audience = 'public'",
		"calls.title for employees only|staff":                    "SELECT t.title ->> 'de' AS v, t.* FROM calls AS t WHERE t.audience = 'staff'",
	}
}

// word is what the test's texts hold: the canary and its number.
var word = regexp.MustCompile(`(?i)kanari[a-z0-9]+`)

// dates that the test sets lie in this year, each at a day of its own.
const markYear = 2031

// collect reads every personal column and makes signs of what stands there.
func (c *town) collect(fields privacy.Fields) []*mark {
	c.t.Helper()
	by := map[string]*mark{}
	add := func(name string, kind markKind, p place, forms ...string) {
		m := by[name]
		if m == nil {
			m = &mark{name: name, kind: kind}
			for _, f := range forms {
				m.forms = append(m.forms, []byte(strings.ToLower(f)))
			}
			by[name] = m
		}
		m.places = append(m.places, p)
	}
	for _, f := range fields.All() {
		if f.Personal {
			c.values(f.Table, "SELECT t."+f.Column+" AS v, t.* FROM "+f.Table+" AS t", func(v any, p place) {
				p.key, p.audience = f.Key(), f.Audience
				c.signs(v, p, add)
			})
		}
	}
	for name, query := range extras() {
		key, who, _ := strings.Cut(name, "|")
		var audience []privacy.Audience
		for a := range strings.SplitSeq(who, ",") {
			audience = append(audience, privacy.Audience(a))
		}
		table, _, _ := strings.Cut(key, ".")
		c.values(table, query, func(v any, p place) {
			p.key, p.audience = key, audience
			c.signs(v, p, add)
		})
	}
	// the number of a report that is not public, in both spellings
	c.values("reports", "SELECT t.number AS v, t.* FROM reports AS t WHERE t.visibility <> 'public'", func(v any, p place) {
		n, _ := v.(int64)
		p.key, p.audience, p.narrow = privateNumber, []privacy.Audience{privacy.Author, privacy.Department}, true
		add(subject.Number(n).Format(subject.PrefixReport), markText, p, subject.Number(n).Format(subject.PrefixReport), fmt.Sprint(n))
	})
	for name, s := range c.secrets {
		add(name, markSecret, place{key: name, audience: []privacy.Audience{privacy.Author}, authors: s.owners}, s.value)
	}
	list := make([]*mark, 0, len(by))
	for _, m := range by {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *mark) int { return strings.Compare(a.name, b.name) })
	return list
}

// signs makes signs of one value; a value that could stand anywhere is none.
func (c *town) signs(v any, p place, add func(string, markKind, place, ...string)) {
	switch v := v.(type) {
	case nil:
	case string:
		words := word.FindAllString(v, -1)
		for _, w := range words {
			add(strings.ToLower(w), markText, p, w)
		}
		if len(words) > 0 {
			return
		}
		if id, err := uuid.Parse(v); err == nil {
			add(id.String(), markID, p, id.String())
		} else if len(v) >= 16 && !strings.ContainsAny(v, " \n") && strings.ContainsAny(v, "0123456789") {
			add(v, markText, p, v)
		}
	case []byte:
		if len(v) >= 16 {
			add(hex.EncodeToString(v), markText, p, hex.EncodeToString(v), base64.StdEncoding.EncodeToString(v), base64.RawURLEncoding.EncodeToString(v))
		}
	case time.Time:
		if v.Year() == markYear {
			add(v.Format(time.DateOnly), markText, p, dates(v)...)
		}
	case subject.Point:
		add(fmt.Sprintf("%.5f,%.5f", v.Lon, v.Lat), markText, p, fmt.Sprintf("%.5f", v.Lon), fmt.Sprintf("%.5f", v.Lat))
	}
}

// dates are the ways in which pages, files and programs write a day.
func dates(at time.Time) []string {
	at = at.UTC() // at noon, the same day everywhere in Europe
	months := []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	return []string{
		at.Format(time.DateOnly), at.Format("02.01.2006"), at.Format("2.1.2006"), at.Format("2 January 2006"), at.Format("January 2, 2006"),
		fmt.Sprintf("%d. %s %d", at.Day(), months[at.Month()-1], at.Year()),
	}
}

// values runs a query whose first column is v and whose rows have the alias t,
// and tells of each value where it stands.
func (c *town) values(table, query string, fn func(v any, p place)) {
	c.t.Helper()
	src := sources()[table]
	for _, of := range []map[string]source{complaintSources(), ideaSources(), contestSources()} {
		if about, ok := of[table]; ok {
			src = about
		}
	}
	or := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	rid := or(src.report, "NULL::uuid")
	sql := fmt.Sprintf(`
SELECT CASE WHEN pg_typeof(t.v)::text IN ('bytea', 'timestamp with time zone', 'bigint', 'geometry') THEN NULL ELSE t.v::text END,
       %[5]s,
       ARRAY(SELECT p FROM unnest(%[3]s) AS p WHERE p IS NOT NULL) || ARRAY(SELECT o.person_id FROM report_parties AS o WHERE o.report_id = r.id),
       COALESCE(%[6]s, k.department_id, '00000000-0000-0000-0000-000000000000'),
       COALESCE(r.publish, ''),
       COALESCE(r.visibility <> 'public', false) OR COALESCE(%[4]s, false),
       COALESCE(r.visibility = 'hidden', false),
       COALESCE(%[7]s, false)
FROM (%[1]s) AS t
LEFT JOIN reports AS r ON r.id = %[2]s
LEFT JOIN cases AS k ON k.subject_kind = 'report' AND k.subject_id = r.id
WHERE NOT COALESCE(%[8]s, false)`,
		query, rid, or(src.people, "ARRAY[]::uuid[]"), or(src.narrow, "false"), c.typed(query),
		or(src.team, "NULL::uuid"), or(src.own, "false"), or(src.not, "false"))
	rows, err := c.pool.Query(c.t.Context(), sql)
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var text *string
		var raw []byte
		var at *time.Time
		var n *int64
		var x, y *float64
		var p place
		if err := row.Scan(&text, &raw, &at, &n, &x, &y, &p.authors, &p.dept, &p.publish, &p.narrow, &p.hidden, &p.own); err != nil {
			return struct{}{}, err
		}
		switch {
		case text != nil:
			fn(*text, p)
		case raw != nil:
			fn(raw, p)
		case at != nil:
			fn(*at, p)
		case n != nil:
			fn(*n, p)
		case x != nil && y != nil:
			fn(subject.Point{Lon: *x, Lat: *y}, p)
		}
		return struct{}{}, nil
	})
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
}

// typed reads v by its type, one column per type that is no text.
func (c *town) typed(query string) string {
	c.t.Helper()
	var kind string
	rows, err := c.pool.Query(c.t.Context(), query+" LIMIT 0")
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	oid := rows.FieldDescriptions()[0].DataTypeOID
	rows.Close()
	if err := c.pool.QueryRow(c.t.Context(), "SELECT $1::oid::regtype::text", oid).Scan(&kind); err != nil {
		c.t.Fatal(err)
	}
	cols := []string{"NULL::bytea", "NULL::timestamptz", "NULL::bigint", "NULL::float8", "NULL::float8"}
	switch kind {
	case "bytea":
		cols[0] = "t.v"
	case "timestamp with time zone":
		cols[1] = "t.v"
	case "bigint":
		cols[2] = "t.v"
	case "geometry", "public.geometry":
		cols[3], cols[4] = "ST_X(ST_Centroid(t.v))", "ST_Y(ST_Centroid(t.v))" // a point is its own; an area is told by its middle
	}
	return strings.Join(cols, ", ")
}
