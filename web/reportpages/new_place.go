package reportpages

import (
	"cmp"
	"maps"
	"net/url"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
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
	one := func(name string) string { return kit.Shorten(clean(in.Get(name), false), 200) }
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

func (p *newPages) hits(v *visit, query string) ([]geo.Address, error) {
	if query == "" {
		return nil, nil
	}
	near := v.form.point()
	at := &near
	if !v.form.placed() {
		at = nil
		if c := p.Centre.View(v.ctx()).Point; c != (subject.Point{}) {
			at = &c
		}
	}
	return p.Geo.SearchAddress(v.ctx(), query, at, 8)
}
