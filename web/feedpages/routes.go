package feedpages

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the files need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	Zone       *time.Location // of the city, for days in filters
	// City is the city as a page in that language names it.
	City func(ctx context.Context, lang string) kit.City
}

const (
	// entries is how many reports a feed holds.
	entries = 50
	// keepPublic is how long anybody may keep an answer: what was hidden must be gone soon.
	keepPublic = 5 * time.Second
)

// maxRows is how many rows a file holds.
func maxRows(format string) int {
	if format == "csv" {
		return 50_000
	}
	return 10_000
}

type pages struct {
	Deps
	url func(path string) string // absolute address of one of our paths
}

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Zone == nil || deps.City == nil {
		return errors.New("feedpages: something of the feeds is missing")
	}
	p := &pages{deps, r.URL}
	r.GET("/reports.atom", p.atom)
	r.GET("/reports.geojson", p.geoJSON)
	r.GET("/reports.csv", p.csv)
	return nil
}

// asked is what a request wants, and the words for it.
type asked struct {
	c         kit.Context
	ctx       context.Context //nolint:containedctx // of this one request
	loc       *i18n.Localizer
	filter    reports.Filter
	values    url.Values // of the filter
	before    *reports.Cursor
	cat       *categories.Catalogue
	districts map[string]string
	now       time.Time
}

func (p *pages) read(c kit.Context) (a asked, err error) {
	a = asked{c: c, ctx: c.Request().Context(), loc: kit.Loc(c), districts: map[string]string{}}
	if a.filter, err = reports.ParseFilter(c.QueryParams(), p.Zone); err != nil {
		return a, err
	}
	a.values = a.filter.Values(p.Zone)
	if a.before, err = reports.ParseCursor(c.QueryParam("before")); err != nil {
		return a, err
	}
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return a, err
	}
	if a.cat, err = p.Categories.Catalogue(a.ctx); err != nil {
		return a, err
	}
	list, err := p.Geo.Districts(a.ctx)
	if err != nil {
		return a, err
	}
	for _, d := range list {
		a.districts[d.Ref] = d.Name
	}
	a.now, err = db.Now(a.ctx, p.DB)
	return a, err
}

// category is the name of a kind in the language of the request.
func (a *asked) category(key string) string {
	if k := a.cat.ByKey(key); k != nil {
		return k.Name.In(a.loc.Lang())
	}
	return key
}

// about is what the filter leaves over, for the title: "Meldungen: Straße …".
func (a *asked) about() string {
	var parts []string
	for _, key := range a.filter.Categories {
		parts = append(parts, a.category(key))
	}
	for _, class := range a.filter.Classes {
		parts = append(parts, a.loc.T("class."+string(class)))
	}
	for _, s := range a.filter.Statuses {
		parts = append(parts, reports.StatusLabel(a.loc, s, false))
	}
	if name := a.districts[a.filter.District]; name != "" {
		parts = append(parts, name)
	}
	if a.filter.Street != "" {
		parts = append(parts, a.filter.Street)
	}
	if a.filter.Text != "" {
		parts = append(parts, "„"+a.filter.Text+"“")
	}
	return strings.Join(parts, ", ")
}

func with(path string, values url.Values) string {
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// stream writes a file of the list: the headers first, then rows as they are
// read. write gets the writer and must not hold rows back.
func (p *pages) stream(a *asked, format, contentType string, write func(w io.Writer, x reports.Extract) error) error {
	limit := maxRows(format)
	x, err := p.Reports.Extract(a.ctx, a.filter, a.before, limit)
	if err != nil {
		return err
	}
	h := a.c.Response().Header()
	kit.Public(a.c, keepPublic)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	for _, name := range []string{"Accept-Encoding", "Accept-Language", "Cookie"} {
		h.Add("Vary", name)
	}
	links := []string{fmt.Sprintf(`<%s>; rel="license"`, a.loc.T("feed.licence.url"))}
	if x.Next != nil {
		next := url.Values{"before": {x.Next.String()}}
		for k, v := range a.c.QueryParams() {
			if k != "before" {
				next[k] = v
			}
		}
		links = append(links, fmt.Sprintf(`<%s>; rel="next"`, p.url(with("/reports."+format, next))))
	}
	h["Link"] = links
	tag := etag(format, a.loc.Lang(), a.c.QueryString(), x)
	h.Set("ETag", tag)
	if !x.Changed.IsZero() {
		h.Set("Last-Modified", x.Changed.UTC().Format(http.TimeFormat))
	}
	if unchanged(a.c.Request(), tag) {
		return a.c.NoContent(http.StatusNotModified)
	}
	h.Set("Content-Type", contentType)
	var out io.Writer = a.c.Response()
	var packed *gzip.Writer
	if strings.Contains(a.c.Request().Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		packed = gzip.NewWriter(out)
		out = packed
	}
	a.c.Response().WriteHeader(http.StatusOK)
	if a.c.Request().Method == http.MethodHead {
		return nil
	}
	err = write(out, x)
	if err == nil && packed != nil {
		err = packed.Close()
	}
	if err != nil { // half a file must not look like a whole one: the connection is cut
		panic(http.ErrAbortHandler)
	}
	return nil
}

// form of the files: another one makes another ETag.
const form = "1"

func etag(format, lang, query string, x reports.Extract) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%d|%s|%v", form, format, lang, query, x.N, x.Print, x.Next))
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// unchanged tells whether the one who asks has the same already. A date is not
// enough: what was hidden since leaves the newest change as it was.
func unchanged(r *http.Request, tag string) bool {
	for t := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		if t = strings.TrimSpace(t); t == "*" || t == tag {
			return true
		}
	}
	return false
}

// instant is a point in time as files say it.
func instant(at time.Time) string { return at.UTC().Format(time.RFC3339) }
