package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Readers are the contacts whose mails the reader of one reads: those of the same
// address, with it, and those of other addresses of the same person.
func Readers(ctx context.Context, q db.Queryer, contact uuid.UUID) (address, others []uuid.UUID, err error) {
	rows, err := q.Query(ctx, sqlReaders, contact)
	if err != nil {
		return nil, nil, fmt.Errorf("readers of mails: %w", err)
	}
	var id uuid.UUID
	var same bool
	if _, err := pgx.ForEachRow(rows, []any{&id, &same}, func() error {
		if same {
			address = append(address, id)
		} else {
			others = append(others, id)
		}
		return nil
	}); err != nil {
		return nil, nil, fmt.Errorf("readers of mails: %w", err)
	}
	return address, others, nil
}

const sqlReaders = `
WITH me AS (SELECT coalesce(joined_id, id) AS id FROM contacts WHERE id = $1),
     mains AS (
       SELECT me.id, true AS same FROM me
       UNION ALL
       SELECT o.id, false
       FROM me
       JOIN contacts k ON k.id = me.id
       JOIN contacts o ON o.person_id = k.person_id AND o.id <> k.id)
SELECT m.id, m.same FROM mains m
UNION ALL
SELECT c.id, m.same FROM mains m JOIN contacts c ON c.joined_id = m.id`

// confirmSuffix ends the kinds of mails that ask somebody to confirm an address,
// e.g. "report.confirm": the only ones that go to an unconfirmed contact.
const confirmSuffix = ".confirm"

// MailAddress is where a mail of a kind may go right now: the directory of
// internal/mail. It returns fault.NotFound when the contact is gone, its person was
// erased, its address is not confirmed, or it has stopped its mails. Those that ask
// for a confirmation need none; sign-in links go out also after a stop.
func MailAddress(ctx context.Context, q db.Queryer, contact uuid.UUID, kind string) (string, error) {
	c, err := ContactByID(ctx, q, contact)
	if err != nil {
		return "", err
	}
	if c.Person != nil {
		p, err := PersonByID(ctx, q, *c.Person)
		if err != nil {
			return "", err
		}
		if p.ErasedAt != nil {
			return "", fault.Missing("person")
		}
	}
	switch {
	case strings.HasSuffix(kind, confirmSuffix):
		return c.Address, nil
	case c.ConfirmedAt == nil, c.StoppedAt != nil && kind != MailSignIn:
		return "", fault.Missing("permission to write")
	}
	return c.Address, nil
}
