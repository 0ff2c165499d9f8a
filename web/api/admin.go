package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagAdmin = "Administration"

// account is somebody as admins see them.
type account struct {
	ID    string   `json:"id"`
	Name  string   `json:"name,omitempty" doc:"As colleagues see it."`
	Mail  string   `json:"mail,omitempty" doc:"Masked."`
	Level int      `json:"level"`
	Roles []string `json:"roles" nullable:"false"`
}

type accountList struct {
	People []account `json:"people" nullable:"false" doc:"The latest first."`
	Next   string    `json:"next,omitempty" doc:"before of the next page."`
}

// grant is a role with where it counts.
type grant struct {
	Role        string   `json:"role"`
	Departments []string `json:"departments" nullable:"false" doc:"Keys. None: everywhere."`
	Categories  []string `json:"categories" nullable:"false" doc:"Keys."`
	Districts   []string `json:"districts" nullable:"false" doc:"Refs."`
}

type oneAccount struct {
	Person account `json:"person"`
	Grants []grant `json:"grants" nullable:"false"`
}

type newGrant struct {
	Departments []string `json:"departments,omitempty" nullable:"false" maxItems:"200" doc:"Keys. Who works on cases works for a department."`
	Categories  []string `json:"categories,omitempty" nullable:"false" maxItems:"200" doc:"Keys."`
	Districts   []string `json:"districts,omitempty" nullable:"false" maxItems:"200" doc:"Refs."`
	Reason      string   `json:"reason" maxLength:"500" doc:"For the audit log."`
}

