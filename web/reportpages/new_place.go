package reportpages

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// placeAct is what the button of the place page means, see decidePlace.
type placeAct int

const (
	placeNext     placeAct = iota // the place is set: on
	placeSearch                   // look the typed address up
	placePick                     // take one of the hits
	placePoint                    // take the pin that script set
	placeDistrict                 // take the middle of a district
	placeNone                     // nothing there yet
)

// placeInput is what the page sent about the place, and what the draft had.
type placeInput struct {
	do       string
	query    string // as typed now
	asked    string // as it was looked up before, or as the pin that script set has it
	hit      string
	district string
	moved    bool // script set a pin that is not the draft's
	settled  bool // the draft has a place, and it is what was looked up
}

// decidePlace tells what somebody wants: the button they pressed, or, where
// they pressed Enter or went on, what they did last. An address that was typed
// and not looked up yet comes before any pin: nobody is sent to an old place.
func decidePlace(in placeInput) placeAct {
	fresh := in.query != "" && in.query != in.asked
	if in.do == "search" && !fresh && (in.query == "" || in.hit != "" || in.moved || in.settled) {
		in.do = "next" // it is the form's first button: Enter pressed somewhere else
	}
	switch in.do {
	case "search":
		return placeSearch
	case "pick":
		if in.hit != "" {
			return placePick
		}
		return placeNone
	case "district":
		if in.district != "" {
			return placeDistrict
		}
		return placeNone
	}
	switch {
	case fresh:
		return placeSearch
	case in.moved:
		return placePoint
	case in.hit != "":
		return placePick
	case in.settled:
		return placeNext
	case in.district != "":
		return placeDistrict
	}
	return placeNone
}

// readPlace takes over what was typed; the place itself is set by actPlace,
// which can say that it lies outside.
func readPlace(in url.Values, f *form) {
	f.Note = clean(in.Get("note"), false)
	if in.Get("sure") != "" {
		f.Sure = true
	}
}

func (p *newPages) actPlace(v *visit, in url.Values, version int) (result, error) {
	at, moved := coordinates(in)
	query, asked := typedAddress(in)
	what := decidePlace(placeInput{
		do: in.Get("do"), query: query, asked: asked, hit: in.Get("hit"), district: in.Get("district"),
		moved: moved && at != v.form.point(), settled: v.settled(),
	})
	next, res := v.form, result{}
	next.Query, next.Typed = query, ""
	var err error
	switch what {
	case placeSearch:
		res = result{stay: true, anchor: "#treffer"}
	case placePick:
		res, err = p.pick(v, &next, in.Get("hit"))
		res.stay = res.stay && in.Get("do") == "pick" // whoever goes on has chosen, too
	case placeDistrict:
		res, err = p.takeDistrict(v, &next, in.Get("district"))
	case placePoint:
		next.Accuracy = metres(in.Get("accuracy"))
		next.setPlace(at, "", byMap)
		next.Sure, next.Belongs = in.Get("sure") != "", query
	case placeNone:
		name, err := p.placeField(v, in.Get("do"), query)
		if err != nil {
			return result{}, err
		}
		key := "wizard.place.need"
		if name == "hit" {
			key = "wizard.place.hit.need"
		}
		res.wrong.Add(name, key)
	default:
	}
	if err != nil {
		return result{}, err
	}
	if err := p.settle(v, &next); err != nil {
		if outside := fault.As(err); outside.Key == "err.outside" {
			keep := v.form // what was typed stays, only the pin does not
			keep.Query, keep.Note = query, next.Note
			if err := p.keep(v, version, keep); err != nil {
				return result{}, err
			}
			wrong, err := p.outside(v, next.point(), outside)
			return result{wrong: wrong}, err
		}
		return result{}, err
	}
	if err := p.keep(v, version, next); err != nil {
		return result{}, err
	}
	if res.stay || len(res.wrong) > 0 {
		return res, nil
	}
	return p.placeDone(v, in)
}

