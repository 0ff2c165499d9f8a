package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/subject"
)

// Describe introduces reports to the rest of the product. The excerpt is
// released text; the audience is Department for what is not public.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	rows, err := s.db.Query(ctx, sqlCards, ids)
	if err != nil {
		return nil, fmt.Errorf("describe reports: %w", err)
	}
	cards, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Card, error) {
		var c subject.Card
		var number int64
		var text, visibility string
		var title map[string]string
		var point *gogeom.Point
		if err := row.Scan(&c.ID, &number, &title, &text, &c.Status, &visibility, &point, &c.At); err != nil {
			return c, err
		}
		c.Kind, c.Number, c.Title = subject.Report, subject.Number(number), title["de"]
		c.Path = "/reports/" + c.Number.Format(subject.PrefixReport)
		c.Excerpt = excerpt(text, 200)
		c.Audience = subject.Department
		if visibility == string(VisPublic) {
			c.Audience = subject.Public
		}
		if point != nil {
			c.Point = &subject.Point{Lon: point.X(), Lat: point.Y()}
		}
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("describe reports: %w", err)
	}
	return cards, nil
}

const sqlCards = `
SELECT id, number, title, text_public, status, visibility, point, created_at
FROM reports
WHERE id = ANY ($1) AND visibility <> 'erased'`

// excerpt cuts a text after at most n characters, at a space where there is one.
func excerpt(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := n
	for i := n; i > n/2; i-- {
		if runes[i] == ' ' {
			cut = i
			break
		}
	}
	return string(runes[:cut]) + " …"
}
