package accountpages

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// loginView is the pages before the sign-in: mail first, other ways below.
type loginView struct {
	kit.Page

	Mail, Code string
	Errors     kit.Errors
	Passkeys   bool
	Others     []accounts.Provider
	Outbox     bool
}

func (p *pages) loginView(c kit.Context, titleKey string) loginView {
	v := loginView{Page: page(c, titleKey), Passkeys: p.Accounts.HasPasskeys(), Others: p.Accounts.Providers(), Outbox: p.Outbox != nil}
	if v.Passkeys {
		v.Scripts = append(v.Scripts, "account-passkey")
	}
	return v
}

func codeVariant(alone bool) string {
	if alone {
		return "primary"
	}
	return "secondary"
}

// login shows where to type a mail address. ?next= is where to go afterwards.
func (p *pages) login(c kit.Context) error {
	kit.SetNext(c, c.QueryParam("next"))
	return kit.Render(c, http.StatusOK, loginPage(p.loginView(c, "login.title")))
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
		v := p.loginView(c, "login.title")
		v.Mail, v.Errors = in.Mail, kit.ErrorsOf(v.Page, err)
		return kit.Render(c, http.StatusUnprocessableEntity, loginPage(v))
	}
	if err != nil {
		return err
	}
	kit.NoStore(c)
	v := p.loginView(c, "login.sent.title")
	v.Mail = in.Mail
	return kit.Render(c, http.StatusAccepted, sentPage(v))
}

func (p *pages) showCode(c kit.Context) error {
	return kit.Render(c, http.StatusOK, codePage(p.loginView(c, "signin.code.title")))
}

// useCode takes the six digits of the mail, on whatever device they are typed.
func (p *pages) useCode(c kit.Context) error {
	var in struct {
		Mail string `form:"mail" max:"254"`
		Code string `form:"code" max:"12"`
	}
	err := kit.Bind(c, &in)
	var token string
	if err == nil {
		if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
			return err
		}
		token, err = p.Accounts.TryCode(c.Request().Context(), in.Mail, in.Code)
	}
	if fault.Is(err, fault.Invalid) {
		v := p.loginView(c, "signin.code.title")
		v.Mail, v.Errors = in.Mail, kit.ErrorsOf(v.Page, err)
		kit.NoStore(c)
		return kit.Render(c, http.StatusUnprocessableEntity, codePage(v))
	}
	if err != nil {
		return err
	}
	return p.signIn(c, func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error) {
		return p.Accounts.SignIn(ctx, tx, kit.Actor(c), token)
	})
}

func (p *pages) showLink(c kit.Context) error {
	if _, err := accounts.PeekToken(c.Request().Context(), p.DB, accounts.PurposeSignIn, c.Param("token")); err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, buttonPage(page(c, "login.go.title"), press{Lead: "login.go.lead", Button: "login.go.button"}))
}

func (p *pages) useLink(c kit.Context) error {
	return p.signIn(c, func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error) {
		return p.Accounts.SignIn(ctx, tx, kit.Actor(c), c.Param("token"))
	})
}

// signIn runs one way of signing in: a new session under a new cookie, the old
// one ends, what a visitor began moves over.
func (p *pages) signIn(c kit.Context, way func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error)) error {
	return p.signInSaying(c, func() (kind, key string) { return "success", "login.done" }, way)
}

// signInSaying is signIn with other words about what came of it, asked for when it
// has been done.
func (p *pages) signInSaying(c kit.Context, said func() (kind, key string), way func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error)) error {
	var in accounts.SignedIn
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		in, err = way(ctx, tx)
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
	kind, key := said()
	return welcome(c, in, kind, key)
}

// welcome leads whoever has just signed in to where they wanted to go, and says
// what came of it; staff who have proved only one factor to the page that asks for
// the second.
func welcome(c kit.Context, in accounts.SignedIn, kind, said string) error {
	kit.SetSession(c, in.Token, in.Lives, in.Actor)
	if in.Actor.NeedsFactor {
		return kit.Redirect(c, factorPath)
	}
	kit.Flash(c, kind, said)
	next := kit.TakeNext(c)
	if next == "" {
		next = kit.DeskHome(in.Actor)
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

// askPasskey is the question that a browser answers with a passkey.
func (p *pages) askPasskey(c kit.Context) error {
	if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
		return err
	}
	var ch accounts.Challenge
	err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		ch, err = p.Accounts.AskPasskey(ctx, tx)
		return err
	})
	return sendChallenge(c, ch, err)
}

func sendChallenge(c kit.Context, ch accounts.Challenge, err error) error {
	if err != nil {
		return err
	}
	body, err := json.Marshal(ch)
	if err != nil {
		return err
	}
	kit.NoStore(c)
	return kit.Send(c, http.StatusOK, "application/json", body)
}

// keyAnswer is the form that the script fills.
type keyAnswer struct {
	Challenge uuid.UUID `form:"challenge"`
	Answer    string    `form:"answer" max:"20000"`
	Name      string    `form:"name" max:"60"`
}

func (p *pages) passkey(c kit.Context) error {
	var in keyAnswer
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleSignIn); err != nil {
		return err
	}
	return p.signIn(c, func(ctx context.Context, tx pgx.Tx) (accounts.SignedIn, error) {
		return p.Accounts.SignInByPasskey(ctx, tx, kit.Actor(c), in.Challenge, json.RawMessage(in.Answer))
	})
}
