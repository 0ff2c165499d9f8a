package search

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/meilisearch/meilisearch-go"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// find searches the public part on the server and the rest in the database. The
// steps are those of the database: the words as they are, then corrected, then
// any of them.
func (m *Meili) find(ctx context.Context, viewer subject.Viewer, q Query) (Found, error) {
	tx, err := m.db.Begin(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("search: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it only read
	ask, cancel := context.WithTimeout(ctx, m.wait)
	defer cancel()
	terms := parse(q.Text)
	if err := understand(ctx, tx, terms); err != nil {
		return Found{}, err
	}
	f := meiliFind{m: m, tx: tx, viewer: viewer, q: q}
	found, err := f.run(ctx, ask, terms)
	if err != nil || q.Exact {
		return found, err
	}
	if found.Total > 0 {
		found.Meant, err = meant(ctx, tx, q.Text, terms)
		return found, err
	}
	better, ok, err := correct(ctx, tx, q.Text, terms)
	if err != nil {
		return Found{}, err
	}
	if ok {
		terms = parse(better)
		if err := understand(ctx, tx, terms); err != nil {
			return Found{}, err
		}
		if found, err = f.run(ctx, ask, terms); err != nil {
			return Found{}, err
		}
		if found.Total > 0 {
			found.Corrected = better
			return found, nil
		}
	}
	if len(terms) > 1 {
		loose, err := f.loose(ctx, ask, terms)
		if err != nil {
			return Found{}, err
		}
		if loose.Total > 0 {
			if ok {
				loose.Corrected = better
			}
			return loose, nil
		}
	}
	return f.mistyped(ask, terms)
}

// meiliFind is one search.
type meiliFind struct {
	m      *Meili
	tx     pgx.Tx
	viewer subject.Viewer
	q      Query
}

// run searches for all words as they are, and adds what is not public.
func (f *meiliFind) run(ctx, ask context.Context, terms []term) (Found, error) {
	query := stemQuery(terms)
	all, exact := tsquery(terms, false)
	if query == "" || all == "" {
		return Found{Marks: newMarks(terms), Facets: map[string][]Count{}}, nil
	}
	public, err := f.ask(ask, &meilisearch.SearchRequest{Query: query, AttributesToSearchOn: stemFields(), MatchingStrategy: meilisearch.All})
	if err != nil {
		return Found{}, err
	}
	s := search{p: f.m.pg, tx: f.tx, viewer: f.viewer, q: f.q, all: all, exact: exact}
	closed, more, err := s.closed(ctx)
	if err != nil {
		return Found{}, err
	}
	return f.together(terms, public, closed, more), nil
}

// looseMost is how many hits of each word are looked at when no document has all.
const looseMost = 200

// loose searches for each word alone: what has more of them comes first.
func (f *meiliFind) loose(ctx, ask context.Context, terms []term) (Found, error) {
	now, err := db.Now(ctx, f.tx)
	if err != nil {
		return Found{}, err
	}
	var public page
	at := map[docKey]int{}
	for i := range terms {
		if !terms[i].single() {
			continue
		}
		query := stemQuery(terms[i : i+1])
		if query == "" {
			continue
		}
		words := []string{query}
		for j := range terms { // what must not stand there must not stand in any
			if terms[j].not {
				words = append(words, stemQuery(terms[j:j+1]))
			}
		}
		one, err := f.ask(ask, &meilisearch.SearchRequest{Query: strings.Join(words, " "), AttributesToSearchOn: stemFields(), MatchingStrategy: meilisearch.All, Limit: looseMost})
		if err != nil {
			return Found{}, err
		}
		public.more = public.more || one.total > len(one.hits)
		for _, h := range one.hits {
			h.Score *= worth(&h, now)
			k := docKey{h.Ref, h.Lang}
			if j, ok := at[k]; ok {
				public.hits[j].Score += h.Score
				continue
			}
			at[k] = len(public.hits)
			public.hits = append(public.hits, h)
		}
	}
	public.total = len(public.hits)
	public.facets = countFacets(public.hits)
	order(public.hits, f.q.Sort) // what has more of the words has more points
	all, exact := tsquery(terms, true)
	var closed []Match
	var more bool
	if all != "" {
		s := search{p: f.m.pg, tx: f.tx, viewer: f.viewer, q: f.q, all: all, exact: exact}
		if closed, more, err = s.closed(ctx); err != nil {
			return Found{}, err
		}
	}
	found := f.together(terms, public, closed, more)
	found.Loose = true
	return found, nil
}

// mistyped leaves typing errors to the server: nothing else has found anything.
func (f *meiliFind) mistyped(ask context.Context, terms []term) (Found, error) {
	none := Found{Marks: newMarks(terms), Facets: map[string][]Count{}}
	var words []string
	for i := range terms {
		t := &terms[i]
		switch {
		case t.single() && t.stems[0] != "" && typosIn(t.word()) > 0:
			words = append(words, t.typed)
		case !t.single():
			return none, nil // phrases and what must not be there are meant as they are
		}
	}
	if len(words) == 0 {
		return none, nil
	}
	public, err := f.ask(ask, &meilisearch.SearchRequest{Query: strings.Join(words, " "), AttributesToSearchOn: textFields(), MatchingStrategy: meilisearch.All})
	if err != nil || public.total == 0 {
		return none, err
	}
	found := f.together(terms, public, nil, false)
	found.Loose = true
	return found, nil
}

// page is what the server answered.
type page struct {
	hits   []Match
	total  int
	more   bool
	facets map[string][]Count
}

// together makes one list of the public hits and the others.
func (f *meiliFind) together(terms []term, public page, closed []Match, more bool) Found {
	marks := newMarks(terms)
	marks.inside = true
	found := Found{Marks: marks, Total: public.total + len(closed), More: public.more || more, Facets: public.facets}
	if found.Facets == nil {
		found.Facets = map[string][]Count{}
	}
	list := public.hits
	if len(closed) > 0 {
		if f.q.Sort == ByRelevance { // the scores can't be compared; one's own comes first, and there is little of it
			order(closed, ByRelevance)
			list = append(slices.Clone(closed), list...)
		} else {
			list = append(list, closed...)
			order(list, f.q.Sort)
		}
		found.Facets = addCounts(found.Facets, countFacets(closed))
	}
	from := min(max(f.q.Offset, 0), len(list))
	found.Hits = list[from:min(from+cmp.Or(f.q.Limit, 20), len(list))]
	return found
}

func addCounts(a, b map[string][]Count) map[string][]Count {
	out := maps.Clone(a)
	for name, list := range b {
		sum := slices.Clone(out[name])
		for _, c := range list {
			if i := slices.IndexFunc(sum, func(o Count) bool { return o.Value == c.Value }); i >= 0 {
				sum[i].N += c.N
			} else {
				sum = append(sum, c)
			}
		}
		slices.SortFunc(sum, byCount)
		out[name] = sum
	}
	return out
}

func byCount(a, b Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Value, b.Value)) }

