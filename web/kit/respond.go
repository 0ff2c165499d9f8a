package kit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

const (
	flashCookie = "flash"
	flashLives  = time.Minute
	gzipFrom    = 1400 // bytes: below, one packet carries it anyway
)

// Render writes a page. It sets Cache-Control (unless the handler did), and for
// a GET that went well an ETag, so that an unchanged page costs no bytes.
func Render(c echo.Context, status int, page templ.Component) error {
	var buf bytes.Buffer
	if err := page.Render(c.Request().Context(), &buf); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return send(c, status, "text/html; charset=utf-8", buf.Bytes())
}

// Public says that an answer is the same for everybody who asks in the same
// language, and may be kept for a while by anybody.
func Public(c echo.Context, keep time.Duration) {
	if of(c).actor.Anonymous() && c.Response().Header().Get("Set-Cookie") == "" {
		c.Response().Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(keep.Seconds())))
	}
}

// NoStore says that an answer must not be kept anywhere: codes, links.
func NoStore(c echo.Context) { c.Response().Header().Set("Cache-Control", "no-store") }

// Send writes any body as Render does: with an ETag, compressed where it helps.
func Send(c echo.Context, status int, contentType string, body []byte) error {
	return send(c, status, contentType, body)
}

func send(c echo.Context, status int, contentType string, body []byte) error {
	h := c.Response().Header()
	h.Add("Vary", "Accept-Encoding")
	h.Add("Vary", "Accept-Language")
	h.Add("Vary", "Cookie")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	keep := h.Get("Cache-Control") != "no-store"
	if keep && status == http.StatusOK && c.Request().Method != http.MethodPost {
		sum := sha256.Sum256(body)
		tag := `W/"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
		h.Set("ETag", tag)
		if matches(c.Request().Header.Get("If-None-Match"), tag) {
			return c.NoContent(http.StatusNotModified)
		}
	}
	// What must not be stored may hold a secret, and its length must not tell about it.
	if keep && len(body) >= gzipFrom && strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		var buf bytes.Buffer
		z, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
		if err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		if _, err := z.Write(body); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		if err := z.Close(); err != nil {
			return fmt.Errorf("compress: %w", err)
		}
		h.Set("Content-Encoding", "gzip")
		body = buf.Bytes()
	}
	return c.Blob(status, contentType, body)
}

func matches(header, tag string) bool {
	for t := range strings.SplitSeq(header, ",") {
		if strings.TrimSpace(t) == tag {
			return true
		}
	}
	return false
}

// Redirect answers 303 to a path of our own; anything else leads to "/".
func Redirect(c echo.Context, path string) error {
	own, ok := OwnPath(path)
	if !ok {
		own = "/"
	}
	return c.Redirect(http.StatusSeeOther, own)
}

// OwnPath tells whether a text is a path of ours, with or without query and
// fragment, and gives it in the form in which it is safe to send.
func OwnPath(text string) (string, bool) {
	if len(text) == 0 || len(text) > 2000 || text[0] != '/' || strings.HasPrefix(text, "//") {
		return "", false
	}
	for _, r := range text {
		if r <= ' ' || r == '\\' || r == 0x7f || r > 0xffff {
			return "", false
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	if strings.Contains(u.Path, "//") || strings.ContainsAny(u.Path, "\\\r\n\t\x00") {
		return "", false
	}
	for seg := range strings.SplitSeq(u.Path, "/") {
		if seg == "." || seg == ".." {
			return "", false
		}
	}
	return u.String(), true
}

// Flash says something on the page that follows a redirect: a kind of
// FlashMessage and a message key with parameters (name, value …).
func Flash(c echo.Context, kind, key string, params ...any) {
	said := flash{Kind: kind, Key: key, Params: map[string]any{}}
	for i := 0; i+1 < len(params); i += 2 {
		said.Params[fmt.Sprint(params[i])] = params[i+1]
	}
	raw, err := json.Marshal(said)
	if err != nil {
		return // a parameter that can't be written: the message is a courtesy
	}
	of(c).router.setCookie(c, flashCookie, base64.RawURLEncoding.EncodeToString(raw), flashLives)
}

type flash struct {
	Kind   string         `json:"k"`
	Key    string         `json:"m"`
	Params map[string]any `json:"p,omitempty"`
}

// takeFlash gives what is to be said, once. It comes from a cookie: a kind or
// key that is none of ours is not shown.
func takeFlash(c echo.Context) *FlashMessage {
	s := of(c)
	raw, err := base64.RawURLEncoding.DecodeString(s.router.cookie(c, flashCookie))
	if err != nil || len(raw) == 0 {
		return nil
	}
	s.router.dropCookie(c, flashCookie)
	var said flash
	if err := json.Unmarshal(raw, &said); err != nil {
		return nil
	}
	switch said.Kind {
	case "success", "info", "warning", "danger":
	default:
		return nil
	}
	if n, ok := said.Params["n"].(float64); ok {
		said.Params["n"] = int(n)
	}
	text := s.loc.TMap(said.Key, said.Params)
	if text == said.Key {
		return nil
	}
	return &FlashMessage{Kind: said.Kind, Text: text}
}

// WantsJSON tells whether the answer should be JSON: the API, and scripts that
// ask for it and not for a page.
func WantsJSON(c echo.Context) bool {
	if strings.HasPrefix(c.Request().URL.Path, "/api/") {
		return true
	}
	accept := c.Request().Header.Get("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// NewPage fills what the layout needs; the title is a message of the catalogue
// with parameters (name, value …), or "" for none.
func NewPage(c echo.Context, titleKey string, params ...any) Page {
	p := bare(c)
	if titleKey != "" {
		p.Title = p.T(titleKey, params...)
	}
	p.Path = c.Request().URL.Path
	p.Alternates = of(c).router.alternates(p.Lang, p.Path, c.QueryParams())
	p.Flash = takeFlash(c)
	return p
}

// bare is a page that says nothing about its address.
func bare(c echo.Context) Page {
	st := of(c)
	dir := st.loc.Language().Dir
	if dir != "rtl" {
		dir = ""
	}
	return Page{
		Lang:       st.loc.HTMLLang(),
		Dir:        dir,
		Loc:        st.loc,
		Path:       "/",
		Actor:      Actor(c),
		City:       st.router.city(c.Request().Context(), st.lang),
		Alternates: st.router.alternates(st.lang, "/", nil),
		Notices:    st.router.notices(c.Request().Context(), st.loc),
		Theme:      Theme(c),
		SignedIn:   SignedIn(c),
		Unread:     unread(c),
	}
}

// Secret keeps a page with a token to itself, and its address, too.
func Secret(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		NoStore(c)
		c.Response().Header().Set("Referrer-Policy", "no-referrer")
		return next(c)
	}
}
