package mail

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

const sqlInsert = `
INSERT INTO mails (id, contact_id, recipient, kind, about_kind, about_id, lang, content)
VALUES ($1, nullif($2::uuid, '00000000-0000-0000-0000-000000000000'), nullif($3, ''), $4, $5,
        nullif($6::uuid, '00000000-0000-0000-0000-000000000000'), $7, $8)`

func insert(ctx context.Context, tx pgx.Tx, id uuid.UUID, m Message) error {
	c := content{
		Subject: m.Subject, Lead: m.Lead, Next: m.Next, Paragraphs: m.Paragraphs, Parts: m.Parts,
		Button: m.Button, Reason: m.Reason, StopURL: m.StopURL, ReplyTo: m.ReplyTo, Thread: m.Thread,
	}
	_, err := tx.Exec(ctx, sqlInsert, id, m.ToContact, m.ToAddress, m.Kind, m.About.Kind, m.About.ID, m.Lang, c)
	if err != nil {
		return fmt.Errorf("queue mail: %w", err)
	}
	return nil
}

// row is a mail with its texts.
type row struct {
	id      uuid.UUID
	contact *uuid.UUID
	to      string
	kind    string
	about   subject.Ref
	lang    string
	state   string
	tries   int
	at      time.Time
	age     time.Duration
	content
}

const rowColumns = `
          id,
          contact_id,
          coalesce(recipient, ''),
          kind,
          about_kind,
          about_id,
          lang,
          state,
          tries,
          created_at,
          mitwirk_now() - created_at,
          content`

func scanRow(r pgx.Row) (row, error) {
	var (
		m     row
		about *uuid.UUID
		c     *content
	)
	err := r.Scan(&m.id, &m.contact, &m.to, &m.kind, &m.about.Kind, &about, &m.lang, &m.state, &m.tries, &m.at, &m.age, &c)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && c == nil {
		return row{}, fault.Missing("mail")
	}
	if err != nil {
		return row{}, fmt.Errorf("read mail: %w", err)
	}
	if about != nil {
		m.about.ID = *about
	}
	m.content = *c
	return m, nil
}

const sqlLoad = `SELECT` + rowColumns + `
FROM mails
WHERE id = $1`

func load(ctx context.Context, q db.Queryer, id uuid.UUID) (row, error) {
	return scanRow(q.QueryRow(ctx, sqlLoad, id))
}

// A claim outlives the job's 30 s, so two jobs never send at the same time, and
// ends before River gives the job of a dead process to another (60 s).
const sqlClaim = `
UPDATE mails
SET state = 'sending',
    tries = tries + 1,
    claimed_until = mitwirk_now() + interval '45 seconds'
WHERE id = $1
  AND (state = 'queued' OR state = 'sending' AND claimed_until <= mitwirk_now())
RETURNING` + rowColumns

const sqlState = `
SELECT state
FROM mails
WHERE id = $1`

// The same reader, the same thing, made earlier: id decides between equals. At another
// address of theirs only while it has not failed: one that can't be reached holds up
// no other.
const sqlBefore = `
SELECT o.id, o.contact_id = ANY ($2)
FROM mails m
JOIN mails o ON o.about_kind = m.about_kind AND o.about_id = m.about_id
WHERE m.id = $1
  AND m.state IN ('queued', 'sending')
  AND o.state IN ('queued', 'sending')
  AND (o.contact_id = ANY ($2) OR o.contact_id = ANY ($3) AND (o.tries = 0 OR o.state = 'sending'))
  AND (o.created_at, o.id) < (m.created_at, m.id)
ORDER BY o.created_at, o.id
LIMIT 1`

const sqlContactOf = `SELECT contact_id FROM mails WHERE id = $1 AND contact_id IS NOT NULL`

// readersOf are the contacts of whoever reads a mail; none where it goes to an
// address that nobody has confirmed.
func (o *Outbox) readersOf(ctx context.Context, id uuid.UUID) (Readers, error) {
	var contact uuid.UUID
	err := o.cfg.DB.QueryRow(ctx, sqlContactOf, id).Scan(&contact)
	if errors.Is(err, pgx.ErrNoRows) {
		return Readers{}, nil
	}
	if err != nil {
		return Readers{}, fmt.Errorf("contact of a mail: %w", err)
	}
	if o.cfg.Readers == nil {
		return Readers{Address: []uuid.UUID{contact}}, nil
	}
	r, err := o.cfg.Readers(ctx, o.cfg.DB, contact)
	r.Address = append(r.Address, contact) // whatever is known of it
	return r, err
}