// reasonOnly is why something is done. It stands in no address: those are logged.
type reasonOnly struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"For the audit log."`
}

type newInvitation struct {
	Mail  string   `json:"mail" maxLength:"254"`
	Name  string   `json:"name,omitempty" maxLength:"100" doc:"The function, as colleagues see it."`
	Role  string   `json:"role" enum:"caseworker,team_lead,moderator,editor,analyst,council,admin"`
	Grant newGrant `json:"grant"`
}

type invitation struct {
	ID        string `json:"id"`
	Mail      string `json:"mail" doc:"Masked."`
	Name      string `json:"name,omitempty"`
	Role      string `json:"role"`
	Reason    string `json:"reason"`
	CreatedAt string `json:"created_at" format:"date-time"`
	ExpiresAt string `json:"expires_at" format:"date-time"`
	UsedAt    string `json:"used_at,omitempty" format:"date-time"`
	RevokedAt string `json:"revoked_at,omitempty" format:"date-time"`
	Open      bool   `json:"open" doc:"Its link is good now."`
}

type invitationList struct {
	Invitations []invitation `json:"invitations" nullable:"false"`
}

func adminOp(id, method, path, summary, detail string) op {
	o := op{id: id, method: method, path: path, tag: tagAdmin, scope: accounts.ScopeAdminWrite, summary: summary, detail: detail, hidden: true}
	if method == http.MethodGet {
		o.scope = accounts.ScopeAdminRead
	}
	return o
}

func accountOf(a *accounts.Account) account {
	out := account{ID: a.ID.String(), Name: a.Pseudonym, Mail: a.Mail, Level: a.Level, Roles: []string{}}
	for _, r := range a.Roles {
		out.Roles = append(out.Roles, string(r))
	}
	return out
}

// limits turns keys into what a role is limited by.
func (a *api) limits(ctx context.Context, n *newGrant) ([]accounts.GrantLimit, error) {
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	var out []accounts.GrantLimit
	for _, key := range n.Departments {
		d, ok := cat.Department(key)
		if !ok {
			return nil, fault.OnField("/departments", "report.err.department")
		}
		out = append(out, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: d.ID.String()})
	}
	for _, key := range n.Categories {
		c := cat.ByKey(key)
		if c == nil {
			return nil, fault.OnField("/categories", "report.err.category")
		}
		out = append(out, accounts.GrantLimit{Kind: accounts.InCategory, Ref: c.ID.String()})
	}
	for _, ref := range n.Districts {
		out = append(out, accounts.GrantLimit{Kind: accounts.InDistrict, Ref: kit.Clean(ref, false)})
	}
	return out, nil
}

// grantsOf says where somebody's roles count.
func (a *api) grantsOf(ctx context.Context, person uuid.UUID) ([]grant, error) {
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	held, err := accounts.Grants(ctx, a.DB, person)
	out := make([]grant, len(held))
	for i, g := range held {
		line := grant{Role: string(g.Role), Departments: []string{}, Categories: []string{}, Districts: []string{}}
		for _, l := range g.Limits {
			id, _ := uuid.Parse(l.Ref) // a district's is none
			switch l.Kind {
			case accounts.InDepartment:
				if d, ok := cat.DepartmentByID(id); ok {
					line.Departments = append(line.Departments, d.Key)
				}
			case accounts.InCategory:
				if c := cat.ByID(id); c != nil {
					line.Categories = append(line.Categories, c.Key)
				}
			case accounts.InDistrict:
				line.Districts = append(line.Districts, l.Ref)
			}
		}
		out[i] = line
	}
	return out, err
}

// RoleParam names a role in a path.
type RoleParam struct {
	Role string `path:"role" maxLength:"20" doc:"caseworker, team_lead, moderator, editor, analyst, council or admin." example:"caseworker"`
}

func roleOf(text string) (subject.Role, error) {
	role := subject.Role(text)
	if !slices.Contains([]subject.Role{subject.Caseworker, subject.TeamLead, subject.Moderator, subject.Editor, subject.Analyst, subject.Council, subject.Admin}, role) {
		return "", fault.Missing("role")
	}
	return role, nil
}

func (a *api) admin() {
	type listIn struct {
		Text   string `query:"q" maxLength:"254" doc:"A whole mail address, or a part of a name."`
		Role   string `query:"role" maxLength:"20" doc:"Only those who hold it."`
		All    bool   `query:"all" doc:"Also those without a role."`
		Before string `query:"before" maxLength:"40" doc:"next of the page before."`
	}
	reads(a, adminOp("listPeople", http.MethodGet, "/admin/people", "List people", "Those with a role. For admins. An address is only ever found whole."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *listIn) (accountList, error) {
			before, err := idIn(in.Before, "before")
			if err != nil {
				return accountList{}, err
			}
			list, more, err := a.Accounts.People(ctx, actor, accounts.PeopleFilter{Q: kit.Clean(in.Text, false), Role: subject.Role(in.Role), All: in.All, Before: before})
			out := accountList{People: make([]account, len(list))}
			for i := range list {
				out.People[i] = accountOf(&list[i])
			}
			if more && len(list) > 0 {
				out.Next = list[len(list)-1].ID.String()
			}
			return out, err
		})
	reads(a, adminOp("getPerson", http.MethodGet, "/admin/people/{id}", "Read what somebody may do", "Roles, and where each of them counts. For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, in *ThingParam) (oneAccount, error) {
			id, err := thing(in.ID, "person")
			if err != nil {
				return oneAccount{}, err
			}
			p, err := a.Accounts.Account(ctx, actor, id)
			if err != nil {
				return oneAccount{}, err
			}
			out := oneAccount{Person: accountOf(&p)}
			out.Grants, err = a.grantsOf(ctx, id)
			return out, err
		})
	type grantIn struct {
		ThingParam
		RoleParam
		OnceParam
		Body newGrant
	}
	writes(a, adminOp("setRole", http.MethodPut, "/admin/people/{id}/roles/{role}", "Give a role, or change where it counts", "Never to yourself. Their sessions end. For admins."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *grantIn) (nothing, error) {
			id, role, err := personRole(in.ID, in.Role)
			if err != nil {
				return nothing{}, err
			}
			limits, err := a.limits(ctx, &in.Body)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).SetGrant(ctx, actor, id, role, limits, kit.Clean(in.Body.Reason, true))
		})
	type dropIn struct {
		ThingParam
		RoleParam
		OnceParam
		Body reasonOnly
	}
	writes(a, adminOp("dropRole", http.MethodPost, "/admin/people/{id}/roles/{role}/removal", "Take a role away", "Their sessions end. The last admin stays one. For admins."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *dropIn) (nothing, error) {
			id, role, err := personRole(in.ID, in.Role)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).DropGrant(ctx, actor, id, role, kit.Clean(in.Body.Reason, true))
		})
	a.factors()
	a.invitations()
	a.audit()
	a.auditCheck()
	a.auditFile()
	a.exports()
}

func (a *api) factors() {
	type input struct {
		ThingParam
		OnceParam
	}
	writes(a, adminOp("resetFactors", http.MethodDelete, "/admin/people/{id}/factors", "Reset how somebody signs in", "Of whoever has lost their phone: passkeys, app and codes are gone, their sessions and tokens end. Never your own. For admins."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *input) (nothing, error) {
			id, err := thing(in.ID, "person")
			if err != nil {
				return nothing{}, err
			}
			if err := accounts.May(actor, accounts.ManagePeople); err != nil {
				return nothing{}, err
			}
			if _, err := accounts.PersonByID(ctx, tx, id); err != nil {
				return nothing{}, err
			}
			return nothing{true}, accounts.ResetFactors(ctx, tx, actor, id)
		})
}

func personRole(id, role string) (uuid.UUID, subject.Role, error) {
	person, err := thing(id, "person")
	if err != nil {
		return uuid.Nil, "", err
	}
	r, err := roleOf(role)
	return person, r, err
}

func (a *api) invitations() {
	reads(a, adminOp("listInvitations", http.MethodGet, "/admin/invitations", "List the invitations", "For admins."),
		func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (invitationList, error) {
			list, err := a.Accounts.Invitations(ctx, actor)
			out := invitationList{Invitations: make([]invitation, len(list))}
			for i := range list {
				l := &list[i]
				out.Invitations[i] = invitation{
					ID: l.ID.String(), Mail: l.Mail, Name: l.Pseudonym, Role: string(l.Role), Reason: l.Reason, CreatedAt: stamp(l.CreatedAt),
					ExpiresAt: stamp(l.ExpiresAt), UsedAt: stampOf(l.UsedAt), RevokedAt: stampOf(l.RevokedAt), Open: l.Open,
				}
			}
			return out, err
		})
	type inviteIn struct {
		OnceParam
		Body newInvitation
	}
	invite := adminOp("invite", http.MethodPost, "/admin/invitations", "Invite somebody", "By mail, with the role that whoever takes it gets. An older one to the same address is worthless then. For admins.")
	invite.status = http.StatusCreated
	writes(a, invite, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *inviteIn) (itemID, error) {
		limits, err := a.limits(ctx, &in.Body.Grant)
		if err != nil {
			return itemID{}, within(err, "/grant")
		}
		id, err := a.Accounts.Within(tx).Invite(ctx, actor, accounts.Invite{
			Mail: kit.Clean(in.Body.Mail, false), Pseudonym: kit.Clean(in.Body.Name, false), Role: subject.Role(in.Body.Role), Limits: limits,
			Reason: kit.Clean(in.Body.Grant.Reason, true), Locale: k.loc().Lang(),
		})
		return itemID{id.String()}, renamedTo(err, map[string]string{"department": "/grant/departments", "reason": "/grant/reason"})
	})
	type revokeIn struct {
		ThingParam
		OnceParam
	}
	writes(a, adminOp("revokeInvitation", http.MethodDelete, "/admin/invitations/{id}", "Take an invitation back", "Its link opens nothing more. For admins."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *revokeIn) (nothing, error) {
			id, err := thing(in.ID, "invitation")
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, a.Accounts.Within(tx).RevokeInvitation(ctx, actor, id)
		})
}
