package reportpages

import (
	"net/http"
	"net/url"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// A photo may say where it was taken. That is offered as the place, once, to
// whoever sent the photo. Until they agree it is in no draft, no log and no
// address: with script it does not even leave the device, without script it
// travels back in the page that asks.

// fromPhoto names the entry that says: this place comes from a photo, and the
// person has agreed.
const fromPhoto = "gps"

// onOrOffer leads on, or asks about the place of a photo first.
func (p *newPages) onOrOffer(v *visit, next string) error {
	if v.taken == nil || v.form.placed() {
		return kit.Redirect(v.c, next)
	}
	at := subject.Point{Lon: round(v.taken.Lon), Lat: round(v.taken.Lat)}
	place, err := p.Geo.Locate(v.ctx(), at, v.form.Category)
	if fault.Is(err, fault.Invalid) { // not in the city: nothing to offer
		kit.Flash(v.c, "info", "device.gps.outside", "city", kit.NewPage(v.c, "").City.Name)
		return kit.Redirect(v.c, next)
	}
	if err != nil {
		return err
	}
	page := kit.NewPage(v.c, "device.gps.title")
	page.Nav, page.Robots = "report", "noindex"
	view := photoPlaceView{
		Page: page, Action: v.path(stepWhat), Draft: v.draft.ID.String(), Version: v.draft.Version, Lon: at.Lon, Lat: at.Lat, Next: next,
	}
	where := chosenPlace(v.loc, place, "", byMap)
	view.Place = where.Title
	if where.District != "" {
		view.Place += ", " + where.District
	}
	kit.NoStore(v.c)
	return kit.Render(v.c, http.StatusOK, photoPlacePage(view))
}

// takePhotoPlace sets the place that a person took over from a photo. It
// returns what to say about it: place, or outside, where it is not the city's.
func (p *newPages) takePhotoPlace(v *visit, in url.Values, version int) (map[string]any, error) {
	at, ok := coordinates(in)
	if in.Get(fromPhoto) == "" && in.Get("do") != fromPhoto || !ok {
		return map[string]any{}, nil // nothing to say
	}
	next := v.form
	next.setPlace(at, "", byMap)
	next.Query, next.Typed, next.Belongs, next.Accuracy = "", "", "", 0
	if err := p.settle(v, &next); err != nil {
		outside := fault.As(err)
		if outside.Kind != fault.Invalid {
			return nil, err
		}
		return map[string]any{"outside": v.loc.T("device.gps.outside", "city", kit.NewPage(v.c, "").City.Name)}, nil
	}
	if err := p.keep(v, version, next); err != nil {
		return nil, err
	}
	place, err := p.Geo.Locate(v.ctx(), at, v.form.Category)
	if err != nil {
		return nil, err
	}
	return map[string]any{"place": chosenPlace(v.loc, place, "", byMap).Title}, nil
}

// afterWhat is the page behind the first one: the kinds, unless one is chosen.
func (v *visit) afterWhat() step {
	if v.category != nil {
		return v.known().after(stepKind)
	}
	return v.known().after(stepWhat)
}

// nextOf is the page on which a person has something to say before the report
// can be sent, and whether there is none.
func (p *newPages) nextOf(v *visit) (next string, ready bool, err error) {
	if missing := v.missing(); missing != stepCheck {
		return v.path(missing), false, nil
	}
	body, err := p.body(v)
	if err != nil {
		return "", false, err
	}
	_, err = p.Geo.Locate(v.ctx(), v.form.point(), v.form.Category)
	switch {
	case fault.Is(err, fault.Invalid):
		return v.path(stepPlace), false, nil
	case err != nil:
		return "", false, err
	case len(v.near) > 0:
		return v.path(stepNear), false, nil
	case len(v.outcome.Stops) > 0:
		return pathOf(v.draft.ID, "stop"), false, nil
	}
	return v.path(stepCheck), body == nil && v.asksPII() == "", nil
}