// outside says that a place is not the city's, and whose it is if we know.
func (p *newPages) outside(v *visit, at subject.Point, why *fault.Error) (fault.Fields, error) {
	params := maps.Clone(why.Params)
	r, ok, err := p.Geo.Responsible(v.ctx(), at, "")
	if err != nil {
		return nil, err
	}
	if ok {
		params["body"] = cmp.Or(r.Phrase.In(v.loc.Lang()), r.Name.In(v.loc.Lang()))
	}
	return fault.Fields{{Name: "address", Key: why.Key, Params: params}}, nil
}

// typedAddress is what stands in the address field, and the address that the
// page knew of before: the one last looked up, or that of the pin.
func typedAddress(in url.Values) (typed, asked string) {
	one := func(name string) string { return shorten(clean(in.Get(name), false), 200) }
	return one("address"), one("address_of")
}

// savePlace keeps the pin and the words that script saves while people look for
// the place. A pin outside is not kept: the page says so when it is sent.
func (p *newPages) savePlace(v *visit, in url.Values, version int) error {
	next := v.form
	query, asked := typedAddress(in)
	next.Typed = query
	if at, ok := coordinates(in); ok && at != v.form.point() {
		next.Accuracy = metres(in.Get("accuracy"))
		next.setPlace(at, "", byMap)
		next.Query, next.Belongs = asked, asked
		next.Sure = in.Get("sure") != ""
	}
	if err := p.settle(v, &next); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		next = v.form
		next.Typed = query
	}
	return p.keep(v, version, next)
}

// placeField is the entry to which a missing place leads: the hits, where there are some.
func (p *newPages) placeField(v *visit, do, query string) (string, error) {
	if do == "district" {
		return "district", nil
	}
	hits, err := p.hits(v, query)
	if err != nil || len(hits) == 0 {
		return "address", err
	}
	return "hit", nil
}

// settle names the pin: its nearest address, from our own register.
func (p *newPages) settle(v *visit, f *form) error {
	if !f.placed() || f.point() == v.form.point() && f.Label == v.form.Label && f.Source == v.form.Source {
		return nil
	}
	place, err := p.Geo.Locate(v.ctx(), f.point(), f.Category)
	if err != nil {
		return err
	}
	if f.Source == byMap {
		f.Label = ""
		if place.Address != nil {
			f.Label = place.Address.Label()
		}
	}
	return nil
}

// placeDone goes on unless something about the place has to be said or asked first.
func (p *newPages) placeDone(v *visit, in url.Values) (result, error) {
	var res result
	if v.form.District != "" && blank(v.form.Note) {
		res.wrong.Add("note", "wizard.place.note.need")
	}
	tooLong(&res.wrong, "note", "wizard.place.long", v.form.Note, reports.MaxNote)
	if v.form.unsure() {
		res.wrong.Add("sure", "wizard.place.accuracy.need")
	}
	if len(res.wrong) > 0 {
		return res, nil
	}
	r, ok, err := p.Geo.Responsible(v.ctx(), v.form.point(), v.form.Category)
	if err != nil {
		return res, err
	}
	if ok && in.Get("told") != r.BodyKey { // the page has not said it yet
		return result{stay: true, anchor: "#zustaendig"}, nil
	}
	return res, nil
}

// pick takes one of the addresses that the search finds for what was typed. The
// choice is matched against our own register: its words become public.
func (p *newPages) pick(v *visit, f *form, value string) (result, error) {
	hits, err := p.hits(v, v.form.Query)
	if err != nil {
		return result{}, err
	}
	for _, a := range hits {
		if hitValue(a) == value {
			f.setPlace(a.Point, a.Label(), byAddress)
			f.Query, f.Belongs = f.Label, f.Label
			return result{stay: true, anchor: "#ort"}, nil
		}
	}
	var res result
	res.wrong.Add("hit", "wizard.place.hit.need")
	return res, nil
}

