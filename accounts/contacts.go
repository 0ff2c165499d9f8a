package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Contact is a way to reach somebody.
type Contact struct {
	ID          uuid.UUID
	Person      *uuid.UUID // whose it is, only of a confirmed one
	Address     string
	Locale      string // the language of its mails
	ConfirmedAt *time.Time
	StoppedAt   *time.Time // no mails any more, by one click
}

// Reachable tells whether status mails may go there.
func (c Contact) Reachable() bool { return c.ConfirmedAt != nil && c.StoppedAt == nil }

// ParseAddress reads a typed mail address and gives it in lower case. It returns
// a fault on the field "mail" for anything that is no single bare address.
func ParseAddress(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Name != "" || a.Address != typed || len(typed) > 254 || strings.ContainsAny(typed, "\"<>\r\n ") {
		return "", fault.OnField("mail", "field.mail")
	}
	_, host, _ := strings.Cut(a.Address, "@")
	if !strings.Contains(host, ".") || strings.HasPrefix(host, "[") || strings.Contains(host, "..") || strings.HasSuffix(host, ".") {
		return "", fault.OnField("mail", "field.mail")
	}
	return strings.ToLower(a.Address), nil
}

// AddContact writes down a typed mail address as a contact of its own, tied to
// nobody and not confirmed. It never looks the address up.
func AddContact(ctx context.Context, tx pgx.Tx, actor Actor, address string) (uuid.UUID, error) {
	address, err := ParseAddress(address)
	if err != nil {
		return uuid.Nil, err
	}
	hash, err := keyed(ctx, tx, "contact", "mail", address)
	if err != nil {
		return uuid.Nil, err
	}
	id := subject.NewID()
	if _, err := tx.Exec(ctx, sqlInsertContact, id, address, hash, i18n.Match(actor.Locale)); err != nil {
		return uuid.Nil, fmt.Errorf("insert contact: %w", err)
	}
	return id, nil
}

// ContactByID gives a contact with what holds for its address: one that was
// joined to another is confirmed when that one is. fault.NotFound if unknown.
func ContactByID(ctx context.Context, q db.Queryer, id uuid.UUID) (Contact, error) {
	rows, err := q.Query(ctx, sqlContactByID, id)
	if err != nil {
		return Contact{}, fmt.Errorf("load contact: %w", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Contact])
	if errors.Is(err, pgx.ErrNoRows) {
		return Contact{}, fault.Missing("contact")
	}
	if err != nil {
		return Contact{}, fmt.Errorf("load contact: %w", err)
	}
	return c, nil
}

// ContactsOf lists the confirmed contacts of a person, oldest first.
func ContactsOf(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Contact, error) {
	rows, err := q.Query(ctx, sqlContactsOf, person)
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	cs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Contact])
	if err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	return cs, nil
}

// ConfirmContact switches the mails of a contact on and returns the contact
// that is confirmed: itself, or the older one with the same address to which it
// is joined. Doing it again changes nothing. It makes no session and no account.
func ConfirmContact(ctx context.Context, tx pgx.Tx, contact uuid.UUID) (uuid.UUID, error) {
	var hash []byte
	var joined *uuid.UUID
	var done bool
	err := tx.QueryRow(ctx, sqlLockContact, contact).Scan(&hash, &joined, &done)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return uuid.Nil, fault.Missing("contact")
	case err != nil:
		return uuid.Nil, fmt.Errorf("lock contact: %w", err)
	case joined != nil:
		return *joined, nil
	case done:
		return contact, nil
	}
	// two contacts of one address that are confirmed in the same moment go one after the other
	if _, err := tx.Exec(ctx, sqlLockAddress, hash); err != nil {
		return uuid.Nil, fmt.Errorf("lock address: %w", err)
	}
	older, err := confirmedByHash(ctx, tx, hash)
	if err != nil {
		return uuid.Nil, err
	}
	if older != uuid.Nil {
		if _, err := tx.Exec(ctx, sqlJoinContact, contact, older); err != nil {
			return uuid.Nil, fmt.Errorf("join contact: %w", err)
		}
		return older, nil
	}
	if _, err := tx.Exec(ctx, sqlConfirmContact, contact); err != nil {
		return uuid.Nil, fmt.Errorf("confirm contact: %w", err)
	}
	return contact, nil
}

