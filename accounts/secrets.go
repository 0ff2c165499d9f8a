package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/mitwirk/mitwirk/internal/db"
)

const tokenBytes = 32

// newToken draws a secret for a cookie or a link, and the hash that is stored.
func newToken() (token string, hash []byte) {
	raw := make([]byte, tokenBytes)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, hashToken(token)
}

// hashToken is a plain hash: the token has 256 random bits, there is nothing to guess.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// keyed is an HMAC under one of the installation's secrets. It is read each
// time: a cached key that was made in a transaction that failed would be wrong.
func keyed(ctx context.Context, q db.Queryer, name string, parts ...string) ([]byte, error) {
	var key []byte
	if err := q.QueryRow(ctx, sqlServerKey, name).Scan(&key); err != nil {
		return nil, fmt.Errorf("server key %s: %w", name, err)
	}
	return sum(key, parts...), nil
}

func sum(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	return mac.Sum(nil)
}
