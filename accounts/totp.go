package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/hotp"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// RFC 6238: a code of 6 digits each 30 seconds; clocks may differ by one step.
const (
	totpPeriod = 30
	totpSkew   = 1
	totpBytes  = 20
)

// recoveryN is how many recovery codes somebody gets; each works once.
const recoveryN = 10

// SetUp is what an app needs to make codes.
type SetUp struct {
	Secret string // base32, to be typed
	URL    string // otpauth://…, to be scanned
}

// BeginTOTP draws a secret that waits for its first code. The one before keeps
// working until then. fault.Forbidden for a further factor without a second one.
func (s *Service) BeginTOTP(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if err := mayAddFactor(ctx, tx, actor); err != nil {
		return err
	}
	raw := make([]byte, totpBytes)
	_, _ = rand.Read(raw)
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	if _, err := tx.Exec(ctx, sqlBeginTOTP, actor.Person, secret); err != nil {
		return fmt.Errorf("begin totp: %w", err)
	}
	return nil
}

// PendingTOTP is the app that the actor is setting up; fault.NotFound when none is.
func (s *Service) PendingTOTP(ctx context.Context, actor Actor, issuer, account string) (SetUp, error) {
	var secret *string
	err := s.db.QueryRow(ctx, sqlPendingTOTP, actor.Person).Scan(&secret)
	if err != nil || secret == nil {
		return SetUp{}, fault.Missing("app").Because(err)
	}
	q := url.Values{"secret": {*secret}, "issuer": {issuer}, "digits": {"6"}, "period": {"30"}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return SetUp{Secret: *secret, URL: u.String()}, nil
}

// FinishTOTP takes the first code of the app, makes it the actor's second
// factor and gives recovery codes, which are shown this once. The session
// becomes one with a second factor. fault.Invalid on "code" for a wrong one.
func (s *Service) FinishTOTP(ctx context.Context, actor Actor, code string) (SignedIn, []string, error) {
	if err := s.Allow(ctx, ruleFactor, actor.Person.String()); err != nil {
		return SignedIn{}, nil, err
	}
	var in SignedIn
	var recovery []string
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := mayAddFactor(ctx, tx, actor); err != nil {
			return err
		}
		var secret *string
		if err := tx.QueryRow(ctx, sqlPendingTOTP, actor.Person).Scan(&secret); err != nil || secret == nil {
			return fault.Missing("app").Because(err)
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		step, ok := stepOf(*secret, code, now)
		if !ok {
			return fault.OnField("code", "signin.err.app")
		}
		if _, err := tx.Exec(ctx, sqlFinishTOTP, actor.Person, step); err != nil {
			return fmt.Errorf("finish totp: %w", err)
		}
		if recovery, err = newRecovery(ctx, tx, actor); err != nil {
			return err
		}
		if in, err = s.strengthen(ctx, tx, actor, ByTOTP); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Entry{Action: "factor.add", Person: actor.Person, Fields: []string{"totp"}})
	})
	return in, recovery, err
}

// ProveByCode takes a code of the actor's app, or one of their recovery codes,
// and makes their session one with a second factor. fault.Invalid on "code" for
// one that does not fit or was used, fault.TooMany after many tries.
func (s *Service) ProveByCode(ctx context.Context, actor Actor, code string) (SignedIn, error) {
	if err := s.Allow(ctx, ruleFactor, actor.Person.String()); err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		by, err := s.checkCode(ctx, tx, actor, code)
		if err != nil {
			return err
		}
		in, err = s.strengthen(ctx, tx, actor, by)
		return err
	})
	return in, err
}

