package receipt

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Keys are public keys by their ids.
type Keys map[string]ed25519.PublicKey

// published is the form of the keys at their stable address.
type published struct {
	Keys []publishedKey `json:"keys"`
}

type publishedKey struct {
	ID     string `json:"id"`
	Alg    string `json:"alg"`
	Public string `json:"public_key"` // base64 of the 32 bytes
}

// Encode is the document at the stable address.
func (k Keys) Encode() ([]byte, error) {
	doc := published{Keys: []publishedKey{}}
	for id, public := range k {
		doc.Keys = append(doc.Keys, publishedKey{ID: id, Alg: "Ed25519", Public: base64.StdEncoding.EncodeToString(public)})
	}
	slices.SortFunc(doc.Keys, func(a, b publishedKey) int { return strings.Compare(a.ID, b.ID) })
	raw, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode keys: %w", err)
	}
	return append(raw, '\n'), nil
}

// ParseKeys reads the document. A key whose id is not its own is refused.
func ParseKeys(raw []byte) (Keys, error) {
	var doc published
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	keys := Keys{}
	for _, k := range doc.Keys {
		public, err := base64.StdEncoding.DecodeString(k.Public)
		if err != nil || len(public) != ed25519.PublicKeySize || KeyID(public) != k.ID {
			return nil, fmt.Errorf("key %q is none", k.ID)
		}
		keys[k.ID] = public
	}
	return keys, nil
}

const ending = ".pem"

// Load reads the private keys of a folder (PKCS #8, Ed25519, as "openssl genpkey
// -algorithm ed25519" writes them). The last one by file name signs; all of them
// are published. An empty or absent folder gets its first key.
func Load(dir string) (sign ed25519.PrivateKey, keys Keys, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("keys of receipts: %w", err)
	}
	keys = Keys{}
	for _, e := range entries { // sorted by name
		if e.IsDir() || !strings.HasSuffix(e.Name(), ending) {
			continue
		}
		if sign, err = readKey(filepath.Join(dir, e.Name())); err != nil {
			return nil, nil, err
		}
		public, _ := sign.Public().(ed25519.PublicKey)
		keys[KeyID(public)] = public
	}
	if sign != nil {
		return sign, keys, nil
	}
	if sign, err = makeKey(dir); err != nil {
		return nil, nil, err
	}
	public, _ := sign.Public().(ed25519.PublicKey)
	keys[KeyID(public)] = public
	return sign, keys, nil
}

func readKey(file string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("key of receipts: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, fmt.Errorf("key of receipts %s: no PEM", filepath.Base(file))
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key of receipts %s: %w", filepath.Base(file), err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("key of receipts %s: not Ed25519", filepath.Base(file))
	}
	return key, nil
}

// makeKey writes the first key of a folder. Of two processes that begin at once
// one writes, the other reads.
func makeKey(dir string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	file := filepath.Join(dir, "0001"+ending)
	tmp, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone or not needed any more
	if err := errors.Join(pem.Encode(tmp, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	if err := os.Link(tmp.Name(), file); errors.Is(err, os.ErrExist) {
		return readKey(file)
	} else if err != nil {
		return nil, fmt.Errorf("make key of receipts: %w", err)
	}
	return key, nil
}
