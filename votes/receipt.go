package votes

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// receiptWords writes 100 random bits as 20 signs that nobody mixes up.
var receiptWords = base32.NewEncoding("23456789abcdefghjkmnpqrstuvwxyzA").WithPadding(base32.NoPadding) //nolint:gochecknoglobals // a table

// newReceipt gives a voter the code of a first support. Later changes keep it.
func newReceipt(ctx context.Context, tx pgx.Tx, b Ballot, voter uuid.UUID) (string, error) {
	raw := make([]byte, 13)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	signs := strings.ToUpper(strings.ReplaceAll(receiptWords.EncodeToString(raw), "A", "2"))[:20]
	tag, err := tx.Exec(ctx, sqlReceipt, string(b.Ref.Kind), b.Ref.ID, string(b.Aspect), voter, receiptHash(signs))
	if err != nil {
		return "", fmt.Errorf("receipt: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return "", nil // has one since the first time
	}
	groups := make([]string, 0, 5)
	for i := 0; i < len(signs); i += 4 {
		groups = append(groups, signs[i:i+4])
	}
	return strings.Join(groups, "-"), nil
}

func receiptHash(signs string) []byte {
	sum := sha256.Sum256([]byte("mitwirk receipt of a vote\x00" + signs))
	return sum[:]
}

// cleanReceipt reads a code as people type it; "" for what is none.
func cleanReceipt(typed string) string {
	signs := strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == ' ' || r == '–':
			return -1
		case r >= '2' && r <= '9', r >= 'A' && r <= 'Z':
			return r
		}
		return '?'
	}, strings.ToUpper(strings.TrimSpace(typed)))
	if len(signs) != 20 || strings.Contains(signs, "?") {
		return ""
	}
	return signs
}

// Proof is what a receipt proves: that a vote counts, never what it is.
type Proof struct {
	State     State
	Withdrawn bool
	Sealed    *time.Time // the day under seal that lists it; nil: not yet
}

// Verify looks a receipt up. fault.NotFound for a code that nobody got.
func Verify(ctx context.Context, q db.Queryer, typed string) (Proof, error) {
	signs := cleanReceipt(typed)
	if signs == "" {
		return Proof{}, fault.Missing("receipt")
	}
	var p Proof
	var value int16
	err := q.QueryRow(ctx, sqlProof, receiptHash(signs)).Scan(&p.State, &value, &p.Sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return Proof{}, fault.Missing("receipt")
	}
	p.Withdrawn = value == 0
	return p, wrap("receipt", err)
}

const (
	sqlReceipt = `
UPDATE votes SET receipt = $5
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4 AND receipt IS NULL`
	sqlProof = `
SELECT v.state, v.value,
       (SELECT max(s.day) FROM voters w JOIN vote_sealed_receipts s ON s.scope = w.scope AND s.receipt = v.receipt WHERE w.id = v.voter_id)
FROM votes v
WHERE v.receipt = $1`
)