// before is the oldest mail that goes out before this one, and whether it goes to the
// same address; uuid.Nil: none.
func before(ctx context.Context, q db.Queryer, id uuid.UUID, r Readers) (older uuid.UUID, here bool, err error) {
	err = q.QueryRow(ctx, sqlBefore, id, r.Address, r.Others).Scan(&older, &here)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, fmt.Errorf("mails before: %w", err)
	}
	return older, here, nil
}

// claim takes the mail for this job; waiting says that another job has it now.
func claim(ctx context.Context, d db.DB, id uuid.UUID) (m row, waiting bool, err error) {
	err = db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		m, err = scanRow(tx.QueryRow(ctx, sqlClaim, id))
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		missing := err
		var state string
		if e := tx.QueryRow(ctx, sqlState, id).Scan(&state); e != nil && !errors.Is(e, pgx.ErrNoRows) {
			return fmt.Errorf("read mail: %w", e)
		}
		if waiting = state == "sending"; waiting {
			return nil
		}
		return missing
	})
	return m, waiting, err
}

const (
	sqlRetry = `
UPDATE mails
SET state = 'queued',
    claimed_until = NULL,
    smtp_code = nullif($2, 0)
WHERE id = $1`

	// $4: the local outbox keeps the texts and the address for a while; a mail that
	// was given up keeps its texts as long, to be sent anew.
	sqlFinish = `
UPDATE mails
SET state = $2,
    claimed_until = NULL,
    smtp_code = nullif($3, 0),
    done_at = mitwirk_now(),
    content = CASE WHEN $4 OR $2 = 'failed' THEN content END,
    recipient = CASE WHEN $4 THEN $5 ELSE recipient END
WHERE id = $1`
)

func retry(ctx context.Context, d db.DB, id uuid.UUID, code int) error {
	return write(ctx, d, "note mail for later", sqlRetry, id, code)
}

func finish(ctx context.Context, d db.DB, id uuid.UUID, state string, code int, keep bool, to string) error {
	return write(ctx, d, "note mail as done", sqlFinish, id, state, code, keep, to)
}

func write(ctx context.Context, d db.DB, what, sql string, args ...any) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	})
}

const sqlList = `
SELECT id,
       coalesce(recipient, ''),
       kind,
       coalesce(content->>'subject', ''),
       state,
       created_at
FROM mails
ORDER BY created_at DESC, id DESC
LIMIT 200`

func list(ctx context.Context, q db.Queryer) ([]Entry, error) {
	rows, err := q.Query(ctx, sqlList)
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (e Entry, err error) {
		err = r.Scan(&e.ID, &e.To, &e.Kind, &e.Subject, &e.State, &e.At)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	return all, nil
}

const (
	sqlForget = `
UPDATE mails
SET content = NULL,
    recipient = NULL
WHERE id IN (SELECT id
             FROM mails
             WHERE done_at <= mitwirk_now() - interval '7 days'
               AND (content IS NOT NULL OR recipient IS NOT NULL)
             ORDER BY done_at
             LIMIT 500)`

	sqlDelete = `
DELETE FROM mails
WHERE id IN (SELECT id
             FROM mails
             WHERE done_at <= mitwirk_now() - interval '90 days'
             ORDER BY done_at
             LIMIT 500)`

	sqlForgetContact = `
UPDATE mails
SET content = NULL,
    recipient = NULL,
    contact_id = NULL,
    state = CASE WHEN state IN ('queued', 'sending') THEN 'dropped' ELSE state END,
    done_at = coalesce(done_at, mitwirk_now())
WHERE contact_id = $1`
)

// forget empties what was sent 7 days ago and deletes what was sent 90 days ago.
func (o *Outbox) forget(ctx context.Context) error {
	for _, sql := range []string{sqlForget, sqlDelete} {
		for range 25 { // the rest in an hour: a job has 30 s
			var n int64
			err := db.Transact(ctx, o.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
				tag, err := tx.Exec(ctx, sql)
				n = tag.RowsAffected()
				return err
			})
			if err != nil {
				return fmt.Errorf("forget mails: %w", err)
			}
			if n < 500 {
				break
			}
		}
	}
	return nil
}
