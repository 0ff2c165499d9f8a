package drafts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

const sqlColumns = `
  id,
  person_id,
  kind,
  body,
  past,
  version,
  created_at,
  updated_at,
  expires_at`

// scan reads one row in the order of sqlColumns.
func scan(row pgx.CollectableRow) (Draft, error) {
	var d Draft
	err := row.Scan(&d.ID, &d.Person, &d.Kind, &d.Body, &d.past, &d.Version, &d.CreatedAt, &d.UpdatedAt, &d.ExpiresAt)
	return d, err
}

// A draft whose time is over does not exist, also before Expire came by.
const (
	sqlLoad   = `SELECT` + sqlColumns + ` FROM drafts WHERE id = $1 AND person_id = $2 AND expires_at > mitwirk_now()`
	sqlLock   = sqlLoad + ` FOR UPDATE`
	sqlExists = `SELECT EXISTS (SELECT FROM drafts WHERE id = $1 AND person_id = $2 AND expires_at > mitwirk_now())`
	sqlOpen   = `SELECT count(*) FROM drafts WHERE person_id = $1 AND expires_at > mitwirk_now()`
	sqlMine   = `SELECT` + sqlColumns + `
FROM drafts
WHERE person_id = $1
  AND ($2 = '' OR kind = $2)
  AND expires_at > mitwirk_now()
ORDER BY updated_at DESC, id DESC
LIMIT $3`
	sqlInsert = `
INSERT INTO drafts (id, person_id, kind, body, expires_at)
VALUES ($1, $2, $3, $4, mitwirk_now() + make_interval(secs => $5))
ON CONFLICT (id) DO NOTHING`
	sqlUpdate = `
UPDATE drafts
SET body = $2, past = $3, version = $4, updated_at = mitwirk_now(), expires_at = mitwirk_now() + make_interval(secs => $5)
WHERE id = $1
RETURNING updated_at, expires_at`
	sqlDelete    = `DELETE FROM drafts WHERE id = $1 AND person_id = $2`
	sqlAdopt     = `UPDATE drafts SET person_id = $2 WHERE person_id = $1`
	sqlOfPerson  = `SELECT id FROM drafts WHERE person_id = $1 FOR UPDATE`
	sqlExpired   = `SELECT id FROM drafts WHERE expires_at <= mitwirk_now() ORDER BY expires_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`
	sqlDeleteAll = `DELETE FROM drafts WHERE id = ANY($1)`
)

func load(ctx context.Context, q db.Queryer, sql string, id, person uuid.UUID) (Draft, error) {
	if person == uuid.Nil {
		return Draft{}, fault.Missing("draft")
	}
	rows, err := q.Query(ctx, sql, id, person)
	if err != nil {
		return Draft{}, fmt.Errorf("load draft: %w", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, fault.Missing("draft")
	}
	if err != nil {
		return Draft{}, fmt.Errorf("load draft: %w", err)
	}
	return d, nil
}
