package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/programme"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// measuresOfIdeas is the city's programmes as ideas know them. It asks when it is
// asked: ideas are made before programmes are.
type measuresOfIdeas struct{ a *App }

func (m measuresOfIdeas) Named(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]ideas.Measure, error) {
	list, err := m.a.radar.Named(ctx, q, ids)
	out := make([]ideas.Measure, len(list))
	for i := range list {
		out[i] = measureOfIdeas(&list[i])
	}
	return out, err
}

func (m measuresOfIdeas) Current(ctx context.Context, q db.Queryer, n subject.Number) (ideas.Measure, error) {
	found, err := m.a.radar.Current(ctx, q, n)
	if err != nil {
		return ideas.Measure{}, err
	}
	return measureOfIdeas(found), nil
}

func (m measuresOfIdeas) Edits(ctx context.Context, q db.Queryer, actor accounts.Actor, measure uuid.UUID) (bool, error) {
	return m.a.radar.EditsMeasure(ctx, q, actor, measure)
}

// measuresByTitle are the measures of the demonstration's programme by their
// German titles.
func (a *App) measuresByTitle(ctx context.Context) (map[string]ideas.Measure, error) {
	p, err := a.radar.Programme(ctx, accounts.System, programme.Programme().Slug)
	if err != nil {
		return nil, err
	}
	now, err := a.radar.Now(ctx, p)
	if err != nil {
		return nil, err
	}
	list := map[string]ideas.Measure{}
	for i := range now.Items {
		m := measureOfIdeas(&now.Items[i].Measure)
		list[m.Title.In(i18n.German)] = m
	}
	return list, nil
}

func measureOfIdeas(m *radar.Measure) ideas.Measure {
	return ideas.Measure{ID: m.ID, Number: m.Number, Title: m.Content.Title(), Path: m.Path()}
}
