package casework

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Limits of a template, in characters.
const (
	MaxTemplateName = 80
	MaxTemplateText = 2000
)

// Template is a ready text ("Vorlage") of a department, or of all.
type Template struct {
	ID         uuid.UUID
	Department uuid.UUID // zero: every department
	Category   uuid.UUID // zero: every category
	Status     string    // "": every status
	Lang       string    // de or en
	Name       string
	Text       string
	Version    int
}

// Blanks are what a template is filled with.
type Blanks struct {
	Date, Place, Team, Number, Kind string
}

// blanks are the names of the placeholders, German and English.
func (b Blanks) byName() map[string]string {
	return map[string]string{
		"datum": b.Date, "date": b.Date, "ort": b.Place, "place": b.Place, "team": b.Team,
		"nummer": b.Number, "number": b.Number, "art": b.Kind, "kind": b.Kind,
	}
}

// Placeholders are the names for a form, as people write them.
func Placeholders(lang string) []string {
	if lang == "en" {
		return []string{"{date}", "{place}", "{team}", "{number}", "{kind}"}
	}
	return []string{"{Datum}", "{Ort}", "{Team}", "{Nummer}", "{Art}"}
}

var blank = regexp.MustCompile(`\{([^{}]*)\}`)

// Fill puts the blanks into a template. What has no value yet stays as it is,
// for the clerk to see.
func Fill(text string, b Blanks) string {
	values := b.byName()
	return blank.ReplaceAllStringFunc(text, func(hole string) string {
		if v := values[strings.ToLower(strings.Trim(hole, "{}"))]; v != "" {
			return v
		}
		return hole
	})
}

// Validate checks what needs no database.
func (t *Template) Validate() error {
	t.Name, t.Text = strings.TrimSpace(t.Name), strings.TrimSpace(t.Text)
	var wrong fault.Fields
	if n := utf8.RuneCountInString(t.Name); n == 0 || n > MaxTemplateName {
		wrong.Add("name", "case.err.template_name")
	}
	if n := utf8.RuneCountInString(t.Text); n == 0 {
		wrong.Add("text", "case.err.template_text")
	} else if n > MaxTemplateText {
		wrong.Add("text", "report.err.long", "n", n-MaxTemplateText, "max", MaxTemplateText)
	}
	known := Blanks{}.byName()
	for _, m := range blank.FindAllStringSubmatch(t.Text, -1) {
		if _, ok := known[strings.ToLower(m[1])]; !ok {
			wrong.Add("text", "case.err.template_blank", "name", m[0])
			break
		}
	}
	if t.Lang != "de" && t.Lang != "en" {
		wrong.Add("lang", "field.choice")
	}
	return wrong.Err()
}

// mayEdit: people of the department, and those who write for the whole city.
func (t *Template) mayEdit(actor accounts.Actor) error {
	if actor.System || actor.Has(subject.Editor, subject.Admin) {
		return nil
	}
	if t.Department != uuid.Nil && slices.Contains(worksAt(actor), t.Department) {
		return nil
	}
	return fault.Missing("template")
}

// SaveTemplate makes a template (ID zero) or changes one; it returns its id. One
// that says the same for the same cases is there only once: a form that is sent
// twice gives the id of the first.
func SaveTemplate(ctx context.Context, tx pgx.Tx, actor accounts.Actor, t Template) (uuid.UUID, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return uuid.Nil, err
	}
	if err := t.mayEdit(actor); err != nil {
		return uuid.Nil, err
	}
	if err := t.Validate(); err != nil {
		return uuid.Nil, err
	}
	if t.ID == uuid.Nil {
		return newTemplate(ctx, tx, &t)
	}
	old, err := lockTemplate(ctx, tx, t.ID)
	if err != nil {
		return uuid.Nil, err
	}
	if err := old.mayEdit(actor); err != nil {
		return uuid.Nil, err
	}
	if t.Version != 0 && t.Version != old.Version {
		return uuid.Nil, fault.New(fault.Conflict, "err.conflict")
	}
	_, err = tx.Exec(ctx, sqlSetTemplate, t.ID, db.OrNull(t.Department), db.OrNull(t.Category), t.Status, t.Lang, t.Name, t.Text)
	return t.ID, wrap("set template", err)
}

