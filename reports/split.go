package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxParts is how many parts one report can be split into at once.
const MaxParts = 5

// Part is what becomes a report of its own: a kind, and the city's words about
// it.
type Part struct {
	Category string `json:"category"` // key
	Text     string `json:"text"`
}

// Split makes reports of their own of parts of one, each with its number, team
// and target, at the same place and linked to it. The person who reported owns
// and follows all of them, and so do the other followers. key makes it safe to
// send twice: the same numbers come back.
func (s *Service) Split(ctx context.Context, actor accounts.Actor, n subject.Number, parts []Part, key uuid.UUID) ([]subject.Number, error) {
	ready, err := s.ReadyParts(ctx, actor, n, parts)
	if err != nil {
		return nil, err
	}
	return s.SplitReady(ctx, actor, ready, key)
}

// Parts is what a report is to be split into, looked up and checked.
type Parts struct {
	of    subject.Number
	id    uuid.UUID
	list  []Part
	ready []*prepared
}

// ReadyParts does what Split does before its transaction: it asks the map and the
// catalogue, who have connections of their own.
func (s *Service) ReadyParts(ctx context.Context, actor accounts.Actor, n subject.Number, parts []Part) (*Parts, error) {
	if len(parts) == 0 || len(parts) > MaxParts {
		return nil, fault.OnField("parts", "case.err.parts")
	}
	for i := range parts {
		parts[i].Text = strings.TrimSpace(parts[i].Text)
		if parts[i].Text == "" || utf8.RuneCountInString(parts[i].Text) > MaxReason {
			return nil, fault.OnField("parts", "case.err.part_text")
		}
	}
	report, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	out := &Parts{of: n, id: report.ID, list: parts, ready: make([]*prepared, len(parts))}
	for i, p := range parts {
		if out.ready[i], err = s.preparePart(ctx, report, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SplitReady is the rest of Split: one transaction, on its connection alone.
func (s *Service) SplitReady(ctx context.Context, actor accounts.Actor, p *Parts, key uuid.UUID) (made []subject.Number, err error) {
	body, err := json.Marshal(p.list)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		made, err = idem.Once(ctx, tx, "reports.split", key.String(), idem.Hash(body, actor.Person[:], p.id[:]), func() (list []subject.Number, err error) {
			err = changeIn(ctx, tx, actor, p.of, ActStep, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
				list, err = s.splitInto(ctx, tx, actor, r, p.list, p.ready)
				return err
			})
			return list, err
		})
		return err
	})
	return made, err
}

// preparePart is prepare for a part: nobody answers the questions of its kind.
func (s *Service) preparePart(ctx context.Context, r *Report, part Part) (*prepared, error) {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	p := &prepared{cat: cat.ByKey(part.Category), address: r.Address}
	if p.cat == nil || !p.cat.Active {
		return nil, fault.OnField("parts", "report.err.category")
	}
	p.out, _ = categories.Evaluate(p.cat, nil)
	var ok bool
	if p.dep, ok = cat.Department(p.out.Department); !ok && s.router == nil {
		return nil, fault.OnField("parts", "report.err.category")
	}
	if p.place, err = s.places.Locate(ctx, r.Point, part.Category); err != nil {
		return nil, err
	}
	p.days, err = s.cat.Calendar(ctx)
	return p, err
}

func (s *Service) splitInto(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, parts []Part, ready []*prepared) ([]subject.Number, error) {
	made := make([]subject.Number, 0, len(parts))
	for i, p := range parts {
		sub := Submission{
			Category: p.Category, Text: p.Text, Lang: r.Lang, Place: Place{Point: r.Point, Address: r.Address}, Channel: r.Channel,
		}
		receipt, err := s.insert(ctx, tx, accounts.System, sub, ready[i])
		if err != nil {
			return nil, err
		}
		ref := subject.Ref{Kind: subject.Report, ID: receipt.Report}
		if _, err := tx.Exec(ctx, sqlSplitOwner, ref.ID, r.ID); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		if _, err := tx.Exec(ctx, sqlSplitOwners, ref.ID, r.ID); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		if _, err := tx.Exec(ctx, sqlSplitOrganisation, ref.ID, r.ID); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		if _, err := follows.Move(ctx, tx, r.Ref(), ref); err != nil {
			return nil, err
		}
		if err := links.Make(ctx, tx, ref, r.Ref(), links.BelongsTo, actor.Person); err != nil {
			return nil, err
		}
		part := &Report{ID: ref.ID}
		if err := s.appendStep(ctx, tx, part, "step.split_from", map[string]any{"other": int64(r.Number)}, "", s.linkAudience(r), r.DepartmentID); err != nil {
			return nil, err
		}
		if err := s.appendStep(ctx, tx, r, "step.split", map[string]any{"other": int64(receipt.Number)}, "", s.partAudience(ready[i]), r.DepartmentID); err != nil {
			return nil, err
		}
		made = append(made, receipt.Number)
	}
	return made, touch(ctx, tx, r.ID)
}

