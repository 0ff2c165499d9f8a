package radarpages

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/feeds"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/web/kit"
)

// file is the programme as a table or JSON: what an import takes back.
func (p *pages) file(format radar.Format) func(kit.Context) error {
	types := map[radar.Format]string{
		radar.CSV: "text/csv; charset=utf-8", radar.JSON: "application/json; charset=utf-8",
		radar.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	}
	return func(c kit.Context) error {
		if err := kit.Limit(c, accounts.RuleFile); err != nil {
			return err
		}
		ctx, q := c.Request().Context(), readAsk(c)
		prog, err := p.Radar.Programme(ctx, kit.Actor(c), q.Programme)
		if err != nil {
			return err
		}
		list, err := p.Radar.Export(ctx, prog, radar.Day(q.At))
		if err != nil {
			return err
		}
		body, err := radar.WriteFile(format, prog, list)
		if err != nil {
			return err
		}
		kit.Public(c, time.Minute)
		attach(c, prog, q, string(format))
		return kit.Send(c, http.StatusOK, types[format], body)
	}
}

func attach(c kit.Context, p *radar.Programme, q ask, ending string) {
	name := p.Slug
	if q.At != "" {
		name += "-" + q.At
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+"."+ending+`"`)
}

// svg is the chart as a picture that stands alone.
func (p *pages) svg(c kit.Context) error {
	return p.picture(c, "svg", "image/svg+xml", func(ch *chart.Chart) ([]byte, error) { return ch.SVG(chart.ByValue), nil })
}

// png is the same picture for programs that know no SVG.
func (p *pages) png(c kit.Context) error {
	return p.picture(c, "png", "image/png", (*chart.Chart).PNG)
}

func (p *pages) picture(c kit.Context, ending, contentType string, draw func(*chart.Chart) ([]byte, error)) error {
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return err
	}
	q := readAsk(c)
	page := kit.NewPage(c, "")
	s, err := p.state(c, page, q)
	if err != nil {
		return err
	}
	body, err := draw(p.chart(page, s, q))
	if err != nil {
		return err
	}
	kit.Public(c, time.Minute)
	attach(c, s.p, q, ending)
	return kit.Send(c, http.StatusOK, contentType, body)
}

// feedLength is how many measures the feed has.
const feedLength = 40

// feed is the latest changes as Atom.
func (p *pages) feed(c kit.Context) error {
	ctx, q := c.Request().Context(), readAsk(c)
	page := kit.NewPage(c, "")
	prog, err := p.Radar.Programme(ctx, kit.Actor(c), q.Programme)
	if err != nil {
		return err
	}
	list, err := p.Radar.Latest(ctx, prog, feedLength)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(p.BaseURL, "/")
	f := &feeds.Feed{
		Title: prog.Name.In(page.Lang), Link: &feeds.Link{Href: base + "/radar?p=" + prog.Slug}, Id: base + "/radar.atom?p=" + prog.Slug,
		Description: prog.Intro.In(page.Lang), Updated: prog.Changed,
	}
	for i := range list {
		m := &list[i]
		t := m.Content.In(page.Lang)
		key := "radar.feed.changed"
		if m.Version == 1 {
			key = "radar.feed.new"
		}
		plain, late, reason := sentences(page, &m.Content, progressOf(&m.Content), m.Content.Estimate != nil, radar.Day(m.Changed.In(p.Zone).Format(time.DateOnly)))
		words := append([]string{page.T("radar.status."+string(m.Content.Status)) + "."}, plain...)
		f.Items = append(f.Items, &feeds.Item{
			Title: page.T(key, "title", t.Title), Link: &feeds.Link{Href: base + m.Path()}, Id: fmt.Sprintf("%s%s#%d", base, m.Path(), m.Version),
			Updated: m.Changed, Created: m.Changed, Description: strings.TrimSpace(strings.Join(append(words, late, reason), " ")),
		})
	}
	atom, err := f.ToAtom()
	if err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	kit.Public(c, time.Minute)
	return kit.Send(c, http.StatusOK, "application/atom+xml; charset=utf-8", []byte(atom))
}

func progressOf(c *radar.Content) int {
	n, _, _ := c.Progress()
	return n
}

// calendar is what is due and was reached as iCalendar (RFC 5545).
func (p *pages) calendar(c kit.Context) error {
	ctx, q := c.Request().Context(), readAsk(c)
	page := kit.NewPage(c, "")
	prog, err := p.Radar.Programme(ctx, kit.Actor(c), q.Programme)
	if err != nil {
		return err
	}
	st, err := p.Radar.Now(ctx, prog)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(p.BaseURL, "/")
	var out bytes.Buffer
	line := func(name, value string) { fold(&out, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Mitwirk//Radar//DE")
	line("X-WR-CALNAME", icalText(prog.Name.In(page.Lang)))
	results := map[uuid.UUID]int{}
	for _, m := range p.Radar.Milestones(st) {
		part := "end" // names the day among those of its measure, whatever becomes of other measures
		if m.Title != nil {
			results[m.Measure.ID]++
			part = strconv.Itoa(results[m.Measure.ID])
		}
		title := m.Measure.Content.In(page.Lang).Title
		words := page.T("radar.cal.end", "title", title)
		if m.Title != nil {
			words = page.T("radar.cal.result", "title", title, "result", m.Title.In(page.Lang))
		}
		line("BEGIN", "VEVENT")
		line("UID", fmt.Sprintf("%s-%s@%s", m.Measure.PublicNumber(), part, strings.TrimPrefix(strings.TrimPrefix(base, "https://"), "http://")))
		line("DTSTAMP", now.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", m.On.Format("20060102"))
		line("SUMMARY", icalText(words))
		line("URL", base+m.Measure.Path())
		line("TRANSP", "TRANSPARENT")
		if m.Done {
			line("STATUS", "CONFIRMED")
		} else {
			line("STATUS", "TENTATIVE")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	kit.Public(c, time.Minute)
	attach(c, prog, ask{}, "ics") // the programme of now, whatever day the address names
	return kit.Send(c, http.StatusOK, "text/calendar; charset=utf-8", out.Bytes())
}

// icalText escapes a text (RFC 5545, 3.3.11).
func icalText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r", "", "\n", `\n`).Replace(s)
}

// fold writes a line of at most 75 bytes, and goes on with a space (3.1).
func fold(out *bytes.Buffer, s string) {
	n := 0
	for _, r := range s {
		size := len(string(r))
		if n+size > 75 {
			out.WriteString("\r\n ")
			n = 1
		}
		out.WriteRune(r)
		n += size
	}
	out.WriteString("\r\n")
}
