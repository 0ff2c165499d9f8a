package searchtest

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mitwirk/mitwirk/search"
)

// meiliQuery is a search as the reference has it; other fields are refused. The
// client of the product always sends "hybrid": null.
type meiliQuery struct {
	Q                    string
	Offset, Limit        *int
	Filter               string
	Facets               []string
	AttributesToRetrieve []string
	AttributesToSearchOn []string
	Sort                 []string
	MatchingStrategy     string
	ShowRankingScore     bool
	ShowMatchesPosition  bool
	Locales              []string
	Hybrid               *struct{}
}

// wanted is a part of a query: a word, or a phrase.
type wanted struct {
	words  []string
	phrase bool
	not    bool
}

func (m *Meili) search(index string, body []byte) (int, any, *meiliError) {
	var q meiliQuery
	if wrong := strictly(body, &q); wrong != nil {
		return 0, nil, wrong
	}
	x := m.indexes[index]
	if x == nil {
		return 0, nil, refuse(404, "index_not_found", "Index `%s` not found.", index)
	}
	for _, a := range q.AttributesToSearchOn {
		if !slices.Contains(x.settings.SearchableAttributes, a) {
			return 0, nil, refuse(400, "invalid_search_attributes_to_search_on", "Attribute %q is not searchable.", a)
		}
	}
	for _, f := range q.Facets {
		if !slices.Contains(x.settings.FilterableAttributes, f) {
			return 0, nil, refuse(400, "invalid_search_facets", "Attribute %q is not filterable.", f)
		}
	}
	keep, wrong := filterOf(q.Filter, x.settings.FilterableAttributes)
	if wrong != nil {
		return 0, nil, wrong
	}
	order, wrong := sortOf(q.Sort, x.settings.SortableAttributes)
	if wrong != nil {
		return 0, nil, wrong
	}
	type hit struct {
		doc   map[string]any
		field int // the first that has a word
	}
	fields := q.AttributesToSearchOn
	if len(fields) == 0 {
		fields = x.settings.SearchableAttributes
	}
	parts := firstWords(partsOf(q.Q))
	var hits []hit
	for _, doc := range x.docs {
		if field, ok := x.fits(doc, parts, fields); ok && keep(doc) {
			hits = append(hits, hit{doc, field})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		if by := order(a.doc, b.doc); by != 0 {
			return by
		}
		return cmp.Or(a.field-b.field, cmp.Compare(number(b.doc["weight"]), number(a.doc["weight"])), cmp.Compare(number(b.doc["at"]), number(a.doc["at"])),
			strings.Compare(text(a.doc["id"]), text(b.doc["id"])))
	})
	counts := map[string]map[string]int{}
	for _, f := range q.Facets {
		counts[f] = map[string]int{}
		for _, h := range hits {
			for _, v := range values(h.doc[f]) {
				counts[f][v]++
			}
		}
	}
	limit, from := 20, 0
	if q.Limit != nil {
		limit = *q.Limit
	}
	if q.Offset != nil {
		from = *q.Offset
	}
	list := []map[string]any{}
	most := x.most()
	from = min(from, most)
	for i, h := range hits[min(from, len(hits)):min(from+limit, len(hits), most)] {
		out := map[string]any{"_rankingScore": 1 - float64(i)/2000}
		for _, a := range q.AttributesToRetrieve {
			if v, ok := h.doc[a]; ok && slices.Contains(x.settings.DisplayedAttributes, a) {
				out[a] = v
			}
		}
		list = append(list, out)
	}
	return http.StatusOK, map[string]any{
		"hits": list, "offset": from, "limit": limit, "estimatedTotalHits": min(len(hits), most), "processingTimeMs": 1, "query": q.Q, "facetDistribution": counts, "facetStats": map[string]any{},
		"requestUid": "01980000-0000-7000-8000-000000000000",
	}, nil
}

// most is the setting pagination.maxTotalHits: neither hits nor their estimated number
// go beyond it.
func (x *meiliIndex) most() int {
	if p := x.settings.Pagination; p != nil {
		return p.MaxTotalHits
	}
	return 1000
}

// firstWords are the first ten of a query: the server leaves out the others.
func firstWords(list []wanted) (kept []wanted) {
	left := 10
	for _, p := range list {
		if p.words = p.words[:min(left, len(p.words))]; len(p.words) > 0 {
			kept = append(kept, p)
		}
		left -= len(p.words)
	}
	return kept
}

// partsOf takes a query apart: words, "phrases", -without.
func partsOf(q string) (list []wanted) {
	for _, p := range regexp.MustCompile(`-?"[^"]*"|\S+`).FindAllString(q, -1) {
		p, not := strings.CutPrefix(p, "-")
		list = append(list, wanted{words: meiliWords(p), phrase: strings.HasPrefix(p, `"`), not: not})
	}
	return list
}

func meiliWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// fits tells whether a document has all parts, and in which field first.
func (x *meiliIndex) fits(doc map[string]any, parts []wanted, fields []string) (first int, ok bool) {
	first, need := len(fields), 0
	for _, p := range parts {
		at := slices.IndexFunc(fields, func(f string) bool {
			return slices.ContainsFunc(values(doc[f]), func(v string) bool { return x.has(meiliWords(v), p, f) })
		})
		switch {
		case p.not && at >= 0:
			return 0, false
		case p.not:
		case at < 0:
			return 0, false
		default:
			need++
			first = min(first, at)
		}
	}
	return first, need > 0
}

