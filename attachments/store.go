package attachments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const sqlColumns = `
  id,
  coalesce(subject_kind, ''),
  coalesce(subject_id, '00000000-0000-0000-0000-000000000000'),
  coalesce(draft_id, '00000000-0000-0000-0000-000000000000'),
  coalesce(owner_id, '00000000-0000-0000-0000-000000000000'),
  blob,
  small_blob,
  size,
  width,
  height,
  sha256,
  alt,
  ord,
  state,
  version,
  created_at,
  changed_at`

// scan reads one row in the order of sqlColumns.
func scan(row pgx.CollectableRow) (Attachment, error) {
	var a Attachment
	err := row.Scan(
		&a.ID, &a.Subject.Kind, &a.Subject.ID, &a.Draft, &a.Owner, &a.blob, &a.smallBlob, &a.Size, &a.Width, &a.Height,
		&a.SHA256, &a.Alt, &a.Ord, &a.State, &a.Version, &a.CreatedAt, &a.ChangedAt,
	)
	return a, err
}

const (
	sqlByID       = `SELECT` + sqlColumns + ` FROM attachments WHERE id = $1`
	sqlLockByID   = sqlByID + ` FOR UPDATE`
	sqlForDraft   = `SELECT` + sqlColumns + ` FROM attachments WHERE draft_id = $1 AND state <> 'removed' ORDER BY ord, id`
	sqlForSubject = `SELECT` + sqlColumns + `
FROM attachments
WHERE draft_id IS NULL AND subject_kind = $1 AND subject_id = ANY($2) AND state <> 'removed'
ORDER BY subject_id, ord, id`
	sqlForPerson = `SELECT` + sqlColumns + ` FROM attachments WHERE owner_id = $1 AND state <> 'removed' ORDER BY created_at, id`
	sqlInsert    = `
INSERT INTO attachments (
  id, subject_kind, subject_id, draft_id, owner_id, blob, small_blob, type, size, width, height, sha256, alt, ord, state, created_at
) VALUES (
  @id, @subject_kind, @subject_id, @draft_id, @owner_id, @blob, @small_blob, @type, @size, @width, @height, @sha256, @alt, @ord,
  @state, coalesce(@created_at, mitwirk_now())
)`
	sqlInsertVersion = `
INSERT INTO attachment_versions (attachment_id, n, redactions, blob, small_blob, made_by)
VALUES ($1, $2, $3, $4, $5, $6)`
	sqlFirstVersion = `SELECT blob FROM attachment_versions WHERE attachment_id = $1 ORDER BY n LIMIT 1`
	sqlSetVersion   = `
UPDATE attachments
SET version = $2, blob = $3, small_blob = $4, size = $5, width = $6, height = $7, sha256 = $8, changed_at = mitwirk_now()
WHERE id = $1`
	sqlMoveFromDraft = `
UPDATE attachments
SET draft_id = NULL, subject_kind = $2, subject_id = $3, changed_at = mitwirk_now(),
    ord = ord + (SELECT coalesce(max(o.ord) + 1, 0) FROM attachments o
                 WHERE o.draft_id IS NULL AND o.subject_kind = $2 AND o.subject_id = $3)
WHERE draft_id = $1 AND state <> 'removed'
RETURNING id`
	sqlMove = `
UPDATE attachments
SET subject_kind = $2, subject_id = $3, changed_at = mitwirk_now(),
    ord = ord + (SELECT coalesce(max(o.ord) + 1, 0) FROM attachments o
                 WHERE o.draft_id IS NULL AND o.subject_kind = $2 AND o.subject_id = $3)
WHERE id = ANY($1) AND draft_id IS NULL
RETURNING id`
	sqlMoveBack = `
UPDATE attachments a
SET subject_kind = $2, subject_id = $3, changed_at = mitwirk_now(), ord = o.ord
FROM unnest($1::uuid[], $4::int[]) AS o (id, ord)
WHERE a.id = o.id AND a.draft_id IS NULL
RETURNING a.id`
	sqlSetState  = `UPDATE attachments SET state = $2, changed_at = mitwirk_now() WHERE id = ANY($1) AND draft_id IS NULL AND state <> 'removed'`
	sqlSetAlt    = `UPDATE attachments SET alt = $2, changed_at = mitwirk_now() WHERE id = $1 AND state <> 'removed'`
	sqlSetGone   = `UPDATE attachments SET state = 'removed', blob = '', small_blob = '', alt = '', changed_at = mitwirk_now() WHERE id = ANY($1)`
	sqlDropForms = `DELETE FROM attachment_versions WHERE attachment_id = ANY($1) RETURNING blob, small_blob`
	sqlDropRows  = `DELETE FROM attachments WHERE id = ANY($1)`
	sqlDraftIDs  = `SELECT id FROM attachments WHERE draft_id = $1 FOR UPDATE`
	sqlRefIDs    = `SELECT id FROM attachments WHERE draft_id IS NULL AND subject_kind = $1 AND subject_id = ANY($2) FOR UPDATE`
	sqlOldIDs    = `
SELECT id FROM attachments
WHERE subject_kind = $1 AND created_at < $2 AND state <> 'removed'
ORDER BY created_at, id
LIMIT $3
FOR UPDATE`
	sqlForgetForms = `
DELETE FROM attachment_versions v
USING (
  SELECT o.attachment_id, o.n
  FROM attachment_versions o
  JOIN attachments a ON a.id = o.attachment_id
  WHERE o.created_at < $1
    AND o.n < a.version
    AND EXISTS (
      SELECT FROM attachment_versions l
      WHERE l.attachment_id = o.attachment_id AND l.n > o.n AND l.created_at < $1
    )
  LIMIT $2
) old
WHERE v.attachment_id = old.attachment_id AND v.n = old.n
RETURNING v.blob, v.small_blob`
	sqlKnownBlobs = `
SELECT blob FROM attachment_versions WHERE blob = ANY($1)
UNION
SELECT small_blob FROM attachment_versions WHERE small_blob = ANY($1)
UNION
SELECT blob FROM attachment_sealed WHERE blob = ANY($1)`
	sqlGiveForDraft = `UPDATE attachments SET owner_id = $2 WHERE draft_id = $1`

	sqlAdopt  = `UPDATE attachments SET owner_id = $2 WHERE owner_id = $1`
	sqlForget = `UPDATE attachments SET owner_id = NULL WHERE owner_id = $1`
	sqlUntie  = `UPDATE attachments SET owner_id = NULL WHERE owner_id = $1 AND draft_id IS NULL AND subject_kind = $2 AND subject_id = ANY($3)`
)

