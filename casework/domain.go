package casework

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
)

// StatusStep is a new status of many subjects at once, with one sentence for all.
type StatusStep struct {
	To   string     `json:"to"`             // the domain's word
	Text string     `json:"text,omitempty"` // what was done, or the reason: what the status asks for
	By   *time.Time `json:"by,omitempty"`   // for a status that needs a day
}

// Domain does with its subjects what only it may: status and department are told
// to the public by the domain's own rules. All run within the caller's
// transaction and check the rights of the actor.
type Domain interface {
	// Hold locks a subject until the transaction ends.
	Hold(ctx context.Context, tx pgx.Tx, id uuid.UUID) error
	// Set gives a subject a status.
	Set(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, to StatusStep) error
	// TakeBack undoes the last Set, as long as nobody was told by mail.
	TakeBack(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error
	// MoveTo hands the subject to another department; the reason is for the
	// departments only.
	MoveTo(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id, department uuid.UUID, reason string) error
}
