package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// MailInvitation is the kind of mails with an invitation: they go to an address
// that nobody has confirmed yet.
const MailInvitation = "account.invitation" + confirmSuffix

// InvitationTTL is how long an invitation's link is good.
const InvitationTTL = 7 * 24 * time.Hour

// invitationsKept is how long a list tells of invitations that are over, and how
// long their addresses are kept.
const invitationsKept = 30 * 24 * time.Hour

// Invite is what somebody is asked to do here.
type Invite struct {
	ID        uuid.UUID // of the form, so that sent twice it invites once; Nil: a new one
	Mail      string
	Pseudonym string // the function, as colleagues see it; may be empty
	Role      subject.Role
	Limits    []GrantLimit
	Reason    string
	Locale    string // of the mail
}

// Invitation is one as admins see it.
type Invitation struct {
	ID        uuid.UUID
	Mail      string // masked
	Pseudonym string
	Role      subject.Role
	Limits    []GrantLimit
	Reason    string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
	UsedBy    *uuid.UUID
	RevokedAt *time.Time
	Open      bool // the link is good now
}

// Invite mails a link that gives a role to whoever takes it, once. An older
// open invitation to the same address is worthless from then on. Only admins
// may. Faults name the fields mail, role, department, reason.
func (s *Service) Invite(ctx context.Context, actor Actor, in Invite) (uuid.UUID, error) {
	if s.letters == nil {
		return uuid.Nil, errors.New("accounts: no letters")
	}
	if err := in.check(); err != nil {
		return uuid.Nil, err
	}
	id := in.ID
	if id == uuid.Nil {
		id = subject.NewID()
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlLockInvitation, id); err != nil {
			return fmt.Errorf("lock invitation: %w", err)
		}
		if done, err := db.Exists(ctx, tx, sqlInvitationExists, id); err != nil || done {
			return err
		}
		actor, err := renewed(ctx, tx, actor, ManagePeople)
		if err != nil {
			return err
		}
		writer := actor
		writer.Locale = in.Locale
		contact, err := AddContact(ctx, tx, writer, in.Mail)
		if err != nil {
			return err
		}
		// two invitations to one address in the same moment go one after the other
		if err := s.replaceInvitations(ctx, tx, contact); err != nil {
			return err
		}
		if in.Limits == nil {
			in.Limits = []GrantLimit{}
		}
		token, hash := newToken()
		if _, err := tx.Exec(ctx, sqlInsertInvitation, id, hash, contact, in.Pseudonym, in.Role, in.Limits, in.Reason,
			db.OrNull(actor.Person), InvitationTTL.Microseconds()); err != nil {
			return fmt.Errorf("insert invitation: %w", err)
		}
		if err := s.mailInvitation(ctx, tx, contact, token, in); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Entry{
			Action: "invitation.send", Ref: subject.Ref{Kind: invitationKind, ID: id}, Fields: []string{"role:" + string(in.Role)}, Reason: in.Reason,
		})
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, nil
}

// invitationKind is what the log calls an invitation.
const invitationKind subject.Kind = "invitation"

func (in *Invite) check() error {
	var wrong fault.Fields
	in.Mail, in.Reason = strings.TrimSpace(in.Mail), strings.TrimSpace(in.Reason)
	for _, err := range []error{CheckGrant(in.Role, in.Limits), checkReason(in.Reason)} {
		if err != nil {
			wrong = append(wrong, fault.As(err).Fields...)
		}
	}
	if _, err := ParseAddress(in.Mail); err != nil {
		wrong = append(fault.Fields{}, append(fault.As(err).Fields, wrong...)...)
	}
	if len([]rune(in.Pseudonym)) > 100 {
		wrong.Add("pseudonym", "field.too_long", "n", 100)
	}
	return wrong.Err()
}

func (s *Service) replaceInvitations(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	var hash []byte
	if err := tx.QueryRow(ctx, sqlContactHash, contact).Scan(&hash); err != nil {
		return fmt.Errorf("hash of contact: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlLockAddress, hash); err != nil {
		return fmt.Errorf("lock address: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlReplaceInvitations, hash); err != nil {
		return fmt.Errorf("replace invitations: %w", err)
	}
	return nil
}

func (s *Service) mailInvitation(ctx context.Context, tx pgx.Tx, contact uuid.UUID, token string, in Invite) error {
	loc := s.letters.Catalogue.For(i18n.Match(in.Locale))
	return s.letters.Mail.Queue(ctx, tx, mail.Message{
		ToContact:  contact,
		Kind:       MailInvitation,
		Lang:       loc.Lang(),
		Subject:    loc.T("mail.invitation.subject"),
		Lead:       loc.T("mail.invitation.lead", "role", loc.T("role."+string(in.Role))),
		Next:       loc.T("mail.invitation.next"),
		Paragraphs: []string{loc.T("mail.invitation.not")},
		Button:     mail.Button{Label: loc.T("mail.invitation.button"), URL: s.letters.URL("/invitations/" + token)},
		Reason:     loc.T("mail.invitation.reason"),
	})
}

// Invitations lists those of the last weeks, the latest first, at most 200.
func (s *Service) Invitations(ctx context.Context, actor Actor) ([]Invitation, error) {
	if err := May(actor, ManagePeople); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlInvitations)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Invitation])
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	for i := range list {
		list[i].Mail = Mask(list[i].Mail)
	}
	return list, nil
}