func load(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) (Attachment, error) {
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return Attachment{}, fmt.Errorf("load photo: %w", err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Attachment{}, fault.Missing("photo")
	}
	if err != nil {
		return Attachment{}, fmt.Errorf("load photo: %w", err)
	}
	return a, nil
}

func list(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Attachment, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list photos: %w", err)
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list photos: %w", err)
	}
	return all, nil
}

// insert queues the rows of a photo and its first form.
func insert(b *pgx.Batch, a Attachment) {
	var at *time.Time
	if !a.CreatedAt.IsZero() {
		at = &a.CreatedAt
	}
	var kind *subject.Kind
	if a.Subject.Kind != "" {
		kind = &a.Subject.Kind
	}
	b.Queue(sqlInsert, pgx.StrictNamedArgs{
		"id":           a.ID,
		"subject_kind": kind,
		"subject_id":   db.OrNull(a.Subject.ID),
		"draft_id":     db.OrNull(a.Draft),
		"owner_id":     db.OrNull(a.Owner),
		"blob":         a.blob,
		"small_blob":   a.smallBlob,
		"type":         Type,
		"size":         a.Size,
		"width":        a.Width,
		"height":       a.Height,
		"sha256":       a.SHA256,
		"alt":          a.Alt,
		"ord":          a.Ord,
		"state":        a.State,
		"created_at":   at,
	})
	b.Queue(sqlInsertVersion, a.ID, 1, []Rect{}, a.blob, a.smallBlob, db.OrNull(a.Owner))
}

func ids(ctx context.Context, q db.Queryer, sql string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("ids of photos: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of photos: %w", err)
	}
	return all, nil
}

// blobs runs a statement that returns pairs of keys.
func blobs(ctx context.Context, q db.Queryer, sql string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("forms of photos: %w", err)
	}
	var keys []string
	var large, small string
	if _, err := pgx.ForEachRow(rows, []any{&large, &small}, func() error {
		keys = append(keys, large, small)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("forms of photos: %w", err)
	}
	return keys, nil
}

// known tells which keys some row still names.
func known(ctx context.Context, q db.Queryer, keys []string) (map[string]bool, error) {
	rows, err := q.Query(ctx, sqlKnownBlobs, keys)
	if err != nil {
		return nil, fmt.Errorf("known forms: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("known forms: %w", err)
	}
	keep := make(map[string]bool, len(found))
	for _, k := range found {
		keep[k] = true
	}
	return keep, nil
}
