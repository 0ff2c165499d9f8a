package noticepages

import (
	"bytes"
	"context"
	"encoding/xml"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// feedEntries is how many reports a feed holds, keepFeed how long anybody may keep
// it: what was hidden must be gone soon.
const (
	feedEntries = 50
	keepFeed    = 2 * time.Second
)

// atom is a feed by RFC 4287.
type atom struct {
	XMLName xml.Name    `xml:"feed"`
	Xmlns   string      `xml:"xmlns,attr"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
}

// feed is an area or a search that is followed as a feed: what is public only. Whoever has the
// address may read it; it can't be guessed and says nothing of its owner.
func (p *pages) feed(c kit.Context) error {
	id, err := parseID(c.Param("id"))
	if err != nil {
		return err
	}
	ctx, loc := c.Request().Context(), kit.Loc(c)
	e, err := p.followed(ctx, loc, id)
	if err != nil {
		return err
	}
	self := p.url("/alerts/" + id.String() + "/feed.atom")
	out := atom{
		Xmlns: "http://www.w3.org/2005/Atom", Lang: loc.HTMLLang(), ID: self, Title: e.title, Updated: stamp(e.at), Author: "Mitwirk",
		Links: []atomLink{{"self", self}, {"alternate", p.url(e.page)}},
	}
	for i, k := range e.cards {
		if i == 0 {
			out.Updated = stamp(k.At)
		}
		url := p.url(k.Path)
		out.Entries = append(out.Entries, atomEntry{ID: url, Title: k.Title, Updated: stamp(k.At), Link: atomLink{"alternate", url}})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(out); err != nil {
		return err
	}
	kit.Public(c, keepFeed)
	return kit.Send(c, http.StatusOK, "application/atom+xml; charset=utf-8", b.Bytes())
}

// followedFeed is what a feed is made of.
type followedFeed struct {
	title, page string
	at          time.Time
	cards       []subject.Card
}

// followed reads an area or a search that is followed. fault.NotFound for anything else.
func (p *pages) followed(ctx context.Context, loc *i18n.Localizer, id uuid.UUID) (f followedFeed, err error) {
	a, err := follows.AreaByID(ctx, p.DB, id)
	if fault.Is(err, fault.NotFound) {
		s, err := follows.SearchByID(ctx, p.DB, id)
		if err != nil {
			return f, err
		}
		f.at, f.page = s.At, searchURL(s.Saved)
		if f.title, err = p.describeSearch(ctx, loc, s.Saved); err != nil {
			return f, err
		}
		f.cards, err = p.Find(ctx, s.Saved, loc.Lang(), feedEntries)
		return f, err
	}
	if err != nil {
		return f, err
	}
	f.at, f.page = a.At, "/reports"
	if f.title, err = p.describe(ctx, loc, a); err != nil {
		return f, err
	}
	f.cards, err = p.Feed(ctx, id, loc.Lang(), feedEntries)
	return f, err
}
