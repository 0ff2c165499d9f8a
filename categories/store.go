package categories

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	// Readers go on; a second import waits.
	sqlLock = `LOCK TABLE categories IN SHARE ROW EXCLUSIVE MODE`

	sqlKnown = `
SELECT 'group/' || key, id FROM category_groups
UNION ALL
SELECT 'category/' || key, id FROM categories
UNION ALL
SELECT 'question/' || c.key || '/' || q.key, q.id FROM questions q JOIN categories c ON c.id = q.category_id
UNION ALL
SELECT 'signpost/' || key, id FROM signposts`

	sqlGone = `
SELECT key
FROM categories
WHERE active
  AND key <> ALL ($1)
ORDER BY key`

	// Everything is switched off first; what the file has is switched on again by its own statement.
	sqlSwitchOff = `
WITH a AS (UPDATE category_groups SET active = false WHERE active),
     b AS (UPDATE categories SET active = false WHERE active),
     c AS (UPDATE questions SET active = false WHERE active),
     d AS (UPDATE question_options SET active = false WHERE active),
     e AS (UPDATE stop_pages SET active = false WHERE active),
     f AS (UPDATE category_bodies SET active = false WHERE active)
UPDATE signposts SET active = false WHERE active`

	sqlPutGroup = `
INSERT INTO category_groups (id, key, name, position)
VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE
SET name = excluded.name,
    position = excluded.position,
    active = true`

	sqlPutCategory = `
INSERT INTO categories (id, key, group_id, department_id, name, position,
  kinds, publish, photo, target_days, target_on, near_m, near_days,
  object_kind, season, words, sample, ready, quiet_result, wish,
  retain_text_days, retain_photo_days, retain_contact_days, share, optional)
VALUES ($1, $2, $3, $4, $5, $6,
  $7, $8, $9, nullif($10::integer, 0), $11, $12, $13,
  $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23, $24, $25)
ON CONFLICT (key) DO UPDATE
SET group_id = excluded.group_id,
    department_id = excluded.department_id,
    name = excluded.name,
    position = excluded.position,
    kinds = excluded.kinds,
    publish = excluded.publish,
    photo = excluded.photo,
    target_days = excluded.target_days,
    target_on = excluded.target_on,
    near_m = excluded.near_m,
    near_days = excluded.near_days,
    object_kind = excluded.object_kind,
    season = excluded.season,
    words = excluded.words,
    sample = excluded.sample,
    ready = excluded.ready,
    quiet_result = excluded.quiet_result,
    wish = excluded.wish,
    retain_text_days = excluded.retain_text_days,
    retain_photo_days = excluded.retain_photo_days,
    retain_contact_days = excluded.retain_contact_days,
    share = excluded.share,
    optional = excluded.optional,
    active = true`

	sqlPutQuestion = `
INSERT INTO questions (id, category_id, key, type, name, position, required, shown_if, min, max, team_only, common)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (category_id, key) DO UPDATE
SET type = excluded.type,
    name = excluded.name,
    position = excluded.position,
    required = excluded.required,
    shown_if = excluded.shown_if,
    min = excluded.min,
    max = excluded.max,
    team_only = excluded.team_only,
    common = excluded.common,
    active = true`

	sqlPutOption = `
INSERT INTO question_options (question_id, key, name, effects, position)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (question_id, key) DO UPDATE
SET name = excluded.name,
    effects = excluded.effects,
    position = excluded.position,
    active = true`

	sqlPutStop = `
INSERT INTO stop_pages (key, hard, tel, title, text)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE
SET hard = excluded.hard,
    tel = excluded.tel,
    title = excluded.title,
    text = excluded.text,
    active = true`

	sqlPutBody = `
INSERT INTO category_bodies (key, name, area, forward, link)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO UPDATE
SET name = excluded.name,
    area = excluded.area,
    forward = excluded.forward,
    link = excluded.link,
    active = true`

	sqlPutSignpost = `
INSERT INTO signposts (id, key, words, text, stop_key, link_url, link_label, door, door_text, position)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (key) DO UPDATE
SET words = excluded.words,
    text = excluded.text,
    stop_key = excluded.stop_key,
    link_url = excluded.link_url,
    link_label = excluded.link_label,
    door = excluded.door,
    door_text = excluded.door_text,
    position = excluded.position,
    active = true`

	sqlDropHours = `
DELETE FROM opening_hours
WHERE department_id = $1`

	sqlPutHours = `
INSERT INTO opening_hours (department_id, weekday, opens, closes)
VALUES ($1, $2, $3, $4)`

	sqlHolidays = `
SELECT day
FROM holidays
WHERE region = $1
ORDER BY day`
)

// knownIDs are the ids of all rows by what they are.
func knownIDs(ctx context.Context, q db.Queryer) (map[string]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlKnown)
	if err != nil {
		return nil, fmt.Errorf("known ids: %w", err)
	}
	known := map[string]uuid.UUID{}
	var path string
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&path, &id}, func() error {
		known[path] = id
		return nil
	}); err != nil {
		return nil, fmt.Errorf("known ids: %w", err)
	}
	return known, nil
}

// goneCategories are the keys in use that are not among the given ones.
func goneCategories(ctx context.Context, q db.Queryer, keys []string) ([]string, error) {
	rows, err := q.Query(ctx, sqlGone, keys)
	if err != nil {
		return nil, fmt.Errorf("gone categories: %w", err)
	}
	gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("gone categories: %w", err)
	}
	return gone, nil
}

func loadHolidays(ctx context.Context, q db.Queryer, region string) ([]time.Time, error) {
	rows, err := q.Query(ctx, sqlHolidays, region)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}
