package reportpages

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

func hitValue(a geo.Address) string { return kit.Degrees(a.Point.Lon) + "," + kit.Degrees(a.Point.Lat) }

func (p *newPages) placeView(v *visit, f frame) (templ.Component, error) {
	view := placeView{
		frame: f, Query: cmp.Or(v.form.Typed, v.form.Query), Asked: v.form.Query, Lon: v.form.Lon, Lat: v.form.Lat, Set: v.form.placed(), Metres: v.form.Accuracy,
		Note: v.form.Note, NoteMust: v.form.District != "", District: v.form.District, Category: v.form.Category,
	}
	if !view.Set {
		opens := p.Centre.View(v.ctx())
		view.Lon, view.Lat, view.Zoom = opens.Point.Lon, opens.Point.Lat, opens.Zoom
	}
	// a place that was found is no longer searched for
	if view.Searched = v.form.Query != "" && !v.settled(); view.Searched {
		found, err := p.hits(v, v.form.Query)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			h := hit{Value: hitValue(a), Label: a.Label()}
			if a.District.Name != "" {
				h.Sub = v.loc.T("wizard.place.district", "ref", a.District.Ref, "name", a.District.Name)
			}
			h.On = len(found) == 1 || v.form.point() == a.Point
			view.Hits = append(view.Hits, h)
		}
	}
	if view.Set {
		place, err := p.Geo.Locate(v.ctx(), v.form.point(), v.form.Category)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
		if err == nil {
			c := chosenPlace(v.loc, place, v.form.Label, v.form.Source)
			view.Chosen = &c
		}
	}
	if v.form.unsure() {
		view.Accuracy = distance(v.loc, float64(v.form.Accuracy))
	}
	var err error
	view.Districts, err = p.districtOptions(v)
	return placePage(view), err
}

// settled tells whether the place is what was looked for: a hit, or a pin that
// script set together with its address.
func (v *visit) settled() bool { return v.form.placed() && v.form.Query == v.form.Belongs }

func (p *newPages) districtOptions(v *visit) ([]kit.Option, error) {
	list, err := p.Geo.Districts(v.ctx())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	options := []kit.Option{{Label: v.loc.T("wizard.place.district.choose"), On: v.form.District == ""}}
	for _, d := range list {
		options = append(options, kit.Option{Value: d.Ref, Label: d.Ref + " " + d.Name, On: d.Ref == v.form.District})
	}
	return options, nil
}

// atAddress is how near in metres a pin has to be to stand at an address.
const atAddress = 20

// chosenPlace says where a pin stands.
func chosenPlace(loc *i18n.Localizer, place geo.Place, label, source string) chosen {
	c := chosen{Title: label}
	if place.DistrictName != "" {
		c.District = loc.T("wizard.place.district", "ref", place.DistrictRef, "name", place.DistrictName)
	}
	switch {
	case source == byDistrict:
		c.Title = loc.T("wizard.place.district.chosen", "name", place.DistrictName)
	case source == byMap && place.Address != nil:
		c.Title = place.Address.Label()
		if geo.Metres(place.Point, place.Address.Point) > atAddress {
			c.Title = loc.T("wizard.place.near_address", "address", c.Title)
		}
	case c.Title == "" && place.Address != nil:
		c.Title = place.Address.Label()
	case c.Title == "":
		c.Title = loc.T("wizard.place.point_only")
	}
	c.Body = bodyOf(loc, place.Responsibility)
	return c
}

// bodyOf says who is in charge where the city is not.
func bodyOf(loc *i18n.Localizer, r *geo.Responsibility) *bodyNote {
	if r == nil {
		return nil
	}
	n := &bodyNote{Key: r.BodyKey, Text: r.Sentence(loc), Anyway: r.Forward != geo.ForwardMail}
	if more := r.Text.In(loc.Lang()); more != "" {
		n.Text += " " + more
	}
	if r.Link != "" {
		n.Link = &linkTo{r.Link, strings.TrimPrefix(strings.TrimPrefix(r.Link, "https://"), "http://")}
	}
	return n
}

// distance is a length in words: "30 m", "1,2 km".
func distance(loc *i18n.Localizer, m float64) string {
	if m >= 1000 {
		return loc.Decimal(m/1000, 1) + "\u00a0km"
	}
	return loc.Int(int(m)) + "\u00a0m"
}

// placeInfo is the fragment that script asks for when the pin moves: the same
// words as on the page.
func (p *newPages) placeInfo(c kit.Context) error {
	kit.NoStore(c)
	in, err := c.FormParams()
	if err != nil {
		return fault.New(fault.BadRequest, "err.400").Because(err)
	}
	at, ok := coordinates(in)
	if !ok {
		return fault.New(fault.BadRequest, "err.400")
	}
	loc := kit.Loc(c)
	place, err := p.Geo.Locate(c.Request().Context(), at, clean(in.Get("category"), false))
	if f := fault.As(err); f != nil {
		if f.Kind != fault.Invalid {
			return err
		}
		return kit.Render(c, http.StatusOK, placeProblem(said(loc, f.Key, f.Params)))
	}
	return kit.Render(c, http.StatusOK, placeNote(kit.NewPage(c, ""), chosenPlace(loc, place, "", byMap)))
}
