package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// organisation is one for which somebody reports together with others.
type organisation struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Shown   bool   `json:"shown" doc:"Its name may stand beside its reports, once the team has read it."`
	Role    string `json:"role" doc:"Yours: owner or member."`
	Members int    `json:"members"`
}

type organisationList struct {
	Organisations []organisation `json:"organisations" nullable:"false"`
}

type organisationMember struct {
	Person string `json:"person"`
	Name   string `json:"name" doc:"As the others there know them."`
	Role   string `json:"role"`
	Since  string `json:"since" format:"date-time"`
}

type organisationInvitation struct {
	ID        string `json:"id"`
	Mail      string `json:"mail" doc:"Masked."`
	Role      string `json:"role"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
}

type oneOrganisation struct {
	Organisation organisation             `json:"organisation"`
	Members      []organisationMember     `json:"members" nullable:"false"`
	Invitations  []organisationInvitation `json:"invitations" nullable:"false" doc:"Open ones, for owners."`
}

type newOrganisation struct {
	Name  string `json:"name" minLength:"2" maxLength:"80" example:"Hausverwaltung Lindenhof"`
	Yours string `json:"your_name" minLength:"1" maxLength:"60" doc:"As the others will know you." example:"Anna Weber"`
}

type organisationChange struct {
	Name  string `json:"name" minLength:"2" maxLength:"80"`
	Shown bool   `json:"shown"`
}

type newMember struct {
	Mail string `json:"mail" maxLength:"254"`
	Role string `json:"role" enum:"owner,member"`
}

type memberRole struct {
	Role string `json:"role" enum:"owner,member"`
}

// MemberParam is somebody of an organisation in a path; huma reads exported
// parts only.
type MemberParam struct {
	ThingParam

	Person string `path:"person" maxLength:"40" doc:"As the list of members names them."`
}

// InvitedParam is an open invitation of an organisation in a path.
type InvitedParam struct {
	ThingParam

	Invitation string `path:"invitation" maxLength:"40" doc:"As the list of invitations names it."`
}

func organisationOf(o *accounts.Organisation) organisation {
	return organisation{ID: o.ID.String(), Name: o.Name, Shown: o.Shown, Role: string(o.Role), Members: o.Members}
}

func organisationOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: "/me/organisations" + path, tag: tagOwn, people: true, scope: accounts.ScopeOwnWrite, summary: summary, detail: detail}
	if method == http.MethodGet {
		o.scope = accounts.ScopeOwnRead
	}
	return o
}

func (a *api) organisations() {
	reads(a, organisationOp("listOrganisations", http.MethodGet, "", "List the organisations you act for", "Firm, club, house management."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (organisationList, error) {
			list, err := accounts.OrganisationsOf(ctx, a.DB, actor)
			out := organisationList{Organisations: make([]organisation, len(list))}
			for i := range list {
				out.Organisations[i] = organisationOf(&list[i])
			}
			return out, err
		})
	reads(a, organisationOp("getOrganisation", http.MethodGet, "/{id}", "Read who acts for an organisation", "For those who do."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (oneOrganisation, error) {
			return a.organisationBy(ctx, actor, in.ID)
		})
	type createIn struct {
		OnceParam
		Body newOrganisation
	}
	create := organisationOp("createOrganisation", http.MethodPost, "", "Make an organisation", "With you as its owner.")
	create.status = http.StatusCreated
	writes(a, create, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *createIn) (itemID, error) {
		id, err := a.Accounts.Within(tx).CreateOrganisation(ctx, actor, subject.NewID(), kit.Clean(in.Body.Name, false), kit.Clean(in.Body.Yours, false))
		return itemID{id.String()}, renamed(err, map[string]string{"organisation": "/name", "name": "/your_name"})
	})
	type changeIn struct {
		ThingParam
		OnceParam
		Body organisationChange
	}
	writes(a, organisationOp("changeOrganisation", http.MethodPut, "/{id}", "Change an organisation", "By its owners. Earlier reports keep the name that the team has read."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *changeIn) (nothing, error) {
			id, err := thing(in.ID, "organisation")
			if err != nil {
				return nothing{}, err
			}
			err = a.Accounts.Within(tx).ChangeOrganisation(ctx, actor, id, kit.Clean(in.Body.Name, false), in.Body.Shown)
			return nothing{true}, renamed(err, map[string]string{"organisation": "/name"})
		})
	a.organisationPeople()
}

func (a *api) organisationPeople() {
	type leaveIn struct {
		ThingParam
		OnceParam
	}
	writes(a, organisationOp("leaveOrganisation", http.MethodPost, "/{id}/leave", "Leave an organisation", "Its reports stay with the others. The last owner stays while there are others. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *leaveIn) (nothing, error) {
			id, err := thing(in.ID, "organisation")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).LeaveOrganisation(ctx, actor, id)
		})
	type inviteIn struct {
		ThingParam
		OnceParam
		Body newMember
	}
	// it counts mails in transactions of its own, and its key makes it do so once
	invite := organisationOp("inviteMember", http.MethodPost, "/{id}/invitations", "Invite somebody into an organisation", "By its owners: a link by mail, good once, for 7 days.")
	invite.status = http.StatusCreated
	setsUp(a, invite, func(ctx context.Context, k *call, actor accounts.Actor, in *inviteIn) (itemID, error) {
		id, err := thing(in.ID, "organisation")
		if err != nil {
			return itemID{}, err
		}
		key := subject.NewID()
		if in.Key != "" {
			who := k.actor("").Person
			key = uuid.NewSHA1(who, []byte(in.ID+" "+in.Key))
		}
		err = a.Accounts.InviteMember(ctx, actor, id, key, kit.Clean(in.Body.Mail, false), accounts.OrganisationRole(in.Body.Role))
		return itemID{key.String()}, renamed(err, map[string]string{"mail": "/mail"})
	})
	type withdrawIn struct {
		InvitedParam
		OnceParam
	}
	writes(a, organisationOp("withdrawInvitation", http.MethodDelete, "/{id}/invitations/{invitation}", "Take an invitation back", "By its owners."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *withdrawIn) (nothing, error) {
			id, err := thing(in.ID, "organisation")
			if err != nil {
				return nothing{}, err
			}
			which, err := thing(in.Invitation, "invitation")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).WithdrawInvitation(ctx, actor, id, which)
		})
	type roleIn struct {
		MemberParam
		OnceParam
		Body memberRole
	}
	writes(a, organisationOp("setMemberRole", http.MethodPut, "/{id}/members/{person}", "Make somebody an owner or a member", "By its owners; the last one stays one."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *roleIn) (nothing, error) {
			id, person, err := in.both()
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).SetMemberRole(ctx, actor, id, person, accounts.OrganisationRole(in.Body.Role))
		})
	type removeIn struct {
		MemberParam
		OnceParam
	}
	writes(a, organisationOp("removeMember", http.MethodDelete, "/{id}/members/{person}", "Remove somebody from an organisation", "By its owners. What led them to its reports ends."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *removeIn) (nothing, error) {
			id, person, err := in.both()
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).RemoveMember(ctx, actor, id, person)
		})
}

func (p MemberParam) both() (id, person uuid.UUID, err error) {
	if id, err = thing(p.ID, "organisation"); err != nil {
		return id, person, err
	}
	person, err = thing(p.Person, "member")
	return id, person, err
}

func (a *api) organisationBy(ctx context.Context, actor accounts.Actor, text string) (oneOrganisation, error) {
	id, err := thing(text, "organisation")
	if err != nil {
		return oneOrganisation{}, err
	}
	o, err := accounts.OrganisationByID(ctx, a.DB, actor, id)
	if err != nil {
		return oneOrganisation{}, err
	}
	members, err := accounts.MembersOf(ctx, a.DB, actor, id)
	if err != nil {
		return oneOrganisation{}, err
	}
	out := oneOrganisation{Organisation: organisationOf(&o), Members: make([]organisationMember, len(members)), Invitations: []organisationInvitation{}}
	for i, m := range members {
		out.Members[i] = organisationMember{Person: m.Person.String(), Name: m.Name, Role: string(m.Role), Since: stamp(m.Since)}
	}
	open, err := accounts.OpenInvitationsOf(ctx, a.DB, actor, id)
	if fault.Is(err, fault.Forbidden) { // a member sees who is there, not who was asked
		return out, nil
	}
	for _, i := range open {
		out.Invitations = append(out.Invitations, organisationInvitation{ID: i.ID.String(), Mail: i.Mail, Role: string(i.Role), ExpiresAt: stamp(i.ExpiresAt)})
	}
	return out, err
}