// stemQuery writes terms as the server reads them: stems, "phrases", -without.
func stemQuery(terms []term) string {
	var out []string
	need := false
	for i := range terms {
		t := &terms[i]
		stems := make([]string, len(t.words))
		says := false
		for j, w := range t.words {
			says = says || t.stems[j] != ""
			stems[j] = cmp.Or(t.stems[j], w) // in a phrase a word that says nothing keeps its place
		}
		if !says {
			continue
		}
		text := strings.Join(stems, " ")
		if len(stems) > 1 || t.not {
			text = `"` + text + `"`
		}
		if t.not {
			text = "-" + text
		} else {
			need = true
		}
		out = append(out, text)
	}
	if !need && len(terms) != 1 {
		return ""
	}
	return strings.Join(out, " ")
}

// ask sends one search with the filters and the order of the query.
func (f *meiliFind) ask(ctx context.Context, r *meilisearch.SearchRequest) (page, error) {
	q := &f.q
	filter := []string{"lang IN [" + anyLang + ", " + quoteValue(langOf(q.Lang)) + "]"}
	if len(q.Kinds) > 0 {
		kinds := make([]string, len(q.Kinds))
		for i, k := range q.Kinds {
			kinds[i] = quoteValue(string(k))
		}
		filter = append(filter, "kind IN ["+strings.Join(kinds, ", ")+"]")
	}
	for _, name := range slices.Sorted(maps.Keys(q.Facets)) {
		values := make([]string, len(q.Facets[name]))
		for i, v := range q.Facets[name] {
			values[i] = quoteValue(name + "=" + v)
		}
		if len(values) > 0 {
			filter = append(filter, "facets IN ["+strings.Join(values, ", ")+"]")
		}
	}
	switch {
	case q.Sort == ByNewest:
		r.Sort = []string{"at:desc"}
	case q.Sort == ByDistance && q.Near != nil:
		filter = append(filter, "placed = true")
		r.Sort = []string{"_geoPoint(" + degrees(q.Near.Lat) + ", " + degrees(q.Near.Lon) + "):asc"}
	}
	if q.Near != nil && q.Within > 0 {
		filter = append(filter, "_geoRadius("+degrees(q.Near.Lat)+", "+degrees(q.Near.Lon)+", "+strconv.FormatFloat(math.Ceil(q.Within), 'f', 0, 64)+")")
	}
	r.Filter = strings.Join(filter, " AND ")
	r.Limit = min(max(r.Limit, int64(max(q.Offset, 0)+cmp.Or(q.Limit, 20))), meiliMost)
	r.Facets = []string{"kind", "facets"}
	r.AttributesToRetrieve = []string{"kind", "uuid", "lang", "at", "_geo", "facets"}
	r.ShowRankingScore = true
	r.Locales = []string{"deu"}
	if q.Lang == "en" && !slices.Equal(r.AttributesToSearchOn, stemFields()) { // stems are taken apart as they were when they were sent
		r.Locales = []string{"eng", "deu"}
	}
	answer, err := f.m.server.Index(f.m.name).SearchWithContext(ctx, r.Query, r)
	if err != nil {
		return page{}, fromServer(err)
	}
	var hits []struct {
		Kind   string   `json:"kind"`
		UUID   string   `json:"uuid"`
		Lang   string   `json:"lang"`
		At     *int64   `json:"at"`
		Geo    *geo     `json:"_geo"`
		Facets []string `json:"facets"`
		Score  float64  `json:"_rankingScore"`
	}
	if err := answer.Hits.DecodeInto(&hits); err != nil {
		return page{}, &serverError{"unreadable", nil}
	}
	out := page{total: int(min(answer.EstimatedTotalHits, meiliMost)), more: answer.EstimatedTotalHits > meiliMost}
	for _, h := range hits {
		id, err := uuid.Parse(h.UUID)
		if err != nil {
			return page{}, &serverError{"unreadable", nil}
		}
		one := Match{Ref: subject.Ref{Kind: subject.Kind(h.Kind), ID: id}, Lang: h.Lang, Score: h.Score, Metres: -1, facets: h.Facets}
		if h.Lang == anyLang {
			one.Lang = ""
		}
		if h.At != nil {
			at := time.Unix(*h.At, 0).UTC()
			one.At = &at
		}
		if h.Geo != nil && q.Near != nil {
			one.Metres = metresBetween(*q.Near, subject.Point{Lon: h.Geo.Lng, Lat: h.Geo.Lat})
		}
		out.hits = append(out.hits, one)
	}
	out.facets, err = facetsOf(answer.FacetDistribution)
	return out, err
}

