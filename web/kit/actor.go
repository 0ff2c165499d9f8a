package kit

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	nextCookie = "next"
	nextLives  = 15 * time.Minute
)

// findActor reads the session's cookie. One that is over is taken away, and the
// request goes on as nobody's.
func (r *Router) findActor(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		token := r.cookie(c, "")
		if token == "" || strings.HasPrefix(c.Request().URL.Path, "/static/") {
			return next(c)
		}
		actor, err := r.cfg.Accounts.ActorByToken(c.Request().Context(), token)
		if fault.Is(err, fault.Unauthenticated) {
			r.dropCookie(c, "")
			return next(c)
		}
		if err != nil {
			return err
		}
		of(c).actor = actor
		return next(c)
	}
}

// Actor is who acts; the zero value is an anonymous visitor.
func Actor(c echo.Context) accounts.Actor {
	s := of(c)
	a := s.actor
	a.Locale = s.lang // what they read now is what their mails should be in
	a.Device = accounts.DeviceOf(c.Request().UserAgent())
	return a
}

// Visitor is who acts, made a person of level L0 with a session and its cookie
// if they were nobody so far: for the first vote, draft, upload or report. It is
// for requests that write; on a GET it is a mistake and returns an error.
func Visitor(c echo.Context) (accounts.Actor, error) {
	s := of(c)
	if !s.actor.Anonymous() {
		return Actor(c), nil
	}
	if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead || m == http.MethodOptions {
		return accounts.Actor{}, fault.New(fault.Internal, "err.500")
	}
	if err := Limit(c, accounts.RuleVisit); err != nil {
		return accounts.Actor{}, err
	}
	var token string
	var lives time.Duration
	var actor accounts.Actor
	err := db.Transact(c.Request().Context(), s.router.cfg.DB, func(ctx context.Context, tx pgx.Tx) (err error) {
		token, lives, actor, err = accounts.NewVisitor(ctx, tx, s.lang)
		return err
	})
	if err != nil {
		return accounts.Actor{}, err
	}
	SetSession(c, token, lives, actor)
	return Actor(c), nil
}

// SetSession gives the browser the cookie of a session that has just begun.
func SetSession(c echo.Context, token string, lives time.Duration, actor accounts.Actor) {
	s := of(c)
	s.router.setCookie(c, "", token, lives)
	s.actor = actor
}

// DropSession takes the session's cookie away; the caller has ended the session.
func DropSession(c echo.Context) {
	s := of(c)
	s.router.dropCookie(c, "")
	s.actor = accounts.Actor{}
}

// SessionToken is the session's secret, for the live socket, which asks again
// whether it still holds; "" for nobody. It goes nowhere else.
func SessionToken(c echo.Context) string {
	s := of(c)
	if s.actor.Anonymous() {
		return ""
	}
	return s.router.cookie(c, "")
}

// SignedIn tells whether somebody with a confirmed address acts.
func SignedIn(c echo.Context) bool { return of(c).actor.Level >= accounts.L1 }

// RequireSignIn is a middleware for pages that only make sense with an account:
// whoever looks without one goes to /login and comes back after it; whoever
// writes gets fault.Unauthenticated.
func RequireSignIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if SignedIn(c) {
			return next(c)
		}
		if c.Request().Method != http.MethodGet || WantsJSON(c) {
			return fault.New(fault.Unauthenticated, "err.401")
		}
		SetNext(c, c.Request().URL.RequestURI())
		return Redirect(c, "/login")
	}
}

// SetNext remembers for a quarter of an hour where to go after signing in. It
// ignores what is no path of ours.
func SetNext(c echo.Context, path string) {
	if own, ok := OwnPath(path); ok && own != "/" {
		of(c).router.setCookie(c, nextCookie, base64.RawURLEncoding.EncodeToString([]byte(own)), nextLives)
	}
}

// TakeNext gives and forgets where to go after signing in; "" if nowhere.
func TakeNext(c echo.Context) string {
	r := of(c).router
	next, err := base64.RawURLEncoding.DecodeString(r.cookie(c, nextCookie))
	r.dropCookie(c, nextCookie)
	own, ok := OwnPath(string(next))
	if err != nil || !ok {
		return ""
	}
	return own
}
