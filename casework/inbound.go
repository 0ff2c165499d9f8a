package casework

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// What became of a mail that came in.
const (
	InboundCase    = "case"
	InboundMessage = "message"
	InboundDropped = "dropped"
	InboundBounce  = "bounce" // a mail of ours came back
)

// TakeMail notes that a mail is taken, by the hash of its Message-ID; fresh is
// false for one that was taken before. A second process that has the same mail
// waits for the first one's commit.
func TakeMail(ctx context.Context, tx pgx.Tx, hash []byte) (fresh bool, err error) {
	tag, err := tx.Exec(ctx, sqlTakeMail, hash)
	if err != nil {
		return false, fmt.Errorf("take mail: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

const sqlTakeMail = `INSERT INTO inbound_mails (message_id_hash, outcome) VALUES ($1, 'dropped') ON CONFLICT DO NOTHING`

// NoteMail says what became of a mail that was just taken.
func NoteMail(ctx context.Context, tx pgx.Tx, hash []byte, outcome string, ref subject.Ref) error {
	_, err := tx.Exec(ctx, sqlNoteMail, hash, outcome, string(ref.Kind), ref.ID)
	return wrap("note mail", err)
}

const sqlNoteMail = `UPDATE inbound_mails SET outcome = $2, subject_kind = nullif($3, ''), subject_id = nullif($4::uuid, '00000000-0000-0000-0000-000000000000') WHERE message_id_hash = $1`

// ForgetInbound deletes the notes of mails that are half a year old: by then no
// folder holds them.
func ForgetInbound(ctx context.Context, d db.DB) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlForgetInbound)
		return wrap("forget mails", err)
	})
}

const sqlForgetInbound = `
DELETE FROM inbound_mails
WHERE message_id_hash IN (SELECT message_id_hash FROM inbound_mails WHERE at < mitwirk_now() - interval '180 days' ORDER BY at LIMIT 500)`