// facetsOf reads {"kind":{"report":3},"facets":{"status=open":2}}.
func facetsOf(raw json.RawMessage) (map[string][]Count, error) {
	counts := map[string]map[string]int{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &counts); err != nil {
			return nil, &serverError{"unreadable", nil}
		}
	}
	out := map[string][]Count{}
	for kind, n := range counts["kind"] {
		out["kind"] = append(out["kind"], Count{kind, n})
	}
	for f, n := range counts["facets"] {
		if name, value, ok := strings.Cut(f, "="); ok {
			out[name] = append(out[name], Count{value, n})
		}
	}
	for name := range out {
		slices.SortFunc(out[name], byCount)
	}
	return out, nil
}

// quoteValue writes a value into a filter.
func quoteValue(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func degrees(x float64) string { return strconv.FormatFloat(x, 'f', 7, 64) }

// metresBetween is the distance on the sphere of ST_DistanceSphere (haversine).
func metresBetween(a, b subject.Point) float64 {
	const radius = 6_371_008.77
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	u, v := math.Sin(rad(b.Lat-a.Lat)/2), math.Sin(rad(b.Lon-a.Lon)/2)
	return 2 * radius * math.Asin(math.Sqrt(u*u+math.Cos(rad(a.Lat))*math.Cos(rad(b.Lat))*v*v))
}
