package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Dead is a mail that was given up: refused, or the server was away for 72 h. It
// names neither its recipient nor its words.
type Dead struct {
	ID    uuid.UUID
	Kind  string
	Code  int // of the server's refusal; 0: it never answered
	Tries int
	At    time.Time // when it was given up
	Again bool      // its texts are still there
}

// DeadLetters lists what was given up in the last 90 days, newest first, at most 200.
func (o *Outbox) DeadLetters(ctx context.Context) ([]Dead, error) {
	rows, err := o.cfg.DB.Query(ctx, sqlDead)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Dead])
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return list, nil
}

// Replay sends a mail that was given up anew, for another 72 h and with the same
// Message-ID; address and permission are asked again. fault.NotFound where there
// is none, its texts are gone, or nobody may read them any more. Of two at the same
// time one finds it.
func (o *Outbox) Replay(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	m, err := load(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := o.readable(ctx, tx, &m); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlReplay, id)
	if err != nil {
		return fmt.Errorf("replay mail: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("mail")
	}
	return o.cfg.Jobs.Insert(ctx, tx, sendArgs{Mail: id})
}

const (
	sqlDead = `
SELECT id, kind, coalesce(smtp_code, 0), tries, done_at, content IS NOT NULL AND (contact_id IS NOT NULL OR recipient IS NOT NULL)
FROM mails
WHERE state = 'failed' AND done_at IS NOT NULL
ORDER BY done_at DESC, id DESC
LIMIT 200`
	sqlReplay = `
UPDATE mails
SET state = 'queued',
    tries = 0,
    claimed_until = NULL,
    smtp_code = NULL,
    created_at = mitwirk_now(),
    done_at = NULL
WHERE id = $1 AND state = 'failed' AND content IS NOT NULL AND (contact_id IS NOT NULL OR recipient IS NOT NULL)`
)
