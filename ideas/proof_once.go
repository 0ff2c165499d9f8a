package ideas

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
)

// takeEID notes as whom an eID takes part in a call; false when it did as somebody
// else, or in an account that is gone: its supports are still counted. What is kept
// is an HMAC under a key of the call, which is destroyed when the call ends: nobody
// can be followed from one call to another by it.
func takeEID(ctx context.Context, tx pgx.Tx, call, person uuid.UUID, id accounts.Identity) (mine bool, err error) {
	if id.Issuer == "" || id.Sub == "" || person == uuid.Nil {
		return false, errors.New("the yes of nobody's eID")
	}
	key, err := callKey(ctx, tx, call)
	if err != nil {
		return false, err
	}
	if err := tx.QueryRow(ctx, sqlTakeEID, call, id.Mark(key), person).Scan(&mine); err != nil {
		return false, fmt.Errorf("take eID: %w", err)
	}
	return mine, nil
}

// callKey is the secret of a call, made with its first yes.
func callKey(ctx context.Context, tx pgx.Tx, call uuid.UUID) (key []byte, err error) {
	err = tx.QueryRow(ctx, sqlCallKey, call).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		fresh := make([]byte, 32)
		_, _ = rand.Read(fresh)                                              // never fails since Go 1.24
		if _, err := tx.Exec(ctx, sqlMakeCallKey, call, fresh); err != nil { // waits for whoever makes it at this moment
			return nil, fmt.Errorf("make key of a call: %w", err)
		}
		err = tx.QueryRow(ctx, sqlCallKey, call).Scan(&key)
	}
	if err != nil {
		return nil, fmt.Errorf("key of a call: %w", err)
	}
	return key, nil
}

const (
	sqlCallKey     = `SELECT key FROM call_keys WHERE call_id = $1`
	sqlMakeCallKey = `INSERT INTO call_keys (call_id, key) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	// whoever came first keeps it; this waits for them.
	sqlTakeEID = `
INSERT INTO call_eids (call_id, mark, person_id) VALUES ($1, $2, $3)
ON CONFLICT (call_id, mark) DO UPDATE SET person_id = call_eids.person_id
RETURNING person_id IS NOT DISTINCT FROM $3`
	sqlUntieEIDs = `UPDATE call_eids SET person_id = NULL WHERE person_id = $1`
	sqlEndEIDs   = `DELETE FROM call_eids WHERE call_id = $1`
	sqlEndKey    = `DELETE FROM call_keys WHERE call_id = $1`
	sqlDropEIDs  = `DELETE FROM call_eids e USING calls c WHERE c.id = e.call_id AND c.state = 'ended'`
	sqlDropKeys  = `DELETE FROM call_keys k USING calls c WHERE c.id = k.call_id AND c.state = 'ended'`
)
