package searchpages

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// input is the address of the page.
type input struct {
	Text     string   `form:"q" max:"200"`
	Kinds    []string `form:"kind"`
	Category []string `form:"category"`
	Status   []string `form:"status"`
	District []string `form:"district"`
	Sort     string   `form:"sort" max:"20"`
	Lon      *float64 `form:"lon"`
	Lat      *float64 `form:"lat"`
	Page     int      `form:"page"`
	Exact    bool     `form:"exact"`
}

// hits is how many stand on a page.
const hits = 20

// view is /search.
type view struct {
	kit.Page
	In       input
	Asked    bool // somebody searched for something
	Count    string
	Notes    []note
	Rows     []row
	Kinds    []kit.ChipProps
	Chosen   []kit.ChipProps
	Filters  []filter
	Sorts    []order
	Keep     []kept
	Newer    string
	Older    string
	Examples []kit.ChipProps
	Follow   string // where the search can be followed; "": nothing new can come of it
}

type (
	// note is a sentence about what was searched, with a link.
	note struct{ Text, Link, URL string }
	// row is one hit.
	row struct {
		URL     string
		Shape   string
		Icon    string
		Kind    string
		Title   []search.Piece
		Excerpt []search.Piece
		Status  string
		Meta    string
	}
	filter struct {
		Name, Label string
		Options     []kit.Option
	}
	order struct {
		URL, Label string
		On         bool
	}
	kept struct{ Name, Value string }
)