func (s *Service) checkCode(ctx context.Context, tx pgx.Tx, actor Actor, code string) (Assurance, error) {
	wrong := fault.OnField("code", "signin.err.app")
	if recovery := cleanRecovery(code); len(recovery) == recoverySigns {
		hash, err := keyed(ctx, tx, "signin", "recovery", actor.Person.String(), recovery)
		if err != nil {
			return "", err
		}
		tag, err := tx.Exec(ctx, sqlUseRecovery, actor.Person, hash)
		if err != nil {
			return "", fmt.Errorf("use recovery code: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return ByRecovery, Audit(ctx, tx, actor, Entry{Action: "recovery.use", Person: actor.Person, Fields: []string{"recovery_codes"}})
		}
		return "", wrong
	}
	var secret *string
	var last int64
	err := tx.QueryRow(ctx, sqlLockTOTP, actor.Person).Scan(&secret, &last)
	if err != nil || secret == nil {
		return "", wrong.Because(err)
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return "", err
	}
	step, ok := stepOf(*secret, code, now)
	if !ok || step <= last { // a code works once, also for who looked over the shoulder
		return "", wrong
	}
	if _, err := tx.Exec(ctx, sqlNoteStep, actor.Person, step); err != nil {
		return "", fmt.Errorf("note step: %w", err)
	}
	return ByTOTP, nil
}

// stepOf is the time step whose code was typed.
func stepOf(secret, code string, now time.Time) (int64, bool) {
	code = digits(code)
	at := now.Unix() / totpPeriod
	for step := at - totpSkew; step <= at+totpSkew; step++ {
		want, err := hotp.GenerateCode(secret, uint64(step))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return step, true
		}
	}
	return 0, false
}

// RemoveTOTP ends the app of the actor. With it go the recovery codes if no
// passkey is left that they could stand in for.
func RemoveTOTP(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if actor.NeedsFactor {
		return fault.New(fault.Forbidden, "err.403").With("why", "signin.why.factor")
	}
	tag, err := tx.Exec(ctx, sqlForgetTOTP, actor.Person)
	if err != nil {
		return fmt.Errorf("remove totp: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("app")
	}
	if _, err := tx.Exec(ctx, sqlForgetIdleRecovery, actor.Person); err != nil {
		return fmt.Errorf("remove recovery codes: %w", err)
	}
	return Audit(ctx, tx, actor, Entry{Action: "factor.remove", Person: actor.Person, Fields: []string{"totp"}})
}

const (
	recoverySigns    = 12
	recoveryAlphabet = "23456789abcdefghjkmnpqrstuvwxyz" // as in access codes
)

func cleanRecovery(code string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(recoveryAlphabet, r) {
			return r
		}
		return -1
	}, strings.ToLower(code))
}

// newRecovery draws recovery codes in place of all before.
func newRecovery(ctx context.Context, tx pgx.Tx, actor Actor) ([]string, error) {
	if _, err := tx.Exec(ctx, sqlForgetRecovery, actor.Person); err != nil {
		return nil, fmt.Errorf("forget recovery codes: %w", err)
	}
	list := make([]string, 0, recoveryN)
	for range recoveryN {
		raw := make([]byte, recoverySigns)
		_, _ = rand.Read(raw)
		for i, b := range raw {
			raw[i] = recoveryAlphabet[int(b)%len(recoveryAlphabet)] // 12 signs: 59 bits, whatever the remainder favours
		}
		hash, err := keyed(ctx, tx, "signin", "recovery", actor.Person.String(), string(raw))
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, sqlAddRecovery, actor.Person, hash); err != nil {
			return nil, fmt.Errorf("add recovery code: %w", err)
		}
		list = append(list, string(raw[:4])+"-"+string(raw[4:8])+"-"+string(raw[8:]))
	}
	return list, nil
}

// SQL of the app and of recovery codes.
const (
	sqlBeginTOTP = `
INSERT INTO totp (person_id, pending)
VALUES ($1, $2)
ON CONFLICT (person_id) DO UPDATE SET pending = excluded.pending`

	sqlPendingTOTP = `SELECT pending FROM totp WHERE person_id = $1`

	sqlFinishTOTP = `
UPDATE totp
SET secret = pending,
    pending = NULL,
    confirmed_at = mitwirk_now(),
    last_step = $2
WHERE person_id = $1`

	sqlLockTOTP = `SELECT secret, last_step FROM totp WHERE person_id = $1 FOR UPDATE`
	sqlNoteStep = `UPDATE totp SET last_step = $2 WHERE person_id = $1`

	sqlAddRecovery = `INSERT INTO recovery_codes (person_id, code_hash) VALUES ($1, $2)`
	sqlUseRecovery = `DELETE FROM recovery_codes WHERE person_id = $1 AND code_hash = $2`

	sqlForgetIdleRecovery = `
DELETE FROM recovery_codes
WHERE person_id = $1
  AND NOT EXISTS (SELECT FROM passkeys WHERE person_id = $1)
  AND NOT EXISTS (SELECT FROM totp WHERE person_id = $1 AND confirmed_at IS NOT NULL)`
)
