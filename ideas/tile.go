package ideas

import (
	"context"
	"fmt"
	"net/url"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
)

// Tile is the vector tile z/x/y of the public ideas that a list's filter lets
// through. It implements tiles.Source.
func (s *Service) Tile(ctx context.Context, params url.Values, z, x, y int) ([]byte, error) {
	f, err := ParseFilter(params)
	if err != nil {
		return nil, err
	}
	w, err := s.where(ctx, accounts.Actor{}, &f, z, x, y)
	if err != nil {
		return nil, err
	}
	points := "SELECT i.number AS id, i.point,\n" +
		"       CASE WHEN i.status = 'done' THEN 'done' WHEN i.status IN ('accepted', 'partly', 'linked') THEN 'work'\n" +
		"            WHEN i.status IN ('open', 'checking', 'council') THEN 'open' ELSE 'other' END AS kind,\n" +
		"       i.status, i.topic AS category\n" +
		"FROM ideas i\n" + w.SQL() + " AND i.point IS NOT NULL"
	var tile []byte
	if err := s.db.QueryRow(ctx, geo.TileSQL("reports", points), w.Args()...).Scan(&tile); err != nil {
		return nil, fmt.Errorf("tile: %w", err)
	}
	return tile, nil
}
