package feedpages

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// atomFeed is a feed by RFC 4287 with the places of GeoRSS. The library's own
// has room for one link and no place.
type atomFeed struct {
	XMLName  xml.Name          `xml:"feed"`
	Xmlns    string            `xml:"xmlns,attr"`
	GeoRSS   string            `xml:"xmlns:georss,attr"`
	Lang     string            `xml:"xml:lang,attr"`
	ID       string            `xml:"id"`
	Title    string            `xml:"title"`
	Subtitle string            `xml:"subtitle,omitempty"`
	Updated  string            `xml:"updated"`
	Rights   string            `xml:"rights"`
	Author   *feeds.AtomAuthor `xml:"author"`
	Links    []feeds.AtomLink  `xml:"link"`
	Entries  []atomEntry       `xml:"entry"`
}

type atomEntry struct {
	XMLName   xml.Name           `xml:"entry"`
	ID        string             `xml:"id"`
	Title     string             `xml:"title"`
	Updated   string             `xml:"updated"`
	Published string             `xml:"published"`
	Links     []feeds.AtomLink   `xml:"link"`
	Category  atomCategory       `xml:"category"`
	Summary   *feeds.AtomSummary `xml:"summary"`
	Point     string             `xml:"georss:point"` // latitude, longitude
}

type atomCategory struct {
	XMLName xml.Name `xml:"category"`
	Term    string   `xml:"term,attr"`
	Label   string   `xml:"label,attr"`
}

const atomType = "application/atom+xml"

// atom is /reports.atom: an entry for each report, which is updated with its
// status; the last changes first.
func (p *pages) atom(c kit.Context) error {
	a, err := p.read(c)
	if err != nil {
		return err
	}
	list, err := p.Reports.Recent(a.ctx, kit.Actor(c), a.filter, entries)
	if err != nil {
		return err
	}
	body, err := p.feed(&a, list)
	if err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	if len(list) > 0 {
		c.Response().Header().Set("Last-Modified", list[0].StatusAt.UTC().Format(http.TimeFormat))
	}
	return kit.Send(c, http.StatusOK, atomType+"; charset=utf-8", body)
}

func (p *pages) feed(a *asked, list []reports.Item) ([]byte, error) {
	self, page := p.url(with("/reports.atom", a.values)), p.url(with("/reports", a.values))
	city := p.City(a.ctx, a.loc.Lang()).Name
	title := a.loc.T("feed.title", "city", city)
	if about := a.about(); about != "" {
		title += ": " + about
	}
	f := atomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", GeoRSS: "http://www.georss.org/georss", Lang: a.loc.HTMLLang(),
		ID: self, Title: title, Subtitle: a.loc.T("feed.subtitle"), Rights: a.loc.T("feed.licence"),
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: strings.TrimSpace("Mitwirk " + city), Uri: p.url("/")}},
		Links:  []feeds.AtomLink{{Href: self, Rel: "self", Type: atomType}, {Href: page, Rel: "alternate", Type: "text/html"}, {Href: a.loc.T("feed.licence.url"), Rel: "license"}},
	}
	updated := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC) // an empty feed has not changed yet
	for n := range list {
		i := &list[n]
		if i.StatusAt.After(updated) {
			updated = i.StatusAt
		}
		f.Entries = append(f.Entries, p.entry(a, i))
	}
	f.Updated = instant(updated)
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return b.Bytes(), nil
}

// entry says what the list's row says. Its id is the report's address, which
// does not change.
func (p *pages) entry(a *asked, i *reports.Item) atomEntry {
	number, at := i.Number.Format(subject.PrefixReport), p.url(i.Path())
	said := []string{a.loc.T("feed.status", "status", reports.StatusLabel(a.loc, i.Status, i.Quiet), "date", a.loc.NearDate(i.StatusAt, a.now))}
	if missed(a, i) {
		said = append(said, a.loc.T("list.late"))
	} else if i.Due != nil && i.Status.IsOpen() {
		said = append(said, a.loc.T("feed.target", "date", a.loc.NearDate(*i.Due, a.now)))
	}
	said = append(said, a.loc.T("list.reported", "date", a.loc.NearDate(i.CreatedAt, a.now))+".")
	if i.Address != "" {
		said = append(said, i.Address+".")
	}
	return atomEntry{
		ID: at, Title: clean(i.Title.In(a.loc.Lang())) + " (" + number + ")", Updated: instant(i.StatusAt), Published: instant(i.CreatedAt),
		Links:    []feeds.AtomLink{{Href: at, Rel: "alternate", Type: "text/html"}},
		Category: atomCategory{Term: i.CategoryKey, Label: a.category(i.CategoryKey)},
		Summary:  &feeds.AtomSummary{Type: "text", Content: clean(strings.Join(said, " "))},
		Point:    fmt.Sprintf("%.6f %.6f", i.Point.Lat, i.Point.Lon),
	}
}

// clean leaves out what XML 1.0 can't hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, s)
}
