package app

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/subject"
)

// mine tells whether a sign stands in a column that is for its author, in a row
// of the person's. wholly leaves out what may stay when the person goes, and what
// stands in somebody else's row too. Who else may open a report is not theirs.
func (m *mark) mine(c *town, fields privacy.Fields, person uuid.UUID, wholly bool) bool {
	own := false
	for _, a := range c.actors {
		if m.kind == markID && a.Person != person && m.name == a.Person.String() {
			return false
		}
	}
	for _, p := range m.places {
		table, column, _ := strings.Cut(p.key, ".")
		f, ok := fields.Column(table, column)
		if ok && wholly && (f.Stays && !p.narrow || len(p.authors) > 0 && !slices.Contains(p.authors, person)) {
			return false
		}
		if ok && slices.Contains(f.Audience, privacy.Author) && slices.Contains(p.authors, person) {
			own = true
		}
	}
	return own
}

// TestExportHoldsEverything: what stands in a column that is for its author, in a
// row that is about them, is in what they take along.
func TestExportHoldsEverything(t *testing.T) {
	t.Parallel()
	c := toldTown(t)
	fields, marks := c.allSigns(t)
	me := c.actors["owner"]
	e, err := c.app.own.Export(t.Context(), me, true)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	text, n := []byte(strings.ToLower(string(raw))), 0
	for _, m := range marks {
		if !m.mine(c, fields, me.Person, false) || m.kind == markSecret || strings.Count(m.name, ".") == 2 { // a place is rounded
			continue
		}
		n++
		if _, ok := m.in(text); !ok {
			t.Errorf("%s is not in the export", m.columns())
		}
	}
	if n < 40 {
		t.Errorf("%d signs only", n)
	}
	for _, sign := range []string{"kanaritextdouble0", "kanarinotedouble0"} {
		if strings.Contains(string(text), sign) {
			t.Errorf("%s is somebody else's", sign)
		}
	}
	for _, ph := range e.Photos {
		if len(ph.Bytes) == 0 {
			t.Errorf("%s has no bytes", ph.File)
		}
	}
	if len(e.Photos) < 3 {
		t.Errorf("%d photos", len(e.Photos))
	}
}

// toldTown is the canary's city, with everything in it that people can leave.
func toldTown(t *testing.T) *town {
	t.Helper()
	c := newTown(t)
	c.live()
	c.tell()
	c.settle()
	c.mark()
	return c
}

func (c *town) allSigns(t *testing.T) (privacy.Fields, []*mark) {
	t.Helper()
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	return fields, c.collect(fields)
}

// TestErasureReachesEverything fills every personal column with signs (the
// canary's city), has a person erased while they could still act, and reads the
// whole database, the files and the jobs: what is left of them stands only where
// fields.yaml says that it stays.
func TestErasureReachesEverything(t *testing.T) {
	t.Parallel()
	c := toldTown(t)
	fields, marks := c.allSigns(t)
	me, ctx := c.actors["owner"], t.Context()
	votesBefore := c.one(t, `SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM vote_totals t`)
	mineFiles := c.keys(t, `SELECT v.blob FROM attachment_versions v JOIN attachments a ON a.id = v.attachment_id
		WHERE a.subject_kind = 'report' AND a.subject_id IN (SELECT id FROM reports WHERE person_id = $1)
		UNION SELECT v.blob FROM attachment_versions v JOIN attachments a ON a.id = v.attachment_id WHERE a.owner_id = $1`, me.Person)
	if len(mineFiles) < 3 {
		t.Fatalf("%d files of the person", len(mineFiles))
	}

	if err := c.app.own.Ask(ctx, me); err != nil {
		t.Fatal(err)
	}
	if a := c.get(t, c.by["owner"], "/reports/"+c.numbers["private"].Format(subject.PrefixReport), "text/html", "de"); a.Code != http.StatusNotFound {
		t.Errorf("somebody who is being erased still sees what only they may: %d", a.Code)
	}
	for range 2 { // the job runs at the same time; both, and again
		if err := c.app.own.EraseDue(ctx); err != nil {
			t.Fatal(err)
		}
	}
	c.endHold(t)
	c.settle() // the search forgets by a job
	if open := c.one(t, `SELECT count(*)::text FROM erasures WHERE subject_kind = 'person' AND done_at IS NULL`); open != "0" {
		t.Errorf("%s are not done", open)
	}

	gone := 0
	for _, m := range marks {
		if m.mine(c, fields, me.Person, true) && m.kind != markSecret {
			gone++
		}
	}
	if gone < 40 {
		t.Errorf("%d signs only", gone)
	}
	left := func(where string, text []byte, ids bool) {
		text = []byte(strings.ToLower(string(text)))
		for _, m := range marks {
			if m.kind == markSecret || m.kind == markID && !ids || !m.mine(c, fields, me.Person, true) {
				continue
			}
			if at, ok := m.in(text); ok {
				t.Errorf("%s is left in %s (%q)", m.columns(), where, at)
			}
		}
	}
	// reports and people keep their keys: what points to them from elsewhere is checked by column
	keys := []string{"persons.id", "reports.id", "erasures.subject_id", "erasures.person_id"}
	for _, f := range fields.All() {
		value := "t." + f.Column + "::text"
		if f.Column == "point" {
			value = "ST_X(t.point)::text || ' ' || ST_Y(t.point)::text"
		}
		if f.Stays { // in rows that are public or the law's; those that are not were emptied
			continue
		}
		text := c.one(t, "SELECT coalesce(string_agg("+value+", ' '), '') FROM "+f.Table+" t")
		left(f.Key(), []byte(text), f.Personal && !slices.Contains(keys, f.Key()))
		if f.Personal && strings.Contains(text, me.Person.String()) {
			t.Errorf("%s still names the person", f.Key())
		}
	}
	for _, where := range []string{
		"SELECT coalesce(string_agg(args::text || coalesce(errors::text, '') || metadata::text, ' '), '') FROM river.river_job",
		"SELECT coalesce(string_agg(body::text, ' '), '') FROM events",
		"SELECT coalesce(string_agg(t::text, ' '), '') FROM reports t WHERE visibility = 'erased'",
		"SELECT coalesce(string_agg(c::text, ' '), '') FROM cases c JOIN reports r ON r.id = c.subject_id WHERE r.visibility = 'erased'",
	} {
		left(where, []byte(c.one(t, where)), false)
	}
	if now := c.one(t, `SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM vote_totals t`); now != votesBefore {
		t.Errorf("votes went with the person: %s, before %s", now, votesBefore)
	}
	_ = filepath.WalkDir(c.folder, func(path string, _ fs.DirEntry, _ error) error {
		for _, key := range mineFiles {
			if strings.HasSuffix(filepath.ToSlash(path), key) {
				t.Errorf("the file %s is left", key)
			}
		}
		return nil
	})

	// the public fact stays, without its author's words; what was never public is gone for all
	shown := c.get(t, c.by["anonymous"], "/reports/"+c.numbers["shown"].Format(subject.PrefixReport), "text/html", "de")
	if body := shown.Body.String(); shown.Code != http.StatusOK || !strings.Contains(body, "Kanariweg0") || strings.Contains(body, "kanaritextshown0") || !strings.Contains(body, "kanaripublicreason0") {
		t.Errorf("the public fact: %d", shown.Code)
	}
	team := c.get(t, c.by["clerk in charge"], "/desk/reports/"+c.numbers["shown"].Format(subject.PrefixReport), "text/html", "de")
	if !strings.Contains(team.Body.String(), "Die Person hat ihre Daten gelöscht.") {
		t.Errorf("the team is not told: %d", team.Code)
	}
	if strings.Contains(shown.Body.String(), "hat ihre Daten gelöscht") {
		t.Error("everybody is told")
	}
	for name, n := range c.numbers {
		want := http.StatusOK
		if name == "private" || name == "hidden" {
			want = http.StatusNotFound
		}
		if a := c.get(t, c.by["clerk in charge"], "/reports/"+n.Format(subject.PrefixReport), "text/html", "de"); a.Code != want {
			t.Errorf("%s: %d", name, a.Code)
		}
	}
	if broken, err := accounts.VerifyAudit(ctx, c.pool); err != nil || broken != 0 {
		t.Errorf("audit log: %d, %v", broken, err)
	}
}

