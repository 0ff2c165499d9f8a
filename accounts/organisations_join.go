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

// MailJoin is the kind of mails that ask somebody into an organisation: they go
// to an address that nobody has confirmed yet.
const MailJoin = "organisation.invitation" + confirmSuffix

// InviteMember mails a link by which whoever holds it acts for the organisation,
// once, for 7 days. key is that of the form, so that sent twice it invites once.
// Only owners may, so many times an hour and per address. Faults name the field
// mail.
func (s *Service) InviteMember(ctx context.Context, actor Actor, id, key uuid.UUID, address string, role OrganisationRole) error {
	if s.letters == nil {
		return errors.New("accounts: no letters")
	}
	if role != OrganisationOwner && role != OrganisationMember {
		return fault.New(fault.BadRequest, "err.400")
	}
	address, err := ParseAddress(strings.TrimSpace(address))
	if err != nil {
		return err
	}
	if key == uuid.Nil {
		key = subject.NewID()
	}
	o, err := OrganisationByID(ctx, s.db, actor, id) // before anything is counted
	if err != nil {
		return err
	}
	if err := MayIn(o.Role, InviteMember); err != nil {
		return err
	}
	if sent, err := db.Exists(ctx, s.db, sqlOrganisationInvited, key); err != nil || sent {
		return err
	}
	for rule, who := range map[Rule]string{RuleConfirm: address, ruleInvite: actor.Person.String()} {
		if err := s.Allow(ctx, rule, who); err != nil {
			return err
		}
	}
	return s.in(ctx, actor, id, InviteMember, func(ctx context.Context, tx pgx.Tx, name string) error {
		if sent, err := db.Exists(ctx, tx, sqlOrganisationInvited, key); err != nil || sent {
			return err
		}
		var open int
		if err := tx.QueryRow(ctx, sqlCountOpenInvitations, id).Scan(&open); err != nil {
			return fmt.Errorf("count invitations: %w", err)
		}
		if open >= maxInvitations {
			return fault.New(fault.Conflict, "org.err.open").With("max", maxInvitations)
		}
		contact, err := AddContact(ctx, tx, actor, address)
		if err != nil {
			return err
		}
		token, hash := newToken()
		if _, err := tx.Exec(ctx, sqlInsertOrganisationInvitation, key, hash, id, contact, role, actor.Person, InvitationTTL.Microseconds()); err != nil {
			return fmt.Errorf("insert invitation: %w", err)
		}
		if err := s.mailJoin(ctx, tx, contact, token, name, actor.Locale); err != nil {
			return err
		}
		return auditOrganisation(ctx, tx, actor, "organisation.invite", id, "role:"+string(role))
	})
}

func (s *Service) mailJoin(ctx context.Context, tx pgx.Tx, contact uuid.UUID, token, name, locale string) error {
	loc := s.letters.Catalogue.For(i18n.Match(locale))
	return s.letters.Mail.Queue(ctx, tx, mail.Message{
		ToContact:  contact,
		Kind:       MailJoin,
		Lang:       loc.Lang(),
		Subject:    loc.T("mail.join.subject"),
		Lead:       loc.T("mail.join.lead", "name", name),
		Next:       loc.T("mail.join.next"),
		Paragraphs: []string{loc.T("mail.join.not")},
		Button:     mail.Button{Label: loc.T("mail.join.button"), URL: s.letters.URL("/account/organisations/join/" + token)},
		Reason:     loc.T("mail.join.reason"),
	})
}

// WithdrawInvitation makes an open link into an organisation worthless. Only
// owners may.
func (s *Service) WithdrawInvitation(ctx context.Context, actor Actor, id, invitation uuid.UUID) error {
	return s.in(ctx, actor, id, InviteMember, func(ctx context.Context, tx pgx.Tx, _ string) error {
		return forgetInvited(ctx, tx, sqlDropInvitation, invitation, id)
	})
}

// Joining is what the page with the button says.
type Joining struct {
	Organisation uuid.UUID
	Name         string
	Role         OrganisationRole
	Until        time.Time
}

// PeekJoin looks at a link without taking it. fault.Gone when it is unknown,
// over or taken, or when whoever sent it is no owner any more.
func PeekJoin(ctx context.Context, q db.Queryer, token string) (Joining, error) {
	var j Joining
	err := q.QueryRow(ctx, sqlPeekOrganisationInvitation, hashToken(token)).Scan(&j.Organisation, &j.Name, &j.Role, &j.Until)
	if errors.Is(err, pgx.ErrNoRows) {
		return Joining{}, invitationGone()
	}
	if err != nil {
		return Joining{}, fmt.Errorf("find invitation: %w", err)
	}
	return j, nil
}

