package streetpages

import (
	"net/http"
	"net/url"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const (
	similar = 8 // streets that are offered for a name that none has
	busy    = 8 // streets on the first page
)

// found is what a name leads to.
type found struct {
	street *geo.Street  // the one that is meant
	choice []geo.Street // several that may be
	exact  bool         // they all have this name
}

// lookUp finds the street that a name means. Streets that only reports know
// count where the register has none of the name.
func (p *pages) lookUp(c kit.Context, name string) (f found, err error) {
	ctx := c.Request().Context()
	list, err := p.Geo.FindStreets(ctx, name)
	if err != nil {
		return f, err
	}
	switch len(list) {
	case 1:
		return found{street: &list[0]}, nil
	case 0:
	default:
		return found{choice: list, exact: true}, nil
	}
	spelled, err := p.Reports.StreetSpelled(ctx, name)
	if err != nil {
		return f, err
	}
	if spelled != "" {
		return found{street: &geo.Street{Name: spelled}}, nil
	}
	var near *subject.Point
	if p.Centre != nil {
		at := p.Centre(ctx).Point
		near = &at
	}
	f.choice, err = p.Geo.SimilarStreets(ctx, name, near, similar)
	return f, err
}

// street is the one that the path names. done tells that the answer is written:
// another spelling, a choice, or nothing.
func (p *pages) street(c kit.Context, last string) (st *geo.Street, done bool, err error) {
	raw, err := url.PathUnescape(c.Param("street"))
	if err != nil {
		raw = ""
	}
	f, err := p.lookUp(c, raw)
	if err != nil {
		return nil, true, err
	}
	if f.street == nil {
		return nil, true, p.notOne(c, raw, f)
	}
	if f.street.Slug() != raw {
		to := f.street.Path() + last
		if q := c.QueryString(); q != "" {
			to += "?" + q
		}
		return nil, true, kit.Redirect(c, to)
	}
	return f.street, false, nil
}

// findView is the search, with what it found or did not find.
type findView struct {
	kit.Page
	Heading string
	Text    string
	Name    string
	Choice  []link
	Busy    []link
	Letters []letter
	Letter  string // "Straßen mit R"
	Streets []link
}

type link struct{ Name, URL string }

type letter struct {
	Sign, URL string
	On        bool
}

// notOne answers for a name that no street has, or several.
func (p *pages) notOne(c kit.Context, name string, f found) error {
	shown, place := geo.ReadStreet(name)
	if place != "" {
		shown += ", " + place
	}
	key := "street.unknown"
	status := http.StatusNotFound
	if len(f.choice) > 0 {
		key = "street.choose"
	}
	v := findView{Page: kit.NewPage(c, key+".title"), Name: shown}
	v.Heading, v.Text, v.Nav, v.Robots = v.Title, v.T(key+".text", "name", shown), "map", "noindex"
	switch {
	case f.exact:
		status = http.StatusOK
	case len(f.choice) > 0:
		v.Text = v.T("street.choose.similar")
	}
	v.Choice = links(f.choice)
	return kit.Render(c, status, findPage(v))
}

func links(list []geo.Street) []link {
	out := make([]link, len(list))
	for i, s := range list {
		out[i] = link{s.Title(), s.Path()}
	}
	return out
}

// index is /hier: the search, and all streets by their letters.
func (p *pages) index(c kit.Context) error {
	ctx := c.Request().Context()
	if q := c.QueryParam("q"); q != "" {
		name, place := geo.ReadStreet(q)
		if name != "" {
			return kit.Redirect(c, geo.Street{Name: name, Place: place}.Path())
		}
		return p.notOne(c, "", found{})
	}
	v := findView{Page: kit.NewPage(c, "street.index.title")}
	v.Heading, v.Text, v.Nav, v.Canonical = v.Title, v.T("street.index.lead"), "map", p.url("/hier")
	letters, err := p.Geo.StreetLetters(ctx)
	if err != nil {
		return err
	}
	on := c.QueryParam("letter")
	for _, l := range letters {
		v.Letters = append(v.Letters, letter{Sign: l, URL: "/hier?letter=" + url.QueryEscape(l), On: l == on})
		if l != on {
			continue
		}
		streets, err := p.Geo.StreetsOf(ctx, l)
		if err != nil {
			return err
		}
		v.Letter, v.Streets = v.T("street.letter", "letter", l), links(streets)
		v.Title = v.Letter
	}
	if v.Letter == "" {
		names, err := p.Reports.BusyStreets(ctx, busy)
		if err != nil {
			return err
		}
		for _, n := range names {
			st := geo.Street{Name: n}
			v.Busy = append(v.Busy, link{n, st.Path()})
		}
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, findPage(v))
}
