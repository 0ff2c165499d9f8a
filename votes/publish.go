package votes

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// How ratings become public: from publishFrom people on, then only when batchOf
// people have changed something since, at night also from nightlyOf on. So no
// difference of two published states is one person's rating.
const (
	publishFrom = 10
	batchOf     = 5
	nightlyOf   = 3
)

// Publish makes the ratings of a question about a thing public in batches from
// now on. It is called once, before the first rating; again it changes nothing.
func Publish(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect) error {
	if !aspect.isRating() {
		return fmt.Errorf("votes: %q is published at once", aspect)
	}
	_, err := tx.Exec(ctx, sqlPublish, string(ref.Kind), ref.ID, string(aspect))
	return wrap("publish ratings", err)
}

// Published is what the public knows of a question: nothing (N 0) below ten
// ratings, then the state of the last batch.
func Published(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, aspect Aspect) (map[uuid.UUID]Tally, error) {
	rows, err := q.Query(ctx, sqlPublished, string(kind), ids, string(aspect))
	if err != nil {
		return nil, fmt.Errorf("published ratings: %w", err)
	}
	all := map[uuid.UUID]Tally{}
	var id uuid.UUID
	var counts []int32
	_, err = pgx.ForEachRow(rows, []any{&id, &counts}, func() error {
		var t Tally
		for i, n := range counts {
			if n > 0 {
				t.add(int16(i+1), int(n))
			}
		}
		all[id] = t
		return nil
	})
	return all, wrap("published ratings", err)
}

// publishFull publishes a batch once it is full.
func publishFull(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect) error {
	return publishBatch(ctx, tx, string(ref.Kind), ref.ID, string(aspect), batchOf)
}

// publishBatch publishes what has changed when that is least people or more.
// The row of the question is held, so that ratings of a moment go one after the
// other and no batch is published by two.
func publishBatch(ctx context.Context, tx pgx.Tx, kind string, id uuid.UUID, aspect string, least int) error {
	var shown int
	err := tx.QueryRow(ctx, sqlLockPublished, kind, id, aspect).Scan(&shown)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // not a question that is published
	}
	if err != nil {
		return fmt.Errorf("lock published ratings: %w", err)
	}
	var pending, rated int
	if err := tx.QueryRow(ctx, sqlPendingN, kind, id, aspect).Scan(&pending, &rated); err != nil {
		return fmt.Errorf("pending ratings: %w", err)
	}
	if pending < least || shown == 0 && rated < publishFrom {
		return nil
	}
	if rated < publishFrom { // fewer by now: what was shown would be all there is to compare
		rated = 0
	}
	if _, err := tx.Exec(ctx, sqlPublishNow, kind, id, aspect, rated); err != nil {
		return fmt.Errorf("publish ratings: %w", err)
	}
	_, err = tx.Exec(ctx, sqlPublishedAll, kind, id, aspect)
	return wrap("publish ratings", err)
}

// publishNightly publishes what has waited; in transactions of one question each.
func publishNightly(ctx context.Context, d db.DB) error {
	rows, err := d.Query(ctx, sqlWaiting, nightlyOf)
	if err != nil {
		return fmt.Errorf("ratings that wait: %w", err)
	}
	type question struct {
		Kind   string
		ID     uuid.UUID
		Aspect string
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[question])
	if err != nil {
		return fmt.Errorf("ratings that wait: %w", err)
	}
	for _, w := range list {
		if err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
			return publishBatch(ctx, tx, w.Kind, w.ID, w.Aspect, nightlyOf)
		}); err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlPublish   = `INSERT INTO vote_published (subject_kind, subject_id, aspect) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	sqlPublished = `
SELECT subject_id, counts
FROM vote_published
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND aspect = $3 AND n > 0`
	sqlLockPublished = `
SELECT n FROM vote_published
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3
FOR UPDATE`
	sqlPendingN = `
SELECT (SELECT count(*) FROM vote_pending WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3)::int,
       (SELECT coalesce(sum(n), 0) FROM vote_totals WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3)::int`
	sqlPublishNow = `
UPDATE vote_published p
SET n = $4,
    counts = CASE WHEN $4 = 0 THEN '{}' ELSE
      (SELECT array_agg(coalesce(s.n, 0) ORDER BY v.value)
       FROM generate_series(1, 5) AS v (value)
       LEFT JOIN (SELECT value, sum(n)::int AS n FROM vote_totals
                  WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 GROUP BY value) s ON s.value = v.value) END,
    at = mitwirk_now()
WHERE p.subject_kind = $1 AND p.subject_id = $2 AND p.aspect = $3`
	sqlPublishedAll = `DELETE FROM vote_pending WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3`
	sqlWaiting      = `
SELECT subject_kind, subject_id, aspect
FROM vote_pending
GROUP BY subject_kind, subject_id, aspect
HAVING count(*) >= $1
ORDER BY subject_kind, subject_id, aspect`
)
