package accountpages

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// login shows where to type a mail address. ?next= is where to go afterwards.
func (p *pages) login(c kit.Context) error {
	kit.SetNext(c, c.QueryParam("next"))
	return kit.Render(c, http.StatusOK, loginPage(page(c, "login.title"), "", nil))
}

func (p *pages) askLink(c kit.Context) error {
	var in struct {
		Mail string `form:"mail" max:"254"`
	}
	err := kit.Bind(c, &in)
	if err == nil {
		if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
			return err
		}
		err = p.Accounts.AskSignIn(c.Request().Context(), kit.Actor(c), in.Mail)
	}
	if fault.Is(err, fault.Invalid) {
		pg := page(c, "login.title")
		return kit.Render(c, http.StatusUnprocessableEntity, loginPage(pg, in.Mail, kit.ErrorsOf(pg, err)))
	}
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Render(c, http.StatusAccepted, sentPage(page(c, "login.sent.title"), p.Outbox != nil))
}

func (p *pages) showLink(c kit.Context) error {
	if _, err := accounts.PeekToken(c.Request().Context(), p.DB, accounts.PurposeSignIn, c.Param("token")); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, buttonPage(page(c, "login.go.title"), press{Lead: "login.go.lead", Button: "login.go.button"}))
}

// useLink signs in: a new session under a new cookie, the old one ends.
func (p *pages) useLink(c kit.Context) error {
	var in accounts.SignedIn
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		in, err = accounts.SignIn(ctx, tx, kit.Actor(c), c.Param("token"))
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
	kit.Flash(c, "success", "login.done")
	next := kit.TakeNext(c)
	if next == "" && in.Actor.IsStaff() {
		next = "/desk"
	}
	return kit.Redirect(c, next)
}

func (p *pages) logout(c kit.Context) error {
	actor := kit.Actor(c)
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return accounts.EndSession(ctx, tx, actor)
	})
	if err != nil {
		return err
	}
	kit.DropSession(c)
	c.Response().Header().Set("Clear-Site-Data", `"cache"`)
	kit.Flash(c, "success", "logout.done")
	return kit.Redirect(c, "/")
}
