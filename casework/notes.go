package casework

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxNoteText is how long an internal note may be, in characters.
const MaxNoteText = 4000

// Note is a word of the team among themselves. It belongs to the department
// that was in charge when it was written: nobody else ever reads it, not even
// the department that the case is handed to.
type Note struct {
	ID       uuid.UUID
	Ref      subject.Ref
	Author   uuid.UUID
	Name     string // of the author
	Text     string
	Mentions []uuid.UUID
	At       time.Time
}

// Colleague is somebody of a department who works on its cases.
type Colleague struct {
	ID   uuid.UUID
	Name string
}

// Colleagues lists the people who work on the cases of a department, by name.
// It is for people who work there themselves.
func Colleagues(ctx context.Context, q db.Queryer, department uuid.UUID) ([]Colleague, error) {
	rows, err := q.Query(ctx, sqlColleagues, department.String())
	if err != nil {
		return nil, fmt.Errorf("colleagues: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Colleague])
	return list, wrap("colleagues", err)
}

const sqlColleagues = `
SELECT DISTINCT p.id, p.pseudonym
FROM role_grants g
JOIN role_grant_limits l ON l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = $1
JOIN persons p ON p.id = g.person_id AND p.erased_at IS NULL
WHERE g.role IN ('caseworker', 'team_lead')
ORDER BY p.pseudonym, p.id
LIMIT 500`

// AddNote writes an internal note. People of the department whose name stands
// behind an @ are mentioned.
func AddNote(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, text string) (uuid.UUID, error) {
	return addNote(ctx, tx, actor, ref, text, nil)
}

// addNote stores a note; sums are those of the files that come with it. A zero
// id: the same note was written a moment ago.
func addNote(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, text string, sums [][]byte) (uuid.UUID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return uuid.Nil, fault.OnField("note", "case.err.note")
	}
	if over := utf8.RuneCountInString(text) - MaxNoteText; over > 0 {
		var f fault.Fields
		f.Add("note", "report.err.long", "n", over, "max", MaxNoteText)
		return uuid.Nil, f.Err()
	}
	if actor.Person == uuid.Nil {
		return uuid.Nil, fault.Missing("case")
	}
	h, err := LockFor(ctx, tx, actor, ref)
	if err != nil {
		return uuid.Nil, err
	}
	team, err := Colleagues(ctx, tx, h.Department)
	if err != nil {
		return uuid.Nil, err
	}
	id := subject.NewID()
	// pressed twice: the case's row is locked, so the first one is seen here
	tag, err := tx.Exec(ctx, sqlAddNote, id, string(ref.Kind), ref.ID, h.Department, actor.Person, text, mentioned(text, team), sums)
	if err != nil {
		return uuid.Nil, fmt.Errorf("add note: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return uuid.Nil, nil
	}
	return id, nil
}

const sqlAddNote = `
INSERT INTO notes (id, subject_kind, subject_id, department_id, author, text, mentions)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT FROM notes
  WHERE subject_kind = $2 AND subject_id = $3 AND author = $5 AND text = $6 AND at > mitwirk_now() - interval '1 minute'
    AND ARRAY(SELECT f.sha256 FROM note_files f WHERE f.note_id = notes.id ORDER BY f.ord) = coalesce($8::bytea[], '{}'))`

// mentioned are the people whose name, or first name where only one has it,
// stands behind an @ in a text.
func mentioned(text string, team []Colleague) []uuid.UUID {
	low := strings.ToLower(text)
	first := map[string]int{}
	for _, c := range team {
		first[firstName(c.Name)]++
	}
	ids := []uuid.UUID{}
	for _, c := range team {
		name := strings.ToLower(c.Name)
		if name == "" {
			continue
		}
		short := firstName(c.Name)
		if behindAt(low, name) || first[short] == 1 && behindAt(low, short) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func firstName(name string) string {
	name, _, _ = strings.Cut(strings.ToLower(name), " ")
	return name
}

func behindAt(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, "@"+name)
		if i < 0 {
			return false
		}
		rest = rest[i+1+len(name):]
		if r, _ := utf8.DecodeRuneInString(rest); rest == "" || !isWord(r) {
			return true
		}
	}
}

// Notes lists the internal notes of a case that the actor may read, oldest
// first.
func Notes(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref) ([]Note, error) {
	if !actor.Has(subject.Caseworker, subject.TeamLead) {
		return nil, nil
	}
	rows, err := q.Query(ctx, sqlNotes, string(ref.Kind), ref.ID, worksAt(actor))
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Note, error) {
		n := Note{Ref: ref}
		return n, row.Scan(&n.ID, &n.Author, &n.Name, &n.Text, &n.Mentions, &n.At)
	})
	return list, wrap("notes", err)
}

