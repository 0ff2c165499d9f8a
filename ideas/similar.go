package ideas

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	similarMost   = 3
	similarMetres = 1500
)

// Similar lists up to three open ideas that say much the same, by their words
// (stemmed and without accents; those of the title count most) and, where both
// have a place, by how near they are. Nobody's own.
func (s *Service) Similar(ctx context.Context, actor accounts.Actor, title, text string, at *subject.Point) ([]Item, error) {
	query := strings.Join(keywords(title, text), " or ")
	if query == "" {
		return nil, nil
	}
	var lon, lat *float64
	if at != nil {
		lon, lat = &at.Lon, &at.Lat
	}
	rows, err := s.db.Query(ctx, sqlSimilar, query, lon, lat, similarMetres, actor.Person, similarMost, actor.System || actor.IsStaff())
	if err != nil {
		return nil, fmt.Errorf("similar ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("similar ideas: %w", err)
	}
	return list, nil
}

// keywords are the words that say what an idea is about: those of the title and
// the long ones of the text. Short ones are in every idea.
func keywords(title, text string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(words string, least, most int) {
		for _, w := range strings.FieldsFunc(words, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r <= 127
		}) {
			low := strings.ToLower(w)
			if len([]rune(w)) < least || seen[low] || len(out) >= most || strings.ContainsAny(w, "„“”’–") {
				continue
			}
			seen[low] = true
			out = append(out, low)
		}
	}
	add(title, 4, 12)
	add(text, 8, 20)
	return out
}

const sqlSimilar = sqlPartItem + `JOIN (
  SELECT x.id, ts_rank(setweight(to_tsvector('mitwirk_de', x.title), 'A') || x.tsv, websearch_to_tsquery('mitwirk_de', $1))::float8
         + CASE WHEN x.point IS NOT NULL AND $2::float8 IS NOT NULL
                 AND ST_DWithin(x.point::geography, ST_SetSRID(ST_MakePoint($2::float8, $3::float8), 4326)::geography, $4) THEN 0.3 ELSE 0 END AS sort_key
  FROM ideas x
  WHERE x.tsv @@ websearch_to_tsquery('mitwirk_de', $1)
    AND x.visibility = 'public' AND x.status IN ('open', 'checking', 'council', 'accepted', 'partly')
    AND ($7::boolean OR NOT EXISTS (SELECT FROM calls c WHERE c.id = x.call_id AND c.audience = 'staff'))
    AND NOT EXISTS (SELECT FROM idea_authors o WHERE o.idea_id = x.id AND o.person_id = $5)
  ORDER BY 2 DESC, 1
  LIMIT $6) k ON k.id = i.id AND k.sort_key >= 0.12
` + sqlPartItemJoins + `ORDER BY k.sort_key DESC, i.id`

// Item loads one idea as a row of a list; NotFound for what is not public.
func (s *Service) Item(ctx context.Context, id uuid.UUID) (*Item, error) {
	list, err := s.items(ctx, []uuid.UUID{id})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // not public: nothing to show
	}
	return &list[0], nil
}

func (s *Service) items(ctx context.Context, ids []uuid.UUID) ([]Item, error) {
	rows, err := s.db.Query(ctx, sqlItems, ids)
	if err != nil {
		return nil, fmt.Errorf("ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("ideas: %w", err)
	}
	return list, nil
}

const sqlItems = sqlPartItem + `JOIN (SELECT o.id, 0::float8 AS sort_key FROM unnest($1::uuid[]) AS o (id)) k ON k.id = i.id
` + sqlPartItemJoins + `WHERE i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff')
ORDER BY i.created_at DESC, i.id DESC`
