package idem

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

const saltSize = 16

// keyHash finds the row again. It is another derivation than that of the seal,
// so that the hash in the table opens nothing.
func keyHash(route, key string) []byte {
	sum := sha256.Sum256([]byte("mitwirk idempotency key\x00" + route + "\x00" + key))
	return sum[:]
}

// seal is salt, nonce and the encrypted answer (AES-256-GCM; key by HKDF-SHA-256,
// RFC 5869), bound to the route and the body.
func seal(a Answer, route, key string, bodyHash []byte) ([]byte, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails
	gcm, err := sealer(key, salt)
	if err != nil {
		return nil, err
	}
	return gcm.Seal(salt, nil, plain, bound(route, bodyHash)), nil //nolint:gosec // nil: it draws its nonce itself
}

func open(sealed []byte, route, key string, bodyHash []byte) (Answer, error) {
	if len(sealed) < saltSize {
		return Answer{}, errors.New("too short")
	}
	gcm, err := sealer(key, sealed[:saltSize])
	if err != nil {
		return Answer{}, err
	}
	plain, err := gcm.Open(nil, nil, sealed[saltSize:], bound(route, bodyHash))
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	if err := json.Unmarshal(plain, &a); err != nil {
		return Answer{}, err
	}
	return a, nil
}

// sealer draws its nonces itself and writes them before the text.
func sealer(key string, salt []byte) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, []byte(key), salt, "mitwirk idempotency answer", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func bound(route string, bodyHash []byte) []byte {
	return fmt.Appendf(nil, "%s\x00%x", route, bodyHash)
}
