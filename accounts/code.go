package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// codeDigits is the length of the code that stands in the mail beside the
// link; maxCodeTries is how often one may be tried: chances of 5 in a million.
const (
	codeDigits   = 6
	maxCodeTries = 5
)

// afterCode is how long the token lives that a right code is exchanged for.
const afterCode = time.Minute

func newMailCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("draw code: %w", err)
	}
	return fmt.Sprintf("%0*d", codeDigits, n), nil
}

// digits takes what people put between the digits out of a typed code.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
}

// issueSignIn makes the link and the code of one mail. Each works once, and
// not after the other.
func issueSignIn(ctx context.Context, tx pgx.Tx, target Target) (token, code string, err error) {
	if token, err = IssueToken(ctx, tx, PurposeSignIn, target, SignInTTL); err != nil {
		return "", "", err
	}
	if code, err = newMailCode(); err != nil {
		return "", "", err
	}
	hash, err := keyed(ctx, tx, "signin", "code", target.Contact.String(), code)
	if err != nil {
		return "", "", err
	}
	if _, err := tx.Exec(ctx, sqlSetCode, hashToken(token), hash); err != nil {
		return "", "", fmt.Errorf("set code: %w", err)
	}
	return token, code, nil
}

// TryCode exchanges a mail address and the code of the mail that went there for
// the token of a sign-in, which SignIn takes. It does the same for every
// address. fault.Invalid on the field "code" for a pair that does not fit,
// whatever of it is wrong; fault.TooMany after many tries for one address.
func (s *Service) TryCode(ctx context.Context, address, code string) (token string, err error) {
	wrong := fault.OnField("code", "signin.err.code")
	address, err = ParseAddress(address)
	if err != nil {
		return "", err
	}
	code = digits(code)
	if len(code) != codeDigits {
		return "", wrong
	}
	var hash []byte
	contact := uuid.Nil
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if hash, err = keyed(ctx, tx, "contact", "mail", address); err != nil {
			return err
		}
		contact, err = confirmedByHash(ctx, tx, hash)
		return err
	})
	if err != nil {
		return "", err
	}
	if err := s.Allow(ctx, ruleTry, hex.EncodeToString(hash)); err != nil {
		return "", err
	}
	// a transaction of its own: a wrong try counts also where nothing follows
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		want, err := keyed(ctx, tx, "signin", "code", contact.String(), code)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlTryCode, PurposeSignIn, contact, maxCodeTries)
		if err != nil {
			return fmt.Errorf("try code: %w", err)
		}
		open, err := pgx.CollectRows(rows, pgx.RowToStructByPos[openCode])
		if err != nil {
			return fmt.Errorf("try code: %w", err)
		}
		for _, o := range open {
			if subtle.ConstantTimeCompare(o.CodeHash, want) != 1 {
				continue
			}
			if _, err := tx.Exec(ctx, sqlUseTokenByHash, o.TokenHash); err != nil {
				return fmt.Errorf("use token: %w", err)
			}
			target := Target{Contact: contact}
			if o.Person != nil {
				target.Person = *o.Person
			}
			token, err = IssueToken(ctx, tx, PurposeSignIn, target, afterCode)
			return err
		}
		return nil
	})
	if err == nil && token == "" {
		err = wrong
	}
	return token, err
}

// openCode is a code that may be tried.
type openCode struct {
	TokenHash []byte
	CodeHash  []byte
	Person    *uuid.UUID
}

// SQL of codes.
const (
	sqlSetCode = `UPDATE one_time_tokens SET code_hash = $2 WHERE token_hash = $1`

	sqlTryCode = `
UPDATE one_time_tokens
SET tries = tries + 1
WHERE contact_id = $2
  AND purpose = $1
  AND used_at IS NULL
  AND expires_at > mitwirk_now()
  AND code_hash IS NOT NULL
  AND tries < $3
RETURNING token_hash, code_hash, person_id`

	sqlUseTokenByHash = `UPDATE one_time_tokens SET used_at = mitwirk_now() WHERE token_hash = $1 AND used_at IS NULL`
)
