package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Format names the form, so that a later one can be told from it.
const Format = "mitwirk-receipt/1"

// Max is how long a receipt's file may be, in bytes.
const Max = 4 << 10

// What is wrong with a receipt.
var (
	ErrForm      = errors.New("not a receipt as it was handed out")
	ErrKey       = errors.New("signed with a key that is not known here")
	ErrSignature = errors.New("the signature does not fit")
	ErrContent   = errors.New("the content is not the one that the receipt is about")
)

// Receipt says what arrived when.
type Receipt struct {
	Format  string `json:"format"`
	Issuer  string `json:"issuer"` // the site's address
	Number  string `json:"number"` // "B-2026-7K3QX9"
	At      string `json:"at"`     // RFC 3339 in UTC, microseconds: the database's time
	Content string `json:"content_sha256"`
	Key     string `json:"key"`
	Sign    string `json:"signature,omitempty"` // base64 over the receipt without it
}

// Time is At as a time.
func (r Receipt) Time() (time.Time, error) { return time.Parse(timeForm, r.At) }

const timeForm = "2006-01-02T15:04:05.000000Z"

// KeyID is the name of a public key.
func KeyID(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// Issue signs what arrived; content is its SHA-256.
func Issue(key ed25519.PrivateKey, issuer, number string, at time.Time, content []byte) (Receipt, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok || len(content) != sha256.Size {
		return Receipt{}, errors.New("receipt: key or content hash of the wrong length")
	}
	r := Receipt{
		Format: Format, Issuer: issuer, Number: number, At: at.UTC().Truncate(time.Microsecond).Format(timeForm),
		Content: hex.EncodeToString(content), Key: KeyID(public),
	}
	signed, err := r.signed()
	if err != nil {
		return Receipt{}, err
	}
	r.Sign = base64.StdEncoding.EncodeToString(ed25519.Sign(key, signed))
	return r, nil
}

// signed is what the signature is over.
func (r Receipt) signed() ([]byte, error) {
	r.Sign = ""
	return r.Encode()
}

// Encode is the one form of a receipt in bytes: indented JSON with a line break
// at its end.
func (r Receipt) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("encode receipt: %w", err)
	}
	return b.Bytes(), nil
}

// Parse reads a file; ErrForm for one that is not exactly as Encode writes it.
func Parse(file []byte) (Receipt, error) {
	if len(file) > Max {
		return Receipt{}, ErrForm
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	var r Receipt
	if err := d.Decode(&r); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrForm, err)
	}
	again, err := r.Encode()
	if err != nil || !bytes.Equal(again, file) || r.Format != Format || r.Sign == "" {
		return Receipt{}, ErrForm
	}
	if _, err := r.Time(); err != nil {
		return Receipt{}, ErrForm
	}
	return r, nil
}

// Verify reads a file and checks its signature with the known keys.
func Verify(file []byte, keys Keys) (Receipt, error) {
	r, err := Parse(file)
	if err != nil {
		return Receipt{}, err
	}
	public, ok := keys[r.Key]
	if !ok {
		return r, ErrKey
	}
	sign, err := base64.StdEncoding.Strict().DecodeString(r.Sign)
	if err != nil {
		return r, ErrSignature
	}
	signed, err := r.signed()
	if err != nil {
		return r, err
	}
	if !ed25519.Verify(public, signed, sign) {
		return r, ErrSignature
	}
	return r, nil
}

// Fits tells whether content is what the receipt is about; ErrContent if not.
func (r Receipt) Fits(content []byte) error {
	sum := sha256.Sum256(content)
	if hex.EncodeToString(sum[:]) != r.Content {
		return ErrContent
	}
	return nil
}
