package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// codeAlphabet is that of the public numbers: no 0 1 I L O.
const (
	codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	codeSigns    = 12 // 59 bits
	codeGroup    = 4
)

// CreateReceipt gives a case its access code, e.g. "7K3Q-X9MA-2BCD": shown once,
// stored as an HMAC. 59 random bits under a key of the installation need no slow
// hash, and a slow one would be a way to keep the server busy.
func CreateReceipt(ctx context.Context, tx pgx.Tx, ref subject.Ref) (string, error) {
	code := newCode()
	hash, err := keyed(ctx, tx, "receipt", string(ref.Kind), ref.ID.String(), cleanCode(code))
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, sqlInsertReceipt, ref.Kind, ref.ID, hash); err != nil {
		return "", fmt.Errorf("insert receipt: %w", err)
	}
	return code, nil
}

// DeleteReceipt takes the access code away; the case can't be opened by it any more.
func DeleteReceipt(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlDeleteReceipt, ref.Kind, ref.ID); err != nil {
		return fmt.Errorf("delete receipt: %w", err)
	}
	return nil
}

func newCode() string {
	var b strings.Builder
	for i := range codeSigns {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeAlphabet))))
		if err != nil {
			panic(err) // no randomness: nothing that follows would be safe
		}
		b.WriteByte(codeAlphabet[n.Int64()])
	}
	return b.String()
}

// cleanCode is the code as people type it: upper or lower case, with or without
// dashes and spaces.
func cleanCode(typed string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', '–', '—', ' ', '\t', '\u00a0', '.':
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(typed)))
}

// Phantom stands for a number that does not exist, so that CheckReceipt treats
// it as it treats any other: the same number is always the same phantom.
func Phantom(kind subject.Kind, n subject.Number) subject.Ref {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], uint64(n))
	return subject.Ref{Kind: kind, ID: uuid.NewSHA1(uuid.NameSpaceOID, append([]byte(kind+":"), raw[:]...))}
}

// CheckReceipt tells with fault err.code that number and access code don't match.
// Callers pass Phantom(kind, number) for a number that does not exist. Wrong
// tries at one case take longer and longer, up to three seconds, whether it
// exists or not; the right code always passes at once, so that nobody can lock
// an owner out. How often one address may try is Allow(…, RuleCode, …).
func (s *Service) CheckReceipt(ctx context.Context, ref subject.Ref, code string) error {
	want, err := s.receiptHash(ctx, ref)
	if err != nil {
		return err
	}
	got, err := keyed(ctx, s.db, "receipt", string(ref.Kind), ref.ID.String(), cleanCode(code))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(want, got) == 1 {
		return nil
	}
	tries := 0
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlNoteTry, ref.Kind, ref.ID); err != nil {
			return fmt.Errorf("note try: %w", err)
		}
		key, err := dayKey(ctx, tx, "receipt", ref.String())
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, sqlCountRate, "receipt", key, time.Hour.Microseconds()).Scan(&tries)
	})
	if err != nil {
		return fmt.Errorf("count tries: %w", err)
	}
	if d := delay(tries); d > 0 {
		s.sleep(ctx, d)
	}
	return fault.New(fault.Invalid, "err.code")
}

// receiptHash is what the code has to hash to; nothing matches where there is none.
func (s *Service) receiptHash(ctx context.Context, ref subject.Ref) ([]byte, error) {
	var hash []byte
	err := s.db.QueryRow(ctx, sqlReceipt, ref.Kind, ref.ID).Scan(&hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("find receipt: %w", err)
	}
	if len(hash) == 0 {
		hash = make([]byte, 32)
	}
	return hash, nil
}

// delay is how long a wrong answer takes after so many wrong tries in an hour.
func delay(tries int) time.Duration {
	switch {
	case tries <= 3:
		return 0
	case tries >= 8:
		return 3 * time.Second
	}
	return 200 * time.Millisecond << (tries - 4)
}
