package receipt

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"testing"
	"time"
)

func signer(t testing.TB, seed byte) (ed25519.PrivateKey, Keys) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	public, _ := key.Public().(ed25519.PublicKey)
	return key, Keys{KeyID(public): public}
}

func issued(t testing.TB, key ed25519.PrivateKey) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte("Der Aufzug fährt nicht."))
	r, err := Issue(key, "https://mitwirk.example", "B-2026-7K3QX9", time.Date(2026, 3, 14, 9, 26, 53, 589793000, time.UTC), sum[:])
	if err != nil {
		t.Fatal(err)
	}
	file, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	key, keys := signer(t, 7)
	file := issued(t, key)
	if _, err := Verify(file, keys); err != nil {
		t.Fatalf("as it was handed out: %v", err)
	}
	for i := range file {
		for bit := range 8 {
			changed := bytes.Clone(file)
			changed[i] ^= 1 << bit
			if _, err := Verify(changed, keys); err == nil {
				t.Fatalf("byte %d, bit %d (%q) changed unnoticed", i, bit, file[i])
			}
		}
		if _, err := Verify(append(bytes.Clone(file[:i]), file[i+1:]...), keys); err == nil {
			t.Fatalf("byte %d taken out unnoticed", i)
		}
		if _, err := Verify(append(append(bytes.Clone(file[:i]), ' '), file[i:]...), keys); err == nil {
			t.Fatalf("a space before byte %d unnoticed", i)
		}
	}
}

func TestContentAndKeys(t *testing.T) {
	t.Parallel()
	key, keys := signer(t, 7)
	r, err := Verify(issued(t, key), keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Fits([]byte("Der Aufzug fährt nicht.")); err != nil {
		t.Errorf("its content: %v", err)
	}
	if err := r.Fits([]byte("Der Aufzug fährt nicht!")); !errors.Is(err, ErrContent) {
		t.Errorf("other content: %v", err)
	}
	_, others := signer(t, 8)
	if _, err := Verify(issued(t, key), others); !errors.Is(err, ErrKey) {
		t.Errorf("unknown key: %v", err)
	}
	raw, err := keys.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseKeys(raw)
	if err != nil || len(again) != 1 {
		t.Fatalf("keys read again: %v, %d", err, len(again))
	}
}

func TestLoadMakesKeepsAndRotates(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/keys"
	first, _, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, keys, err := Load(dir)
	if err != nil || !again.Equal(first) || len(keys) != 1 {
		t.Fatalf("second start: %v, %d keys", err, len(keys))
	}
	file := issued(t, first)
	if err := copyKey(dir); err != nil {
		t.Fatal(err)
	}
	next, keys, err := Load(dir)
	if err != nil || next.Equal(first) || len(keys) != 2 {
		t.Fatalf("after rotation: %v, %d keys", err, len(keys))
	}
	if _, err := Verify(file, keys); err != nil {
		t.Errorf("a receipt of the old key: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	key, _ := signer(f, 7)
	f.Add(issued(f, key))
	f.Add([]byte(`{"format":"mitwirk-receipt/1"}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := Parse(file)
		if err != nil {
			return
		}
		again, err := r.Encode()
		if err != nil || !bytes.Equal(again, file) {
			t.Fatalf("read %q, wrote %q", file, again)
		}
	})
}
