package kit

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// factorPage asks staff for their second factor.
const factorPage = "/account/factor"

// withoutFactor lists what staff reach before they have proved a second factor:
// the pages that prove it or set it up, the way out, and what the law wants
// everybody to reach.
func withoutFactor(path string) bool {
	if path == "/logout" || path == "/theme" {
		return true
	}
	return slices.ContainsFunc([]string{
		factorPage, "/account/security/app", "/account/security/passkeys", "/login", "/static", "/icons", "/dev/outbox",
		"/impressum", "/datenschutz", "/barrierefreiheit", "/contact", "/healthz", "/readyz",
	}, func(start string) bool { return path == start || strings.HasPrefix(path, start+"/") })
}

// guardFactor keeps whoever still has to prove a second factor to the page that
// asks for it. Their roles are withheld anyway; this tells them why.
func guardFactor(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		path := c.Request().URL.Path
		if !of(c).actor.NeedsFactor || withoutFactor(path) || isFile(path) {
			return next(c)
		}
		if c.Request().Method != http.MethodGet || WantsJSON(c) {
			return fault.New(fault.Forbidden, "signin.err.factor")
		}
		SetNext(c, c.Request().URL.RequestURI())
		return Redirect(c, factorPage)
	}
}

// isFile is a file at the root that every page asks for, e.g. /favicon.ico.
func isFile(path string) bool {
	return strings.Count(path, "/") == 1 && (strings.HasSuffix(path, ".ico") || strings.HasSuffix(path, ".webmanifest") || path == "/sw.js")
}

const (
	journeyCookie = "journey"
	journeyLives  = 10 * time.Minute
)

// SetJourney keeps, in the browser that leaves for another sign-in, what only
// it may come back with.
func SetJourney(c echo.Context, value string) {
	of(c).router.setCookie(c, journeyCookie, value, journeyLives)
}

// TakeJourney gives it back, once; "" if there is none.
func TakeJourney(c echo.Context) string {
	r := of(c).router
	value := r.cookie(c, journeyCookie)
	r.dropCookie(c, journeyCookie)
	return value
}