func newTemplate(ctx context.Context, tx pgx.Tx, t *Template) (id uuid.UUID, err error) {
	if _, err := tx.Exec(ctx, sqlLockTemplates); err != nil { // two at once: the second finds the first
		return uuid.Nil, fmt.Errorf("new template: %w", err)
	}
	args := []any{db.OrNull(t.Department), db.OrNull(t.Category), t.Status, t.Lang, t.Name, t.Text}
	err = tx.QueryRow(ctx, sqlSameTemplate, args...).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		id = subject.NewID()
		_, err = tx.Exec(ctx, sqlNewTemplate, append([]any{id}, args...)...)
	}
	return id, wrap("new template", err)
}

// DropTemplate takes a template out of use.
func DropTemplate(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return err
	}
	old, err := lockTemplate(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := old.mayEdit(actor); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlDropTemplate, id)
	return wrap("drop template", err)
}

const (
	sqlLockTemplates = `SELECT pg_advisory_xact_lock(hashtext('mitwirk_templates'))`
	sqlSameTemplate  = `
SELECT id FROM templates
WHERE gone_at IS NULL AND department_id IS NOT DISTINCT FROM $1 AND category_id IS NOT DISTINCT FROM $2 AND status = $3 AND lang = $4 AND name = $5 AND text = $6
LIMIT 1`
	sqlNewTemplate  = `INSERT INTO templates (id, department_id, category_id, status, lang, name, text) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlSetTemplate  = `UPDATE templates SET department_id = $2, category_id = $3, status = $4, lang = $5, name = $6, text = $7, version = version + 1, changed_at = mitwirk_now() WHERE id = $1`
	sqlDropTemplate = `UPDATE templates SET gone_at = mitwirk_now() WHERE id = $1`

	sqlPartTemplate = `
SELECT id, coalesce(department_id, '00000000-0000-0000-0000-000000000000'), coalesce(category_id, '00000000-0000-0000-0000-000000000000'),
       status, lang, name, text, version
FROM templates
WHERE gone_at IS NULL`
	sqlLockTemplate = sqlPartTemplate + ` AND id = $1 FOR UPDATE`
	sqlTemplates    = sqlPartTemplate + ` AND (department_id IS NULL OR department_id = ANY ($1) OR $2) ORDER BY status, name, id LIMIT 500`
	// the closest first: those of this category and status before those of every one.
	sqlFitting = sqlPartTemplate + `
  AND (department_id IS NULL OR department_id = $1)
  AND (category_id IS NULL OR category_id = $2)
  AND (status = '' OR status = $3)
ORDER BY (category_id IS NULL)::int + (status = '')::int + (department_id IS NULL)::int, name, id
LIMIT 12`
)

func scanTemplate(row pgx.CollectableRow) (Template, error) {
	var t Template
	return t, row.Scan(&t.ID, &t.Department, &t.Category, &t.Status, &t.Lang, &t.Name, &t.Text, &t.Version)
}

func lockTemplate(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Template, error) {
	rows, err := tx.Query(ctx, sqlLockTemplate, id)
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanTemplate)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("template")
	}
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	return &t, nil
}

// Templates lists the templates that the actor can use or change.
func Templates(ctx context.Context, q db.Queryer, actor accounts.Actor) ([]Template, error) {
	everywhere := actor.System || actor.Has(subject.Editor, subject.Admin)
	if !everywhere && !actor.Has(subject.Caseworker, subject.TeamLead) {
		return nil, fault.Missing("templates")
	}
	rows, err := q.Query(ctx, sqlTemplates, worksAt(actor), everywhere)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanTemplate)
	return list, wrap("templates", err)
}

// Fitting lists the templates for a case and a status, the closest first.
func Fitting(ctx context.Context, q db.Queryer, department, category uuid.UUID, status string) ([]Template, error) {
	rows, err := q.Query(ctx, sqlFitting, department, category, status)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanTemplate)
	return list, wrap("templates", err)
}
