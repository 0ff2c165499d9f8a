package reportpages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// listView is the list, alone or beside the map: same filters, same order.
type listView struct {
	kit.Page
	At           string // "/reports" or "/map"
	Filter       reports.Filter
	Rows         []kit.Row
	Total        int
	Count        string // "803 Meldungen"
	Newer, Older string
	First        bool // the newest rows: new ones may be shown above them
	Chips        []kit.ChipProps
	Reset        string // "" without filters
	Form         filterForm
	Other        string // the same as map or list
	Take         takeList
	Map          kit.MapProps
	Legend       []kit.ChipProps
}

// filterForm is the filter as a form that works without script.
type filterForm struct {
	Action     string
	Text       string
	Categories []optionGroup
	Statuses   []optionGroup
	Districts  []kit.Option
	From, To   string
	Keep       []keptValue // what the form can't show: second values, the map's area
}

// takeList is the list as a feed and as files, with its filters.
type takeList struct{ Atom, CSV, GeoJSON string }

type (
	optionGroup struct {
		Label   string // "" stands alone
		Options []kit.Option
	}
	keptValue struct{ Name, Value string }
)

// list is /reports. A public number in the search field leads to its report.
func (p *showPages) list(c kit.Context) error {
	if n, ok := reportNumber(c.QueryParam("q")); ok {
		_, err := p.Reports.Get(c.Request().Context(), kit.Actor(c), n)
		if err == nil {
			return kit.Redirect(c, reportPath(n))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	v, err := p.listOf(c, "/reports", "list.title")
	if err != nil {
		return err
	}
	if c.QueryParam("fragment") == "list" {
		return kit.Render(c, http.StatusOK, listFragment(v))
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, listPage(v))
}

// mapPage is /map: the list of what lies in the map's area, and the map.
func (p *showPages) mapPage(c kit.Context) error {
	v, err := p.listOf(c, "/map", "list.map.title")
	if err != nil {
		return err
	}
	if c.QueryParam("fragment") == "list" {
		return kit.Render(c, http.StatusOK, listFragment(v))
	}
	filter := v.Filter
	filter.BBox = nil
	v.Map = p.Centre.View(c.Request().Context()).Map("list")
	v.Map.Tiles = TilesURL(filter, p.Zone)
	for _, s := range reports.Statuses() {
		v.Legend = append(v.Legend, kit.ChipProps{URL: string(s), Label: reports.StatusLabel(v.Loc, s, false)})
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, mapPage(v))
}

// TilesURL is where a map gets the points of a filter.
func TilesURL(f reports.Filter, zone *time.Location) string {
	at := "/tiles/reports/{z}/{x}/{y}.mvt"
	if q := f.Values(zone).Encode(); q != "" {
		at += "?" + q
	}
	return at
}

// listOf reads the filter and the rows that it finds.
func (p *showPages) listOf(c kit.Context, at, title string) (*listView, error) {
	ctx := c.Request().Context()
	f, err := reports.ParseFilter(c.QueryParams(), p.Zone)
	if err != nil {
		return nil, err
	}
	asked, err := readPage(c)
	if err != nil {
		return nil, err
	}
	found, err := p.Reports.List(ctx, kit.Actor(c), f, asked)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	values := f.Values(p.Zone)
	v := &listView{
		Page: kit.NewPage(c, title), At: at, Filter: f, Total: found.Total, First: found.Newer == nil,
		Newer: paged(at, values, "after", found.Newer), Older: paged(at, values, "before", found.Older),
	}
	v.Nav, v.Canonical = "map", p.url(at)
	v.Description = v.T("list.description")
	if len(values) > 0 {
		v.Robots = "noindex, follow"
	}
	v.Count = v.T("list.count", "n", found.Total)
	for i := range found.Items {
		row := Row(v.Loc, &found.Items[i], now)
		if at == "/map" {
			row.Level = 3 // below the count
		}
		v.Rows = append(v.Rows, row)
	}
	v.Other = with("/map", values)
	if at == "/map" {
		v.Other = with("/reports", values)
	}
	v.Take = takeList{Atom: with("/reports.atom", values), GeoJSON: with("/reports.geojson", values)}
	v.Page.Feed = v.Take.Atom
	table := maps.Clone(values)
	table.Set("bom", "1") // people open it in a spreadsheet
	v.Take.CSV = with("/reports.csv", table)
	return v, p.fillFilter(ctx, v, values, now)
}

// readPage reads ?before= and ?after=.
func readPage(c kit.Context) (page reports.Page, err error) {
	if page.Before, err = reports.ParseCursor(c.QueryParam("before")); err != nil {
		return page, err
	}
	page.After, err = reports.ParseCursor(c.QueryParam("after"))
	return page, err
}

func with(path string, values url.Values) string {
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// paged is the link to the rows before or after a cursor, "" for none.
func paged(path string, values url.Values, name string, at *reports.Cursor) string {
	if at == nil {
		return ""
	}
	next := url.Values{name: {at.String()}}
	maps.Copy(next, values)
	return with(path, next)
}

// without is a copy of values without one of the values of a name.
func without(values url.Values, name, value string) url.Values {
	out := url.Values{}
	for k, list := range values {
		for _, x := range list {
			if k != name || x != value {
				out.Add(k, x)
			}
		}
	}
	return out
}

// fillFilter makes the form and the chips of what is chosen.
func (p *showPages) fillFilter(ctx context.Context, v *listView, values url.Values, now time.Time) error {
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	districts, err := p.Geo.Districts(ctx)
	if err != nil {
		return err
	}
	form := filterForm{Action: v.At, Text: v.Filter.Text, From: values.Get("from"), To: values.Get("to")}
	form.Categories = categoryOptions(v.Loc, cat, v.Filter, now)
	form.Statuses = statusOptions(v.Loc, v.Filter)
	form.Districts = []kit.Option{{Label: v.T("list.district.all"), On: v.Filter.District == ""}}
	names := map[string]string{}
	for _, d := range districts {
		names[d.Ref] = d.Name
		form.Districts = append(form.Districts, kit.Option{Value: d.Ref, Label: d.Name, On: d.Ref == v.Filter.District})
	}
	slices.SortStableFunc(form.Districts[1:], func(a, b kit.Option) int { return strings.Compare(a.Label, b.Label) })
	if s := v.Filter.Street; s != "" {
		form.Keep = append(form.Keep, keptValue{"street", s})
	}
	for _, name := range []string{"category", "status"} {
		if list := values[name]; len(list) > 1 { // the form shows the first
			for _, x := range list[1:] {
				form.Keep = append(form.Keep, keptValue{name, x})
			}
		}
	}
	if b := values.Get("bbox"); b != "" {
		form.Keep = append(form.Keep, keptValue{"bbox", b})
	}
	v.Form = form
	chip := func(name, value, label string) {
		v.Chips = append(v.Chips, kit.ChipProps{URL: with(v.At, without(values, name, value)), Label: label, On: true, Remove: v.T("list.filter.remove")})
	}
	if v.Filter.Text != "" {
		chip("q", v.Filter.Text, "„"+v.Filter.Text+"“")
	}
	for _, key := range v.Filter.Categories {
		label := key
		if k := cat.ByKey(key); k != nil {
			label = k.Name.In(v.Loc.Lang())
		}
		chip("category", key, label)
	}
	for _, class := range v.Filter.Classes {
		chip("status", string(class), v.T("class."+string(class)))
	}
	for _, s := range v.Filter.Statuses {
		chip("status", string(s), reports.StatusLabel(v.Loc, s, false))
	}
	if ref := v.Filter.District; ref != "" {
		label := names[ref]
		if label == "" {
			label = ref
		}
		chip("district", ref, label)
	}
	if s := v.Filter.Street; s != "" {
		chip("street", s, s)
	}
	if v.Filter.From != nil {
		chip("from", form.From, v.T("list.from", "date", v.Loc.Day(*v.Filter.From)))
	}
	if v.Filter.To != nil {
		chip("to", form.To, v.T("list.to", "date", v.Loc.Day(v.Filter.To.Add(-time.Hour))))
	}
	if v.Filter.BBox != nil && v.At != "/map" {
		chip("bbox", values.Get("bbox"), v.T("list.bbox"))
	}
	if len(v.Chips) > 1 {
		v.Reset = v.At
	}
	return nil
}

// categoryOptions groups the kinds in use; one that is chosen but no longer
// offered stays choosable.
func categoryOptions(loc *i18n.Localizer, cat *categories.Catalogue, f reports.Filter, now time.Time) []optionGroup {
	on := ""
	if len(f.Categories) > 0 {
		on = f.Categories[0]
	}
	out := []optionGroup{{Options: []kit.Option{{Label: loc.T("list.category.all"), On: on == ""}}}}
	seen := on == ""
	for _, g := range cat.Groups {
		group := optionGroup{Label: g.Name.In(loc.Lang())}
		for _, k := range cat.InGroup(g.Key, now) {
			if k.Publish == categories.PublishNever {
				continue // never in a list
			}
			group.Options = append(group.Options, kit.Option{Value: k.Key, Label: k.Name.In(loc.Lang()), On: k.Key == on})
			seen = seen || k.Key == on
		}
		if len(group.Options) > 0 {
			out = append(out, group)
		}
	}
	if !seen {
		label := on
		if k := cat.ByKey(on); k != nil {
			label = k.Name.In(loc.Lang())
		}
		out[0].Options = append(out[0].Options, kit.Option{Value: on, Label: label, On: true})
	}
	return out
}

func statusOptions(loc *i18n.Localizer, f reports.Filter) []optionGroup {
	on := ""
	switch {
	case len(f.Classes) > 0:
		on = string(f.Classes[0])
	case len(f.Statuses) > 0:
		on = string(f.Statuses[0])
	}
	classes := optionGroup{Label: loc.T("list.status.classes")}
	for _, c := range []reports.Class{reports.ClassOpen, reports.ClassWork, reports.ClassDone, reports.ClassOther} {
		classes.Options = append(classes.Options, kit.Option{Value: string(c), Label: loc.T("class." + string(c)), On: on == string(c)})
	}
	exact := optionGroup{Label: loc.T("list.status.exact")}
	for _, s := range reports.Statuses() {
		exact.Options = append(exact.Options, kit.Option{Value: string(s), Label: reports.StatusLabel(loc, s, false), On: on == string(s)})
	}
	return []optionGroup{{Options: []kit.Option{{Label: loc.T("list.status.all"), On: on == ""}}}, classes, exact}
}

// empty says why there are no rows.
func (v *listView) empty() string {
	if prefix, _, err := subject.ParseNumber(v.Filter.Text); err == nil && prefix == subject.PrefixReport {
		return v.T("list.empty.number")
	}
	if v.Filter.IsZero() {
		return v.T("list.empty")
	}
	return v.T("list.empty.filter")
}

// live tells whether new rows are offered above the list: with filters nobody
// knows whether they would be shown.
func (v *listView) live() bool {
	f := v.Filter
	f.BBox = nil
	return v.First && f.IsZero()
}
