package accounts

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"fmt"

	"github.com/mitwirk/mitwirk/internal/db"
)

// PushKey is the key that signs calls to push services (VAPID, RFC 8292): the same in
// every process of the installation, and for as long as browsers have subscribed with it.
func PushKey(ctx context.Context, q db.Queryer) (*ecdh.PrivateKey, error) {
	var seed []byte
	if err := q.QueryRow(ctx, sqlServerKey, "push").Scan(&seed); err != nil {
		return nil, fmt.Errorf("push key: %w", err)
	}
	for {
		sum := sha256.Sum256(append([]byte("vapid\x00"), seed...))
		key, err := ecdh.P256().NewPrivateKey(sum[:])
		if err == nil {
			return key, nil
		}
		seed = sum[:] // one in 2^32 is no scalar of the curve
	}
}
