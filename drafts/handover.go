package drafts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// The limits of a handover.
const (
	HandoverTTL   = 15 * time.Minute
	HandoverTries = 5 // wrong digits, then the link is dead
	handoverKept  = 24 * time.Hour
	tokenSigns    = 16
	codeDigits    = 6
)

// tokenAlphabet has no signs that look alike: a link may be typed.
const tokenAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// Handover is what the first device shows: the link's token and the digits.
// Neither is stored.
type Handover struct {
	Token string // four groups of four signs
	Code  string // six digits
}

// HandOver makes a link by which another device goes on with the actor's draft.
// Links to it that were made before are void. fault.NotFound.
func HandOver(ctx context.Context, tx pgx.Tx, actor accounts.Actor, draft uuid.UUID) (Handover, error) {
	if _, err := load(ctx, tx, sqlLock, draft, actor.Person); err != nil {
		return Handover{}, err
	}
	h := Handover{Token: random(tokenAlphabet, tokenSigns), Code: random("0123456789", codeDigits)}
	var groups []string
	for i := 0; i < tokenSigns; i += 4 {
		groups = append(groups, h.Token[i:i+4])
	}
	h.Token = strings.Join(groups, "-")
	if _, err := tx.Exec(ctx, sqlVoidHandovers, draft); err != nil {
		return Handover{}, fmt.Errorf("void handovers: %w", err)
	}
	_, err := tx.Exec(ctx, sqlInsertHandover, tokenHash(h.Token), draft, actor.Person, codeHash(h.Token, h.Code), HandoverTTL.Seconds())
	if err != nil {
		return Handover{}, fmt.Errorf("insert handover: %w", err)
	}
	return h, nil
}

// Answer is what became of digits that were typed.
type Answer struct {
	OK   bool
	Left int // tries, when they were wrong
}

// TryCode compares the digits with those of a link, and counts wrong ones: the
// caller commits, whatever the answer is. fault.Gone for a link that is unknown,
// over, used or dead, and for one whose draft is gone.
func TryCode(ctx context.Context, tx pgx.Tx, token, code string) (Answer, error) {
	l, err := lockLink(ctx, tx, token)
	if err != nil {
		return Answer{}, err
	}
	if subtle.ConstantTimeCompare(l.code, codeHash(token, code)) == 1 {
		return Answer{OK: true}, nil
	}
	if _, err := tx.Exec(ctx, sqlWrongCode, tokenHash(token)); err != nil {
		return Answer{}, fmt.Errorf("count wrong digits: %w", err)
	}
	return Answer{Left: HandoverTries - l.tries - 1}, nil
}

// LinkOpen tells whether digits can be typed for a link. It changes nothing.
func LinkOpen(ctx context.Context, q db.Queryer, token string) (bool, error) {
	yes, err := db.Exists(ctx, q, sqlLinkOpen, tokenHash(token), HandoverTries)
	if err != nil {
		return false, fmt.Errorf("find handover: %w", err)
	}
	return yes, nil
}

// Take gives the draft of a link, with its photos, to the actor and uses the
// link up. Of many at the same time one succeeds. fault.Gone as TryCode, and
// fault.Invalid when the digits are wrong, which TryCode counts.
func (s *Service) Take(ctx context.Context, tx pgx.Tx, actor accounts.Actor, token, code string) (uuid.UUID, error) {
	if actor.Person == uuid.Nil {
		return uuid.Nil, fault.New(fault.Unauthenticated, "err.401").Because(errors.New("a draft needs a person"))
	}
	l, err := lockLink(ctx, tx, token)
	if err != nil {
		return uuid.Nil, err
	}
	if subtle.ConstantTimeCompare(l.code, codeHash(token, code)) != 1 {
		return uuid.Nil, fault.OnField("code", "device.code.wrong")
	}
	if _, err := tx.Exec(ctx, sqlUseHandover, tokenHash(token)); err != nil {
		return uuid.Nil, fmt.Errorf("use handover: %w", err)
	}
	if l.from == actor.Person { // signed in on both
		return l.draft, nil
	}
	if _, err := tx.Exec(ctx, sqlGive, l.draft, actor.Person, Lifetime.Seconds()); err != nil {
		return uuid.Nil, fmt.Errorf("give draft: %w", err)
	}
	if err := s.photos.GiveForDraft(ctx, tx, l.draft, actor.Person); err != nil {
		return uuid.Nil, fmt.Errorf("photos of a draft: %w", err)
	}
	return l.draft, nil
}

