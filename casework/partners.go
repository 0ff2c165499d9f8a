package casework

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Partner is an office without a desk.
type Partner struct {
	ID         uuid.UUID
	Name       i18n.Text
	Mail       string
	RemindDays int // working days
	Active     bool
	Categories []uuid.UUID // for which it is proposed first
	Version    int         // counts the changes; 1 is new
	// Department is set instead of ID for a department whose door is mail.
	Department uuid.UUID
}

// Partners lists the partners by name, and after them the departments whose door
// is mail; with all also those that are switched off.
func Partners(ctx context.Context, q db.Queryer, all bool) ([]Partner, error) {
	rows, err := q.Query(ctx, sqlPartners, all)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanPartner)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	rows, err = q.Query(ctx, sqlMailDepartments)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	offices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Partner, error) {
		p := Partner{RemindDays: 5, Active: true}
		return p, row.Scan(&p.Department, &p.Name, &p.Mail)
	})
	return append(list, offices...), wrap("partners", err)
}

func scanPartner(row pgx.CollectableRow) (Partner, error) {
	var p Partner
	return p, row.Scan(&p.ID, &p.Name, &p.Mail, &p.RemindDays, &p.Active, &p.Version, &p.Categories)
}

const (
	sqlPartPartner = `
SELECT p.id, p.name, p.mail, p.remind_days, p.active, p.version,
       ARRAY(SELECT c.category_id FROM partner_categories c WHERE c.partner_id = p.id)
FROM partners p
`
	sqlPartner  = sqlPartPartner + `WHERE p.id = $1`
	sqlPartners = sqlPartPartner + `WHERE p.active OR $1
ORDER BY p.name ->> 'de', p.id
LIMIT 500`
	sqlMailDepartments = `
SELECT d.id, d.name, d.mail
FROM departments d
WHERE d.door = 'mail' AND d.active AND d.mail <> ''
ORDER BY d.name ->> 'de', d.id
LIMIT 500`
)

// AddPartner stores a new partner; its ID is that of the form that it was typed
// into, or zero. For admins; who and which fields stand in the audit log. Sent twice,
// it is stored once; Conflict for another one with the same ID.
func AddPartner(ctx context.Context, tx pgx.Tx, actor accounts.Actor, p Partner) (uuid.UUID, error) {
	actor, err := p.ready(ctx, tx, actor)
	if err != nil {
		return uuid.Nil, err
	}
	p.ID = cmp.Or(p.ID, subject.NewID())
	tag, err := tx.Exec(ctx, sqlAddPartner, p.ID, p.Name, p.Mail, p.RemindDays, p.Active)
	if err != nil {
		return uuid.Nil, fmt.Errorf("add partner: %w", err)
	}
	if tag.RowsAffected() == 0 {
		was, err := lockPartner(ctx, tx, p.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if !was.says(&p) {
			return uuid.Nil, fault.New(fault.Conflict, "talk.err.partner_key")
		}
		return p.ID, nil
	}
	return p.ID, p.written(ctx, tx, actor)
}

// ChangePartner stores what there is as it is said now, as AddPartner does. Version
// is that of the partner that was read: Conflict when somebody has changed it since,
// 0 does not ask. What changes nothing is no change.
func ChangePartner(ctx context.Context, tx pgx.Tx, actor accounts.Actor, p Partner) error {
	actor, err := p.ready(ctx, tx, actor)
	if err != nil {
		return err
	}
	was, err := lockPartner(ctx, tx, p.ID)
	if err != nil || was.says(&p) {
		return err
	}
	if p.Version != 0 && p.Version != was.Version {
		return fault.New(fault.Conflict, "err.409")
	}
	if _, err := tx.Exec(ctx, sqlChangePartner, p.ID, p.Name, p.Mail, p.RemindDays, p.Active); err != nil {
		return fmt.Errorf("change partner: %w", err)
	}
	return p.written(ctx, tx, actor)
}

// ready checks what was typed and who wants it stored, with the rights of now.
func (p *Partner) ready(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Actor, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return actor, err
	}
	if !actor.System && !actor.Has(subject.Admin) {
		return actor, fault.New(fault.Forbidden, "err.403")
	}
	var wrong fault.Fields
	name := i18n.Text{} // not the caller's own
	maps.Copy(name, p.Name)
	for _, lang := range []string{i18n.German, i18n.English} {
		if name[lang] = strings.TrimSpace(name[lang]); name[lang] == "" || utf8.RuneCountInString(name[lang]) > 100 {
			wrong.Add("name_"+lang, "talk.err.partner_name")
		}
	}
	mail, err := accounts.ParseAddress(p.Mail)
	if err != nil {
		wrong.Add("mail", "report.err.mail")
	}
	if p.RemindDays < 1 || p.RemindDays > 60 {
		wrong.Add("remind_days", "talk.err.remind_days")
	}
	p.Name, p.Mail, p.Categories = name, mail, append([]uuid.UUID{}, p.Categories...)
	return actor, wrong.Err()
}

// says tells whether both are the same but for their ids and versions.
func (p *Partner) says(o *Partner) bool {
	return maps.Equal(p.Name, o.Name) && p.Mail == o.Mail && p.RemindDays == o.RemindDays && p.Active == o.Active && slices.Equal(sorted(p.Categories), sorted(o.Categories))
}

func sorted(ids []uuid.UUID) []uuid.UUID {
	ids = slices.SortedFunc(slices.Values(ids), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// lockPartner holds a partner until the transaction ends. Locked first and read then:
// the categories of a row that was waited for would be those of before.
func lockPartner(ctx context.Context, tx pgx.Tx, id uuid.UUID) (Partner, error) {
	if _, err := tx.Exec(ctx, sqlLockPartner, id); err != nil {
		return Partner{}, fmt.Errorf("lock partner: %w", err)
	}
	rows, err := tx.Query(ctx, sqlPartner, id)
	if err != nil {
		return Partner{}, fmt.Errorf("partner: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanPartner)
	if errors.Is(err, pgx.ErrNoRows) {
		return Partner{}, fault.Missing("partner")
	}
	return p, wrap("partner", err)
}

// written stores the categories of a partner that has just been written, and notes it.
func (p *Partner) written(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
	for _, sql := range []string{sqlDropPartnerCategories, sqlAddPartnerCategories} {
		if _, err := tx.Exec(ctx, sql, p.ID, p.Categories); err != nil {
			return fmt.Errorf("categories of a partner: %w", err)
		}
	}
	return accounts.Audit(ctx, tx, actor, accounts.Entry{
		Action: "partner.put", Ref: subject.Ref{Kind: "partner", ID: p.ID}, Fields: []string{"name", "mail", "remind_days", "active", "categories"},
	})
}

const (
	sqlAddPartner    = `INSERT INTO partners (id, name, mail, remind_days, active) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`
	sqlChangePartner = `
UPDATE partners
SET name = $2, mail = $3, remind_days = $4, active = $5, version = version + 1
WHERE id = $1`
	sqlLockPartner           = `SELECT FROM partners WHERE id = $1 FOR UPDATE`
	sqlDropPartnerCategories = `DELETE FROM partner_categories WHERE partner_id = $1 AND category_id <> ALL ($2)`
	sqlAddPartnerCategories  = `
INSERT INTO partner_categories (partner_id, category_id)
SELECT $1, c.id FROM categories c WHERE c.id = ANY ($2)
ON CONFLICT DO NOTHING`
)
