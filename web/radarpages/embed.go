package radarpages

import (
	"html"
	"net/http"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

type embedView struct {
	radarView

	Code  string
	Home  string
	Table bool
}

// embedCSP lets every site show the chart, which loads nothing but our own
// stylesheet, runs no script and sets no cookie.
const embedCSP = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *"

// embed shows how other sites take the chart over; with frame=chart or
// frame=table it is what they show.
func (p *pages) embed(c kit.Context) error {
	q := readAsk(c)
	v := embedView{radarView: radarView{Page: kit.NewPage(c, "radar.embed.title"), Q: q}}
	v.Nav = "radar"
	kit.Public(c, time.Minute)
	s, err := p.state(c, v.Page, q)
	if err != nil {
		return err
	}
	title := v.Title
	if err := p.fill(c, &v.radarView, s); err != nil {
		return err
	}
	base := strings.TrimSuffix(p.BaseURL, "/")
	v.Home = base + "/radar?p=" + s.p.Slug
	frame := c.QueryParam("frame")
	if frame != "chart" && frame != "table" {
		v.Title = title
		v.Code = `<iframe src="` + base + "/radar/embed?frame=chart&amp;p=" + s.p.Slug + `" title="` + html.EscapeString(s.p.Name.In(v.Lang)) + `" width="800" height="860" loading="lazy" referrerpolicy="no-referrer"></iframe>`
		return kit.Render(c, http.StatusOK, embedPage(v))
	}
	v.Table = frame == "table"
	// links of a frame lead out of it, to the city's page
	svg := strings.ReplaceAll(string(p.chart(v.Page, s, q).SVG(chart.ByClass)), `<a href="/`, `<a target="_blank" href="/`)
	v.SVG = strings.Replace(svg, ` aria-hidden="true" focusable="false" data-radar`, "", 1)
	h := c.Response().Header()
	h.Set("Content-Security-Policy", embedCSP)
	h.Set("Referrer-Policy", "no-referrer")
	h.Del("Cross-Origin-Opener-Policy")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return kit.Render(c, http.StatusOK, embedFrame(v))
}
