package idem

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

const (
	// Wait is how long a second request waits for the first.
	Wait = 3 * time.Second
	// Keep is how long an answer can be had again.
	Keep = 24 * time.Hour

	minKey = 16 // signs: shorter ones could be guessed, and with them the answer
	maxKey = 200
)

// Answer is what the request was answered with, enough to answer it again.
type Answer struct {
	// Status is the HTTP status, e.g. 201 or 303.
	Status int `json:"status"`
	// Location is where a redirect or a creation points to; may be empty.
	Location string `json:"location,omitempty"`
	// Body is whatever the caller needs to repeat its answer; may be nil.
	Body []byte `json:"body,omitempty"`
	// Replayed tells that this is a stored answer: nothing was done this time.
	Replayed bool `json:"-"`
}

// Hash is the body's hash for Do: of its canonical form, without what differs
// between two tries of the same thing.
func Hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p)) // "ab","c" is not "a","bc"
		h.Write(p)
	}
	return h.Sum(nil)
}

// Do runs fn unless a request with the same route and key was answered in the
// last 24 hours; then it returns that answer. It must be the first thing that
// the transaction does. An empty key runs fn without any of this.
//
// Errors: fault.BadRequest for a key under 16 or over 200 signs, fault.Invalid
// for the same key with another body, fault.Conflict (RetryAfter set) when the
// first is still at work after 3 s; those of fn come back as they are, with
// nothing stored.
func Do(ctx context.Context, tx pgx.Tx, route, key string, bodyHash []byte, fn func() (Answer, error)) (Answer, error) {
	if key == "" {
		return fn()
	}
	stored, err := Begin(ctx, tx, route, key, bodyHash)
	if err != nil {
		return Answer{}, err
	}
	if stored != nil {
		return *stored, nil
	}
	answer, err := fn()
	if err != nil {
		return Answer{}, err
	}
	if err := Finish(ctx, tx, route, key, bodyHash, answer); err != nil {
		return Answer{}, err
	}
	return answer, nil
}

const (
	sqlWait = `SELECT set_config('lock_timeout', $1, true)`

	// Waits for a transaction that holds the same key; takes over what has expired.
	sqlBegin = `
INSERT INTO idempotency_keys AS k (route, key_hash, body_hash, expires_at)
VALUES ($1, $2, $3, mitwirk_now() + make_interval(secs => $4))
ON CONFLICT (route, key_hash) DO UPDATE
SET body_hash = excluded.body_hash,
    status = NULL,
    answer = NULL,
    expires_at = excluded.expires_at
WHERE k.expires_at <= mitwirk_now()
   OR k.answer IS NULL`

	sqlStored = `
SELECT body_hash,
       answer
FROM idempotency_keys
WHERE route = $1
  AND key_hash = $2`

	sqlFinish = `
UPDATE idempotency_keys
SET status = $3,
    answer = $4
WHERE route = $1
  AND key_hash = $2`

	sqlClean = `
DELETE FROM idempotency_keys
WHERE (route, key_hash) IN (SELECT route, key_hash
                            FROM idempotency_keys
                            WHERE expires_at <= mitwirk_now()
                            ORDER BY expires_at
                            LIMIT 500)`
)

// Begin takes the key for this transaction: nil means that it is the first, and
// that Finish has to follow in the same transaction; else it is the stored
// answer. See Do, which most callers want.
func Begin(ctx context.Context, tx pgx.Tx, route, key string, bodyHash []byte) (*Answer, error) {
	if len(key) < minKey || len(key) > maxKey {
		return nil, fault.New(fault.BadRequest, "err.idem_key").Because(fmt.Errorf("a key of %d signs", len(key)))
	}
	hash := keyHash(route, key)
	var before string
	if err := tx.QueryRow(ctx, sqlLockTimeout).Scan(&before); err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	if err := setWait(ctx, tx, fmt.Sprintf("%dms", Wait.Milliseconds())); err != nil {
		return nil, err
	}
	tag, err := tx.Exec(ctx, sqlBegin, route, hash, bodyHash, Keep.Seconds())
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "55P03" { // lock_not_available
		running := fault.New(fault.Conflict, "err.idem_running").Because(err)
		running.RetryAfter = Wait
		return nil, running
	}
	if err != nil {
		return nil, fmt.Errorf("take idempotency key: %w", err)
	}
	if err := setWait(ctx, tx, before); err != nil {
		return nil, err
	}
	if tag.RowsAffected() == 1 {
		return nil, nil //nolint:nilnil // "no answer yet" is this function's good news
	}
	var body, sealed []byte
	if err := tx.QueryRow(ctx, sqlStored, route, hash).Scan(&body, &sealed); err != nil {
		return nil, fmt.Errorf("read idempotency key: %w", err)
	}
	if subtle.ConstantTimeCompare(body, bodyHash) != 1 {
		return nil, fault.New(fault.Invalid, "err.idem_body")
	}
	a, err := open(sealed, route, key, bodyHash)
	if err != nil {
		return nil, fmt.Errorf("stored answer: %w", err)
	}
	a.Replayed = true
	return &a, nil
}

const sqlLockTimeout = `SELECT current_setting('lock_timeout')`

func setWait(ctx context.Context, tx pgx.Tx, value string) error {
	if _, err := tx.Exec(ctx, sqlWait, value); err != nil {
		return fmt.Errorf("lock timeout: %w", err)
	}
	return nil
}

// Finish stores the answer of the first request, in the transaction of Begin.
func Finish(ctx context.Context, tx pgx.Tx, route, key string, bodyHash []byte, a Answer) error {
	sealed, err := seal(a, route, key, bodyHash)
	if err != nil {
		return fmt.Errorf("seal answer: %w", err)
	}
	tag, err := tx.Exec(ctx, sqlFinish, route, keyHash(route, key), a.Status, sealed)
	if err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return errors.New("store answer: its key was not begun in this transaction")
	}
	return nil
}

// Clean registers the hourly job that deletes what has expired.
func Clean(c *jobs.Client, d db.DB) {
	jobs.Periodic(c, "idem_clean", time.Hour, func(ctx context.Context) error {
		for range 50 { // the rest in an hour: a job has 30 s
			var n int64
			err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
				tag, err := tx.Exec(ctx, sqlClean)
				n = tag.RowsAffected()
				return err
			})
			if err != nil {
				return fmt.Errorf("clean idempotency keys: %w", err)
			}
			if n < 500 {
				return nil
			}
		}
		return nil
	})
}
