package api

import (
	"context"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
)

// previewMark is a mark of the chart.
type previewMark struct {
	Number string  `json:"number"`
	No     int     `json:"no"`
	Title  string  `json:"title"`
	Field  string  `json:"field" doc:"Key of the field of action."`
	Ring   string  `json:"ring" doc:"Key of the ring."`
	Angle  float64 `json:"angle" doc:"Where it stands in the chart, as in the released ones."`
	Radius float64 `json:"radius"`
	Move   string  `json:"move,omitempty" doc:"Against what is public now: new, in (towards the middle) or out; absent: it stays."`
	It     bool    `json:"it" doc:"The measure that was asked for."`
}

type measurePreview struct {
	On    string        `json:"on" format:"date"`
	Marks []previewMark `json:"marks" nullable:"false"`
}

// previewMeasure is the page /desk/radar/{measure}/preview.
func (a *api) previewMeasure(ctx context.Context, k *call, actor accounts.Actor, in *MeasureParam) (measurePreview, error) {
	m, p, err := a.onDeskMeasure(ctx, actor, *in)
	if err != nil {
		return measurePreview{}, err
	}
	content := m.Content
	e, open, err := a.Radar.OpenEdit(ctx, actor, m.ID)
	if err != nil {
		return measurePreview{}, err
	}
	if open {
		content = e.Content
	}
	next, err := a.Radar.Preview(ctx, p, m, &content)
	if err != nil {
		return measurePreview{}, err
	}
	now, err := a.Radar.Now(ctx, p)
	if err != nil {
		return measurePreview{}, err
	}
	moves := radar.Moves(radar.Changes(now, next))
	out := measurePreview{On: string(next.On), Marks: make([]previewMark, len(next.Items))}
	for i := range next.Items {
		it := &next.Items[i]
		out.Marks[i] = previewMark{
			Number: it.PublicNumber(), No: it.No, Title: it.Content.In(k.loc().Lang()).Title, Field: it.Content.Field, Ring: p.RingKeys()[it.Spot.Ring],
			Angle: it.Spot.Angle, Radius: it.Spot.Radius, It: it.ID == m.ID,
		}
		if move := moves[it.ID]; move != chart.Stayed {
			out.Marks[i].Move = string(move)
		}
	}
	return out, nil
}
