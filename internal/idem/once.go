package idem

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Once is Do for what can be written as JSON: it returns what fn made, now or
// when the same request came before. Both times it has been through JSON, so
// that the two can't differ. Errors as Do.
func Once[T any](ctx context.Context, tx pgx.Tx, route, key string, hash []byte, fn func() (T, error)) (out T, err error) {
	if key == "" {
		return fn()
	}
	answer, err := Do(ctx, tx, route, key, hash, func() (Answer, error) {
		made, err := fn()
		if err != nil {
			return Answer{}, err
		}
		return asJSON(made)
	})
	if err != nil {
		return out, err
	}
	err = read(answer, &out)
	return out, err
}

// Store keeps something under a key for a day, for those who can name the key
// and the hash. Storing another thing under the same key is fault.Invalid when
// the hash is another one; else the first stays.
func Store[T any](ctx context.Context, tx pgx.Tx, route, key string, hash []byte, v T) error {
	_, err := Do(ctx, tx, route, key, hash, func() (Answer, error) { return asJSON(v) })
	return err
}

// Recall returns what Store kept; ok is false when there is nothing, or nothing
// for this hash: a key alone is no credential.
func Recall[T any](ctx context.Context, d db.DB, route, key string, hash []byte) (v T, ok bool, err error) {
	answer, err := look(ctx, d, route, key, hash)
	if fault.Is(err, fault.Invalid) {
		return v, false, nil
	}
	if err != nil || answer == nil {
		return v, false, err
	}
	if err := read(*answer, &v); err != nil {
		return v, false, err
	}
	return v, true, nil
}

// Known tells whether anything is stored under a key, by whatever hash.
func Known(ctx context.Context, d db.DB, route, key string) (bool, error) {
	answer, err := look(ctx, d, route, key, Hash())
	if fault.Is(err, fault.Invalid) {
		return true, nil
	}
	return answer != nil, err
}

var errNothing = errors.New("nothing stored") // rolls back the key that Begin leaves

// look is a Begin that leaves no key behind; nil when nothing is stored.
func look(ctx context.Context, d db.DB, route, key string, hash []byte) (*Answer, error) {
	var answer *Answer
	err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) (err error) {
		if answer, err = Begin(ctx, tx, route, key, hash); err == nil && answer == nil {
			return errNothing
		}
		return err
	})
	if errors.Is(err, errNothing) {
		return nil, nil //nolint:nilnil // "nothing is stored" is an answer
	}
	return answer, err
}

func asJSON(v any) (Answer, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return Answer{}, fmt.Errorf("keep what was made: %w", err)
	}
	return Answer{Status: 201, Body: raw}, nil
}

func read(a Answer, v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	return nil
}
