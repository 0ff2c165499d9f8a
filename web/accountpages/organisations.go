package accountpages

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	organisationsPath = "/account/organisations"
	joinPath          = organisationsPath + "/join/:token"
)

// registerOrganisations adds whom somebody acts for besides themselves.
func (p *pages) registerOrganisations(r *kit.Router) {
	post := func(path string, h func(kit.Context) error) {
		r.POST(organisationsPath+path, h, kit.RequireSignIn)
	}
	r.GET(organisationsPath, p.organisations, kit.RequireSignIn)
	r.GET(organisationsPath+"/:id", p.organisation, kit.RequireSignIn)
	post("", p.createOrganisation)
	post("/:id", p.changeOrganisation)
	post("/:id/invite", p.inviteMember)
	post("/:id/invitations/:invitation/withdraw", p.withdrawInvitation)
	post("/:id/members/:person/role", p.memberRole)
	post("/:id/members/:person/remove", p.removeMember)
	post("/:id/leave", p.leaveOrganisation)
	r.GET(joinPath, p.showJoin, kit.Secret)
	r.POST(joinPath, p.join, kit.Secret)
}

func organisationPath(id uuid.UUID, rest string) string {
	return organisationsPath + "/" + id.String() + rest
}

// organisationsView lists them, with a form for a new one.
type organisationsView struct {
	kit.Page

	Errors kit.Errors
	List   []accounts.Organisation
	In     organisationIn
}

// organisationIn is the form. Key is its own: sent twice it makes one.
type organisationIn struct {
	Key          uuid.UUID `form:"key"`
	Organisation string    `form:"organisation" max:"200"`
	Name         string    `form:"name" max:"200"`
}

func (p *pages) organisations(c kit.Context) error {
	return p.showOrganisations(c, http.StatusOK, organisationIn{Key: subject.NewID()}, nil)
}

func (p *pages) showOrganisations(c kit.Context, status int, in organisationIn, wrong error) error {
	v := organisationsView{Page: page(c, "org.title"), In: in}
	v.Nav, v.Errors = "mine", kit.ErrorsOf(v.Page, wrong)
	var err error
	if v.List, err = accounts.OrganisationsOf(c.Request().Context(), p.DB, kit.Actor(c)); err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, status, organisationsPage(v))
}

func (p *pages) createOrganisation(c kit.Context) error {
	var in organisationIn
	err := kit.Bind(c, &in)
	var id uuid.UUID
	if err == nil {
		id, err = p.Accounts.CreateOrganisation(c.Request().Context(), kit.Actor(c), in.Key, in.Organisation, in.Name)
	}
	if fault.Is(err, fault.Invalid) {
		return p.showOrganisations(c, http.StatusUnprocessableEntity, in, err)
	}
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "org.created")
	return kit.Redirect(c, organisationPath(id, ""))
}

// organisationView is one of them with the people who act for it.
type organisationView struct {
	kit.Page

	Errors      kit.Errors
	O           accounts.Organisation
	Members     []accounts.Member
	Invitations []accounts.OpenInvitation // owners only
	Invite      inviteIn
}

// inviteIn is the form that asks somebody in. Key is its own: sent twice it
// sends one mail.
type inviteIn struct {
	Key  uuid.UUID `form:"key"`
	Mail string    `form:"mail" max:"254"`
	Role string    `form:"role" max:"10"`
}

func (v organisationView) owner() bool { return v.O.Role == accounts.OrganisationOwner }

// lastOwner tells whether the actor can't leave the others alone.
func (v organisationView) lastOwner() bool {
	owners := 0
	for _, m := range v.Members {
		if m.Role == accounts.OrganisationOwner {
			owners++
		}
	}
	return v.owner() && owners == 1 && len(v.Members) > 1
}

func (v organisationView) roles() []kit.Option {
	var out []kit.Option
	for _, r := range []accounts.OrganisationRole{accounts.OrganisationMember, accounts.OrganisationOwner} {
		out = append(out, kit.Option{Value: string(r), Label: v.T("org.role." + string(r)), Hint: v.T("org.role." + string(r) + ".hint"), On: v.Invite.Role == string(r)})
	}
	return out
}

// other is the role that somebody can be given instead of theirs.
func other(r accounts.OrganisationRole) string {
	if r == accounts.OrganisationOwner {
		return string(accounts.OrganisationMember)
	}
	return string(accounts.OrganisationOwner)
}

func (p *pages) organisation(c kit.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return p.showOrganisation(c, http.StatusOK, id, nil, nil)
}

// showOrganisation shows one; change puts back what was typed.
func (p *pages) showOrganisation(c kit.Context, status int, id uuid.UUID, wrong error, change func(v *organisationView)) error {
	ctx, actor := c.Request().Context(), kit.Actor(c)
	v := organisationView{Page: page(c, ""), Invite: inviteIn{Key: subject.NewID(), Role: string(accounts.OrganisationMember)}}
	var err error
	if v.O, err = accounts.OrganisationByID(ctx, p.DB, actor, id); err != nil {
		return err
	}
	if v.Members, err = accounts.MembersOf(ctx, p.DB, actor, id); err != nil {
		return err
	}
	if v.owner() {
		if v.Invitations, err = accounts.OpenInvitationsOf(ctx, p.DB, actor, id); err != nil {
			return err
		}
	}
	v.Nav, v.Title, v.Errors = "mine", v.O.Name, kit.ErrorsOf(v.Page, wrong)
	if change != nil {
		change(&v)
	}
	kit.NoStore(c)
	return kit.Render(c, status, organisationPage(v))
}

