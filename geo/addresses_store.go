package geo

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	sqlAllAddresses = `SELECT id,
       street,
       place,
       house_no,
       postcode,
       ST_X(point),
       ST_Y(point)
  FROM addresses
 WHERE id > $1
 ORDER BY id
 LIMIT $2`

	// Another import may have added the same meanwhile.
	sqlAddAddresses = `INSERT INTO addresses (id, street, house_no, postcode, place, point)
SELECT id, street, house_no, postcode, place, ST_SetSRID(ST_MakePoint(lon, lat), 4326)
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[])
       AS a (id, street, house_no, postcode, place, lon, lat)
    ON CONFLICT ON CONSTRAINT addresses_once DO UPDATE SET point = excluded.point`

	sqlMoveAddresses = `UPDATE addresses
   SET point = ST_SetSRID(ST_MakePoint(a.lon, a.lat), 4326)
  FROM unnest($1::uuid[], $2::float8[], $3::float8[]) AS a (id, lon, lat)
 WHERE addresses.id = a.id`

	sqlRemoveAddresses = `DELETE FROM addresses WHERE id = ANY ($1)`
)

// knownAddress is a row of the table.
type knownAddress struct {
	id    uuid.UUID
	point subject.Point
}

// loadAddresses reads all addresses, in pages so that no statement is long.
func loadAddresses(ctx context.Context, q db.Queryer) (map[addressKey]knownAddress, error) {
	const page = 20_000
	all := map[addressKey]knownAddress{}
	var last uuid.UUID
	for {
		rows, err := q.Query(ctx, sqlAllAddresses, last, page)
		if err != nil {
			return nil, fmt.Errorf("load addresses: %w", err)
		}
		n := 0
		var k addressKey
		var a knownAddress
		_, err = pgx.ForEachRow(rows, []any{&a.id, &k.street, &k.place, &k.no, &k.postcode, &a.point.Lon, &a.point.Lat}, func() error {
			all[k], last = a, a.id
			n++
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("load addresses: %w", err)
		}
		if n < page {
			return all, nil
		}
	}
}

func addAddresses(ctx context.Context, tx pgx.Tx, list []Address) error {
	n := len(list)
	ids := make([]uuid.UUID, n)
	streets, houses, postcodes, places := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	lons, lats := make([]float64, n), make([]float64, n)
	for i, a := range list {
		ids[i], streets[i], houses[i], postcodes[i], places[i] = subject.NewID(), a.Street, a.HouseNo, a.Postcode, a.Place
		lons[i], lats[i] = a.Point.Lon, a.Point.Lat
	}
	if _, err := tx.Exec(ctx, sqlAddAddresses, ids, streets, houses, postcodes, places, lons, lats); err != nil {
		return fmt.Errorf("add addresses: %w", err)
	}
	return nil
}

func moveAddresses(ctx context.Context, tx pgx.Tx, list []movedAddress) error {
	ids := make([]uuid.UUID, len(list))
	lons, lats := make([]float64, len(list)), make([]float64, len(list))
	for i, m := range list {
		ids[i], lons[i], lats[i] = m.id, m.to.Lon, m.to.Lat
	}
	if _, err := tx.Exec(ctx, sqlMoveAddresses, ids, lons, lats); err != nil {
		return fmt.Errorf("move addresses: %w", err)
	}
	return nil
}
