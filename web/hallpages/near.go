package hallpages

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const maxPlace = 200 // signs of a typed place

// nearView is what is going on at a place: a typed one, the device's own, a
// district, or the whole city.
type nearView struct {
	Rows      []kit.Row
	Title     string
	Where     string // what was chosen, in words; "" for the whole city
	Missing   string // a place that was not found, in words
	Empty     string
	Typed     string
	Districts []kit.Option
	All       string // the list with all of it
	Map       kit.MapProps
	Chosen    bool
	Own       bool // from the device's position
}

// near reads the choice: ?ort= (an address), ?bezirk= (a district), ?lon=&lat=
// (the device's position, rounded to about 100 metres) or ?bbox= (the small map).
func (p *pages) near(c kit.Context, page kit.Page, now time.Time) (nearView, error) {
	ctx := c.Request().Context()
	v := nearView{
		Title: page.T("hall.latest"), Empty: page.T("list.empty"), All: "/reports",
		Map: p.Centre.View(ctx).Map("list"),
	}
	v.Map.Tiles, v.Map.Label = p.Tiles, page.T("hall.map")
	typed := kit.Clean(c.QueryParam("ort"), false)
	if len([]rune(typed)) > maxPlace {
		return v, fault.New(fault.BadRequest, "err.400")
	}
	v.Typed = typed
	district := c.QueryParam("bezirk")
	if err := p.districts(c, page, &v, district); err != nil {
		return v, err
	}
	at, err := p.point(c, page, &v, typed)
	if err != nil {
		return v, err
	}
	var items []reports.Item
	switch {
	case at != nil:
		items, err = p.Reports.Around(ctx, kit.Actor(c), *at, uuid.Nil, latest)
		v.Title, v.Empty, v.Chosen = page.T("hall.near"), page.T("hall.near.empty"), true
		v.Map.Lon, v.Map.Lat, v.Map.Set = at.Lon, at.Lat, true
		v.All = "/map"
	default:
		var list reports.List
		filter, ferr := reports.ParseFilter(url.Values{"bbox": {c.QueryParam("bbox")}, "district": {knownDistrict(v.Districts, district)}}, time.UTC)
		if ferr != nil {
			return v, ferr
		}
		if filter.District != "" {
			v.Title, v.Empty, v.Chosen = page.T("hall.near"), page.T("hall.near.empty"), true
			v.All = "/reports?district=" + url.QueryEscape(filter.District)
		}
		list, err = p.Reports.List(ctx, kit.Actor(c), filter, reports.Page{Limit: latest})
		items = list.Items
	}
	if err != nil {
		return v, err
	}
	for i := range items {
		row := p.Row(page.Loc, &items[i], now)
		row.Level = 3
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

// districts fills the select, sorted by name.
func (p *pages) districts(c kit.Context, page kit.Page, v *nearView, chosen string) error {
	list, err := p.Places.Districts(c.Request().Context())
	if err != nil {
		return err
	}
	for _, d := range list {
		v.Districts = append(v.Districts, kit.Option{Value: d.Ref, Label: d.Name, On: d.Ref == chosen})
		if d.Ref == chosen {
			v.Where = page.T("hall.near.district", "name", d.Name)
		}
	}
	slices.SortStableFunc(v.Districts, func(a, b kit.Option) int { return strings.Compare(a.Label, b.Label) })
	if len(v.Districts) > 0 {
		v.Districts = append([]kit.Option{{Label: page.T("hall.near.city"), On: v.Where == ""}}, v.Districts...)
	}
	return nil
}

func knownDistrict(list []kit.Option, ref string) string {
	if slices.ContainsFunc(list, func(o kit.Option) bool { return o.Value == ref }) {
		return ref
	}
	return ""
}

// point is the place that was typed or where the device is; nil for neither.
func (p *pages) point(c kit.Context, page kit.Page, v *nearView, typed string) (*subject.Point, error) {
	ctx := c.Request().Context()
	if lon, lat := c.QueryParam("lon"), c.QueryParam("lat"); cmp.Or(lon, lat) != "" && typed == "" {
		x, errX := strconv.ParseFloat(lon, 64)
		y, errY := strconv.ParseFloat(lat, 64)
		at := subject.Point{Lon: x, Lat: y}
		if errX != nil || errY != nil || !at.Valid() {
			return nil, fault.New(fault.BadRequest, "err.400")
		}
		v.Own = true
		place, err := p.Places.Locate(ctx, at, "")
		switch {
		case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
			v.Missing = page.T("hall.near.outside")
			return nil, nil //nolint:nilnil // a place outside the city: the page says so
		case err != nil:
			return nil, err
		}
		v.Where = page.T("hall.near.own")
		if place.DistrictName != "" {
			v.Where = page.T("hall.near.own.in", "name", place.DistrictName)
		}
		return &at, nil
	}
	if typed == "" {
		return nil, nil //nolint:nilnil // nothing chosen
	}
	found, err := p.Places.SearchAddress(ctx, typed, nil, 1)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		v.Missing = page.T("hall.near.missing", "text", typed)
		return nil, nil //nolint:nilnil // not found: the page says so
	}
	v.Where = page.T("hall.near.place", "name", found[0].Short())
	return &found[0].Point, nil
}
