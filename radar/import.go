package radar

import (
	"context"
	"reflect"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// ImportAs says what becomes of the rows of a file.
type ImportAs struct {
	Release Day  // set: a release of that day in the past; nothing of now changes. Another editor approves it
	Drafts  bool // changes that another person reviews; else they are public at once, which only the product itself may
	Notes   i18n.Text
}

// Imported is what an import did.
type Imported struct{ New, Changed, Same int }

// Import brings the rows of a file in, all or none. A measure is found by its
// number, else by its number in the chart; others are new.
func (s *Service) Import(ctx context.Context, actor accounts.Actor, p *Programme, rows []Row, as ImportAs) (done Imported, err error) {
	if !as.Drafts && as.Release == "" && !actor.System {
		return done, fault.New(fault.Forbidden, "radar.err.second_person")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		done = Imported{} // it may run again
		actor, err := s.renewed(ctx, tx, actor, ActRelease, inProgramme(p.ID))
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, p.ID); err != nil {
			return err
		}
		im, err := s.importer(ctx, tx, p, rows)
		if err != nil {
			return err
		}
		im.actor, im.as = actor, as
		if as.Release != "" && (!as.Release.ok() || as.Release > im.today) {
			return fault.OnField("on", "radar.err.future")
		}
		if as.Release != "" && !actor.System {
			for i := range rows {
				if im.find(&rows[i]) == nil {
					done.New++
				}
			}
			return s.handInRelease(ctx, tx, actor, p, as.Release, as.Notes, rows)
		}
		err = im.all(ctx, tx, rows)
		done = im.done
		return err
	})
	return done, err
}

// importer is one import at work.
type importer struct {
	s     *Service
	p     *Programme
	today Day
	actor accounts.Actor
	as    ImportAs
	year  int

	byNumber map[string]*Measure
	byNo     map[int]*Measure
	past     []Past
	changed  []uuid.UUID
	done     Imported
}

func (s *Service) importer(ctx context.Context, tx pgx.Tx, p *Programme, rows []Row) (*importer, error) {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := many(ctx, tx, sqlAll, p.ID)
	if err != nil {
		return nil, err
	}
	im := &importer{s: s, p: p, today: s.day(now), year: now.Year(), byNumber: map[string]*Measure{}, byNo: map[int]*Measure{}}
	for i := range all {
		im.byNumber[all[i].PublicNumber()] = &all[i]
		im.byNo[all[i].No] = &all[i]
	}
	var wrong []RowError
	for _, r := range rows {
		if r.Number != "" && im.byNumber[r.Number] == nil {
			wrong = append(wrong, RowError{Row: r.No, Column: "number", Value: r.Number, Key: "radar.err.number_unknown"})
		}
		if m := im.byNumber[r.Number]; m != nil && r.ChartNo > 0 && m.No != r.ChartNo {
			wrong = append(wrong, RowError{Row: r.No, Column: "no", Value: strconv.Itoa(r.ChartNo), Key: "radar.err.no_other", Params: map[string]any{"no": m.No}})
		}
	}
	if len(wrong) > 0 {
		return nil, &FileError{wrong}
	}
	return im, nil
}

// all brings every row in.
func (im *importer) all(ctx context.Context, tx pgx.Tx, rows []Row) error {
	for i := range rows {
		if err := im.row(ctx, tx, &rows[i]); err != nil {
			return err
		}
	}
	return im.finish(ctx, tx)
}

func (im *importer) find(r *Row) *Measure {
	if r.Number != "" {
		return im.byNumber[r.Number]
	}
	return im.byNo[r.ChartNo]
}

func (im *importer) row(ctx context.Context, tx pgx.Tx, r *Row) error {
	m := im.find(r)
	switch {
	case im.as.Release != "":
		return im.pastRow(ctx, tx, m, r)
	case im.as.Drafts:
		return im.draftRow(ctx, tx, m, r)
	case m == nil:
		m, err := im.create(ctx, tx, visDraft, r)
		if err != nil {
			return err
		}
		im.done.New++
		return im.put(ctx, tx, m, &r.Content)
	}
	if m.Visibility == visPublic && same(&m.Content, &r.Content) {
		im.done.Same++
		return nil
	}
	im.done.Changed++
	return im.put(ctx, tx, m, &r.Content)
}

// same tells whether two documents say the same; a first end that a file does
// not know is no difference.
func same(a, b *Content) bool {
	x := *b
	if x.FirstEnd == "" {
		x.FirstEnd = a.FirstEnd
	}
	return reflect.DeepEqual(*a, x)
}

func (im *importer) create(ctx context.Context, tx pgx.Tx, visibility string, r *Row) (*Measure, error) {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	return create(ctx, tx, subject.NewID(), im.p.ID, r.ChartNo, visibility, &r.Content, now)
}

func (im *importer) put(ctx context.Context, tx pgx.Tx, m *Measure, c *Content) error {
	if _, err := im.s.putContent(ctx, tx, m, c, visPublic); err != nil {
		return err
	}
	im.changed = append(im.changed, m.ID)
	return nil
}

func (im *importer) pastRow(ctx context.Context, tx pgx.Tx, m *Measure, r *Row) error {
	if m == nil {
		var err error
		if m, err = im.create(ctx, tx, visPast, r); err != nil {
			return err
		}
		im.done.New++
		im.changed = append(im.changed, m.ID)
	}
	im.past = append(im.past, Past{m.ID, r.Content})
	return nil
}

func (im *importer) draftRow(ctx context.Context, tx pgx.Tx, m *Measure, r *Row) error {
	if m == nil {
		var err error
		if m, err = im.create(ctx, tx, visDraft, r); err != nil {
			return err
		}
		im.done.New++
		_, err = tx.Exec(ctx, sqlNewEdit, subject.NewID(), m.ID, &r.Content, 0, "", db.OrNull(im.actor.Person))
		return err
	}
	if same(&m.Content, &r.Content) {
		im.done.Same++
		return nil
	}
	im.done.Changed++
	e, ok, err := openEdit(ctx, tx, sqlHoldEdit, m.ID)
	if err != nil {
		return err
	}
	if ok {
		_, err = tx.Exec(ctx, sqlSaveEdit, e.ID, &r.Content, e.Remark, db.OrNull(im.actor.Person))
		return err
	}
	_, err = tx.Exec(ctx, sqlNewEdit, subject.NewID(), m.ID, &r.Content, m.Version, "", db.OrNull(im.actor.Person))
	return err
}

func (im *importer) finish(ctx context.Context, tx pgx.Tx) error {
	if im.as.Release != "" {
		if err := im.s.backdate(ctx, tx, im.p, im.as.Release, im.as.Notes, im.past); err != nil {
			return err
		}
	} else if !im.as.Drafts {
		if err := im.s.keepSpots(ctx, tx, im.p, im.today); err != nil {
			return err
		}
	}
	if len(im.changed) == 0 {
		return nil
	}
	return im.s.bus.Append(ctx, tx, MeasureChanged{Many: events.Many{IDs: im.changed[:min(len(im.changed), events.MaxBatch)]}})
}

// Export are the measures of a programme as they are now, the past ones left
// out; release: as they were decided on a day.
func (s *Service) Export(ctx context.Context, p *Programme, release Day) ([]Measure, error) {
	st, err := s.Now(ctx, p)
	if release != "" {
		st, err = s.At(ctx, p, release)
	}
	if err != nil {
		return nil, err
	}
	list := make([]Measure, len(st.Items))
	for i := range st.Items {
		list[i] = st.Items[i].Measure
	}
	return list, nil
}
