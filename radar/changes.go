package radar

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/radar/chart"
)

// ChangeKind is what became of a measure between two states.
type ChangeKind string

// The kinds of change.
const (
	ChangeNew     ChangeKind = "new"
	ChangeGone    ChangeKind = "gone"
	ChangeIn      ChangeKind = "in"     // towards the middle
	ChangeOut     ChangeKind = "out"    // away from it
	ChangeResults ChangeKind = "result" // more results are there
	ChangeEnd     ChangeKind = "end"    // another planned end
	ChangeField   ChangeKind = "field"
	ChangeTitle   ChangeKind = "title"
)

// Change is one difference between two states of a programme.
type Change struct {
	Kind   ChangeKind
	ID     uuid.UUID
	Before *Placed // nil when it is new
	After  *Placed // nil when it is gone
}

// Item is what the change is about.
func (c Change) Item() *Placed {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// Changes are what is different after a state, by number in the chart.
func Changes(before, after *State) []Change {
	was := make(map[uuid.UUID]*Placed, len(before.Items))
	for i := range before.Items {
		was[before.Items[i].ID] = &before.Items[i]
	}
	var list []Change
	for i := range after.Items {
		now := &after.Items[i]
		old := was[now.ID]
		delete(was, now.ID)
		if old == nil {
			list = append(list, Change{ChangeNew, now.ID, nil, now})
			continue
		}
		list = append(list, differences(old, now)...)
	}
	for _, old := range was {
		list = append(list, Change{ChangeGone, old.ID, old, nil})
	}
	slices.SortStableFunc(list, func(a, b Change) int { return cmp.Compare(a.Item().No, b.Item().No) })
	return list
}

func differences(old, now *Placed) []Change {
	var list []Change
	add := func(kind ChangeKind) { list = append(list, Change{kind, now.ID, old, now}) }
	switch {
	case now.Spot.Ring < old.Spot.Ring:
		add(ChangeIn)
	case now.Spot.Ring > old.Spot.Ring:
		add(ChangeOut)
	}
	a, _ := old.Content.Reached()
	b, _ := now.Content.Reached()
	if b > a && now.Content.Status != Completed {
		add(ChangeResults)
	}
	if old.Content.End != now.Content.End && now.Content.End != "" && !now.Content.Status.Over() {
		add(ChangeEnd)
	}
	if old.Content.Field != now.Content.Field {
		add(ChangeField)
	}
	if old.Content.In("de").Title != now.Content.In("de").Title {
		add(ChangeTitle)
	}
	return list
}

// Moves are what chart and table say beside a mark since an earlier state.
func Moves(changes []Change) map[uuid.UUID]chart.Move {
	moves := map[uuid.UUID]chart.Move{}
	for _, c := range changes {
		switch c.Kind {
		case ChangeNew:
			moves[c.ID] = chart.New
		case ChangeIn:
			moves[c.ID] = chart.In
		case ChangeOut:
			moves[c.ID] = chart.Out
		case ChangeGone, ChangeResults, ChangeEnd, ChangeField, ChangeTitle:
		}
	}
	return moves
}

// Since is the state that another is compared with: the release before it. For
// the programme as it is now that is the one before the newest as long as
// nothing was decided since, so that a fresh release still says what it brought.
// It is nil when there is none.
func (s *Service) Since(ctx context.Context, p *Programme, st *State) (*State, error) {
	list, err := s.Releases(ctx, p)
	if err != nil {
		return nil, err
	}
	from := st.On
	if st.Release == nil && len(list) > 0 {
		from = list[0].On
	}
	for _, r := range list {
		if r.On < from {
			return s.At(ctx, p, r.On)
		}
	}
	return nil, nil //nolint:nilnil // the first state has nothing before it
}
