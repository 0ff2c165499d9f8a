package deskpages

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Places finds addresses and objects, and names districts (geo.Service).
type Places interface {
	SearchAddress(ctx context.Context, text string, near *subject.Point, limit int) ([]geo.Address, error)
	Districts(ctx context.Context) ([]geo.Label, error)
	ObjectByCode(ctx context.Context, code string) (*geo.Object, error)
	ObjectByID(ctx context.Context, id uuid.UUID) (*geo.Object, error)
	Objects(ctx context.Context, f geo.ObjectFilter) ([]geo.Object, *geo.ObjectCursor, int, error)
}

// placeFields fills the fields of the form about a drawn area, an exact object
// and an event.
func (p *pages) placeFields(ctx context.Context, pg kit.Page, l place, f *filterForm) error {
	f.Area = casework.FormatArea(l.Area)
	if id, err := uuid.Parse(l.Object); err == nil {
		o, err := p.Places.ObjectByID(ctx, id)
		switch {
		case fault.Is(err, fault.NotFound): // taken down meanwhile; its cases are still there
			f.thing = pg.T("queue.chip.object.gone")
		case err != nil:
			return err
		default:
			f.Thing, f.thing = o.Code, o.Name(pg.Loc)
		}
	}
	events, err := casework.Events(ctx, p.DB)
	if err != nil {
		return err
	}
	f.Events = []kit.Option{{Label: pg.T("queue.any"), On: l.Event == ""}}
	found := l.Event == ""
	for i := range events {
		id := events[i].ID.String()
		found = found || id == l.Event
		f.Events = append(f.Events, kit.Option{Value: id, Label: events[i].Title.In(pg.Lang), On: id == l.Event})
	}
	if !found { // an old one that somebody kept a view of
		f.Events = append(f.Events, kit.Option{Value: l.Event, Label: pg.T("queue.event.old"), On: true})
	}
	return nil
}

// exactly is the same list for the one object whose code or number was typed,
// "" when none was.
func (p *pages) exactly(ctx context.Context, typed string, l place) (string, error) {
	typed = kit.Clean(typed, false)
	if typed == "" {
		return "", nil
	}
	o, err := p.Places.ObjectByCode(ctx, typed)
	if fault.Is(err, fault.NotFound) {
		o, err = p.numberedObject(ctx, typed)
	}
	if err != nil {
		return "", err
	}
	l.Object = o.ID.String()
	return l.path(), nil
}

// numberedObject finds an object by the city's own number, which only one kind
// may have.
func (p *pages) numberedObject(ctx context.Context, number string) (*geo.Object, error) {
	list, _, _, err := p.Places.Objects(ctx, geo.ObjectFilter{Text: number})
	if err != nil {
		return nil, err
	}
	var hit *geo.Object
	for i := range list {
		if !strings.EqualFold(list[i].Number, number) {
			continue
		}
		if hit != nil {
			return nil, fault.OnField("thing", "queue.err.thing.many")
		}
		hit = &list[i]
	}
	if hit == nil {
		return nil, fault.OnField("thing", "queue.err.thing")
	}
	return hit, nil
}
