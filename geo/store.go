package geo

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	sqlValid = `SELECT coalesce(ST_IsValidReason($1::geometry), '') AS reason`

	sqlInsertSet = `INSERT INTO district_sets (id, source) VALUES ($1, $2)`

	sqlInsertDistrict = `INSERT INTO districts (set_id, ref, name, area) VALUES ($1, $2, $3, $4)`

	sqlDropSet = `DELETE FROM district_sets WHERE id = $1 AND activated_at IS NULL`

	sqlActivateSet = `UPDATE district_sets SET activated_at = mitwirk_now() WHERE id = $1`

	sqlActiveSet = `SELECT id
  FROM district_sets
 WHERE activated_at IS NOT NULL
 ORDER BY activated_at DESC,
          id DESC
 LIMIT 1`

	sqlDistricts = `SELECT ref,
       name,
       area
  FROM districts_active`

	// ST_Intersects looks for points in polygons with floating point; ST_Relate
	// asks GEOS, which is exact on borders. 'FF*FF****' says "nothing in common".
	sqlDistrictAt = `SELECT ref,
       name
  FROM districts_active
 WHERE area && $1::geometry
   AND NOT ST_Relate(area, $1::geometry, 'FF*FF****')
 ORDER BY ` + orderRef + `
 LIMIT 1`

	sqlClearAddresses = `DELETE FROM addresses`

	// All three conditions use addresses_norm: similar, similar to a part, and holding it (two signs: beginning with it).
	sqlStreets = `SELECT a.street,
       a.postcode,
       a.place,
       a.point,
       a.norm,
       geo_norm(a.place) AS place_norm
  FROM unnest($1::text[]) AS q (norm)
  JOIN addresses a ON a.norm % q.norm
                   OR q.norm <% a.norm
                   OR a.norm LIKE CASE WHEN length(q.norm) < 3 THEN '' ELSE '%' END || q.norm || '%'
 WHERE a.house_no = ''
 GROUP BY a.id
 ORDER BY max(greatest(similarity(a.norm, q.norm), word_similarity(q.norm, a.norm))) DESC,
          a.norm,
          a.id
 LIMIT 100`

	sqlNorms = `SELECT geo_norm(t) FROM unnest($1::text[]) WITH ORDINALITY AS x (t, n) ORDER BY n`

	sqlHouses = `SELECT a.street,
       a.house_no,
       a.postcode,
       a.place,
       a.point
  FROM unnest($1::text[], $2::text[]) AS w (street, place)
  JOIN addresses a ON a.street = w.street AND a.place = w.place
 WHERE a.house_no = ANY ($3::text[])`

	// A street by its exact name, and what is known of it with a postcode.
	sqlHomes = `SELECT a.street,
       a.house_no,
       a.postcode,
       a.place,
       a.point
  FROM addresses w
  JOIN addresses a ON a.street = w.street AND a.place = w.place
 WHERE w.house_no = '' AND w.norm = $1 AND a.house_no <> '' AND a.postcode = $2
 LIMIT 5000`

	// Whether an address has a postcode, and whether any has one at all.
	sqlPostcode = `
SELECT EXISTS (SELECT FROM addresses WHERE postcode = $1), EXISTS (SELECT FROM addresses WHERE postcode <> '')`

	// A street's middle counts as if it were twice as far: a house says more.
	sqlNearest = `SELECT a.street,
       a.house_no,
       a.postcode,
       a.place,
       a.point
  FROM addresses a
 WHERE ST_DWithin(a.point::geography, $1::geometry::geography, $2)
 ORDER BY ST_Distance(a.point::geography, $1::geometry::geography) * CASE WHEN a.house_no = '' THEN 2 ELSE 1 END,
          a.street,
          a.house_no
 LIMIT 1`

	sqlClearResponsibilities = `DELETE FROM responsibilities`

	sqlInsertResponsibility = `INSERT INTO responsibilities (id, body_key, area, category_keys, name, phrase, text, link, forward)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

	// One that names the category says more than one of everything, a small area more than a large one.
	sqlResponsible = `SELECT r.body_key,
       r.name,
       r.phrase,
       r.text,
       r.link,
       r.forward,
       r.category_keys
  FROM responsibilities r
 WHERE r.area && $1::geometry
   AND ST_Intersects(r.area, $1::geometry)
   AND (r.category_keys = '{}' OR $2::text = ANY (r.category_keys))
 ORDER BY r.category_keys = '{}',
          ST_Area(r.area),
          r.body_key,
          r.id
 LIMIT 1`

	sqlClearBasemap = `DELETE FROM basemap_features`

	sqlInsertMapFeature = `INSERT INTO basemap_features (id, kind, name, shape) VALUES ($1, $2, $3, $4)`

	sqlBasemap = `SELECT kind,
       name,
       ST_AsGeoJSON(CASE WHEN ST_NumGeometries(shape) = 1 THEN ST_GeometryN(shape, 1) ELSE shape END, 5)
  FROM basemap_features
 ORDER BY kind,
          name,
          id`
)

// checkShapes asks PostGIS for each shape whether it is valid (rings that
// cross, holes outside). It returns the reason per shape, "" for valid ones.
func checkShapes(ctx context.Context, q db.Queryer, shapes []*gogeom.MultiPolygon) ([]string, error) {
	var b pgx.Batch
	for _, s := range shapes {
		b.Queue(sqlValid, s)
	}
	res := q.SendBatch(ctx, &b)
	defer func() { _ = res.Close() }() // an error has come back from QueryRow already
	out := make([]string, len(shapes))
	for i := range shapes {
		if err := res.QueryRow().Scan(&out[i]); err != nil {
			return nil, fmt.Errorf("check shape %d: %w", i+1, err)
		}
		if out[i] == "Valid Geometry" {
			out[i] = ""
		}
	}
	return out, nil
}

func insertDistricts(ctx context.Context, q db.Queryer, set uuid.UUID, districts []District) error {
	var b pgx.Batch
	for _, d := range districts {
		b.Queue(sqlInsertDistrict, set, d.Ref, d.Name, d.Area)
	}
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert districts: %w", err)
	}
	return nil
}

func loadDistricts(ctx context.Context, q db.Queryer) ([]District, error) {
	rows, err := q.Query(ctx, sqlDistricts)
	if err != nil {
		return nil, fmt.Errorf("load districts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d District, err error) {
		err = row.Scan(&d.Ref, &d.Name, &d.Area)
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("load districts: %w", err)
	}
	return list, nil
}

func insertAddresses(ctx context.Context, q db.Queryer, list []Address) error {
	rows := make([][]any, 0, len(list))
	for _, a := range list {
		p, err := geom.Point(a.Point.Lon, a.Point.Lat)
		if err != nil {
			return fmt.Errorf("address %s: %w", a.Label(), err)
		}
		rows = append(rows, []any{subject.NewID(), a.Street, a.HouseNo, a.Postcode, a.Place, p})
	}
	_, err := q.CopyFrom(ctx, pgx.Identifier{"addresses"},
		[]string{"id", "street", "house_no", "postcode", "place", "point"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("insert addresses: %w", err)
	}
	return nil
}

func norms(ctx context.Context, q db.Queryer, texts []string) ([]string, error) {
	rows, err := q.Query(ctx, sqlNorms, texts)
	if err != nil {
		return nil, fmt.Errorf("normalise street: %w", err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("normalise street: %w", err)
	}
	return out, nil
}

// findStreets returns the streets that may be meant by one of the normalised texts.
func findStreets(ctx context.Context, q db.Queryer, texts []string) ([]street, error) {
	rows, err := q.Query(ctx, sqlStreets, texts)
	if err != nil {
		return nil, fmt.Errorf("find streets: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s street, err error) {
		var p gogeom.Point
		err = row.Scan(&s.Street, &s.Postcode, &s.Place, &p, &s.norm, &s.placeNorm)
		s.Point = point(&p)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("find streets: %w", err)
	}
	return list, nil
}

func findHouses(ctx context.Context, q db.Queryer, streets []street, numbers []string) ([]Address, error) {
	names, places := make([]string, len(streets)), make([]string, len(streets))
	for i, s := range streets {
		names[i], places[i] = s.Street, s.Place
	}
	rows, err := q.Query(ctx, sqlHouses, names, places, numbers)
	if err != nil {
		return nil, fmt.Errorf("find houses: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanAddress)
	if err != nil {
		return nil, fmt.Errorf("find houses: %w", err)
	}
	return list, nil
}

func findHomes(ctx context.Context, q db.Queryer, norm, postcode string) ([]Address, error) {
	rows, err := q.Query(ctx, sqlHomes, norm, postcode)
	if err != nil {
		return nil, fmt.Errorf("find homes: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanAddress)
	if err != nil {
		return nil, fmt.Errorf("find homes: %w", err)
	}
	return list, nil
}

// scanAddress reads street, house_no, postcode, place, point.
func scanAddress(row pgx.CollectableRow) (a Address, err error) {
	var p gogeom.Point
	err = row.Scan(&a.Street, &a.HouseNo, &a.Postcode, &a.Place, &p)
	a.Point = point(&p)
	return a, err
}

func point(p *gogeom.Point) subject.Point {
	if len(p.FlatCoords()) < 2 {
		return subject.Point{}
	}
	return subject.Point{Lon: p.X(), Lat: p.Y()}
}

func insertResponsibilities(ctx context.Context, q db.Queryer, areas []area) error {
	var b pgx.Batch
	for _, a := range areas {
		b.Queue(sqlInsertResponsibility, subject.NewID(), a.BodyKey, a.shape, a.Categories,
			a.Name, a.Phrase, a.Text, a.Link, string(a.Forward))
	}
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert responsibilities: %w", err)
	}
	return nil
}

func insertBasemap(ctx context.Context, q db.Queryer, features []mapFeature) error {
	var b pgx.Batch
	for _, f := range features {
		b.Queue(sqlInsertMapFeature, subject.NewID(), f.kind, f.name, f.shape)
	}
	if err := q.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert basemap: %w", err)
	}
	return nil
}

func loadBasemap(ctx context.Context, q db.Queryer) ([]mapRow, error) {
	rows, err := q.Query(ctx, sqlBasemap)
	if err != nil {
		return nil, fmt.Errorf("load basemap: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m mapRow, err error) {
		err = row.Scan(&m.kind, &m.name, &m.shape)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("load basemap: %w", err)
	}
	return list, nil
}