// Join lets whoever holds the link act for the organisation, under a name that
// the others there read. Somebody who is signed in joins as who they are; anybody
// else is signed in by it, since the link went to their address, which counts as
// confirmed. Of many at the same time exactly one succeeds. fault.Gone as
// PeekJoin. Somebody who belongs to it already becomes an owner where the link
// says so; else it is fault.Conflict, and the link stays good for somebody else.
// The SignedIn has no Token where nothing changed about the session.
func Join(ctx context.Context, tx pgx.Tx, before Actor, token, name string) (SignedIn, uuid.UUID, error) {
	name = tidyName(name)
	var wrong fault.Fields
	checkMemberName(&wrong, name)
	if err := wrong.Err(); err != nil {
		return SignedIn{}, uuid.Nil, err
	}
	j, err := PeekJoin(ctx, tx, token)
	if err != nil {
		return SignedIn{}, uuid.Nil, err
	}
	if _, err := lockOrganisation(ctx, tx, j.Organisation); err != nil {
		return SignedIn{}, uuid.Nil, invitationGone()
	}
	if j, err = PeekJoin(ctx, tx, token); err != nil { // whoever sent it may have been removed meanwhile
		return SignedIn{}, uuid.Nil, err
	}
	var contact uuid.UUID
	err = tx.QueryRow(ctx, sqlTakeOrganisationInvitation, hashToken(token)).Scan(&contact, &j.Role)
	if errors.Is(err, pgx.ErrNoRows) {
		return SignedIn{}, uuid.Nil, invitationGone()
	}
	if err != nil {
		return SignedIn{}, uuid.Nil, fmt.Errorf("take invitation: %w", err)
	}
	in := SignedIn{Actor: before}
	if before.Level < L1 {
		if in, err = signInInvited(ctx, tx, before, contact); err != nil {
			return SignedIn{}, uuid.Nil, err
		}
	}
	was, err := roleIn(ctx, tx, j.Organisation, in.Actor.Person)
	if err != nil {
		return SignedIn{}, uuid.Nil, err
	}
	if was != "" {
		return in, j.Organisation, raise(ctx, tx, in.Actor, j, was)
	}
	if err := admit(ctx, tx, in.Actor, j, name); err != nil {
		return SignedIn{}, uuid.Nil, err
	}
	return in, j.Organisation, auditOrganisation(ctx, tx, in.Actor, "organisation.join", j.Organisation, "role:"+string(j.Role))
}

// raise makes an owner of a member whose link says so.
func raise(ctx context.Context, tx pgx.Tx, actor Actor, j Joining, was OrganisationRole) error {
	if was == OrganisationOwner || j.Role != OrganisationOwner {
		return fault.New(fault.Conflict, "org.err.member")
	}
	if _, err := tx.Exec(ctx, sqlSetMemberRole, j.Organisation, actor.Person, j.Role); err != nil {
		return fmt.Errorf("role of a member: %w", err)
	}
	return auditOrganisation(ctx, tx, actor, "organisation.role", j.Organisation, "role:"+string(j.Role))
}

// admit adds a member where there is room, in the organisation and with them.
func admit(ctx context.Context, tx pgx.Tx, actor Actor, j Joining, name string) error {
	var n int
	if err := tx.QueryRow(ctx, sqlCountMembers, j.Organisation).Scan(&n); err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if n >= maxMembers {
		return fault.New(fault.Conflict, "org.err.full").With("max", maxMembers)
	}
	if err := lockAccount(ctx, tx, actor); err != nil {
		return err
	}
	if err := roomForOne(ctx, tx, actor); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlInsertMember, j.Organisation, actor.Person, j.Role, name); err != nil {
		return fmt.Errorf("insert member: %w", err)
	}
	return nil
}

// signInInvited signs in by an address that a link went to.
func signInInvited(ctx context.Context, tx pgx.Tx, before Actor, contact uuid.UUID) (SignedIn, error) {
	contact, err := ConfirmContact(ctx, tx, contact)
	if err != nil {
		return SignedIn{}, err
	}
	person, err := ownerOf(ctx, tx, contact, before)
	if err != nil {
		return SignedIn{}, err
	}
	return signedInAs(ctx, tx, before, person)
}
