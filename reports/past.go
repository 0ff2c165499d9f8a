package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
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
	// Foreign came from another system: its kind's questions were not asked,
	// its kind's target was promised to nobody.
	Foreign bool
	Sources []Source // the rows that it was made of

	// Set by ImportPast. Without an ID: a row of its Sources was there already.
	ID     uuid.UUID
	Number subject.Number
}

// Source is a row of somebody else's list that a report was made of. No two
// reports are made of the same.
type Source struct {
	Name string // of the list
	Key  string // of the row, unique in the list
	Hash []byte // of what the row says
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
// with one batch event each, which sends no mails. A report one of whose
// Sources is there already is left out. Callers vouch for places and
// districts. It is for the system only.
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

// pastReport works out what follows from the history.
func (s *Service) pastReport(cat *categories.Catalogue, days *categories.Calendar, p *Past) (*Report, error) {
	c := cat.ByKey(p.Category)
	if c == nil {
		return nil, fmt.Errorf("unknown category %q", p.Category)
	}
	out, wrong := categories.Evaluate(c, p.Answers)
	if err := wrong.Err(); err != nil && !p.Foreign {
		return nil, err
	}
	if p.Foreign {
		out.Days = 0
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
