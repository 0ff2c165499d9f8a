package ideas

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// sqlPartIdea are the columns in the order of scanIdea; $2 is the person who asks.
const sqlPartIdea = `
SELECT i.id, i.number, i.call_id, i.topic, i.department_id, i.title, i.text, i.lang, i.visibility, i.status, i.status_at, i.params,
       i.version, i.edition, i.point, i.address, i.district_ref, i.cost_cents, i.supports, i.goal, i.reached_at, i.ends_at,
       i.answer_by, i.decides, i.decides_who, i.decides_at, i.merged_into, i.report_id, i.channel, i.created_at, i.closed_at,
       EXISTS (SELECT FROM idea_authors a WHERE a.idea_id = i.id AND a.person_id = $2),
       EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff')
FROM ideas i
`

func scanIdea(row pgx.CollectableRow) (Idea, error) {
	var i Idea
	var number int64
	var call, into, report *uuid.UUID
	var point *gogeom.Point
	err := row.Scan(&i.ID, &number, &call, &i.Topic, &i.Department, &i.Title, &i.Text, &i.Lang, &i.Visibility, &i.Status, &i.StatusAt, &i.Params,
		&i.Version, &i.Edition, &point, &i.Address, &i.District, &i.CostCents, &i.Supports, &i.Goal, &i.ReachedAt, &i.EndsAt,
		&i.AnswerBy, &i.Decides, &i.DecidesWho, &i.DecidesAt, &into, &report, &i.Channel, &i.CreatedAt, &i.ClosedAt, &i.IsAuthor, &i.Staff)
	i.Number = subject.Number(number)
	i.Call, i.MergedInto, i.Report = orZero(call), orZero(into), orZero(report)
	i.Point = pointOf(point)
	return i, err
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func pointOf(p *gogeom.Point) *subject.Point {
	if p == nil {
		return nil
	}
	return &subject.Point{Lon: p.X(), Lat: p.Y()}
}

func one(ctx context.Context, q db.Queryer, sql string, key any, person uuid.UUID) (*Idea, error) {
	rows, err := q.Query(ctx, sql, key, person)
	if err != nil {
		return nil, fmt.Errorf("load idea: %w", err)
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanIdea)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("idea")
	}
	if err != nil {
		return nil, fmt.Errorf("load idea: %w", err)
	}
	return &i, nil
}

func byNumber(ctx context.Context, q db.Queryer, n subject.Number, person uuid.UUID, lock bool) (*Idea, error) {
	if lock {
		if _, err := q.Exec(ctx, sqlLockNumber, int64(n)); err != nil {
			return nil, fmt.Errorf("lock idea: %w", err)
		}
	}
	return one(ctx, q, sqlIdeaByNumber, int64(n), person)
}

func byID(ctx context.Context, q db.Queryer, id, person uuid.UUID, lock bool) (*Idea, error) {
	if lock {
		if _, err := q.Exec(ctx, sqlLockIdea, id); err != nil {
			return nil, fmt.Errorf("lock idea: %w", err)
		}
	}
	return one(ctx, q, sqlIdeaByID, id, person)
}

const (
	sqlIdeaByNumber = sqlPartIdea + `WHERE i.number = $1`
	sqlIdeaByID     = sqlPartIdea + `WHERE i.id = $1`
	sqlIdeasByID    = sqlPartIdea + `WHERE i.id = ANY ($1)`
	// Locked first and read then: what is joined to a row that was waited for would be
	// as it was before.
	sqlLockNumber = `SELECT FROM ideas WHERE number = $1 FOR UPDATE`
)

// tries is how often a number is drawn anew before something must be wrong.
const tries = 5