// endHold: a legal hold keeps the words of a complaint and nobody's name; once it
// ends, they go with the next run.
func (c *town) endHold(t *testing.T) {
	t.Helper()
	if text := c.one(t, `SELECT text FROM complaints`); text != "kanaricomplaint0" {
		t.Errorf("a complaint under legal hold says %q", text)
	}
	if n := c.one(t, `SELECT count(*)::text FROM complaints WHERE person_id IS NOT NULL OR contact_id IS NOT NULL OR name || phone || postal <> ''`); n != "0" {
		t.Error("a complaint under legal hold still names its person")
	}
	n, err := strconv.ParseInt(c.one(t, `SELECT number::text FROM complaints`), 10, 64)
	c.must(err)
	c.must(c.app.complaints.Hold(t.Context(), c.actors["first decider"], subject.Number(n), ""))
	c.must(c.app.complaints.Retain(t.Context()))
	if n := c.one(t, `SELECT count(*)::text FROM complaint_answers`); n != "0" {
		t.Errorf("%s answers are left", n)
	}
}

// TestReplay: what a restore brought back goes again by the list, before anybody
// can look; also of a report that was still a visitor's when the backup was made.
func TestReplay(t *testing.T) {
	t.Parallel()
	c := toldTown(t)
	ctx, me := t.Context(), c.actors["owner"]
	visitor := c.actors["other resident"] // the report "double" was adopted after the backup, says the list
	double := uuid.MustParse(c.one(t, `SELECT id::text FROM reports WHERE person_id = $1`, visitor.Person))
	list := []accounts.Erased{
		{Kind: "person", ID: me.Person, Person: me.Person},
		{Kind: "report", ID: double, Person: me.Person},
		{Kind: "person", ID: subject.NewID(), Person: subject.NewID()}, // came after the backup
	}
	for range 2 {
		done, err := c.app.own.Replay(ctx, list)
		if err != nil || done.People != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
	}
	if text := c.one(t, `SELECT string_agg(text || text_public || place_note, '') FROM reports`); text != "" {
		t.Errorf("left: %s", text)
	}
	if _, err := c.app.accounts.ActorByToken(ctx, c.by["owner"].session); err == nil {
		t.Error("somebody is signed in as them")
	}
	if n := c.one(t, `SELECT count(*)::text FROM erasures WHERE done_at IS NULL AND subject_kind = 'person'`); n != "0" {
		t.Errorf("%s are not done", n)
	}
}

// one reads one text.
func (c *town) one(t *testing.T, sql string, args ...any) (text string) {
	t.Helper()
	if err := c.pool.QueryRow(context.WithoutCancel(t.Context()), sql, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func (c *town) keys(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.pool.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}