// show is /search. A public number leads to its thing.
func (p *pages) show(c kit.Context) error {
	ctx := c.Request().Context()
	var in input
	if err := kit.Bind(c, &in); err != nil {
		return fault.New(fault.BadRequest, "search.err.query").Because(err)
	}
	v := view{Page: kit.NewPage(c, "search.title"), In: in, Asked: in.Text != ""}
	v.Nav, v.Scripts = "search", []string{"search-show"}
	if !v.Asked {
		v.Examples = examples(&v)
		kit.Public(c, keepPublic)
		return kit.Render(c, http.StatusOK, page(v))
	}
	v.Title, v.Robots = v.T("search.title.of", "text", in.Text), "noindex, follow"
	q := in.query(v.Loc.Lang())
	found, err := p.Search.Search(ctx, kit.Actor(c).Viewer(), q)
	if err != nil {
		return err
	}
	if _, _, err := subject.ParseNumber(in.Text); err == nil && len(found.Hits) == 1 && found.Hits[0].Number != "" {
		return kit.Redirect(c, found.Hits[0].Path)
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	for i := range found.Hits {
		v.Rows = append(v.Rows, rowOf(&v, &found.Hits[i], now))
	}
	if err := p.fill(ctx, &v, &found); err != nil {
		return err
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, page(v))
}

// query is the address as the search takes it.
func (in *input) query(lang string) search.Query {
	q := search.Query{
		Text: in.Text, Exact: in.Exact, Lang: lang, Sort: search.Sort(in.Sort), Limit: hits, Offset: max(0, min(in.Page, 1000)-1) * hits,
		Facets: map[string][]string{"category": in.Category, "status": in.Status, "district": in.District},
	}
	if !q.Sort.Valid() {
		q.Sort = search.ByRelevance
	}
	if in.Lon != nil && in.Lat != nil {
		if at := (subject.Point{Lon: *in.Lon, Lat: *in.Lat}); at.Valid() {
			q.Near = &at
		}
	}
	for _, k := range in.Kinds {
		q.Kinds = append(q.Kinds, subject.Kind(k))
	}
	return q
}

// values is the address without its page.
func (in *input) values() url.Values {
	v := url.Values{"q": {in.Text}}
	for name, list := range map[string][]string{"kind": in.Kinds, "category": in.Category, "status": in.Status, "district": in.District} {
		if len(list) > 0 {
			v[name] = slices.Clone(list)
		}
	}
	if in.Sort != "" {
		v.Set("sort", in.Sort)
	}
	if in.Lon != nil && in.Lat != nil {
		v.Set("lon", strconv.FormatFloat(*in.Lon, 'f', 5, 64))
		v.Set("lat", strconv.FormatFloat(*in.Lat, 'f', 5, 64))
	}
	if in.Exact {
		v.Set("exact", "1")
	}
	return v
}

func at(v url.Values) string { return "/search?" + v.Encode() }

// with is an address with one parameter set, or taken out.
func with(v url.Values, name string, values ...string) string {
	out := maps.Clone(v)
	if len(values) == 0 {
		out.Del(name)
	} else {
		out[name] = values
	}
	return at(out)
}

func rowOf(v *view, h *search.Hit, now time.Time) row {
	r := row{URL: h.Path, Shape: h.Shape, Kind: v.T("search.kind." + string(h.Kind)), Title: h.Heading, Excerpt: h.Excerpt}
	switch h.Kind {
	case search.Category:
		r.Icon = "horn"
	case search.Place:
		r.Icon = "pin"
	case search.Page:
		r.Icon = "question"
	}
	if h.Label != "" {
		r.Status = v.T(h.Label)
	}
	var meta []string
	if h.Number != "" {
		meta = append(meta, h.Number)
	}
	if h.Metres >= 0 && v.In.Sort == string(search.ByDistance) {
		meta = append(meta, metres(v, h.Metres))
	}
	if h.At != nil {
		meta = append(meta, v.T("list.reported", "date", v.Loc.NearDate(*h.At, now)))
	}
	if h.Audience != subject.Public {
		meta = append(meta, v.T("search.closed"))
	}
	r.Meta = strings.Join(meta, " · ")
	return r
}

func metres(v *view, m float64) string {
	if m >= 1000 {
		return v.T("search.km", "km", v.Loc.Decimal(m/1000, 1))
	}
	return v.T("list.metres", "m", v.Loc.Int(max(10, int(m/10+0.5)*10)))
}

// fill says what was found and how it can be narrowed down.
func (p *pages) fill(ctx context.Context, v *view, found *search.Result) error {
	values := v.In.values()
	switch {
	case found.More:
		v.Count = v.T("search.count.more", "count", v.Loc.Int(found.Total))
		v.Notes = append(v.Notes, note{Text: v.T("search.part." + partOf(v.In.Sort))})
	default:
		v.Count = v.T("search.count", "n", found.Total)
	}
	if found.Corrected != "" {
		v.Notes = append(v.Notes, note{
			Text: v.T("search.corrected", "text", v.In.Text, "other", found.Corrected), Link: v.T("search.exactly", "text", v.In.Text), URL: with(values, "exact", "1"),
		})
	}
	if found.Meant != "" {
		v.Notes = append(v.Notes, note{Text: v.T("search.meant"), Link: found.Meant, URL: with(values, "q", found.Meant)})
	}
	if found.Loose {
		v.Notes = append(v.Notes, note{Text: v.T("search.loose")})
	}
	v.Follow = follow(&v.In, found)
	p.kinds(v, values, found)
	if err := p.filters(ctx, v, values, found); err != nil {
		return err
	}
	for _, s := range []search.Sort{search.ByRelevance, search.ByNewest, search.ByDistance} {
		if s == search.ByDistance && v.In.Lon == nil {
			continue
		}
		on := v.In.Sort == string(s) || s == search.ByRelevance && !search.Sort(v.In.Sort).Valid()
		v.Sorts = append(v.Sorts, order{URL: with(values, "sort", string(s)), Label: v.T("search.sort." + string(s)), On: on})
	}
	for _, name := range []string{"kind", "sort", "lon", "lat"} {
		for _, x := range values[name] {
			v.Keep = append(v.Keep, kept{name, x})
		}
	}
	number := max(1, v.In.Page)
	if number > 1 {
		v.Newer = with(values, "page", strconv.Itoa(number-1))
	}
	if number*hits < found.Total {
		v.Older = with(values, "page", strconv.Itoa(number+1))
	}
	return nil
}

func partOf(sort string) string {
	if sort == string(search.ByDistance) {
		return "nearest"
	}
	return "newest"
}

// kinds are the sorts of things among the hits.
func (p *pages) kinds(v *view, values url.Values, found *search.Result) {
	counts := found.Facets["kind"]
	if len(counts) < 2 && len(v.In.Kinds) == 0 {
		return
	}
	v.Kinds = append(v.Kinds, kit.ChipProps{URL: with(values, "kind"), Label: v.T("search.kind.all"), On: len(v.In.Kinds) == 0})
	for _, kind := range p.Search.Kinds() {
		on := slices.Contains(v.In.Kinds, string(kind))
		n := 0
		for _, c := range counts {
			if c.Value == string(kind) {
				n = c.N
			}
		}
		if n == 0 && !on {
			continue
		}
		label := v.T("search.kinds." + string(kind))
		if n > 0 && !found.More {
			label += " (" + v.Loc.Int(n) + ")"
		}
		v.Kinds = append(v.Kinds, kit.ChipProps{URL: with(values, "kind", string(kind)), Label: label, On: on})
	}
}

// filters offers what the hits have, and lets what is chosen be taken out.
func (p *pages) filters(ctx context.Context, v *view, values url.Values, found *search.Result) error {
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	districts, err := p.Geo.Districts(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, d := range districts {
		names[d.Ref] = d.Name
	}
	word := map[string]func(value string) string{
		"category": func(key string) string {
			if k := cat.ByKey(key); k != nil {
				return k.Name.In(v.Loc.Lang())
			}
			return ""
		},
		"status":   func(class string) string { return classWord(v, class) },
		"district": func(ref string) string { return names[ref] },
	}
	for _, name := range []string{"category", "status", "district"} {
		chosen := values[name]
		for _, x := range chosen {
			if label := word[name](x); label != "" {
				v.Chosen = append(v.Chosen, kit.ChipProps{URL: with(values, name), Label: label, On: true, Remove: v.T("list.filter.remove")})
			}
		}
		f := filter{Name: name, Label: v.T("list." + name), Options: []kit.Option{{Label: v.T("list." + name + ".all"), On: len(chosen) == 0}}}
		for _, c := range found.Facets[name] {
			label := word[name](c.Value)
			if label == "" {
				continue
			}
			if !found.More {
				label += " (" + v.Loc.Int(c.N) + ")"
			}
			f.Options = append(f.Options, kit.Option{Value: c.Value, Label: label, On: slices.Contains(chosen, c.Value)})
		}
		if len(f.Options) > 2 || len(chosen) > 0 {
			v.Filters = append(v.Filters, f)
		}
	}
	return nil
}

func classWord(v *view, class string) string {
	switch class {
	case "open", "work", "done", "other":
		return v.T("class." + class)
	}
	return ""
}

// examples are what people may look for.
func examples(v *view) []kit.ChipProps {
	var list []kit.ChipProps
	for _, key := range []string{"search.example.1", "search.example.2", "search.example.3"} {
		text := v.T(key)
		list = append(list, kit.ChipProps{URL: at(url.Values{"q": {text}}), Label: text})
	}
	return list
}

// keepOf is what another search keeps: the kind of things and the place.
func keepOf(v view) [][2]string {
	var list [][2]string
	for _, k := range v.Keep {
		list = append(list, [2]string{k.Name, k.Value})
	}
	return list
}

// follow is where a search is followed, with the words that found something; nothing
// new comes of one for categories, streets and pages.
func follow(in *input, found *search.Result) string {
	tells := []string{string(subject.Report), string(subject.Idea), string(subject.Measure)}
	if len(in.Kinds) > 0 && !slices.ContainsFunc(tells, func(k string) bool { return slices.Contains(in.Kinds, k) }) {
		return ""
	}
	v := in.values()
	for _, name := range []string{"sort", "lon", "lat", "exact"} {
		v.Del(name)
	}
	if found.Corrected != "" {
		v.Set("q", found.Corrected)
	}
	return "/alerts/search?" + v.Encode()
}