// RevokeInvitation makes an open link worthless. fault.Conflict when it has been
// taken or is over already.
func (s *Service) RevokeInvitation(ctx context.Context, actor Actor, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor, ManagePeople)
		if err != nil {
			return err
		}
		var open bool
		err = tx.QueryRow(ctx, sqlRevokeInvitation, id).Scan(&open)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("invitation")
		}
		if err != nil {
			return fmt.Errorf("revoke invitation: %w", err)
		}
		if !open {
			return fault.New(fault.Conflict, "admin.err.invitation")
		}
		return Audit(ctx, tx, actor, Entry{Action: "invitation.revoke", Ref: subject.Ref{Kind: invitationKind, ID: id}})
	})
}

// Invited is what the page with the button says.
type Invited struct {
	Role   subject.Role
	Limits []GrantLimit
	Until  time.Time
}

// PeekInvitation looks at a link without taking it. fault.Gone when it is
// unknown, over, taken or revoked.
func PeekInvitation(ctx context.Context, q db.Queryer, token string) (Invited, error) {
	var in Invited
	err := q.QueryRow(ctx, sqlPeekInvitation, hashToken(token)).Scan(&in.Role, &in.Limits, &in.Until)
	if errors.Is(err, pgx.ErrNoRows) {
		return Invited{}, invitationGone()
	}
	if err != nil {
		return Invited{}, fmt.Errorf("find invitation: %w", err)
	}
	return in, nil
}

func invitationGone() error {
	return fault.New(fault.Gone, "err.link.days").With("n", int(InvitationTTL/(24*time.Hour)))
}

// TakeInvitation signs in whoever holds the link: the address counts as
// confirmed, since the link went there; its person gets the role. Of many at the
// same time exactly one succeeds. Whoever invited must still be allowed to grant
// roles: an invitation gives no more than they can. fault.Gone otherwise.
func TakeInvitation(ctx context.Context, tx pgx.Tx, before Actor, token string) (SignedIn, error) {
	var id, contact uuid.UUID
	var by *uuid.UUID
	var pseudonym, reason string
	var role subject.Role
	var limits []GrantLimit
	err := tx.QueryRow(ctx, sqlTakeInvitation, hashToken(token)).Scan(&id, &contact, &by, &pseudonym, &role, &limits, &reason)
	if errors.Is(err, pgx.ErrNoRows) {
		return SignedIn{}, invitationGone()
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("take invitation: %w", err)
	}
	inviter := System
	if by != nil {
		inviter = Actor{Person: *by}
		if _, err := tx.Exec(ctx, sqlHoldGrants, *by); err != nil {
			return SignedIn{}, fmt.Errorf("hold grants: %w", err)
		}
		if err := loadRights(ctx, tx, &inviter); err != nil {
			return SignedIn{}, err
		}
		if May(inviter, ManagePeople) != nil {
			return SignedIn{}, invitationGone()
		}
	}
	if contact, err = ConfirmContact(ctx, tx, contact); err != nil {
		return SignedIn{}, err
	}
	person, err := ownerOf(ctx, tx, contact, before)
	if err != nil {
		return SignedIn{}, err
	}
	if _, err := tx.Exec(ctx, sqlInvitationUsedBy, id, person); err != nil {
		return SignedIn{}, fmt.Errorf("take invitation: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlNameInvited, person, pseudonym); err != nil {
		return SignedIn{}, fmt.Errorf("name person: %w", err)
	}
	if err := GrantRole(Because(ctx, reason), tx, inviter, person, role, limits...); err != nil {
		return SignedIn{}, err
	}
	if err := Audit(ctx, tx, Actor{Person: person}, Entry{Action: "invitation.take", Ref: subject.Ref{Kind: invitationKind, ID: id}}); err != nil {
		return SignedIn{}, err
	}
	return signedInAs(ctx, tx, before, person)
}

// signedInAs ends the session of before and begins one of the person.
func signedInAs(ctx context.Context, tx pgx.Tx, before Actor, person uuid.UUID) (SignedIn, error) {
	out := SignedIn{}
	if before.Person != uuid.Nil && before.Person != person && before.Level == L0 {
		out.Visitor = before.Person
	}
	if err := EndSession(ctx, tx, before); err != nil {
		return SignedIn{}, err
	}
	var err error
	out.Token, out.Lives, out.Actor, err = StartSession(ctx, tx, person, ByMail)
	return out, err
}

// SweepInvitations forgets invitations that have been over for 30 days, and the
// addresses that nobody has confirmed. It is a periodic job; running twice does
// no harm.
func (s *Service) SweepInvitations(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range []string{sqlSweepInvitations, sqlSweepOrganisationInvitations} {
			if err := forgetInvited(ctx, tx, sql, invitationsKept.Microseconds()); err != nil {
				return err
			}
		}
		return nil
	})
}
