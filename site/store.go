package site

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	sqlSettings = `
SELECT key, value
FROM settings
ORDER BY key`

	sqlTexts = `
SELECT key, lang, body
FROM site_texts
ORDER BY key, lang`

	// the row is made where there is none: what is not there can't be held. {} is
	// what nobody has set.
	sqlHoldSetting = `
INSERT INTO settings (key, value)
VALUES ($1, '{}')
ON CONFLICT (key) DO UPDATE
SET value = settings.value
RETURNING value`

	sqlPutSetting = `
INSERT INTO settings (key, value, changed_by)
VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE
SET value = excluded.value,
    changed_by = excluded.changed_by,
    changed_at = mitwirk_now()`
)

type textKey struct{ key, lang string }

func loadSettings(ctx context.Context, q db.Queryer) (map[string]json.RawMessage, error) {
	rows, err := q.Query(ctx, sqlSettings)
	if err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	list := map[string]json.RawMessage{}
	var key string
	var value []byte
	if _, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		list[key] = append(json.RawMessage(nil), value...)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	return list, nil
}

// holdSetting reads a setting as it is once nobody else changes it, and holds it
// until the transaction ends.
func holdSetting(ctx context.Context, tx pgx.Tx, key string) (raw json.RawMessage, err error) {
	if err := tx.QueryRow(ctx, sqlHoldSetting, key).Scan(&raw); err != nil {
		return nil, fmt.Errorf("hold setting %s: %w", key, err)
	}
	return raw, nil
}

func loadTexts(ctx context.Context, q db.Queryer) (map[textKey]string, error) {
	rows, err := q.Query(ctx, sqlTexts)
	if err != nil {
		return nil, fmt.Errorf("load texts: %w", err)
	}
	list := map[textKey]string{}
	var k textKey
	var body string
	if _, err := pgx.ForEachRow(rows, []any{&k.key, &k.lang, &body}, func() error {
		list[k] = body
		return nil
	}); err != nil {
		return nil, fmt.Errorf("load texts: %w", err)
	}
	return list, nil
}

// changedBy is nil for the product itself: the command line.
func changedBy(person uuid.UUID) *uuid.UUID {
	if person == uuid.Nil {
		return nil
	}
	return &person
}
