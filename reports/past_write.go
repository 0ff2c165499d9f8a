package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// pastBatch collects the rows of up to 500 reports, so that each table is
// written in one round trip.
type pastBatch struct {
	reports  [][]any
	sources  [][]any
	answers  [][]any
	cases    []casework.Opening
	entries  []timeline.Entry
	votes    []votes.Seeding
	photos   []attachments.Copy
	waiting  []subject.Ref
	doubles  []double
	pictured []pictured
}

// double is a report that is another one's duplicate.
type double struct{ of, first uuid.UUID }

// pictured is an entry that shows a photo of its report, the first one is 1.
type pictured struct {
	entry  int
	report uuid.UUID
	photo  int
}

func (s *Service) importBatch(ctx context.Context, tx pgx.Tx, cat *categories.Catalogue, days *categories.Calendar, part []*Past) error {
	fresh, err := withoutKnown(ctx, tx, part)
	if err != nil || len(fresh) == 0 {
		return err
	}
	var b pastBatch
	list := make([]*Report, len(fresh))
	for i, p := range fresh {
		if list[i], err = s.pastReport(cat, days, p); err != nil {
			return err
		}
	}
	places, err := s.routePast(ctx, tx, cat, fresh, list)
	if err != nil {
		return err
	}
	for i, p := range fresh {
		if err := b.add(cat, list[i], p); err != nil {
			return err
		}
		if to, ok := places[p]; ok {
			b.cases[i].Priority = to.Priority
		}
	}
	if err := b.write(ctx, tx); err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	return s.bus.Append(ctx, tx, Imported{Batch: subject.NewID(), N: len(fresh), IDs: ids})
}

// add works out the rows of one report and its history.
func (b *pastBatch) add(cat *categories.Catalogue, r *Report, p *Past) error {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return fmt.Errorf("status params: %w", err)
	}
	point, err := geom.Point(r.Point.Lon, r.Point.Lat)
	if err != nil {
		return err
	}
	b.reports = append(b.reports, []any{
		r.ID, int64(r.Number), r.Category, r.Title, r.Text, string(r.TextState), r.Lang, string(r.Publish), string(r.Visibility),
		string(r.Status), string(r.Status.Class()), params, point, r.Address, r.PlaceNote, r.DistrictRef, r.Wish, r.Quiet, zeroNull(r.TargetDays),
		r.FirstDue, r.Channel, r.CreatedAt, words(r), r.TextPublic, r.StatusAt, r.ChangedAt, r.ClosedAt, int16(r.ReopenedN),
	})
	for _, src := range p.Sources {
		b.sources = append(b.sources, []any{src.Name, src.Key, r.ID, src.Hash})
	}
	for i, ph := range p.Photos {
		b.photos = append(b.photos, attachments.Copy{Prepared: ph.Prepared, Subject: r.Ref(), Alt: ph.Alt, Ord: i, State: ph.State, At: r.CreatedAt})
	}
	c := cat.ByKey(p.Category)
	out, _ := categories.Evaluate(c, p.Answers)
	due := r.FirstDue
	if r.Params.Until != nil && due != nil && (r.Status == Planned || r.Status == Commissioned) {
		due = r.Params.Until
	}
	known := facts(r)
	known.Counts = casework.Counts{MeToo: p.MeToo, FixedYes: p.FixedYes, FixedNo: p.FixedNo}
	for _, ph := range p.Photos {
		known.HasPhoto = true
		known.HeldPhoto = known.HeldPhoto || ph.State == attachments.Held && r.waits()
	}
	b.cases = append(b.cases, casework.Opening{
		Facts: known, Department: r.DepartmentID, Priority: casework.Priority(out.Priority), Due: due, Missed: p.Missed,
	})
	if r.Status == Waiting {
		b.waiting = append(b.waiting, r.Ref())
	}
	answers, err := answerRows(r.ID, c, out.Answers)
	if err != nil {
		return err
	}
	b.answers = append(b.answers, answers...)
	b.votes = append(b.votes,
		votes.Seeding{Ref: r.Ref(), Aspect: votes.MeToo, Value: 1, N: p.MeToo},
		votes.Seeding{Ref: r.Ref(), Aspect: votes.Fixed, Value: 1, N: p.FixedYes},
		votes.Seeding{Ref: r.Ref(), Aspect: votes.Fixed, Value: -1, N: p.FixedNo},
	)
	if p.DuplicateOf != nil {
		b.doubles = append(b.doubles, double{r.ID, p.DuplicateOf.ID})
	}
	b.history(r, p)
	return nil
}

// history adds the entries of the timeline.
func (b *pastBatch) history(r *Report, p *Past) {
	b.entries = append(b.entries, timeline.Entry{Ref: r.Ref(), At: r.CreatedAt, Key: statusKey(Received), Department: r.DepartmentID})
	for _, st := range p.Steps {
		e := timeline.Entry{Ref: r.Ref(), At: st.At, Key: st.Key, Params: maps.Clone(st.Extra), Reason: st.Reason, Department: r.DepartmentID}
		if st.Status != "" {
			e.Key = statusKey(st.Status)
			e.Params = entryParams(Change{To: st.Status, StatusParams: st.Params})
			if st.Status == Duplicate {
				e.Params["other"] = int64(r.Params.Other)
			}
		}
		if st.Status == Withdrawn {
			e.Department = uuid.Nil
		}
		if st.Photo > 0 {
			b.pictured = append(b.pictured, pictured{len(b.entries), r.ID, st.Photo})
		}
		b.entries = append(b.entries, e)
	}
}

