package kit

import (
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// csp is the policy of every page: nothing from anywhere but us, nothing inline.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

const (
	bodyLimit = 1 << 20
	stateKey  = "kit"
)

// state is what we know about one request.
type state struct {
	router *Router
	id     string // of the request
	addr   netip.Addr
	body   io.ReadCloser // as it came, before any limit
	lang   string
	loc    *i18n.Localizer
	actor  accounts.Actor
}

// of gives the state of a request. A request that did not come through a Router
// is a mistake of ours.
func of(c echo.Context) *state {
	s, ok := c.Get(stateKey).(*state)
	if !ok {
		panic("kit: request without a router")
	}
	return s
}

// begin is the outermost layer: it names the request, sets the headers that all
// answers have, survives a panic and writes one line into the log.
func (r *Router) begin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		started := r.cfg.Clock.Now()
		req := c.Request()
		s := &state{router: r, id: newRequestID(), addr: r.clientIP(req), body: req.Body}
		s.lang = i18n.German
		s.loc = r.cfg.Catalogue.For(s.lang)
		c.Set(stateKey, s)
		r.headers(c.Response().Header(), s.id)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler { //nolint:errorlint // the value itself, as net/http wants it
					panic(p)
				}
				r.log.Error("panic", "request", s.id, "value", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				err = fault.New(fault.Internal, "err.500").Because(fmt.Errorf("panic of type %T", p))
			}
			if err != nil {
				c.Error(err)
			}
			r.answered(c, s.id, r.cfg.Clock.Now().Sub(started))
			err = nil
		}()
		return next(c)
	}
}

// answered writes the access log: the route's pattern, never the path or the
// query, and no address.
func (r *Router) answered(c echo.Context, id string, took time.Duration) {
	req, status := c.Request(), c.Response().Status
	if r.cfg.Observe != nil {
		r.cfg.Observe(method(req.Method), c.Path(), status, took)
	}
	level := slog.LevelInfo
	if status < http.StatusBadRequest && strings.HasPrefix(c.Path(), "/tiles/") {
		level = slog.LevelDebug // many, and all alike
	}
	r.log.Log(req.Context(), level, "request", "request", id, "method", method(req.Method), "route", c.Path(), "status", status, "ms", took.Milliseconds())
}

// method is a method that HTTP knows; others are whatever somebody typed.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

// AllowMedia lets a page play films that we serve ourselves.
func AllowMedia(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", csp+"; media-src 'self'")
}

func (r *Router) headers(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(self), microphone=()")
	if r.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// newRequestID is short enough to be read out on the phone.
func newRequestID() string {
	const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b[:5]) + "-" + string(b[5:])
}

// clientIP is the peer's address, or the one that trusted proxies forwarded:
// the last address of X-Forwarded-For that is none of theirs.
func (r *Router) clientIP(req *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := peer.Addr().Unmap()
	if !r.trusted(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(req.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		hop, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return addr // what is left of nonsense is nonsense
		}
		addr = hop.Unmap()
		if !r.trusted(addr) {
			return addr
		}
	}
	return addr
}

func (r *Router) trusted(addr netip.Addr) bool {
	for _, p := range r.cfg.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// limitBody lets a megabyte in; a route that takes more says so with BodyLimit.
func (r *Router) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		limit(c, bodyLimit)
		return next(c)
	}
}

// BodyLimit lets a route take bodies of up to that many bytes.
func BodyLimit(bytes int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			limit(c, bytes)
			return next(c)
		}
	}
}

func limit(c echo.Context, bytes int64) {
	if body := of(c).body; body != nil {
		c.Request().Body = http.MaxBytesReader(c.Response(), body, bytes)
	}
}

// checkOrigin refuses what another website makes a browser send.
func (r *Router) checkOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := r.csrf.Check(c.Request()); err != nil {
			return fault.New(fault.Forbidden, "err.csrf").Because(err)
		}
		return next(c)
	}
}

// RequestID is the number of this request, as in X-Request-Id and in the log.
func RequestID(c echo.Context) string { return of(c).id }

// ClientIP is the address of whoever asks; the zero Addr if it is not known.
func ClientIP(c echo.Context) netip.Addr { return of(c).addr }

// Now is the time to show, from the router's clock.
func Now(c echo.Context) time.Time { return of(c).router.cfg.Clock.Now() }

// Limit counts one act of the rule by the client's address and returns
// fault.TooMany when there were too many.
func Limit(c echo.Context, rule accounts.Rule) error {
	s := of(c)
	return s.router.cfg.Accounts.Allow(c.Request().Context(), rule, accounts.AddressKey(s.addr))
}
