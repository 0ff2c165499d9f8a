package reports

import (
	"context"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
)

func parseUUID(text string) (uuid.UUID, error) {
	if len(text) != 36 {
		return uuid.Nil, fmt.Errorf("%d signs are no id", len(text))
	}
	return uuid.Parse(text)
}

// Tile is the vector tile z/x/y of the public reports that a list's filter
// lets through. It implements tiles.Source.
func (s *Service) Tile(ctx context.Context, params url.Values, z, x, y int) ([]byte, error) {
	f, err := ParseFilter(params, s.zone)
	if err != nil {
		return nil, err
	}
	f.BBox = nil // the tile is the area
	ids, err := s.categoryIDs(ctx, f)
	if err != nil {
		return nil, err
	}
	var w db.Where
	for _, n := range []int{z, x, y} {
		w.Arg(n)
	}
	visibleTo(&w)
	filterWhere(&w, f, ids)
	points := "SELECT r.number AS id, r.point, r.status_class AS kind, r.status, k.key AS category\n" +
		"FROM reports r JOIN categories k ON k.id = r.category_id\n" + w.SQL()
	var tile []byte
	if err := s.db.QueryRow(ctx, geo.TileSQL("reports", points), w.Args()...).Scan(&tile); err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	return tile, nil
}
