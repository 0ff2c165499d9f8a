package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Purpose says what a one-time token is good for; it opens nothing else.
type Purpose string

// The purposes. Other packages may have their own.
const (
	PurposeSignIn      Purpose = "sign_in"     // makes a session of a person
	PurposeConfirm     Purpose = "confirm"     // switches the mails of a contact on
	PurposeUnsubscribe Purpose = "unsubscribe" // ends mails; may be used again
	PurposeOpen        Purpose = "open"        // opens one case as its owner
)

// How long tokens of a purpose live unless the caller says otherwise.
const (
	SignInTTL      = 10 * time.Minute
	ConfirmTTL     = 7 * 24 * time.Hour
	UnsubscribeTTL = 180 * 24 * time.Hour
	OpenTTL        = 7 * 24 * time.Hour
)

// Target is what a token is about: any of the three.
type Target struct {
	Person  uuid.UUID
	Contact uuid.UUID
	Ref     subject.Ref
}

// Token is a one-time token as it was found.
type Token struct {
	Purpose   Purpose
	Target    Target
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// IssueToken makes a one-time token and returns what goes into the link's path;
// only its hash is stored. ttl 0 is the purpose's own.
func IssueToken(ctx context.Context, tx pgx.Tx, purpose Purpose, target Target, ttl time.Duration) (string, error) {
	if ttl <= 0 {
		ttl = lifetime(purpose)
	}
	token, hash := newToken()
	_, err := tx.Exec(ctx, sqlInsertToken, hash, purpose,
		db.OrNull(target.Person), db.OrNull(target.Contact), kindOrNull(target.Ref), db.OrNull(target.Ref.ID), ttl.Microseconds())
	if err != nil {
		return "", fmt.Errorf("insert token: %w", err)
	}
	return token, nil
}

// PeekToken looks at a token without using it: for the page with the button.
// fault.Gone when it is unknown, over, used or of another purpose.
func PeekToken(ctx context.Context, q db.Queryer, purpose Purpose, token string) (Token, error) {
	return scanToken(q.QueryRow(ctx, sqlPeekToken, hashToken(token), purpose, purpose == PurposeUnsubscribe), purpose)
}

// UseToken uses a token up: of many at the same time exactly one succeeds, the
// others get fault.Gone. One to unsubscribe may be used again.
func UseToken(ctx context.Context, tx pgx.Tx, purpose Purpose, token string) (Token, error) {
	return scanToken(tx.QueryRow(ctx, sqlUseToken, hashToken(token), purpose, purpose == PurposeUnsubscribe), purpose)
}

func scanToken(row pgx.Row, purpose Purpose) (Token, error) {
	t := Token{Purpose: purpose}
	var person, contact, id *uuid.UUID
	var kind *subject.Kind
	err := row.Scan(&person, &contact, &kind, &id, &t.ExpiresAt, &t.UsedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Token{}, LinkGone(purpose)
	}
	if err != nil {
		return Token{}, fmt.Errorf("find token: %w", err)
	}
	if person != nil {
		t.Target.Person = *person
	}
	if contact != nil {
		t.Target.Contact = *contact
	}
	if kind != nil && id != nil {
		t.Target.Ref = subject.Ref{Kind: *kind, ID: *id}
	}
	return t, nil
}

// LinkGone is the answer to a link that is no longer valid: how long such links
// are, and nothing about this one.
func LinkGone(purpose Purpose) error {
	ttl := lifetime(purpose)
	if ttl >= 24*time.Hour {
		return fault.New(fault.Gone, "err.link.days").With("n", int(ttl/(24*time.Hour)))
	}
	return fault.New(fault.Gone, "err.link").With("n", int(ttl/time.Minute))
}

func lifetime(purpose Purpose) time.Duration {
	switch purpose {
	case PurposeSignIn:
		return SignInTTL
	case PurposeUnsubscribe:
		return UnsubscribeTTL
	case PurposeConfirm:
		return ConfirmTTL
	default:
		return OpenTTL
	}
}

// VoidTokens uses up all open tokens of a purpose for a person: a new sign-in
// link makes the older ones worthless.
func VoidTokens(ctx context.Context, tx pgx.Tx, purpose Purpose, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlVoidTokens, purpose, person); err != nil {
		return fmt.Errorf("void tokens: %w", err)
	}
	return nil
}

func kindOrNull(r subject.Ref) *subject.Kind {
	if r.ID == uuid.Nil {
		return nil
	}
	return &r.Kind
}
