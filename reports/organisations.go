package reports

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Organisation is for whom a report was made, where it was for several people.
type Organisation struct {
	ID    uuid.UUID
	Name  string // as it was called then: the name that the team read before it released the text
	Shown bool   // its owners want the name beside its reports
}

// authored says whose a new report is: the actor's, or that of an organisation
// for which they act at this moment.
func authored(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, organisation uuid.UUID) error {
	if organisation == uuid.Nil {
		if r.Person == uuid.Nil {
			return nil
		}
		return addOwner(ctx, tx, r.ID, r.Person)
	}
	name, err := accounts.HoldOrganisation(ctx, tx, actor, organisation)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlInsertOrganisation, r.ID, organisation, name); err != nil {
		return fmt.Errorf("organisation of a report: %w", err)
	}
	return nil
}

// namePublic tells whether everybody may read for whom a report was made: the
// organisation wants it, and the team has read its name and released the text.
func namePublic(r *Report, o Organisation) bool {
	return o.Shown && r.Visibility == VisPublic && r.TextState == TextReleased &&
		(r.Publish == categories.PublishAtOnce || r.Publish == categories.PublishChecked)
}

// fillOrganisation adds for whom a report was made, for those who may read it.
func fillOrganisation(ctx context.Context, q db.Queryer, v *View, r *Report, held bool) error {
	var o Organisation
	err := q.QueryRow(ctx, sqlOrganisationOf, r.ID).Scan(&o.ID, &o.Name, &o.Shown)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("organisation of a report: %w", err)
	}
	if held || namePublic(r, o) {
		v.Organisation = &o
	}
	return nil
}

// fillOrganisations adds for whom reports of a list of the actor's own were made.
func fillOrganisations(ctx context.Context, q db.Queryer, items []Item) error {
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	rows, err := q.Query(ctx, sqlOrganisationsOf, ids)
	if err != nil {
		return fmt.Errorf("organisations of reports: %w", err)
	}
	names := map[uuid.UUID]string{}
	var id uuid.UUID
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil }); err != nil {
		return fmt.Errorf("organisations of reports: %w", err)
	}
	for i := range items {
		items[i].Organisation = names[items[i].ID]
	}
	return nil
}

// LeftOrganisation unties somebody who does not act for an organisation any more
// from its reports: they are the others' now, and what led to them (the code,
// mails to an address that is no member's) ends. Those of an organisation that is
// gone are its last member's.
func LeftOrganisation(ctx context.Context, tx pgx.Tx, l accounts.Left) error {
	if l.Last {
		if _, err := tx.Exec(ctx, sqlInheritReports, l.Organisation, l.Person); err != nil {
			return fmt.Errorf("reports of an organisation: %w", err)
		}
		return nil
	}
	rows, err := tx.Query(ctx, sqlWrittenFor, l.Organisation, l.Person)
	if err != nil {
		return fmt.Errorf("reports of an organisation: %w", err)
	}
	type written struct {
		ID      uuid.UUID
		Contact *uuid.UUID // to be forgotten
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[written])
	if err != nil {
		return fmt.Errorf("reports of an organisation: %w", err)
	}
	for _, w := range list {
		ref := subject.Ref{Kind: subject.Report, ID: w.ID}
		if err := accounts.DeleteReceipt(ctx, tx, ref); err != nil {
			return err
		}
		if err := follows.Unfollow(ctx, tx, follows.Person, l.Person, ref); err != nil {
			return err
		}
		if w.Contact == nil {
			continue
		}
		if err := follows.Unfollow(ctx, tx, follows.Contact, *w.Contact, ref); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlForgetContact, w.ID); err != nil {
			return fmt.Errorf("forget contact: %w", err)
		}
	}
	for _, sql := range []string{sqlUntieWriter, sqlUntieOpener} {
		if _, err := tx.Exec(ctx, sql, l.Organisation, l.Person); err != nil {
			return fmt.Errorf("reports of an organisation: %w", err)
		}
	}
	return nil
}

const (
	sqlInsertOrganisation = `INSERT INTO report_organisations (report_id, organisation_id, name) VALUES ($1, $2, $3)`
	sqlEraseOrganisation  = `DELETE FROM report_organisations WHERE report_id = $1`
	sqlSplitOrganisation  = `
INSERT INTO report_organisations (report_id, organisation_id, name)
SELECT $1, organisation_id, name
FROM report_organisations
WHERE report_id = $2
ON CONFLICT DO NOTHING`
	sqlOrganisationOf = `
SELECT o.organisation_id, o.name, g.shown
FROM report_organisations o
JOIN organisations g ON g.id = o.organisation_id
WHERE o.report_id = $1`
	sqlOrganisationsOf = `SELECT report_id, name FROM report_organisations WHERE report_id = ANY ($1)`

	sqlInheritReports = `
INSERT INTO report_owners (report_id, person_id)
SELECT report_id, $2
FROM report_organisations
WHERE organisation_id = $1
ON CONFLICT DO NOTHING`
	// the address stays where a mail to it reaches somebody who still belongs to it.
	sqlWrittenFor = `
SELECT r.id,
       CASE WHEN NOT EXISTS (
         SELECT FROM confirmed_contacts c
         JOIN organisation_members m ON m.person_id = c.person_id AND m.organisation_id = $1
         WHERE c.id = r.contact_id) THEN r.contact_id END
FROM reports r
JOIN report_organisations o ON o.report_id = r.id
WHERE o.organisation_id = $1
  AND r.person_id = $2
ORDER BY r.id
FOR UPDATE OF r`
	sqlUntieWriter = `
UPDATE reports r
SET person_id = NULL
FROM report_organisations o
WHERE o.report_id = r.id
  AND o.organisation_id = $1
  AND r.person_id = $2`
	sqlUntieOpener = `
DELETE FROM report_owners w
USING report_organisations o
WHERE o.report_id = w.report_id
  AND o.organisation_id = $1
  AND w.person_id = $2`
)
