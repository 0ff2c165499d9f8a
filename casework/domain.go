package casework

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
)

// StatusStep is a new status of many subjects at once, with one sentence for all.
type StatusStep struct {
	To   string     // the domain's word
	Text string     // what was done, or the reason: what the status asks for
	By   *time.Time // for a status that needs a day
}

// Domain does with its subjects what only it may: status and department are told
// to the public by the domain's own rules.
type Domain interface {
	// MaySet is nil when the actor may give the subject that status now.
	MaySet(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, to StatusStep) error
	// Set gives it.
	Set(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, to StatusStep) error
	// MoveTo hands the subject to another department.
	MoveTo(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id, department uuid.UUID) error
}

func (q *Queue) domain(kind subject.Kind) Domain { return q.domains[kind] }
