package ideapages

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// NewPath is the form of an idea to a measure.
func NewPath(measure string) string { return "/ideas/new?measure=" + measure }

// measureOf is the measure that an idea is to be proposed to; nil for none, and
// for one that nobody may see.
func (p *pages) measureOf(ctx context.Context, number string) (*ideas.Measure, error) {
	if number == "" {
		return nil, nil //nolint:nilnil // no measure
	}
	m, err := p.Ideas.MeasureOf(ctx, number)
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // none that ideas can be proposed to
	}
	return &m, err
}

// fromMeasure fills the form of the status "Ist Teil von" with the measure that
// the idea is linked to.
func (v *workView) fromMeasure() {
	if v.To == ideas.Linked && v.In.Measure == "" && len(v.I.Measures) > 0 {
		v.In.Measure = v.I.Measures[0].Number.Format(subject.PrefixMeasure)
	}
}

// linkMeasure links an idea to a measure, or no longer (cut).
func (p *pages) linkMeasure(c kit.Context) error {
	var in struct {
		Measure string    `form:"measure" max:"40"`
		Cut     uuid.UUID `form:"cut"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	n, err := numberOf(c)
	if err != nil {
		return err
	}
	ctx, actor, done := c.Request().Context(), kit.Actor(c), "idea.desk.done.measure"
	i, err := p.Ideas.Get(ctx, actor, n)
	if err == nil && !i.May.Work {
		err = fault.Missing("idea")
	}
	if err != nil {
		return err
	}
	if in.Cut != uuid.Nil {
		err, done = p.Ideas.UnlinkMeasure(ctx, actor, n, in.Cut), "idea.desk.done.measure_off"
	} else {
		err = p.Ideas.LinkMeasure(ctx, actor, n, in.Measure)
	}
	return p.deskDone(c, n, err, done, deskTyped{form: "measure", of: "link", note: in.Measure})
}
