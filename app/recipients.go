package app

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/kept"
)

// recipientsFor is how long a count is given again: everybody may ask for the
// figures, and each count reads the half year's votes.
const recipientsFor = 10 * time.Minute

// mostRecipients is how many periods are remembered: there are two in a year.
const mostRecipients = 200

// recipients counts who took part (moderation.Active), from what is kept anyway.
type recipients struct {
	clock clock.Clock
	kept  *kept.Kept[span, []int]
}

// span names the months: the first one's beginning and how many they are.
type span struct {
	from int64
	n    int
}

func newRecipients(c clock.Clock) (*recipients, error) {
	k, err := kept.New[span, []int](kept.Config{For: recipientsFor, Most: mostRecipients})
	return &recipients{clock: c, kept: k}, err
}

// active gives the numbers of the months between the edges. However many ask, it is
// counted once.
func (r *recipients) active(ctx context.Context, q db.Queryer, edges []time.Time) ([]int, error) {
	list, _, err := r.kept.Get(ctx, span{edges[0].Unix(), len(edges)}, r.clock.Now(), func() ([]int, error) { return countActive(ctx, q, edges) })
	return list, err
}

func countActive(ctx context.Context, q db.Queryer, edges []time.Time) ([]int, error) {
	rows, err := q.Query(ctx, sqlActivePeople, edges, len(edges)-1)
	if err != nil {
		return nil, fmt.Errorf("people who took part: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil, fmt.Errorf("people who took part: %w", err)
	}
	return list, nil
}

// Left out: complaints (they are not public, nor is that there is one), what the
// city wrote or split off itself, votes that were found to be nobody's, the
// stand-ins of other systems, and people who had themselves erased.
const sqlActivePeople = `
WITH span AS (SELECT $1::timestamptz[] AS edges, ($1::timestamptz[])[1] AS from_at, ($1::timestamptz[])[$2::int + 1] AS to_at),
acts (person_id, at) AS (
  SELECT r.person_id, r.created_at FROM reports r, span
  WHERE r.created_at >= from_at AND r.created_at < to_at AND r.person_id IS NOT NULL AND r.visibility <> 'draft'
    AND NOT EXISTS (SELECT FROM timeline_entries e WHERE e.subject_kind = 'report' AND e.subject_id = r.id AND e.key = 'step.split_from')
  UNION ALL SELECT author_id, created_at FROM comments, span
  WHERE created_at >= from_at AND created_at < to_at AND author_id IS NOT NULL AND NOT official
  UNION ALL SELECT person_id, since FROM idea_authors, span WHERE since >= from_at AND since < to_at
  UNION ALL SELECT person_id, at FROM amendments, span WHERE at >= from_at AND at < to_at AND person_id IS NOT NULL
  UNION ALL SELECT p.person_id, v.at FROM span, votes v JOIN voter_persons p ON p.voter_id = v.voter_id
  WHERE v.at >= from_at AND v.at < to_at AND v.state <> 'void'
  UNION ALL SELECT person_id, since FROM contest_members, span WHERE since >= from_at AND since < to_at
  UNION ALL SELECT person_id, at FROM help_offers, span WHERE at >= from_at AND at < to_at
  UNION ALL SELECT person_id, received_at FROM flags, span WHERE received_at >= from_at AND received_at < to_at AND person_id IS NOT NULL
),
people AS (
  SELECT width_bucket(a.at, edges) AS n, a.person_id FROM acts a, span
  WHERE EXISTS (SELECT FROM persons p WHERE p.id = a.person_id AND p.erased_at IS NULL)
    AND NOT EXISTS (SELECT FROM api_tokens t WHERE t.person_id = a.person_id AND NOT t.personal)
)
SELECT count(DISTINCT p.person_id)::int
FROM generate_series(1, $2::int) m (n)
LEFT JOIN people p ON p.n = m.n
GROUP BY m.n
ORDER BY m.n`