func (p *pages) changeOrganisation(c kit.Context) error {
	var in struct {
		Organisation string `form:"organisation" max:"200"`
		Shown        bool   `form:"shown"`
	}
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err = kit.Bind(c, &in); err == nil {
		err = p.Accounts.ChangeOrganisation(c.Request().Context(), kit.Actor(c), id, in.Organisation, in.Shown)
	}
	if fault.Is(err, fault.Invalid) {
		return p.showOrganisation(c, http.StatusUnprocessableEntity, id, err, func(v *organisationView) {
			v.O.Name, v.O.Shown = in.Organisation, in.Shown
		})
	}
	return p.organisationDone(c, id, "org.saved", err)
}

// organisationDone leads back to the page after a change that went well.
func (p *pages) organisationDone(c kit.Context, id uuid.UUID, key string, err error) error {
	if err != nil {
		return err
	}
	kit.Flash(c, "success", key)
	return kit.Redirect(c, organisationPath(id, ""))
}

func (p *pages) inviteMember(c kit.Context) error {
	var in inviteIn
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err = kit.Bind(c, &in); err == nil {
		err = p.Accounts.InviteMember(c.Request().Context(), kit.Actor(c), id, in.Key, in.Mail, accounts.OrganisationRole(in.Role))
	}
	if fault.Is(err, fault.Invalid) {
		return p.showOrganisation(c, http.StatusUnprocessableEntity, id, err, func(v *organisationView) { v.Invite = in })
	}
	return p.organisationDone(c, id, "org.invited", err)
}

// twoIDs are those of an organisation and of something in it.
func twoIDs(c kit.Context, name string) (id, other uuid.UUID, err error) {
	if id, err = pathID(c); err != nil {
		return id, other, err
	}
	if other, err = uuid.Parse(c.Param(name)); err != nil {
		return id, other, fault.Missing(name).Because(err)
	}
	return id, other, nil
}

func (p *pages) withdrawInvitation(c kit.Context) error {
	id, invitation, err := twoIDs(c, "invitation")
	if err == nil {
		err = p.Accounts.WithdrawInvitation(c.Request().Context(), kit.Actor(c), id, invitation)
	}
	return p.organisationDone(c, id, "org.withdrawn", err)
}

func (p *pages) memberRole(c kit.Context) error {
	var in struct {
		Role string `form:"role" max:"10"`
	}
	id, person, err := twoIDs(c, "person")
	if err == nil {
		err = kit.Bind(c, &in)
	}
	if err == nil {
		err = p.Accounts.SetMemberRole(c.Request().Context(), kit.Actor(c), id, person, accounts.OrganisationRole(in.Role))
	}
	if err == nil && kit.Actor(c).Is(person) {
		kit.Flash(c, "success", "org.saved")
		return kit.Redirect(c, organisationsPath)
	}
	return p.organisationDone(c, id, "org.saved", err)
}

func (p *pages) removeMember(c kit.Context) error {
	id, person, err := twoIDs(c, "person")
	if err == nil {
		err = p.Accounts.RemoveMember(c.Request().Context(), kit.Actor(c), id, person)
	}
	return p.organisationDone(c, id, "org.removed", err)
}

func (p *pages) leaveOrganisation(c kit.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := p.Accounts.LeaveOrganisation(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "org.left")
	return kit.Redirect(c, organisationsPath)
}

// joinView asks whoever holds a link.
type joinView struct {
	kit.Page

	Errors kit.Errors
	J      accounts.Joining
	Name   string
	Until  string
	Known  bool // signed in: joins as who they are
}

// showJoin shows a form with a button: scanners of mails look at links, too.
func (p *pages) showJoin(c kit.Context) error { return p.renderJoin(c, http.StatusOK, "", nil) }

func (p *pages) renderJoin(c kit.Context, status int, name string, wrong error) error {
	j, err := accounts.PeekJoin(c.Request().Context(), p.DB, c.Param("token"))
	if err != nil {
		return err
	}
	v := joinView{Page: page(c, "org.join"), J: j, Name: name, Known: kit.SignedIn(c)}
	v.Until, v.Errors = v.Loc.Date(j.Until, kit.Now(c)), kit.ErrorsOf(v.Page, wrong)
	return kit.Render(c, status, joinPage(v))
}

func (p *pages) join(c kit.Context) error {
	var form struct {
		Name string `form:"name" max:"200"`
	}
	err := kit.Bind(c, &form)
	var in accounts.SignedIn
	var id uuid.UUID
	if err == nil {
		err = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
			in, id, err = accounts.Join(ctx, tx, kit.Actor(c), c.Param("token"), form.Name)
			if err != nil || in.Visitor == uuid.Nil {
				return err
			}
			for _, adopt := range p.Adopt {
				if err := adopt(ctx, tx, in.Visitor, in.Actor.Person); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderJoin(c, http.StatusUnprocessableEntity, form.Name, err)
	}
	if err != nil {
		return err
	}
	if in.Token != "" {
		kit.SetSession(c, in.Token, in.Lives, in.Actor)
		if in.Actor.NeedsFactor {
			kit.SetNext(c, organisationPath(id, ""))
		}
	}
	kit.Flash(c, "success", "org.joined")
	return kit.Redirect(c, organisationPath(id, ""))
}
