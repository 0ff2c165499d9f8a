package adminpages

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

func anyOn(options []kit.Option) bool {
	for _, o := range options {
		if o.On {
			return true
		}
	}
	return false
}

type invitationsView struct {
	kit.Page
	Rows []invitationRow
}

type invitationRow struct {
	Name, Mail, Role, Where, State, When, Revoke string
	Person                                       string // page of who took it
}

func (p *pages) invitations(c kit.Context) error {
	list, err := p.Accounts.Invitations(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	v := invitationsView{Page: page(c, "admin.invitations")}
	choices, err := p.choices(c, v.Page, &grantInput{})
	if err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	for _, i := range list {
		r := invitationRow{Name: i.Pseudonym, Mail: i.Mail, Role: v.T("role." + string(i.Role))}
		var where []string
		for _, l := range i.Limits {
			where = append(where, choices.name(l))
		}
		r.Where = strings.Join(where, ", ")
		switch {
		case i.UsedAt != nil:
			r.State, r.When = v.T("admin.invitation.used"), v.Loc.DateTime(*i.UsedAt, now)
			if i.UsedBy != nil {
				r.Person = personPath(*i.UsedBy)
			}
		case i.RevokedAt != nil:
			r.State, r.When = v.T("admin.invitation.revoked"), v.Loc.DateTime(*i.RevokedAt, now)
		case !i.Open:
			r.State, r.When = v.T("admin.invitation.over"), v.Loc.DateTime(i.ExpiresAt, now)
		default:
			r.State, r.When = v.T("admin.invitation.open"), v.T("admin.invitation.until", "date", v.Loc.DateTime(i.ExpiresAt, now))
			r.Revoke = "/desk/admin/invitations/" + i.ID.String() + "/revoke"
		}
		v.Rows = append(v.Rows, r)
	}
	return kit.Render(c, http.StatusOK, invitationsPage(v))
}

// inviteInput is the form. Key is its own: sent twice it invites once.
type inviteInput struct {
	grantInput

	Key       uuid.UUID `form:"key"`
	Mail      string    `form:"mail" max:"254"`
	Pseudonym string    `form:"pseudonym" max:"100"`
	Lang      string    `form:"lang" max:"12"`
}

type inviteView struct {
	kit.Page
	In      inviteInput
	Choices limitChoices
	Langs   []kit.Option
	Errors  kit.Errors
}

func (p *pages) inviteForm(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return err
	}
	return p.renderInvite(c, http.StatusOK, inviteInput{Key: subject.NewID(), Lang: "de"}, nil)
}

func (p *pages) renderInvite(c kit.Context, status int, in inviteInput, wrong error) error {
	v := inviteView{Page: page(c, "admin.invite"), In: in}
	v.Errors = kit.ErrorsOf(v.Page, wrong)
	for _, l := range []string{"de", "en"} {
		name, _ := p.Messages.Language(l)
		v.Langs = append(v.Langs, kit.Option{Value: l, Label: name.Name, On: in.Lang == l})
	}
	var err error
	if v.Choices, err = p.choices(c, v.Page, &in.grantInput); err != nil {
		return err
	}
	return kit.Render(c, status, invitePage(v))
}

func (p *pages) invite(c kit.Context) error {
	if err := accounts.May(kit.Actor(c), accounts.ManagePeople); err != nil {
		return err
	}
	var in inviteInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		choices, err := p.choices(c, page(c, ""), &in.grantInput)
		if err != nil {
			return err
		}
		wrong = choices.checkLimits(&in.grantInput)
	}
	if wrong == nil {
		_, wrong = p.Accounts.Invite(c.Request().Context(), kit.Actor(c), accounts.Invite{
			ID: in.Key, Mail: in.Mail, Pseudonym: in.Pseudonym, Role: subject.Role(in.Role), Limits: in.limits(), Reason: in.Reason, Locale: in.Lang,
		})
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.renderInvite(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "admin.invite.done")
	return kit.Redirect(c, "/desk/admin/invitations")
}

func (p *pages) revokeInvitation(c kit.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return fault.Missing("invitation")
	}
	if err := p.Accounts.RevokeInvitation(c.Request().Context(), kit.Actor(c), id); err != nil {
		return err
	}
	kit.Flash(c, "success", "admin.invitation.revoke.done")
	return kit.Redirect(c, "/desk/admin/invitations")
}

type takeView struct {
	kit.Page
	Role string
}

// showInvitation shows a button: scanners of mails look at links, too.
func (p *pages) showInvitation(c kit.Context) error {
	in, err := accounts.PeekInvitation(c.Request().Context(), p.DB, c.Param("token"))
	if err != nil {
		return err
	}
	v := takeView{Page: kit.NewPage(c, "admin.take.title")}
	v.Robots, v.Role = "noindex", v.T("role."+string(in.Role))
	return kit.Render(c, http.StatusOK, takePage(v))
}

// takeInvitation signs in: a new session under a new cookie, the old one ends.
func (p *pages) takeInvitation(c kit.Context) error {
	var in accounts.SignedIn
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		in, err = accounts.TakeInvitation(ctx, tx, kit.Actor(c), c.Param("token"))
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
	if err != nil {
		return err
	}
	kit.SetSession(c, in.Token, in.Lives, in.Actor)
	kit.Flash(c, "success", "admin.take.done")
	home := kit.DeskHome(in.Actor)
	if home == "" {
		home = "/"
	}
	return kit.Redirect(c, home)
}
