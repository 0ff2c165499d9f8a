package kit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Context is one request, as handlers get it.
type Context = echo.Context

// Config makes a Router.
type Config struct {
	DB        db.DB
	Accounts  *accounts.Service
	Catalogue *i18n.Catalogue
	BaseURL   string // "https://mitwirk.example": how people reach us
	City      City
	CityOf    func(ctx context.Context, lang string) City // nil: City; else asked for every page, since settings change
	// Notices are the messages of the site that are shown now; nil: none.
	Notices func(ctx context.Context, loc *i18n.Localizer, now time.Time) []Notice
	// Observe is told of every answer: the route's pattern ("" when there is
	// none), the status and how long it took. Nil: nobody counts.
	Observe        func(method, route string, status int, took time.Duration)
	TrustedProxies []netip.Prefix // peers whose X-Forwarded-For counts; none by default
	Dev            bool           // allows plain http on other addresses than this machine's
	Clock          clock.Clock    // nil: the machine's
	Logger         *slog.Logger   // nil: slog.Default()
}

// Router is an Echo with our middleware and our error writer. Page folders
// register their routes on it.
type Router struct {
	*echo.Echo
	cfg    Config
	base   *url.URL
	csrf   *http.CrossOriginProtection
	secure bool // the base address is https
	log    *slog.Logger
}

// New makes a router without routes. It refuses a base address without host,
// and plain http for anything but this machine, unless in dev.
func New(cfg Config) (*Router, error) {
	if cfg.DB == nil || cfg.Accounts == nil || cfg.Catalogue == nil {
		return nil, errors.New("kit: database, accounts and catalogue are needed")
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base address: %w", err)
	}
	if base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("base address %q: needs http or https and a host", cfg.BaseURL)
	}
	if base.Scheme == "http" && !cfg.Dev && !loopback(base.Hostname()) {
		return nil, fmt.Errorf("base address %q: needs https", cfg.BaseURL)
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	r := &Router{
		Echo:   echo.New(),
		cfg:    cfg,
		base:   base,
		csrf:   http.NewCrossOriginProtection(),
		secure: base.Scheme == "https",
		log:    cmp.Or(cfg.Logger, slog.Default()),
	}
	if err := r.csrf.AddTrustedOrigin(r.Origin()); err != nil {
		return nil, fmt.Errorf("base address: %w", err)
	}
	r.HideBanner, r.HidePort = true, true
	r.HTTPErrorHandler = r.writeError
	r.IPExtractor = func(req *http.Request) string { return r.clientIP(req).String() }
	r.Pre(r.begin)
	r.Use(r.limitBody, r.checkOrigin, r.chooseLanguage, r.findActor, guardFactor)
	return r, nil
}

// city is the city as a page in that language names it.
func (r *Router) city(ctx context.Context, lang string) City {
	if r.cfg.CityOf != nil {
		return r.cfg.CityOf(ctx, lang)
	}
	return r.cfg.City
}

// notices are the messages of the site for a page.
func (r *Router) notices(ctx context.Context, loc *i18n.Localizer) []Notice {
	if r.cfg.Notices == nil {
		return nil
	}
	return r.cfg.Notices(ctx, loc, r.cfg.Clock.Now())
}

// GET answers HEAD as well.
func (r *Router) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	r.Add(http.MethodHead, path, h, m...)
	return r.Add(http.MethodGet, path, h, m...)
}

// Messages are the product's words in all languages.
func (r *Router) Messages() *i18n.Catalogue { return r.cfg.Catalogue }

// Origin is our scheme and host, e.g. "https://mitwirk.example".
func (r *Router) Origin() string { return r.base.Scheme + "://" + r.base.Host }

// URL is the absolute address of one of our paths: for mails and feeds.
func (r *Router) URL(path string) string {
	return strings.TrimSuffix(r.Origin()+r.base.Path, "/") + path
}

// SameOrigin tells whether a request, e.g. for a websocket, comes from one of
// our own pages. A request without an Origin, which no browser sends for a
// websocket, does not.
func (r *Router) SameOrigin(req *http.Request) bool {
	origin := req.Header.Get("Origin")
	if origin == r.Origin() {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == req.Host && !r.secure
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