// insert writes a new idea with its first edition and draws its number.
func insert(ctx context.Context, tx pgx.Tx, i *Idea) error {
	var point any
	if i.Point != nil {
		p, err := geom.Point(i.Point.Lon, i.Point.Lat)
		if err != nil {
			return err
		}
		point = p
	}
	for range tries {
		i.Number = subject.NewNumber(i.CreatedAt.Year())
		tag, err := tx.Exec(ctx, sqlInsertIdea, i.ID, int64(i.Number), db.OrNull(i.Call), i.Topic, i.Department, i.Title, i.Text, i.Lang,
			string(i.Visibility), string(i.Status), i.Params, point, i.Address, i.District, i.CostCents, i.Goal, i.EndsAt, i.AnswerBy,
			db.OrNull(i.Report), i.Channel, i.CreatedAt)
		if err != nil {
			return fmt.Errorf("insert idea: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return insertVersion(ctx, tx, i, "first", "")
		}
	}
	return errors.New("insert idea: no free number")
}

const sqlInsertIdea = `
INSERT INTO ideas (id, number, call_id, topic, department_id, title, text, lang, visibility, status, status_at, params, geom, point,
                   address, district_ref, cost_cents, goal, ends_at, answer_by, report_id, channel, created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $21, $11, $12, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)
ON CONFLICT (number) DO NOTHING`

func insertVersion(ctx context.Context, tx pgx.Tx, i *Idea, kind, why string) error {
	if _, err := tx.Exec(ctx, sqlInsertVersion, i.ID, i.Edition, i.Title, i.Text, kind, why); err != nil {
		return fmt.Errorf("insert version: %w", err)
	}
	return nil
}

const sqlInsertVersion = `INSERT INTO idea_versions (idea_id, n, title, text, kind, why) VALUES ($1, $2, $3, $4, $5, $6)`

// save writes what changed in an idea, status and supports apart.
func save(ctx context.Context, tx pgx.Tx, i *Idea) error {
	err := tx.QueryRow(ctx, sqlSaveIdea, i.ID, i.Topic, i.Department, i.Title, i.Text, string(i.Visibility), i.Edition, i.Address, i.District,
		i.CostCents, i.EndsAt, i.AnswerBy, i.Decides, i.DecidesWho, i.DecidesAt).Scan(&i.Version)
	if err != nil {
		return fmt.Errorf("save idea: %w", err)
	}
	return nil
}

const sqlSaveIdea = `
UPDATE ideas
SET topic = $2, department_id = $3, title = $4, text = $5, visibility = $6, edition = $7, address = $8, district_ref = $9,
    cost_cents = $10, ends_at = $11, answer_by = $12, decides = $13, decides_who = $14, decides_at = $15,
    changed_at = mitwirk_now(), version = version + 1
WHERE id = $1
RETURNING version`

func saveStatus(ctx context.Context, tx pgx.Tx, i *Idea) error {
	err := tx.QueryRow(ctx, sqlSaveIdeaStatus, i.ID, string(i.Status), i.Params, i.AnswerBy, i.ReachedAt, i.Status.IsClosed(), db.OrNull(i.MergedInto)).
		Scan(&i.Version, &i.StatusAt)
	if err != nil {
		return fmt.Errorf("save status: %w", err)
	}
	return nil
}

const sqlSaveIdeaStatus = `
UPDATE ideas
SET status = $2, status_at = mitwirk_now(), params = $3, answer_by = $4, reached_at = $5, merged_into = $7,
    closed_at = CASE WHEN $6 THEN coalesce(closed_at, mitwirk_now()) END,
    changed_at = mitwirk_now(), version = version + 1
WHERE id = $1
RETURNING version, status_at`

// savePlace gives an idea its place: a point, a line or an area, as GeoJSON
// geometry; "" takes it away.
func savePlace(ctx context.Context, tx pgx.Tx, i *Idea, geojson string) error {
	var point *gogeom.Point
	err := tx.QueryRow(ctx, sqlSavePlace, i.ID, geojson, i.Address, i.District).Scan(&point)
	if err != nil {
		return fmt.Errorf("save place: %w", err)
	}
	i.Point = pointOf(point)
	return nil
}

const sqlSavePlace = `
UPDATE ideas
SET geom = g.geom, point = ST_PointOnSurface(g.geom), address = $3, district_ref = $4, changed_at = mitwirk_now(), version = version + 1
FROM (SELECT CASE WHEN $2 <> '' THEN ST_SetSRID(ST_GeomFromGeoJSON($2), 4326) END AS geom) g
WHERE id = $1
RETURNING point`

// Topics lists what ideas are about, in their order.
func (s *Service) Topics(ctx context.Context) ([]Topic, error) { return topicsOf(ctx, s.db) }

func topicsOf(ctx context.Context, q db.Queryer) ([]Topic, error) {
	rows, err := q.Query(ctx, sqlTopics)
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Topic])
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	return list, nil
}

const sqlTopics = `SELECT key, name, department FROM idea_topics ORDER BY ord, key`
