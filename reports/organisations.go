package reports

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
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
	Read  bool   // the team has read the name and released the text with it
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
// organisation wants it, and the team has read its name and released the text. A
// text that moderation has let through is no word about the name.
func namePublic(r *Report, o Organisation) bool {
	return o.Shown && o.Read && r.Visibility == VisPublic && r.TextState == TextReleased &&
		(r.Publish == categories.PublishAtOnce || r.Publish == categories.PublishChecked)
}

// fillOrganisation adds for whom a report was made, for those who may read it.
func fillOrganisation(ctx context.Context, q db.Queryer, v *View, r *Report, held bool) error {
	var o Organisation
	err := q.QueryRow(ctx, sqlOrganisationOf, r.ID).Scan(&o.ID, &o.Name, &o.Shown, &o.Read)
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

// readName notes what the team's release of a text says about the name beside it.
func readName(ctx context.Context, tx pgx.Tx, r *Report) error {
	if _, err := tx.Exec(ctx, sqlReadName, r.ID, r.TextState == TextReleased); err != nil {
		return fmt.Errorf("organisation of a report: %w", err)
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
// from its reports: they are the others' now, and what led to them (the code and
// whoever came in by it, mails to an address of theirs or of nobody there) ends.
// Those of an organisation that is gone are its last member's.
func LeftOrganisation(ctx context.Context, tx pgx.Tx, l accounts.Left) error {
	if l.Last {
		if _, err := tx.Exec(ctx, sqlInheritReports, l.Organisation, l.Person); err != nil {
			return fmt.Errorf("reports of an organisation: %w", err)
		}
		return nil
	}
	list, err := waysOf(ctx, tx, l)
	if err != nil {
		return err
	}
	for _, w := range list {
		if err := w.end(ctx, tx, l); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, sqlUntieWriter, l.Organisation, l.Person); err != nil {
		return fmt.Errorf("reports of an organisation: %w", err)
	}
	rows, err := tx.Query(ctx, sqlReportsFor, l.Organisation)
	if err != nil {
		return fmt.Errorf("reports of an organisation: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("reports of an organisation: %w", err)
	}
	return attachments.Untie(ctx, tx, l.Person, subject.Report, ids...)
}

// way is what leads somebody who leaves to a report of the organisation.
type way struct {
	ID      uuid.UUID
	Contact *uuid.UUID // an address that reaches nobody who still belongs to it
	Code    bool       // they wrote it or opened it, so they know its code
}

func waysOf(ctx context.Context, tx pgx.Tx, l accounts.Left) ([]way, error) {
	rows, err := tx.Query(ctx, sqlWaysOf, l.Organisation, l.Person)
	if err != nil {
		return nil, fmt.Errorf("reports of an organisation: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[way])
	if err != nil {
		return nil, fmt.Errorf("reports of an organisation: %w", err)
	}
	return list, nil
}

func (w way) end(ctx context.Context, tx pgx.Tx, l accounts.Left) error {
	ref := subject.Ref{Kind: subject.Report, ID: w.ID}
	if err := follows.Unfollow(ctx, tx, follows.Person, l.Person, ref); err != nil {
		return err
	}
	if w.Code {
		if err := accounts.DeleteReceipt(ctx, tx, ref); err != nil {
			return err
		}
		// whoever else came in by the code had it from them; members need none
		if _, err := tx.Exec(ctx, sqlEraseOwners, w.ID); err != nil {
			return fmt.Errorf("reports of an organisation: %w", err)
		}
	}
	if w.Contact == nil {
		return nil
	}
	if err := follows.Unfollow(ctx, tx, follows.Contact, *w.Contact, ref); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlForgetContact, w.ID); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if !l.Erased {
		return forgetUnused(ctx, tx, *w.Contact)
	}
	// nothing leads from the report to the address any more: noted here, or the erasure misses it
	account, err := db.Exists(ctx, tx, sqlOthersContact, *w.Contact, l.Person)
	if err != nil || account {
		return err
	}
	return accounts.NoteContacts(ctx, tx, l.Person, []uuid.UUID{*w.Contact})
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
	sqlReadName       = `UPDATE report_organisations SET name_read = $2 WHERE report_id = $1 AND name_read <> $2`
	sqlOrganisationOf = `
SELECT o.organisation_id, o.name, g.shown, o.name_read
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
	sqlReportsFor = `SELECT report_id FROM report_organisations WHERE organisation_id = $1`
	// the address stays where a mail to it reaches somebody who still belongs to it.
	sqlWaysOf = `
SELECT r.id,
       CASE WHEN NOT EXISTS (
         SELECT FROM confirmed_contacts c
         JOIN organisation_members m ON m.person_id = c.person_id AND m.organisation_id = $1
         WHERE c.id = r.contact_id) THEN r.contact_id END,
       r.person_id IS NOT DISTINCT FROM $2 OR EXISTS (SELECT FROM report_owners w WHERE w.report_id = r.id AND w.person_id = $2)
FROM reports r
JOIN report_organisations o ON o.report_id = r.id
WHERE o.organisation_id = $1
  AND (r.person_id = $2
    OR EXISTS (SELECT FROM report_owners w WHERE w.report_id = r.id AND w.person_id = $2)
    OR EXISTS (SELECT FROM confirmed_contacts c WHERE c.id = r.contact_id AND c.person_id = $2))
ORDER BY r.id
FOR UPDATE OF r`
	sqlOthersContact = `SELECT EXISTS (SELECT FROM contacts WHERE id = $1 AND person_id IS NOT NULL AND person_id <> $2)`
	sqlUntieWriter   = `
UPDATE reports r
SET person_id = NULL
FROM report_organisations o
WHERE o.report_id = r.id
  AND o.organisation_id = $1
  AND r.person_id = $2`
)