// write puts everything in place.
func (b *pastBatch) write(ctx context.Context, tx pgx.Tx) error {
	if err := db.Bulk(ctx, tx); err != nil {
		return err
	}
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"reports", pastColumns(), b.reports},
		{"report_sources", []string{"source", "source_key", "report_id", "row_hash"}, b.sources},
		{"report_answers", []string{"report_id", "question_id", "ord", "question", "value", "shown", "team_only"}, b.answers},
	} {
		if len(t.rows) == 0 {
			continue
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("write %s: %w", t.name, err)
		}
	}
	if err := casework.OpenAll(ctx, tx, b.cases); err != nil {
		return err
	}
	for _, ref := range b.waiting {
		if err := casework.Pause(ctx, tx, ref); err != nil {
			return err
		}
	}
	if err := attachments.Attach(ctx, tx, b.photos); err != nil {
		return err
	}
	if err := b.placePhotos(ctx, tx); err != nil {
		return err
	}
	if err := timeline.AppendAll(ctx, tx, b.entries); err != nil {
		return err
	}
	if err := votes.SeedAll(ctx, tx, scope, b.votes); err != nil {
		return err
	}
	for _, d := range b.doubles {
		if err := links.Make(ctx, tx, ref(d.of), ref(d.first), links.DuplicateOf, uuid.Nil); err != nil {
			return err
		}
	}
	return nil
}

func pastColumns() []string {
	return []string{
		"id", "number", "category_id", "title", "text", "text_state", "lang", "publish", "visibility",
		"status", "status_class", "status_params", "point", "address", "place_note", "district_ref", "wish", "quiet", "target_days",
		"first_due_at", "channel", "created_at", "words", "text_public", "status_at", "changed_at", "closed_at", "reopened",
	}
}

// placePhotos puts the ids of photos into the steps that show them.
func (b *pastBatch) placePhotos(ctx context.Context, tx pgx.Tx) error {
	if len(b.pictured) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(b.pictured))
	for i, p := range b.pictured {
		ids[i] = p.report
	}
	all, err := attachments.ForSubjects(ctx, tx, subject.Report, ids)
	if err != nil {
		return err
	}
	for _, p := range b.pictured {
		list, e := all[p.report], &b.entries[p.entry]
		if p.photo > len(list) {
			continue
		}
		if e.Params == nil {
			e.Params = map[string]any{}
		}
		e.Params["photo"] = list[p.photo-1].ID.String()
	}
	return nil
}

// withoutKnown leaves out the reports that are there already. Two imports of
// one list wait for each other here.
func withoutKnown(ctx context.Context, tx pgx.Tx, part []*Past) ([]*Past, error) {
	keys := map[string][]string{}
	for _, p := range part {
		p.ID, p.Number = uuid.Nil, 0
		for _, src := range p.Sources {
			keys[src.Name] = append(keys[src.Name], src.Key)
		}
	}
	known := map[string]map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(keys)) { // in one order: no two wait for each other in a ring
		if _, err := tx.Exec(ctx, sqlLockSource, name); err != nil {
			return nil, fmt.Errorf("lock source: %w", err)
		}
		rows, err := tx.Query(ctx, sqlKnownSources, name, keys[name])
		if err != nil {
			return nil, fmt.Errorf("known rows: %w", err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("known rows: %w", err)
		}
		known[name] = map[string]bool{}
		for _, k := range list {
			known[name][k] = true
		}
	}
	if len(keys) == 0 {
		return part, nil
	}
	return slices.DeleteFunc(slices.Clone(part), func(p *Past) bool {
		return slices.ContainsFunc(p.Sources, func(src Source) bool { return known[src.Name][src.Key] })
	}), nil
}

const (
	sqlLockSource   = `SELECT pg_advisory_xact_lock(hashtextextended('import ' || $1::text, 0))`
	sqlKnownSources = `SELECT source_key FROM report_sources WHERE source = $1 AND source_key = ANY ($2)`
)

// SourceOf is what is known of a row of somebody else's list.
type SourceOf struct {
	Report uuid.UUID
	Hash   []byte
}

// Known lists the rows of a list that reports were made of, by their keys.
func (s *Service) Known(ctx context.Context, source string) (map[string]SourceOf, error) {
	rows, err := s.db.Query(ctx, sqlSources, source)
	if err != nil {
		return nil, fmt.Errorf("known rows: %w", err)
	}
	known := map[string]SourceOf{}
	var key string
	var of SourceOf
	if _, err := pgx.ForEachRow(rows, []any{&key, &of.Report, &of.Hash}, func() error {
		known[key] = SourceOf{of.Report, slices.Clone(of.Hash)}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("known rows: %w", err)
	}
	return known, nil
}

const sqlSources = `SELECT source_key, report_id, row_hash FROM report_sources WHERE source = $1`

// TieSources notes further rows of a list that say the same as reports that
// are there. A row that is known already stays where it is.
func (s *Service) TieSources(ctx context.Context, of map[uuid.UUID][]Source) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		for report, list := range of {
			for _, src := range list {
				b.Queue(sqlTieSource, src.Name, src.Key, report, src.Hash)
			}
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("tie rows: %w", err)
		}
		return nil
	})
}

const sqlTieSource = `
INSERT INTO report_sources (source, source_key, report_id, row_hash)
VALUES ($1, $2, $3, $4)
ON CONFLICT (source, source_key) DO NOTHING`
