package geo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// AllStreets are the streets of the register, by name.
func (s *Service) AllStreets(ctx context.Context) ([]Street, error) {
	rows, err := s.db.Query(ctx, sqlAllStreets)
	if err != nil {
		return nil, fmt.Errorf("streets: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanStreet)
	if err != nil {
		return nil, fmt.Errorf("streets: %w", err)
	}
	return list, nil
}

// The municipality only where two of them have the street.
const sqlAllStreets = `SELECT max(street),
       CASE WHEN count(*) OVER (PARTITION BY norm) > 1 THEN max(place) ELSE '' END,
       (array_agg(point ORDER BY postcode))[1]
  FROM addresses
 WHERE house_no = ''
 GROUP BY norm,
          geo_norm(place)
 ORDER BY norm,
          2`
