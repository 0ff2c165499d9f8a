package radar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	sqlProgrammes = `
SELECT id, slug, name, intro, rings, sectors, public, version, changed_at, coalesce(starts_on::text, ''), coalesce(ends_on::text, ''),
       ARRAY(SELECT e.person_id FROM programme_editors e WHERE e.programme_id = programmes.id ORDER BY 1)
FROM programmes
WHERE public OR $1
ORDER BY ord, slug`
	sqlFields = `
SELECT programme_id, id, key, name, intro, core, weight
FROM programme_fields
ORDER BY programme_id, ord, key`
	sqlQuestions = `
SELECT programme_id, key, text, low, high
FROM rating_questions
ORDER BY programme_id, ord, key`
	sqlPutProgramme = `
INSERT INTO programmes (id, slug, name, intro, rings, sectors, public, starts_on, ends_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::date, nullif($9, '')::date)
ON CONFLICT (slug) DO UPDATE
SET name = excluded.name, intro = excluded.intro, rings = excluded.rings, sectors = excluded.sectors, public = excluded.public,
    starts_on = excluded.starts_on, ends_on = excluded.ends_on,
    version = programmes.version + 1, changed_at = mitwirk_now()
RETURNING id`
	sqlPutField = `
INSERT INTO programme_fields (id, programme_id, key, ord, name, intro, core, weight)
VALUES ($1, $2, $3, $4, $5, coalesce($6::jsonb, '{}'), $7, $8)
ON CONFLICT (programme_id, key) DO UPDATE
SET ord = excluded.ord, name = excluded.name, intro = coalesce($6::jsonb, programme_fields.intro), core = excluded.core, weight = excluded.weight
RETURNING id`
	sqlDropQuestions = `DELETE FROM rating_questions WHERE programme_id = $1 AND key <> ALL ($2)`
	sqlPutQuestion   = `
INSERT INTO rating_questions (programme_id, key, ord, text, low, high)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (programme_id, key) DO UPDATE
SET ord = excluded.ord, text = excluded.text, low = excluded.low, high = excluded.high`
	sqlTouch = `UPDATE programmes SET version = version + 1, changed_at = mitwirk_now() WHERE id = $1`

	sqlPartMeasure = `m.id, m.programme_id, m.number, m.no, m.visibility, m.version, m.published_at, m.changed_at, m.content`
	sqlCurrent     = `
SELECT ` + sqlPartMeasure + `, coalesce(s.ring, 0), coalesce(s.sector, 0), coalesce(s.angle, 0), coalesce(s.radius, 0), coalesce(s.grouped, false)
FROM measures m
LEFT JOIN measure_spots s ON s.measure_id = m.id
WHERE m.programme_id = $1 AND m.visibility = 'public'
ORDER BY m.no`
	sqlReleased = `
SELECT m.id, m.programme_id, m.number, m.no, m.visibility, m.version, m.published_at, m.changed_at, i.snapshot, i.ring, i.sector, i.angle, i.radius, i.grouped
FROM release_items i
JOIN measures m ON m.id = i.measure_id
WHERE i.release_id = $1 AND m.visibility IN ('public', 'past')
ORDER BY m.no`
	sqlReleases = `
SELECT id, programme_id, decided_on::text, notes
FROM releases
WHERE programme_id = $1
ORDER BY decided_on DESC`
	sqlByNumber = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.number = $1`
	sqlByID     = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.id = $1`
	sqlHoldByID = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.id = $1 FOR UPDATE`
	sqlByIDs    = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.id = ANY ($1) ORDER BY m.id`
	sqlAll      = `SELECT ` + sqlPartMeasure + ` FROM measures m WHERE m.programme_id = $1 ORDER BY m.no`
	sqlHistory  = `
SELECT 0, (r.decided_on::timestamp AT TIME ZONE 'UTC'), i.snapshot
FROM release_items i
JOIN releases r ON r.id = i.release_id
WHERE i.measure_id = $1
UNION ALL
SELECT v.n, v.at, v.content
FROM measure_versions v
WHERE v.measure_id = $1
ORDER BY 2, 1`
	sqlPutSpot = `
INSERT INTO measure_spots (measure_id, ring, sector, angle, radius, grouped)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (measure_id) DO UPDATE
SET ring = excluded.ring, sector = excluded.sector, angle = excluded.angle, radius = excluded.radius, grouped = excluded.grouped`
	sqlNewMeasure = `
INSERT INTO measures (id, programme_id, number, no, visibility, content)
SELECT $1, $2, $3, CASE WHEN $4 > 0 THEN $4 ELSE coalesce(max(no), 0) + 1 END, $5, $6
FROM measures
WHERE programme_id = $2
RETURNING no`
	sqlPublish = `
UPDATE measures
SET content = $2, visibility = $3, version = version + 1, changed_at = mitwirk_now(), published_at = coalesce(published_at, mitwirk_now())
WHERE id = $1
RETURNING version`
	sqlNewVersion = `INSERT INTO measure_versions (measure_id, n, content) VALUES ($1, $2, $3)`
	sqlNewRelease = `
INSERT INTO releases (id, programme_id, decided_on, notes) VALUES ($1, $2, $3::date, $4)
ON CONFLICT ON CONSTRAINT releases_day DO NOTHING`
	sqlNewItem = `
INSERT INTO release_items (release_id, measure_id, ring, sector, angle, radius, grouped, snapshot)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

func programmes(ctx context.Context, q db.Queryer, all bool) ([]Programme, error) {
	batch := &pgx.Batch{}
	batch.Queue(sqlProgrammes, all)
	batch.Queue(sqlFields)
	batch.Queue(sqlQuestions)
	res := q.SendBatch(ctx, batch)
	defer func() { _ = res.Close() }() // its error is that of a query before
	rows, err := res.Query()
	if err != nil {
		return nil, fmt.Errorf("programmes: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p Programme, err error) {
		err = row.Scan(&p.ID, &p.Slug, &p.Name, &p.Intro, &p.Rings, &p.Sectors, &p.Public, &p.Version, &p.Changed, &p.Starts, &p.Ends, &p.Editors)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("programmes: %w", err)
	}
	at := map[uuid.UUID]*Programme{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	if rows, err = res.Query(); err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	var of uuid.UUID
	var f Field
	if _, err := pgx.ForEachRow(rows, []any{&of, &f.ID, &f.Key, &f.Name, &f.Intro, &f.Core, &f.Weight}, func() error {
		if p := at[of]; p != nil {
			p.Fields = append(p.Fields, f)
		}
		f = Field{}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	if rows, err = res.Query(); err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	var k Question
	if _, err := pgx.ForEachRow(rows, []any{&of, &k.Key, &k.Text, &k.Low, &k.High}, func() error {
		if p := at[of]; p != nil {
			p.Questions = append(p.Questions, k)
		}
		k = Question{}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	return list, nil
}

func putProgramme(ctx context.Context, tx pgx.Tx, p *Programme) error {
	if p.Intro == nil {
		p.Intro = map[string]string{}
	}
	if p.Rings == "" {
		p.Rings = ByStatus
	}
	if p.Sectors == "" {
		p.Sectors = "field"
	}
	if err := tx.QueryRow(ctx, sqlPutProgramme, subject.NewID(), p.Slug, p.Name, p.Intro, p.Rings, p.Sectors, p.Public, string(p.Starts), string(p.Ends)).Scan(&p.ID); err != nil {
		return fmt.Errorf("put programme: %w", err)
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if f.Core == nil {
			f.Core = map[string]string{}
		}
		var intro any // what a form does not ask for stays
		if f.Intro != nil {
			intro = f.Intro
		}
		if f.Weight <= 0 {
			f.Weight = 1
		}
		if err := tx.QueryRow(ctx, sqlPutField, subject.NewID(), p.ID, f.Key, i, f.Name, intro, f.Core, f.Weight).Scan(&f.ID); err != nil {
			return fmt.Errorf("put field: %w", err)
		}
	}
	keys := []string{}
	for i, k := range p.Questions {
		keys = append(keys, k.Key)
		if _, err := tx.Exec(ctx, sqlPutQuestion, p.ID, k.Key, i, k.Text, k.Low, k.High); err != nil {
			return fmt.Errorf("put question: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, sqlDropQuestions, p.ID, keys); err != nil {
		return fmt.Errorf("drop questions: %w", err)
	}
	return nil
}

// measureTo are the places that sqlPartMeasure is read into.
func measureTo(m *Measure) []any {
	return []any{&m.ID, &m.Programme, &m.Number, &m.No, &m.Visibility, &m.Version, &m.Published, &m.Changed, &m.Content}
}

func scanMeasure(row pgx.CollectableRow) (m Measure, err error) {
	err = row.Scan(measureTo(&m)...)
	return m, err
}

func scanPlaced(row pgx.CollectableRow) (m Placed, err error) {
	err = row.Scan(append(measureTo(&m.Measure), spotTo(&m.Spot)...)...)
	return m, err
}

func spotTo(s *chart.Spot) []any { return []any{&s.Ring, &s.Sector, &s.Angle, &s.Radius, &s.Grouped} }

func current(ctx context.Context, q db.Queryer, programme uuid.UUID) ([]Placed, error) {
	return placed(ctx, q, sqlCurrent, programme)
}

func released(ctx context.Context, q db.Queryer, release uuid.UUID) ([]Placed, error) {
	return placed(ctx, q, sqlReleased, release)
}

func placed(ctx context.Context, q db.Queryer, sql string, arg any) ([]Placed, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("measures: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanPlaced)
	if err != nil {
		return nil, fmt.Errorf("measures: %w", err)
	}
	return list, nil
}

func releases(ctx context.Context, q db.Queryer, programme uuid.UUID) ([]Release, error) {
	rows, err := q.Query(ctx, sqlReleases, programme)
	if err != nil {
		return nil, fmt.Errorf("releases: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Release, err error) {
		err = row.Scan(&r.ID, &r.Programme, &r.On, &r.Notes)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("releases: %w", err)
	}
	return list, nil
}

func one(ctx context.Context, q db.Queryer, sql string, arg any) (*Measure, error) {
	var m Measure
	err := q.QueryRow(ctx, sql, arg).Scan(measureTo(&m)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("measure")
	}
	if err != nil {
		return nil, fmt.Errorf("measure: %w", err)
	}
	return &m, nil
}

func byNumber(ctx context.Context, q db.Queryer, n subject.Number) (*Measure, error) {
	return one(ctx, q, sqlByNumber, int64(n))
}

func byID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Measure, error) {
	return one(ctx, q, sqlByID, id)
}

func many(ctx context.Context, q db.Queryer, sql string, arg any) ([]Measure, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return nil, fmt.Errorf("measures: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanMeasure)
	if err != nil {
		return nil, fmt.Errorf("measures: %w", err)
	}
	return list, nil
}

func history(ctx context.Context, q db.Queryer, id uuid.UUID) ([]Version, error) {
	rows, err := q.Query(ctx, sqlHistory, id)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		err = row.Scan(&v.N, &v.At, &v.Content)
		return v, err
	})
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	return list, nil
}

// create makes a measure of a programme; no 0 takes the next number. A number
// that is taken is drawn again.
func create(ctx context.Context, tx pgx.Tx, id, programme uuid.UUID, no int, visibility string, c *Content, at time.Time) (*Measure, error) {
	m := &Measure{ID: id, Programme: programme, Visibility: visibility, Content: *c}
	for range 5 {
		m.Number = subject.NewNumber(at.Year())
		err := db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
			return tx.QueryRow(ctx, sqlNewMeasure, m.ID, programme, int64(m.Number), no, visibility, c).Scan(&m.No)
		})
		if db.IsUnique(err, "measures_number") {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("new measure: %w", err)
		}
		return m, nil
	}
	return nil, errors.New("new measure: no free number")
}
