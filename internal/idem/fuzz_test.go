package idem

import (
	"bytes"
	"testing"
)

// A sealed answer opens with its own key, route and body, and with no others,
// however it was changed in the table.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("answer"), "POST /reports", "key", []byte("body"), []byte("x"))
	f.Add([]byte{}, "", "", []byte{}, []byte{})
	f.Add([]byte("a"), "POST /reports", "key\x00", []byte{0}, bytes.Repeat([]byte{7}, 44))
	f.Fuzz(func(t *testing.T, body []byte, route, key string, hash, other []byte) {
		sealed, err := seal(Answer{Status: 201, Body: body}, route, key, hash)
		if err != nil {
			t.Fatal(err)
		}
		a, err := open(sealed, route, key, hash)
		if err != nil || a.Status != 201 || !bytes.Equal(a.Body, body) {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, err := open(sealed, route, key+"x", hash); err == nil {
			t.Error("opens with another key")
		}
		if _, err := open(sealed, route+"x", key, hash); err == nil {
			t.Error("opens for another route")
		}
		if _, err := open(other, route, key, hash); err == nil {
			t.Error("opens what nobody sealed")
		}
		sealed[len(sealed)/2] ^= 1
		if _, err := open(sealed, route, key, hash); err == nil {
			t.Error("opens what was changed")
		}
	})
}