const sqlNotes = `
SELECT n.id, n.author, p.pseudonym, n.text, n.mentions, n.at
FROM notes n
JOIN persons p ON p.id = n.author
WHERE n.subject_kind = $1 AND n.subject_id = $2 AND n.department_id = ANY ($3)
ORDER BY n.at, n.id
LIMIT 500`

// worksAt are the departments in which the actor works on cases.
func worksAt(actor accounts.Actor) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, r := range actor.Remits(subject.Caseworker, subject.TeamLead) {
		ids = append(ids, r.Departments...)
	}
	return ids
}

// Mention is a note that names somebody, with the case it is about.
type Mention struct {
	Note

	Number     subject.Number
	Titles     i18n.Text
	Place      string
	Department uuid.UUID
	Category   uuid.UUID
	District   string
}

// MentionsOf lists the notes of the last 90 days that mention the actor, newest
// first: those of departments in which the actor works, about cases that are
// there still.
func MentionsOf(ctx context.Context, q db.Queryer, actor accounts.Actor) ([]Mention, error) {
	if actor.Person == uuid.Nil || !actor.Has(subject.Caseworker, subject.TeamLead) {
		return nil, nil
	}
	rows, err := q.Query(ctx, sqlMentions, actor.Person, worksAt(actor))
	if err != nil {
		return nil, fmt.Errorf("mentions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Mention, error) {
		var m Mention
		err := row.Scan(&m.ID, &m.Ref.Kind, &m.Ref.ID, &m.Author, &m.Name, &m.Text, &m.At, &m.Number, &m.Titles, &m.Place, &m.Department, &m.Category, &m.District)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("mentions: %w", err)
	}
	kept := list[:0]
	for _, m := range list {
		if MayWork(actor, accounts.Place{Department: m.Department, Category: m.Category, District: m.District}) == nil {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

const sqlMentions = `
SELECT n.id, n.subject_kind, n.subject_id, n.author, p.pseudonym, n.text, n.at, c.number, c.titles, c.place,
       c.department_id, coalesce(c.category_id, '00000000-0000-0000-0000-000000000000'), c.district_ref
FROM notes n
JOIN persons p ON p.id = n.author
JOIN cases c ON c.subject_kind = n.subject_kind AND c.subject_id = n.subject_id AND c.department_id = n.department_id
WHERE n.mentions @> ARRAY[$1::uuid] AND n.department_id = ANY ($2) AND n.at > mitwirk_now() - interval '90 days'
ORDER BY n.at DESC, n.id DESC
LIMIT 100`

// ForgetNotes removes what the team wrote about a subject that is erased.
func ForgetNotes(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	for _, sql := range []string{sqlForgetNotes, sqlForgetResubmissions, sqlForgetLog} {
		if _, err := tx.Exec(ctx, sql, string(ref.Kind), ref.ID); err != nil {
			return fmt.Errorf("forget notes: %w", err)
		}
	}
	return nil
}

const (
	sqlForgetNotes         = `DELETE FROM notes WHERE subject_kind = $1 AND subject_id = $2`
	sqlForgetResubmissions = `DELETE FROM resubmissions WHERE subject_kind = $1 AND subject_id = $2`
	sqlForgetLog           = `UPDATE case_log SET change = change - 'reason' WHERE subject_kind = $1 AND subject_id = $2`
)
