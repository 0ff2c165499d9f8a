package kit

import (
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

const (
	languageCookie = "lang"
	themeCookie    = "theme"
	choiceLives    = 365 * 24 * time.Hour
)

// chooseLanguage takes ?lang=, then the cookie, then what the browser accepts,
// then German. ?lang= is remembered.
func (r *Router) chooseLanguage(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		s := of(c)
		asked := r.known(c.QueryParam("lang"))
		if asked != "" && asked != r.cookie(c, languageCookie) {
			r.setCookie(c, languageCookie, asked, choiceLives)
		}
		s.lang = r.cfg.Catalogue.Match(asked, r.known(r.cookie(c, languageCookie)), c.Request().Header.Get("Accept-Language"))
		s.loc = r.cfg.Catalogue.For(s.lang)
		return next(c)
	}
}

// known is lang if pages can be read in it, else "".
func (r *Router) known(lang string) string {
	l, _ := r.cfg.Catalogue.Language(lang)
	return l.Tag
}

// Loc speaks the language of the request.
func Loc(c echo.Context) *i18n.Localizer { return of(c).loc }

// alternates are the same page in the other languages.
func (r *Router) alternates(current, path string, query url.Values) []Alternate {
	var out []Alternate
	for _, l := range r.cfg.Catalogue.Languages() {
		if l.Tag == current {
			continue
		}
		q := url.Values{}
		maps.Copy(q, query)
		q.Set("lang", l.Tag)
		out = append(out, Alternate{Lang: l.Tag, Name: l.Name, Dir: l.Dir, URL: (&url.URL{Path: path, RawQuery: q.Encode()}).String()})
	}
	return out
}

// Theme is the look that somebody chose: "light", "dark", or "" for the system's.
func Theme(c echo.Context) string {
	switch t := of(c).router.cookie(c, themeCookie); t {
	case "light", "dark":
		return t
	}
	return ""
}

// SetTheme remembers a look; anything but "light" and "dark" is the system's.
func SetTheme(c echo.Context, theme string) {
	r := of(c).router
	if theme != "light" && theme != "dark" {
		r.dropCookie(c, themeCookie)
		return
	}
	r.setCookie(c, themeCookie, theme, choiceLives)
}

// cookieName has the __Host- prefix wherever a browser accepts it: a cookie that
// only we can have set.
func (r *Router) cookieName(name string) string {
	full := "mitwirk"
	if name != "" {
		full += "-" + name
	}
	if r.secure {
		return "__Host-" + full
	}
	return full
}

func (r *Router) cookie(c echo.Context, name string) string {
	k, err := c.Cookie(r.cookieName(name))
	if err != nil {
		return ""
	}
	return k.Value
}

func (r *Router) setCookie(c echo.Context, name, value string, lives time.Duration) {
	c.SetCookie(&http.Cookie{
		Name:     r.cookieName(name),
		Value:    value,
		Path:     "/",
		MaxAge:   int(lives.Seconds()),
		Secure:   r.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

func (r *Router) dropCookie(c echo.Context, name string) {
	if r.cookie(c, name) != "" {
		r.setCookie(c, name, "", -time.Second)
	}
}
