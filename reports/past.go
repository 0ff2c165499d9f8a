package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// Past is a report with its history, as imports and the demo bring it. The
// status, its date and the closing follow from the steps.
type Past struct {
	Category    string // key
	Text        string
	Lang        string
	TextState   TextState // "": by the kind's publication
	Place       Place
	Street      string // for the title; "": of Place.Address
	DistrictRef string
	Answers     categories.Answers
	Department  string // key; "": by the catalogue's rules
	Channel     string
	CreatedAt   time.Time
	Steps       []PastStep // oldest first, without the arrival
	MeToo       int
	FixedYes    int
	FixedNo     int
	Photos      []PastPhoto
	Missed      bool  // an open report whose target has passed and was spoken of
	DuplicateOf *Past // imported before this one, or in the same call before it

	// Set by ImportPast.
	ID     uuid.UUID
	Number subject.Number
}

// PastStep is one entry of a history.
type PastStep struct {
	At     time.Time
	Status Status // of a status step, else ""
	Key    string // of another step, e.g. "step.secured"
	Params StatusParams
	Extra  map[string]any // parameters of another step
	Reason string
	Photo  int // 1: the first of Photos, …; 0: none
}

// PastPhoto is a prepared picture of a report.
type PastPhoto struct {
	attachments.Prepared

	Alt   string
	State attachments.State
}

// ImportPast inserts reports with their histories, up to 500 in a transaction
// with one batch event each, which sends no mails. Callers vouch for places
// and districts. It is for the system only.
func (s *Service) ImportPast(ctx context.Context, actor accounts.Actor, list []*Past) error {
	if !actor.System {
		return fault.New(fault.Forbidden, "err.403").With("why", whyNotStaff)
	}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return err
	}
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	for start := 0; start < len(list); start += batch {
		part := list[start:min(start+batch, len(list))]
		for try := 0; ; try++ { // a number that is taken: draw all again
			err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return s.importBatch(ctx, tx, cat, days, part) })
			if err == nil {
				break
			}
			if !db.IsUnique(err, "reports_number") || try == 5 {
				return fmt.Errorf("import reports %d to %d: %w", start+1, start+len(part), err)
			}
		}
	}
	return nil
}

func (s *Service) importBatch(ctx context.Context, tx pgx.Tx, cat *categories.Catalogue, days *categories.Calendar, part []*Past) error {
	var rows pgx.Batch
	var photos []attachments.Copy
	reports := make([]*Report, len(part))
	for i, p := range part {
		r, err := s.pastReport(cat, days, p)
		if err != nil {
			return err
		}
		reports[i] = r
		copies, err := queuePast(&rows, r, p)
		if err != nil {
			return err
		}
		photos = append(photos, copies...)
	}
	if err := tx.SendBatch(ctx, &rows).Close(); err != nil {
		return err
	}
	if err := attachments.Attach(ctx, tx, photos); err != nil {
		return err
	}
	for i, p := range part {
		if err := s.finishPast(ctx, tx, cat, reports[i], p); err != nil {
			return err
		}
	}
	return s.bus.Append(ctx, tx, Imported{Batch: subject.NewID(), N: len(part)})
}

// pastReport works out what follows from the history.
func (s *Service) pastReport(cat *categories.Catalogue, days *categories.Calendar, p *Past) (*Report, error) {
	c := cat.ByKey(p.Category)
	if c == nil {
		return nil, fmt.Errorf("unknown category %q", p.Category)
	}
	out, wrong := categories.Evaluate(c, p.Answers)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if p.Department != "" {
		out.Department = p.Department
	}
	dep, ok := cat.Department(out.Department)
	if !ok {
		return nil, fmt.Errorf("unknown department %q", out.Department)
	}
	sub := Submission{Text: p.Text, Lang: p.Lang, Place: p.Place, Channel: p.Channel}
	at := geo.Place{Point: p.Place.Point, DistrictRef: p.DistrictRef}
	if p.Street != "" {
		at.Address = &geo.Address{Street: p.Street}
	}
	r := newReport(sub, &prepared{cat: c, out: out, place: at, dep: dep, days: days, address: p.Place.Address}, p.CreatedAt, s.zone)
	r.Number = subject.NewNumber(p.CreatedAt.In(s.zone).Year())
	if p.TextState != "" && r.TextState == TextHeld {
		r.TextState = p.TextState
		if p.TextState == TextReleased {
			r.TextPublic, r.Visibility = p.Text, VisPublic
		}
	}
	r.StatusAt, r.ChangedAt = p.CreatedAt, p.CreatedAt
	for i := range p.Steps {
		st := &p.Steps[i]
		r.ChangedAt = st.At
		if st.Status == "" {
			r.Params.Secured = r.Params.Secured || st.Key == "step.secured"
			continue
		}
		secured := r.Params.Secured
		r.Status, r.StatusAt, r.Params = st.Status, st.At, st.Params
		r.Params.Reason, r.Params.Secured = st.Reason, secured && st.Status.IsOpen()
		if st.Status == Duplicate && p.DuplicateOf != nil {
			r.Params.Other = p.DuplicateOf.Number
		}
		r.ClosedAt = nil
		if !st.Status.IsOpen() {
			at := st.At
			r.ClosedAt = &at
		}
		if st.Status == Reopened {
			r.ReopenedN++
			if r.TargetDays > 0 {
				due := endOfDay(days.AddWorkingDays(st.At, r.TargetDays), s.zone)
				r.FirstDue = &due
			}
		}
	}
	p.ID, p.Number = r.ID, r.Number
	return r, nil
}

