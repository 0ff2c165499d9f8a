package complaints

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/receipt"
)

// ring is the key that signs.
type ring struct{ sign ed25519.PrivateKey }

// openRing takes the keys of the folder, or that of the database, and keeps the
// public halves for good.
func openRing(ctx context.Context, d db.DB, dir string) (*ring, error) {
	var r ring
	keys := receipt.Keys{}
	if dir != "" {
		var err error
		if r.sign, keys, err = receipt.Load(dir); err != nil {
			return nil, err
		}
	} else {
		var seed []byte
		if err := d.QueryRow(ctx, sqlSeed).Scan(&seed); err != nil {
			return nil, fmt.Errorf("key of receipts: %w", err)
		}
		r.sign = ed25519.NewKeyFromSeed(seed[:ed25519.SeedSize])
		public, _ := r.sign.Public().(ed25519.PublicKey)
		keys[receipt.KeyID(public)] = public
	}
	return &r, db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		for id, public := range keys {
			if _, err := tx.Exec(ctx, sqlKeepKey, id, []byte(public)); err != nil {
				return fmt.Errorf("keep key of receipts: %w", err)
			}
		}
		return nil
	})
}

const (
	sqlSeed    = `SELECT key FROM server_keys WHERE name = 'receipt_signature'`
	sqlKeepKey = `INSERT INTO receipt_keys (id, public_key) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlKeys    = `SELECT id, public_key FROM receipt_keys ORDER BY since, id LIMIT 1000`
)

// Keys are all public keys that receipts were ever signed with.
func Keys(ctx context.Context, q db.Queryer) (receipt.Keys, error) {
	rows, err := q.Query(ctx, sqlKeys)
	if err != nil {
		return nil, fmt.Errorf("keys of receipts: %w", err)
	}
	keys := receipt.Keys{}
	var id string
	var public []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &public}, func() error {
		keys[id] = append(ed25519.PublicKey{}, public...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keys of receipts: %w", err)
	}
	return keys, nil
}

// Keys are the public keys, for the stable address.
func (s *Service) Keys(ctx context.Context) (receipt.Keys, error) { return Keys(ctx, s.db) }
