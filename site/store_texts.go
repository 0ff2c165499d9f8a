package site

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	// sqlAddVersion adds nothing when $3 is not the newest version. Of two at
	// once the second waits for the first and then finds its place taken.
	sqlAddVersion = `
INSERT INTO site_text_versions (key, lang, version, body, changed_by)
SELECT $1::text, $2::text, $3::integer + 1, $4::text, $5::uuid
WHERE $3::integer = (
  SELECT coalesce(max(version), 0)
  FROM site_text_versions
  WHERE key = $1
    AND lang = $2
)
ON CONFLICT ON CONSTRAINT site_text_versions_pkey DO NOTHING`

	sqlPutText = `
INSERT INTO site_texts (key, lang, body, changed_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (key, lang) DO UPDATE
SET body = excluded.body,
    changed_by = excluded.changed_by,
    changed_at = mitwirk_now()`

	sqlDropText = `
DELETE FROM site_texts
WHERE key = $1
  AND lang = $2`

	sqlLockText = `
SELECT pg_advisory_xact_lock(hashtext('site_text ' || $1::text))`

	sqlVersions = `
SELECT version, body, changed_by, changed_at
FROM site_text_versions
WHERE key = $1
  AND lang = $2
ORDER BY version DESC
LIMIT $3`

	sqlForgetEditors = `
UPDATE site_text_versions
SET changed_by = NULL
WHERE changed_by IS NOT NULL
  AND changed_at < mitwirk_now() - interval '3 years'`
)

func versions(ctx context.Context, q db.Queryer, key, lang string, limit int) ([]TextVersion, error) {
	rows, err := q.Query(ctx, sqlVersions, key, lang, limit)
	if err != nil {
		return nil, fmt.Errorf("list versions of text %s: %w", key, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TextVersion])
	if err != nil {
		return nil, fmt.Errorf("list versions of text %s: %w", key, err)
	}
	return list, nil
}

func lastVersion(ctx context.Context, q db.Queryer, key, lang string) (TextVersion, error) {
	list, err := versions(ctx, q, key, lang, 1)
	if err != nil || len(list) == 0 {
		return TextVersion{}, err
	}
	return list[0], nil
}
