package discusspages

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	feedType = "application/atom+xml"
	feedSize = 50
)

// feed is the newest public comments on a thing that everybody may read, as Atom.
func (p *Pages) feed(c kit.Context) error {
	ref, err := refOf(c)
	if err != nil {
		return err
	}
	if err := kit.Limit(c, accounts.RuleFile); err != nil {
		return err
	}
	about, page, err := p.Discussion.List(c.Request().Context(), accounts.Actor{}, ref, discussion.Filter{Limit: feedSize})
	if err != nil {
		return err
	}
	if !about.Public {
		return fault.Missing("feed")
	}
	loc := kit.Loc(c)
	self := p.url(Path(ref) + "/feed.atom")
	f := feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Id: self, Title: xmlText(loc.T("discussion.page", "title", about.Title)),
		Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: "Mitwirk", Uri: p.url("/")}},
		Link:   &feeds.AtomLink{Href: p.url(about.Path), Rel: "alternate", Type: "text/html"},
	}
	updated := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range page.List {
		one := &page.List[i]
		if one.Visibility != discussion.VisPublic {
			continue
		}
		if one.CreatedAt.After(updated) {
			updated = one.CreatedAt
		}
		v := View{Page: kit.Page{Loc: loc}}
		f.Entries = append(f.Entries, &feeds.AtomEntry{
			Id: p.url(one.Path()), Title: xmlText(v.who(one)), Updated: one.CreatedAt.UTC().Format(time.RFC3339),
			Links:   []feeds.AtomLink{{Href: p.url(one.Path()), Rel: "alternate", Type: "text/html"}},
			Summary: &feeds.AtomSummary{Type: "text", Content: xmlText(one.Text)},
		})
	}
	f.Updated = updated.Format(time.RFC3339)
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(&f); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	kit.Public(c, keepPublic)
	return kit.Send(c, http.StatusOK, feedType+"; charset=utf-8", b.Bytes())
}

// xmlText leaves out what XML 1.0 can't hold.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, s)
}