func (p *newPages) takeDistrict(v *visit, f *form, ref string) (result, error) {
	label, ok, err := p.Geo.DistrictByRef(v.ctx(), ref)
	if err != nil {
		return result{}, err
	}
	var at subject.Point
	if ok {
		if at, ok, err = p.middle(v.ctx(), label.Ref); err != nil {
			return result{}, err
		}
	}
	if !ok {
		var res result
		res.wrong.Add("district", "wizard.place.need")
		return res, nil
	}
	f.setPlace(at, "", byDistrict)
	f.District, f.Query, f.Belongs = label.Ref, "", ""
	return result{stay: true, anchor: "#ort"}, nil
}

func (p *newPages) hits(v *visit, query string) ([]geo.Address, error) {
	if query == "" {
		return nil, nil
	}
	near := v.form.point()
	at := &near
	if !v.form.placed() {
		at = nil
		if p.Centre != (subject.Point{}) {
			at = &p.Centre
		}
	}
	return p.Geo.SearchAddress(v.ctx(), query, at, 8)
}

func hitValue(a geo.Address) string { return degrees(a.Point.Lon) + "," + degrees(a.Point.Lat) }

func (p *newPages) placeView(v *visit, f frame) (templ.Component, error) {
	view := placeView{
		frame: f, Query: cmp.Or(v.form.Typed, v.form.Query), Asked: v.form.Query, Lon: v.form.Lon, Lat: v.form.Lat, Set: v.form.placed(), Metres: v.form.Accuracy,
		Note: v.form.Note, NoteMust: v.form.District != "", District: v.form.District, Category: v.form.Category,
	}
	if !view.Set {
		view.Lon, view.Lat = p.Centre.Lon, p.Centre.Lat
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

// shapes is what we read of the districts' GeoJSON.
type shapes struct {
	Features []struct {
		Properties struct {
			Ref string `json:"ref"`
		} `json:"properties"`
		Geometry struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	} `json:"features"`
}

// middle is a place well inside a district: the mean of its outline where that
// lies in it, else the nearest such point of a grid.
func (p *newPages) middle(ctx context.Context, ref string) (subject.Point, bool, error) {
	raw, err := p.Geo.DistrictsJSON(ctx)
	if err != nil {
		return subject.Point{}, false, err
	}
	var s shapes
	if err := json.Unmarshal(raw, &s); err != nil {
		return subject.Point{}, false, fmt.Errorf("read districts: %w", err)
	}
	var box subject.BBox
	for _, f := range s.Features {
		if f.Properties.Ref == ref {
			box, err = boxOf(f.Geometry.Type, f.Geometry.Coordinates)
		}
	}
	if err != nil || box == (subject.BBox{}) {
		return subject.Point{}, false, err
	}
	const steps = 12 // a grid of 25 by 25, the middle first
	for ring := range steps + 1 {
		for i := -ring; i <= ring; i++ {
			for j := -ring; j <= ring; j++ {
				if max(abs(i), abs(j)) != ring {
					continue
				}
				at := subject.Point{
					Lon: round((box.West+box.East)/2 + float64(i)*(box.East-box.West)/(2*steps+2)),
					Lat: round((box.South+box.North)/2 + float64(j)*(box.North-box.South)/(2*steps+2)),
				}
				if l, ok, err := p.Geo.District(ctx, at); err != nil || ok && l.Ref == ref {
					return at, err == nil, err
				}
			}
		}
	}
	return subject.Point{}, false, nil
}

func abs(n int) int { return max(n, -n) }

// boxOf is the box around a Polygon or MultiPolygon.
func boxOf(kind string, raw json.RawMessage) (subject.BBox, error) {
	var polygons [][][][2]float64
	var err error
	if kind == "Polygon" {
		var one [][][2]float64
		err = json.Unmarshal(raw, &one)
		polygons = append(polygons, one)
	} else {
		err = json.Unmarshal(raw, &polygons)
	}
	if err != nil {
		return subject.BBox{}, fmt.Errorf("read districts: %w", err)
	}
	box := subject.BBox{West: 180, South: 90, East: -180, North: -90}
	for _, rings := range polygons {
		for _, ring := range rings {
			for _, c := range ring {
				box.West, box.East = min(box.West, c[0]), max(box.East, c[0])
				box.South, box.North = min(box.South, c[1]), max(box.North, c[1])
			}
		}
	}
	return box, nil
}
