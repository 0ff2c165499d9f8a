package radar

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/subject"
)

// Decide makes the release of a day from the programme as it is now. A second
// one of the same day is a Conflict. Another editor approves it first
// (ApproveRelease); the product itself needs nobody.
func (s *Service) Decide(ctx context.Context, actor accounts.Actor, p *Programme, on Day, notes i18n.Text) error {
	if !on.ok() {
		return fault.OnField("on", "radar.err.day")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActRelease, inProgramme(p.ID))
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, p.ID); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if today := s.day(now); on > today {
			return fault.OnField("on", "radar.err.future")
		}
		if !actor.System {
			return s.handInRelease(ctx, tx, actor, p, on, notes, nil)
		}
		st, err := s.load(ctx, tx, p, on)
		if err != nil {
			return err
		}
		return s.putRelease(ctx, tx, p, on, notes, st.Items)
	})
}

// Past is a document of a back-dated release.
type Past struct {
	Measure uuid.UUID
	Content Content
}

// putRelease stores the documents of a day with their spots.
func (s *Service) putRelease(ctx context.Context, tx pgx.Tx, p *Programme, on Day, notes i18n.Text, items []Placed) error {
	if notes == nil {
		notes = i18n.Text{}
	}
	id := subject.NewID()
	tag, err := tx.Exec(ctx, sqlNewRelease, id, p.ID, string(on), notes)
	if err != nil {
		return fmt.Errorf("new release: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "radar.err.release_twice")
	}
	for i := range items {
		it := &items[i]
		if _, err := tx.Exec(ctx, sqlNewItem, id, it.ID, it.Spot.Ring, it.Spot.Sector, it.Spot.Angle, it.Spot.Radius, it.Spot.Grouped, &it.Content); err != nil {
			return fmt.Errorf("new release item: %w", err)
		}
	}
	return s.bus.Append(ctx, tx, ReleaseMade{Programme: p.ID, Release: id})
}

// backdate stores a release of the past. A measure that stands in the same ring
// and sector in the release after it, or now, has the same spot there.
func (s *Service) backdate(ctx context.Context, tx pgx.Tx, p *Programme, on Day, notes i18n.Text, past []Past) error {
	known := map[uuid.UUID]chart.Spot{}
	items, err := current(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	take := func(items []Placed) {
		for i := range items {
			known[items[i].ID] = items[i].Spot
		}
	}
	take(items)
	list, err := releases(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, r := range list { // the newest first: the nearest one after that day has the last word
		if r.On > on {
			later, err := released(ctx, tx, r.ID)
			if err != nil {
				return err
			}
			take(later)
		}
	}
	ids := make([]uuid.UUID, len(past))
	for i := range past {
		ids[i] = past[i].Measure
	}
	rows, err := many(ctx, tx, sqlByIDs, ids)
	if err != nil {
		return err
	}
	at := map[uuid.UUID]Measure{}
	for i := range rows {
		at[rows[i].ID] = rows[i]
	}
	placed := make([]Placed, len(past))
	for i := range past {
		placed[i] = Placed{Measure: at[past[i].Measure], Spot: known[past[i].Measure]}
		placed[i].Content = past[i].Content
	}
	p.settle(placed, on)
	return s.putRelease(ctx, tx, p, on, notes, placed)
}

// Notes suggests what a release says: what has changed since the one before, in
// the words that the pages use. say makes a sentence of a change.
func (s *Service) Notes(ctx context.Context, p *Programme, say func(Change) string) (string, error) {
	st, err := s.Now(ctx, p)
	if err != nil {
		return "", err
	}
	list, err := s.Releases(ctx, p)
	if err != nil || len(list) == 0 {
		return "", err
	}
	before, err := s.At(ctx, p, list[0].On)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, c := range Changes(before, st) {
		text.WriteString(say(c) + "\n")
	}
	return text.String(), nil
}

// Milestone is a day on which something of a measure is due, or was reached.
type Milestone struct {
	Measure *Placed
	Title   i18n.Text // "": the end of the measure
	On      time.Time
	Done    bool
}

// Milestones are those of a state, for calendars.
func (s *Service) Milestones(st *State) []Milestone {
	var list []Milestone
	for i := range st.Items {
		it := &st.Items[i]
		for _, r := range it.Content.Results {
			day := r.Reached
			if day == "" {
				day = r.Due
			}
			if at, ok := day.Time(s.zone); ok {
				list = append(list, Milestone{it, r.Title, at, r.Reached != ""})
			}
		}
		if it.Content.Status == Stopped {
			continue
		}
		day := it.Content.End
		if it.Content.RealEnd != "" {
			day = it.Content.RealEnd
		}
		if at, ok := day.Time(s.zone); ok {
			list = append(list, Milestone{it, nil, at, it.Content.Status == Completed})
		}
	}
	return list
}

const sqlLatest = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.programme_id = $1 AND m.visibility = 'public' ORDER BY m.changed_at DESC, m.id DESC LIMIT $2`

// Latest are the measures that changed last.
func (s *Service) Latest(ctx context.Context, p *Programme, n int) ([]Measure, error) {
	rows, err := s.db.Query(ctx, sqlLatest, p.ID, n)
	if err != nil {
		return nil, fmt.Errorf("latest measures: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanMeasure)
	if err != nil {
		return nil, fmt.Errorf("latest measures: %w", err)
	}
	return list, nil
}