// TakenAway tells whether the actor has handed this draft over to another
// device, within the last day.
func TakenAway(ctx context.Context, q db.Queryer, actor accounts.Actor, draft uuid.UUID) (bool, error) {
	if actor.Person == uuid.Nil {
		return false, nil
	}
	yes, err := db.Exists(ctx, q, sqlTaken, draft, actor.Person, handoverKept.Seconds())
	if err != nil {
		return false, fmt.Errorf("find handover: %w", err)
	}
	return yes, nil
}

// link is a row that can still be used.
type link struct {
	draft, from uuid.UUID
	code        []byte
	tries       int
}

// lockLink locks first the draft, as HandOver does, and then the link.
func lockLink(ctx context.Context, tx pgx.Tx, token string) (link, error) {
	var l link
	hash := tokenHash(token)
	gone := fault.New(fault.Gone, "device.gone")
	for _, step := range []string{sqlLockDraftOf, sqlLockLink} {
		err := tx.QueryRow(ctx, step, hash, HandoverTries).Scan(&l.draft, &l.from, &l.code, &l.tries)
		if errors.Is(err, pgx.ErrNoRows) {
			return link{}, gone
		}
		if err != nil {
			return link{}, fmt.Errorf("lock handover: %w", err)
		}
	}
	return l, nil
}

// normal makes a typed token comparable.
func normal(token string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(tokenAlphabet, r) {
			return r
		}
		return -1
	}, strings.ToUpper(token))
}

// tokenHash is a plain hash: the token has 79 random bits and lives for minutes.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte("handover " + normal(token)))
	return sum[:]
}

// codeHash ties the digits to the token, so that the hash alone does not give them away.
func codeHash(token, code string) []byte {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
	sum := sha256.Sum256([]byte("digits " + normal(token) + " " + digits))
	return sum[:]
}

// random draws n signs, each as likely as the other.
func random(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		k, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			panic(err) // never fails since Go 1.24
		}
		out[i] = alphabet[k.Int64()]
	}
	return string(out)
}

const (
	sqlVoidHandovers  = `DELETE FROM draft_handovers WHERE draft_id = $1 AND used_at IS NULL`
	sqlInsertHandover = `
INSERT INTO draft_handovers (token_hash, draft_id, from_person, code_hash, expires_at)
VALUES ($1, $2, $3, $4, mitwirk_now() + make_interval(secs => $5))`

	sqlPartLink = `
FROM draft_handovers h
JOIN drafts d ON d.id = h.draft_id AND d.person_id = h.from_person AND d.expires_at > mitwirk_now()
WHERE h.token_hash = $1
  AND h.used_at IS NULL
  AND h.expires_at > mitwirk_now()
  AND h.tries < $2`
	sqlLinkOpen    = `SELECT EXISTS (SELECT` + sqlPartLink + `)`
	sqlLockDraftOf = `SELECT h.draft_id, h.from_person, h.code_hash, h.tries` + sqlPartLink + ` FOR UPDATE OF d`
	sqlLockLink    = `SELECT h.draft_id, h.from_person, h.code_hash, h.tries` + sqlPartLink + ` FOR UPDATE OF h`

	sqlWrongCode   = `UPDATE draft_handovers SET tries = tries + 1 WHERE token_hash = $1`
	sqlUseHandover = `UPDATE draft_handovers SET used_at = mitwirk_now() WHERE token_hash = $1`
	sqlGive        = `
UPDATE drafts
SET person_id = $2, updated_at = mitwirk_now(), expires_at = mitwirk_now() + make_interval(secs => $3)
WHERE id = $1`
	sqlTaken = `
SELECT EXISTS (
  SELECT
  FROM draft_handovers
  WHERE draft_id = $1
    AND from_person = $2
    AND used_at > mitwirk_now() - make_interval(secs => $3)
)`
	sqlSweepHandovers  = `DELETE FROM draft_handovers WHERE expires_at < mitwirk_now() - make_interval(secs => $1)`
	sqlForgetHandovers = `DELETE FROM draft_handovers WHERE from_person = $1`
)
