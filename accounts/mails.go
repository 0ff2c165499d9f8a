package accounts

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

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
