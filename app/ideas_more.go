package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

// originOfIdeas is reports as ideas know them: a report becomes an idea by its
// reporter's click.
type originOfIdeas struct{ *reports.Service }

func (o originOfIdeas) Holds(ctx context.Context, q db.Queryer, person, report uuid.UUID) (bool, error) {
	return o.Moderated().IsAuthor(ctx, q, subject.Ref{Kind: subject.Report, ID: report}, person)
}

// ideaOf is the idea that came of a report, as the report's page links it.
func (a *App) ideaOf(ctx context.Context, report uuid.UUID) (*reportpages.Became, error) {
	i, err := a.ideas.OfReport(ctx, report)
	if err != nil || i == nil {
		return nil, err
	}
	return &reportpages.Became{URL: i.Path(), Title: i.Title, Lang: i.Lang, Supports: i.Supports}, nil
}
