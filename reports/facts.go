package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
)

// facts is what casework needs to know of a report, as far as the report itself
// tells it.
func facts(r *Report) casework.Facts {
	return casework.Facts{
		Ref: r.Ref(), Number: r.Number, CategoryID: r.Category, DistrictRef: r.DistrictRef, Point: &r.Point, Place: r.Address,
		Status: string(r.Status), StatusClass: string(r.Status.Class()), StatusAt: r.StatusAt, Quiet: r.Quiet, Open: r.Status.IsOpen(),
		Title: r.Title["de"], Titles: r.Title, Words: words(r), Channel: r.Channel, Reopened: r.ReopenedN,
		HeldText:  r.waits() && (r.Visibility == VisHeld || r.TextState == TextHeld && r.Text != ""),
		CreatedAt: r.CreatedAt, Gone: r.Visibility == VisErased,
	}
}

// waits tells whether anything of the report could be released at all.
func (r *Report) waits() bool {
	return (r.Publish == "A" || r.Publish == "B") && r.Status != Withdrawn
}

// fullFacts are facts with what lies beside the report: photos, an objection,
// the object. The row of the report is in the transaction already.
func fullFacts(ctx context.Context, tx pgx.Tx, r *Report) (casework.Facts, error) {
	f := facts(r)
	var object *uuid.UUID
	if err := tx.QueryRow(ctx, sqlFacts, r.ID).Scan(&object, &f.HeldPhoto, &f.HasPhoto, &f.Objection); err != nil {
		return f, fmt.Errorf("facts of a report: %w", err)
	}
	f.HeldPhoto = f.HeldPhoto && r.waits()
	if object != nil {
		f.ObjectID = *object
	}
	return f, nil
}

const sqlFacts = `
SELECT r.object_id,
       EXISTS (SELECT FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state = 'held'
                 AND a.created_at > coalesce(r.decided_at, '-infinity')),
       EXISTS (SELECT FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state <> 'removed'),
       EXISTS (SELECT FROM objections o WHERE o.report_id = r.id AND o.outcome IS NULL)
FROM reports r
WHERE r.id = $1`

// putFacts tells casework how the report stands at the end of a change.
func putFacts(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	r, err := byID(ctx, tx, id, uuid.Nil)
	if err != nil {
		return err
	}
	f, err := fullFacts(ctx, tx, r)
	if err != nil {
		return err
	}
	return casework.Put(ctx, tx, f)
}
