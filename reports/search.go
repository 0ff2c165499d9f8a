package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is reports as the search sees them: its Source.
type Findable struct{ s *Service }

// Findable gives the search what it needs of reports.
func (s *Service) Findable() Findable { return Findable{s} }

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return subject.Report }

// Documents implements search.Source: what is public with its released words;
// what waits or is private with its title only, for its team and its author.
// Nobody finds what is hidden.
func (f Findable) Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	cat, err := f.s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlFindable, ids)
	if err != nil {
		return nil, fmt.Errorf("documents of reports: %w", err)
	}
	docs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (search.Document, error) {
		d := search.Document{Ref: subject.Ref{Kind: subject.Report}, Audience: subject.Public, Facets: map[string]string{}}
		var number int64
		var title map[string]string
		var status Status
		var visibility Visibility
		var quiet bool
		var address string
		var point *gogeom.Point
		if err := row.Scan(&d.ID, &number, &title, &d.Body, &address, &status, &visibility, &quiet, &point, &d.At, &d.Department, &d.Category, &d.District, &d.Owners, &d.Holders); err != nil {
			return d, err
		}
		n := subject.Number(number)
		d.Title, d.Number, d.Path = title, n.Format(subject.PrefixReport), "/reports/"+n.Format(subject.PrefixReport)
		d.Keywords = address
		d.Shape, d.Label = string(status), "status."+string(status)+".label"
		if quiet && status == Resolved {
			d.Label = "status.closed_quiet.label"
		}
		d.Facets["status"], d.Facets["district"] = string(status.Class()), d.District
		if k := cat.ByID(d.Category); k != nil {
			d.Facets["category"] = k.Key
		}
		if point != nil {
			d.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
		}
		if visibility == VisPublic {
			d.Owners, d.Holders = nil, nil // everybody finds it
		} else {
			d.Audience, d.Body = subject.Owner, ""
		}
		return d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("documents of reports: %w", err)
	}
	return docs, nil
}

// IDs implements search.Source.
func (Findable) IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlFindableIDs, after, limit)
	if err != nil {
		return nil, fmt.Errorf("ids of reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of reports: %w", err)
	}
	return list, nil
}

// OnChange calls fn, as a job, for the reports of each event after which others
// may find them by other words or not at all.
func (f Findable) OnChange(fn func(ctx context.Context, ids []uuid.UUID) error) {
	const name = "search"
	b := f.s.bus
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Submitted]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Undone]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[StepAdded]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Released]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Hidden]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Erased]) error {
		return fn(ctx, []uuid.UUID{d.Event.Report})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Imported]) error { return fn(ctx, d.Event.IDs) })
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[OwnersChanged]) error { return fn(ctx, d.Event.IDs) })
}

const (
	sqlFindable = `
SELECT r.id, r.number, r.title, CASE WHEN r.text_state = 'released' AND r.publish IN ('A', 'B') THEN r.text_public ELSE '' END, r.address,
       r.status, r.visibility, r.quiet, r.point, r.created_at, coalesce(c.department_id, '00000000-0000-0000-0000-000000000000'),
       r.category_id, r.district_ref, ARRAY(SELECT o.person_id FROM report_parties o WHERE o.report_id = r.id ORDER BY 1),
       ARRAY(SELECT o.person_id FROM report_owners o WHERE o.report_id = r.id
             UNION SELECT o.organisation_id FROM report_organisations o WHERE o.report_id = r.id ORDER BY 1)
FROM reports r
LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
WHERE r.id = ANY ($1) AND r.visibility IN ('public', 'held', 'private')`
	sqlFindableIDs = `SELECT id FROM reports WHERE id > $1 ORDER BY id LIMIT $2`
)
