package votes

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Seeding is N anonymous votes on one thing.
type Seeding struct {
	Ref    subject.Ref
	Aspect Aspect
	Value  int16
	N      int
}

// SeedAll adds anonymous votes on many things in three round trips, for the
// demo and for imports of totals. Seedings without votes are left out.
func SeedAll(ctx context.Context, tx pgx.Tx, scope string, all []Seeding) error {
	var voters, cast [][]any
	var kinds, aspects []string
	var ids []uuid.UUID
	var values []int16
	var totals []int32
	for _, s := range all {
		if s.N <= 0 {
			continue
		}
		for range s.N {
			voter := uuid.New()
			voters = append(voters, []any{voter, scope, int16(0)})
			cast = append(cast, []any{string(s.Ref.Kind), s.Ref.ID, string(s.Aspect), voter, s.Value})
		}
		kinds, ids, aspects = append(kinds, string(s.Ref.Kind)), append(ids, s.Ref.ID), append(aspects, string(s.Aspect))
		values, totals = append(values, s.Value), append(totals, int32(s.N))
	}
	if len(voters) == 0 {
		return nil
	}
	if err := db.Bulk(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"voters"}, []string{"id", "scope", "level"}, pgx.CopyFromRows(voters)); err != nil {
		return fmt.Errorf("seed voters: %w", err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"votes"}, []string{"subject_kind", "subject_id", "aspect", "voter_id", "value"}, pgx.CopyFromRows(cast)); err != nil {
		return fmt.Errorf("seed votes: %w", err)
	}
	_, err := tx.Exec(ctx, sqlCountAll, kinds, ids, aspects, values, totals)
	return wrap("seed votes", err)
}

const sqlCountAll = `
INSERT INTO vote_totals (subject_kind, subject_id, aspect, level, value, n)
SELECT kind, id, aspect, 0, value, sum(n)
FROM unnest($1::text[], $2::uuid[], $3::text[], $4::smallint[], $5::integer[]) AS s (kind, id, aspect, value, n)
GROUP BY kind, id, aspect, value
ON CONFLICT (subject_kind, subject_id, aspect, level, value)
DO UPDATE SET n = vote_totals.n + excluded.n`
