package votes

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// SetFloor says from which level of verification on the votes of a process count.
// Its ledger has rows of those only, so that whoever counts again comes to the
// number that is shown. It is said before anybody votes: what stands in the ledger
// stays as it is.
func SetFloor(ctx context.Context, tx pgx.Tx, scope string, level int) error {
	_, err := tx.Exec(ctx, sqlSetFloor, scope, level)
	return wrap("level from which votes count", err)
}

const (
	sqlSetFloor = `
INSERT INTO vote_floors (scope, level) VALUES ($1, $2)
ON CONFLICT (scope) DO UPDATE SET level = excluded.level`
	// Of a voter who was below the level from which votes count, and is no longer.
	sqlLedgerRaised = `
INSERT INTO vote_ledger (scope, day, subject_kind, subject_id, aspect, value, delta)
SELECT w.scope, (mitwirk_now() AT TIME ZONE 'UTC')::date, v.subject_kind, v.subject_id, v.aspect, v.value, 1
FROM voters w
JOIN vote_floors f ON f.scope = w.scope
JOIN votes v ON v.voter_id = w.id
WHERE w.id = $1 AND $2 < f.level AND f.level <= $3 AND v.aspect = 'support' AND v.value <> 0 AND v.state = 'counted'`
)