// linkAudience: a public page names public reports only.
func (s *Service) linkAudience(r *Report) subject.Audience {
	if r.Visibility == VisPublic {
		return subject.Public
	}
	return subject.Owner
}

func (s *Service) partAudience(p *prepared) subject.Audience {
	if v, _ := publication(p.out.Publish); v == VisPublic {
		return subject.Public
	}
	return subject.Owner
}

const (
	sqlSplitOwner  = `UPDATE reports p SET person_id = r.person_id, contact_id = r.contact_id FROM reports r WHERE p.id = $1 AND r.id = $2`
	sqlSplitOwners = `INSERT INTO report_owners (report_id, person_id, since) SELECT $1, person_id, since FROM report_owners WHERE report_id = $2 ON CONFLICT DO NOTHING`
)

// LinkTo says that a report belongs to another one; cut takes that back. The
// actor works on the report and knows of the other.
func (s *Service) LinkTo(ctx context.Context, actor accounts.Actor, n, other subject.Number, cut bool) error {
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		unknown := fault.OnField("other", "report.err.other_unknown")
		to, err := byNumber(ctx, tx, other, actor.Person)
		if fault.Is(err, fault.NotFound) {
			return unknown
		}
		if err != nil {
			return err
		}
		if to.ID == r.ID {
			return fault.OnField("other", "report.err.other_self")
		}
		if !mayKnow(actor, to) {
			return unknown
		}
		if cut { // whichever of the two it was made from: both pages show it
			if err := links.Cut(ctx, tx, r.Ref(), to.Ref(), links.BelongsTo); err != nil {
				return err
			}
			return links.Cut(ctx, tx, to.Ref(), r.Ref(), links.BelongsTo)
		}
		back, err := links.Sources(ctx, tx, r.Ref(), links.BelongsTo, subject.Report)
		if err != nil {
			return err
		}
		if slices.Contains(back, to.ID) { // it is linked the other way already
			return nil
		}
		return links.Make(ctx, tx, r.Ref(), to.Ref(), links.BelongsTo, actor.Person)
	})
}

// Linked lists the reports that a report belongs to, and those that belong to
// it, as far as the actor may know of them. The actor works on the report.
func (s *Service) Linked(ctx context.Context, actor accounts.Actor, n subject.Number) ([]Neighbour, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	return s.neighbours(ctx, actor, sqlLinked, r.ID)
}

// neighbours are the reports of a query about a thing, of which the actor may know.
func (s *Service) neighbours(ctx context.Context, actor accounts.Actor, sql string, of uuid.UUID) ([]Neighbour, error) {
	rows, err := s.db.Query(ctx, sql, of)
	if err != nil {
		return nil, fmt.Errorf("linked: %w", err)
	}
	defer rows.Close()
	var list []Neighbour
	for rows.Next() {
		var b Neighbour
		var o Report
		if err := rows.Scan(&b.Number, &b.Title, &b.Status, &b.Quiet, &b.Address, &b.CreatedAt, &o.Visibility, &o.Publish, &o.Category, &o.DistrictRef, &o.DepartmentID); err != nil {
			return nil, fmt.Errorf("linked: %w", err)
		}
		if mayKnow(actor, &o) {
			list = append(list, b)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("linked: %w", err)
	}
	return list, nil
}

const sqlLinked = `
SELECT r.number, r.title, r.status, r.quiet, r.address, r.created_at, r.visibility, r.publish, r.category_id, r.district_ref, c.department_id
FROM (
  SELECT to_id AS id FROM links WHERE from_kind = 'report' AND from_id = $1 AND to_kind = 'report' AND relation = 'belongs_to'
  UNION
  SELECT from_id FROM links WHERE to_kind = 'report' AND to_id = $1 AND from_kind = 'report' AND relation = 'belongs_to'
) l
JOIN reports r ON r.id = l.id
JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
ORDER BY r.created_at, r.id
LIMIT 50`