func confirmedByHash(ctx context.Context, q db.Queryer, hash []byte) (uuid.UUID, error) {
	var id uuid.UUID
	err := q.QueryRow(ctx, sqlConfirmedByHash, hash).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("find confirmed contact: %w", err)
	}
	return id, nil
}

// StopMails ends all mails to a contact; doing it again changes nothing.
func StopMails(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlStopContact, contact); err != nil {
		return fmt.Errorf("stop contact: %w", err)
	}
	return nil
}

// ResumeMails takes StopMails back, for somebody who confirms an address anew.
func ResumeMails(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlResumeContact, contact); err != nil {
		return fmt.Errorf("resume contact: %w", err)
	}
	return nil
}

// SameAddress lists the contacts that lead to one confirmed address with this
// one, itself included: whoever typed an address twice stops it once.
func SameAddress(ctx context.Context, q db.Queryer, contact uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlSameAddress, contact)
	if err != nil {
		return nil, fmt.Errorf("contacts of one address: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("contacts of one address: %w", err)
	}
	return ids, nil
}

const sqlSameAddress = `
SELECT $1::uuid
UNION
SELECT o.id
FROM confirmed_contacts c
JOIN confirmed_contacts o ON o.contact_id = c.contact_id
WHERE c.id = $1`

// RemoveContact forgets an address that no account uses: for the end of a
// retention time, once nothing points to it any more. One that other contacts
// are joined to hands its confirmation on. Removing an unknown one is no error.
func RemoveContact(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	c, err := ContactByID(ctx, tx, contact)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	heirs, err := joinedTo(ctx, tx, contact)
	if err != nil {
		return err
	}
	if len(heirs) == 0 {
		if _, err := tx.Exec(ctx, sqlDeleteContact, contact); err != nil {
			return fmt.Errorf("delete contact: %w", err)
		}
		return nil
	}
	if c.Person != nil {
		return nil // an account's own address lives as long as the account
	}
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{sqlFreeJoined, []any{heirs[0]}},
		{sqlJoinToHeir, []any{contact, heirs[0]}},
		{sqlDeleteContact, []any{contact}},
		{sqlInheritConfirmed, []any{heirs[0], c.ConfirmedAt, c.StoppedAt}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("hand contact on: %w", err)
		}
	}
	return nil
}

func joinedTo(ctx context.Context, q db.Queryer, contact uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlJoinedTo, contact)
	if err != nil {
		return nil, fmt.Errorf("list joined contacts: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list joined contacts: %w", err)
	}
	return ids, nil
}

// OwnContact gives a person a confirmed address, as an admin may when making a
// staff account and the demo does. If the address is confirmed already, its
// person is returned and the given one is not used; an address without a person
// goes to the given one.
func OwnContact(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID, address string) (contact, owner uuid.UUID, err error) {
	if err := May(actor, ManagePeople); err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	id, err := AddContact(ctx, tx, actor, address)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	contact, err = ConfirmContact(ctx, tx, id)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	if contact != id { // it was known: the new row is not needed
		if _, err := tx.Exec(ctx, sqlDeleteContact, id); err != nil {
			return uuid.Nil, uuid.Nil, fmt.Errorf("delete contact: %w", err)
		}
	}
	owner, err = claim(ctx, tx, contact, person)
	return contact, owner, err
}

// claim gives a confirmed contact that is nobody's to a person, and returns whose it is.
func claim(ctx context.Context, tx pgx.Tx, contact, person uuid.UUID) (uuid.UUID, error) {
	var owner uuid.UUID
	if err := tx.QueryRow(ctx, sqlClaimContact, contact, person).Scan(&owner); err != nil {
		return uuid.Nil, fmt.Errorf("claim contact: %w", err)
	}
	return owner, nil
}

// PersonByAddress finds whose confirmed address this is: for the command line
// and for imports. uuid.Nil if nobody's.
func PersonByAddress(ctx context.Context, q db.Queryer, actor Actor, address string) (uuid.UUID, error) {
	if err := May(actor, ManagePeople); err != nil {
		return uuid.Nil, err
	}
	address, err := ParseAddress(address)
	if err != nil {
		return uuid.Nil, err
	}
	hash, err := keyed(ctx, q, "contact", "mail", address)
	if err != nil {
		return uuid.Nil, err
	}
	var person *uuid.UUID
	err = q.QueryRow(ctx, sqlPersonByHash, hash).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && person == nil {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("find person: %w", err)
	}
	return *person, nil
}