// queuePast adds the rows of a report and its history to a batch.
func queuePast(b *pgx.Batch, r *Report, p *Past) ([]attachments.Copy, error) {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return nil, err
	}
	point, err := geom.Point(r.Point.Lon, r.Point.Lat)
	if err != nil {
		return nil, err
	}
	b.Queue(sqlInsertPast, r.ID, int64(r.Number), r.Category, r.Title, r.Text, string(r.TextState), r.Lang, string(r.Publish), string(r.Visibility),
		string(r.Status), string(r.Status.Class()), params, point, r.Address, r.PlaceNote, r.DistrictRef, r.Wish, r.Quiet, zeroNull(r.TargetDays),
		r.FirstDue, r.Channel, r.CreatedAt, words(r), r.TextPublic, r.StatusAt, r.ChangedAt, r.ClosedAt, r.ReopenedN)
	copies := make([]attachments.Copy, len(p.Photos))
	for i, ph := range p.Photos {
		copies[i] = attachments.Copy{Prepared: ph.Prepared, Subject: r.Ref(), Alt: ph.Alt, Ord: i, State: ph.State, At: r.CreatedAt}
	}
	return copies, nil
}

const sqlInsertPast = `
INSERT INTO reports (id, number, category_id, title, text, text_state, lang, publish, visibility,
                     status, status_class, status_params, point, address, place_note, district_ref, wish, quiet, target_days,
                     first_due_at, channel, created_at, words, text_public, status_at, changed_at, closed_at, reopened)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,
        $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
        $20, $21, $22, $23, $24, $25, $26, $27, $28)`

// finishPast writes what belongs to the neighbours: case, timeline, votes, links.
func (s *Service) finishPast(ctx context.Context, tx pgx.Tx, cat *categories.Catalogue, r *Report, p *Past) error {
	c := cat.ByKey(p.Category)
	out, _ := categories.Evaluate(c, p.Answers)
	due := r.FirstDue
	if r.Params.Until != nil && due != nil && (r.Status == Planned || r.Status == Commissioned) {
		due = r.Params.Until
	}
	if err := casework.Open(ctx, tx, facts(r), r.DepartmentID, casework.Priority(out.Priority), due); err != nil {
		return err
	}
	if p.Missed {
		if err := casework.MarkMissed(ctx, tx, r.Ref()); err != nil {
			return err
		}
	}
	if r.Status == Waiting {
		if err := casework.Pause(ctx, tx, r.Ref()); err != nil {
			return err
		}
	}
	if err := saveAnswers(ctx, tx, r.ID, c, out.Answers); err != nil {
		return err
	}
	entries := make([]timeline.Entry, 0, len(p.Steps)+1)
	entries = append(entries, timeline.Entry{Ref: r.Ref(), At: r.CreatedAt, Key: statusKey(Received), Department: r.DepartmentID})
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
		entries = append(entries, e)
	}
	if err := s.placePhotos(ctx, tx, r, p, entries); err != nil {
		return err
	}
	if err := timeline.AppendAll(ctx, tx, entries); err != nil {
		return err
	}
	for _, v := range []struct {
		aspect votes.Aspect
		value  int16
		n      int
	}{{votes.MeToo, 1, p.MeToo}, {votes.Fixed, 1, p.FixedYes}, {votes.Fixed, -1, p.FixedNo}} {
		if err := votes.Seed(ctx, tx, scope, r.Ref(), v.aspect, v.value, v.n); err != nil {
			return err
		}
	}
	if p.DuplicateOf != nil {
		return links.Make(ctx, tx, r.Ref(), ref(p.DuplicateOf.ID), links.DuplicateOf, uuid.Nil)
	}
	return nil
}

// placePhotos puts the ids of photos into the steps that show them.
func (s *Service) placePhotos(ctx context.Context, tx pgx.Tx, r *Report, p *Past, entries []timeline.Entry) error {
	needed := false
	for _, st := range p.Steps {
		needed = needed || st.Photo > 0
	}
	if !needed {
		return nil
	}
	list, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	for i, st := range p.Steps {
		if st.Photo > 0 && st.Photo <= len(list) {
			if entries[i+1].Params == nil {
				entries[i+1].Params = map[string]any{}
			}
			entries[i+1].Params["photo"] = list[st.Photo-1].ID.String()
		}
	}
	return nil
}
