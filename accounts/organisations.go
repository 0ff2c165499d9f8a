package accounts

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Organisation is a firm, a club, a house management: several people act for
// one. Only its members know of it.
type Organisation struct {
	ID        uuid.UUID
	Name      string
	Shown     bool // its name may stand beside its reports
	CreatedAt time.Time
	Role      OrganisationRole // of the actor who asked
	Members   int
}

// OrganisationRole is what somebody may do for an organisation.
type OrganisationRole string

// The roles. The zero value is somebody who does not belong to it.
const (
	OrganisationOwner  OrganisationRole = "owner"  // everything
	OrganisationMember OrganisationRole = "member" // report and go on with its reports
)

// Member is one of the people who act for an organisation.
type Member struct {
	Person uuid.UUID
	Name   string // as the others there know them
	Role   OrganisationRole
	Since  time.Time
}

// OpenInvitation is a link into an organisation that is good now.
type OpenInvitation struct {
	ID        uuid.UUID
	Mail      string // masked
	Role      OrganisationRole
	ExpiresAt time.Time
}

// OrganisationAction is something that a policy decides about.
type OrganisationAction string

// What can be done in an organisation.
const (
	SeeOrganisation    OrganisationAction = "see"
	ReportFor          OrganisationAction = "report"
	LeaveOrganisation  OrganisationAction = "leave"
	ChangeOrganisation OrganisationAction = "change" // its name, whether it is shown
	InviteMember       OrganisationAction = "invite"
	ChangeMember       OrganisationAction = "member" // roles of others, remove them
)

// OrganisationActions lists all of them, for the matrix.
func OrganisationActions() []OrganisationAction {
	return []OrganisationAction{SeeOrganisation, ReportFor, LeaveOrganisation, ChangeOrganisation, InviteMember, ChangeMember}
}

// MayIn tells with a fault whether somebody with a role in an organisation may
// not. Whoever does not belong to it learns nothing: NotFound.
func MayIn(role OrganisationRole, action OrganisationAction) error {
	switch role {
	case OrganisationOwner:
		return nil
	case OrganisationMember:
		switch action {
		case SeeOrganisation, ReportFor, LeaveOrganisation:
			return nil
		case ChangeOrganisation, InviteMember, ChangeMember:
		}
		return fault.New(fault.Forbidden, "err.403").With("why", "org.why.owner")
	}
	return fault.Missing("organisation")
}

// The most that there can be: room for everybody, and an end for machines.
const (
	maxOrganisations = 20  // that somebody acts for
	maxMembers       = 100 // of an organisation
	maxInvitations   = 20  // open ones of an organisation
)

// organisationKind is what the log calls an organisation.
const organisationKind subject.Kind = "organisation"

// reAddress finds what a mail program would make a link of: the name of an
// organisation stands in mails to people who don't know it.
var reAddress = regexp.MustCompile(`(?i)://|www\.|@|[\p{L}\p{N}]\.\p{L}{2,}`)

// tidyName makes one line of what somebody typed.
func tidyName(s string) string { return strings.Join(strings.Fields(s), " ") }

func checkName(wrong *fault.Fields, field, name string, least, most int) {
	n := utf8.RuneCountInString(name)
	switch {
	case n < least:
		wrong.Add(field, "org.err."+field)
	case n > most:
		wrong.Add(field, "org.err.long", "max", most)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) || reAddress.MatchString(name):
		wrong.Add(field, "org.err.plain")
	}
}

// checkOrganisationName and checkMemberName return fault.Invalid on the fields
// organisation and name.
func checkOrganisationName(wrong *fault.Fields, name string) {
	checkName(wrong, "organisation", name, 2, 80)
}

func checkMemberName(wrong *fault.Fields, name string) { checkName(wrong, "name", name, 1, 60) }

// OrganisationsOf lists those that the actor acts for, by name.
func OrganisationsOf(ctx context.Context, q db.Queryer, actor Actor) ([]Organisation, error) {
	if actor.Person == uuid.Nil {
		return nil, nil
	}
	rows, err := q.Query(ctx, sqlOrganisationsOf, actor.Person, nil)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Organisation])
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return list, nil
}

// OrganisationByID is one that the actor acts for; fault.NotFound otherwise.
func OrganisationByID(ctx context.Context, q db.Queryer, actor Actor, id uuid.UUID) (Organisation, error) {
	if actor.Person == uuid.Nil {
		return Organisation{}, fault.Missing("organisation")
	}
	rows, err := q.Query(ctx, sqlOrganisationsOf, actor.Person, id)
	if err != nil {
		return Organisation{}, fmt.Errorf("load organisation: %w", err)
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Organisation])
	if errors.Is(err, pgx.ErrNoRows) {
		return Organisation{}, fault.Missing("organisation")
	}
	if err != nil {
		return Organisation{}, fmt.Errorf("load organisation: %w", err)
	}
	return o, MayIn(o.Role, SeeOrganisation)
}

// MembersOf lists the people who act for an organisation of the actor's, the
// longest first.
func MembersOf(ctx context.Context, q db.Queryer, actor Actor, id uuid.UUID) ([]Member, error) {
	if _, err := OrganisationByID(ctx, q, actor, id); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlMembers, id)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Member])
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return list, nil
}

// OpenInvitationsOf lists the open links into an organisation, for its owners.
func OpenInvitationsOf(ctx context.Context, q db.Queryer, actor Actor, id uuid.UUID) ([]OpenInvitation, error) {
	o, err := OrganisationByID(ctx, q, actor, id)
	if err != nil {
		return nil, err
	}
	if err := MayIn(o.Role, InviteMember); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlOpenInvitations, id)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[OpenInvitation])
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	for i := range list {
		list[i].Mail = Mask(list[i].Mail)
	}
	return list, nil
}

// HoldOrganisation lets the actor report for an organisation: it returns its
// name, and nobody is removed from it before the transaction ends. Whoever does
// not belong to it gets fault.Invalid on the field organisation.
func HoldOrganisation(ctx context.Context, tx pgx.Tx, actor Actor, id uuid.UUID) (name string, err error) {
	err = tx.QueryRow(ctx, sqlShareOrganisation, id).Scan(&name)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("hold organisation: %w", err)
	}
	if err == nil {
		role, err := roleIn(ctx, tx, id, actor.Person)
		if err != nil {
			return "", err
		}
		if MayIn(role, ReportFor) == nil {
			return name, nil
		}
	}
	return "", fault.OnField("organisation", "org.err.not_member")
}

// roleIn reads the role of this moment, "" where there is none.
func roleIn(ctx context.Context, q db.Queryer, id, person uuid.UUID) (OrganisationRole, error) {
	var role OrganisationRole
	err := q.QueryRow(ctx, sqlRoleIn, id, person).Scan(&role)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("role in an organisation: %w", err)
	}
	return role, nil
}