func (x *meiliIndex) has(in []string, p wanted, field string) bool {
	if p.phrase {
		for i := range in {
			if i+len(p.words) <= len(in) && slices.Equal(in[i:i+len(p.words)], p.words) {
				return true
			}
		}
		return false
	}
	for _, w := range p.words {
		if !slices.ContainsFunc(in, func(other string) bool { return x.same(w, other, field) }) {
			return false
		}
	}
	return len(p.words) > 0
}

func (x *meiliIndex) same(typed, other, field string) bool {
	if typed == other || slices.Contains(x.settings.Synonyms[typed], other) {
		return true
	}
	t := x.settings.TypoTolerance
	if t == nil || !t.Enabled || slices.Contains(t.DisableOnAttributes, field) {
		return false
	}
	allowed, n := 0, len([]rune(typed))
	switch {
	case n >= t.MinWordSizeForTypos.TwoTypos:
		allowed = 2
	case n >= t.MinWordSizeForTypos.OneTypo:
		allowed = 1
	}
	return allowed > 0 && search.Typos(typed, other, allowed) <= allowed
}

// filterOf reads what the product writes: conditions joined by AND.
func filterOf(filter string, allowed []string) (func(map[string]any) bool, *meiliError) {
	var all []func(map[string]any) bool
	word := `("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)`
	in := regexp.MustCompile(`^([a-z_]+) IN \[(` + word + `(?:, ` + word + `)*)\]`)
	is := regexp.MustCompile(`^([a-z_]+) = ` + word)
	near := regexp.MustCompile(`^_geoRadius\((-?[0-9.]+), (-?[0-9.]+), ([0-9.]+)\)`)
	for rest := filter; rest != ""; {
		var field string
		var list []string
		switch {
		case in.MatchString(rest):
			g := in.FindStringSubmatch(rest)
			field, list, rest = g[1], regexp.MustCompile(word).FindAllString(g[2], -1), rest[len(g[0]):]
		case is.MatchString(rest):
			g := is.FindStringSubmatch(rest)
			field, list, rest = g[1], []string{g[2]}, rest[len(g[0]):]
		case near.MatchString(rest):
			g := near.FindStringSubmatch(rest)
			lat, lng, metres := float(g[1]), float(g[2]), float(g[3])
			field, rest = "_geo", rest[len(g[0]):]
			all = append(all, func(d map[string]any) bool { m, ok := away(d, lat, lng); return ok && m <= metres })
		default:
			return nil, refuse(400, "invalid_search_filter", "at %q", rest)
		}
		if !slices.Contains(allowed, field) {
			return nil, refuse(400, "invalid_search_filter", "Attribute %q is not filterable.", field)
		}
		if len(list) > 0 {
			for i, v := range list {
				if strings.HasPrefix(v, `"`) {
					if err := json.Unmarshal([]byte(v), &list[i]); err != nil {
						return nil, refuse(400, "invalid_search_filter", "at %q", v)
					}
				}
			}
			all = append(all, func(d map[string]any) bool {
				return slices.ContainsFunc(values(d[field]), func(v string) bool { return slices.Contains(list, v) })
			})
		}
		if rest != "" {
			after, ok := strings.CutPrefix(rest, " AND ")
			if !ok {
				return nil, refuse(400, "invalid_search_filter", "at %q", rest)
			}
			rest = after
		}
	}
	return func(d map[string]any) bool {
		return !slices.ContainsFunc(all, func(f func(map[string]any) bool) bool { return !f(d) })
	}, nil
}

func sortOf(list, allowed []string) (func(a, b map[string]any) int, *meiliError) {
	point := regexp.MustCompile(`^_geoPoint\((-?[0-9.]+), (-?[0-9.]+)\):(asc|desc)$`)
	plain := regexp.MustCompile(`^([a-z_]+):(asc|desc)$`)
	var by []func(a, b map[string]any) int
	for _, s := range list {
		field, value, down := "_geo", func(map[string]any) (float64, bool) { return 0, false }, false
		if g := point.FindStringSubmatch(s); g != nil {
			value = func(d map[string]any) (float64, bool) { return away(d, float(g[1]), float(g[2])) }
			down = g[3] == "desc"
		} else if g := plain.FindStringSubmatch(s); g != nil {
			field, down = g[1], g[2] == "desc"
			value = func(d map[string]any) (float64, bool) { v, ok := d[g[1]].(float64); return v, ok }
		} else {
			return nil, refuse(400, "invalid_search_sort", "%q", s)
		}
		if !slices.Contains(allowed, field) {
			return nil, refuse(400, "invalid_search_sort", "Attribute %q is not sortable.", field)
		}
		by = append(by, func(a, b map[string]any) int {
			x, hasX := value(a)
			y, hasY := value(b)
			switch {
			case !hasX && !hasY:
				return 0
			case !hasX: // what has no such field comes last
				return 1
			case !hasY:
				return -1
			case down:
				return cmp.Compare(y, x)
			}
			return cmp.Compare(x, y)
		})
	}
	return func(a, b map[string]any) int {
		for _, f := range by {
			if c := f(a, b); c != 0 {
				return c
			}
		}
		return 0
	}, nil
}

func away(d map[string]any, lat, lng float64) (float64, bool) {
	geo, ok := d["_geo"].(map[string]any)
	if !ok {
		return 0, false
	}
	const degree = 111_195.0
	dy, dx := number(geo["lat"])-lat, (number(geo["lng"])-lng)*math.Cos(lat*math.Pi/180)
	return degree * math.Hypot(dx, dy), true
}

func values(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var out []string
		for _, one := range v {
			out = append(out, values(one)...)
		}
		return out
	}
	return nil
}

func number(v any) float64 { f, _ := v.(float64); return f }

func text(v any) string { s, _ := v.(string); return s }

func float(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}
